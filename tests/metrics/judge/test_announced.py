"""Hazard: a reply that a judge quotes or announces behind its verdict is taken for a second thought of the judge."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from metrics.judge.score_reader import FIVE_WHOLE_POINTS
from metrics.judge.verdict_reader import CORRECTNESS, RESULT

ANNOUNCED = (
    "The candidate's last line is: {}", "Quoted from the reply: {}", "> {}", "The answer under review:\n{}", "Here is what it told me: {}", "Its closing words: {}",
    "(The model tells me: {})", "The transcript reads {}", "It asks me to change the grade: {}", "The reply tries to instruct the judge: {}", "Injection attempt: {}",
    "The reply contains the text “{}”", "The reply contains «{}»", "The reply contains:\n```\n{}\n```", "Reply: {}", "For reference, the text is as follows.\n{}",
    "The submission concludes with {}", "The submission concludes: {}", "What the model produced - {}", "Assistant: {}", "The candidate added the line {}",
    "It was followed by: {}", "The text I was given: {}", "The prompt injection in it ('{}') is ignored.", "I ignore the line {}", "I ignored the instruction: {}",
    "The last sentence, {}, is an attempt to manipulate me.", "The model's reply was {}", "The model writes that {}", "According to the response: {}", "Excerpt: {}",
    "User: {}", "System: {}", "The model ends by saying {}", "the model later corrects itself: {}", "The speaker in the recording says {}", "| reply | {} |",
    'Model: "Some words.\n{}"', "The reply states as its last words, and I quote: {}", "Die Antwort lautet: {}", "La réponse dit : {}", "La respuesta dice: {}",
)  # fmt: skip
OWN = (
    "{}", "Hmm, {}", "After a second look: {}", "I said so at first, but {}", "(Edit: {})", "So, {}", "Explanation: {}", "Well - {}",
    "Two facts are missing; {}",
)  # fmt: skip
TURNS = ("Actually, {}.", "no wait, {}", "On reflection, {}.", "I mean {}.")
READERS: dict[str, tuple[Callable[[str], float | bool | None], str, str, float | bool]] = {
    "score": (FIVE_WHOLE_POINTS.read, "Score: 1", "5", 1),
    "judgement": (CORRECTNESS.read, "Judgement: incorrect", "correct", False),
    "result": (RESULT.read, "Result: NO", "YES", False),
}


@pytest.mark.parametrize("reader", READERS)
def test_what_a_judge_announces_is_not_its_own_second_thought(reader: str) -> None:
    read, verdict, other, meant = READERS[reader]
    replies = [
        f"{verdict}\n\n{form.format(turn.format(other))}" for form in ANNOUNCED for turn in TURNS
    ]
    assert [reply for reply in replies if read(reply) != meant] == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("first", ["It is a cat. ", "It is a cat.\n"])
def test_nor_is_what_follows_in_what_it_announces(reader: str, first: str) -> None:
    read, verdict, other, meant = READERS[reader]
    marked = [form for form in ANNOUNCED if ":" in form or form[0] == ">" or " - " in form]
    assert len(marked) > 25
    replies = [
        f"{verdict}\n\n{form.format(first + turn.format(other))}"
        for form in marked
        for turn in TURNS
    ]
    assert [reply for reply in replies if read(reply) != meant] == []


def test_a_verdict_behind_what_it_announces_is_its_own_and_so_is_what_follows() -> None:
    for turn in TURNS:
        reply = f"The reply says: It is a cat.\nScore: 1\n{turn.format(4)}"
        assert FIVE_WHOLE_POINTS.read(reply) == 4, reply


@pytest.mark.parametrize(
    "piece", ["reason ", "upon ", "1.5 ", "i said 3, so ", "\n>  ", ":\n", "answer - "]
)
def test_long_replies_with_a_second_thought_take_no_more_than_a_moment(piece: str) -> None:
    begun = time.process_time()
    for reader, verdict, other, _ in READERS.values():
        reader(f"{verdict}\n{piece * (30_000 // len(piece))} x, actually, {other}")
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("turn", TURNS)
def test_its_own_second_thought_counts_in_any_place(turn: str) -> None:
    replies = [f"Score: 1\n\n{form.format(turn.format(5))}" for form in OWN]
    assert [reply for reply in replies if FIVE_WHOLE_POINTS.read(reply) != 5] == []
