"""A value with its 95 % interval, by the family of the metric.

=============  =====================================================================================
proportion     Wilson; in clusters: t with C-1 degrees of freedom on the cluster-robust standard error
               of the ratio of sums (linearised), C = number of clusters
mean           t with n-1 (or C-1) degrees of freedom, same standard error
ratio, error,  percentile bootstrap over items or clusters (``metrics.statistics.resampling``)
f1, four rates
no spread      where no unit differs from another: at a bound the rule of three, 3/n (3/C); inside,
               Wilson over the units for a share, no interval for other metrics
=============  =====================================================================================

``value`` is exactly ``metric.aggregate(items)``; the interval holds it and lies within the metric's
bounds. Fewer than two items, or two clusters, have no interval, and neither has a value that is not
finite. Successes may be fractional (exact expectations of a random draw). An item that weighs more
than 1, such as a reply with several instructions, is a cluster of its own.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.types import Stats
from metrics.measures.measure import Measure, column
from metrics.statistics import CONFIDENCE, Z95
from metrics.statistics.resampling import (
    RESAMPLES,
    SEED,
    Blocks,
    bootstrap_values,
    make_blocks,
    percentile_interval,
)

Interval = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """A value and its uncertainty.

    Attributes:
        value: the metric over the items; ``nan`` if there are none.
        ci95: 95 % interval, ``None`` where there is none.
        stderr: standard error, ``None`` where there is none.
        n: number of items.
        method: how the interval was made, with resamples and seed where it was drawn.
    """

    value: float
    ci95: Interval | None
    stderr: float | None
    n: int
    method: str


def estimate(
    metric: Measure,
    items: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Estimate the value, interval and standard error of a metric.

    Args:
        metric: from ``metrics.registry.METRICS``.
        items: sufficient statistics of the items in the reading's denominator.
        clusters: cluster of every item (clip, prompt, speaker); ``None`` if items are independent.
        seed: seed of the bootstrap.
        resamples: number of bootstrap resamples.

    Raises:
        ValueError: ``clusters`` has another length than ``items``.

    >>> from metrics.registry import METRICS
    >>> result = estimate(METRICS["accuracy"], [{"correct": x, "n": 1} for x in (1, 1, 0, 1)])
    >>> result.value, [round(bound, 3) for bound in result.ci95], result.method
    (0.75, [0.301, 0.954], 'wilson')
    """
    value = metric.aggregate(items)
    blocks = make_blocks([metric.reduce(item) for item in items], clusters)
    clustered = clusters is not None and blocks.size < len(items)
    if blocks.size < 2 or not math.isfinite(value) or not np.isfinite(blocks.rows).all():
        return Estimate(value, None, None, len(items), "none")
    with np.errstate(over="ignore", invalid="ignore"):  # beyond a float: no interval, below
        interval, stderr, method = _spread(
            metric, value, blocks, clustered=clustered, seed=seed, resamples=resamples
        )
    # the last bits of a resampled or summed rate are noise
    if stderr <= 1e-12 * max(1.0, abs(value)):
        interval, method = _without_spread(metric, value, blocks.size)
    if interval is None or not math.isfinite(stderr):
        return Estimate(value, None, None, len(items), "none")
    if clustered:
        method += f",clusters={blocks.size}"
    return Estimate(value, _within_bounds(interval, value, metric), stderr, len(items), method)


def _spread(
    metric: Measure, value: float, blocks: Blocks, *, clustered: bool, seed: int, resamples: int
) -> tuple[Interval | None, float, str]:
    """Return the interval, standard error and method by the family of the metric."""
    pair = metric.ratio_keys(blocks.keys)
    if metric.family in {"proportion", "mean"} and pair is not None:
        stderr = ratio_stderr(blocks, pair)
        if metric.family == "proportion" and not clustered and _weighs_one(blocks, pair[1]):
            return wilson(value * blocks.size, blocks.size), stderr, "wilson"
        return t_interval(value, stderr, blocks.size), stderr, "t"
    values = bootstrap_values(metric, blocks, seed, resamples)
    defined = values[np.isfinite(values)]
    stderr = float(np.std(defined, ddof=1)) if len(defined) > 1 else math.nan
    return percentile_interval(values, blocks.size), stderr, f"bootstrap({resamples},seed={seed})"


def wilson(successes: float, n: int) -> Interval:
    """Return the Wilson score interval at 95 %.

    >>> [round(bound, 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    share = successes / n
    centre = (share + Z95 * Z95 / (2 * n)) / (1 + Z95 * Z95 / n)
    spread = share * (1 - share) / n + Z95 * Z95 / (4 * n * n)
    half = Z95 * math.sqrt(max(0.0, spread)) / (1 + Z95 * Z95 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def t_interval(value: float, stderr: float, units: int) -> Interval:
    """Return the interval at 95 % from a standard error over ``units`` independent units (units - 1 df)."""
    from scipy.special import stdtrit

    half = float(stdtrit(units - 1, 1 - (1 - CONFIDENCE) / 2)) * stderr
    return value - half, value + half


def ratio_stderr(blocks: Blocks, pair: tuple[str, str]) -> float:
    """Return the linearised standard error of a ratio of sums over independent blocks.

    With y and m the sums of numerator and denominator in a block, r their overall ratio and C blocks:
    the root of C/(C-1) times the sum of (y - r m)^2, divided by the sum of m. For blocks of one item
    that weighs 1 it is the sample standard deviation over the root of n.
    """
    numerator, denominator = (column(blocks.rows, blocks.keys, key) for key in pair)
    weight = float(blocks.counts @ denominator)
    ratio = float(blocks.counts @ numerator) / weight
    squares = float(blocks.counts @ (numerator - ratio * denominator) ** 2)
    return math.sqrt(blocks.size / (blocks.size - 1) * squares) / weight


def rule_of_three(metric: Measure, value: float, units: int) -> Interval | None:
    """Return the interval of a value at a bound of its metric: 3/units of the scale; ``None`` elsewhere.

    The scale is the distance of the bounds, or 1 where the upper one is open, which takes the rate of
    an unseen faulty unit to be at most 1.
    """
    low, high = metric.bounds
    if metric.family == "error":
        return None
    scale = 1.0 if low is None or high is None else high - low
    reach = scale * min(1.0, 3 / units)
    if low is not None and math.isclose(value, low, abs_tol=1e-12):
        return low, low + reach
    if high is not None and math.isclose(value, high, abs_tol=1e-12):
        return high - reach, high
    return None


def _without_spread(metric: Measure, value: float, units: int) -> tuple[Interval | None, str]:
    """Return the interval where no unit differs from another: a width of zero would claim certainty.

    At a bound the rule of three; inside, a share has Wilson's interval over the units, and nothing
    can be said of other metrics.
    """
    at_bound = rule_of_three(metric, value, units)
    if at_bound is not None:
        return at_bound, "rule_of_three"
    if metric.family == "proportion":
        return wilson(value * units, units), "wilson"
    return None, "none"


def _weighs_one(blocks: Blocks, denominator: str) -> bool:
    return bool((column(blocks.rows, blocks.keys, denominator) == 1).all())


def _within_bounds(interval: Interval, value: float, metric: Measure) -> Interval:
    """Return the interval cut to the metric's bounds.

    A value beyond a bound (an official score of votes off the scale) shows that the bound does not hold: that end stays
    where it is.
    """
    low, high = metric.bounds
    start = interval[0] if low is None or value < low else max(interval[0], low)
    end = interval[1] if high is None or value > high else min(interval[1], high)
    return min(start, value), max(end, value)
