"""The form of a native aggregate, and the arithmetic that several benchmarks share.

A native aggregate is a JSON object::

    {"scores": {COLUMN: {"value": number | null, "ci95": [lo, hi] | null, "n": int | null}},
     "decimals": {COLUMN: int},      decimals as published (default 1)
     "higher_is_better": {COLUMN: bool},   default true; name every error and abstention rate
     "headline": COLUMN | null,      the column that the board sorts by
     "unit": "percent",
     "metric": id, "reading": "official" | "strict",
     "complete": bool,               every cell of the board is there and official-complete
     "notes": [text]}

Further keys are the benchmark's own (sub-scores that are not columns). Values are in the published
unit and rounded as published; intervals are in the same unit, one decimal more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from harness.types import Reading
from leaderboards.results import TaskResult, Value
from metrics.registry import METRICS, find
from metrics.statistics import Z95


def percent(value: Value | None, decimals: int) -> dict[str, Any]:
    """Return one column from one value, as a percentage.

    >>> percent(Value(0.12345, (0.1, 0.2), n=10), 1)
    {'value': 12.3, 'ci95': [10.0, 20.0], 'n': 10}
    >>> percent(None, 1)
    {'value': None, 'ci95': None, 'n': None}
    """
    if value is None or value.value is None:
        return {"value": None, "ci95": None, "n": None}
    interval = [round(100 * end, decimals + 1) for end in value.ci95] if value.ci95 else None
    return {"value": round(100 * value.value, decimals), "ci95": interval, "n": value.n}


def independent_mean(values: Sequence[Value], decimals: int) -> dict[str, Any]:
    """Return the unweighted mean of values over disjoint items, as a percentage.

    The interval is normal, with the standard errors of the parts combined as independent, and
    ``None`` if any part has none.

    >>> independent_mean([Value(0.4, stderr=0.03, n=9), Value(0.6, stderr=0.04, n=9)], 1)
    {'value': 50.0, 'ci95': [45.1, 54.9], 'n': 18}
    """
    numbers = [value.value for value in values if value.value is not None]
    if not numbers:
        return {"value": None, "ci95": None, "n": None}
    mean = math.fsum(numbers) / len(numbers)
    errors = [value.stderr for value in values if value.stderr is not None]
    interval = None
    if len(errors) == len(numbers) == len(values):
        half = Z95 * math.sqrt(math.fsum(error * error for error in errors)) / len(errors)
        interval = [
            round(100 * end, decimals + 1) for end in (max(0.0, mean - half), min(1.0, mean + half))
        ]
    return {
        "value": round(100 * mean, decimals),
        "ci95": interval,
        "n": sum(value.n for value in values),
    }


def share_value(correct: Iterable[float]) -> Value | None:
    """Return the mean of 0/1 (or expected) verdicts with its interval; ``None`` without items.

    >>> found = share_value([1, 0, 1, 1])
    >>> found.value, [round(end, 3) for end in found.ci95]
    (0.75, [0.301, 0.954])
    """
    from metrics.statistics.intervals import estimate

    stats = [{"correct": verdict, "n": 1} for verdict in correct]
    if not stats:
        return None
    found = estimate(METRICS["accuracy"], stats)
    return Value(found.value, found.ci95, found.stderr, found.n)


def judged_or_control(
    tasks: Iterable[TaskResult], judged: str = "accuracy"
) -> tuple[str, Reading, list[str]]:
    """Return the metric and reading of a board whose official metric needs a judge.

    Returns:
        The judged metric under the official reading if any task has it; else the judge-free
        control (strict, labelled in the notes).
    """
    members = list(tasks)
    if any(result.value(judged, "official") for result in members):
        return judged, "official", []
    for control in dict.fromkeys(name for result in members for name in result.metrics):
        if find(control).stands_for != judged:
            continue
        if any(result.value(control, "strict") for result in members):
            note = f"{control}: judge-free control, not comparable with published judged {judged}"
            return control, "strict", [note]
    return judged, "official", ["no judge replies: no score"]
