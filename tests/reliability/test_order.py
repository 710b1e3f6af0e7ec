"""Hazard: the order in which answers arrive changes a result."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, jsonl, script, timeless, write_tone

Cli = Callable[..., CommandResult]
ITEMS = 60


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    lengths = random.Random(7)
    for number in range(5):
        write_tone(folder / f"{number}.wav", seconds=lengths.uniform(0.05, 0.3))
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


@pytest.fixture
def model(tmp_path: Path) -> str:
    """Replies that come at random times, some wrong, some failing once, some always."""
    draws = random.Random(3)
    entries: dict[str, object] = {}
    for number in range(ITEMS):
        entry: dict[str, object] = {"text": f"answer {number}", "latency": draws.uniform(0, 0.02)}
        kind = draws.random()
        if kind < 0.2:
            entry["text"] = f"answer {number} or so"
        elif kind < 0.25:
            entry |= {"error": "http", "retryable": False}
        elif kind < 0.3:
            entry |= {"error": "http", "times": 1}
        entries[f"i{number}"] = entry
    return f"mock:script:{script(tmp_path / 's.json', ITEMS, **entries)}"


WAYS = (
    ("-M", "style=async,concurrency=1"),
    ("-M", "style=async,concurrency=16"),
    ("-M", "style=batch", "--batch-size", "1"),
    ("-M", "style=batch", "--batch-size", "7"),
)


def test_every_way_gives_the_same_samples_and_results(cli: Cli, tmp_path: Path, model: str) -> None:
    found = []
    for number, way in enumerate(WAYS):
        run = tmp_path / f"run{number}"
        assert cli(*evaluate_arguments(model, run, *way)).code == 3
        order = [line["id"] for line in jsonl(run / "responses.jsonl")]
        assert len(order) == ITEMS
        found.append((timeless(run), order))
    assert all(one[0] == found[0][0] for one in found)
    assert len({tuple(one[1]) for one in found}) > 1  # the answers did come in another order


def test_a_run_in_two_ways_gives_the_same(cli: Cli, tmp_path: Path, model: str) -> None:
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    cli(*evaluate_arguments(model, whole))
    cli(*evaluate_arguments(model, pieces, "--limit", "20-45", *WAYS[1]))
    cli(*evaluate_arguments(model, pieces, "--limit", "9", *WAYS[3]))
    cli(*evaluate_arguments(model, pieces))
    assert timeless(pieces) == timeless(whole)
