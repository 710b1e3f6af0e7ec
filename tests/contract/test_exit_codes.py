"""Hazards: a wrong exit code in CI, a traceback as an answer, output that a pipe cannot read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult, run_process
from tests.support.runs.toy import (
    FLAGS,
    evaluate_arguments,
    jsonl,
    results,
    script,
    snapshot,
    write_tone,
)

Cli = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten toy items with a clip, and a working directory of our own."""
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "10")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def clean(result: CommandResult) -> CommandResult:
    """Whatever happened: no traceback, and an error says what it is."""
    assert "Traceback" not in result.err + result.out
    if result.code in (2, 4):
        assert result.err.strip()
    return result


# --- 0: done ---------------------------------------------------------------------------------


def test_done_is_0_and_the_table_is_on_stdout(cli: Cli, tmp_path: Path) -> None:
    model = f"mock:script:{script(tmp_path / 's.json', 10)}"
    found = clean(cli(*evaluate_arguments(model, tmp_path / "run")))
    assert found.code == 0
    header, first, *_ = found.out.split("\n")
    assert header.split()[:4] == ["task", "metric", "reading", "value"]
    assert first.split()[0] == "toy" and "100.00%" in first and "10/10" in first
    assert "\x1b" not in found.out + found.err
    assert "10/10 (100%)" in found.err and "0 failed" in found.err


def test_the_same_command_again_asks_nothing(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    command = evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}")
    assert cli(*command).code == 0
    first = {name: data for name, data in snapshot(run).items() if name != "manifest.json"}
    assert len(jsonl(ledger)) == 10
    assert cli(*command).code == 0
    assert len(jsonl(ledger)) == 10
    assert {k: v for k, v in snapshot(run).items() if k != "manifest.json"} == first


def test_json_is_exactly_one_document(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--json")))
    assert found.code == 0
    assert json.loads(found.out) == results(tmp_path / "run")
    rescored = cli("score", tmp_path / "run", "--trust-task-code", "--json")
    assert json.loads(rescored.out) == results(tmp_path / "run")
    state = cli("status", tmp_path / "run", "--json")
    assert json.loads(state.out)["state"] == "complete"
    for arguments in (("tasks", "list"), ("tasks", "list", "--groups")):
        assert isinstance(json.loads(cli(*arguments, "--json").out), (list, dict))


def test_json_of_a_dry_run_is_one_document(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--dry-run", "--json")))
    shown = json.loads(found.out)
    assert found.code == 0
    assert shown["tasks"]["toy"]["items"] == 10
    assert shown["judge_calls"] == 0


def test_json_of_a_refusal_leaves_stdout_empty(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli("evaluate", "mock:hash", "-t", "nothing", "-o", tmp_path / "run", "--json"))
    assert (found.code, found.out) == (2, "")


def test_quiet_says_nothing(cli: Cli, tmp_path: Path) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--quiet")))
    assert (found.code, found.out, found.err) == (0, "", "")
    dry = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "dry", "--quiet", "--dry-run")))
    assert (dry.code, dry.out, dry.err) == (0, "", "")


def test_plain_has_no_escape_codes(cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--plain"))
    assert found.code == 0
    assert "\x1b" not in found.out + found.err and "│" not in found.out


# --- flags -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "count"), [("3", 3), ("0.25", 3), ("2-5", 3), ("1", 1), ("99", 10), ("8-99", 2)]
)
def test_limits_select_items_and_the_table_says_partial(
    cli: Cli, tmp_path: Path, limit: str, count: int
) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "-L", limit)))
    assert found.code == 0
    entry = results(tmp_path / "run")["tasks"]["toy"]
    assert entry["n"] == count == len(jsonl(tmp_path / "run" / "samples.jsonl"))
    assert f"|n:{count}/10|" in entry["signature"]
    assert (f"partial: toy ran {count} of 10 items" in found.out) == (count < 10)


def test_a_range_takes_the_items_it_names(cli: Cli, tmp_path: Path) -> None:
    cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--limit", "2-5"))
    ids = [line["id"] for line in jsonl(tmp_path / "run" / "samples.jsonl")]
    assert ids == ["item-00002", "item-00003", "item-00004"]


def test_a_larger_limit_extends_a_run_and_a_smaller_one_shrinks_it(
    cli: Cli, tmp_path: Path
) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    for limit, asked in (("4", 4), ("7", 7), ("2", 7)):
        assert (
            cli(*evaluate_arguments("mock:hash", run, "-L", limit, "-M", f"ledger={ledger}")).code
            == 0
        )
        assert len(jsonl(ledger)) == asked
        assert len(jsonl(run / "samples.jsonl")) == int(limit)
        assert results(run)["tasks"]["toy"]["metrics"]["accuracy"]["strict"]["complete"] is True


@pytest.mark.parametrize("limit", ["0", "-3", "x", "1.5", "5-5", "12-20"])
def test_a_limit_that_means_nothing_is_2(cli: Cli, tmp_path: Path, limit: str) -> None:
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", f"--limit={limit}")))
    assert found.code == 2 and "--limit" in found.err
    assert not (tmp_path / "run").exists()


def test_flags_with_underscores_and_the_old_model_flags(cli: Cli, tmp_path: Path) -> None:
    found = clean(
        cli(
            "evaluate", "--model", "mock:hash", "--model_args", "seed=3,concurrency=2",
            "--tasks", "toy", "--output_path", tmp_path / "run", "--batch_size", "2",
            "--gen_kwargs", "max_gen_toks=4", "--include_path", FLAGS[1], "--trust_task_code",
        )
    )  # fmt: skip
    assert found.code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["model"]["args"] == {"seed": 3, "concurrency": 2}
    assert manifest["tasks"]["toy"]["generation"]["max_new_tokens"] == 4


def test_a_recipe_gives_settings_and_flags_win(cli: Cli, tmp_path: Path) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(
        f"model: mock:hash\ntasks: toy\noutput-path: {tmp_path / 'run'}\nlimit: 5\nname: from recipe\n"
        f"include_path: {FLAGS[1]}\ntrust_task_code: true\nmodel_args: {{concurrency: 2}}\n"
    )
    assert clean(cli("evaluate", "--config", recipe, "--limit", "3")).code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["name"] == "from recipe"
    assert manifest["model"]["args"] == {"concurrency": 2}
    assert results(tmp_path / "run")["tasks"]["toy"]["n"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("modle: x\n", "eval.yaml:1: unknown key 'modle'"),
        ("model: mock:hash\nlimit: [1\n", "invalid YAML"),
        ("- a\n", "mapping"),
        ("a: \x00\n", "invalid YAML"),
        ("seed: many\n", "eval.yaml:1"),
        ("tasks: 3\n", "eval.yaml:1"),
        ("? [a, b]\n: 3\n", "eval.yaml"),
    ],
)
def test_a_bad_recipe_is_2_with_file_and_line(
    cli: Cli, tmp_path: Path, text: str, said: str
) -> None:
    recipe = tmp_path / "eval.yaml"
    recipe.write_text(text)
    found = clean(cli("evaluate", "mock:hash", "-t", "toy", "-o", "run", "--config", recipe))
    assert found.code == 2 and said in found.err


def test_a_recipe_that_is_not_text_or_not_there_is_2(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "binary", tmp_path / "absent.yaml", tmp_path):
        assert clean(cli("evaluate", "--config", path)).code == 2


def test_a_name_is_shown_and_enters_no_key(cli: Cli, tmp_path: Path) -> None:
    cli(*evaluate_arguments("mock:hash", tmp_path / "one"))
    cli(*evaluate_arguments("mock:hash", tmp_path / "two", "--name", "A better name"))
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert manifest["name"] == "A better name"
    assert (tmp_path / "one" / "results.json").read_bytes() == (
        tmp_path / "two" / "results.json"
    ).read_bytes()
    assert "A better name" in cli("leaderboard", tmp_path / "one", tmp_path / "two").out


def test_a_dry_run_touches_nothing(cli: Cli, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    before = snapshot(tmp_path)
    found = clean(
        cli(
            *evaluate_arguments(
                "mock:hash", tmp_path / "run", "--dry-run", "-M", f"ledger={ledger}"
            )
        )
    )
    assert found.code == 0
    assert "What is number 0?" in found.out and "10 of 10 items" in found.out
    assert "nothing was run or written" in found.out
    assert snapshot(tmp_path) == before
    assert not (tmp_path / "run").exists()


def test_a_dry_run_opens_no_adapter(cli: Cli, tmp_path: Path) -> None:
    model = f"mock:script:{tmp_path / 'absent.json'}"
    assert cli(*evaluate_arguments(model, tmp_path / "run", "--dry-run")).code == 0
    assert cli(*evaluate_arguments(model, tmp_path / "run")).code == 2


def test_a_dry_run_finds_wrong_model_arguments(cli: Cli, tmp_path: Path) -> None:
    found = clean(
        cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--dry-run", "-M", "sead=1"))
    )
    assert found.code == 2 and "seed" in found.err


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


# --- 3: incomplete ---------------------------------------------------------------------------


@pytest.fixture
def flaky(tmp_path: Path) -> str:
    """A model that never answers two items."""
    failed = {"error": "http", "message": "500", "retryable": False}
    return f"mock:script:{script(tmp_path / 'flaky.json', 10, i3=failed, i7=failed)}"


@pytest.mark.parametrize(
    ("allowed", "code"), [("0", 3), ("1", 3), ("2", 0), ("10%", 3), ("20%", 0), ("100%", 0)]
)
def test_more_errors_than_allowed_are_3(
    cli: Cli, tmp_path: Path, flaky: str, allowed: str, code: int
) -> None:
    found = clean(cli(*evaluate_arguments(flaky, tmp_path / "run", "--max-errors", allowed)))
    assert found.code == code
    assert ("2 of 10 items failed" in found.err) == (code == 3)
    accuracy = results(tmp_path / "run")["tasks"]["toy"]["metrics"]["accuracy"]["strict"]
    assert (accuracy["n"], accuracy["value"], accuracy["complete"]) == (8, 1.0, False)
    assert "error 2" in found.out


def test_errors_are_asked_again_only_when_told(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    always = ("-M", "error_rate=0.5,retryable=false,seed=1", "-M", f"ledger={ledger}")
    assert cli(*evaluate_arguments("mock:hash", run, *always)).code == 3
    failed = results(run)["tasks"]["toy"]["outcomes"]["error"]
    assert 0 < failed < 10
    mended = ("-M", f"ledger={ledger}")
    assert cli(*evaluate_arguments("mock:hash", run, *mended)).code == 3
    assert len(jsonl(ledger)) == 10
    assert cli(*evaluate_arguments("mock:hash", run, *mended, "--retry-errors")).code == 0
    assert len(jsonl(ledger)) == 10 + failed
    assert len(jsonl(run / "samples.jsonl")) == 10
    assert results(run)["tasks"]["toy"]["outcomes"]["error"] == 0


def test_retryable_errors_are_asked_again_within_a_run(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    faults = ("-M", "error_rate=0.4,seed=1", "-M", f"ledger={ledger}")
    assert cli(*evaluate_arguments("mock:hash", run, *faults)).code == 0
    assert len(jsonl(ledger)) > 10
    assert {line["outcome"] for line in jsonl(run / "samples.jsonl")} == {"answered"}
    assert max(line["attempts"] for line in jsonl(run / "samples.jsonl")) == 2


def test_an_error_is_never_scored(cli: Cli, tmp_path: Path, flaky: str) -> None:
    cli(*evaluate_arguments(flaky, tmp_path / "run"))
    lines = {line["id"]: line for line in jsonl(tmp_path / "run" / "samples.jsonl")}
    assert lines["item-00003"]["scores"]["accuracy"] == {"official": None, "strict": None}
    assert lines["item-00003"]["error"] == {"kind": "http", "retryable": False, "message": "500"}


# --- 4: environment --------------------------------------------------------------------------


def test_absent_data_is_4_and_names_the_flag(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    found = clean(
        cli("evaluate", "mock:hash", "-t", "sakura_animal_single", "-o", "run",
            "--data", f"sakura={tmp_path / 'copy'}")
    )  # fmt: skip
    assert found.code == 4
    assert "copy" in found.err


def test_require_complete_is_4_before_a_model_loads(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ABSENT", "3")
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", "--require-complete")))
    assert found.code == 4 and "3 of 10" in found.err
    assert not (tmp_path / "run").exists()
    partial = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run")))
    assert partial.code == 0
    assert "partial: toy ran 7 of 10 items" in partial.out and "audio absent 3" in partial.out
    assert "|n:7/10|" in results(tmp_path / "run")["tasks"]["toy"]["signature"]


def test_a_model_that_dies_is_4_and_the_same_command_goes_on(cli: Cli, tmp_path: Path) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    dying = ("-M", f"die_after=4,concurrency=1,ledger={ledger}")
    found = clean(cli(*evaluate_arguments("mock:hash", run, *dying)))
    assert found.code == 4 and "died" in found.err
    assert len(jsonl(run / "samples.jsonl")) == 4
    assert results(run)["tasks"]["toy"]["missing"] == 6
    assert "interrupted" in cli("status", run).out
    assert cli(*evaluate_arguments("mock:hash", run, "-M", f"ledger={ledger}")).code == 0
    assert len(jsonl(ledger)) == 11
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "whole")).code == 0
    assert (run / "results.json").read_bytes() == (tmp_path / "whole" / "results.json").read_bytes()


def test_a_model_that_cannot_be_loaded_is_4_without_a_traceback(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model_adapters.mock.adapter import MockAdapter

    def broken(adapter: MockAdapter) -> None:
        raise MemoryError("no memory for 7 GB of weights")

    monkeypatch.setattr(MockAdapter, "open", broken)
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run")))
    assert found.code == 4
    assert "mock:hash" in found.err and "MemoryError: no memory for 7 GB" in found.err
    assert snapshot(tmp_path / "run") == {}


def test_a_model_that_fails_every_request_is_given_up(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "200")
    gone = ("-M", "error_rate=1,retryable=false,error_kind=connection")
    found = clean(cli(*evaluate_arguments("mock:hash", tmp_path / "run", *gone)))
    assert found.code == 4
    assert "25 requests in a row failed" in found.err and "--retry-errors" in found.err
    assert results(tmp_path / "run")["tasks"]["toy"]["missing"] > 150
    patient = clean(
        cli(*evaluate_arguments("mock:hash", tmp_path / "two", *gone, "--max-errors", "100%"))
    )
    assert patient.code == 0
    assert results(tmp_path / "two")["tasks"]["toy"]["outcomes"]["error"] == 200


# --- gate ------------------------------------------------------------------------------------


@pytest.fixture
def pair(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Runs with given wrong answers among sixty items."""
    monkeypatch.setenv("TOY_ITEMS", "60")

    def make(name: str, wrong: int = 0, *more: str, **special: object) -> Path:
        replies = {f"i{number}": "wrong" for number in range(wrong)}
        file = script(tmp_path / f"{name}.json", 60, **{**replies, **special})
        cli(*evaluate_arguments(f"mock:script:{file}", tmp_path / name, *more))
        return tmp_path / name

    return make


def test_gate_0_1_2_3_and_5(cli: Cli, pair: Callable[..., Path]) -> None:
    baseline, same = pair("baseline", 5), pair("same", 5)
    assert clean(cli("gate", same, "--baseline", baseline, "--max-drop", "0.9")).code == 0
    assert cli("gate", pair("worse", 40), "--baseline", baseline).code == 1
    other = pair("other", 5, "--template", "polite")
    assert cli("gate", other, "--baseline", baseline).code == 2
    failed = {"error": "http", "retryable": False}
    holes = pair("holes", 5, **{f"i{number}": failed for number in range(50, 53)})
    assert clean(cli("gate", holes, "--baseline", baseline)).code == 3
    unsure = cli("gate", same, "--baseline", baseline, "--max-drop", "0.001", "--fail-inconclusive")
    assert unsure.code == 5


# --- other ways out --------------------------------------------------------------------------


def test_a_full_standard_output_is_4() -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full")
    import os
    import subprocess
    import sys

    with device.open("wb") as full:
        found = subprocess.run(
            [sys.executable, "-m", "harness", "tasks", "list"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, env={**os.environ},
        )  # fmt: skip
    assert found.returncode == 4
    assert "Traceback" not in found.stderr and "Exception ignored" not in found.stderr
    assert "standard output" in found.stderr


def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    import os
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "tasks", "list"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert "Traceback" not in err and "Exception ignored" not in err


def test_the_version_and_help_are_0() -> None:
    for arguments in (("--version",), ("--help",), ("evaluate", "--help")):
        found = run_process(*arguments)
        assert (found.code, found.err) == (0, "")
        assert found.out


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
