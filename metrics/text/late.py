"""Patterns that are compiled when they are first used: most commands read no reply, and a large pattern takes a while.

``from metrics.text import late as re`` is all that a module needs: what else it takes from ``re`` is here, too. It is for patterns of modules: one
that a function makes is used at once.
"""

from __future__ import annotations

import re
from re import (
    ASCII,
    DOTALL,
    IGNORECASE,
    MULTILINE,
    Match,
    Pattern,
    escape,
    findall,
    finditer,
    fullmatch,
    match,
    search,
    split,
    sub,
)
from typing import Any, cast

__all__ = [
    "ASCII",
    "DOTALL",
    "IGNORECASE",
    "MULTILINE",
    "Match",
    "Pattern",
    "compile",
    "escape",
    "findall",
    "finditer",
    "fullmatch",
    "match",
    "search",
    "split",
    "sub",
]


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self.__dict__["_given"]), name)
        setattr(self, name, found)  # later uses do not come here
        return found


def compile(pattern: str, flags: int = 0) -> re.Pattern[str]:
    r"""Return what is used like a compiled pattern; a wrong one is found at its first use.

    Args:
        pattern: a regular expression.
        flags: those of ``re``.

    >>> compile(r"\d+").findall("1 or 22")
    ['1', '22']
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))
