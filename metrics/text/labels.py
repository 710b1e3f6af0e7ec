"""Which of a set of phrases a text names, as whole words.

This is the rule behind the strict readings of closed sets (LLaSO-Eval, Dynamic-SUPERB, quickstart) and
behind SAKURA's control. A phrase is hit where it occurs between characters that are not
alphanumeric. A hit inside a longer hit of another phrase is ignored ("Irish" inside "Northern
Irish"); two hits that merely overlap both stand. The caller normalises case, since benchmarks differ;
matching itself is exact. Linear in the text for each phrase, so a reply of a megabyte is no hazard.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

WORD: Final = r"[^\W_]"
"""Letters and digits of any script."""

ASCII_WORD: Final = "[a-z0-9]"
"""The alphanumerics of LLaSO-Eval's abstention rule (README of ``tasks/llaso_eval``)."""


class Hit(NamedTuple):
    """One occurrence of a phrase: character offsets and the phrase's number in its list."""

    start: int
    end: int
    phrase: int


def whole_word_hits(text: str, phrases: Sequence[str], word: str = WORD) -> list[Hit]:
    """All occurrences of phrases as whole words, in order, hits inside longer hits left out.

    Args:
        text: the text to search.
        phrases: the phrases; an empty one is never found, of equal ones the first is reported.
        word: regular expression of one character that may not stand beside a hit.

    >>> whole_word_hits("a female cat", ["male", "female", "cat"])
    [Hit(start=2, end=8, phrase=1), Hit(start=9, end=12, phrase=2)]
    """
    first: dict[str, int] = {}
    for number, phrase in enumerate(phrases):
        if phrase:
            first.setdefault(phrase, number)
    hits = [
        Hit(match.start(), match.end(), number)
        for phrase, number in first.items()
        for match in re.finditer(f"(?<!{word}){re.escape(phrase)}(?!{word})", text)
    ]
    return outermost(hits)


def outermost(hits: Sequence[Hit]) -> list[Hit]:
    """Hits that do not lie inside a longer hit, in order of their start."""
    kept: list[Hit] = []
    reach = -1
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.phrase)):
        if hit.end > reach:
            kept.append(hit)
            reach = hit.end
    return kept


def labels_named(text: str, labels: Sequence[str], word: str = WORD) -> tuple[str, ...]:
    """The distinct labels that a text names, in order of first occurrence.

    >>> labels_named("it is northern irish, not welsh", ["irish", "northern irish", "welsh"])
    ('northern irish', 'welsh')
    """
    return tuple(dict.fromkeys(labels[hit.phrase] for hit in whole_word_hits(text, labels, word)))


def only_label(text: str, labels: Sequence[str], word: str = WORD) -> str | None:
    """The one label that a text names; ``None`` if it names none or several.

    >>> only_label("surely a dog, a big dog", ["dog", "cat"])
    'dog'
    >>> only_label("dog or cat", ["dog", "cat"]) is None
    True
    """
    named = labels_named(text, labels, word)
    return named[0] if len(named) == 1 else None
