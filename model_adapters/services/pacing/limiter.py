"""How many requests may be in flight: a bound that follows what the service bears.

The bound starts at the user's number and never exceeds it. It falls by a factor when the service says that
it gets too much (429, 503, a time-out) and rises by one per round trip while it does not: additive increase,
multiplicative decrease. Complaints about requests that were sent before the last fall do not count, for
they say nothing about the new bound. Latency counts as a complaint only when it doubled while the rate of
answers did not rise: then more requests in flight merely wait in the service's own queue. After such a fall
the new latency is the norm, so a task with longer answers costs one step, not the whole bound.

One event loop, no locks; waiting requests are served in order of arrival.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

Verdict = Literal["answered", "overloaded", "failed"]

DECREASE: Final = 0.7
SLOWER: Final = 2.0
FASTER: Final = 1.1
SMALLEST_WINDOW: Final = 16
_DRIFT: Final = 1.05


class AdaptiveLimiter:
    """A semaphore whose size follows the service.

    Args:
        maximum: largest number in flight.
        clock: seconds, for tests.
    """

    def __init__(self, maximum: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self.maximum = maximum
        self.limit = float(maximum)
        self.in_flight = 0
        self._clock = clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._tickets = 0
        self._first_after_fall = 0
        self._window: list[float] = []
        self._window_start = clock()
        self._saturated = True
        self._norm: tuple[float, float] | None = None  # latency, answers per second

    async def acquire(self) -> int:
        """Wait for a place; returns the ticket to give back."""
        if self._waiting or self.in_flight >= int(self.limit):
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            try:
                await future  # whoever sets it has counted this request in
            except asyncio.CancelledError:
                if future.done() and not future.cancelled():
                    self.in_flight -= 1
                    self._wake()
                elif (
                    future in self._waiting
                ):  # not there any more if a place was free after it was cancelled
                    self._waiting.remove(future)
                raise
        else:
            self.in_flight += 1
        self._tickets += 1
        return self._tickets

    def release(self, ticket: int, verdict: Verdict, seconds: float) -> None:
        """Give a place back, and say what became of the request."""
        if self.in_flight < int(self.limit):
            self._saturated = False
        self.in_flight -= 1
        if verdict == "overloaded":
            if ticket > self._first_after_fall:
                self._fall()
        elif verdict == "answered":
            self.limit = min(float(self.maximum), self.limit + 1.0 / self.limit)
            self._window.append(seconds)
            if len(self._window) >= max(SMALLEST_WINDOW, int(self.limit)):
                self._weigh_latency()
        self._wake()

    def _fall(self) -> None:
        self.limit = max(1.0, self.limit * DECREASE)
        self._first_after_fall = self._tickets
        self._begin_window()

    def _begin_window(self) -> None:
        self._window.clear()
        self._window_start = self._clock()
        self._saturated = True

    def _weigh_latency(self) -> None:
        """Decide at the end of a window whether answers got slower without getting more."""
        elapsed = self._clock() - self._window_start
        latency, rate = statistics.median(self._window), len(self._window) / max(elapsed, 1e-9)
        if self._saturated:
            if self._norm is None:
                self._norm = latency, rate
            elif latency > SLOWER * self._norm[0] and rate < FASTER * self._norm[1]:
                self._norm = latency, rate
                self._fall()
                return
            else:
                was_latency, was_rate = self._norm
                self._norm = min(latency, was_latency * _DRIFT), max(rate, was_rate / _DRIFT)
        self._begin_window()

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            future = self._waiting.popleft()
            if not future.done():
                self.in_flight += 1
                future.set_result(None)
