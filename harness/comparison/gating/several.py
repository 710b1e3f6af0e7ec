"""Several runs of one checkpoint as a baseline: their mean per item, and how much whole runs differ.

Pairs compare the candidate with the mean statistics of every item. What moves a whole run (another sampling seed, another server) is not seen by
pairs: a drop counts only if the candidate also lies outside what a further run of the same checkpoint would give.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.comparison.gating.sides import Lines, RunSide, stamp_of
from harness.errors import UsageError
from harness.run.reader import RunView
from harness.run.signature import difference
from metrics.registry import find

if TYPE_CHECKING:
    from metrics.statistics.paired_tests import RegressionTest


class SeveralSide:
    """Runs of one checkpoint as one side of a gate.

    Raises:
        UsageError: the runs are of two models, or differ in tasks or signatures.
    """

    short_keys = False

    def __init__(self, views: Sequence[RunView]) -> None:
        self._sides = [RunSide(view) for view in views]
        first = views[0]
        for view in views[1:]:
            _check_alike(first, view)
        self.views = views
        self._each: list[Lines] = [side.lines() for side in self._sides]
        self._mean = {
            task: _mean([lines.get(task, []) for lines in self._each]) for task in first.tasks
        }

    @property
    def name(self) -> str:
        """Names of the runs."""
        return " + ".join(side.name for side in self._sides)

    @property
    def tasks(self) -> Mapping[str, Any]:
        """Tasks of the first run; all have them."""
        return self._sides[0].tasks

    @property
    def stamp(self) -> str:
        """Digest of the mean statistics."""
        return stamp_of(self._mean)

    def lines(self) -> Lines:
        """Return a line per item that every run answered, with mean statistics."""
        return self._mean

    def replies(self) -> dict[str, dict[tuple[str, int], str]]:
        """Return the replies that all runs agree on."""
        found = [side.replies() for side in self._sides]
        return {
            task: {
                key: reply
                for key, reply in replies.items()
                if all(other.get(task, {}).get(key) == reply for other in found)
            }
            for task, replies in found[0].items()
        }

    def between(self, task: str, metric: str) -> list[float]:
        """Return the value of a metric in every run, on the items that all answered."""
        kept = {line["item_key"] for line in self._mean[task]}
        values = []
        for lines in self._each:
            stats = [
                one
                for line in lines.get(task, [])
                if line["item_key"] in kept
                and (one := line["stats"].get(metric, {}).get("strict")) is not None
            ]
            if stats:
                values.append(find(metric).aggregate(stats))
        return values

    def stale(self) -> str | None:
        """Return the first warning of a run."""
        return next((text for side in self._sides if (text := side.stale()) is not None), None)


def with_between(
    outcome: RegressionTest, values: Sequence[float], candidate: float, *, higher: bool
) -> RegressionTest:
    """Return a test whose p also covers what runs of one checkpoint differ by.

    The candidate is set against the prediction interval of a further run (t with one degree of freedom less than
    runs); the larger p counts.

    Args:
        outcome: the paired test.
        values: the metric in every run of the baseline; fewer than two change nothing.
        candidate: the candidate's value.
        higher: whether higher values are better.
    """
    p_value = p_of_further_run(values, candidate, higher=higher)
    if p_value is None:
        return outcome
    return replace(
        outcome,
        p_value=max(outcome.p_value, p_value),
        method=f"{outcome.method},between_runs={len(values)}",
    )


def p_of_further_run(values: Sequence[float], candidate: float, *, higher: bool) -> float | None:
    """Return the probability that a further run of the same checkpoint is as bad as the candidate.

    >>> round(p_of_further_run([0.70, 0.72, 0.71], 0.68, higher=True), 3)
    0.061
    """
    if len(values) < 2 or not all(map(math.isfinite, (*values, candidate))):
        return None
    from scipy.special import stdtr

    spread = statistics.stdev(values) * math.sqrt(1 + 1 / len(values))
    change = statistics.fmean(values) - candidate
    drop = change if higher else -change
    if spread <= 1e-12:
        return 0.0 if drop > 0 else 1.0
    return float(stdtr(len(values) - 1, -drop / spread))


def _check_alike(one: RunView, other: RunView) -> None:
    names = f"{one.path}, {other.path}"
    models = [run.manifest["model"] for run in (one, other)]
    stored = all(model["adapter"] == "file" for model in models)  # a file of its own for every run
    if not stored and models[0]["fingerprint"] != models[1]["fingerprint"]:
        raise UsageError(
            "several baselines are runs of one checkpoint, and these are of two models",
            where=f"--baseline {names}",
        )
    if [*one.tasks] != [*other.tasks]:
        raise UsageError("the baselines have different tasks", where=f"--baseline {names}")
    for task in one.tasks:
        parts = difference(one.tasks[task]["signature_parts"], other.tasks[task]["signature_parts"])
        if stored:
            parts.pop("data", None)
        if parts:
            part, (left, right) = next(iter(parts.items()))
            raise UsageError(
                f"the baselines differ in {part} of {task}: {left} and {right}",
                where=f"--baseline {names}",
            )


def _mean(runs: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    by_item: list[dict[str, list[Mapping[str, Any]]]] = []
    for lines in runs:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for line in lines:
            found.setdefault(str(line["item_key"]), []).append(line)
        by_item.append(found)
    mean = []
    for key, first in by_item[0].items():
        lines = [line for found in by_item for line in found.get(key, [])]
        answered = [line for line in lines if line["outcome"] != "error"]
        if all(key in found for found in by_item) and answered:
            mean.append(_one(first[0], answered))
    return mean


def _one(first: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    stats: dict[str, Any] = {}
    for metric in dict.fromkeys(metric for line in lines for metric in line["stats"]):
        found = [
            one
            for line in lines
            if (one := line["stats"].get(metric, {}).get("strict")) is not None
        ]
        keys = dict.fromkeys(key for one in found for key in one)
        stats[metric] = {
            "strict": {key: statistics.fmean(one.get(key, 0) for one in found) for key in keys}
            if found
            else None
        }
    return {
        **first,
        "repeat": 0,
        "outcome": lines[0]["outcome"],
        "parse": lines[0]["parse"],
        "stats": stats,
    }
