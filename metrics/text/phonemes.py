"""Phoneme sequences without their notation, for strict phoneme error rates.

What a transcriber adds around or between the sounds is notation and no phoneme: slashes and brackets, full stops
between syllables, tie bars, stress and length marks (also ``'`` and ``:``), hyphens, spaces, tags, and words around the
phonemes, such as "The phonemes are:". Where slashes or square brackets stand around phonemes, what else is said in
plain letters is left out too. One sound has one code point: the ASCII ``g`` is the IPA letter, ligatures
(``ʧ``) are their two letters, and look-alikes from other alphabets (``ε``, ``∫``) the IPA letter that they are typed for.
Both sides are brought to the same form.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from metrics.text.canonical import canonical

_AROUND: Final = r"[A-Za-z ,'\"()*_-]{0,120}?"
_LEAD: Final = re.compile(
    r"[A-Za-z ,.!'\"()*_#>-]{0,120}?\b(?:"
    r"(?:phonem|phonetic|transcri|ipa\b|arpabet|pronunciation|pronounced)[a-z]*"
    rf"{_AROUND}(?:(?::[*_]*|\bis:?|\bare:?|\bas(?: follows)?:?|[ ]-)[ \n]+|(?<=[ \n])(?=[/\[]))"
    rf"|(?:answer|result|output|hear|speech|audio|recording|sequence)\b{_AROUND}(?::[*_]*[ \n]+|\bis[ \n]+(?=[^\x00-\x7f/\[])))",
    re.IGNORECASE,
)
_FORM: Final = re.compile(
    r"```[A-Za-z]*[ ]*\n|```|</?[A-Za-z][A-Za-z_-]{2,20}>|\"[A-Za-z_]{3,20}\"[ ]*:|^[ ]*\d{1,3}[.)][ ]",
    re.MULTILINE,
)
"""Fences, tags, keys of JSON, numbers of a list."""
_BETWEEN: Final = re.compile(r"(?<![\w/])/([^/\n\[\]]+)/(?!\w)|\[([^\[\]\n]+)\]")
_WORD: Final = re.compile(r"[A-Za-z]{2}")
_SOUNDS: Final = re.compile(r"[^\x00-\x7f]|\A\s*(?:[A-Za-z]{1,2}[012]?(?:\s+|\Z))+\Z")
"""What is between slashes is phonemes: a sign of the IPA, or ARPAbet."""
_STRESS: Final = re.compile(r"([A-Z]{1,2})[012]")
_KEPT_SYMBOLS: Final = frozenset("˞˥˦˧˨˩")
_DROPPED: Final = frozenset("ˈˌːˑ\u035c\u0361\u035d\u0362")
_ONE_SOUND: Final = {
    **{"g": "ɡ", "ʦ": "ts", "ʣ": "dz", "ʧ": "tʃ", "ʤ": "dʒ", "ʨ": "tɕ", "ʥ": "dʑ"},
    **{"ε": "ɛ", "∫": "ʃ", "ǝ": "ə", "ә": "ə", "α": "ɑ", "ι": "ɩ", "φ": "ɸ", "υ": "ʊ", "ƞ": "ŋ"},
    **{"ꞵ": "β", "ꭓ": "χ", "ө": "ɵ", "ϑ": "θ", "ᶿ": "θ"},
}  # fmt: skip


class _Notation(dict[int, str]):
    """A translation table that fills itself: notation to nothing, one code point for a sound."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in _ONE_SOUND:
            kept = _ONE_SOUND[character]
        else:
            notation = (
                category[0] in "PZC"
                or (category[0] == "S" and character not in _KEPT_SYMBOLS)
                or character in _DROPPED
            )
            kept = "" if notation else character
        self[code] = kept
        return kept


_TABLE: Final = _Notation()


def ipa(text: str) -> str:
    """Return the IPA code points of a transcription, without notation and spaces.

    >>> ipa("/ˈt͡ʃuːz/"), ipa("[ʧu:z]"), ipa("The phonemes are: /t.ʃuz/")
    ('tʃuz', 'tʃuz', 'tʃuz')
    >>> ipa("ɡoʊ") == ipa("goʊ"), ipa("It is pronounced /kæt/ in British English.")
    (True, 'kæt')
    """
    plain = _without_words(canonical(text, casefold=False)).translate(_TABLE)
    return unicodedata.normalize("NFC", plain).replace("ə˞", "ɚ").replace("ɜ˞", "ɝ")


def arpabet(text: str) -> list[str]:
    """Return the ARPAbet phonemes of a transcription: upper case, without stress digits.

    >>> arpabet("/HH AH0 L OW1/"), arpabet("hh-ah-l-ow")
    (['HH', 'AH', 'L', 'OW'], ['HH', 'AH', 'L', 'OW'])
    """
    plain = _without_words(canonical(text, casefold=False)).upper()
    symbols = "".join(sign if sign.isalnum() else " " for sign in plain).split()
    return [
        _STRESS.sub(r"\1", symbol) if _STRESS.fullmatch(symbol) else symbol for symbol in symbols
    ]


def _without_words(text: str) -> str:
    """Return what is transcribed, without its form, a lead-in and words around marked phonemes."""
    text = _FORM.sub(" ", text).strip()
    lead = _LEAD.match(text)
    if lead is not None:
        text = text[lead.end() :]
    marked = [first or second for first, second in _BETWEEN.findall(text)]
    sounds = list(filter(_SOUNDS.search, marked))
    around = [sign for sign in _BETWEEN.sub(" ", text) if sign.isalpha()]
    few = lead is not None or 2 * len(around) <= 3 * sum(map(len, sounds))
    if sounds and few and all(map(str.isascii, around)) and _WORD.search(_BETWEEN.sub(" ", text)):
        return " ".join(sounds)
    return text
