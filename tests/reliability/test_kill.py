"""Hazard: a run that is killed loses what was finished, asks it again, or counts it twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.budget import SOAK, mostly_long
from tests.support.command import CommandResult
from tests.support.runs.live import answered, asked, launch, lines, wait_until
from tests.support.runs.toy import evaluate_arguments, jsonl, timeless, write_tone

Cli = Callable[..., CommandResult]
KILLS = 20 if SOAK else 2
ITEMS = 60 * KILLS
CONCURRENCY = 8


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def faults(ledger: Path, style: str, latency: float) -> tuple[str, ...]:
    """Latency, faults that replies depend on, and a ledger of every call."""
    return (
        "-M", f"latency={latency},style={style},concurrency={CONCURRENCY},ledger={ledger}",
        "-M", "empty_rate=0.1,refuse_rate=0.05,truncate_rate=0.1",
        "--batch-size", str(CONCURRENCY),
    )  # fmt: skip


@pytest.mark.parametrize("style", mostly_long(["async", "batch"], ["async"]))
def test_kill_9_at_any_instant(cli: Cli, tmp_path: Path, style: str) -> None:
    instants = random.Random(f"kill {style}")
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    latency = 0.05 if style == "async" else 0.1
    command = faults(ledger, style, latency)
    in_flight = 0
    for number in range(KILLS):
        before = lines(run / "responses.jsonl")
        process = launch("mock:hash", run, *command)
        # a random instant: while starting, while running (by progress), or at the very start of writing
        target = before + instants.randrange(ITEMS // (KILLS + 2))
        if instants.random() < 0.15:
            time.sleep(instants.uniform(0, 1.5))
        else:
            wait_until(lambda: lines(run / "responses.jsonl") > target, process)  # noqa: B023
            time.sleep(instants.uniform(0, latency))
        process.kill()
        process.communicate()
        done, calls = answered(run), asked(ledger)
        unfinished = [name for name in calls if name not in done]
        assert len(unfinished) <= CONCURRENCY
        in_flight += len(unfinished)
        if number % 2:  # a kill inside a write leaves half a line
            with (run / "responses.jsonl").open("ab") as log:
                log.write(b'{"task": "toy", "id": "item-00000", "repe')
    last = cli(*evaluate_arguments("mock:hash", run, *command))
    assert last.code == 0, last.err
    calls = asked(ledger)
    assert len(calls) == ITEMS
    assert sum(calls.values()) - ITEMS <= in_flight
    assert len(jsonl(run / "samples.jsonl")) == ITEMS
    whole = tmp_path / "whole"
    other = faults(tmp_path / "other", style, 0)
    assert cli(*evaluate_arguments("mock:hash", whole, *other)).code == 0
    assert timeless(run) == timeless(whole)
    assert not list(run.glob(".*.tmp"))


def test_kill_9_while_results_are_written(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = faults(tmp_path / "ledger", "async", 0)
    process = launch("mock:hash", run, *command)
    wait_until(lambda: lines(run / "responses.jsonl") >= ITEMS, process)
    process.kill()
    process.communicate()
    (run / ".results.json.99999.tmp").write_text("half")
    last = cli(*evaluate_arguments("mock:hash", run, *command))
    assert last.code == 0, last.err
    assert set(asked(tmp_path / "ledger").values()) == {1}
    assert sorted(path.name for path in run.iterdir()) == [
        ".lock", "manifest.json", "responses.jsonl", "results.json", "samples.jsonl",
    ]  # fmt: skip
