"""MMSU against the official scorer: golden replies, printed aggregates, edge cases."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from harness.types import MISSING
from metrics.registry import METRICS
from tasks.mmsu import scoring
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
GOLDEN = SHARED / "golden" / "mmsu"


def lines(name: str) -> list[dict[str, Any]]:
    text = (GOLDEN / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def test_every_golden_verdict_equals_the_official_one() -> None:
    for line in lines("cases.jsonl"):
        result = scoring.score(line["doc"], line["response"], None)
        stats, want = result.metrics["accuracy"]["official"].stats, line["official"]
        assert (stats is not None) is bool(want["counted"]), line["id"]
        if want["counted"]:
            assert stats == {"correct": want["correct"], "n": 1}, line["id"]
        assert result.extracted == (want["extracted"] or None), line["id"]


def test_golden_aggregates_equal_the_printed_figures() -> None:
    cells: dict[Any, list[Any]] = defaultdict(list)
    for line in lines("cases.jsonl"):
        doc = line["doc"]
        accuracy = scoring.score(doc, line["response"], None).metrics["accuracy"]
        if accuracy["official"].stats is not None:
            for cell in ("all", doc["category"], (doc["category"], doc["sub-category"])):
                cells[cell].append(accuracy["official"].stats)
    official = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))["official"]
    want = official["aggregate"]

    def printed(cell: Any) -> float:
        return round(METRICS["accuracy"].aggregate(cells[cell]), 4)

    assert len(cells["all"]) == want["total_count"]
    assert printed("all") == want["overall_accuracy"]
    for category, parts in want["category_subcategory"].items():
        assert printed(category) == want["category_average"][category]
        assert {part: printed((category, part)) for part in parts} == parts


def test_edge_cases_count_skip_or_score_as_upstream() -> None:
    for line in lines("edge_cases.jsonl"):
        response = line["response"] if line["response_key"] else MISSING
        result = scoring.score(line["doc"], response, None)
        stats, want = result.metrics["accuracy"]["official"].stats, line["official"]
        expected = {"correct": want["correct"], "n": 1} if want["counted"] else None
        assert stats == expected, line["case"]
        assert not result.aborted
        assert result.metrics["accuracy"]["strict"].stats is not None
