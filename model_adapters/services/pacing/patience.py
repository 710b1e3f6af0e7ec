"""How long a service that says it gets too much is waited for: in time, not in attempts, and once for all requests.

A limit per minute refuses everything until its minute is over. So when a service answers several requests in a row with
429, 503 or 529, or says how long to wait, all requests of its client wait together; then one of them is sent, and the
others follow when it is answered. The waits grow to half a minute. Each answer begins the patience anew; when it ends
without one, the run ends, no item has failed, and the same command goes on. One event loop, no locks.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from harness.errors import UsageError
from model_adapters.services.pacing.retry import BUSY_STATUS

PATIENCE_SECONDS: Final = 600.0
BUSY: Final = frozenset(BUSY_STATUS.values())
"""Kinds of error by which a service says that it gets too much."""
ENDED: Final = "patience"
"""Kind of the error of a request that waited until the patience ended: it ends the run."""
IN_A_ROW: Final = 3
"""Refusals without an answer between them that close the service for all requests."""
LONGEST_WAIT: Final = 30.0
SLICE_SECONDS: Final = 1.0
_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def parse_patience(text: str | float, where: str = "--patience") -> float:
    """Return seconds from ``600``, ``90s``, ``10m`` or ``2h``.

    >>> parse_patience("90s"), parse_patience("10m"), parse_patience("1.5h"), parse_patience(5)
    (90.0, 600.0, 5400.0, 5.0)

    Raises:
        UsageError: none of these, or less than nothing.
    """
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*(s|m|min|h)?", str(text).strip())
    if found is None or isinstance(text, bool):
        raise UsageError(
            f"{text!r} is not a length of time", where=where, hint="600 (seconds), 90s, 10m or 2h"
        )
    return float(found[1]) * _UNITS[found[2] or ""]


class Waiting(NamedTuple):
    """A wait for a service.

    Attributes:
        seconds: since it first refused after its last answer.
        patience: seconds after which the run ends.
        sent: requests that were sent all the same and may still be answered.
    """

    seconds: float
    patience: float
    sent: int = 0


def waiting_of(adapter: object) -> Waiting | None:
    """Return for how long an adapter has waited for a service; ``None`` for one that does not, or knows of none.

    >>> waiting_of(object()) is None
    True
    """
    asked: Callable[[], Waiting | None] | None = getattr(adapter, "waiting", None)
    return None if asked is None else asked()


def only_waits(adapter: object) -> bool:
    """Return whether all that an adapter is asked waits for a service, and nothing that was sent can be answered.

    >>> only_waits(object())
    False
    """
    waiting = waiting_of(adapter)
    return waiting is not None and waiting.sent == 0


class Patience:
    """The waiting room of one client.

    Args:
        seconds: how long the service may go without an answer.
        base: seconds of the first wait; it doubles.
        clock: seconds, for tests.
    """

    def __init__(
        self, seconds: float, base: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self.answers = 0
        self.sent = 0
        self._base = base
        self._clock = clock
        self._since: float | None = None  # the first refusal after the last answer
        self.until = 0.0
        self._refusals = 0
        self._waits = 0
        self._closed = False
        self._probe: asyncio.Future[None] | None = None
        self._over = False

    @contextlib.contextmanager
    def sending(self) -> Iterator[None]:
        """Count a request as sent."""
        self.sent += 1
        try:
            yield
        finally:
            self.sent -= 1

    @property
    def over(self) -> bool:
        """True once the service went without an answer for too long."""
        return self._over

    @property
    def waiting(self) -> Waiting | None:
        """The wait of all requests, ``None`` while they need not."""
        if not self._closed or self._since is None:
            return None
        return Waiting(self._clock() - self._since, self.seconds, self.sent)

    async def turn(self) -> bool:
        """Wait until a request may be sent; return whether it is the one that tries for all others."""
        while self._closed and not self._over:
            left = self.until - self._clock()
            if left > 0:  # in slices: the patience may end, or the service ask for more
                await asyncio.sleep(min(left, SLICE_SECONDS))
            elif self._probe is None:
                self._probe = asyncio.get_running_loop().create_future()
                return True
            else:
                await asyncio.shield(self._probe)
        return False

    def answered(self) -> None:
        """Note that the service did its work: nobody waits any longer."""
        self.answers += 1
        self._since = None
        self._refusals = self._waits = 0
        self._closed = False
        self._end_probe()

    def refused(self, asked: float | None, *, tried: bool) -> None:
        """Note that the service said that it gets too much.

        Args:
            asked: seconds that it asks to wait.
            tried: the request was the one that tried for all others.
        """
        now = self._clock()
        if self._since is None:
            self._since = now
        self._refusals += 1
        if self._closed and not tried:  # sent before all began to wait
            if asked is not None:
                self.until = max(self.until, now + asked)
        elif asked is not None or tried or self._refusals >= IN_A_ROW:
            wait = min(LONGEST_WAIT, self._base * 2.0 ** min(self._waits, 30))
            self._waits += 1
            self._closed = True
            self.until = now + (wait if asked is None else max(asked, 0.0) + wait * 0.1)
        # a wait that does not end in time is not begun
        if max(now, self.until if self._closed else now) - self._since >= self.seconds:
            self._over = True
        if tried:
            self._end_probe()

    def given_up(self) -> None:
        """Note that the request that tried for all others ended without saying anything about the service."""
        self._end_probe()

    def _end_probe(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None and not probe.done():
            probe.set_result(None)
