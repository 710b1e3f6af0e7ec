"""Text as a reader, or a tokenizer that folds it, may take it: look-alikes by what they look like, with places.

A fence in a judge's request is only as good as its narrowest spelling: ``［ＥＮＤ`` in full width, with a joiner between
two letters or a Cyrillic letter among Latin ones reads like the real one. Patterns are therefore searched in a folded
form, and what they find is changed in the original; nothing else of it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

_LOOKS: Final = {
    ord(character): like
    for like, characters in {
        "[": "［⟦⁅【〔〖〘〚❲⦋⦗｢「『",
        "]": "］⟧⁆】〕〗〙〛❳⦌⦘｣」』",
        "<": "＜‹〈〈⟨❮❬˂ᐸ≺⧼",
        ">": "＞›〉〉⟩❯❭˃ᐳ≻⧽",
        "|": "｜❘∣ǀ│┃丨⏐¦",
        ":": "：∶꞉ː։",
        "/": "／⁄∕⧸",
        "#": "＃♯",
        "*": "＊∗⁎",
        "A": "АΑ", "B": "ВΒ", "C": "СϹ", "D": "Ꭰ", "E": "ЕΕ", "G": "Ԍ", "H": "НΗ", "I": "ІΙ", "L": "Ꮮ", "M": "МΜ",
        "N": "Ν", "O": "ОΟ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "U": "Ս", "Y": "ҮΥ",
        "a": "а", "b": "Ь", "d": "ԁ", "e": "еҽ", "g": "ɡ", "i": "іıι", "l": "ӏ", "m": "м", "n": "ո", "o": "оο",
        "p": "рρ", "r": "г", "s": "ѕ", "t": "т", "u": "υս", "y": "уү",
    }.items()
    for character in characters
}  # fmt: skip


class Folded(NamedTuple):
    """Folded text, and for every character of it the place in the original that it comes from."""

    text: str
    places: list[int]


def fold(text: str) -> Folded:
    """Return the folded form of a text.

    Compatibility forms become plain ones, brackets and letters of other scripts become what they look like, marks,
    joiners and variation selectors go. Line ends stay.
    """
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isascii():
            plain = character
        elif character == "\ufffd":  # what a hidden character was replaced by
            plain = ""
        elif (like := _LOOKS.get(ord(character))) is not None:
            plain = like
        else:
            plain = "".join(
                " " if kind == "Zs" else one
                for one in unicodedata.normalize("NFKD", character)
                if (kind := unicodedata.category(one)) not in ("Mn", "Me", "Cf")
            )
        folded.append(plain)
        places.extend([place] * len(plain))
    return Folded("".join(folded), places)


Rule = tuple[re.Pattern[str], Callable[[str, str], str]]
"""A pattern, searched in the folded form, and the change: (all that was found, its first group or ``""``), both as
the text has them, to the replacement."""


def replace_alike(text: str, rules: Iterable[Rule]) -> str:
    """Replace what patterns find, one rule after the other, also where it is written with look-alikes."""
    for pattern, change in rules:
        text = _replaced(pattern, text, change)
    return text


def _replaced(pattern: re.Pattern[str], text: str, change: Callable[[str, str], str]) -> str:
    folded = fold(text) if not text.isascii() else Folded(text, list(range(len(text))))
    parts: list[str] = []
    end = 0
    for found in pattern.finditer(folded.text):
        if found.start() == found.end():
            continue
        start, stop = folded.places[found.start()], folded.places[found.end() - 1] + 1
        if start < end:
            continue
        number = found.lastindex
        group = ""
        if number is not None and found.start(number) < found.end(number):
            inner = folded.places[found.start(number)], folded.places[found.end(number) - 1] + 1
            group = text[slice(*inner)]
        parts += [text[end:start], change(text[start:stop], group)]
        end = stop
    return "".join([*parts, text[end:]])
