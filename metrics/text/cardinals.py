"""Numbers in a text, in digits and in English words, each with its place and what is known of its value.

``numbers`` works on the canonical form. A number whose value is not that of its first digits or words has no
value rather than a wrong one: powers (``10²``), fractions (``two thirds``, ``fifteen-sixteenths``), versions
(``1.2.3``), magnitudes beyond thousands (``two million``). ``two and a half``, ``2½`` and ``2 1/2`` are 2.5, ``three
point five`` is 3.5, ``two dozen`` is 24, ``twenty-first`` and ``21st`` are ordinals with the value 21. A name that ends in digits (``GPT-4``, ``A4``,
``mp3``) is a name. Linear in the text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from metrics.text import late as re

_UNITS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_GLUED: Final = {ten + one: _TENS[ten] + _UNITS[one] for ten in _TENS for one in list(_UNITS)[1:10]}
_STARTS: Final = frozenset({*_UNITS, *_TENS, *_GLUED, "a", "an", "point", "half"})
_MAGNITUDES: Final = {"hundred", "thousand", "million", "billion", "trillion"}
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50,
    "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90,
}  # fmt: skip
_DECADES: Final = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
    "eighties": 80, "nineties": 90, "quadragenarian": 40, "quinquagenarian": 50, "sexagenarian": 60,
    "septuagenarian": 70, "octogenarian": 80, "nonagenarian": 90,
}  # fmt: skip
_PARTS: Final = {"half": 0.5, "quarter": 0.25, "third": 1 / 3}
_DENOMINATORS: Final = frozenset(
    {*_ORDINALS, *(name + "s" for name in _ORDINALS), "half", "halves", "quarter", "quarters"}
    | {"hundredth", "hundredths", "thousandth", "thousandths", "millionth", "millionths"}
) - {"second", "seconds", "first", "firsts"}
_FRACTIONS: Final = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

_MIXED: Final = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75}

MOST: Final = 1000
"""A text with more numbers is a loop or a listing, and no reader takes one number from it."""

_MINUS: Final = str.maketrans({"\u2010": "-", "\u2013": "-", "\u2212": "-"})
# a sign counts unless it stands right after a word ("GPT-4"), a number ("4-6") or another sign
_NUMERAL: Final = r"(?:(?<![\w+-])[-+])?(?:\d+(?:\.\d+)*|(?<![\w.])\.\d+)"
_HYPHENED: Final = re.compile(r"-and-(?=[a-z])|\b(?:a|one|three)-(?:half|quarters?|third)\b")
_GROUPED: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_TOKEN: Final = re.compile(rf"{_NUMERAL}|[^\W\d_]+|[^\s\w]|[_\d\w]")
_ATTACHED: Final = re.compile(r"(?:[⁰¹²³⁴-₎]|\^|\*\*)+|(?:k|bn|e[+-]?\d+|[a-z]{1,8}\d[a-z0-9]*)\b")
_NAME: Final = re.compile(r"([^\W\d_]+)[-_.]?\Z|(?<![^\W\d_])[a-g][#♯♭]\Z")
_NOT_A_NAME: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u318f\u3400-\u9fff\uac00-\ud7af]\\Z"
)
"""The end of a word in a script that puts no space before a number (Han, kana, Hangul, Thai …)."""
_SPOKEN_AS_LABEL: Final = frozenset(
    [
        "midi",
        "age",
        "aged",
        "note",
        "pitch",
        "score",
        "number",
        "no",
        "approx",
        "about",
        "around",
        "is",
        "of",
        "at",
        "circa",
        "ca",
        "so",
        "it",
    ]
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text.

    Attributes:
        start: offset of its first character.
        end: offset behind its last character.
        value: its value; ``None`` if it is not one plain number.
        kind: ``cardinal``, ``ordinal`` or ``decade`` ("40s", whose value is its middle, 44.5).
    """

    start: int
    end: int
    value: float | None
    kind: str = "cardinal"


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def plain(text: str, *, grouped: bool) -> str:
    """Return the text in which ``numbers`` finds its offsets.

    Args:
        text: a text in canonical form.
        grouped: read digits in groups of three behind commas as one number.
    """
    text = _HYPHENED.sub(lambda match: match[0].replace("-", " "), text.translate(_MINUS))
    return _GROUPED.sub(lambda match: match[0].replace(",", ""), text) if grouped else text


def numbers(text: str) -> list[Number]:
    """Return the numbers of a text in order, at most ``MOST`` and one more.

    >>> [(number.value, number.kind) for number in numbers("the twenty-first of 5 cats, 10²")]
    [(21.0, 'ordinal'), (5.0, 'cardinal'), (None, 'cardinal')]
    >>> [number.value for number in numbers("two and a half, two thirds, 2½, three point five")]
    [2.5, None, 2.5, 3.5]
    """
    words = [_Word(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]
    found: list[Number] = []
    position = 0
    while position < len(words) and len(found) <= MOST:
        number, after = _read(text, words, position)
        if number is not None:
            found.append(number)
        position = max(after, position + 1)
    return found


def _read(text: str, words: list[_Word], start: int) -> tuple[Number | None, int]:
    """Read a number at a word: (number, position after it)."""
    first = words[start]
    if first.text in _DECADES:
        return Number(first.start, first.end, _DECADES[first.text] + 4.5, "decade"), start + 1
    if first.text in _ORDINALS:
        return Number(first.start, first.end, float(_ORDINALS[first.text]), "ordinal"), start + 1
    if first.text in _FRACTIONS:
        return Number(first.start, first.end, _FRACTIONS[first.text]), start + 1
    digits = first.text[-1].isdecimal()
    if not digits and first.text not in _STARTS:
        return None, start
    if first.text in ("point", "half"):
        number, position = _leading(words, start)
        return _signed(words, start, number), position
    value, after = _read_cardinal(_tokens(text, words[start : start + 24]), 0)
    if not after:
        return None, start
    if digits and _names(text, first.start):
        return None, start + after
    number = Number(first.start, words[start + after - 1].end, value)
    number, position = _suffixed(text, words, number, start + after, digits=digits and after == 1)
    return _signed(words, start, number), position


def _signed(words: list[_Word], start: int, number: Number | None) -> Number | None:
    """Turn the sign of a number at a word where "minus" or "negative" stands before it."""
    if not start or number is None or number.value is None:
        return number
    sign = words[start - 1]
    if sign.text not in {"minus", "negative"}:
        return number
    return replace(number, value=-number.value, start=sign.start)


def _tokens(text: str, words: list[_Word]) -> list[str]:
    """Return the texts of words; a hyphen between spaces, which may be that of a range, is two."""
    return [
        "--" if word.text == "-" and text[word.end : word.end + 1].isspace() else word.text
        for word in words
    ]


def _leading(words: list[_Word], start: int) -> tuple[Number | None, int]:
    """Read "point five" and "half a dozen"."""
    following = [word.text for word in words[start + 1 : start + 3]]
    if words[start].text == "half":
        if following != ["a", "dozen"]:
            return None, start
        return Number(words[start].start, words[start + 2].end, 6.0), start + 3
    places, last = _places(words, start + 1)
    if not places:
        return None, start
    return Number(words[start].start, words[last - 1].end, float(f"0.{places}")), last


def _places(words: list[_Word], position: int) -> tuple[str, int]:
    """Read decimals in words: (digits, position after them)."""
    digits = ""
    if position < len(words) and words[position].text.isdecimal():
        return words[position].text, position + 1
    for word in words[position : position + 15]:
        if not 0 <= _UNITS.get(word.text, -1) <= 9:
            break
        digits += str(_UNITS[word.text])
    return digits, position + len(digits)


def _names(text: str, start: int) -> bool:
    """Return whether digits belong to the word before them ("GPT-4", "A4")."""
    name = _NAME.search(text, max(0, start - 20), start)
    if name is None or name[1] in _SPOKEN_AS_LABEL:
        return False
    return name[1] is None or not _NOT_A_NAME.search(name[1])


def _suffixed(
    text: str, words: list[_Word], number: Number, position: int, *, digits: bool
) -> tuple[Number, int]:
    """Complete a cardinal by what follows it: (number, position after it)."""
    if digits:
        attached = _ATTACHED.match(text, number.end)
        if attached is not None:
            end = attached.end()
            while position < len(words) and words[position].start < end:
                position += 1
            return replace(number, end=max(end, words[position - 1].end), value=None), position
    following = [word.text for word in words[position : position + 5]] + [""] * 5
    value = number.value
    touches = position < len(words) and words[position].start == number.end

    def ends(count: int, value: float | None, kind: str = "cardinal") -> tuple[Number, int]:
        last = position + count
        return Number(number.start, words[last - 1].end, value, kind), last

    if digits and touches and following[0] in {"st", "nd", "rd", "th"}:
        return ends(1, value, "ordinal")
    if digits and following[0] == "s" and (touches or value is None):
        decade = value is not None and value % 10 == 0 and 10 <= value < 200
        return (
            ends(1, value + 4.5, "decade") if decade and value is not None else (number, position)
        )
    if digits and following[0] == "'" and following[1] == "s" and value is not None:
        return (
            ends(2, value + 4.5, "decade")
            if value % 10 == 0 and value >= 10
            else (number, position)
        )
    if following[0] in _FRACTIONS:
        return ends(1, _plus(value, _FRACTIONS[following[0]]))
    if following[0] == "dozen":
        return ends(1, None if value is None else 12 * value)
    joined = 1 if following[0] == "and" else 0
    if digits and not touches and (part := _MIXED.get("".join(following[joined : joined + 3]))):
        return ends(joined + 3, _plus(value, part))
    if following[0] == "and":
        if following[1] in {"a", "one"} and following[2] in _PARTS:
            return ends(3, _plus(value, _PARTS[following[2]]))
        if following[1] == "three" and following[2] == "quarters":
            return ends(3, _plus(value, 0.75))
        if following[1] in _FRACTIONS:
            return ends(2, _plus(value, _FRACTIONS[following[1]]))
    if following[0] == "point":
        tail, last = _places(words, position + 1)
        if tail:
            whole = value is not None and value.is_integer()
            return ends(last - position, float(f"{int(value or 0)}.{tail}") if whole else None)
    skipped = 1 if following[0] in {"-", "and"} else 0
    last_word = following[skipped]
    ordinal = _ORDINALS.get(last_word, 0)
    if not digits and value is not None and ordinal > 0 and _continues(value, ordinal):
        return ends(skipped + 1, value + ordinal, "ordinal")
    if last_word in _DENOMINATORS and following[0] != "and":
        return ends(skipped + 1, None)
    return number, position


def _continues(value: float, ordinal: int) -> bool:
    """Return whether an ordinal word continues a cardinal: "twenty-first", "one hundred and fifth"."""
    if value % 100 == 0:
        return value > 0
    return value % 100 >= 20 and value % 10 == 0 and ordinal < 10


def _plus(value: float | None, part: float) -> float | None:
    return None if value is None else value + part


def _decimal(numeral: str) -> float | None:
    return float(numeral) if numeral.count(".") <= 1 else None


def _read_cardinal(tokens: list[str], start: int) -> tuple[float | None, int]:
    """Read the longest cardinal at ``start``: (number, position after it)."""
    value, position = _read_group(tokens, start)
    if position == start:
        return None, start
    if (size := _size(tokens, position, "thousand")) > position:
        position = size
        value = None if value is None else 1000 * value
        follow = _skip_and(tokens, position)
        rest, after = _read_group(tokens, follow)
        if after > follow and _is_words(tokens, follow):
            position = after
            value = None if value is None or rest is None else value + rest
    if value is not None and not math.isfinite(value):
        value = None
    if position < len(tokens) and tokens[position] in _MAGNITUDES:
        return None, position + 1  # "two million", "one thousand two thousand"
    return value, position


def _read_group(tokens: list[str], start: int) -> tuple[float | None, int]:
    """Read up to 999 in words, or digits, or digits and ``hundred``."""
    value, position = _read_below_hundred(tokens, start)
    if position == start:
        return None, start
    if (size := _size(tokens, position, "hundred")) > position:
        position = size
        value = None if value is None else 100 * value
        follow = _skip_and(tokens, position)
        rest, after = _read_below_hundred(tokens, follow)
        if after > follow and _is_words(tokens, follow):
            position = after
            value = None if value is None or rest is None else value + rest
    return value, position


def _read_below_hundred(tokens: list[str], start: int) -> tuple[float | None, int]:
    if start >= len(tokens):
        return None, start
    token = tokens[start]
    following = tokens[start + 1] if start + 1 < len(tokens) else ""
    if token[-1].isdecimal():
        return _decimal(token), start + 1
    if token in {"a", "an"} and following in {"hundred", "thousand", "dozen"}:
        return 1.0, start + 1
    if token in _GLUED:
        return float(_GLUED[token]), start + 1
    if token in _UNITS:
        return float(_UNITS[token]), start + 1
    if token in _TENS:
        unit = start + 2 if following in ("-", "--") else start + 1
        digit = _UNITS.get(tokens[unit], 0) if unit < len(tokens) else 0
        if 1 <= digit <= 9:
            return float(_TENS[token] + digit), unit + 1
        return float(_TENS[token]), start + 1
    return None, start


def _size(tokens: list[str], position: int, name: str) -> int:
    """Return the position after "hundred" or "thousand", also with a hyphen before it; ``position`` if there is none."""
    after = position + (tokens[position : position + 1] == ["-"])
    return after + 1 if tokens[after : after + 1] == [name] else position


def _skip_and(tokens: list[str], position: int) -> int:
    """Skip "and" and hyphens between "hundred" and what follows: "two-hundred-and-five"."""
    follow = position
    while follow < len(tokens) and follow < position + 3 and tokens[follow] in ("and", "-"):
        follow += 1
    return follow


def _is_words(tokens: list[str], position: int) -> bool:
    """Return whether a cardinal in words stands there that may follow ``hundred`` or ``thousand``."""
    return tokens[position] in _TENS or _UNITS.get(tokens[position], 0) > 0
