"""Hazards of data sets whose labels decide the metric: a value where labels decide nothing, a reply that is no text."""

from __future__ import annotations

from typing import Any

import pytest

from harness.types import ItemScore
from metrics.registry import METRICS
from tasks.dynamic_superb import scoring
from tests.support.data.dynamic_superb import REPLIES

# --- sets whose labels decide -------------------------------------------------------------------


def split(labels: list[str]) -> list[dict[str, Any]]:
    docs = [
        {"label": label, "instruction": "?", "_params": {"rule": "decided"}} for label in labels
    ]
    scoring.annotate(docs, "data")
    return docs


def strict(found: ItemScore) -> dict[str, Any]:
    return {name: readings["strict"].stats for name, readings in found.metrics.items()}


def test_a_list_of_labels_gives_accuracy_and_macro_f1() -> None:
    docs = split(["guitar", "piano", "piano", "guitar"])
    right = strict(scoring.score(docs[0], "It is a Guitar.", None))
    assert right["accuracy"] == {"correct": 1, "n": 1} and right["mae"] is None
    assert right["abstention_rate"] == {"correct": 0, "n": 1}
    wrong, none = (scoring.score(docs[0], reply, None) for reply in ("piano", "a flute"))
    assert strict(wrong)["accuracy"] == strict(none)["accuracy"] == {"correct": 0, "n": 1}
    assert not none.metrics["accuracy"]["strict"].parsed
    cells = [strict(scoring.score(doc, "piano", None))["macro_f1"] for doc in docs]
    assert METRICS["macro_f1"].aggregate(cells) == pytest.approx(1 / 3)
    assert all(set(readings) == {"strict"} for readings in right_readings(docs[0]))


def right_readings(doc: dict[str, Any]) -> list[Any]:
    return list(scoring.score(doc, "guitar", None).metrics.values())


def test_numbers_give_an_absolute_error() -> None:
    docs = split(["1", "2.5", "6"])
    assert strict(scoring.score(docs[0], "about 3", None))["mae"] == {"abs_error": 2, "n": 1}
    unread = scoring.score(docs[0], "no idea", None)
    assert strict(unread)["mae"]["abs_error"] == pytest.approx(docs[0]["_split"]["mae_ref"])
    assert strict(unread)["accuracy"] is None


@pytest.mark.parametrize(
    "labels",
    [
        ["a song of rain", "a song of snow"],
        ["one"] * 4,
        ["1", "two"],
        [str(n) + "x" for n in range(300)],
    ],
)
def test_labels_that_decide_nothing_give_no_value(labels: list[str]) -> None:
    found = scoring.score(split(labels)[0], labels[0], None)
    assert found.details["form"] == "text"
    assert set(strict(found).values()) == {None}
    assert not found.aborted


@pytest.mark.parametrize("reply", REPLIES, ids=str)
def test_a_reply_that_is_no_text_is_the_worst_answer_where_labels_decide(reply: Any) -> None:
    found = strict(scoring.score(split(["a", "b", "a", "b"])[0], reply, None))
    assert found["accuracy"] == {"correct": 0, "n": 1}
    assert found["abstention_rate"] == {"correct": 1, "n": 1}


def test_the_signature_names_the_labels_that_decide() -> None:
    assert scoring.signature(split(["a", "b", "a", "b"]))["labels"].startswith("2#")
    assert scoring.signature(split(["1", "2", "3"])) == {}
