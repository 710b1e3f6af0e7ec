"""Transcripts of German, French, Italian, Spanish and Portuguese as the Open ASR leaderboard compares them (``oasr-ml-2026-03``).

Numbers are written out by num2words, words of a pair that differ in their spaces alone are joined on both sides; and the letters
over which Whisper's character error rate runs.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from metrics.text.normalizers import whisper_basic


def open_asr_multilingual(text: str, language: str) -> str:
    """Return the form that is compared.

    >>> open_asr_multilingual("Das kostet 12,50 € (ohne Getränke).", "de")
    'das kostet zwölf fünfzig'
    """
    text = re.sub(r"[^\w\s]", "", whisper_basic(text))
    text = " ".join(text.split())
    text = re.sub(r"(\d)\s+(\d{3})\b", r"\1\2", text)
    text = re.sub(r"\d+", lambda match: _spoken(match[0], language), text)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _spoken(digits: str, language: str) -> str:
    from num2words import num2words

    try:
        return str(num2words(int(digits), lang=language))
    except (ValueError, OverflowError, IndexError, KeyError):  # too long to be said
        return digits


def aligned(reference: str, hypothesis: str) -> tuple[str, str]:
    """Return both texts with words joined where they differ in spaces alone.

    >>> aligned("un arc en ciel", "un arcen ciel")
    ('un arcen ciel', 'un arcen ciel')
    """
    said, heard = reference.split(), hypothesis.split()
    left: list[str] = []
    right: list[str] = []
    blocks = difflib.SequenceMatcher(None, said, heard).get_opcodes()
    for kind, start, end, from_, to in blocks:
        ours, theirs = said[start:end], heard[from_:to]
        joined = "".join(ours)
        if kind == "replace" and joined == "".join(theirs):
            ours = theirs = [joined]
        left += ours
        right += theirs
    return " ".join(left), " ".join(right)


def letters(text: str) -> str:
    """Return the grapheme clusters of a text with spaces between them, without its own spaces.

    >>> letters("今天 ok")
    '今 天 o k'
    """
    import regex  # type: ignore[import-untyped]

    return " ".join(" ".join(regex.findall(r"\X", text)).split())
