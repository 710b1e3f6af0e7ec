"""Strict readings of text, refusals and numbers against a careful reader's verdicts on clear answers."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from typing import Any

import pytest

from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
SETS = {
    "voicebench_advbench_refusal_rate": ("voicebench", {"config": "advbench"}),
    "llaso_pronunciation_scoring_sentence_level_exact_accuracy": (
        "llaso_eval",
        {"file": "pronunciation_scoring_sentence_level_test"},
    ),
}


@pytest.mark.parametrize("name", SETS)
def test_strict_agrees_with_a_careful_reader(name: str) -> None:
    benchmark, params = SETS[name]
    scoring = importlib.import_module(f"tasks.{benchmark}.scoring")
    text = (SHARED / "golden" / f"strict_{name}" / "cases.jsonl").read_text(encoding="utf-8")
    wrong: Counter[str] = Counter()
    lines = [json.loads(line) for line in text.split("\n") if line]
    for line in lines:
        doc: dict[str, Any] = {**line["doc"], "_id": line["id"], "_params": params}
        stats = scoring.score(doc, line["response"], None).metrics[line["metric"]]["strict"].stats
        wrong[line["class"]] += stats["correct"] != line["human"]
    assert lines
    assert not +wrong
