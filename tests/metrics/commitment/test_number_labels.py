"""Hazard: a part of a number counts as the number, where numbers are labels."""

from __future__ import annotations

import pytest

from metrics.commitment.closed import choose

LABELS = ("25", "50", "75", "100", "127")
ALIASES = {
    "25": ["twenty-five"],
    "50": ["fifty"],
    "100": ["one hundred", "a hundred"],
    "127": ["one hundred and twenty-seven", "one hundred twenty-seven"],
}
OTHERS = (
    "{}²", "{} ³", "{}^2", "{}**2", "{}½", "{} ¼", "{} 1/2", "{} and 3/4", "{} and a half", "{} and a quarter", "{} squared", "{} cubed", "{} thousand", "{} million",
    "{} point five", "{}.5", "{},5", "{}e3", "1/{}", "a quarter of {}", "half of {}", "twice {}", "-{}", "{}th", "1{}", "{}-60",
)  # fmt: skip
WORDS = (
    "one hundred and five", "one hundred five", "a hundred and thirty", "twenty-five and a half", "twenty-five thousand", "fifty-one", "fifty-first", "twenty-fifth",
    "fifty point two", "half of fifty", "one hundred thousand", "twenty-five squared",
)  # fmt: skip


@pytest.mark.parametrize("label", ["25", "100"])
def test_a_part_of_a_number_is_not_the_number(label: str) -> None:
    replies = [form.format(label) for form in OTHERS]
    replies += [f"The velocity is {reply}." for reply in replies]
    gold = LABELS.index(label)
    assert [
        one for one in replies if choose(one, LABELS, gold, ALIASES, letters=False).correct
    ] == []


def test_a_part_of_a_number_in_words_is_not_the_number() -> None:
    found = {reply: choose(reply, LABELS, 0, ALIASES, letters=False).option for reply in WORDS}
    assert {reply: option for reply, option in found.items() if option is not None} == {}


def test_the_number_itself_counts() -> None:
    replies = (
        "{}",
        "{}.",
        "It is {}.",
        "Velocity: {}, rather loud",
        "{} and not 50",
    )
    for label in ("25", "100"):
        for form in replies:
            found = choose(form.format(label), LABELS, 0, ALIASES, letters=False).option
            assert found == LABELS.index(label), form
    for words, label in (
        ("twenty-five", "25"),
        ("a hundred", "100"),
        ("one hundred twenty-seven", "127"),
    ):
        assert choose(words, LABELS, 0, ALIASES, letters=False).option == LABELS.index(label)
