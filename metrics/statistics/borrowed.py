"""A value of all items from a sample of them, with what another system scored on all: the regression estimator of survey sampling.

Y = y_sample + beta (x_all - x_sample), with x the other system's statistics (Cochran, Sampling Techniques, chapter 7). Its
error is that of the sample times sqrt(1 - rho^2), rho being how far items that are hard for one are hard for the other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

from harness.types import Stats
from metrics.measures.measure import Measure
from metrics.statistics.intervals import Estimate
from metrics.statistics.paired_difference import reach_of
from metrics.statistics.plan import influences
from metrics.statistics.quantiles import UPPER, t_quantile


def borrowed_estimate(
    metric: Measure,
    sample: Sequence[Stats],
    other_sample: Sequence[Stats],
    other_all: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
) -> Estimate:
    """Return the value that a system would have on all items, with its 95 % interval.

    The interval is about these very items, not about others like them: it shrinks to nothing as the sample becomes all.

    Args:
        metric: from ``metrics.registry.METRICS``.
        sample: statistics of the sampled items.
        other_sample: the other system's, of the same items in the same order.
        other_all: the other system's, of all items.
        clusters: cluster of every sampled item; ``None``: items are independent.

    Raises:
        ValueError: the sample and the other system's differ in length.

    >>> from metrics.registry import METRICS
    >>> right, wrong = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}
    >>> half = [right] * 30 + [wrong] * 20
    >>> same = borrowed_estimate(METRICS["accuracy"], half, half, [right] * 70 + [wrong] * 30)
    >>> round(same.value, 3)
    0.7
    """
    n, total = len(sample), len(other_all)
    names = list(range(n)) if clusters is None else list(clusters)
    if not n:
        return Estimate(math.nan, None, None, 0, "none")
    value = metric.aggregate(sample)
    ours = _sums(influences(metric, sample), names)
    theirs = _sums(influences(metric, other_sample), names)
    if len(other_sample) != n:
        raise ValueError("the samples differ in length")
    units = len(ours)
    both = (*ours, *theirs)
    if units < 4 or not all(map(math.isfinite, (value, *both))):
        return Estimate(value, None, None, n, "none")
    spread = math.fsum(x * x for x in theirs)
    beta = math.fsum(y * x for y, x in zip(ours, theirs, strict=True)) / spread if spread else 0.0
    value += beta * (metric.aggregate(other_all) - metric.aggregate(other_sample))
    rest = math.fsum((y - beta * x) ** 2 for y, x in zip(ours, theirs, strict=True))
    left = max(0.0, 1 - n / total)
    stderr = math.sqrt(rest * units / (units - 2) * left) / n
    low, high = metric.bounds
    value = min(max(value, -math.inf if low is None else low), math.inf if high is None else high)
    half = _half(stderr, units)
    if stderr <= 1e-12 and left:
        # every sampled item goes as in the other run: the rule of three
        half = min(1.0, 3 / units) * reach_of(metric, value) * math.sqrt(left)
    if high is None and low == 0 and value > 0 and stderr > 1e-12:
        # the long tail of errors is upwards, so the interval is one of the logarithm
        factor = math.exp(half / value)
        method = f"regression({total}),log"
        return Estimate(value, (value / factor, value * factor), stderr, n, method)
    ends = (
        value - half if low is None else max(low, value - half),
        value + half if high is None else min(high, value + half),
    )
    method = f"regression({total})" + (f",clusters={units}" if units < n else "")
    return Estimate(value, ends, stderr, n, method)


def _half(stderr: float, units: int) -> float:
    return t_quantile(units - 2, UPPER) * stderr


def _sums(values: Sequence[float], clusters: Sequence[Hashable]) -> list[float]:
    sums: dict[Hashable, float] = defaultdict(float)
    for cluster, value in zip(clusters, values, strict=True):
        sums[cluster] += value
    return list(sums.values())
