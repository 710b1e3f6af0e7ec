"""JSON of strangers: what ``json.loads`` gives, nested no deeper than whatever walks, copies or writes it can follow.

A value that only just can be read ends in a ``RecursionError`` wherever it is used later, in a run perhaps on every
start. So depth is bounded where a text becomes a value.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

MAX_DEPTH: Final = 100
"""Lists and objects inside one another; data sets and services need about ten."""


class NestingError(ValueError):
    """JSON that is nested too deeply."""

    def __init__(self, most: int = MAX_DEPTH) -> None:
        super().__init__(f"nested too deeply: more than {most} levels")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, for ``load_json(…, pairs=once)``.

    Raises:
        ValueError: it has a key twice, with different values.

    >>> load_json('{"a": 1, "a": 2}', pairs=once)
    Traceback (most recent call last):
    ...
    ValueError: the key 'a' stands twice in one object, with different values
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            if value is not found[key] and value != found[key]:
                raise ValueError(
                    f"the key {key!r} stands twice in one object, with different values"
                )
    return found


def load_json(
    text: str | bytes, *, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """Parse JSON.

    Args:
        text: the JSON.
        pairs: makes an object of its keys and values; without it, the last of equal keys counts.

    Raises:
        ValueError: not JSON, a number too long to be read, or nested too deeply.

    >>> load_json('{"a": [1]}')
    {'a': [1]}
    >>> load_json("[" * 101 + "]" * 101)
    Traceback (most recent call last):
    ...
    harness.core.untrusted.bounded_json.NestingError: nested too deeply: more than 100 levels
    """
    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except RecursionError as error:
        raise NestingError from error
    marks = (b"[", b"{") if isinstance(text, bytes) else ("[", "{")
    if sum(map(text.count, marks)) > MAX_DEPTH:  # type: ignore[arg-type]  # else it cannot be deeper
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level := [one for one in level if isinstance(one, (dict, list))]:
        depth += 1
        if depth > MAX_DEPTH:
            raise NestingError
        level = [
            inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
        ]
