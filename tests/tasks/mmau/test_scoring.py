"""MMAU scoring on our own items: the word-set rule, both readings, where upstream stops, letters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputFileError
from harness.types import MISSING
from metrics.commitment.letters import letter_to_text
from metrics.registry import METRICS
from metrics.text.word_set import is_correct, words
from tasks.mmau import scoring
from tests.support.budget import examples

RIGHT = {"correct": 1, "n": 1}
WRONG = {"correct": 0, "n": 1}


def item(**changes: Any) -> dict[str, Any]:
    return {
        "id": "own-1",
        "question": "What is heard?",
        "choices": ["A church bell", "A door bell", "Twenty-one drums", "Café noise"],
        "answer": "A door bell",
        "task": "sound",
        "difficulty": "easy",
        "category": ["Reasoning"],
        "sub-category": "Counting",
        **changes,
    }


@pytest.mark.parametrize(
    ("reply", "official", "strict", "parsed"),
    [
        ("A door bell", 1, 1, True),
        ("bell, a DOOR!", 1, 1, True),
        ("It is a door bell, surely a bell.", 1, 1, True),
        ("**A door bell**\n", 1, 1, True),
        ("A church bell", 0, 0, True),
        ("A door bell or a church bell", 0, 0, False),
        ("It is not a door bell.", 1, 0, False),
        ("door bell", 0, 1, True),
        ("a doorbell", 0, 0, False),
        ("B", 0, 1, True),
        ("The answer is (B).", 0, 1, True),
        ("(B) A door bell", 1, 1, True),
        ("(A) A door bell", 1, 0, False),
        ("A) or B)", 0, 0, False),
        ("", 0, 0, False),
        ("…!?", 0, 0, False),
        ("Ａ ｄｏｏｒ ｂｅｌｌ", 0, 1, True),
    ],
)
def test_words_officially_and_commitment_strictly(
    reply: str, official: int, strict: int, parsed: bool
) -> None:
    readings = scoring.score(item(), reply, None).metrics["accuracy"]
    assert readings["official"].stats == {"correct": official, "n": 1}
    assert readings["strict"].stats == {"correct": strict, "n": 1}
    assert readings["strict"].parsed is parsed


def test_an_answer_that_is_no_text_is_named() -> None:
    with pytest.raises(InputFileError, match="own-1: field 'answer' is 3"):
        scoring.score(item(answer=3), "A door bell", None)


def test_hyphens_split_accents_matter_and_underscores_join() -> None:
    assert words("Twenty-one it's a_b café") == {"twenty", "one", "it", "s", "a_b", "café"}
    numbers = item(answer="Twenty-one drums")
    assert (
        scoring.score(numbers, "twenty one drums", None).metrics["accuracy"]["strict"].stats
        == RIGHT
    )
    noise = item(answer="Café noise")
    assert scoring.score(noise, "Cafe noise", None).metrics["accuracy"]["strict"].stats == WRONG


@pytest.mark.parametrize(
    ("response", "stops"), [(MISSING, False), (None, True), (["A door bell"], True), (3, True)]
)
def test_replies_that_are_no_text(response: Any, stops: bool) -> None:
    result = scoring.score(item(), response, None)
    readings = result.metrics["accuracy"]
    assert readings["official"].stats is None
    assert readings["strict"].stats == WRONG
    assert readings["strict"].parsed is False
    assert (result.aborted == {"accuracy"}) is stops


@pytest.mark.parametrize(
    ("changes", "stops"),
    [
        ({"task": "noise"}, True),
        ({"task": ["sound"]}, True),
        ({"difficulty": None}, True),
        ({"sub-category": ["Counting"]}, True),
        ({"sub-category": None}, False),
        ({"category": "Reasoning"}, False),
    ],
)
def test_labels_on_which_upstream_stops(changes: dict[str, Any], stops: bool) -> None:
    result = scoring.score(item(**changes), "A door bell", None)
    assert (result.aborted == {"accuracy"}) is stops
    assert result.metrics["accuracy"]["official"].stats == (None if stops else RIGHT)
    assert result.metrics["accuracy"]["strict"].stats == RIGHT


def test_a_record_with_only_what_scoring_reads() -> None:
    result = scoring.score({"choices": ["x", "y"], "answer": "y"}, "y", None)
    assert result.metrics["accuracy"]["official"].stats == RIGHT
    assert not result.aborted


@pytest.mark.parametrize("answer", [None, ""])
def test_withheld_answers_have_no_score(answer: Any) -> None:
    result = scoring.score(item(answer=answer), "A door bell", None)
    assert {scored.stats for scored in result.metrics["accuracy"].values()} == {None}
    assert result.extracted == "A door bell"
    assert not result.aborted
    assert scoring.reference(item(answer=answer)) is None


def test_choices_that_are_no_list_are_named() -> None:
    with pytest.raises(InputFileError, match="own-1: field 'choices' is 'a b'"):
        scoring.score(item(choices="a b"), "a", None)


def test_an_answer_without_words_accepts_any_reply_as_upstream_does() -> None:
    assert is_correct("???", ["Man", "Woman"], "zebra")
    assert not is_correct("???", ["Man", "Woman"], "man")


OPTIONS = ["A church bell", "A door bell", "Twenty-one drums", "Café noise"]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("B", "A door bell"),
        (" b \n", "A door bell"),
        ("(b)", "A door bell"),
        ("**B**", "A door bell"),
        ("B. A door bell", "A door bell"),
        ("(B) A door bell", "A door bell"),
        ("The correct answer is (B).", "A door bell"),
        ("Answer: C", "Twenty-one drums"),
        ("I choose option D.", "Café noise"),
        ("A door bell", "A door bell"),
        ("A church bell?", "A church bell?"),
        ("The answer is a loud bell", "The answer is a loud bell"),
        ("Z", "Z"),
        ("", ""),
    ],
)
def test_letters_become_texts_and_other_replies_stay(reply: str, text: str) -> None:
    assert letter_to_text(reply, OPTIONS) == text


REPLIES = st.one_of(
    st.none(),
    st.just(MISSING),
    st.text(),
    st.sampled_from(["", "🔔", "جرس", "\u202ea door bell", "A door bell\ud800", "\x00", " "]),
    st.lists(st.text(), max_size=2),
    st.integers(),
    st.dictionaries(st.text(), st.text(), max_size=1),
)


@settings(deadline=None, max_examples=examples(300))
@given(response=REPLIES)
def test_any_reply_scores_in_bounds_and_the_same_twice(response: Any) -> None:
    result = scoring.score(item(), response, None)
    assert result == scoring.score(item(), response, None)
    strict = result.metrics["accuracy"]["strict"].stats
    assert strict is not None
    assert 0 <= METRICS["accuracy"].value(strict) <= 1
    if isinstance(response, str):
        assert isinstance(letter_to_text(response, OPTIONS), str)


def test_a_megabyte_reply_is_read() -> None:
    reply = "answer a bell (" * 70_000
    assert scoring.score(item(), reply, None).metrics["accuracy"]["strict"].stats == WRONG
    assert letter_to_text(reply, OPTIONS) == reply
