"""Hazards: a model's call that hangs keeps the process, and a thread of its own for every batch."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from harness.core.threads import DaemonThread, calls_hang, in_own_thread


def test_all_calls_are_made_by_one_thread_in_their_order() -> None:
    seen: list[tuple[int, int]] = []

    def call(number: int) -> int:
        time.sleep(0.01 if number == 0 else 0)
        seen.append((number, threading.get_ident()))
        return number

    async def scene() -> list[int]:
        async with DaemonThread("test") as thread:
            return await asyncio.gather(*(thread.run(lambda n=n: call(n)) for n in range(5)))  # type: ignore[misc]

    assert asyncio.run(scene()) == [0, 1, 2, 3, 4]
    assert [number for number, _ in seen] == [0, 1, 2, 3, 4]
    assert len({thread for _, thread in seen}) == 1
    assert not calls_hang()


def test_an_exception_is_the_callers_and_the_thread_goes_on() -> None:
    def fails() -> None:
        raise KeyError("gone")

    async def scene() -> str:
        async with DaemonThread("test") as thread:
            with pytest.raises(KeyError, match="gone"):
                await thread.run(fails)
            return await thread.run(lambda: "alive")

    assert asyncio.run(scene()) == "alive"


def test_a_call_that_is_given_up_is_not_waited_for() -> None:
    release = threading.Event()

    async def scene() -> None:
        async with DaemonThread("test") as thread:
            task = asyncio.create_task(thread.run(lambda: release.wait(30)))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    started = time.perf_counter()
    asyncio.run(scene())
    assert time.perf_counter() - started < 5
    assert calls_hang()
    release.set()
    deadline = time.monotonic() + 10
    while calls_hang() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not calls_hang()


def test_loading_in_its_own_thread_gives_results_and_errors() -> None:
    assert in_own_thread(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        in_own_thread(lambda: 1 // 0)
    assert not calls_hang()


def test_a_model_that_is_still_loading_is_known_to_be_at_work() -> None:
    assert in_own_thread(calls_hang)
