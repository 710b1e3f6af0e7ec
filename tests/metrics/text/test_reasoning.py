"""Reasoning marks of stored replies: the answer behind them, and the note where nobody asked for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.text.reasoning import has_marks, marks_note, without_reasoning

PAIRS = [
    ("<think>", "</think>"),
    ("<THINK>", "</THINK>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
]


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
def test_the_answer_behind_the_reasoning_is_left(opening: str, closing: str) -> None:
    assert without_reasoning(f"{opening}A woman? No.{closing}\n\nMan") == "Man"
    assert without_reasoning(f"A woman? No.{closing} Man") == "Man"
    assert without_reasoning(f"{opening}A woman? No") == ""
    assert without_reasoning(f"{opening}one{closing}x{opening}two{closing}Man") == "Man"
    assert without_reasoning(f"Man {opening}I am sure{closing}") == "Man"
    assert has_marks(f"{opening}x")


@pytest.mark.parametrize(
    "reply", ["Man", " Man ", "<b>Man</b>", "I think it is (a).", "[thinking about it", ""]
)
def test_a_reply_without_marks_stays_as_it_is(reply: str) -> None:
    assert without_reasoning(reply) == reply
    assert marks_note([reply], "none") is None


@given(st.text(), st.sampled_from(PAIRS))
def test_cleaning_twice_is_cleaning_once(text: str, pair: tuple[str, str]) -> None:
    once = without_reasoning(pair[0] + text + pair[1] + text)
    assert without_reasoning(once) == once


def test_the_note_counts_replies_and_is_silent_once_cleaned() -> None:
    note = marks_note(["<think>a</think>b", "c</think>d", None, "e"], "letter")
    assert note is not None
    assert note.startswith("2 replies")
    assert "--clean think" in note
    assert marks_note(["<think>a</think>b"], "think") is None
