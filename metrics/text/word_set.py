"""The word-set rule of multiple-choice audio benchmarks: a reply holds the answer's words and no word of others alone.

MMAU and MMAR score replies with it (READMEs of ``tasks/mmau`` and ``tasks/mmar``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"\b\w+\b")


def words(text: str) -> frozenset[str]:
    """Return the distinct words of a text in lower case; an underscore is a letter, a hyphen a border.

    >>> sorted(words("Twenty-three, snake_case!"))
    ['snake_case', 'three', 'twenty']
    """
    return frozenset(_WORD.findall(text.lower()))


def is_correct(answer: str, choices: Sequence[str], reply: str) -> bool:
    """Apply the rule.

    Args:
        answer: text of the right choice; it need not be among the choices.
        choices: all option texts, without letters.
        reply: the reply as it is scored.

    >>> is_correct("Man", ["Man", "Woman"], "I hear a man.")
    True
    >>> is_correct("Man", ["Man", "Woman"], "A man or a woman")
    False
    >>> is_correct("Man", ["Man", "Woman"], "A")
    False
    """
    said, gold = words(reply), words(answer)
    distractors = [words(choice) for choice in choices]
    forbidden = frozenset().union(*(other - gold for other in distractors if other != gold))
    return bool(said) and gold <= said and not said & forbidden


def reason(answer: str, choices: Sequence[str], reply: str) -> str:
    """Return what the rule finds in a reply, in a sentence.

    >>> reason("Man", ["Man", "Woman"], "A woman")
    'by the words of the options: lacks man and has woman, of other options'
    """
    said, gold = words(reply), words(answer)
    lacking = sorted(gold - said)
    foreign = sorted({word for choice in choices for word in words(choice) - gold} & said)
    if not lacking and not foreign:
        return "has every word of the answer and no word that only other options have"
    parts = [f"lacks {', '.join(lacking)}"] if lacking else []
    parts += [f"has {', '.join(foreign)}, of other options"] if foreign else []
    return f"by the words of the options: {' and '.join(parts)}"
