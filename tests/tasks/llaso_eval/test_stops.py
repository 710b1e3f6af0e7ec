"""Hazards of LLaSO-Eval's official reading: a reply on which the shipped script stops is scored, or the other way round."""

from __future__ import annotations

from typing import Any

import pytest

from harness.types import MISSING
from tasks.llaso_eval.rules import EXACT
from tests.support.data.llaso_items import (
    AGE,
    GENDER,
    PHONEMES,
    PITCH,
    SCORES,
    SENTENCE,
    score,
    value,
)

# --- where the shipped scripts go on or stop ---------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "abstains"),
    [(None, 1), (MISSING, 1), (5, 1), (["Male"], 0), ({"a": "female"}, 0), (True, 1)],
)
def test_the_abstention_script_reads_replies_that_are_no_text(reply: Any, abstains: int) -> None:
    result = score(GENDER, "Male.", reply)
    assert value(result, "abstention_rate") == abstains
    assert result.aborted == {"accuracy"}


@pytest.mark.parametrize(
    ("reply", "abstains"),
    [("male\u017f", 1), ("\u0131male", 1), ("fema\u0131e", 1), ("MALE\u00df", 0)],
)
def test_letters_that_ignore_case_belong_to_words(reply: str, abstains: int) -> None:
    assert value(score(GENDER, "Male.", reply), "abstention_rate") == abstains


def test_a_last_item_without_letters_on_both_sides_is_dropped() -> None:
    dropped = score(PHONEMES, "\u0283\u0283", "", _last=True)
    assert value(dropped, "per") is None and not dropped.aborted
    assert score(PHONEMES, "kat", "", _last=True).aborted == {"per"}


def test_overflow_inside_the_number_parsers_drops_the_item() -> None:
    huge = "9" * 400
    for file, reply in ((AGE, f"1-{huge}"), (PITCH, f"1-{huge}"), (PITCH, f"x{huge}")):
        result = score(file, "25", reply)
        assert value(result, "mae") is None and not result.aborted, file
    assert score(PITCH, "25", "inf").aborted == {"mae"}


def test_a_score_of_thousands_of_digits_stops_even_if_a_later_one_replaces_it() -> None:
    reply = f"accuracy is {'9' * 4301}\n{SCORES}"
    assert set(EXACT) <= score(SENTENCE, SCORES, reply).aborted
