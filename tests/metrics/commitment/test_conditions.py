"""Numbers that are no age, answers on conditions: replies of our own."""

from __future__ import annotations

import pytest

from metrics.commitment.closed import choose
from metrics.commitment.grammar import committed

SCENES = ("Doctor and patient", "Mother and son", "Two colleagues", "Two strangers")
DECADES = ("Teens", "Twenties", "Thirties")
YEARS = {"Teens": ("15", "17"), "Twenties": ("25", "27"), "Thirties": ("31",)}


@pytest.mark.parametrize(
    ("reply", "decade"),
    [
        ("I would guess he is 17.", 0),
        ("She is about 27.", 1),
        ("The clip lasts 17 seconds.", None),
        ("There are 25 words in it.", None),
        ("He talks about the time when he was 17.", None),
        ("When she was 17 she moved; now she is 31.", 2),
    ],
)
def test_a_number_is_an_age_unless_it_counts_something_else(reply: str, decade: int | None) -> None:
    assert choose(reply, DECADES, None, YEARS, letters=False).option == decade


@pytest.mark.parametrize(
    ("reply", "option"),
    [
        ("If the speaker is a man, then D; if not, then A.", None),
        ("If the speaker is sad, choose A. If not, choose B.", None),
        ("When the speaker is a man, the answer is D; when not, it is A.", None),
        ("Should the speaker be a man, then D. If not, then A.", None),
        ("B, unless the second speaker is a child, in which case C.", None),
        ("If I must answer: B", 1),
        ("It must be B, otherwise the word mum makes no sense.", 1),
        ("If it were A, they would be in a clinic; they are not, so B.", 1),
    ],
)
def test_two_answers_on_two_conditions_are_none(reply: str, option: int | None) -> None:
    assert committed(reply, SCENES) == option


def test_the_answer_may_be_a_car() -> None:
    assert committed("A car can be small and red.", ("", "")) is None
    assert committed("A, car il pleure.", ("", "")) == 0
