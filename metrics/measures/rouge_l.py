"""ROUGE-L of a summary: the longest common subsequence of words, as the package ``rouge-score`` computes it.

Its own tokenizer keeps Latin letters and digits only, so an Arabic text would have no words. Here words are runs of letters,
digits and combining marks of any script, in lower case, Arabic ones without diacritics and tatweel.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Final

_TATWEEL: Final = "\u0640"


def words(text: str) -> list[str]:
    """Return the words of a text.

    >>> words("The cat's mat, 2nd."), len(words("\u0643\u0650\u062a\u064e\u0627\u0628\u064c \u062c\u062f\u064a\u062f"))
    (['the', 'cat', 's', 'mat', '2nd'], 2)
    """
    found: list[str] = []
    word = ""
    for character in unicodedata.normalize("NFKC", text).lower():
        kind = unicodedata.category(character)[0]
        if character == _TATWEEL or (kind == "M" and _is_arabic_mark(character)):
            continue
        if kind in "LNM":
            word += character
        elif word:
            found.append(word)
            word = ""
    return [*found, word] if word else found


def _is_arabic_mark(character: str) -> bool:
    return (
        "\u0610" <= character <= "\u061a"
        or "\u064b" <= character <= "\u065f"
        or character == "\u0670"
    )


class _Words:
    """The tokenizer that ``rouge-score`` asks."""

    def tokenize(self, text: str) -> list[str]:
        return words(text)


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], tokenizer=_Words())


def rouge_l(reference: str, reply: str) -> float:
    """Return the F measure of ROUGE-L, from 0 to 1; 0 for a reply or reference without a word.

    >>> rouge_l("the cat sat on the mat", "the cat lay on the mat") == 5 / 6
    True
    """
    return float(_scorer().score(reference, reply)["rougeL"].fmeasure)
