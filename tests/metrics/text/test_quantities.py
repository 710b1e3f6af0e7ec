"""Numbers of another quantity than asked for, numbers that cannot be, and numbers that a reply takes back."""

from __future__ import annotations

import time

import pytest

from metrics.text.numbers import spoken_number, strict_number
from metrics.text.quantities import Quantity
from tasks.llaso_eval.rules import QUANTITIES

AGE, PITCH = QUANTITIES["age"], QUANTITIES["pitch"]


@pytest.mark.parametrize(
    "text",
    [
        "25 Hz", "25 kHz", "25 seconds", "25-second clip", "twenty-five seconds", "25kg", "25 cm", "25 dB", "25%", "25 percent", "$25", "€25",
        "25€", "25 months", "25-month-old", "25 decades", "25 weeks", "25 °C", "25 km/h", "25 words", "25 Sekunden", "25秒", "25 to 30 Hz", "25-30 seconds",
        "25 or 30 months", "25 years and 3 months", "220 Hz", "born in 1990", "the year 1990", "1990", "nineteen-ninety", "nineteen hundred ninety",
        "-25", "minus 25", "250", "20-250", "0x19", "0b11", "10h30",
        "The speaker is 18, or older", "18 years of age or older", "18 (or older)", "18, maybe more", "Everything but 25", "all ages but 25", "any age except 25",
        "The speaker is 25. No, that's wrong.", "25. Scratch that.", "25, but that is wrong", "25? I don't think so.", "25. I take that back.",
    ],
)  # fmt: skip
def test_what_is_no_age_is_not_read_as_one(text: str) -> None:
    assert strict_number(text, AGE) is None


@pytest.mark.parametrize(
    "text",
    [
        "25", "25 years", "a 25-year-old man", "25 M", "25 male", "25 ans", "25岁", "20-30", "$25$", "GPT-4, 25-ish", "nothing but 25",
        "Age: 25 (confidence 8/10)", "25 (8 out of 10 confident)", "The speaker is about 25; the clip lasts 3 seconds.", "The voice is at 110 Hz. Age: 25",
        "The pitch is 220 Hz, so the age is 25", "25 years old, born in 1999", "Born in 1999, so 25",
        "25, but I may be wrong", "25. I'm not wrong.", "25. No more, no less.", "25, and higher than usual", "30. No, that's wrong. It is 25.", "30. That's wrong, 25",
    ],
)  # fmt: skip
def test_a_clear_age_is_read_next_to_other_quantities(text: str) -> None:
    assert strict_number(text, AGE) == 25


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("MIDI 60", 60), ("60 semitones", 60), ("note 60", 60), ("262 Hz, note 60", 60), ("C4, 261.6 Hz, MIDI 60", 60), ("60 Hz", None), ("60 years", None),
        ("vingt-cinq ans", None), ("128", None), ("-1", None), ("0-127", None), ("60, for 3 seconds", 60),
    ],
)  # fmt: skip
def test_a_pitch_has_other_units(text: str, value: float | None) -> None:
    assert strict_number(text, PITCH) == value


def test_no_unit_is_wrong_where_nothing_is_declared() -> None:
    assert strict_number("25 Hz") == strict_number("25%") == spoken_number("25 seconds") == 25


def test_an_unknown_unit_of_a_declaration_is_an_error() -> None:
    with pytest.raises(ValueError, match="parsecs"):
        strict_number("25", Quantity(frozenset({"parsecs"})))


@pytest.mark.parametrize(
    "unit", ["25 hz ", "$", "no, ", "born in ", "25. that's ", "- ", "no wait sorry "]
)
def test_long_replies_are_read_in_linear_time(unit: str) -> None:
    start = time.process_time()
    strict_number(unit * (20_000 // len(unit)), AGE)
    assert time.process_time() - start < 1
