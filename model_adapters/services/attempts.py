"""Attempts at one request to a service: the loop that every client of ours shares.

A client says how one attempt is made and what its outcome means (``Attempt``); this module bounds how many are in
flight (``limiter``), tries again what may pass (``retry``), waits with full jitter, waits for a service that gets too
much (``patience``), and keeps keys out of messages. A failure is a value; what an attempt raises all the same ends the
request, and passes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Final, NamedTuple, TypeVar

from harness.errors import AudioError, UsageError
from model_adapters.services.chat_reply import ChatReply, failed
from model_adapters.services.denial import Denials
from model_adapters.services.pacing.limiter import AdaptiveLimiter, Verdict
from model_adapters.services.pacing.patience import BUSY, ENDED, PATIENCE_SECONDS, Patience
from model_adapters.services.pacing.retry import BACKOFF_CAP, BACKOFF_SECONDS, wait_seconds

MESSAGE_CHARS: Final = 500
Made = TypeVar("Made", bound="Bounds")


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


@dataclass(frozen=True)
class Bounds:
    """Bounds on asking a service: how often, how many at a time, for how long; every client and adapter of one has them.

    Attributes:
        concurrency: most attempts in flight.
        timeout: seconds for one attempt, from sending to the last byte.
        max_retries: attempts after the first, without those that a busy service refused.
        seed: of the jitter.
        backoff: bound in seconds of the first wait; it doubles.
        patience: seconds that a busy service may go without an answer.

    Raises:
        UsageError: no place in flight, a negative number of retries, no time at all.
    """

    concurrency: int = 32
    timeout: float = 600.0
    max_retries: int = 5
    seed: int = 0
    backoff: float = BACKOFF_SECONDS
    patience: float = PATIENCE_SECONDS

    def __post_init__(self) -> None:
        for name, least in (("concurrency", 1), ("max_retries", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"expected at least {least}", where=name)
        for name, seconds in (("timeout", self.timeout), ("backoff", self.backoff)):
            if not seconds > 0:
                raise UsageError("expected more than 0 seconds", where=name)
        if not self.patience >= 0:
            raise UsageError("expected 0 seconds or more", where="patience")


def bounds_of(given: Any, made: type[Made]) -> dict[str, Any]:
    """Return the values of ``given`` for the fields that the dataclass ``made`` has too.

    >>> bounds_of(Bounds(concurrency=3), Bounds)["concurrency"]
    3
    """
    return {one.name: getattr(given, one.name) for one in fields(made) if hasattr(given, one.name)}


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
        self.patience = Patience(bounds.patience, bounds.backoff)
        self.denials = Denials()
        self._said = ""

    async def run(self, send: Callable[[int], Awaitable[Attempt]]) -> ChatReply:
        """Return the reply of the first attempt that does not fail in passing, or of the last.

        Refusals of a busy service count as attempts only where it answered other requests meanwhile, and only once
        they have gone on for longer than the patience.

        Args:
            send: makes one attempt, given its number from 1, while it has a place in flight.
        """
        started = time.perf_counter()
        number = failures = overtaken = 0
        while True:
            number += 1
            answers = self.patience.answers
            reply, wait = await self._attempt(number, send)
            passed = time.perf_counter() - started
            if reply.error is None or not reply.error.retryable:
                return replace(reply, seconds=passed, attempts=number)
            if reply.error.kind in BUSY:
                self._said = reply.error.message
                if self.patience.over:
                    return replace(self._ended(), seconds=passed, attempts=number)
                overtaken += self.patience.answers > answers
                most = self._bounds.max_retries
                given_up = overtaken > most and passed > self._bounds.patience
                step, wait = max(overtaken, 1), None  # what it asks for, all wait together
            else:
                failures += 1
                given_up = failures > self._bounds.max_retries
                step = failures
            if given_up:
                return replace(reply, seconds=passed, attempts=number)
            draw = self._random.random()
            await asyncio.sleep(
                wait_seconds(step, draw, wait, base=self._bounds.backoff, cap=BACKOFF_CAP)
            )

    async def _attempt(
        self, number: int, send: Callable[[int], Awaitable[Attempt]]
    ) -> tuple[ChatReply, float | None]:
        """Make one attempt; return it and how long the service asks to wait before the next."""
        ticket = await self.limiter.acquire()
        started = time.perf_counter()
        verdict: Verdict = "failed"
        tries = False
        try:
            tries = await self.patience.turn()
            if self.patience.over:
                return self._ended(), None
            started = time.perf_counter()
            with self.patience.sending():
                reply, verdict, wait = await send(number)
            if tries and verdict == "overloaded":
                verdict = "failed"  # that it was too much is known
            tries = self._note(reply, wait, tries)
        finally:
            if tries:
                self.patience.given_up()
            self.limiter.release(ticket, verdict, time.perf_counter() - started)
        if reply.error is not None:
            message = self._hide(reply.error.message)[:MESSAGE_CHARS]
            reply = replace(reply, error=replace(reply.error, message=message))
        return reply, wait

    def _note(self, reply: ChatReply, wait: float | None, tries: bool) -> bool:
        """Tell the patience what a reply says about the service; return whether the try goes on."""
        if reply.error is not None and reply.error.kind in BUSY:
            self.patience.refused(wait, tried=tries)
        elif reply.error is None or (reply.error.kind == "http" and not reply.error.retryable):
            self.patience.answered()
        else:
            return tries
        return False

    def _ended(self) -> ChatReply:
        bound = f"{self._bounds.patience:g} s"
        return failed(ENDED, f"the service says it gets too much, for {bound}: {self._said}")


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
