"""MMAR on our own items: the declared official rule in both readings, and the rubric's gate, votes and failures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from harness.types import MISSING
from tasks.mmar import judge_reply, scoring

ITEM: dict[str, Any] = {
    "id": "own",
    "question": "Where does the sound go?",
    "choices": ["From near to far", "From far to near", "It stays"],
    "answer": "From far to near",
    "modality": "sound",
    "category": "Signal Layer",
    "thinking": "It grows.\n   It comes near.",
    "rubric": [
        {"name": f"n{n}", "scoring_point": f"Point {n}.", "choices": [0, 1]} for n in range(5)
    ],
}


@pytest.fixture(scope="module")
def task() -> YamlTask:
    return YamlTask(load_spec(load_index().tasks["mmar"]))


@pytest.mark.parametrize(
    ("reply", "official", "strict", "stops"),
    [
        ("From far to near", 1, 1, False),
        ("From near to far", 1, 0, False),  # the same words
        ("B", 0, 1, False),
        ("It stays, from far to near", 0, 0, False),
        ("", 0, 0, False),
        (MISSING, None, 0, False),
        (None, None, 0, True),
        (["From far to near"], None, 0, True),
    ],
)
def test_the_word_set_rule_beside_the_strict_reading(
    task: YamlTask, reply: Any, official: int | None, strict: int, stops: bool
) -> None:
    doc = dict(ITEM)
    task.annotate([doc], "file")
    found = task.score(doc, reply, None)
    accuracy = found.metrics["accuracy"]
    assert (accuracy["official"].stats or {}).get("correct") == official
    assert accuracy["strict"].stats == {"correct": strict, "n": 1}
    assert bool(found.aborted) is stops


@pytest.mark.parametrize(
    ("field", "value", "stops"), [("modality", "noise", True), ("sub-category", "new", False)]
)
def test_what_upstream_does_not_know_stops_it(
    task: YamlTask, field: str, value: str, stops: bool
) -> None:
    doc = {**ITEM, field: value}
    task.annotate([doc], "file")
    assert bool(task.score(doc, "From far to near", None).aborted) is stops


def grants(*points: Any) -> str:
    return json.dumps([{"name": f"n{n}", "score": point} for n, point in enumerate(points)])


def rubric(reply: Any, verdicts: list[str] | None, **changes: Any) -> tuple[Any, Any]:
    readings = scoring.score({**ITEM, **changes}, reply, verdicts).metrics["rubric_score"]
    stats = [readings[name].stats for name in ("official", "strict")]
    return tuple(None if one is None else round(one["score"], 6) for one in stats)  # type: ignore[return-value]


def test_the_middle_three_votes_count() -> None:
    votes = [grants(*[1] * n, *[0] * (5 - n)) for n in (0, 5, 3, 2, 4)]
    assert rubric("From far to near", votes) == (0.6, 0.6)


def test_an_unreadable_vote_leaves_the_official_item_out_and_is_nothing_strictly() -> None:
    votes = [grants(1, 1, 1, 1, 1)] * 4
    assert rubric("From far to near", [*votes, "5 of 5"]) == (None, 1.0)
    assert rubric("From far to near", [*votes, "5 of 5", votes[0]]) == (1.0, 1.0)
    assert rubric("From far to near", ["?"] * 5) == (None, 0.0)


def test_a_wrong_answer_needs_no_call_and_an_unjudged_one_has_no_score() -> None:
    assert rubric("It stays", []) == (0.0, 0.0)
    assert rubric("From far to near", None) == rubric("It stays", None) == (None, None)
    assert scoring.judge_slots(ITEM, "It stays") is None
    assert scoring.judge_slots(ITEM, " ") is None


def test_reasoning_and_answer_of_a_reply_go_to_the_judge() -> None:
    reply = "It gets louder.\n  So it comes. The final answer: From far to near"
    slots = scoring.judge_slots(ITEM, reply)
    assert slots is not None
    assert slots["response"] == "It gets louder.\nSo it comes. The answer is From far to near."
    assert slots["reasoning"] == "It grows.\nIt comes near."
    assert slots["criteria"].count("### Criterion") == slots["form"].count('"name"') == 5


@pytest.mark.parametrize(
    ("reply", "want"),
    [
        (grants(1, 0, True, False, 1.0), 0.6),
        (f"```json\n{grants(1, 1, 1, 1, 1)}\n```", 1.0),
        (f"[1] {grants(0, 0, 0, 0, 1)} done]", 0.2),
        (grants(1, 1, 1, 1), None),
        (grants(1, 1, 1, 1, 2), None),
        (grants(1, 1, 1, 1, "1"), None),
        (grants(1, 1, 1, 1, None), None),
        ('["a", "b", "c", "d", "e"]', None),
        ("", None),
        ("[{" * 100_000, None),
    ],
)
def test_judge_replies(reply: str, want: float | None) -> None:
    assert judge_reply.vote(reply) == want
