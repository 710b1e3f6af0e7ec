"""Rules that rewrite a masked, folded reply, one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Rule = tuple["re.Pattern[str]", "str | Callable[[re.Match[str]], str]"]
"""A pattern, and the plain form of what it finds."""

HintedRule = tuple[tuple[str, ...], "re.Pattern[str]", "str | Callable[[re.Match[str]], str]"]
"""Parts of words of which what the pattern finds has one, the pattern, and the plain form of what it finds."""


def rewritten(text: str, rules: Iterable[Rule]) -> str:
    r"""Return a text to which every rule was applied, in order.

    >>> rewritten("a, b", [(re.compile(r"(\w), "), r"\1 and ")])
    'a and b'
    """
    for pattern, plain in rules:
        if pattern.search(text) is not None:  # most find nothing, and to expand a form takes time
            text = pattern.sub(plain, text)
    return text


def hinted(text: str, rules: Iterable[HintedRule]) -> str:
    r"""Return a text to which every rule was applied of which it has a part, in order.

    >>> hinted("no a", [(("no ",), re.compile(r"no (\w)"), r"not \1"), (("x",), re.compile("a"), "b")])
    'not a'
    """
    for hints, pattern, plain in rules:
        if any(map(text.__contains__, hints)) and pattern.search(text) is not None:
            text = pattern.sub(plain, text)
    return text
