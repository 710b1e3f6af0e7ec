"""Hazard: numbers of an earlier state are read as those of the present logs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.run.reader import read_run
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl
from tests.support.shared import SHARED, needs_shared

Cli = Callable[..., CommandResult]
OLD = Path(__file__).resolve().parents[2] / "fixtures" / "runs_0_1"


@pytest.fixture(params=["evaluated", "judged", "repeats"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD / request.param, tmp_path / "run"))


def append(path: Path, record: dict[str, Any], **change: Any) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**record, **change}, ensure_ascii=False) + "\n")


def warnings(run: Path) -> set[str | None]:
    view = read_run(run)
    return {view.stale(thorough=True), view.stale(thorough=False)}


def test_a_copy_is_fresh_whatever_the_times_of_its_files(run: Path) -> None:
    for name in ("results.json", "samples.jsonl", "manifest.json", "responses.jsonl"):
        (run / name).touch()
    assert warnings(run) == {None}


@pytest.mark.parametrize("position", [0, -1])
def test_a_later_reply_is_noticed(run: Path, position: int) -> None:
    log = run / "responses.jsonl"
    append(log, jsonl(log)[position], response="another reply", request_key="0" * 64)
    (text,) = warnings(run)
    assert text is not None and f"harness score {run}" in text
    assert "1 reply in responses.jsonl is not in results.json" in text


def test_the_same_reply_again_and_a_torn_line_are_no_news(run: Path) -> None:
    log = run / "responses.jsonl"
    append(log, jsonl(log)[0])
    with log.open("a") as file:
        file.write('{"task": "quickstart_choice", "id": "choice_01", "rep')
    assert warnings(run) == {None}


def test_a_log_that_another_tool_wrote_is_read(run: Path) -> None:
    log = run / "responses.jsonl"
    lines = [json.dumps(dict(sorted(line.items())), separators=(",", ":")) for line in jsonl(log)]
    log.write_text("".join(f"{line}\n" for line in lines))
    assert warnings(run) == {None}
    append(log, jsonl(log)[0], response="another reply")
    assert None not in warnings(run)


def test_a_reply_outside_the_selection_is_no_news(run: Path) -> None:
    log = run / "responses.jsonl"
    append(log, jsonl(log)[0], id="far", index=999)
    assert warnings(run) == {None}


def test_a_log_that_lost_lines_is_noticed(run: Path) -> None:
    log = run / "responses.jsonl"
    log.write_text(log.read_text().split("\n")[0] + "\n")
    assert "no longer" in str(read_run(run).stale())


def test_a_copy_without_logs_is_only_read(run: Path) -> None:
    (run / "responses.jsonl").unlink()
    assert warnings(run) == {None}


def test_a_later_verdict_is_noticed(tmp_path: Path) -> None:
    run = Path(shutil.copytree(OLD / "judged", tmp_path / "run"))
    log = run / "judgements.jsonl"
    first = jsonl(log)[0]
    append(log, first, key="1" * 64, judge="of another signature")
    append(log, first, key="2" * 64, id="canary:x")
    assert warnings(run) == {None}
    append(log, first, key="3" * 64, vote=9)
    (text,) = warnings(run)
    assert "1 reply in judgements.jsonl is not in results.json" in str(text)


def test_another_signature_in_the_manifest_is_noticed(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    (entry,) = manifest["tasks"].values()
    entry["signature_parts"]["judge"] = "openai:other"
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert "has no values of these settings" in str(read_run(run).stale(thorough=False))


def stale(run: Path) -> Path:
    log = run / "responses.jsonl"
    append(log, jsonl(log)[0], response="another reply")
    return run


def test_every_reader_says_so_and_names_the_command(cli: Cli, run: Path, tmp_path: Path) -> None:
    fresh = Path(shutil.copytree(run, tmp_path / "fresh"))
    cure = f"harness score {stale(run)}"
    assert cure in cli("leaderboard", run).err
    assert cure in cli("gate", run, "--baseline", fresh).out
    assert any(
        cure in note
        for note in json.loads(cli("gate", fresh, "--baseline", run, "--json").out)["notes"]
    )
    assert cure in cli("export", run, "--format", "csv", "-o", tmp_path / "run.csv").err
    assert cure in cli("gate", run, "--save-baseline", tmp_path / "saved.json").err
    assert cure in cli("power", run).err
    shown = cli("status", run)
    assert "unscored" in shown.out and cure in shown.out
    cli("score", run, "-q")
    assert "warning" not in cli("leaderboard", run).err + cli("status", run).out


def test_fresh_runs_give_no_warning(cli: Cli, run: Path) -> None:
    assert "warning" not in cli("leaderboard", run).err
    assert "harness score" not in cli("gate", run, "--baseline", run).out
    assert "complete" in cli("status", run).out


@needs_shared
def test_the_reported_case(cli: Cli) -> None:
    run = SHARED / "cases" / "authoring" / "stale-run-read" / "run"
    if not run.is_dir():
        pytest.skip("the shared material has no such case")
    assert f"harness score {run}" in cli("leaderboard", run).err
    assert f"harness score {run}" in cli("gate", run, "--baseline", run).out
