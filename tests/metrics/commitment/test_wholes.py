"""A number that is an option is named as a whole: a part of another number is not it."""

from __future__ import annotations

import pytest

from metrics.commitment.closed import choose

LEVELS = ("10", "20", "60", "100")
HUNDRED = {"100": ("one hundred", "a hundred", "hundred")}


def _named(reply: str) -> str | None:
    option = choose(reply, LEVELS, 0, HUNDRED, letters=False).option
    return None if option is None else LEVELS[option]


@pytest.mark.parametrize(
    "reply",
    [
        "10²", "60³", "20½", "20 ½", "2^10", "10^3", "60 3/4", "60 and 1/2", "√100", "1/20", "20 squared",
        "one hundred and ten", "a hundred six", "one hundred and sixty-one", "sixty and a half", "sixty-one",
        "twenty and a quarter", "twenty point five", "twenty hundred", "20 thousand", "six hundred", "4 hundred",
        "half of 20", "a third of sixty", "minus 20", "minus sixty", "20.5", "20th", "20-30", "20e3", "-20",
    ],
)  # fmt: skip
def test_a_part_of_a_number_names_no_option(reply: str) -> None:
    assert _named(reply) is None


@pytest.mark.parametrize(
    ("reply", "level"),
    [
        ("one hundred", "100"), ("a hundred", "100"), ("It is sixty.", "60"), ("20!", "20"), ("100, not 60", "100"),
        ("I am 100 % sure it is 60.", "60"), ("Twenty, and I am 100 percent certain.", "20"),
        ("20 and a half-open string rings", "20"),
    ],
)  # fmt: skip
def test_a_whole_number_names_its_option(reply: str, level: str) -> None:
    assert _named(reply) == level
