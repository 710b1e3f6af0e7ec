"""MMSU scoring on our own items: the letter rule, skipped replies, null choices against "None"."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.types import MISSING
from metrics.registry import METRICS
from tasks.mmsu import scoring
from tests.support.budget import examples


def item(**changes: Any) -> dict[str, Any]:
    return {
        "id": "own_1",
        "question": "Which meal is meant?",
        "choice_a": "Breakfast",
        "choice_b": "Lunch",
        "choice_c": "Supper",
        "choice_d": "Tea",
        "answer_gt": "Lunch",
        **changes,
    }


def readings(doc: dict[str, Any], response: Any) -> tuple[Any, Any, bool]:
    accuracy = scoring.score(doc, response, None).metrics["accuracy"]
    official = accuracy["official"].stats
    strict = accuracy["strict"].stats
    assert strict is not None
    return (
        None if official is None else official["correct"],
        strict["correct"],
        accuracy["strict"].parsed,
    )


@pytest.mark.parametrize(
    ("reply", "official", "strict", "parsed"),
    [
        ("B", 1, 1, True),
        ("B. Lunch", 1, 1, True),
        ("(B)", 1, 1, True),
        ('"B"', 1, 1, True),
        ("\\boxed{B}", 1, 1, True),
        ("The answer is B.", 1, 1, True),
        ("\n\n B \n", 1, 1, True),
        ("\u00a0B\u00a0", 1, 1, True),
        ("The answer is\nB\n.", 1, 1, True),
        ("Because of the hour: B.", 1, 1, True),
        ("Answer: B", 0, 1, True),
        ("Certainly B.", 0, 1, True),
        ("Answer: C", 0, 0, True),
        (
            "After thinking, supper.",
            0,
            0,
            True,
        ),  # a choice by its text, and another one than the right one
        ("After thinking, lunch.", 0, 1, True),
        ("As an AI I cannot listen to audio.", 0, 0, False),
        ("Based on the tone I pick C.", 1, 0, True),
        ("ABCD", 0, 0, False),
        ("The answer is B", None, 1, True),
        ("**B**", None, 1, True),
        ("(B) Lunch", None, 1, True),
        ("As an AI, I cannot hear.", 0, 0, False),
        ("not B", None, 0, False),
        ("b", None, 1, True),
        ("Ｂ", None, 1, True),
        ("\u200bB", None, 1, True),
        ("none", None, 0, False),
        ("x", None, 0, False),
        ("None", 0, 0, False),
        ("", 0, 0, False),
        (" \n ", 0, 0, False),
        (MISSING, 0, 0, False),
        (None, None, 0, False),
        (["B"], None, 0, False),
        (2, None, 0, False),
    ],
)
def test_the_letter_rule_in_both_readings(
    reply: Any, official: int | None, strict: int, parsed: bool
) -> None:
    assert readings(item(), reply) == (official, strict, parsed)


def test_a_null_choice_never_counts_under_the_strict_reading() -> None:
    two = item(choice_b=None, choice_d=None, answer_gt="Supper")
    assert readings(two, "B") == (0, 0, False)
    assert readings(two, "C") == (1, 1, True)
    assert readings(item(choice_a=None, answer_gt=None), "A") == (1, 0, False)


def test_the_option_text_none_is_not_null() -> None:
    literal = item(choice_a="None", choice_c=None, choice_d=None, answer_gt="None")
    assert readings(literal, "A") == (1, 1, True)
    assert readings(literal, "C") == (0, 0, False)
    assert scoring.options(literal) == ("A. None", "B. Lunch")


def test_official_compares_texts_exactly_and_an_absent_gold_is_the_empty_text() -> None:
    assert readings(item(answer_gt="Lunch "), "B") == (0, 1, True)
    assert readings(item(answer_gt="lunch"), "B") == (0, 1, True)
    assert readings(item(choice_c="Lunch"), "C") == (1, 1, True)
    without = item(choice_a="")
    del without["answer_gt"]
    assert readings(without, "A") == (1, 0, False)


def test_the_first_option_as_a_reply_is_read_as_its_letter() -> None:
    for letter, option in zip("ABCD", scoring.options(item()), strict=True):
        assert scoring.score(item(), option, None).extracted == letter


REPLIES = st.one_of(
    st.none(),
    st.just(MISSING),
    st.text(),
    st.text(alphabet="ABCD. \n"),
    st.sampled_from(["🍵", "\u202eB.", "شاي", "B\ud800", "\x00", "\u2028A"]),
    st.lists(st.text(), max_size=2),
    st.floats(),
)


@settings(deadline=None, max_examples=examples(300))
@given(response=REPLIES, null=st.sampled_from(["choice_a", "choice_b", "choice_c"]))
def test_any_reply_scores_in_bounds_and_twice_the_same(response: Any, null: str) -> None:
    doc = item(**{null: None})
    result = scoring.score(doc, response, None)
    assert result == scoring.score(doc, response, None)
    strict = result.metrics["accuracy"]["strict"].stats
    assert strict is not None
    assert METRICS["accuracy"].value(strict) in (0, 1)


def test_a_megabyte_reply_is_read() -> None:
    assert readings(item(), "I heard " * 130_000 + "B.") == (1, 1, True)
