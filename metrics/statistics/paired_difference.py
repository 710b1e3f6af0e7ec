"""How far two systems differ on the same items: the paired difference with its interval.

The order of the items never matters; items of one cluster are one unit, also where there are few of them: what two
systems differ by is a small part of what items and speakers differ by, and an interval of few units is wide.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np

from harness.types import Stats
from metrics.measures.measure import Matrix, Measure, column
from metrics.statistics import Z95
from metrics.statistics.intervals import FEW, Estimate
from metrics.statistics.quantiles import Interval, t_interval
from metrics.statistics.resampling import (
    RESAMPLES,
    SEED,
    Blocks,
    bootstrap_differences,
    make_paired_blocks,
    percentile_interval,
)


def paired_difference(
    metric: Measure,
    baseline: Sequence[Stats],
    candidate: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Return the candidate's value minus the baseline's, with the 95 % interval of the paired difference.

    0/1 items: Bonett and Price's, which adds a pair to each side. Other rates and means, and anything of fewer than ten
    units that is a quotient: t on the linearised differences of items or clusters. Everything else: bootstrap of pairs.
    Where no pair differs from another, the rule of three: 3 in n could differ, by the length of the metric's scale.

    Raises:
        ValueError: the sequences differ in length.
    """
    first, second = paired_blocks(metric, baseline, candidate, clusters)
    value = metric.aggregate(candidate) - metric.aggregate(baseline)
    n, units = len(baseline), first.size
    finite = np.isfinite(first.rows).all() and np.isfinite(second.rows).all()
    if units < 2 or not math.isfinite(value) or not finite:
        return Estimate(value, None, None, n, "none")
    grouped = clusters is not None and units < n
    with np.errstate(over="ignore", invalid="ignore"):
        interval, stderr, method = _difference(
            metric, first, second, value, grouped=grouped, seed=seed, resamples=resamples
        )
    reach = reach_of(metric, metric.aggregate(baseline))
    if stderr <= 1e-12 * max(1.0, abs(value)):
        half = min(1.0, 3 / units) * reach
        interval, stderr, method = (value - half, value + half), 0.0, "rule_of_three"
    if interval is None or not math.isfinite(stderr):
        return Estimate(value, None, None, n, "none")
    if grouped:
        method += f",clusters={units}"
    most = reach if metric.is_bounded else math.inf
    start = min(max(interval[0], -most), value)
    end = max(min(interval[1], most), value)
    return Estimate(value, (start, end), stderr, n, method)


def _difference(
    metric: Measure,
    first: Blocks,
    second: Blocks,
    value: float,
    *,
    grouped: bool,
    seed: int,
    resamples: int,
) -> tuple[Interval | None, float, str]:
    """Return the interval, standard error and method of a paired difference."""
    units = first.size
    pair = metric.ratio_keys(first.keys)
    if pair is not None and (metric.family in {"proportion", "mean"} or units < FEW):
        influence = _influence(second, pair) - _influence(first, pair)
        stderr = math.sqrt(units / (units - 1) * float(first.counts @ influence**2))
        if metric.family == "proportion" and not grouped and zero_one(first, second):
            change = column(second.rows, second.keys, pair[0]) - column(
                first.rows, first.keys, pair[0]
            )
            gained, lost = (int(first.counts @ (sign * change > 0)) for sign in (1, -1))
            return bonett_price(gained, lost, units), stderr, "bonett_price"
        return t_interval(value, stderr, units), stderr, "t"
    values = bootstrap_differences(metric, first, second, seed, resamples)
    defined = values[np.isfinite(values)]
    stderr = float(np.std(defined, ddof=1)) if len(defined) > 1 else math.nan
    interval = percentile_interval(values, units) if units >= FEW else None
    return interval, stderr, f"bootstrap({resamples},seed={seed})"


def bonett_price(gained: int, lost: int, n: int) -> Interval:
    """Return the interval at 95 % of a difference of two paired shares (Bonett and Price 2012, adjusted Wald).

    Args:
        gained: pairs that only the second system has right.
        lost: pairs that only the first has right.
        n: pairs.

    >>> [round(end, 3) for end in bonett_price(1, 4, 100)]
    [-0.08, 0.021]
    """
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = Z95 * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    return max(-1.0, up - down - half), min(1.0, up - down + half)


def reach_of(metric: Measure, baseline: float) -> float:
    """Return how far one unit can move a metric: its scale, 1 for corpus rates, the baseline for errors."""
    if metric.is_bounded:
        low, high = metric.span
        return high - low
    return baseline if metric.family == "error" else 1.0


def paired_blocks(
    metric: Measure,
    baseline: Sequence[Stats],
    candidate: Sequence[Stats],
    clusters: Sequence[Hashable] | None,
) -> tuple[Blocks, Blocks]:
    """Return the blocks of both systems, reduced to what the metric needs, row by row about the same items.

    Raises:
        ValueError: the sequences differ in length.
    """
    return make_paired_blocks(
        [metric.reduce(item) for item in baseline],
        [metric.reduce(item) for item in candidate],
        clusters,
    )


def zero_one(first: Blocks, second: Blocks) -> bool:
    """Return whether every block of both systems is one item, right or wrong."""
    return all(
        bool(np.isin(column(side.rows, side.keys, "correct"), (0, 1)).all())
        and bool((column(side.rows, side.keys, "n") == 1).all())
        for side in (first, second)
    )


def _influence(blocks: Blocks, pair: tuple[str, str]) -> Matrix:
    numerator, denominator = (column(blocks.rows, blocks.keys, key) for key in pair)
    weight = float(blocks.counts @ denominator)
    return (numerator - float(blocks.counts @ numerator) / weight * denominator) / weight
