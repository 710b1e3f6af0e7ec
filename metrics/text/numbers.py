"""Reading one number from a reply; anything ambiguous is no number.

``strict_number`` is the strict rule of the LLaSO-Eval protocol (section 5) for ages and pitches.
``spoken_number`` is the rule of the quickstart suite, where a transcript may spell a number out in
English. Both return ``None`` rather than guess, never an infinite or undefined value, and are
linear in the text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

_MINUS: Final = str.maketrans({"\u2010": "-", "\u2013": "-", "\u2212": "-"})
# a sign counts unless it stands right after a word ("GPT-4"), a number ("4-6") or another sign
_NUMERAL: Final = r"(?:(?<![\w+-])[-+])?(?:\d+(?:\.\d+)*|(?<![\w.])\.\d+)"
_NUMBER: Final = re.compile(_NUMERAL)
_RANGE_SIGN: Final = re.compile(r"[ \t]*-[ \t]*")
_SPACES: Final = re.compile(r"[ \t]+")
_GROUPED: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")

_UNITS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_MAGNITUDES: Final = {"hundred", "thousand", "dozen", "million", "billion", "trillion"}
_TOKEN: Final = re.compile(rf"{_NUMERAL}|[^\W\d_]+|[^\s\w]")


def strict_number(text: str) -> float | None:
    """The only number of a text, or the mean of the only range ``a-b``.

    A number is an integer or a decimal with its sign; digits count wherever they stand ("25yo",
    "GPT-4"). Hyphen, minus and en dash characters count as ``-``. Grouped digits ("1,000"), dotted groups ("1.2.3") and
    chains of ranges ("2023-05-01") are not one number.

    >>> strict_number("about 25 years."), strict_number("-5"), strict_number("20 - 30")
    (25.0, -5.0, 25.0)
    >>> strict_number("GPT-4, 25-ish") is None
    True
    """
    text = unicodedata.normalize("NFKC", text).translate(_MINUS)
    found = list(_NUMBER.finditer(text))
    if not 1 <= len(found) <= 2:
        return None
    numerals = [match[0] for match in found]
    if len(found) == 2:
        gap = text[found[0].end() : found[1].start()]
        if _SPACES.fullmatch(gap) and numerals[0][0].isdigit() and numerals[1][0] == "-":
            numerals[1] = numerals[1][1:]  # "20 -30": the sign is that of the range
        elif not _RANGE_SIGN.fullmatch(gap):
            return None
    numbers = [_decimal(numeral) for numeral in numerals]
    finite = [number for number in numbers if number is not None and math.isfinite(number)]
    if len(finite) < len(numbers):
        return None
    mean = math.fsum(finite) / len(finite)
    return mean if math.isfinite(mean) else None


def spoken_number(text: str) -> float | None:
    """The only number of a text, in digits or English cardinal words up to 999,999.

    Digits may be grouped by commas and combine with ``hundred`` and ``thousand``; ``minus`` and
    ``negative`` before a number turn its sign. Words that could be read as two numbers ("two three",
    "twenty eleven") are two numbers; larger numbers ("two million", "two dozen") are not read.

    >>> spoken_number("there were twenty-three dogs"), spoken_number("1,250 books")
    (23.0, 1250.0)
    >>> spoken_number("one hundred and five thousand two hundred")
    105200.0
    >>> spoken_number("two of three") is None
    True
    """
    folded = unicodedata.normalize("NFKC", text).translate(_MINUS).lower()
    folded = _GROUPED.sub(lambda match: match[0].replace(",", ""), folded)
    tokens = _TOKEN.findall(folded)
    numbers: list[float | None] = []
    position = 0
    while position < len(tokens):
        number, after = _read_cardinal(tokens, position)
        if after == position:
            position += 1
            continue
        if number is not None and position and tokens[position - 1] in {"minus", "negative"}:
            number = -number
        numbers.append(number)
        if len(numbers) > 1:
            return None
        position = after
    return numbers[0] if numbers else None


def _decimal(numeral: str) -> float | None:
    return float(numeral) if numeral.count(".") <= 1 else None


def _read_cardinal(tokens: list[str], start: int) -> tuple[float | None, int]:
    """Reads the longest cardinal at ``start``: (number, position after it)."""
    value, position = _read_group(tokens, start)
    if position == start:
        return None, start
    if position < len(tokens) and tokens[position] == "thousand":
        position += 1
        value = None if value is None else 1000 * value
        follow = _skip_and(tokens, position)
        rest, after = _read_group(tokens, follow)
        if after > follow and _is_words(tokens, follow):
            position = after
            value = None if value is None or rest is None else value + rest
    if value is not None and not math.isfinite(value):
        value = None
    if position < len(tokens) and tokens[position] in _MAGNITUDES:
        value = None  # "two million", "one thousand two thousand"
    return value, position


def _read_group(tokens: list[str], start: int) -> tuple[float | None, int]:
    """Reads up to 999 in words, or digits, or digits and ``hundred``."""
    value, position = _read_below_hundred(tokens, start)
    if position == start:
        return None, start
    if position < len(tokens) and tokens[position] == "hundred":
        position += 1
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
    if token in {"a", "an"} and following in {"hundred", "thousand"}:
        return 1.0, start + 1
    if token in _UNITS:
        return float(_UNITS[token]), start + 1
    if token in _TENS:
        unit = start + 2 if following == "-" else start + 1
        digit = _UNITS.get(tokens[unit], 0) if unit < len(tokens) else 0
        if 1 <= digit <= 9:
            return float(_TENS[token] + digit), unit + 1
        return float(_TENS[token]), start + 1
    return None, start


def _skip_and(tokens: list[str], position: int) -> int:
    return position + 1 if position < len(tokens) and tokens[position] == "and" else position


def _is_words(tokens: list[str], position: int) -> bool:
    """Whether a cardinal in words stands there that may follow ``hundred`` or ``thousand``."""
    return tokens[position] in _TENS or _UNITS.get(tokens[position], 0) > 0
