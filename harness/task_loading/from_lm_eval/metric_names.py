"""Metrics of lm-eval's tasks as metrics of the harness: ids, formulas, and what a manifest says about them.

lm-eval names a value ``METRIC,FILTER``; here it is ``METRIC`` where the task has no filters, else ``METRIC_FILTER``. A value
of an item is a number or a list of numbers. Whatever lm-eval's aggregation is, it must be their mean, since intervals
and tests follow a sum over items (``harness.task_loading.from_lm_eval.bridge`` tries it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.errors import UsageError
from metrics.registry import METRICS, Measure, Quotient, register, share

SHARES: Final = frozenset(
    [
        "acc",
        "exact_match",
        "inst_level_loose_acc",
        "inst_level_strict_acc",
        "prompt_level_loose_acc",
        "prompt_level_strict_acc",
    ]
)
"""Metrics of lm-eval that are shares of items or of instructions; of any other one the scale is not known."""


@dataclass(frozen=True, slots=True)
class LMEvalMetric:
    """A metric of a task of lm-eval.

    Attributes:
        id: its name here.
        metric: its name in lm-eval.
        filter: the filter whose reading of a reply it scores.
        higher_is_better: direction.
    """

    id: str
    metric: str
    filter: str
    higher_is_better: bool

    def measure(self) -> Measure:
        """Return the formula: a share of ``correct`` in ``n``, or a mean of ``score`` without bounds."""
        if self.metric in SHARES:
            return share(self.id, higher_is_better=self.higher_is_better)
        return Quotient(
            self.id,
            *("mean", (None, None), "score", "n"),
            higher_is_better=self.higher_is_better,
            unit="own",
        )

    def stats(self, value: Any) -> dict[str, float] | None:
        """Return the statistics of one item's value, ``None`` for a value that is not there.

        Raises:
            ValueError: the value is neither a number nor a list of numbers.
        """
        if value is None:
            return None
        values = list(value) if isinstance(value, list | tuple) else [value]
        if not values:
            return None
        numbers = [float(one) for one in values]
        key = "correct" if self.metric in SHARES else "score"
        return {key: sum(numbers), "n": len(numbers)}


def metric_id(metric: str, filter_name: str) -> str:
    """Return the id of a metric.

    >>> metric_id("exact_match", "strict-match"), metric_id("acc", "none"), metric_id("rouge1", "none")
    ('exact_match_strict_match', 'acc', 'rouge1')
    """
    name = metric if filter_name == "none" else f"{metric}_{filter_name}"
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"m_{plain}"


def named(metric: str, filter_name: str, *, higher_is_better: bool) -> LMEvalMetric:
    """Return a metric under an id that no metric of the harness with other facts has."""
    found = LMEvalMetric(metric_id(metric, filter_name), metric, filter_name, higher_is_better)
    known = METRICS.get(found.id)
    if known is not None and known != found.measure():
        return LMEvalMetric(f"lm_eval_{found.id}", metric, filter_name, higher_is_better)
    return found


def facts(metrics: Mapping[str, LMEvalMetric]) -> dict[str, Any]:
    """Return what a manifest says about the metrics, so that a run is read without lm-eval."""
    return {one.id: {"metric": one.metric, "filter": one.filter} for one in metrics.values()}


def register_recorded(entry: Mapping[str, Any]) -> bool:
    """Register the metrics of a manifest entry; return whether it says all that is needed.

    Raises:
        UsageError: a name is taken by a metric with other facts.
    """
    recorded = (entry.get("facts") or {}).get("lm_eval")
    known = recorded.get("metrics") if isinstance(recorded, Mapping) else None
    directions = entry.get("higher_is_better") or {}
    if not isinstance(known, Mapping) or set(entry.get("metrics", ())) != set(known):
        return False
    for name, one in known.items():
        parts = (one.get("metric"), one.get("filter")) if isinstance(one, Mapping) else (None, None)
        if not all(isinstance(part, str) for part in parts) or name not in directions:
            raise UsageError(f"the manifest does not say what the metric {name!r} is")
        metric, of = map(str, parts)
        register(LMEvalMetric(name, metric, of, bool(directions[name])).measure())
    return True
