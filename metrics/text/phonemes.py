"""Phoneme sequences without their notation, for strict phoneme error rates.

What a transcriber adds around or between the sounds is notation and no phoneme: slashes and brackets, full stops
between syllables, tie bars, stress and length marks (also ``'`` and ``:``), hyphens, spaces, and a lead-in such as "The
phonemes are:". The ASCII ``g`` is the IPA letter. Both sides are brought to the same form.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from metrics.text.canonical import canonical

_LEAD: Final = re.compile(
    r"[A-Za-z ,'\"()-]{0,120}?\b(?:phonem|phonetic|transcri|ipa\b|pronunciation)[a-z]*[A-Za-z ,'\"()-]{0,120}?"
    r"(?::|\bis:?|\bare:?)[ \n]+",
    re.IGNORECASE,
)
_STRESS: Final = re.compile(r"([A-Z]{1,2})[012]")
_KEPT_SYMBOLS: Final = frozenset("˞˥˦˧˨˩")
_DROPPED: Final = frozenset("ˈˌːˑ\u035c\u0361\u035d\u0362")


class _Notation(dict[int, str]):
    """A translation table that fills itself: notation to nothing, ASCII g to the IPA letter."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        notation = (
            category[0] in "PZC"
            or (category[0] == "S" and character not in _KEPT_SYMBOLS)
            or character in _DROPPED
        )
        self[code] = kept = "" if notation else "ɡ" if character == "g" else character
        return kept


_TABLE: Final = _Notation()


def ipa(text: str) -> str:
    """Return the IPA code points of a transcription, without notation and spaces.

    >>> ipa("/ˈt͡ʃuːz/"), ipa("[tʃu:z]"), ipa("The phonemes are: /t.ʃuz/")
    ('tʃuz', 'tʃuz', 'tʃuz')
    >>> ipa("ɡoʊ") == ipa("goʊ")
    True
    """
    return canonical(_without_lead(text), casefold=False).translate(_TABLE)


def arpabet(text: str) -> list[str]:
    """Return the ARPAbet phonemes of a transcription: upper case, without stress digits.

    >>> arpabet("/HH AH0 L OW1/"), arpabet("hh-ah-l-ow")
    (['HH', 'AH', 'L', 'OW'], ['HH', 'AH', 'L', 'OW'])
    """
    plain = canonical(_without_lead(text), casefold=False).upper()
    symbols = "".join(sign if sign.isalnum() else " " for sign in plain).split()
    return [
        _STRESS.sub(r"\1", symbol) if _STRESS.fullmatch(symbol) else symbol for symbol in symbols
    ]


def _without_lead(text: str) -> str:
    lead = _LEAD.match(text)
    return text if lead is None else text[lead.end() :]
