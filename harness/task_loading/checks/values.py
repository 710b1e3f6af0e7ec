"""Kinds of values in a task YAML, and how a message shows what was found."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from harness.core.task import FunctionRef
from harness.errors import TaskFileError

Where = Callable[..., str]
"""Key path -> file and line."""

LARGEST: Final = 2**63
"""Integers of this size and beyond are refused: no count, seed or limit needs them."""
_SHOWN: Final = 80
_NAME: Final = re.compile(r"\w[\w.+-]*")

TEXT: Final = "text"
NAME: Final = "text of letters, digits, '_', '-', '.' and '+'"
FUNCTION: Final = "'!function module.name'"
MAPPING: Final = "a mapping"
LIST: Final = "a list"
TEXTS: Final = "a list of texts"
BOOLEAN: Final = "true or false"
INTEGER: Final = "an integer"
NUMBER: Final = "a finite number"
NULL: Final = "null"

_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    TEXT: lambda value: isinstance(value, str),
    NAME: lambda value: is_name(value),
    FUNCTION: lambda value: isinstance(value, FunctionRef),
    MAPPING: lambda value: isinstance(value, dict),
    LIST: lambda value: isinstance(value, list),
    TEXTS: lambda value: (
        isinstance(value, list) and all(isinstance(part, str) and part for part in value)
    ),
    BOOLEAN: lambda value: isinstance(value, bool),
    INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    NUMBER: lambda value: is_number(value),
    NULL: lambda value: value is None,
}


def is_name(value: Any) -> bool:
    """Tell whether a value can name a task, group or benchmark on the command line and in a file."""
    return isinstance(value, str) and len(value) <= 200 and _NAME.fullmatch(value) is not None


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number of ordinary size, and no boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < LARGEST if isinstance(value, int) else math.isfinite(value)


def shown(value: Any) -> str:
    """Return a value as a message shows it: one short line.

    >>> shown({"a": [1, None]})
    "{'a': [1, None]}"
    """
    if isinstance(value, FunctionRef):
        return f"!function {value.module}.{value.name}"
    try:
        text = repr(value)
    except (
        ValueError,
        RecursionError,
    ):  # an integer of thousands of digits, an object that contains itself
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def is_kind(value: Any, kinds: Sequence[str]) -> bool:
    """Tell whether a value is of one of some kinds."""
    return any(_KINDS[kind](value) for kind in kinds)


def check_kinds(
    data: Mapping[str, Any], known: Mapping[str, Sequence[str]], where: Where, prefix: str = ""
) -> None:
    """Check that the values of a mapping are of the kinds that their keys may have; messages put ``prefix`` before them.

    Raises:
        TaskFileError: one is not.
    """
    for key, value in data.items():
        if not is_kind(value, known[key]):
            check_kind(f"{prefix}{key}", value, known[key], where(key))


def check_kind(name: str, value: Any, kinds: Sequence[str], where: str) -> None:
    """Check that a value is of one of some kinds.

    Raises:
        TaskFileError: it is of none of them; the hint says so if quotes are missing.
    """
    if is_kind(value, kinds):
        return
    raise TaskFileError(
        f"{name} is {shown(value)}, expected {' or '.join(kinds)}",
        where=where,
        hint=_cure(value, kinds),
    )


def _cure(value: Any, kinds: Sequence[str]) -> str | None:
    expects_text = TEXT in kinds or NAME in kinds
    if expects_text and isinstance(value, bool | int | float | datetime.date):
        return "YAML reads it as another type: write the text in quotes"
    if TEXTS in kinds and isinstance(value, list) and value:
        return 'every element is a text that is not empty: write it in quotes, such as ["1", "no"]'
    if TEXTS in kinds and isinstance(value, str):
        return f"write [{shown(value)}]"
    return None


def check_plain(data: Any, where: Where) -> None:
    """Check that a parsed file holds only mappings with text keys, lists, texts, numbers, booleans and nulls.

    Raises:
        TaskFileError: a date, bytes, a set, an infinite or very large number, or a key that is not a text.
    """
    for path, value in _walk((), data):
        name = ".".join(path) or "the file"
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise TaskFileError(
                        f"{name} has the key {shown(key)}, expected text",
                        where=where(*path, str(key)),
                        hint="write the key in quotes",
                    )
        elif isinstance(value, bool | str | list | FunctionRef) or value is None:
            continue
        elif isinstance(value, int | float):
            if not is_number(value):
                raise TaskFileError(
                    f"{name} is {shown(value)}, expected a finite number below 2**63",
                    where=where(*path),
                )
        else:
            raise TaskFileError(
                f"{name} is {shown(value)}, a {type(value).__name__}: expected text, a number, a list or a mapping",
                where=where(*path),
                hint="write it in quotes" if isinstance(value, datetime.date) else None,
            )


def _walk(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk((*path, str(key)), part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk((*path, str(number)), part)
