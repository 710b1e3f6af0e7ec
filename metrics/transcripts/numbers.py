"""Spoken English numbers as digits, by the rule of the Whisper and Open ASR normalisers; written from its published description.

A walk over the words with the number so far and a pending sign (README of ``tasks/asr``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

_SMALL: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
ONES: Final = {name: number for number, name in enumerate(_SMALL.split(), start=1)}
TENS: Final = {
    name: 10 * number
    for number, name in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),  # noqa: SIM905
        start=2,
    )
}
ZEROS: Final = frozenset({"o", "oh", "zero"})
MULTIPLIERS: Final = {"hundred": 100} | {
    name: 1000**power
    for power, name in enumerate(
        (
            *("thousand", "million", "billion", "trillion", "quadrillion", "quintillion"),
            *("sextillion", "septillion", "octillion", "nonillion", "decillion"),
        ),
        start=1,
    )
}
_IRREGULAR: Final = {
    "zeroth": (0, "th"),
    "first": (1, "st"),
    "second": (2, "nd"),
    "third": (3, "rd"),
    "fifth": (5, "th"),
    "twelfth": (12, "th"),
}
Suffixed = Mapping[str, tuple[int, str]]
ONES_SUFFIXED: Final[Suffixed] = {
    **{"sixes" if name == "six" else f"{name}s": (n, "s") for name, n in ONES.items()},
    **_IRREGULAR,
    **{
        name + ("h" if name.endswith("t") else "th"): (n, "th")
        for name, n in ONES.items()
        if n > 3 and n not in (5, 12)
    },
}
TENS_SUFFIXED: Final[Suffixed] = {
    **{name.replace("y", "ies"): (n, "s") for name, n in TENS.items()},
    **{name.replace("y", "ieth"): (n, "th") for name, n in TENS.items()},
}
MULTIPLIERS_SUFFIXED: Final[Suffixed] = {
    **{f"{name}s": (n, "s") for name, n in MULTIPLIERS.items()},
    **{f"{name}th": (n, "th") for name, n in MULTIPLIERS.items()},
}
PRECEDING: Final = {"minus": "-", "negative": "-", "plus": "+", "positive": "+"}
FOLLOWING: Final = {
    **{"pound": "£", "pounds": "£", "euro": "€", "euros": "€"},
    **{"dollar": "$", "dollars": "$", "cent": "¢", "cents": "¢"},
}
SIGNS: Final = frozenset("-+£€$¢")
_SPECIAL: Final = frozenset({"and", "double", "triple", "point"})
_DECIMALS: Final = frozenset({*ONES, *TENS, *ZEROS})
KNOWN: Final = frozenset(
    {
        *_DECIMALS,
        *ONES_SUFFIXED,
        *TENS_SUFFIXED,
        *MULTIPLIERS,
        *MULTIPLIERS_SUFFIXED,
        *PRECEDING,
        *FOLLOWING,
        *("per", "percent"),
        *_SPECIAL,
    }
)
_NUMERIC: Final = re.compile(r"\d+(\.\d+)?")
_HALF: Final = re.compile(r"\band\s+a\s+half\b")

Value = int | str | None


def numbers_as_digits(text: str) -> str:
    """Return a lower-case text with its spoken numbers in digits.

    >>> numbers_as_digits("four thousand six hundred and fifty six of them")
    '4656 of them'
    >>> numbers_as_digits("two dollars and seventy five cents at five oh two")
    '$2.75 at 502'
    """
    return _after(" ".join(_Walk(_before(text).split()).words()))


def _before(text: str) -> str:
    pieces = _HALF.split(text)
    kept: list[str] = []
    for number, piece in enumerate(pieces):
        if not piece.strip():
            continue
        kept.append(piece)
        if number < len(pieces) - 1:
            last = piece.split()[-1]
            kept.append("point five" if last in _DECIMALS or last in MULTIPLIERS else "and a half")
    text = " ".join(kept)
    text = re.sub(r"([a-z])([0-9])", r"\1 \2", text)
    text = re.sub(r"([0-9])([a-z])", r"\1 \2", text)
    return re.sub(r"([0-9])\s+(st|nd|rd|th|s)\b", r"\1\2", text)


def _after(text: str) -> str:
    text = re.sub(
        r"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b",
        lambda match: f"{match[1]}{match[2]}.{int(match[3]):02d}",
        text,
    )
    text = re.sub(r"[€£$]0.([0-9]{1,2})\b", lambda match: f"¢{int(match[1])}", text)
    return re.sub(r"\b1(s?)\b", r"one\1", text)


def _text(value: int | str) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than Python writes
        return str(Decimal(value))


def _fraction(value: int | str) -> Fraction | None:
    try:
        return Fraction(value)
    except ValueError:
        return None


class _Walk:
    """The walk over the words of one text."""

    def __init__(self, words: Sequence[str]) -> None:
        self._input = words
        self._value: Value = None
        self._sign = ""

    def _emit(self, what: int | str) -> str:
        found = self._sign + _text(what)
        self._value, self._sign = None, ""
        return found

    def _flush(self) -> Iterator[str]:
        if self._value is not None:
            yield self._emit(self._value)

    def words(self) -> Iterator[str]:
        """Yield the words of the result."""
        skip = False
        padded = [None, *self._input, None]
        for place, word in enumerate(self._input, start=1):
            if skip:
                skip = False
                continue
            before, after = padded[place - 1], padded[place + 1]
            bare = word[1:] if word[0] in SIGNS else word
            if _NUMERIC.fullmatch(bare):
                yield from self._digits(word, bare)
            elif word not in KNOWN:
                yield from self._flush()
                yield self._emit(word)
            elif word in ("double", "triple", "per"):
                found = [*self._with_next(word, after)]
                skip = found[0] == "skip"
                yield from found[1:]
            elif word in PRECEDING or word in FOLLOWING or word == "percent" or word in _SPECIAL:
                yield from self._marks(word, before, after)
            else:
                yield from self._number_word(word, before)
        yield from self._flush()

    def _digits(self, word: str, bare: str) -> Iterator[str]:
        if isinstance(self._value, str) and self._value.endswith("."):
            self._value += word
            return
        yield from self._flush()
        if word != bare:
            self._sign = word[0]
        whole = _fraction(bare)
        self._value = whole.numerator if whole is not None and whole.denominator == 1 else bare

    def _number_word(self, word: str, before: str | None) -> Iterator[str]:
        if word in ZEROS:
            self._value = _text(self._value or "") + "0"
        elif word in ONES:
            self._value = self._with_one(ONES[word], before)
        elif word in ONES_SUFFIXED:
            number, suffix = ONES_SUFFIXED[word]
            yield self._emit(_text(self._with_one(number, before)) + suffix)
        elif word in TENS:
            self._value = self._with_ten(TENS[word])
        elif word in TENS_SUFFIXED:
            number, suffix = TENS_SUFFIXED[word]
            yield self._emit(_text(self._with_ten(number)) + suffix)
        elif word in MULTIPLIERS:
            yield from self._times(MULTIPLIERS[word])
        else:
            number, suffix = MULTIPLIERS_SUFFIXED[word]
            yield from self._times(number)
            assert self._value is not None
            yield self._emit(_text(self._value) + suffix)

    def _with_one(self, number: int, before: str | None) -> int | str:
        value = self._value
        if value is None:
            return number
        if isinstance(value, str) or before in ONES:
            if before in TENS and number < 10:
                return _text(value)[:-1] + str(number)
            return _text(value) + str(number)
        fits = value % (10 if number < 10 else 100) == 0
        return value + number if fits else _text(value) + str(number)

    def _with_ten(self, number: int) -> int | str:
        value = self._value
        if value is None:
            return number
        if isinstance(value, str) or value % 100:
            return _text(value) + str(number)
        return value + number

    def _times(self, number: int) -> Iterator[str]:
        value = self._value
        if value is None:
            self._value = number
        elif isinstance(value, str) or value == 0:
            fraction = _fraction(value)
            product = None if fraction is None else fraction * number
            if product is not None and product.denominator == 1:
                self._value = product.numerator
            else:
                yield self._emit(value)
                self._value = number
        else:
            self._value = value // 1000 * 1000 + value % 1000 * number

    def _with_next(self, word: str, after: str | None) -> Iterator[str]:
        """Yield ``skip`` if the next word is used up, else ``keep``; then the words of the result."""
        if word == "per":
            percent = self._value is not None and after == "cent"
            yield "skip" if percent else "keep"
            if percent and self._value is not None:
                yield self._emit(_text(self._value) + "%")
                return
            yield from self._flush()
            yield self._emit(word)
        elif after in ONES or after in ZEROS:
            yield "skip"
            digit = str(ONES.get(after or "", 0))
            self._value = _text(self._value or "") + digit * (2 if word == "double" else 3)
        else:
            yield "keep"
            yield from self._flush()
            yield self._emit(word)

    def _marks(self, word: str, before: str | None, after: str | None) -> Iterator[str]:
        followed = after is not None and (after in KNOWN or bool(_NUMERIC.fullmatch(after)))
        if word in PRECEDING:
            yield from self._flush()
            if followed:
                self._sign = PRECEDING[word]
            else:
                yield self._emit(word)
        elif word in FOLLOWING:
            if self._value is not None:
                self._sign = FOLLOWING[word]
                yield self._emit(self._value)
            else:
                yield self._emit(word)
        elif word == "percent":
            yield self._emit(word if self._value is None else _text(self._value) + "%")
        elif not followed or (word == "and" and before not in MULTIPLIERS):
            yield from self._flush()
            yield self._emit(word)
        elif word == "point" and (after in _DECIMALS or _NUMERIC.fullmatch(after or "")):
            self._value = _text(self._value or "") + "."
