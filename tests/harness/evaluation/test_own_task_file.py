"""Hazards: a run of own items that cannot be scored where it was moved to, or is scored by another run's task file; a part that hides its failures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.run.checks import checker
from harness.run.files import ShardEntry
from tests.support import clips
from tests.support.command import CommandResult
from tests.support.runs.toy import results

Cli = Callable[..., CommandResult]
WORDS = ("cat", "dog", "bird")


@pytest.fixture
def items(tmp_path: Path) -> Path:
    clips.write(tmp_path / "a.wav", clips.tone(0.1, 440.0, 8000, level=0.3), 8000)
    rows = [
        {"audio": "a.wav", "question": f"Which, {n}?", "options": WORDS, "answer": WORDS[n % 3]}
        for n in range(9)
    ]
    file = tmp_path / "heard.json"
    file.write_text(json.dumps(rows))
    return file


def test_a_run_of_own_items_is_scored_wherever_it_lies(
    cli: Cli, items: Path, tmp_path: Path
) -> None:
    first, moved = tmp_path / "first", tmp_path / "moved"
    assert cli("evaluate", "mock:options", "--items", items, "-o", first).code == 0
    values = results(first)
    first.rename(moved)
    assert cli("score", moved).code == 0
    assert results(moved) == values
    # another run where it was, whose task file scores in another way
    shutil.copytree(moved, first)
    file = first / "task" / "heard.yaml"
    file.write_text(file.read_text().replace("answer: answer", "answer: question"))
    file.write_text(file.read_text().replace("rule: option", "rule: number"))
    again = cli("score", moved)
    assert again.code == 0, again.err
    assert results(moved) == values


def test_a_merged_run_of_own_items_needs_its_parts_no_more(
    cli: Cli, items: Path, tmp_path: Path
) -> None:
    parts = [tmp_path / "part-1", tmp_path / "part-2"]
    for index, part in enumerate(parts, start=1):
        shard = ("--shard", f"{index}/2")
        assert cli("evaluate", "mock:options", "--items", items, "-o", part, *shard).code == 0
    exported = cli("export", parts[0], "--format", "csv")
    rows = len((parts[0] / "csv.csv").read_text().splitlines()) - 1
    assert f": {rows} items" in exported.err
    assert rows < 9
    assert cli("merge", *parts, "-o", tmp_path / "all").code == 0
    values = results(tmp_path / "all")
    for part in parts:
        shutil.rmtree(part)
    again = cli("score", tmp_path / "all")
    assert again.code == 0, again.err
    assert results(tmp_path / "all") == values
    goes_on = cli("evaluate", "mock:options", "--items", items, "-o", tmp_path / "all")
    assert goes_on.code == 0, goes_on.err


def test_a_changed_rule_is_in_the_signature_once_it_scores(
    cli: Cli, items: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"

    def rule() -> str:
        manifest = json.loads((run / "manifest.json").read_text())
        found: str = manifest["tasks"]["heard"]["signature_parts"]["rule"]
        return found

    assert cli("evaluate", "mock:options", "--items", items, "-o", run).code == 0
    before = rule()
    assert cli("score", run).code == 0
    assert rule() == before
    file = run / "task" / "heard.yaml"
    file.write_text(file.read_text().replace("rule: option", "rule: {name: option, separator: ;}"))
    assert cli("score", run).code == 0
    assert rule() != before


def test_a_percentage_of_errors_is_one_of_the_items_of_the_shard(
    cli: Cli, items: Path, tmp_path: Path
) -> None:
    """Half of the whole run would be all that a shard of two asks."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"*": {"error": "x"}}))
    flags = ("--items", items, "-o", tmp_path / "part", "--shard", "1/2", "--max-errors", "60%")
    done = cli("evaluate", f"mock:script:{script}", *flags)
    assert (done.code, "items failed" in done.err) == (3, True), done.err


def test_no_record_promises_shards_without_end() -> None:
    check = checker(ShardEntry)
    assert check({"index": 1, "of": 100_000, "items": {}}) is None
    found = check({"index": 1, "of": 10**12, "items": {}})
    assert found is not None
    assert "at most 100000" in found.text()
