"""How much is tried: a quick part on every run, the rest in ``make test-long``, all of it with ``HARNESS_SOAK=1``."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Any

SOAK = bool(os.environ.get("HARNESS_SOAK"))
"""Whether the long forms of the tests run (``make soak``)."""

PART = 6
LEAST = 15


def examples(full: int) -> int:
    """Return how many examples a property test draws: ``full`` in the long form, else a sixth."""
    return full if SOAK else min(full, max(LEAST, full // PART))


def mostly_long(values: Iterable[Any], always: Collection[Any]) -> list[Any]:
    """Return parameters of a test, of which those in ``always`` run in ``make test``; the others are marked ``long``.

    Raises:
        ValueError: nothing would run in ``make test``, or something in ``always`` is no value.
    """
    import pytest  # servers that tests start read this module, too

    found = list(values)
    if not always or any(value not in found for value in always):
        raise ValueError(f"{always!r} must name some of {found!r}")
    return [
        value
        if value in always
        else pytest.param(
            *(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.long
        )
        for value in found
    ]
