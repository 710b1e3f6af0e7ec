"""Number reading: ambiguity is no number, signs and ranges, English cardinals."""

from __future__ import annotations

import pytest

from metrics.text.numbers import spoken_number, strict_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25", 25),
        (" 25. ", 25),
        ("25.5", 25.5),
        ("The age is 25 years.", 25),
        ("25-ish", 25),
        ("GPT-4", 4),
        ("...25", 25),
        (".5", 0.5),
        ("-5", -5),
        ("+5", 5),
        ("−5", -5),
        ("a-5", 5),
        ("--5", 5),
        ("２５", 25),
        ("20-30", 25),
        ("20 - 30 years", 25),
        ("20–30", 25),
        ("20 -30", 25),
        ("1.5-2.5", 2),
        ("-5-10", 2.5),
        ("GPT-4, 25-ish", None),
        ("20 to 30", None),
        ("20, 30", None),
        ("20\n-30", None),
        ("2023-05-01", None),
        ("1.2.3", None),
        ("1,000", None),
        ("1e3", None),
        ("3_0", None),
        ("twenty", None),
        ("", None),
        ("9" * 400, None),
        ("inf", None),
    ],
)
def test_strict_numbers(text: str, expected: float | None) -> None:
    assert strict_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("there were twenty three dogs", 23),
        ("Twenty-three.", 23),
        ("TWENTY‑THREE", 23),
        ("one hundred and five", 105),
        ("a hundred", 100),
        ("a thousand and one nights", 1001),
        ("two hundred and fifty thousand", 250_000),
        ("nine hundred ninety nine thousand nine hundred and ninety-nine", 999_999),
        ("5 thousand", 5000),
        ("1,250 books", 1250),
        ("-12", -12),
        ("minus five", -5),
        ("negative 3.5 degrees", -3.5),
        ("zero", 0),
        ("a cat and someone", None),
        ("two three", None),
        ("twenty eleven", None),
        ("one of the 23", None),
        ("three point five", None),
        ("one hundred 5", None),
        ("two million", None),
        ("one thousand two thousand", None),
        ("hundred", None),
        ("20-30", None),
        ("", None),
    ],
)
def test_spoken_numbers(text: str, expected: float | None) -> None:
    assert spoken_number(text) == expected


def _spell(number: int) -> str:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    names = [*ones.split(), "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    if number < 20:
        return names[number]
    for size, word in ((1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joint = " and " if 0 < rest < 100 else " "
            head = f"{_spell(number // size)} {word}"
            return f"{head}{joint}{_spell(rest)}" if rest else head
    return tens[number // 10 - 2] + (f"-{names[number % 10]}" if number % 10 else "")


def test_every_spelled_number_is_read_back() -> None:
    for number in (*range(1200), *range(1200, 1_000_000, 7919), 999_999):
        assert spoken_number(f"about {_spell(number)} of them") == number
