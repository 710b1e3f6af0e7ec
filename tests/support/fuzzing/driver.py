"""Give a target many seeded inputs; an exception that it does not promise, or no end, is a failure with its seed.

``make test`` tries the number that a test asks for, always the same inputs. ``HARNESS_SOAK=1`` tries 100,000 of each
target, new ones every time. Two variables narrow that down: ``HARNESS_FUZZ_SEED`` begins at the seed that a failure
named, ``HARNESS_FUZZ_SECONDS`` ends a long run early and says how far it came.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest

from tests.support.budget import SOAK

FULL = 100_000
LONGEST = 10.0
"""Seconds of processor time that one input may take."""
STUCK = 120.0
"""Seconds that one input may take on the clock, for what waits without computing."""


class NoEnd(BaseException):
    """An input took too long; no handler of the product catches it."""


def fuzz(
    target: str,
    one: Callable[[random.Random], str],
    *,
    quick: int,
    record: Callable[[str, object], None] | None = None,
) -> Counter[str]:
    """Try inputs, and count what became of them.

    Args:
        target: what is tried, for the report.
        one: draws one input, gives it to the target, returns in a word what came of it. Whatever it raises is a failure.
        quick: inputs of the short form.
        record: pytest's ``record_property``.
    """
    count = FULL if SOAK else quick
    given = os.environ.get("HARNESS_FUZZ_SEED")
    seed = int(given) if given else time.time_ns() // 1_000_000_000 * 1_000_000 if SOAK else 0
    until = time.monotonic() + float(os.environ.get("HARNESS_FUZZ_SECONDS") or "inf")
    found: Counter[str] = Counter()
    began = time.monotonic()
    with _Watch() as watch:
        for number in range(seed, seed + count):
            watch.restart()
            try:
                found[one(random.Random(number))] += 1
            except (Exception, NoEnd, SystemExit) as error:  # noqa: BLE001  (each is a finding)
                watch.stop()
                pytest.fail(
                    f"{target}: {type(error).__name__}: {str(error)[:1500]}\n"
                    f"once more: HARNESS_FUZZ_SEED={number} (input {number - seed + 1})\n{_where(error)}",
                    pytrace=False,
                )
            if time.monotonic() > until:
                break
    total = found.total()
    figures = f"{target}: {total:,} inputs in {time.monotonic() - began:.0f} s, {dict(found.most_common(8))}"
    sys.stdout.write(f"{figures}\n")
    if record is not None:
        record("fuzz", figures)
    return found


def _where(error: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(error)[-12:])


class _Watch:
    """Ends an input that does not end by itself."""

    def __enter__(self) -> _Watch:
        self._before = [
            signal.signal(number, self._ring) for number in (signal.SIGPROF, signal.SIGALRM)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in zip((signal.SIGPROF, signal.SIGALRM), self._before, strict=True):
            signal.signal(number, handler)

    def restart(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        signal.setitimer(signal.ITIMER_REAL, STUCK)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, number: int, _: FrameType | None) -> None:
        raise NoEnd("no end after " + (f"{LONGEST} s" if number == signal.SIGPROF else "waiting"))
