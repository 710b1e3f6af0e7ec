"""The one form of a text before any strict comparison.

Two texts that a reader cannot tell apart have the same canonical form: canonically equivalent Unicode
strings, with or without invisible characters, with any kind of apostrophe or quotation mark, in full-width,
ligature or styled letters, in digits of any script, in capitals or not. Folded are, in this order:

1. characters that show nothing: Unicode category Cf (zero width, bidi marks, soft hyphen, byte order mark) and
   variation selectors; the few visible signs of category Cf stay. Fillers are spaces. Enclosing marks
   (keycaps, circles), which only frame a sign, go too;
2. apostrophes and single quotation marks to ``'``, double ones to ``"``, hyphens, minus signs and en dashes to
   ``-`` (an em dash stays), line and paragraph separators to a newline;
3. compatibility forms as under NFKC, except where they carry meaning: superscripts, subscripts and
   fractions stay (``10²`` is not 102), Thai and Lao vowels stay one character, and so do Hangul letters that
   are shown alone;
4. decimal digits of every script to ASCII;
5. two spellings of one letter in the encoding: Malayalam chillu letters and the Bengali khanda ta written with a
   joiner, Romanian comma and cedilla, Thai ``เเ`` for ``แ``, the ligature ``œ``;
6. case, by ``str.casefold``.

White space and punctuation are left to the caller. Linear in the text; no string raises.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_KEPT_TAGS: Final = ("<super>", "<sub>", "<fraction>")
_KEPT: Final = frozenset({0x0E33, 0x0EB3, *range(0x3131, 0x318F)})
_VISIBLE: Final = frozenset(
    {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
    | set(range(0x13430, 0x13460))
)
_UNSEEN: Final = frozenset(
    {0x034F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)}
    | set(range(0xE0100, 0xE01F0))
)
_FOLDED: Final = {
    **dict.fromkeys(map(ord, "‘’‚‛‹›´ʹʻʼʽˈ՚׳′‵Ꞌꞌ＇"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»ʺ״″‶〝〞〟＂"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–−﹣－"), "-"),
    **dict.fromkeys(map(ord, "\u2028\u2029\u0085"), "\n"),
    **dict.fromkeys(map(ord, "\u115f\u2800\u3164\uffa0"), " "),
    **{ord("œ"): "oe", ord("Œ"): "OE", 0x0326: "\u0327"},
}
_JOINED: Final = {
    "\u0d23": "\u0d7a", "\u0d28": "\u0d7b", "\u0d30": "\u0d7c", "\u0d32": "\u0d7d", "\u0d33": "\u0d7e",
    "\u0d15": "\u0d7f", "\u09a4": "\u09ce",
}  # fmt: skip
_JOINER: Final = re.compile(
    "([\u0d15\u0d23\u0d28\u0d30\u0d32\u0d33])\u0d4d\u200d|(\u09a4)\u09cd\u200d"
)
"""A letter with its virama and a joiner, as older texts write the letter of its own."""
_TURKIC: Final = frozenset({"az", "kk", "tr", "tt"})
_SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32")
_LAO_AM: Final = re.compile("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2|([\u0ec8-\u0ecb])\u0ecd\u0eb2")


class _Table(dict[int, str]):
    """A translation table that fills itself, one character at a time."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(code)
        return folded


def _fold(code: int) -> str:
    """Return what one character becomes (steps 1 to 4), canonically decomposed."""
    character = chr(code)
    if code in _FOLDED:
        return _FOLDED[code]
    if code in _UNSEEN:
        return ""
    category = unicodedata.category(character)
    if category == "Me" or (category == "Cf" and code not in _VISIBLE):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    tag, _, parts = unicodedata.decomposition(character).partition(" ")
    if not tag or tag in _KEPT_TAGS or code in _KEPT:
        return character
    codes = parts.split() if tag.startswith("<") else [tag, *parts.split()]
    return "".join(_fold(int(part, 16)) for part in codes)


_TABLE: Final = _Table()


def canonical(text: str, *, casefold: bool = True, language: str | None = None) -> str:
    """Return the form of a text in which strict readings compare; see the module.

    Args:
        text: any text.
        casefold: fold case as well.
        language: an ISO 639-1 code. Under ``az``, ``kk``, ``tr`` and ``tt`` the letters ``I ı`` and ``İ i`` are two
            letters and are folded as such; under every other code, and without one, all four are ``i``.

    >>> canonical("Ｌ\u2019e\u0301te\u0301\u200b")
    "l'été"
    >>> canonical("10² ＝ １００"), canonical("STRASSE") == canonical("Straße")
    ('10² = 100', True)
    >>> canonical("IŞIK"), canonical("IŞIK", language="tr"), canonical("IŞIK", casefold=False)
    ('işik', 'ışık', 'IŞIK')
    """
    if text.isascii() and language not in _TURKIC:
        return (text.casefold() if casefold else text).replace("\r\n", "\n").replace("\r", "\n")
    text = _plain(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not casefold:
        return text
    if language in _TURKIC:
        text = text.replace("İ", "i").replace("I", "ı")
    else:
        text = text.replace("İ", "i").replace("ı", "i")
    folded = text.casefold()
    if folded != text:
        folded = unicodedata.normalize("NFC", folded)
    if "i\u0307" in folded:
        folded = unicodedata.normalize("NFC", folded.replace("i\u0307", "i"))
    return folded


def _plain(text: str) -> str:
    if "\u200d" in text:
        text = _JOINER.sub(lambda found: _JOINED[found[1] or found[2]], text)
    text = unicodedata.normalize("NFC", text.translate(_TABLE))
    if "\u0e32" in text:
        text = _SARA_AM.sub("\\1\\2\u0e33", text)
    if "\u0e40\u0e40" in text:
        text = text.replace("\u0e40\u0e40", "\u0e41")
    if "\u0eb2" in text:
        text = _LAO_AM.sub("\\1\\2\u0eb3", text)
    return text
