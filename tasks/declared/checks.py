"""Checks of declared values: what a parameter of a rule or a key of the data block may be."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from harness.errors import TaskFileError

Check = Callable[[Any], bool]
Where = Callable[..., str]
"""Key path below the block -> file and line."""


def is_text(value: object) -> bool:
    """Return whether a value is a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def is_texts(value: object) -> bool:
    """Return whether a value is a list of one or more texts."""
    return isinstance(value, list) and bool(value) and all(map(is_text, value))


def one_of(*names: str) -> Check:
    """Return the check for one of some names."""
    return lambda value: isinstance(value, str) and value in names


def is_field_map(value: object) -> bool:
    """Return whether a value maps texts to texts."""
    return isinstance(value, dict) and all(
        is_text(key) and is_text(one) for key, one in value.items()
    )


def is_names(value: object) -> bool:
    """Return whether a value maps SHA-256 digests to names."""
    return isinstance(value, dict) and all(
        isinstance(key, str) and len(key) == 64 and is_text(one) for key, one in value.items()
    )


def is_levels(value: object) -> bool:
    """Return whether a value maps fields to lists of texts."""
    return isinstance(value, dict) and all(
        is_text(key) and is_texts(one) for key, one in value.items()
    )


def refuse_unknown(what: str, name: Any, known: Mapping[str, Any], where: str) -> None:
    """Raise ``TaskFileError`` about an unknown name, with the nearest of the known ones."""
    near = difflib.get_close_matches(str(name), known, n=1)
    raise TaskFileError(
        f"there is no {what} {name!r}",
        where=where,
        hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}",
    )
