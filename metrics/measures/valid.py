"""What the statistics of one item and the value of a metric can be, by the facts of the metric.

One owner for whoever makes figures (``harness.task_loading.checks.scores``) and whoever reads them back
(``harness.run.figures``).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from harness.types import Reading, Stats
from metrics.measures.measure import Measure
from metrics.measures.sums import divide

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
    """Return why statistics of one item cannot be those of a metric, ``None`` if they can.

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
        return Fault(
            f"the statistics are {', '.join(map(repr, stats))}", f"{pair[0]!r} and {pair[1]!r}"
        )
    low = metric.bounds_of(reading)[0]
    for key, number in stats.items():
        signed = low is None or low < 0
        if number < 0 and (not signed or (pair is not None and key == pair[1])):
            return Fault(f"the statistic {key!r} is {number:g}", "at least 0")
    if pair is None:
        return None
    value = divide(stats[pair[0]], stats[pair[1]])
    fault = value_fault(metric, value, reading)
    return None if fault is None else fault._replace(found=f"{dict(stats)} is {value:g}")


def value_fault(metric: Measure, value: float, reading: Reading) -> Fault | None:
    """Return why a metric cannot have a value, ``None`` if it can; ``nan`` is the value of nothing.

    >>> from metrics.registry import METRICS
    >>> value_fault(METRICS["accuracy"], 70.0, "strict")
    Fault(found='the value is 70', expected='a value from 0 to 1', hint='a share, not a percentage')
    >>> value_fault(METRICS["wer"], 1.5, "strict"), value_fault(METRICS["judge_score"], 7.0, "official")
    (None, None)
    """
    low, high = metric.bounds_of(reading)
    if math.isnan(value):
        return None
    if (low is None or value >= low - SLACK) and (high is None or value <= high + SLACK):
        return None
    ends = f"from {low:g}" if low is not None else "up"
    ends += f" to {high:g}" if high is not None else ""
    hint = "a share, not a percentage" if metric.is_percent and high == 1 else None
    return Fault(f"the value is {value:g}", f"a value {ends}", hint)
