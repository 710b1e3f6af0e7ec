"""Attempts at one request to a service: the loop that every client of ours shares.

A client says how one attempt is made and what its outcome means (``Attempt``); this module bounds how many are in
flight (``limiter``), tries again what may pass (``retry``), waits with full jitter, and keeps keys out of messages.
A failure is a value; what an attempt raises all the same ends the request, and passes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, NamedTuple, Protocol

from harness.errors import AudioError, UsageError
from model_adapters.services.chat_reply import ChatReply, failed
from model_adapters.services.limiter import AdaptiveLimiter, Verdict
from model_adapters.services.retry import BACKOFF_CAP, wait_seconds

MESSAGE_CHARS: Final = 500


class Attempt(NamedTuple):
    """Result of one attempt.

    Attributes:
        reply: the answer or the error; a retryable error is tried again.
        verdict: what the limiter is to think of it.
        wait: seconds that the service asks to wait before the next.
    """

    reply: ChatReply
    verdict: Verdict = "failed"
    wait: float | None = None


class Bounds(Protocol):
    """Options of a client that the loop reads."""

    @property
    def concurrency(self) -> int:
        """Most attempts in flight."""
        ...

    @property
    def max_retries(self) -> int:
        """Attempts after the first."""
        ...

    @property
    def seed(self) -> int:
        """Seed of the jitter."""
        ...

    @property
    def backoff(self) -> float:
        """Bound in seconds of the first wait; it doubles."""
        ...


def check_bounds(bounds: Bounds, timeout: float) -> None:
    """Refuse numbers that make no sense.

    Raises:
        UsageError: no place in flight, a negative number of retries, no time at all.
    """
    for name, least in (("concurrency", 1), ("max_retries", 0)):
        if getattr(bounds, name) < least:
            raise UsageError(f"expected at least {least}", where=name)
    for name, seconds in (("timeout", timeout), ("backoff", bounds.backoff)):
        if not seconds > 0:
            raise UsageError("expected more than 0 seconds", where=name)


class AttemptLoop:
    """Bounded, patient attempts; one per client, in one event loop.

    Args:
        bounds: concurrency, retries and timeout.
        hide: takes secrets out of a message.
    """

    def __init__(self, bounds: Bounds, hide: Callable[[str], str]) -> None:
        self._bounds = bounds
        self._hide = hide
        self._random = random.Random(bounds.seed)
        self.limiter = AdaptiveLimiter(bounds.concurrency)

    async def run(self, send: Callable[[int], Awaitable[Attempt]]) -> ChatReply:
        """Return the reply of the first attempt that does not fail in passing, or of the last.

        Args:
            send: makes one attempt, given its number from 1, while it has a place in flight.
        """
        started = time.perf_counter()
        number = 0
        while True:
            number += 1
            reply, wait = await self._attempt(number, send)
            retryable = reply.error is not None and reply.error.retryable
            if not retryable or number > self._bounds.max_retries:
                return replace(reply, seconds=time.perf_counter() - started, attempts=number)
            draw = self._random.random()
            await asyncio.sleep(
                wait_seconds(number, draw, wait, base=self._bounds.backoff, cap=BACKOFF_CAP)
            )

    async def _attempt(
        self, number: int, send: Callable[[int], Awaitable[Attempt]]
    ) -> tuple[ChatReply, float | None]:
        """Make one attempt; return it and how long the service asks to wait before the next."""
        ticket = await self.limiter.acquire()
        started = time.perf_counter()
        verdict: Verdict = "failed"
        try:
            reply, verdict, wait = await send(number)
        finally:
            self.limiter.release(ticket, verdict, time.perf_counter() - started)
        if reply.error is not None:
            message = self._hide(reply.error.message)[:MESSAGE_CHARS]
            reply = replace(reply, error=replace(reply.error, message=message))
        return reply, wait


def failure(error: Exception, timeout: float) -> Attempt:
    """Return the meaning of an exception that no service sent: an unreadable clip, a time-out, a broken connection.

    Args:
        error: what was raised.
        timeout: seconds that the attempt had.

    >>> failure(TimeoutError(), 5.0).reply.error.message
    'no complete answer within 5 s'
    >>> failure(OSError("gone"), 5.0).reply.error
    ErrorInfo(kind='connection', message='OSError: gone', retryable=True)
    """
    if isinstance(error, AudioError):
        return Attempt(failed("audio", str(error)))
    if isinstance(error, TimeoutError):
        message = f"no complete answer within {timeout:g} s"
        return Attempt(failed("timeout", message, retryable=True), "overloaded")
    return Attempt(failed("connection", _reason(error), retryable=True))


def _reason(error: Exception) -> str:
    """Return the first cause under the errors of client library and transport."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return f"{type(cause).__name__}: {str(cause).strip() or error}"
