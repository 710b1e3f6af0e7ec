"""Replies that name an option without giving it as the answer, and unusual ways to give one, of our own making."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metrics.commitment.grammar import committed

REPLIES = Path(__file__).parents[2] / "fixtures" / "commitment_stance.jsonl"
OPTIONS = ("Dog barking", "Car horn", "Church bell", "Rain")


def test_whose_word_an_option_is_decides() -> None:
    lines = REPLIES.read_text(encoding="utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    misread = [
        (case["reply"], case["option"], found)
        for case in cases
        if (found := committed(case["reply"], OPTIONS)) != case["option"]
    ]
    assert len(cases) > 350
    assert not misread


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ('{"A": 0.03, "B": 0.06, "C": 0.91}', 2),
        ("A: 9/10\nB: 1/10\nBest score: A", 0),
        ("A ★☆☆\nB ★★★\nTop rated: B", 1),
        ("A. dog barking\nB. car horn <-- correct", 1),
        ("Q: Which sound is it?\nA: Church bell", 2),
    ],
)
def test_a_share_of_every_option_chooses_the_largest(reply: str, option: int | None) -> None:
    assert committed(reply, OPTIONS) == option


@pytest.mark.parametrize("letter", "ABCD")
def test_who_says_it_and_on_what_condition_matters_for_every_option(letter: str) -> None:
    others = (
        "Some would say {}.", "My colleague picks {}.", "If there were an echo, {}.", "{} only if there is an echo.", "It is tempting to choose {}.",
        "It could be {}, but I can't tell.", "{} is the odd one out.", "Picking {} would be a mistake.", "{} is too general.",
    )  # fmt: skip
    assert [form for form in others if committed(form.format(letter), OPTIONS) is not None] == []
