"""Hold the statistics and scores of ``samples.jsonl`` against their metrics.

A line of the right types may still say what no scorer says: ``correct: -5``, an accuracy of 7, a score that is not that of
its statistics. Bounds are those of the registry (``metrics.measures.valid``); of a metric that is registered nowhere in this
process only the form is known, so its numbers pass. Equal figures of further lines cost one look-up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from harness.errors import SetupError
from harness.run.checks import place_of, shown
from harness.types import Reading
from metrics.measures.measure import Measure
from metrics.measures.sums import divide
from metrics.measures.valid import pair_of, stats_fault, value_fault
from metrics.registry import METRICS

_KEPT: Final = 20_000
"""Figures that are remembered as right."""
_CLOSE: Final = 1e-9
"""Difference of a score from its statistics: that of the last bits."""


class SampleFigures:
    """Check of lines of one file."""

    def __init__(self) -> None:
        self._metrics: dict[str, Measure | None] = {}
        self._right: set[tuple[Any, ...]] = set()

    def fault(self, record: Mapping[str, Any]) -> str | None:
        """Return which figure of a line is wrong, and how; ``None`` if none is.

        Args:
            record: a line that is of its type.
        """
        scores: Mapping[str, Mapping[Reading, float | None]] = record["scores"]
        stats: Mapping[str, Mapping[Reading, Mapping[str, float] | None]] = record["stats"]
        right = self._right
        for metric, readings in stats.items():
            values = scores.get(metric, {})
            for reading, found in readings.items():
                value = values.get(reading)
                if found is None:
                    if value is not None:
                        place = place_of(("stats", metric, reading))
                        return (
                            f"{place}: expected the statistics of a score of {value:g}, found none"
                        )
                    continue
                key = (metric, reading, value, *found, *found.values())
                if key not in right:
                    fault = self._fault(metric, reading, value, found)
                    if fault is not None:
                        return fault
                    if len(right) >= _KEPT:
                        right.clear()
                    right.add(key)
        if scores.keys() != stats.keys():
            return (
                f"stats: expected those of {', '.join(scores)}, found those of {', '.join(stats)}"
            )
        return None

    def _fault(
        self, name: str, reading: Reading, value: float | None, stats: Mapping[str, float]
    ) -> str | None:
        metric = self._metric(name)
        if metric is None:
            return None
        fault = stats_fault(metric, stats, reading)
        if fault is not None:
            return f"{place_of(('stats', name, reading))}: {fault.text()}"
        place = place_of(("scores", name, reading))
        pair = pair_of(metric, stats)
        if pair is None:
            fault = value_fault(metric, math.nan if value is None else value, reading)
            return None if fault is None else f"{place}: {fault.text()}"
        own = divide(stats[pair[0]], stats[pair[1]])
        shown_value = own if math.isfinite(own) else None
        if None not in (value, shown_value):
            same = math.isclose(value or 0.0, own, rel_tol=_CLOSE, abs_tol=_CLOSE)
        else:
            same = value is shown_value
        if same:
            return None
        expected = "null" if shown_value is None else f"{own:g}"
        return f"{place}: expected {expected}, as the statistics say, found {shown(value)}"

    def _metric(self, name: str) -> Measure | None:
        if name not in self._metrics:
            self._metrics[name] = known_metric(name)
        return self._metrics[name]


def known_metric(name: str) -> Measure | None:
    """Return a metric, ``None`` where it is registered nowhere or its plug-in cannot be used."""
    try:
        return METRICS.get(name)
    except SetupError:
        return None
