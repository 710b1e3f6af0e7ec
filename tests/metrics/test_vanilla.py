"""The lm-eval bridge: which reading it takes, and that nothing is dropped silently."""

from __future__ import annotations

import json
import math
from typing import Any

from harness.types import Document, ItemScore, Scored
from metrics.vanilla import aggregate, hook


def _score(doc: Document, response: Any, verdicts: Any) -> ItemScore:
    right = {"correct": int(response == doc["answer"]), "n": 1}
    return ItemScore(
        {
            "accuracy": {"official": Scored({"correct": 0.25, "n": 1}), "strict": Scored(right)},
            "letter_or_text": {"strict": Scored(right)},
            "judge_score": {"official": Scored(None), "strict": Scored(None)},
            "wer": {"official": Scored(None), "strict": Scored({"edits": 1, "length": 2})},
        }
    )


def test_the_official_reading_wins_even_where_it_leaves_the_item_out() -> None:
    entries = hook(_score)({"answer": "a"}, ["a"])
    assert entries["accuracy"]["stats"] == {"correct": 0.25, "n": 1}
    assert entries["letter_or_text"]["stats"] == {"correct": 1, "n": 1}
    assert entries["wer"] == {"metric": "wer", "stats": None}
    assert entries["judge_score"] == {"metric": "judge_score", "stats": None}
    assert json.loads(json.dumps(entries)) == entries  # lm-eval gathers and logs entries as JSON


def test_aggregation_skips_null_and_is_nan_without_items() -> None:
    process = hook(_score)
    entries = [
        process({"answer": "a"}, [reply])["letter_or_text"] for reply in ("a", "b", "a", "a")
    ]
    assert aggregate(entries) == 0.75
    assert aggregate([*entries, {"metric": "letter_or_text", "stats": None}]) == 0.75
    assert math.isnan(aggregate([{"metric": "judge_score", "stats": None}]))
    assert math.isnan(aggregate([]))
