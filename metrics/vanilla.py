"""The bridge that lets the task YAML run under plain lm-eval.

lm-eval calls ``process_results(doc, results)`` once per document and hands the collected per-document
entries to an aggregation. ``hook`` turns a scorer into the former; ``aggregate`` is the latter. An entry
names its metric and carries its statistics or ``None`` where the reading leaves the item out, because
lm-eval drops absent keys silently. The reading is the official one where the metric has one, else the
strict one. Judge replies are never at hand here, so judged metrics are ``nan``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from harness.types import Document, ItemScore, Stats
from metrics.registry import METRICS


class Entry(TypedDict):
    """Record of lm-eval per document and metric."""

    metric: str
    stats: Stats | None


Score = Callable[[Document, Any, Any], ItemScore]


def hook(score: Score) -> Callable[[Document, Sequence[Any]], dict[str, Entry]]:
    """Return ``process_results`` for a scorer.

    Args:
        score: the benchmark's ``score(doc, response, verdicts)``.

    Returns:
        A function from a document and lm-eval's list of responses (the first is scored) to one
        ``Entry`` per metric.
    """

    def process_results(doc: Document, results: Sequence[Any]) -> dict[str, Entry]:
        readings = score(doc, results[0], None).metrics
        entries: dict[str, Entry] = {}
        for metric, scored in readings.items():
            chosen = scored["official"] if "official" in scored else scored["strict"]
            entries[metric] = {"metric": metric, "stats": chosen.stats}
        return entries

    return process_results


def aggregate(items: Sequence[Entry]) -> float:
    """Return the value of one metric over the documents of a task.

    >>> aggregate([{"metric": "accuracy", "stats": {"correct": 1, "n": 1}},
    ...            {"metric": "accuracy", "stats": None}])
    1.0
    >>> aggregate([])
    nan
    """
    if not items:
        return math.nan
    stats = [item["stats"] for item in items if item["stats"] is not None]
    return METRICS[items[0]["metric"]].aggregate(stats)
