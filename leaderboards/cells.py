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
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an unweighted native mean.

    Attributes:
        value: the part.
        span: ends of its scale.
        factor: what brings it to the unit of the mean.
    """

    value: Value
    span: tuple[float, float] = (0.0, 1.0)
    factor: float = 1.0


def mean_cell(parts: Sequence[Part], decimals: int, *, shared: float = 0.0) -> dict[str, Any]:
    """Return the unweighted mean of parts as one column, in the unit to which their factors bring them.

    The interval has Wilson's form on the mean's own scale, from the standard errors of the parts. A part at an end
    of its scale has no spread and is not certain: all such parts together count as
    ``metrics.statistics.still`` says. It is ``None`` if any part has no standard error.

    Args:
        parts: the parts.
        decimals: decimals of the value; the interval has one more.
        shared: what clusters that several parts hold add to the variance (``leaderboards.joint``), in that unit.

    >>> two = [Part(Value(x, stderr=e, n=9), factor=100) for x, e in ((0.4, 0.03), (0.6, 0.04))]
    >>> mean_cell(two, 1)
    {'value': 50.0, 'ci95': [45.12, 54.88], 'n': 18}
    """
    known = [part for part in parts if part.value.value is not None]
    if not known:
        return {"value": None, "ci95": None, "n": None}
    mean = math.fsum(part.factor * (part.value.value or 0.0) for part in known) / len(known)
    interval = _mean_interval(known, mean, shared) if len(known) == len(parts) else None
    return {
        "value": round(mean, decimals),
        "ci95": [round(end, decimals + 1) for end in interval] if interval else None,
        "n": sum(part.value.n for part in parts),
    }


def _mean_interval(parts: Sequence[Part], mean: float, shared: float) -> tuple[float, float] | None:
    from metrics.statistics.intervals import scaled_wilson
    from metrics.statistics.still import still_variance

    if len(parts) == 1:
        ends = parts[0].value.ci95
        return None if ends is None else (parts[0].factor * ends[0], parts[0].factor * ends[1])
    weights = [part.factor / len(parts) for part in parts]
    errors = [part.value.stderr for part in parts]
    if any(error is None for error in errors):
        return None
    own = [weight * (error or 0.0) for weight, error in zip(weights, errors, strict=True)]
    still = [
        (weight * (part.span[1] - part.span[0]), _units(part))
        for part, weight, error in zip(parts, weights, errors, strict=True)
        if (error or 0.0) <= 1e-12
    ]
    variance = math.fsum(error * error for error in own) + max(0.0, shared) + still_variance(still)
    low, high = (
        math.fsum(weight * part.span[end] for part, weight in zip(parts, weights, strict=True))
        for end in (0, 1)
    )
    certain = len(still) == len(parts) and not low < mean < high
    units = 1 / math.fsum(
        (w / sum(weights)) ** 2 / _units(p) for w, p in zip(weights, parts, strict=True)
    )
    return scaled_wilson(
        mean, 0.0 if certain else math.sqrt(variance), units, (low, high), quantile=Z95
    )


def _units(part: Part) -> float:
    """Return how many items, or clusters, a part has; one at an end of its scale says so by its own interval."""
    if part.value.ci95 is None or (part.value.stderr or 0.0) > 1e-12:
        return float(part.value.n)
    low, high = part.value.ci95
    return min(float(part.value.n), 3 * (part.span[1] - part.span[0]) / (high - low))


def percent_mean(values: Sequence[Value], decimals: int, *, shared: float = 0.0) -> dict[str, Any]:
    """Return the unweighted mean of shares, per cent; ``shared`` is a variance of the mean of the shares.

    >>> percent_mean([Value(1.0, (0.75, 1.0), 0.0, 12)] * 4, 1)
    {'value': 100.0, 'ci95': [92.59, 100.0], 'n': 48}
    """
    parts = [Part(value, factor=100.0) for value in values]
    return mean_cell(parts, decimals, shared=10_000 * shared)


def share_value(
    correct: Iterable[float],
    clusters: Sequence[Hashable] | None = None,
    units: Sequence[Hashable] | None = None,
) -> Value | None:
    """Return the mean of 0/1 (or expected) verdicts with its interval; ``None`` without items.

    Args:
        correct: the verdict on every reply.
        clusters: cluster of every reply.
        units: item of every reply, where items were asked several times.

    >>> found = share_value([1, 0, 1, 1])
    >>> found.value, [round(end, 3) for end in found.ci95]
    (0.75, [0.301, 0.954])
    """
    from metrics.statistics.intervals import estimate

    stats = [{"correct": verdict, "n": 1} for verdict in correct]
    if not stats:
        return None
    found = estimate(METRICS["accuracy"], stats, clusters, units=units)
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
