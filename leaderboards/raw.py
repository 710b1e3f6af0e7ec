"""Task values as a table of their own, for benchmarks without a native aggregate.

Shares and error rates are percentages with one decimal; judge scores and absolute errors are in
their own unit with two. Every reading of a metric is a column; a strict one says so when the table holds
official values as well. A metric whose official value is incomplete keeps its strict one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.types import Reading
from leaderboards.results import TaskResult, Value
from metrics.registry import find

_READINGS: Final[tuple[Reading, ...]] = ("official", "strict")


def raw_aggregate(tasks: Mapping[str, TaskResult]) -> dict[str, Any]:
    """Return every value of every task, in the form of a native aggregate.

    Args:
        tasks: one benchmark's tasks in one run.
    """
    found: list[tuple[TaskResult, str, Reading, Value]] = []
    for result in tasks.values():
        for metric in result.metrics:
            for reading in _READINGS:
                value = result.value(metric, reading)
                if value is not None:
                    found.append((result, metric, reading, value))
    readings = {reading for _, _, reading, _ in found}
    scores: dict[str, dict[str, Any]] = {}
    decimals: dict[str, int] = {}
    directions: dict[str, bool] = {}
    units: dict[str, str] = {}
    for result, metric, reading, value in found:
        key = f"{result.task.removeprefix(f'{result.benchmark}_')} {metric}"
        if len(readings) > 1 and reading == "strict":
            key += " (strict)"
        factor, places = (100.0, 1) if find(metric).is_percent else (1.0, 2)
        scores[key] = {
            "value": round(factor * (value.value or 0.0), places),
            "ci95": [factor * end for end in value.ci95] if value.ci95 else None,
            "n": value.n,
        }
        decimals[key] = places
        units[key] = "%" if find(metric).is_percent else ""
        directions[key] = find(metric).higher_is_better
    return {
        "scores": scores,
        "decimals": decimals,
        "higher_is_better": directions,
        "units": units,
        "headline": None,
        "unit": "percent, MAE and judge scores in their own unit",
        "reading": " and ".join(reading for reading in _READINGS if reading in readings)
        or "official",
        "complete": all(value.complete for *_, value in found),
        "notes": [],
    }
