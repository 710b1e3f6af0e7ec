"""Hazards: a limit per minute fails items, is hammered with requests, is waited for without end, or holds up Ctrl-C."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from harness.errors import AdapterError, UsageError
from harness.types import ErrorInfo
from model_adapters.services.attempts import Attempt, AttemptLoop, Bounds
from model_adapters.services.chat_reply import ChatReply, failed, read_completion
from model_adapters.services.pacing.patience import ENDED, IN_A_ROW, Patience, parse_patience
from model_adapters.services.pacing.retry import RETRY_AFTER_CAP, asked_wait, limit_reset
from tests.support.budget import mostly_long
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import Service, request

network = pytest.mark.network
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


# --- what a service asks for -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1s", 1.0),
        ("250ms", 0.25),
        ("1m30s", 90.0),
        ("6m0s", RETRY_AFTER_CAP),
        ("2m59.56s", RETRY_AFTER_CAP),
        ("7.66s", 7.66),
        ("12", 12.0),
        (str(int(NOON.timestamp()) + 9), 9.0),
        (f"{int(NOON.timestamp()) + 9}000", 9.0),
        ("2030-01-01T12:00:07Z", 7.0),
        ("2030-01-01T12:00:07", 7.0),
        ("2030-01-01T13:00:07+01:00", 7.0),
        ("Tue, 01 Jan 2030 12:00:05 GMT", 5.0),
        ("2029-12-31T00:00:00Z", None),
        ("0s", None),
        ("-5", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_forms_of_a_reset(value: str, seconds: float | None) -> None:
    for name in (
        "x-ratelimit-reset-requests",
        "X-RateLimit-Reset",
        "anthropic-ratelimit-tokens-reset",
    ):
        assert limit_reset({name: value}, NOON) == seconds


def test_retry_after_counts_before_a_reset_and_a_used_up_limit_before_another() -> None:
    both = {"x-ratelimit-reset-requests": "50s", "x-ratelimit-reset-tokens": "2s"}
    assert asked_wait({"Retry-After": "3", **both}) == 3.0
    assert asked_wait(both) == 2.0
    left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "9000"}
    assert asked_wait({**both, **left}) == 50.0
    assert asked_wait({"content-type": "x", "x-request-reset": "5"}) is None


@pytest.mark.parametrize("text", ["", "soon", "-1", "10x", "1e9", True, "ten minutes"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--patience"):
        parse_patience(text)


@pytest.mark.parametrize("code", [429, "429", 503, 529])
def test_an_error_in_a_body_may_say_that_the_service_is_busy(code: object) -> None:
    error = read_completion({"error": {"message": "busy", "code": code}}).error
    assert error is not None and error.retryable
    assert error.kind == ("rate_limit" if str(code) == "429" else "overloaded")


# --- the waiting room --------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_one_refusal_closes_nothing_and_several_do() -> None:
    patience = Patience(600.0, 0.5, Clock())
    for _ in range(IN_A_ROW - 1):
        patience.refused(None, tried=False)
        assert patience.waiting is None
    patience.refused(None, tried=False)
    assert patience.waiting is not None
    patience.answered()
    assert patience.waiting is None


def test_waits_grow_and_stay_below_half_a_minute() -> None:
    clock = Clock()
    patience = Patience(1e9, 0.5, clock)
    waits = []
    for _ in range(12):
        patience.refused(None, tried=True)
        waits.append(patience.until - clock.now)
        clock.now = patience.until
    assert waits == [0.5, 1, 2, 4, 8, 16, *[30.0] * 6]


def test_a_wait_that_does_not_end_in_time_is_not_begun() -> None:
    patience = Patience(10.0, 0.5, Clock())
    patience.refused(60.0, tried=False)
    assert patience.over


def test_every_answer_begins_the_patience_anew() -> None:
    clock = Clock()
    patience = Patience(10.0, 0.5, clock)
    for _ in range(50):
        patience.refused(2.0, tried=True)
        clock.now += 4
        assert not patience.over
        patience.answered()
    patience.refused(2.0, tried=True)
    clock.now += 10
    patience.refused(2.0, tried=True)
    assert patience.over


def run_loop(bounds: Bounds, replies: list[ErrorInfo | None], requests: int = 1) -> list[ChatReply]:
    """Replies of requests that are answered in the order of ``replies``, the last of them for ever."""
    loop = AttemptLoop(bounds, lambda text: text)
    left = list(replies)

    async def send(number: int) -> Attempt:
        del number
        await asyncio.sleep(0)
        error = left.pop(0) if len(left) > 1 else left[0]
        if error is None:
            return Attempt(ChatReply("ok"), "answered")
        return Attempt(ChatReply(None, error=error), "overloaded")

    async def work() -> list[ChatReply]:
        return list(await asyncio.gather(*(loop.run(send) for _ in range(requests))))

    return asyncio.run(work())


BUSY = ErrorInfo("rate_limit", "slow down", retryable=True)


def test_refusals_of_a_busy_service_use_up_no_retries() -> None:
    bounds = Bounds(max_retries=0, backoff=0.001, patience=30.0)
    (reply,) = run_loop(bounds, [BUSY] * 12 + [None])
    assert (reply.text, reply.attempts) == ("ok", 13)


def test_when_the_patience_ends_all_that_wait_learn_it() -> None:
    bounds = Bounds(max_retries=0, backoff=0.01, patience=0.3, concurrency=4)
    started = time.perf_counter()
    replies = run_loop(bounds, [BUSY], requests=20)
    assert time.perf_counter() - started < 5
    assert {reply.error.kind for reply in replies if reply.error} == {ENDED}
    assert all(reply.error and "slow down" in reply.error.message for reply in replies)


def test_one_request_that_is_always_refused_fails_alone() -> None:
    """The service answers all others: it is not busy, and the run need not end."""
    loop = AttemptLoop(Bounds(max_retries=2, backoff=0.005, patience=0.2), lambda text: text)

    async def poisoned(number: int) -> Attempt:
        del number
        await asyncio.sleep(0.002)
        return Attempt(ChatReply(None, error=BUSY), "overloaded")

    async def plain(number: int) -> Attempt:
        del number
        await asyncio.sleep(0.001)
        return Attempt(ChatReply("ok"), "answered")

    async def work() -> tuple[ChatReply, int]:
        bad = asyncio.create_task(loop.run(poisoned))
        good = 0
        while not bad.done():
            good += (await loop.run(plain)).text == "ok"
        return await bad, good

    reply, good = asyncio.run(asyncio.wait_for(work(), 20))
    assert reply.error == ErrorInfo("rate_limit", "slow down", retryable=True)
    assert good > 10


def test_a_request_that_is_cancelled_while_it_tries_lets_another_try() -> None:
    patience = Patience(60.0, 0.01)
    patience.refused(0.01, tried=False)

    async def work() -> bool:
        assert await patience.turn()
        other = asyncio.create_task(patience.turn())
        await asyncio.sleep(0.05)
        assert not other.done()
        patience.given_up()  # what the loop does with a request that was cancelled
        return await asyncio.wait_for(other, 5)

    assert asyncio.run(work())


def test_a_failure_of_another_kind_says_nothing_about_the_wait() -> None:
    bounds = Bounds(max_retries=1, backoff=0.001, patience=30.0)
    server = ErrorInfo("server", "oops", retryable=True)
    (reply,) = run_loop(bounds, [BUSY, server, BUSY, server, None])
    assert reply.error == server and reply.attempts == 4
    assert failed("audio", "unreadable").error is not None


# --- services ----------------------------------------------------------------------------------


@network
@pytest.mark.parametrize("reset", mostly_long(["", "1s"], [""]))
def test_a_limit_per_window_is_waited_for_and_not_hammered(service: Service, reset: str) -> None:
    flags = ("--window-limit", "12", "--window-seconds", "1.2", "--retry-after", "")
    flags += ("--reset", reset) if reset else ()
    texts = [f"{number}" for number in range(28)]  # three windows
    with ChaosServer("--reply", "echo", *flags) as server:
        found = service.ask(
            server, *map(request, texts), concurrency=16, max_retries=0, backoff=0.1, patience=30.0
        )
        ledger = server.ledger()
    assert [one.text for one in found] == texts  # no item failed, without a single retry allowed
    assert ledger["requests"] < 28 + 3 * (
        16 + 8
    )  # per window: what was in flight, then single tries


@network
def test_a_service_that_stays_busy_ends_the_run_and_names_the_cure(service: Service) -> None:
    flags = ("--fault-rate", "1", "--faults", "503", "--fault-attempts", "99")
    with ChaosServer(*flags) as server:
        started = time.perf_counter()
        with pytest.raises(AdapterError, match=r"gets too much, for 0\.5 s") as caught:
            service.ask(server, *map(request, "abcdef"), max_retries=0, patience=0.5)
        assert time.perf_counter() - started < 8
    assert "--patience" in str(caught.value)


def test_a_moment_in_this_clock_is_read_too() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    found = limit_reset({"x-ratelimit-reset": soon.isoformat()})
    assert found is not None and 25 < found <= 30
