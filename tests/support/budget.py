"""How much is tried: a quick part on every run, the rest in ``make test-long``, all of it with ``HARNESS_SOAK=1``, little with ``HARNESS_QUICK=1``."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Any

SOAK = bool(os.environ.get("HARNESS_SOAK"))
"""Whether the long forms of the tests run (``make soak``)."""

QUICK = bool(os.environ.get("HARNESS_QUICK"))
"""Whether one case of every test is enough (``make quick``)."""

PART, LEAST = (30, 5) if QUICK else (6, 15)


def examples(full: int) -> int:
    """Return how many examples a property test draws: ``full`` in the long form, else a sixth, a thirtieth in ``make quick``."""
    return full if SOAK else min(full, max(LEAST, full // PART))


def long_unless(always: bool) -> list[Any]:
    """Return the marks of a case that ``make test`` has ``always``, or leaves to ``make test-long``."""
    import pytest  # servers that tests start read this module, too

    return [] if always else [pytest.mark.long]


def mostly_long(values: Iterable[Any], always: Collection[Any]) -> list[Any]:
    """Return parameters of a test, of which those in ``always`` run in ``make test``; the others are marked ``long``.

    Raises:
        ValueError: nothing would run in ``make test``, or something in ``always`` is no value.
    """
    import pytest

    found = list(values)
    if not always or any(value not in found for value in always):
        raise ValueError(f"{always!r} must name some of {found!r}")
    return [
        value
        if value in always
        else pytest.param(
            *(value if isinstance(value, tuple) else (value,)), marks=long_unless(False)
        )
        for value in found
    ]
