"""Hazards of exit 2: a wrong value that runs, a message that names no cure, a run directory that changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import HarnessError, page
from tests.support.command import CommandResult, clean
from tests.support.pages import ROOT
from tests.support.runs.toy import (
    FLAGS,
    evaluate_arguments,
    snapshot,
)

pytestmark = pytest.mark.usefixtures("ten_items")
Cli = Callable[..., CommandResult]


# --- 2: usage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "mock:hash", "-t", "toi", "-o", "run", *FLAGS), "did you mean: toy"),
        (("evaluate", "mock:hash", "-t", "quickstrat", "-o", "run"), "quickstart"),
        (("evaluate", "mock:hash", "-t", "zzz*", "-o", "run"), "unknown task 'zzz*'"),
        (("evaluate", "mock:hash", "-t", " , ", "-o", "run"), "no task named"),
        (("evaluate", "mokc:hash", "-t", "toy", "-o", "run", *FLAGS), "did you mean: mock"),
        (("evaluate", "mock:hsah", "-t", "toy", "-o", "run", *FLAGS), "did you mean: hash"),
        (("evaluate", "./no/such/folder", "-t", "toy", "-o", "run", *FLAGS), "no such checkpoint"),
        (("evaluate", "https://x.example/m", "-t", "toy", "-o", "run", *FLAGS), "URL"),
        (("evaluate", "", "-t", "toy", "-o", "run", *FLAGS), "MODEL"),
        (("evaluate", "mock:hash", "-o", "run"), "-t TASKS is missing"),
        (("evaluate", "mock:hash", "-t", "toy"), "-o RUN_DIR is missing"),
        (("evaluate",), "MODEL is missing"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "-M", "x"), "key=value"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", *FLAGS, "-M", "latncy=1"), "latency"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", *FLAGS, "-M", "latency=x"), "number"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--max-errors", "many"), "--max-errors"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--data", "toy"), "BENCHMARK=FOLDER"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--data", "toy=absent"), "does not exist"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", *FLAGS, "--data", "tyo=."), "toy"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", *FLAGS, "--template", "rude"), "polite"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", *FLAGS, "--judge", "you"), "--judge"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--include-path", "absent"), "folder"),
        (("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--batch-size", "0"), "--batch-size"),
        (("evaluate", "mock:hash", "--no-such-flag"), "--no-such-flag"),
        (("evalaute",), "evalaute"),
        (("score", "absent"), "not a run directory"),
        (("score", "toy", "absent.jsonl"), "-o RUN_DIR is missing"),
        (("status", "absent"), "manifest.json"),
        (("leaderboard", "absent"), "does not exist"),
        (("gate", "absent", "--baseline", "absent"), "does not exist"),
        (("tasks", "show", "quickstrat"), "quickstart"),
    ],
)  # fmt: skip
def test_usage_errors_are_2_and_name_the_cure(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = snapshot(tmp_path)
    found = clean(cli(*arguments))
    assert (found.code, found.out) == (2, "")
    assert said in found.err
    assert snapshot(tmp_path) == before
    assert not (tmp_path / "run").exists()


def test_another_model_is_refused_and_nothing_changes(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    before = snapshot(run)
    found = clean(cli(*evaluate_arguments("mock:echo", run)))
    assert found.code == 2 and "another model" in found.err and "use another -o" in found.err
    assert snapshot(run) == before


def test_another_harness_version_is_refused_and_nothing_changes(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    path = run / "manifest.json"
    path.write_text(path.read_text().replace('"harness_version": "', '"harness_version": "0.0.'))
    before = snapshot(run)
    found = clean(cli(*evaluate_arguments("mock:hash", run)))
    assert found.code == 2 and "made by harness 0.0." in found.err and "harness score" in found.err
    assert snapshot(run) == before
    assert cli("score", run, "--trust-task-code").code == 0


def test_another_schema_version_is_refused(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    path = run / "manifest.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 99'))
    before = snapshot(run)
    for arguments in (evaluate_arguments("mock:hash", run), ("score", run), ("status", run)):
        assert clean(cli(*arguments)).code == 2
    assert snapshot(run) == before


@pytest.mark.parametrize(
    "other",
    [
        ("--template", "polite"),
        ("--system", "Be brief."),
        ("--gen-kwargs", "max_gen_toks=8"),
        ("--gen-kwargs", "temperature=0.5,do_sample=true"),
    ],
)
def test_other_settings_are_refused_and_nothing_changes(
    cli: Cli, tmp_path: Path, other: tuple[str, str]
) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    before = snapshot(run)
    found = clean(cli(*evaluate_arguments("mock:hash", run, *other)))
    assert found.code == 2 and "other settings" in found.err
    assert snapshot(run) == before


def test_other_data_is_refused(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    before = snapshot(run)
    monkeypatch.setenv("TOY_ITEMS", "11")
    found = clean(cli(*evaluate_arguments("mock:hash", run)))
    assert found.code == 2 and "data" in found.err
    assert snapshot(run) == before


def test_a_folder_that_is_no_run_directory(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "responses.jsonl").write_text('{"mine": true}\n')
    before = snapshot(folder, without=())
    for arguments in (
        evaluate_arguments("mock:hash", folder),
        ("score", folder),
        ("status", folder),
        ("leaderboard", folder),
        ("gate", folder, "--baseline", folder),
    ):
        found = clean(cli(*arguments))
        assert found.code == 2 and "run directory" in found.err
    assert snapshot(folder, without=()) == before


def test_a_file_in_the_place_of_the_run_directory(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "file")))
    assert found.code in (2, 4)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", "{"),
        ("manifest.json", "[]"),
        ("manifest.json", '{"schema_version": 1}'),
        ("manifest.json", '{"schema_version": 1, "tasks": 3}'),
        ("responses.jsonl", '{"task": "toy"}\n'),
        ("responses.jsonl", "not json\n"),
        ("responses.jsonl", "[1]\n"),
        ("judgements.jsonl", '{"task": "toy"}\n'),
    ],
)
def test_damaged_files_are_2_and_named(cli: Cli, tmp_path: Path, name: str, content: str) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    (run / name).write_text(content)
    before = snapshot(run)
    for arguments in (evaluate_arguments("mock:hash", run), ("score", run, "--trust-task-code")):
        found = clean(cli(*arguments))
        assert found.code == 2 and name in found.err
        assert snapshot(run) == before


# --- values that only look right -------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--gen-kwargs", "temperature=hot"), "--gen-kwargs temperature"),
        (("--gen-kwargs", "temperature=-1"), "--gen-kwargs temperature"),
        (("--gen-kwargs", "temperature=.nan"), "--gen-kwargs temperature"),
        (("--gen-kwargs", "do_sample=maybe"), "--gen-kwargs do_sample"),
        (("--gen-kwargs", "max_gen_toks=0"), "--gen-kwargs max_gen_toks"),
        (("--gen-kwargs", "max_gen_toks=1.5"), "--gen-kwargs max_gen_toks"),
        (("--gen-kwargs", "max_gen_toks=1e3"), "write 1000"),
        (("--gen-kwargs", "max_tokens=7,max_new_tokens=8"), "different values"),
        (("--gen-kwargs", "do_sample=false,temperature=0.7"), "contradict each other"),
        (("--gen-kwargs", "do_sample=true,temperature=0"), "contradict each other"),
        (("--gen-kwargs", "until=[INST]"), "is not JSON"),
        (("-J", "price_in=2"), "-J price_in"),
        (("--system", "{{ unclosed"), "--system, line 1: invalid template"),
        (("--system", "{{ 1/0 }}"), "ZeroDivisionError"),
        (("--system", "{% unknown %}"), "unknown"),
        (("-M", "seed=2020-13-45"), "expected an integer"),
        (("-M", "seed=!!int x"), "expected an integer"),
    ],
)
def test_wrong_values_are_2_before_anything_is_written(
    cli: Cli, tmp_path: Path, flags: tuple[str, str], said: str
) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", *flags)))
    assert found.code == 2 and said in found.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "text",
    [
        "seed: 2020-13-45\n",
        "seed: !!int x\n",
        "model_args: {1: 2}\n",
        "batch_size: 0\n",
        "data: {toy: 3}\n",
        "max_errors: 1.5\n",
        "limit: true\n",
    ],
)
def test_wrong_values_of_a_recipe_are_2(cli: Cli, tmp_path: Path, text: str) -> None:
    (tmp_path / "eval.yaml").write_text(text)
    recipe = ("--config", "eval.yaml")
    assert clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", *recipe))).code == 2
    assert not (tmp_path / "run").exists()


def test_null_in_a_recipe_means_not_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "eval.yaml").write_text("seed: null\njudge: null\nmax_errors:\nlimit: ~\n")
    recipe = ("--config", "eval.yaml")
    assert clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", *recipe))).code == 0


def test_names_that_are_too_long_give_no_traceback(cli: Cli, tmp_path: Path) -> None:
    assert clean(cli(*evaluate_arguments("mock:hash", tmp_path / ("x" * 300)))).code == 4
    assert clean(cli(*evaluate_arguments("m" * 5000, tmp_path / "run"))).code in (2, 4)


def test_rescoring_takes_no_other_folder(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    cli(*evaluate_arguments("mock:hash", run))
    found = clean(cli("score", run, "-o", tmp_path / "other", "--trust-task-code"))
    assert found.code == 2 and "in place" in found.err


def error_classes(root: type[HarnessError]) -> list[type[HarnessError]]:
    return [root, *(one for child in root.__subclasses__() for one in error_classes(child))]


def test_errors_name_the_page_that_explains_them_and_it_exists(cli: Cli, tmp_path: Path) -> None:
    named = {one.explained for one in error_classes(HarnessError)} - {None}
    assert len(named) >= 6
    for name in named:
        assert (ROOT / "docs" / str(name)).is_file(), name
    broken = tmp_path / "broken.yaml"
    broken.write_text("task: broken\nmetadata: {lalm: {rul: option}}\n", encoding="utf-8")
    code, _, err = cli(
        "evaluate", "mock:hash", "-t", "broken", "--include-path", tmp_path, "-o", tmp_path / "run"
    )
    assert code == 2 and err.rstrip().endswith(f"more: {page('task_yaml.md')}")
