"""Number reading: ambiguity is no number, signs and ranges, English cardinals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metrics.text.numbers import spoken_number, strict_number
from metrics.text.quantities import Quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25", 25),
        (" 25. ", 25),
        ("25.5", 25.5),
        ("The age is 25 years.", 25),
        ("25-ish", 25),
        ("**25**", 25),
        ("*25* years", 25),
        ("__25__.", 25),
        ("<answer>25</answer>", 25),
        ("**Age**: 25", 25),
        ("5*3", None),
        ("2**3", None),
        ("30? No, 25.", 25),
        ("At first I thought 30, but it is 25.", 25),
        ("I was going to say 30, but 25", 25),
        ("MIDI-60", 60),
        ("...25", 25),
        (".5", 0.5),
        ("-5", -5),
        ("+5", 5),
        ("−5", -5),
        ("C4 (60)", 60),
        ("--5", 5),
        ("２５", 25),
        ("20-30", 25),
        ("20 - 30 years", 25),
        ("20–30", 25),
        ("20 -30", 25),
        ("1.5-2.5", 2),
        ("-5-10", 2.5),
        ("GPT-4", None),
        ("GPT-4, 25-ish", 25),
        ("20 to 30", 25),
        ("between 20 and 30", 25),
        ("twenty to thirty", 25),
        ("60, which is MIDI pitch number 60.", 60),
        ("25, not 30", 25),
        ("not 30 or 35 but 25", 25),
        ("25 rather than 30", 25),
        ("It's not 30. It's 25.", 25),
        ("Not sure, maybe 25", 25),
        ("3 dogs, 4 cats, so the answer is 7.", 7),
        ("12 + 13 = 25", 25),
        ("It is not 25.", None),
        ("The answer is not 25.", None),
        ("The answer is 7 or 8.", None),
        ("25 or 30", None),
        ("over 25", None),
        ("at least 25", None),
        ("25+", None),
        ("25 or older", None),
        ("25k", None),
        ("5/5", None),
        ("10:30", None),
        ("10²", None),
        ("10⁻³", None),
        ("10^3", None),
        ("25 m²", 25),
        ("1,001", None),
        ("two thirds", None),
        ("40s", None),
        ("The signal has four parts, and the two lines differ.", None),
        ("The pitch is 60, since two notes sound.", 60),
        ("It is five.", 5),
        ("The pitch is 110 Hz, which corresponds to a MIDI pitch number of 48.", 48),
        ("20, 30", None),
        ("20\n-30", None),
        ("2023-05-01", None),
        ("1.2.3", None),
        ("1,000", None),
        ("1e3", None),
        ("3_0", None),
        ("twenty", 20),
        ("twenty-five", 25),
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
        ("three point five", 3.5),
        ("minus two point five", -2.5),
        ("two and a half", 2.5),
        ("two and three quarters", 2.75),
        ("2½", 2.5),
        ("On the twenty-first.", 21),
        ("the 21st", 21),
        ("one hundred and first", 101),
        ("two thirds", None),
        ("fifteen-sixteenths", None),
        ("three-quarters", None),
        ("10²", None),
        ("no one", None),
        ("This one has five.", 5),
        ("five, not six", 5),
        ("20 to 30", None),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [("40s", 44.5), ("in her forties", 44.5), ("30s to 50s", 44.5), ("the 40's", 44.5), ("41", 41)],
)
def test_a_decade_is_a_range_where_the_rule_says_so(text: str, expected: float) -> None:
    assert strict_number(text, Quantity(decades=True)) == expected


@pytest.mark.parametrize("text", ["an integer between 18 and 80", "18-80", "from 18 to 80 years"])
def test_the_range_of_the_question_is_no_answer(text: str) -> None:
    assert strict_number(text, Quantity(asked=(18, 80))) is None
    assert strict_number(text) == 49


@pytest.mark.parametrize("read", [strict_number, spoken_number])
def test_a_prefix_of_a_number_is_never_the_number(read: Callable[[str], float | None]) -> None:
    tails = ["²", "⁻³", "^2", " thirds", "/3", ".1.1", "k", "e5", ":30", " or 3", "+", " million"]
    for head in ("2", "20", "1.5"):
        for tail in tails:
            assert read(head + tail) is None, head + tail


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
