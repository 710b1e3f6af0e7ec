"""Named text normalisers for text metrics; the name stands in the signature.

A word error rate hangs on its normaliser, so every text metric declares one of ``NORMALIZERS``:

* ``raw``: nothing.
* ``basic``: lower case, every character of Unicode category P or S to a space, white space squeezed
  (LLaSO-Eval protocol, section 5, and Dynamic-SUPERB protocol, section 5).
* ``whisper_basic``: Whisper's rule for any language, diacritics kept: lower case; ``<...>``,
  ``[...]`` and ``(...)`` removed; NFKC; category M, S or P to a space; white space squeezed. Ends are
  stripped here.
* ``speech_ifeval``: ``<`` and ``>`` deleted, then ``whisper_basic`` (Speech-IFEval protocol,
  section 3.2).

All are linear in the text and raise on no string.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final


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
_OPENING = re.compile(r"[<\[]")
_CLOSING = re.compile(r"[>\]]")


def raw(text: str) -> str:
    """The text as it is.

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
    """Whisper's basic rule; see the module.

    >>> whisper_basic("[noise] He's HERE (laughs), déjà vu.")
    'he s here déjà vu'
    """
    text = _without_round(_without_angular(text.lower()))
    text = unicodedata.normalize("NFKC", text).translate(_MARKS_TOO).lower()
    return " ".join(text.split())


def speech_ifeval(text: str) -> str:
    """Speech-IFEval's rule for transcripts; see the module.

    >>> speech_ifeval("<Hello> (um) world")
    'hello world'
    """
    return whisper_basic(text.replace("<", "").replace(">", ""))


def _without_angular(text: str) -> str:
    """Removes from each ``<`` or ``[`` to the next ``>`` or ``]``, whichever comes first."""
    kept: list[str] = []
    position = 0
    while opening := _OPENING.search(text, position):
        closing = _CLOSING.search(text, opening.end())
        if closing is None:
            break
        kept.append(text[position : opening.start()])
        position = closing.end()
    return "".join([*kept, text[position:]])


def _without_round(text: str) -> str:
    """Removes from each ``(`` to the next ``)`` with at least one character between."""
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
    {"raw": raw, "basic": basic, "whisper_basic": whisper_basic, "speech_ifeval": speech_ifeval}
)
"""Normaliser id -> function."""
