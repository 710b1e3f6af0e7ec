"""What the statistics of one item and the value of a metric can be, by the facts of the metric.

One owner for whoever makes figures (``harness.task_loading.checks.scores``) and whoever reads them back
(``harness.run.figures``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from harness.types import Reading, Stats
from metrics.measures.measure import Bounds, Measure

SLACK: Final = 1e-9
"""Part of a number by which the last bits of a sum may move it."""


class Fault(NamedTuple):
    """Statistics or a value that a metric cannot have.

    Attributes:
        found: what was found, as a clause.
        expected: what was expected.
        hint: the likely reason, ``None`` if there is no likely one.
    """

    found: str
    expected: str
    hint: str | None = None

    def text(self) -> str:
        """Describe it in one clause."""
        return f"{self.found}, expected {self.expected}"


def pair_of(metric: Measure, stats: Stats) -> tuple[str, str] | None:
    """Return the names of numerator and denominator; ``None`` where the value is another function."""
    try:
        return metric.ratio_keys(tuple(stats))
    except (NotImplementedError, ValueError):
        return None


def stats_fault(metric: Measure, stats: Stats, reading: Reading) -> Fault | None:
    """Return why statistics of one item in a file cannot be those of a metric, ``None`` if they can.

    The value of a quotient is looked at too; other values may need packages, so that whoever has them asks ``value_fault``.

    Args:
        metric: its facts.
        stats: finite numbers by name.
        reading: under which they were made.

    >>> from metrics.registry import METRICS
    >>> stats_fault(METRICS["accuracy"], {"correct": -5, "n": 1}, "strict").text()
    "the statistic 'correct' is -5, expected at least 0"
    >>> stats_fault(METRICS["accuracy"], {"correct": 7, "n": 1}, "strict").expected
    'a value from 0 to 1'
    """
    pair = pair_of(metric, stats)
    if pair is not None and not stats.keys() >= {*pair}:
        return _other_keys(metric, stats, pair)
    return _out_of_range(metric, stats, reading, pair)


def item_fault(metric: Measure, stats: Stats, reading: Reading) -> Fault | None:
    """Return why a scorer cannot give these statistics, ``None`` if it can: their names are those of the metric and no others, and they have a value.

    >>> from metrics.registry import METRICS
    >>> item_fault(METRICS["accuracy"], {"correct": 1, "n": 0}, "strict").found
    "{'correct': 1, 'n': 0} has no value"
    >>> item_fault(METRICS["wer"], {"edits": 0, "length": 0}, "strict")  # an empty reference
    """
    pair = pair_of(metric, stats)
    expected = _names(metric) if pair is None else pair
    if expected is not None and stats.keys() != {*expected}:
        return _other_keys(metric, stats, expected)
    fault = _out_of_range(metric, stats, reading, pair)
    if fault is not None:
        return fault
    if pair is None:
        value = metric.value(stats)
        if not math.isnan(value):
            return value_fault(metric, value, reading)
    elif stats[pair[1]] or not stats[pair[0]]:
        return None
    hint = "Scored(None) leaves the item out of the reading"
    return Fault(f"{dict(stats)} has no value", "a denominator above 0", hint)


def value_fault(metric: Measure, value: float, reading: Reading) -> Fault | None:
    """Return why a metric cannot have a value, ``None`` if it can; ``nan`` is the value of nothing.

    >>> from metrics.registry import METRICS
    >>> value_fault(METRICS["accuracy"], 70.0, "strict")
    Fault(found='the value is 70', expected='a value from 0 to 1', hint='a share, not a percentage')
    >>> value_fault(METRICS["wer"], 1.5, "strict"), value_fault(METRICS["judge_score"], 7.0, "official")
    (None, None)
    """
    return _beyond(metric, value, _bounds(metric, reading), "the value")


def _bounds(metric: Measure, reading: Reading) -> Bounds:
    return (metric.official_bounds if reading == "official" else None) or metric.bounds


def _out_of_range(
    metric: Measure, stats: Stats, reading: Reading, pair: tuple[str, str] | None
) -> Fault | None:
    bounds = _bounds(metric, reading)
    signed = bounds[0] is None or bounds[0] < 0
    for key, number in stats.items():
        if number < 0 and (not signed or (pair is not None and key == pair[1])):
            return Fault(f"the statistic {key!r} is {number:g}", "at least 0")
    if pair is None or not stats[pair[1]]:
        return None
    return _beyond(metric, stats[pair[0]] / stats[pair[1]], bounds, str(dict(stats)))


def _beyond(metric: Measure, value: float, bounds: Bounds, what: str) -> Fault | None:
    low, high = bounds
    if math.isnan(value):
        return None
    if (low is None or value >= low - SLACK) and (high is None or value <= high + SLACK):
        return None
    ends = f"from {low:g}" if low is not None else "up"
    ends += f" to {high:g}" if high is not None else ""
    hint = "a share, not a percentage" if metric.is_percent and high == 1 else None
    return Fault(f"{what} is {value:g}", f"a value {ends}", hint)


def _other_keys(metric: Measure, stats: Stats, expected: Sequence[str]) -> Fault:
    return Fault(
        f"the statistics are {', '.join(map(repr, stats))}",
        " and ".join(map(repr, expected)),
        f"those of the metric {metric.name!r} (docs/statistics.md)",
    )


def _names(metric: Measure) -> tuple[str, ...] | None:
    """Return the names of a metric's statistics, ``None`` if they are open (labels of a confusion)."""
    if metric.family == "f1":
        return None
    try:
        return tuple(metric.examples()[0])
    except (NotImplementedError, ValueError):
        return None
