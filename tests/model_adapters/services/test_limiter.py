"""Hazard: too many requests in flight, too few, or a place that is never given back."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_adapters.services.pacing.limiter import AdaptiveLimiter, Verdict
from tests.support.budget import examples


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


Service = Callable[[int], tuple[Verdict, float]]
"""From the number in flight (this request included) to what becomes of it and after how long."""


class Simulation:
    """Requests without end against a service, in virtual time."""

    def __init__(self, most: int, service: Service) -> None:
        self.clock = Clock()
        self.limiter = AdaptiveLimiter(most, self.clock)
        self.service = service
        self.answered = self.refused = 0
        self.limits: list[int] = []
        self._ends: list[tuple[float, int, Verdict, float]] = []

    def run(self, requests: int) -> None:
        for _ in range(requests):
            while self.limiter.in_flight < int(self.limiter.limit):
                ticket = asyncio.run(self.limiter.acquire())
                verdict, seconds = self.service(self.limiter.in_flight)
                heapq.heappush(self._ends, (self.clock.now + seconds, ticket, verdict, seconds))
            end, ticket, verdict, seconds = heapq.heappop(self._ends)
            self.clock.now = end
            self.limiter.release(ticket, verdict, seconds)
            self.answered += verdict == "answered"
            self.refused += verdict == "overloaded"
            self.limits.append(int(self.limiter.limit))


def bearing(capacity: int) -> Service:
    """A service that refuses what is beyond its capacity."""
    return lambda in_flight: ("answered", 1.0) if in_flight <= capacity else ("overloaded", 0.05)


def test_converges_below_what_the_service_bears() -> None:
    simulation = Simulation(64, bearing(10))
    simulation.run(300)
    simulation.answered = simulation.refused = 0
    simulation.limits.clear()
    start = simulation.clock.now
    simulation.run(1500)
    assert max(simulation.limits) <= 11
    assert min(simulation.limits) >= 6
    assert simulation.refused / (simulation.answered + simulation.refused) < 0.1
    rate = simulation.answered / (simulation.clock.now - start)
    assert rate > 0.75 * 10


def test_comes_back_when_the_service_bears_more() -> None:
    simulation = Simulation(32, bearing(4))
    simulation.run(300)
    assert simulation.limits[-1] <= 5
    simulation.service = bearing(1000)
    simulation.run(3000)
    assert simulation.limits[-1] == 32


def test_one_fall_for_many_complaints_about_the_same_flight() -> None:
    async def flight() -> float:
        limiter = AdaptiveLimiter(40)
        tickets = [await limiter.acquire() for _ in range(40)]
        for ticket in tickets:
            limiter.release(ticket, "overloaded", 0.1)
        return limiter.limit

    assert asyncio.run(flight()) == pytest.approx(28)


def test_latency_that_buys_nothing_lowers_the_bound() -> None:
    simulation = Simulation(32, lambda n: ("answered", 1.0))
    simulation.run(200)
    assert simulation.limits[-1] == 32
    simulation.service = lambda n: ("answered", 4.0)  # as if other users had come
    simulation.run(200)
    assert min(simulation.limits) < 32


def test_longer_answers_cost_one_step_and_no_more() -> None:
    draws = random.Random(3)
    simulation = Simulation(32, lambda n: ("answered", draws.uniform(0.05, 0.15)))
    simulation.run(500)
    assert min(simulation.limits) == 32
    simulation.service = lambda n: ("answered", draws.uniform(5.0, 15.0))
    simulation.run(2000)
    assert min(simulation.limits) >= int(32 * 0.7)
    assert simulation.limits[-1] == 32


@settings(deadline=None, max_examples=examples(60))
@given(
    most=st.integers(1, 20),
    verdicts=st.lists(st.sampled_from(["answered", "overloaded", "failed"]), max_size=120),
    seconds=st.lists(st.floats(0, 100), min_size=1, max_size=10),
)
def test_bound_stays_between_one_and_the_users_number(
    most: int, verdicts: list[Verdict], seconds: list[float]
) -> None:
    fates = iter(verdicts)

    def service(in_flight: int) -> tuple[Verdict, float]:
        assert 1 <= in_flight <= most
        return next(fates, "answered"), seconds[in_flight % len(seconds)]

    simulation = Simulation(most, service)
    simulation.run(len(verdicts))
    assert 1 <= simulation.limiter.limit <= most
    assert 0 <= simulation.limiter.in_flight <= most


def test_places_are_given_in_order_and_a_cancelled_waiter_loses_none() -> None:
    async def story() -> list[int]:
        limiter = AdaptiveLimiter(1)
        served: list[int] = []
        first = await limiter.acquire()

        async def client(number: int) -> None:
            ticket = await limiter.acquire()
            served.append(number)
            limiter.release(ticket, "answered", 0.1)

        tasks = [asyncio.create_task(client(number)) for number in range(4)]
        await asyncio.sleep(0)
        tasks[1].cancel()  # while it waits
        limiter.release(first, "answered", 0.1)
        tasks[0].cancel()  # after its place was given, before it knows
        await asyncio.gather(*tasks, return_exceptions=True)
        assert limiter.in_flight == 0
        return served

    assert asyncio.run(story()) == [2, 3]


def test_waiters_that_are_cancelled_before_a_place_gets_free_end_quietly() -> None:
    """A signal cancels every request at once: those in flight free their places before the waiters run."""

    async def story() -> list[object]:
        limiter = AdaptiveLimiter(1)
        first = await limiter.acquire()
        tasks = [asyncio.create_task(limiter.acquire()) for _ in range(3)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        limiter.release(first, "failed", 0.1)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert limiter.in_flight == 0
        return [type(one) for one in ended]

    assert asyncio.run(story()) == [asyncio.CancelledError] * 3
