"""Macro-F1 from confusion counts against scikit-learn on the raw labels."""

from __future__ import annotations

import random

import pytest

from metrics.measures.macro_f1 import confusion_item, confusion_key, read_key
from metrics.registry import METRICS
from metrics.statistics.intervals import estimate

LABELS = ["happy", "sad|angry", '["x", "y"]', "null", "", "\u2028", "\ud800"]


@pytest.mark.parametrize("reference", LABELS)
@pytest.mark.parametrize("prediction", [*LABELS, None])
def test_any_label_survives_its_key(reference: str, prediction: str | None) -> None:
    assert read_key(confusion_key(reference, prediction)) == (reference, prediction)


def test_keys_of_different_cells_differ() -> None:
    cells = [(r, p) for r in LABELS for p in [*LABELS, None]]
    assert len({confusion_key(*cell) for cell in cells}) == len(cells)


def test_value_equals_scikit_learn_on_labels() -> None:
    from sklearn.metrics import f1_score

    rng = random.Random(3)
    references = [rng.choice("abc") for _ in range(300)]
    predictions = [rng.choice("abcd") for _ in range(300)]
    items = [confusion_item(r, p) for r, p in zip(references, predictions, strict=True)]
    expected = f1_score(references, predictions, average="macro", zero_division=0.0)
    assert METRICS["macro_f1"].aggregate(items) == pytest.approx(float(expected), abs=1e-12)


def test_an_unparsed_answer_costs_recall_and_is_no_class() -> None:
    items = [confusion_item("a", "a"), confusion_item("a", None), confusion_item("b", "b")]
    # F1(a) = 2/3, F1(b) = 1
    assert METRICS["macro_f1"].aggregate(items) == pytest.approx((2 / 3 + 1) / 2)


def test_only_unparsed_answers_score_zero() -> None:
    items = [confusion_item("a", None), confusion_item("b", None)]
    assert METRICS["macro_f1"].aggregate(items) == 0.0
    assert estimate(METRICS["macro_f1"], items).ci95 == (0.0, 1.0)
