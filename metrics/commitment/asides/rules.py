"""Rules that rewrite a masked, folded reply, one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Rule = tuple["re.Pattern[str]", "str | Callable[[re.Match[str]], str]"]
"""A pattern, and the plain form of what it finds."""


def rewritten(text: str, rules: Iterable[Rule]) -> str:
    r"""Return a text to which every rule was applied, in order.

    >>> rewritten("a, b", [(re.compile(r"(\w), "), r"\1 and ")])
    'a and b'
    """
    for pattern, plain in rules:
        if pattern.search(text) is not None:  # most find nothing, and to expand a form takes time
            text = pattern.sub(plain, text)
    return text
