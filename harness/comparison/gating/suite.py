"""The suite mean: one number for a drop everywhere, which no single task shows.

D is the mean over tasks of the drop of each task's headline on its scale (accuracy from chance to 1, a judge score from 1 to 5, an
error over the baseline's): every task weighs the same. Its p is that of a sign flip by cluster over all tasks, its interval a t interval over
clusters. A headline that is not a quotient of sums (macro-F1) enters by its jackknife differences, scaled to its drop.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.types import Stats
from metrics.statistics.paired_tests import FLIPS, draws_needed, sign_flip
from metrics.statistics.power import detectable_drop_from_stderr
from metrics.statistics.quantiles import t_quantile
from metrics.statistics.still import still_variance

if TYPE_CHECKING:
    from metrics.measures.measure import Measure

ONE_SIDED: Final = 0.95
"""Level of the upper end by which a gate passes."""
_TINY: Final = 1e-12
_DIGITS: Final = 9
_MANY: Final = 30
"""Units that differ from which on ties count half: with fewer, the steps of p are too coarse for it."""


@dataclass(frozen=True, slots=True)
class Part:
    """The headline of one task on its pairs.

    Attributes:
        task: task id.
        metric: its metric.
        baseline: statistics of the baseline's items.
        candidate: statistics of the same items.
        clusters: cluster of every pair; equal names in two tasks are one cluster.
        scale: length of the metric's scale, in its unit.
    """

    task: str
    metric: Measure
    baseline: Sequence[Stats]
    candidate: Sequence[Stats]
    clusters: Sequence[Hashable]
    scale: float

    @property
    def drop(self) -> float:
        """Drop of the candidate as a share of the scale; positive is worse."""
        sign = 1.0 if self.metric.higher_is_better else -1.0
        change = self.metric.aggregate(self.baseline) - self.metric.aggregate(self.candidate)
        return sign * change / self.scale


@dataclass(frozen=True, slots=True)
class SuiteMean:
    """The mean drop over tasks.

    Attributes:
        drop: the mean drop, as a share of the scale; positive is worse.
        upper: one-sided 95 % upper end of the drop.
        ci95: two-sided interval at 95 %.
        stderr: standard error; 0 where no pair differs from another.
        p_value: one-sided p of a drop.
        detectable: drop that a test at its level finds with probability 0.8.
        tasks: tasks that enter.
        pairs: pairs that enter.
        clusters: independent units.
        method: the test.
    """

    drop: float
    upper: float
    ci95: tuple[float, float]
    stderr: float
    p_value: float
    detectable: float | None
    tasks: int
    pairs: int
    clusters: int
    method: str


def suite_mean(parts: Sequence[Part], *, level: float) -> SuiteMean | None:
    """Return the mean drop over tasks, ``None`` without pairs or if a drop is not finite.

    Args:
        parts: the headline of every task.
        level: level of the test.

    >>> from metrics.registry import METRICS
    >>> right, wrong = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}
    >>> part = Part("a", METRICS["accuracy"], [right] * 50, [right] * 45 + [wrong] * 5, range(50), 1.0)
    >>> found = suite_mean([part], level=0.025)
    >>> round(found.drop, 3), found.p_value < 0.06, found.clusters
    (0.1, True, 50)
    """
    kept = [part for part in parts if part.baseline and part.scale > 0]
    if not kept:
        return None
    sums: dict[Hashable, float] = defaultdict(float)
    for part in kept:
        for cluster, value in zip(part.clusters, contributions(part), strict=True):
            sums[cluster] += value / len(kept)
    values = list(sums.values())
    drop = math.fsum(part.drop for part in kept) / len(kept)
    if not math.isfinite(drop) or not all(map(math.isfinite, values)):
        return None
    p_value, draws = _p_value(values, level)
    stderr, low, high, upper = _spread(kept, values, drop)
    return SuiteMean(
        drop,
        upper,
        (low, high),
        stderr,
        p_value,
        detectable_drop_from_stderr(stderr, len(values), alpha=level) if stderr > 0 else None,
        len(kept),
        sum(len(part.baseline) for part in kept),
        len(values),
        f"sign_flip({draws}),clusters={len(values)}",
    )


def contributions(part: Part) -> list[float]:
    """Return what every pair adds to the drop of its task, on the scale; they sum to the drop."""
    pair = part.metric.ratio_keys(tuple(sorted({key for item in part.baseline for key in item})))
    sign = 1.0 if part.metric.higher_is_better else -1.0
    if pair is not None:
        top, bottom = pair
        sides = []
        for items in (part.baseline, part.candidate):
            weight = math.fsum(item.get(bottom, 0) for item in items)
            value = part.metric.aggregate(items)
            sides.append(
                [
                    ((item.get(top, 0) - value * item.get(bottom, 0)) / weight, item.get(bottom, 0) / weight)
                    for item in items
                ]
                if weight
                else [(math.nan, 0.0)] * len(items)
            )  # fmt: skip
        values = [part.metric.aggregate(items) for items in (part.baseline, part.candidate)]
        return [
            sign * ((one - other) + (values[0] - values[1]) * share) / part.scale
            for (one, share), (other, _) in zip(*sides, strict=True)
        ]
    return _jackknife(part, sign)


def _jackknife(part: Part, sign: float) -> list[float]:
    """Return the change of the drop without each pair, scaled so that all sum to the drop."""
    import numpy as np

    n = len(part.baseline)
    moved = []
    for items in (part.baseline, part.candidate):
        keys = tuple(sorted({key for item in items for key in item}))
        rows = np.array([[item.get(key, 0) for key in keys] for item in items], float)
        moved.append(part.metric.values(rows.sum(axis=0) - rows, keys))
    without = sign * (moved[0] - moved[1]) / part.scale
    pseudo = (n * part.drop - (n - 1) * without) / n
    pseudo += (part.drop - pseudo.sum()) / n
    found: list[float] = pseudo.tolist()
    return found


def _p_value(values: Sequence[float], level: float) -> tuple[float, int]:
    draws = max(FLIPS, draws_needed(level))
    moved = _moved(values)
    # pairs without a difference flip nothing, and equal differences are drawn together once rounding is off them
    unit = max(map(abs, moved), default=1.0)
    moved = [round(value / unit, _DIGITS) for value in moved]
    return sign_flip(moved, draws=draws, mid=len(moved) >= _MANY), draws


def _moved(values: Sequence[float]) -> list[float]:
    """Return the values that differ from 0 by more than rounding."""
    least = _TINY * max(map(abs, values), default=0.0)
    return [value for value in values if abs(value) > least]


def _spread(
    parts: Sequence[Part], values: Sequence[float], drop: float
) -> tuple[float, float, float, float]:
    """Return standard error, ends of the interval at 95 %, and the one-sided upper end."""
    units = len(values)
    mean = drop / units
    square = math.fsum((value - mean) ** 2 for value in values)
    stderr = math.sqrt(square * units / (units - 1)) if units > 1 else math.inf
    if stderr > _TINY * max(1.0, abs(drop)) and units > 1:
        two, one = (t_quantile(units - 1, share) for share in (0.975, ONE_SIDED))
        # as Bonett and Price do with 0/1 pairs: units more on each side, of the usual size of those that differ. With two
        # on each side a drop as large as the margin passes in 5 %, also where only a few pairs differ
        moved = [value * value for value in _moved(values)]
        wide = math.sqrt(stderr**2 + 4 * math.fsum(moved) / len(moved) * units / (units - 1))
        return stderr, drop - two * wide, drop + two * wide, drop + one * wide
    # no pair differs from another: the rule of three, over all units as one
    open_ = math.sqrt(still_variance([(1 / len(parts), len(set(part.clusters))) for part in parts]))
    return 0.0, drop - 3 * open_, drop + 3 * open_, drop + 3 * open_
