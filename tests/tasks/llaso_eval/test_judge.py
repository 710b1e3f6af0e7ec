"""Hazards of LLaSO-Eval's judged metric: a reply of the judge that is misread, an absent judge that changes the rest."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import InputFileError, UnknownNameError
from harness.types import MISSING, READINGS
from tasks.llaso_eval import judge_reply as judge
from tasks.llaso_eval import scoring
from tests.support.data.llaso_items import (
    AQA,
    SCORES,
    SENTENCE,
    score,
    value,
)


@pytest.mark.parametrize(
    ("reply", "first", "strict"),
    [
        ("Score: 4  \nExplanation: near.", 4, 4),
        ("**Score:** 2\n**Explanation:** far.", 2, 2),
        ("**Score: 3**", 3, 3),
        ("__score__ : 5/5", 5, 5),
        ("Score: 3.0", 3, 3),
        ("\n\nScore: 2", 2, 2),
        ("Explanation: near.\nScore: 4", 4, 4),
        ("Score: 3.05", None, None),
        ("Score: 45", None, None),
        ("Score: -4", None, None),
        ("Underscore: 4", None, None),
        ("Score: 0", None, None),
        ("Score: four", None, 4),
        ("ERROR: connection refused", None, None),
        ("", None, None),
    ],
)
def test_judge_replies(reply: str, first: int | None, strict: int | None) -> None:
    result = score(AQA, "A goose.", "A duck.", [reply])
    assert value(result, "judge_score") == first
    assert result.metrics["judge_score"]["official"].parsed is (first is not None)
    assert value(result, "judge_score", "strict") == (1 if strict is None else strict)
    assert result.metrics["judge_score"]["strict"].parsed is (strict is not None)
    assert result.details["judge_unread"] is (first is None)


def test_one_repeat_counts_for_the_strict_reading_only() -> None:
    result = score(AQA, "A goose.", "A duck.", ["unclear", "Score: 4"])
    assert value(result, "judge_score") is None
    assert value(result, "judge_score", "strict") == 4
    assert judge.strict(["unclear", "unclear", "Score: 4"]) == judge.StrictScore(1, read=False)


@pytest.mark.parametrize("reply", ["", " \n", None, MISSING, 3])
def test_a_blank_answer_is_the_lowest_score_without_a_call(reply: Any) -> None:
    result = score(AQA, "A goose.", reply, [])
    assert value(result, "judge_score") is None
    assert result.metrics["judge_score"]["strict"].stats == {"score": 1, "n": 1}
    assert not result.metrics["judge_score"]["strict"].parsed
    judged = score(AQA, "A goose.", reply, ["Score: 2"])
    assert (value(judged, "judge_score"), value(judged, "judge_score", "strict")) == (2, 1)


def test_without_a_judge_the_score_is_absent_and_the_rest_is_not() -> None:
    result = score(SENTENCE, SCORES, "", None)
    for reading in READINGS:
        assert result.metrics["judge_score"][reading].stats is None
        assert result.metrics["judge_score"][reading].parsed
    assert result.metrics["exact_accuracy"]["strict"].stats is not None


def test_a_stored_judge_record_may_hold_the_reference_alone() -> None:
    doc = {"reference": "A goose.", "_params": {"file": AQA}}
    assert scoring.reference(doc) == "A goose."
    assert value(scoring.score(doc, "A duck.", ["Score: 3"]), "judge_score") == 3


@pytest.mark.parametrize(
    "doc",
    [{}, {"conversations": []}, {"conversations": "x"}, {"reference": None}, {"reference": 4}],
)
def test_a_document_without_reference_is_named(doc: dict[str, Any]) -> None:
    with pytest.raises(InputFileError, match="the reference is"):
        scoring.score({**doc, "_id": "x/0", "_params": {"file": AQA}}, "A duck.", None)


def test_an_unknown_data_set_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean"):
        score("vctk_gender_clasification_test", "Male.", "Male.")
