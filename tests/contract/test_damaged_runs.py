"""Hazard: a run directory that was edited or damaged ends in a traceback, or is read as if it were whole."""

from __future__ import annotations

import json
import random
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.damage import DOCUMENTS, LOGS, damage
from tests.support.shared import SHARED, needs_shared

Cli = Callable[..., CommandResult]
OLD = Path(__file__).resolve().parents[1] / "fixtures" / "runs_0_1"
CASES = SHARED / "cases"


def commands(run: Path, whole: Path) -> list[tuple[str | Path, ...]]:
    return [
        ("status", run),
        ("gate", run, "--baseline", whole),
        ("gate", whole, "--baseline", run, "--json"),
        ("leaderboard", run),
        ("leaderboard", run, whole, "--format", "csv"),
        ("export", run, "--format", "mmau-submission", "-o", run / "out.json"),
        ("score", run, "-q"),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_no_damage_ends_in_a_traceback(cli: Cli, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice(["evaluated", "judged", "repeats"])
    run = Path(shutil.copytree(OLD / kind, tmp_path / "run"))
    files = [name for name in (*DOCUMENTS, *LOGS) if (run / name).exists()]
    what = damage(run, files[seed % len(files)], chance)
    for command in commands(run, OLD / kind):
        found = cli(*command)
        assert found.code in (0, 1, 2, 3), (what, command, found.err)
        assert (
            found.code != 2
            or found.err.startswith("error: ")
            or "not comparable" in found.out.lower()
        )


def change(path: Path, edit: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("file", "edit", "said"),
    [
        ("manifest.json", lambda m: m["model"].pop("spec"), "model.spec: expected text, found no such key"),
        ("manifest.json", lambda m: m.update(tasks=[]), "tasks: expected an object, found a list with 0 elements"),
        (
            "manifest.json",
            lambda m: m["tasks"]["quickstart_choice"]["signature_parts"].pop("judge"),
            "tasks.quickstart_choice.signature_parts.judge: expected text, found no such key",
        ),
        (
            "manifest.json",
            lambda m: m["tasks"]["quickstart_choice"].update(selection=[[0, -1]]),
            "tasks.quickstart_choice.selection[0][1]: expected an integer, at least 0, found -1",
        ),
        (
            "results.json",
            lambda r: r["tasks"]["quickstart_choice"]["outcomes"].update(error="=1+1"),
            'tasks.quickstart_choice.outcomes.error: expected an integer, at least 0, found "=1+1"',
        ),
        ("results.json", lambda r: r["tasks"].update(x=r["tasks"]["quickstart_choice"]), "has the task 'x'"),
    ],
)  # fmt: skip
def test_file_field_found_and_cure_are_named(
    cli: Cli, tmp_path: Path, file: str, edit: Callable[[Any], None], said: str
) -> None:
    run = Path(shutil.copytree(OLD / "evaluated", tmp_path / "run"))
    change(run / file, edit)
    found = cli("leaderboard", run)
    assert found.code == 2 and f"{run / file}: {said}" in found.err
    cure = f"harness score {run}" if file == "results.json" else "restore it from a copy"
    assert cure in found.err


def test_a_sample_line_without_its_key_is_no_regression(cli: Cli, tmp_path: Path) -> None:
    """Exit 1 is a regression: a gate on a damaged file must not end with it."""
    run = Path(shutil.copytree(OLD / "evaluated", tmp_path / "run"))
    path = run / "samples.jsonl"
    lines = path.read_text().split("\n")[:-1]
    record = json.loads(lines[1])
    del record["item_key"]
    path.write_text("\n".join([lines[0], json.dumps(record), *lines[2:], ""]))
    found = cli("gate", run, "--baseline", OLD / "evaluated")
    assert found.code == 2 and f"{path}:2: item_key: expected text, found no such key" in found.err
    assert f"harness score {run}" in found.err
    base = shutil.copytree(OLD / "evaluated", tmp_path / "base")
    for path in (run, base):  # with the present scorers: gate compares no two versions
        assert cli("score", path, "-q").code == 0
    assert cli("gate", run, "--baseline", base).code == 0


def test_a_document_that_was_edited_is_named(cli: Cli, tmp_path: Path) -> None:
    run = Path(shutil.copytree(OLD / "evaluated", tmp_path / "run"))
    path = run / "responses.jsonl"
    lines = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
    lines[1]["doc"]["options"][0] = {}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = cli("score", run, "-q")
    assert found.code == 2 and f"{path}, byte " in found.err and "doc: " in found.err


@pytest.mark.parametrize(
    "name", ["manifest.json", "results.json", "samples.jsonl", "responses.jsonl"]
)
@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe{}", b"null\n", b"{}\n"])
def test_content_that_is_no_record(cli: Cli, tmp_path: Path, name: str, content: bytes) -> None:
    run = Path(shutil.copytree(OLD / "evaluated", tmp_path / "run"))
    (run / name).write_bytes(content + b"\n")
    for command in commands(run, OLD / "evaluated"):
        assert cli(*command).code in (0, 2, 3), command


def cases() -> list[Path]:
    folder = CASES / "hostile" / "run-directories"
    return sorted(folder.iterdir()) if folder.is_dir() else []


@needs_shared
@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_reported_damage(cli: Cli, tmp_path: Path, case: Path) -> None:
    run = tmp_path / case.name
    run.mkdir()
    for file in case.iterdir():
        (run / file.name).write_bytes(file.read_bytes())
    line = (case / "CASE.txt").read_text().split("\n")[0]
    arguments = [
        word.replace("$C/run-directories/", f"{tmp_path}/")
        for word in shlex.split(line)[1:]
        if not word.startswith("$W")
    ]
    if arguments[-1] == "--baseline":
        arguments.append(str(run))
    found = cli(*arguments)
    assert found.code in ((0, 2) if arguments[0] == "gate" else (2,)), found.err
    assert found.code == 0 or "error: " in found.err


@needs_shared
def test_the_reported_gate(cli: Cli) -> None:
    case = CASES / "authoring" / "traceback-is-exit-1"
    if not case.is_dir():
        pytest.skip("the shared material has no such case")
    found = cli("gate", case / "bad_run", "--baseline", case / "good_run")
    assert found.code == 2 and "samples.jsonl:1: item_key" in found.err


@pytest.mark.parametrize("name", ["nowhere", "a\x1b[2K\x00", "\ud800", ""])
@pytest.mark.parametrize("log", ["responses.jsonl", "judgements.jsonl"])
def test_a_line_of_a_task_that_the_run_lacks_is_read_like_any_other(
    cli: Cli, tmp_path: Path, log: str, name: str
) -> None:
    """A run of one task: no second reader would take such a line, so none may pass it over."""
    run = Path(shutil.copytree(OLD / "judged", tmp_path / "run"))
    assert len(json.loads((run / "manifest.json").read_text())["tasks"]) == 1
    with (run / log).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"task": name, "id": "1", "repeat": -5}) + "\n")
    found = cli("score", run, "-q")
    assert found.code == 2, found.out
    assert re.search(rf"{log}:[0-9]+: [a-z_]+: expected", found.err), found.err


def test_a_sample_line_of_a_task_that_the_run_lacks_is_named_by_every_reader(
    cli: Cli, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(OLD / "judged", tmp_path / "run"))
    path = run / "samples.jsonl"
    line = json.loads(path.read_text().partition("\n")[0]) | {"task": "other"}
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"id": "1", "human": "correct"}\n')
    for command in (
        ("gate", run, "--baseline", OLD / "judged"),
        ("report", run),
        ("export", run, "--format", "junit", "-o", run / "out.xml"),
        ("judge", "calibrate", labels, "--run", run),
        ("judge", "bridge", run, "-o", tmp_path / "bridge.json"),
    ):
        found = cli(*command)
        assert found.code == 2, (command, found)
        assert f"{path}:4: has the task 'other', which manifest.json does not have" in found.err


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
@pytest.mark.parametrize("file", ["manifest.json", "results.json"])
def test_a_number_that_json_does_not_have(cli: Cli, tmp_path: Path, file: str, number: str) -> None:
    run = Path(shutil.copytree(OLD / "judged", tmp_path / "run"))
    text = (run / file).read_text()
    (run / file).write_text(f'{{"own": [{number}],{text.lstrip().removeprefix("{")}')
    found = cli("leaderboard", run)
    assert found.code == 2 and f"{run / file}: holds NaN or a number without end" in found.err


def test_a_reference_that_does_not_have_a_value_yet(cli: Cli, tmp_path: Path) -> None:
    """A task was added to the run, and the command ended before it was scored."""
    run = Path(shutil.copytree(OLD / "evaluated", tmp_path / "run"))
    results = json.loads((run / "results.json").read_text())
    task = next(iter(results["tasks"]))
    del results["tasks"][task]
    (run / "results.json").write_text(json.dumps(results))
    found = cli("evaluate", "baseline:first", "-t", task, "-L", "1", "-o", tmp_path / "own",
                "--reference", run)  # fmt: skip
    assert found.code == 2 and "has none of these tasks" in found.err


def test_a_task_file_of_a_name_that_no_file_has(cli: Cli, tmp_path: Path) -> None:
    run = Path(shutil.copytree(OLD / "evaluated", tmp_path / "run"))

    def bend(manifest: dict[str, Any]) -> None:
        for entry in manifest["tasks"].values():
            entry["yaml"] = "x" * 5000

    change(run / "manifest.json", bend)
    found = cli("score", run)
    assert found.code in (2, 4) and found.err.startswith("error: "), found.err
