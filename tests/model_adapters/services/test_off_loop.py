"""Hazard: one moment without a processor sends all further requests of a run through worker threads, at twice the cost; or long clips hold up every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from types import SimpleNamespace

import pytest

from model_adapters.services import responses
from model_adapters.services.responses import FEW_AWAY, MANY_AWAY, OffLoop

PATIENCE = 0.005


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which work moves on."""
    now = [0.0]
    monkeypatch.setattr(responses, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    return now


def away(clock: list[float], seconds: Sequence[float]) -> list[bool]:
    """Do work that takes so long, piece by piece; whether each was done in a thread."""
    off = OffLoop()

    def work(took: float) -> float:
        clock[0] += took
        return took

    async def run() -> list[bool]:
        found = []
        for took in seconds:
            made = off.run(PATIENCE, work, took)
            found.append(isinstance(made, Awaitable))
            assert (await made if isinstance(made, Awaitable) else made) == took
        return found

    return asyncio.run(run())


def test_a_slow_moment_now_and_then_changes_nothing(clock: list[float]) -> None:
    assert not any(away(clock, [0.001, 0.02, 0.001] * 30))


def test_slow_work_leaves_and_is_tried_again_ever_less_often(clock: list[float]) -> None:
    count = 4 * MANY_AWAY
    found = away(clock, [0.02] * count)
    tried = [number for number, left in enumerate(found) if not left]
    assert tried[:5] == [0, 1, 2 + FEW_AWAY, 3 + 3 * FEW_AWAY, 4 + 7 * FEW_AWAY]
    assert len(tried) < 12


def test_work_that_is_quick_again_comes_back(clock: list[float]) -> None:
    found = away(clock, [0.02, 0.02, *[0.001] * (FEW_AWAY + 40)])
    assert found == [False] * 2 + [True] * FEW_AWAY + [False] * 40
