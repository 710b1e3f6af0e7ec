"""Sampling arguments of a judge: the same in a task's ``judge`` block and in ``-J``, where they go over the task's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

SAMPLING: Final = (
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "reasoning_effort",
)
_LIMITS: Final = frozenset({"max_tokens", "max_completion_tokens"})
_WHOLE: Final = _LIMITS | {"seed"}


def expected_sampling(name: str, value: object) -> str | None:
    """Return what a sampling argument should be, ``None`` if its value is one.

    >>> expected_sampling("top_p", 0.9), expected_sampling("max_tokens", "64")
    (None, 'an integer of at least 1')
    """
    if name == "reasoning_effort":
        return None if isinstance(value, str) else "a text"
    number = (
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    )
    if name in _LIMITS:
        return (
            None if number and isinstance(value, int) and value >= 1 else "an integer of at least 1"
        )
    if name in _WHOLE:
        return None if number and isinstance(value, int) else "an integer"
    return None if number else "a number"


def over(own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's sampling arguments with the user's over them; a limit replaces one of another name.

    >>> over({"temperature": 0.5, "max_tokens": 64}, {"max_completion_tokens": 2000})
    {'temperature': 0.5, 'max_completion_tokens': 2000}
    """
    replaced = _LIMITS if _LIMITS & given.keys() else frozenset()
    return {**{name: value for name, value in own.items() if name not in replaced}, **given}
