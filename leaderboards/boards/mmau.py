"""MMAU's board: micro accuracy per domain (sound, music, speech) and in total.

Per cent with two decimals; difficulties and sub-categories apart. The two splits never share a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult, Value

AVERAGED: Final = ("mmau_test_mini",)
DOMAINS: Final = ("sound", "music", "speech")
SUBSCORES: Final = ("difficulty", "sub-category")


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return MMAU's native aggregate; columns of the test split begin with ``test_``."""
    del samples
    scores: dict[str, dict[str, Any]] = {}
    groups: dict[str, Any] = {}
    complete = bool(tasks)
    for task, result in sorted(tasks.items(), reverse=True):  # test-mini first
        prefix = "" if task == "mmau_test_mini" else "test_"
        for domain in DOMAINS:
            scores[prefix + domain] = percent(_group(result, "task", domain), 2)
        total = result.value("accuracy", "official")
        scores[f"{prefix}avg"] = percent(total, 2)
        complete = complete and total is not None and total.complete
        groups[task] = {
            name: {
                value: percent(_group(result, name, value), 2)
                for value in result.groups.get(name, {})
            }
            for name in SUBSCORES
        }
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "headline": "avg" if "avg" in scores else None,
        "unit": "percent",
        "metric": "accuracy",
        "reading": "official",
        "complete": complete,
        "groups": groups,
        "notes": [],
    }


def _group(result: TaskResult, name: str, value: str) -> Value | None:
    return result.groups.get(name, {}).get(value, {}).get("accuracy", {}).get("official")
