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
"""Relative difference of a score from its statistics, for files that others wrote with fewer digits."""


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
                key = (metric, reading, value, None if found is None else (*found.items(),))
                if key not in right:
                    fault = self._fault(metric, reading, value, found)
                    if fault is not None:
                        return fault
                    if len(right) < _KEPT:
                        right.add(key)
        for metric, known in scores.items():
            for reading, value in known.items():
                if value is not None and stats.get(metric, {}).get(reading) is None:
                    place = place_of(("stats", metric, reading))
                    return f"{place}: expected the statistics of a score of {value:g}, found none"
        return None

    def _fault(
        self, name: str, reading: Reading, value: float | None, stats: Mapping[str, float] | None
    ) -> str | None:
        if stats is None:
            return None
        metric = self._metric(name)
        if metric is None:
            return None
        place = place_of(("stats", name, reading))
        fault = stats_fault(metric, stats, reading)
        if fault is not None:
            return f"{place}: {fault.text()}"
        pair = pair_of(metric, stats)
        if pair is not None:
            own = divide(stats[pair[0]], stats[pair[1]])
            if value is None:
                same = not math.isfinite(own)
            else:
                same = math.isclose(value, own, rel_tol=_CLOSE, abs_tol=_CLOSE)
            if not same:
                expected = f"{own:g}, as the statistics say" if math.isfinite(own) else "null"
                return f"{place_of(('scores', name, reading))}: expected {expected}, found {shown(value)}"
        elif value is not None and (fault := value_fault(metric, value, reading)) is not None:
            return f"{place_of(('scores', name, reading))}: {fault.text()}"
        return None

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
