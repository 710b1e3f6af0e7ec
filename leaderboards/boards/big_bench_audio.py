"""Board of Big Bench Audio: judged accuracy in total and per category. The authors print whole per cent and no rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult

AVERAGED: Final = ("big_bench_audio",)
CATEGORIES: Final = ("formal_fallacies", "navigate", "object_counting", "web_of_lies")


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the accuracy of every category and of all items, strict: there is no official scorer."""
    del samples
    result = tasks.get("big_bench_audio")
    groups = result.groups.get("category", {}) if result is not None else {}
    scores = {
        name: percent(groups.get(name, {}).get("judged_accuracy", {}).get("strict"), 1)
        for name in CATEGORIES
    }
    total = result.value("judged_accuracy", "strict") if result is not None else None
    scores["avg"] = percent(total, 1)
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 1),
        "headline": "avg",
        "unit": "percent",
        "metric": "judged_accuracy",
        "reading": "strict",
        "complete": total is not None and total.complete,
        "notes": [],
    }
