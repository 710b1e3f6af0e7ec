"""Hazard: a run that is killed at some instant loses what was finished, pays for it twice, or ends in other files."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.budget import SOAK, mostly_long
from tests.support.command import CommandResult, start
from tests.support.runs import anything
from tests.support.runs.live import STARTED, lines
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = [pytest.mark.slow, pytest.mark.network]

KILLS = 200 if SOAK else 8
A_RUN = 20 if SOAK else 8
"""Kills of one run, before it ends and another begins."""
ITEMS = 500 if SOAK else 60
PHASES = ("load", "generate", "judge", "generate", "judge", "derive", "write", "finish")
WRITING = ("generate", "judge", "derive", "write")
TORN = (b'{"task": "judged", "id": "item-0', b'{"task": "\xff', b"{")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChaosServer]:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.02)))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 12)
    with ChaosServer("--reply", anything.REPLY, "--latency", "0.02") as found:
        yield found


class Instants:
    """When to kill: a phase, and a moment in it."""

    def __init__(self, run: Path, judgements: int) -> None:
        self._random = random.Random("any time")
        self._run = run
        self._judgements = judgements
        self._responses = run / "responses.jsonl"
        self._verdicts = run / "judgements.jsonl"

    def wait(self, phase: str, process: subprocess.Popen[str]) -> None:
        """Wait for a moment of a phase, or for the end of the process."""
        draw, deadline = self._random, time.monotonic() + 60
        more = 1 + draw.randrange(max(1, ITEMS // A_RUN))
        want = min(lines(self._responses) + more, ITEMS - 1)
        verdicts = min(lines(self._verdicts) + more, self._judgements - 1)
        results = self._stamp()
        reached = {
            "load": lambda: True,
            "generate": lambda: lines(self._responses) >= want,
            "judge": lambda: lines(self._verdicts) >= verdicts,
            "derive": lambda: (
                lines(self._responses) >= ITEMS and lines(self._verdicts) >= self._judgements
            ),
            "write": lambda: any(self._run.glob(".samples.jsonl.*.tmp")),
            "finish": lambda: self._stamp() != results,
        }[phase]
        while process.poll() is None and not reached():
            assert time.monotonic() < deadline, phase
            time.sleep(0.001)
        most = {"load": 1.0, "derive": 0.1, "write": 0.02, "finish": 0.02}.get(phase, 0.05)
        time.sleep(draw.uniform(0, most))

    def tear(self) -> None:
        """Leave half a line, as a kill inside a write does."""
        for log in (self._responses, self._verdicts):
            if log.exists() and self._random.random() < 0.4:
                with log.open("ab") as file:
                    file.write(self._random.choice(TORN))

    def _stamp(self) -> int:
        results = self._run / "results.json"
        return results.stat().st_mtime_ns if results.exists() else 0


@pytest.mark.parametrize(
    ("phases", "kills"),
    mostly_long([(WRITING, 4), (PHASES, KILLS)], [(WRITING, 4)]),
    ids=["once each", "all the while"],
)
def test_kill_9_at_any_instant_of_a_judged_run(
    cli: Callable[..., CommandResult],
    tmp_path: Path,
    server: ChaosServer,
    phases: tuple[str, ...],
    kills: int,
) -> None:
    whole, run = tmp_path / "whole", tmp_path / "run"
    url = server.base_url
    found = cli(*anything.command(whole, url))
    assert found.code == 0, found.err
    expected, answers = anything.derived(whole), anything.recorded(whole)
    once = anything.asked(server)  # an unreadable verdict is asked for twice
    assert once.total() == answers
    before = once
    instants = Instants(run, lines(whole / "judgements.jsonl"))
    coming, killed = itertools.cycle(phases), Counter[str]()
    while killed.total() < kills:
        lost = 0  # answers that no log has, since a kill came first
        for _ in range(min(A_RUN, kills)):
            phase = next(coming)
            process = start(*anything.command(run, url))
            STARTED.append(process)
            instants.wait(phase, process)
            killed[phase if process.poll() is None else f"{phase}: ended"] += 1
            process.kill()
            process.communicate()
            assert process.returncode in (0, -9)
            time.sleep(0.03)  # what was in flight reaches the ledger
            now = (anything.asked(server) - before).total() - anything.recorded(run)
            assert lost <= now <= lost + 2 * anything.CONCURRENCY, phase
            lost = now
            instants.tear()
        found = cli(*anything.command(run, url))
        assert found.code == 0, found.err
        assert anything.derived(run) == expected
        assert not list(run.glob(".*.tmp"))
        seen = anything.asked(server) - before
        assert seen.keys() == once.keys(), "something was lost, or another request was made"
        assert seen.total() == answers + lost, "something finished was asked twice"
        before = before + seen
        shutil.rmtree(run)
    print("kills by phase:", dict(killed))
    assert sum(count for name, count in killed.items() if "ended" not in name) >= kills * 3 // 4
