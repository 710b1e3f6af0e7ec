"""Items and repeats: what the variance of a value consists of, and how many of each show a drop.

The value of n items with K drawn replies each has the variance s_b^2/n + s_w^2/(nK): s_b^2 is what items differ by (a
cluster's share included), s_w^2 what replies to one item differ by (Miller 2024, section 3). For two systems the same holds of
their paired differences.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from harness.types import Stats
from metrics.measures.measure import Measure
from metrics.statistics.power import ALPHA, POWER, detectable_drop_from_stderr

MOST_REPEATS: Final = 64
"""Repeats that a plan looks at."""
_NEARLY: Final = 1.1
"""The fewest repeats within a tenth of the best are the plan: more items say more of a candidate that is worse on some."""


@dataclass(frozen=True, slots=True)
class Components:
    """Components of the variance of a mean over items.

    Attributes:
        value: the mean.
        between: variance between items, per item.
        within: variance of the replies to one item, per reply.
        items: items behind it.
        clusters: independent units behind it.
    """

    value: float
    between: float
    within: float
    items: int
    clusters: int

    def stderr(self, items: int, repeats: int = 1) -> float:
        """Return the standard error with some items and repeats.

        >>> round(Components(0.5, 0.15, 0.10, 100, 100).stderr(100, 4), 4)
        0.0418
        """
        return math.sqrt((self.between + self.within / repeats) / items)

    def detectable(self, items: int, repeats: int = 1, *, alpha: float = ALPHA) -> float:
        """Return the smallest drop that a test at a level finds with probability 0.8; infinite if there is none."""
        units = max(1.0, items * self.clusters / self.items)
        return detectable_drop_from_stderr(self.stderr(items, repeats), units, alpha=alpha)


@dataclass(frozen=True, slots=True)
class Plan:
    """Items, and replies to each.

    Attributes:
        items: number of items.
        repeats: replies to an item.
        stderr: standard error with them.
        cost: what they cost, in replies.
    """

    items: int
    repeats: int
    stderr: float
    cost: float


def influences(metric: Measure, stats: Sequence[Stats]) -> list[float]:
    """Return how far every reply pulls a value, so that the value's error is the mean of them.

    Quotients of sums are linearised; anything else leaves out one reply at a time.

    >>> from metrics.registry import METRICS
    >>> influences(METRICS["accuracy"], [{"correct": 1, "n": 1}, {"correct": 0, "n": 1}])
    [0.5, -0.5]
    """
    keys = tuple(sorted({key for item in stats for key in item}))
    value, n = metric.aggregate(stats), len(stats)
    pair = metric.ratio_keys(keys)
    if pair is not None:
        weight = math.fsum(item.get(pair[1], 0) for item in stats) / n
        if not weight:
            return [math.nan] * n
        return [(item.get(pair[0], 0) - value * item.get(pair[1], 0)) / weight for item in stats]
    rows = np.array([[item.get(key, 0) for key in keys] for item in stats], float)
    without = metric.values(rows.sum(axis=0) - rows, keys)
    found: list[float] = ((n - 1) * (value - without)).tolist()
    return found


def components(
    values: Sequence[float],
    items: Sequence[Hashable],
    clusters: Sequence[Hashable] | None = None,
    *,
    value: float = 0.0,
) -> Components | None:
    """Return the components of the variance of replies; ``None`` with fewer than two units or values that are not finite.

    Args:
        values: a number for every reply, such as its influence or the difference of two systems.
        items: the item of every reply.
        clusters: the cluster of every reply; ``None``: items are independent.
        value: the value that is planned for.

    >>> found = components([1, 1, 0, 0, 1, 0], [1, 1, 2, 2, 3, 3])
    >>> found.within, found.items
    (0.16666666666666666, 3)
    """
    if not all(map(math.isfinite, values)):
        return None
    replies: dict[Hashable, list[float]] = defaultdict(list)
    unit: dict[Hashable, Hashable] = {}
    for place, (item, number) in enumerate(zip(items, values, strict=True)):
        replies[item].append(number)
        unit[item] = item if clusters is None else clusters[place]
    n = len(replies)
    units = len(set(unit.values()))
    if units < 2:
        return None
    means = {item: math.fsum(found) / len(found) for item, found in replies.items()}
    centre = math.fsum(means.values()) / n
    sums: dict[Hashable, float] = defaultdict(float)
    for item, mean in means.items():
        sums[unit[item]] += mean - centre
    total = math.fsum(x * x for x in sums.values()) * units / (units - 1) / n
    spreads = [_variance(found) for found in replies.values() if len(found) > 1]
    within = math.fsum(spreads) / len(spreads) if spreads else 0.0
    share = math.fsum(1 / len(found) for found in replies.values()) / n
    return Components(value, max(0.0, total - within * share), within, n, units)


def items_needed(
    drop: float,
    found: Components,
    repeats: int = 1,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
) -> int:
    """Return how many items show a drop in paired differences, with some repeats.

    For 0/1 items asked once this is Connor's number, from the discordant share.

    Raises:
        ValueError: the drop is not above 0.

    >>> from metrics.statistics.power import pairs_needed
    >>> items_needed(0.01, Components(0.0, 0.10, 0.0, 500, 500)), pairs_needed(0.01, 0.10)
    (6181, 6181)
    """
    if drop <= 0:
        raise ValueError(f"a drop is above 0, found {drop}")
    square = max(found.between + found.within / repeats + found.value**2, drop**2)
    normal = NormalDist()
    spread = normal.inv_cdf(1 - alpha) * math.sqrt(square)
    spread += normal.inv_cdf(power) * math.sqrt(square - drop**2)
    return math.ceil((spread / drop) ** 2)


def cheapest(
    drop: float,
    found: Components,
    *,
    most_items: int,
    item_cost: float = 0.0,
    alpha: float = ALPHA,
) -> Plan | None:
    """Return the cheapest items and repeats that show a drop; ``None`` if no number of repeats does with the items there are.

    Args:
        drop: the drop.
        found: components of paired differences.
        most_items: items that there are.
        item_cost: what an item costs besides its replies, in replies.
        alpha: one-sided level.
    """
    plans = []
    for repeats in range(1, (MOST_REPEATS if found.within else 1) + 1):
        items = items_needed(drop, found, repeats, alpha=alpha)
        if items <= most_items:
            plans.append(_plan(found, items, repeats, item_cost))
    least = min((plan.cost for plan in plans), default=0.0)
    return next((plan for plan in plans if plan.cost <= _NEARLY * least), None)


def best_for_cost(
    cost: float, found: Components, *, most_items: int, item_cost: float = 0.0
) -> Plan | None:
    """Return the items and repeats with nearly the smallest standard error for a cost in replies; ``None`` if it buys nothing.

    >>> best_for_cost(400, Components(0.0, 0.1, 0.2, 100, 100), most_items=100)
    Plan(items=100, repeats=3, stderr=0.040824829046386304, cost=300.0)
    """
    plans = []
    for repeats in range(1, (MOST_REPEATS if found.within else 1) + 1):
        items = min(most_items, int(cost / (repeats + item_cost) + 1e-9))
        if items > 1:
            plans.append(_plan(found, items, repeats, item_cost))
    least = min((plan.stderr for plan in plans), default=0.0)
    return next((plan for plan in plans if plan.stderr <= _NEARLY * least), None)


def _plan(found: Components, items: int, repeats: int, item_cost: float) -> Plan:
    return Plan(items, repeats, found.stderr(items, repeats), float(items * (repeats + item_cost)))


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
