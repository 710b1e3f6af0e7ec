"""Two runs side by side: what became of each item, and the paired difference of each metric.

Items are paired by ``item_key`` and repeat (``harness.comparison.pairing``); the other run is the one that this run is set
against, so a difference is this run minus the other one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.comparison.pairing import Pairing, clusters, pair_lines
from harness.report.html import states
from harness.report.html.items import Item, Key, counterpart
from harness.report.table import format_value
from harness.run.reader import RunView
from harness.run.signature import difference
from metrics.registry import find


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of one task in two runs, strict reading.

    Attributes:
        task: task id.
        metric: metric id.
        n: pairs with a value on both sides.
        before: value of the other run on these pairs.
        after: value of this run.
        change: this run minus the other.
        ci95: 95 % interval of the change, ``None`` if there is none.
        better: True if the interval is above no change in the metric's direction, False if below, else ``None``.
    """

    task: str
    metric: str
    n: int
    before: float
    after: float
    change: float
    ci95: tuple[float, float] | None
    better: bool | None

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Before, after, change and interval as people read them."""
        factor = 100.0 if find(self.metric).is_percent else 1.0
        interval = (
            ""
            if self.ci95 is None
            else f"[{factor * self.ci95[0]:+.2f}, {factor * self.ci95[1]:+.2f}]"
        )
        return (
            format_value(self.metric, self.before),
            format_value(self.metric, self.after),
            f"{factor * self.change:+.2f}",
            interval,
        )


@dataclass(slots=True)
class Comparison:
    """Two runs, set against each other.

    Attributes:
        name: name of the other run.
        differences: paired differences by task and metric.
        counts: task -> change -> items.
        problems: why a difference may mean something else than the models.
    """

    name: str
    differences: list[Difference] = field(default_factory=list)
    counts: dict[str, Counter[int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def places(self, one: Difference) -> tuple[str, str | None, str | None]:
        """Return a difference and the ends of its interval on a scale with no change in its middle and better on the right.

        Percentages share a scale of at most 100 points to either side; a metric in a unit of its own has its own.
        """
        percent = find(one.metric).is_percent
        ends = [
            abs(end)
            for other in self.differences
            if (find(other.metric).is_percent and percent) or other.metric == one.metric
            for end in (other.change, *(other.ci95 or ()))
        ]
        reach = min(max(1e-9, *ends), 1.0) if percent else max(1e-9, *ends)
        sign = 1 if find(one.metric).higher_is_better else -1

        def place(value: float) -> str:
            return f"{50 + 50 * sign * min(max(value / reach, -1.0), 1.0):.2f}%"

        low, high = (None, None) if one.ci95 is None else map(place, one.ci95)
        return place(one.change), low, high


def compare(view: RunView, other: RunView) -> Comparison:
    """Compare two runs task by task.

    Raises:
        InputFileError: a samples file is missing or damaged.
    """
    found = Comparison(other.name)
    ours, theirs = view.sample_index(), other.sample_index()
    for task, entry in view.tasks.items():
        if task not in other.tasks:
            found.problems.append(f"{task}: not in {other.name}")
            continue
        parts = (other.tasks[task]["signature_parts"], entry["signature_parts"])
        for name, (before, after) in difference(*parts).items():
            found.problems.append(f"{task}: {name} differs: {before} there, {after} here")
        pairing = pair_lines(theirs.get(task, []), ours.get(task, []))
        if pairing.changed:
            found.problems.append(f"{task}: {len(pairing.changed)} ids have another document there")
        if pairing.missing:
            found.problems.append(
                f"{task}: {len(pairing.pairs)} pairs; without one: {len(pairing.only_baseline)} only there,"
                f" {len(pairing.only_candidate)} only here, {len(pairing.errors)} with an error"
            )
        for metric in states.leading(entry["metrics"]):
            one = _difference(task, metric, pairing)
            if one is not None:
                found.differences.append(one)
    return found


def _difference(task: str, metric: str, pairing: Pairing) -> Difference | None:
    from metrics.statistics.paired_difference import paired_difference

    kept = []
    for pair in pairing.pairs:
        stats = [line["stats"].get(metric, {}).get("strict") for line in pair]
        if None not in stats:
            kept.append((pair, stats))
    if not kept:
        return None
    measure = find(metric)
    before, after = ([stats[side] for _, stats in kept] for side in (0, 1))
    estimate = paired_difference(measure, before, after, clusters(pair for pair, _ in kept))
    if not math.isfinite(estimate.value):  # nothing to divide by on one side
        return None
    better = None
    if estimate.ci95 is not None and not estimate.ci95[0] <= 0 <= estimate.ci95[1]:
        better = (estimate.value > 0) == measure.higher_is_better
    return Difference(
        task,
        metric,
        len(kept),
        measure.aggregate(before),
        measure.aggregate(after),
        estimate.value,
        estimate.ci95,
        better,
    )


def paired(items: Iterator[Item], others: Mapping[Key, Item], found: Comparison) -> Iterator[Item]:
    """Yield items with what became of them and with their counterpart; count the changes."""
    for item in items:
        other = others.get(item.key)
        if other is None:
            change = states.ALONE
        else:
            item.record["other"] = counterpart(other)
            change = states.UNCHANGED
            if item.metric is not None and item.metric == other.metric:
                change = states.change(find(item.metric), other.value, item.value)
        item.line[-2] = change
        found.counts.setdefault(item.key[0], Counter())[change] += 1
        yield item


def summary(found: Comparison) -> list[dict[str, Any]]:
    """Return counts of gained, lost, both wrong and both right items by task, for a template."""
    names = (states.GAINED, states.LOST, states.BOTH_WRONG, states.BOTH_RIGHT, states.SHIFTED)
    return [
        {"task": task, "total": sum(counts.values()), "counts": [(n, counts[n]) for n in names]}
        for task, counts in found.counts.items()
    ]
