"""Checks of declared values: what a parameter of a rule or a key of the data block may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]


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
