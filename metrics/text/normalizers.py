"""Named text normalisers for text metrics; the name is in the signature.

A word error rate hangs on its normaliser, so every text metric declares one of ``NORMALIZERS``:

* ``raw``: nothing.
* ``basic``: lower case, every character of Unicode category P or S to a space, white space squeezed
  (READMEs of ``tasks/llaso_eval`` and ``tasks/dynamic_superb``).
* ``whisper_basic``: Whisper's rule for any language, diacritics kept: lower case; ``<...>``,
  ``[...]`` and ``(...)`` removed; NFKC; category M, S or P to a space; white space squeezed. Ends are
  stripped here.
* ``speech_ifeval``: ``<`` and ``>`` deleted, then ``whisper_basic`` (README of
  ``tasks/speech_ifeval``).
* ``canonical``: ``metrics.text.canonical``, every character of Unicode category P or S to a space, white space
  squeezed. Vowel marks count; dotted and dotless i are one letter.
* ``canonical_unmarked``: the same without Arabic vowel marks and tatweel and without Hebrew points.
* ``canonical_turkic``: the same with dotted and dotless i as two letters, cased as in Turkish.
* ``canonical_speech_ifeval``: ``metrics.text.canonical``, then ``speech_ifeval``.

For characters of scripts that are written without spaces between words (Han, kana, Thai, Lao, Khmer, Burmese,
Tibetan) ``without_script_spaces`` takes out the spaces next to them: it is the last step of every strict character
error rate. ``spaced_units`` makes the units of the mixed error rate: one of those characters or of Hangul, or a word.

All are linear in the text and raise on no string.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from metrics.text import late as re
from metrics.text.canonical import canonical


class _Blanks(dict[int, str]):
    """A translation table that fills itself: characters of some categories become spaces."""

    def __init__(self, categories: str) -> None:
        super().__init__()
        self._categories = categories

    def __missing__(self, code: int) -> str:
        character = chr(code)
        blank = unicodedata.category(character)[0] in self._categories
        self[code] = " " if blank else character
        return self[code]


_PUNCTUATION_AND_SYMBOLS = _Blanks("PS")
_MARKS_TOO = _Blanks("MPS")
_VOWEL_MARKS: Final = re.compile(
    "[\u0640\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u08ca-\u08e1\u08e3-\u08ff\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"
)
_UNSPACED: Final = (
    "[\u0e00-\u109f\u1780-\u17ff\u19e0-\u19ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u30ff\u3105-\u312f"
    "\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff"
    "\U00016fe0-\U00018cff\U0001aff0-\U0001b16f\U00020000-\U0003ffff]"
)
_HANGUL: Final = "[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff]"
_UNIT: Final = re.compile(f"{_UNSPACED}|{_HANGUL}")
_SCRIPT_SPACE: Final = re.compile(f"(?<={_UNSPACED}) +| +(?={_UNSPACED})")
_OPENING = re.compile(r"[<\[]")
_CLOSING = re.compile(r"[>\]]")


def raw(text: str) -> str:
    """Return the text unchanged.

    >>> raw("A  b!")
    'A  b!'
    """
    return text


def basic(text: str) -> str:
    """Lower case, punctuation and symbols to spaces, white space squeezed and stripped.

    >>> basic("It's  23 °C, isn't it?")
    'it s 23 c isn t it'
    """
    return " ".join(text.lower().translate(_PUNCTUATION_AND_SYMBOLS).split())


def whisper_basic(text: str) -> str:
    """Apply Whisper's basic rule; see the module.

    >>> whisper_basic("[noise] He's HERE (laughs), déjà vu.")
    'he s here déjà vu'
    """
    text = without_round(without_angular(text.lower()))
    text = unicodedata.normalize("NFKC", text).translate(_MARKS_TOO).lower()
    return " ".join(text.split())


def speech_ifeval(text: str) -> str:
    """Apply Speech-IFEval's rule for transcripts; see the module.

    >>> speech_ifeval("<Hello> (um) world")
    'hello world'
    """
    return whisper_basic(text.replace("<", "").replace(">", ""))


def canonical_words(text: str) -> str:
    """Return the canonical form with punctuation and symbols as spaces.

    >>> canonical_words("L\u2019e\u0301te\u0301, STRASSE \uff11\uff12\u200b!")
    'l été strasse 12'
    """
    return _spaced(canonical(text))


def canonical_unmarked(text: str) -> str:
    """Return ``canonical_words`` without Arabic and Hebrew vowel marks and without tatweel.

    Letters that a mark changes (hamza, madda) stay as they are.

    >>> canonical_unmarked("ذَهَـبَ الوَلَدُ")
    'ذهب الولد'
    """
    return _spaced(_VOWEL_MARKS.sub("", canonical(text)))


def canonical_turkic(text: str) -> str:
    """Return ``canonical_words`` with dotted and dotless i as two letters.

    >>> canonical_turkic("KIŞ, İYİ"), canonical_words("KIŞ, İYİ")
    ('kış iyi', 'kiş iyi')
    """
    return _spaced(canonical(text, language="tr"))


def canonical_speech_ifeval(text: str) -> str:
    """Return ``speech_ifeval`` of the canonical form.

    >>> canonical_speech_ifeval("\ufeff<Hello> (um) \uff37orld")
    'hello world'
    """
    return speech_ifeval(canonical(text))


def without_script_spaces(text: str) -> str:
    """Return a text without spaces next to characters of scripts that need none between words.

    >>> without_script_spaces("今天 很好 ok ok 吗"), without_script_spaces("안녕 하세요")
    ('今天很好ok ok吗', '안녕 하세요')
    """
    return text if text.isascii() else _SCRIPT_SPACE.sub("", text)


def spaced_units(text: str) -> str:
    """Return a text with spaces round each character of those scripts and of Hangul; other words stay whole.

    >>> spaced_units("我想喝latte吗"), spaced_units("결과 algorithm은")
    ('我 想 喝 latte 吗', '결 과 algorithm 은')
    """
    return text if text.isascii() else " ".join(_UNIT.sub(r" \g<0> ", text).split())


def _spaced(text: str) -> str:
    return " ".join(text.translate(_PUNCTUATION_AND_SYMBOLS).split())


def without_angular(text: str) -> str:
    """Remove from each ``<`` or ``[`` to the next ``>`` or ``]``, whichever comes first."""
    kept: list[str] = []
    position = 0
    while opening := _OPENING.search(text, position):
        closing = _CLOSING.search(text, opening.end())
        if closing is None:
            break
        kept.append(text[position : opening.start()])
        position = closing.end()
    return "".join([*kept, text[position:]])


def without_round(text: str) -> str:
    """Remove from each ``(`` to the next ``)`` with at least one character between."""
    kept: list[str] = []
    position = 0
    search = 0
    while (opening := text.find("(", search)) >= 0:
        closing = text.find(")", opening)
        if closing < 0:
            break
        search = closing + 1
        if closing > opening + 1:
            kept.append(text[position:opening])
            position = search
    return "".join([*kept, text[position:]])


NORMALIZERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "raw": raw,
        "basic": basic,
        "whisper_basic": whisper_basic,
        "speech_ifeval": speech_ifeval,
        "canonical": canonical_words,
        "canonical_unmarked": canonical_unmarked,
        "canonical_turkic": canonical_turkic,
        "canonical_speech_ifeval": canonical_speech_ifeval,
    }
)
"""Normaliser id -> function."""
