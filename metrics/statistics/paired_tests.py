"""Is the candidate worse than the baseline? Paired one-sided tests, and the difference's interval.

``regression_test`` chooses by the family of the metric:

=======================  ===========================================================================
0/1 items                McNemar mid-p; if items share a cluster: sign-flip by cluster
mean, error              sign-flip of the paired differences, by cluster
ratio, several rates     block randomisation: the two systems' statistics are exchanged per block
f1                       paired bootstrap, centred on the null hypothesis
=======================  ===========================================================================

Everything drawn uses a fixed seed, counts ties (``>=``) and gives (c + 1)/(B + 1), so that p is never
0. A *drop* is positive when the candidate is worse, whatever the direction of the metric. The order of
the items never matters.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.types import Stats
from metrics.measures.measure import Matrix, Measure, column
from metrics.statistics.intervals import Estimate, Interval, t_interval
from metrics.statistics.power import detectable_drop, detectable_drop_from_stderr
from metrics.statistics.resampling import (
    RESAMPLES,
    SEED,
    Blocks,
    bootstrap_differences,
    make_blocks,
    make_paired_blocks,
    percentile_interval,
)

FLIPS: Final = 10_000
_CHUNK_CELLS: Final = 4_000_000


@dataclass(frozen=True)
class RegressionTest:
    """Outcome of a paired one-sided test.

    Attributes:
        drop: how much worse the candidate is; negative if it is better.
        p_value: probability of such a drop or a larger one if the systems were equal.
        n: number of pairs.
        method: the test, with its draws and seed.
        detectable: smallest drop that a test at level 0.05 finds with probability 0.8; ``None`` if
            the pairs do not say.
    """

    drop: float
    p_value: float
    n: int
    method: str
    detectable: float | None


def regression_test(
    metric: Measure,
    baseline: Sequence[Stats],
    candidate: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = SEED,
    draws: int = FLIPS,
) -> RegressionTest:
    """Test whether the candidate is worse than the baseline on the same items.

    Args:
        metric: from ``metrics.registry.METRICS``.
        baseline: statistics of the baseline's items.
        candidate: statistics of the same items, in the same order.
        clusters: cluster of every item; ``None`` if items are independent.
        seed: seed of the draws.
        draws: number of flips, exchanges or resamples.

    Raises:
        ValueError: the sequences differ in length.

    >>> from metrics.registry import METRICS
    >>> right, wrong = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}
    >>> result = regression_test(METRICS["accuracy"], [right] * 9, [wrong] * 6 + [right] * 3)
    >>> round(result.drop, 4), result.p_value, result.method
    (0.6667, 0.0078125, 'mcnemar_midp')
    """
    first, second = _pair(metric, baseline, candidate, clusters)
    if not len(baseline):
        return RegressionTest(math.nan, 1.0, 0, "none", None)
    sign = 1.0 if metric.higher_is_better else -1.0
    drop = sign * (metric.aggregate(baseline) - metric.aggregate(candidate))
    clustered = clusters is not None and first.size < len(baseline)
    with np.errstate(over="ignore", invalid="ignore"):  # statistics beyond a float: p = 1
        p_value, method, detectable = _test(
            metric, first, second, sign, clustered=clustered, seed=seed, draws=draws
        )
    if detectable is None:
        difference = paired_difference(metric, baseline, candidate, clusters, seed=seed)
        if difference.stderr:  # pairs that never differ say nothing about what could be seen
            detectable = detectable_drop_from_stderr(difference.stderr)
    return RegressionTest(drop, p_value, len(baseline), method, detectable)


def _test(
    metric: Measure,
    first: Blocks,
    second: Blocks,
    sign: float,
    *,
    clustered: bool,
    seed: int,
    draws: int,
) -> tuple[float, str, float | None]:
    """Return the p-value, method and, where the test itself says, the detectable drop."""
    pair = metric.ratio_keys(first.keys)
    drops = None if pair is None else _unit_drops(first, second, pair, sign)
    suffix = f"({draws},seed={seed})" + (f",clusters={first.size}" if clustered else "")
    if metric.family == "f1":
        p_value = _centred_bootstrap(metric, first, second, sign, seed=seed, draws=draws)
        return p_value, "paired_bootstrap" + suffix, None
    if drops is None or metric.family == "ratio":
        p_value = _exchange(metric, first, second, sign, seed=seed, draws=draws)
        return p_value, "block_randomisation" + suffix, None
    if not clustered and metric.family == "proportion" and _zero_one(first, second):
        lost = int(first.counts @ (drops > 0))
        gained = int(first.counts @ (drops < 0))
        detectable = detectable_drop(first.size, (lost + gained) / first.size)
        return mcnemar_midp(lost, gained), "mcnemar_midp", detectable
    p_value = sign_flip(np.repeat(drops, first.counts).tolist(), seed=seed, draws=draws)
    return p_value, "sign_flip" + suffix, None


def mcnemar_midp(lost: int, gained: int) -> float:
    """Return the one-sided McNemar mid-p of discordant pairs.

    P(X > lost) + P(X = lost)/2 with X binomial(lost + gained, 1/2); 1 without discordant pairs.

    Args:
        lost: pairs that only the baseline has right.
        gained: pairs that only the candidate has right.

    >>> mcnemar_midp(3, 1)
    0.1875
    """
    n = lost + gained
    if n == 0:
        return 1.0
    from scipy.special import betainc

    at_least = float(betainc(lost, gained + 1, 0.5)) if lost else 1.0
    more = float(betainc(lost + 1, gained, 0.5)) if gained else 0.0
    return (at_least + more) / 2


def sign_flip(
    drops: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = SEED,
    draws: int = FLIPS,
) -> float:
    """Return the one-sided p of a sum of paired differences when each sign is a fair coin.

    Args:
        drops: per item, how much worse the candidate is.
        clusters: items of one cluster flip together.
        seed: seed of the flips.
        draws: number of flips of all signs.

    >>> sign_flip([1.0] * 8, draws=999) < 0.02
    True
    """
    blocks = make_blocks([{"drop": drop} for drop in drops], clusters)
    if not blocks.size:
        return 1.0
    values = column(blocks.rows, blocks.keys, "drop")
    observed = float(blocks.counts @ values)
    kept = Blocks(("drop",), np.abs(values)[:, None], blocks.counts)
    scale = float(blocks.counts @ np.abs(values))
    sums = np.concatenate([2 * part[:, 0] - scale for part in _halves(kept, seed, draws)])
    return _p_value(sums, observed, scale)


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

    Rates and means: t on the linearised differences of items or clusters; if no pair differs, the
    rule of three on discordance. Everything else: bootstrap of pairs.

    Raises:
        ValueError: the sequences differ in length.
    """
    first, second = _pair(metric, baseline, candidate, clusters)
    value = metric.aggregate(candidate) - metric.aggregate(baseline)
    n, units = len(baseline), first.size
    finite = np.isfinite(first.rows).all() and np.isfinite(second.rows).all()
    if units < 2 or not math.isfinite(value) or not finite:
        return Estimate(value, None, None, n, "none")
    pair = metric.ratio_keys(first.keys)
    interval: Interval | None
    with np.errstate(over="ignore", invalid="ignore"):
        if metric.family in {"proportion", "mean"} and pair is not None:
            influence = _influence(second, pair) - _influence(first, pair)
            stderr = math.sqrt(units / (units - 1) * float(first.counts @ influence**2))
            interval, method = t_interval(value, stderr, units), "t"
            if not influence.any():
                interval, method = (value - 3 / units, value + 3 / units), "rule_of_three"
        else:
            values = bootstrap_differences(metric, first, second, seed, resamples)
            defined = values[np.isfinite(values)]
            stderr = float(np.std(defined, ddof=1)) if len(defined) > 1 else math.nan
            interval = percentile_interval(values, units)
            method = f"bootstrap({resamples},seed={seed})"
    if interval is None or not math.isfinite(stderr):
        return Estimate(value, None, None, n, "none")
    if clusters is not None and units < n:
        method += f",clusters={units}"
    low, high = metric.bounds
    reach = math.inf if low is None or high is None else high - low
    start = min(max(interval[0], -reach), value)
    end = max(min(interval[1], reach), value)
    return Estimate(value, (start, end), stderr, n, method)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values by Holm's step-down method, in the given order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def _pair(
    metric: Measure,
    baseline: Sequence[Stats],
    candidate: Sequence[Stats],
    clusters: Sequence[Hashable] | None,
) -> tuple[Blocks, Blocks]:
    return make_paired_blocks(
        [metric.reduce(item) for item in baseline],
        [metric.reduce(item) for item in candidate],
        clusters,
    )


def _unit_drops(first: Blocks, second: Blocks, pair: tuple[str, str], sign: float) -> Matrix | None:
    """Return for every block how much worse the second is; ``None`` unless both have equal denominators."""
    if not np.array_equal(
        column(first.rows, first.keys, pair[1]), column(second.rows, second.keys, pair[1])
    ):
        return None
    return sign * (
        column(first.rows, first.keys, pair[0]) - column(second.rows, second.keys, pair[0])
    )


def _zero_one(first: Blocks, second: Blocks) -> bool:
    return all(
        bool(np.isin(column(side.rows, side.keys, "correct"), (0, 1)).all())
        and bool((column(side.rows, side.keys, "n") == 1).all())
        for side in (first, second)
    )


def _influence(blocks: Blocks, pair: tuple[str, str]) -> Matrix:
    numerator, denominator = (column(blocks.rows, blocks.keys, key) for key in pair)
    weight = float(blocks.counts @ denominator)
    return (numerator - float(blocks.counts @ numerator) / weight * denominator) / weight


def _exchange(
    metric: Measure, first: Blocks, second: Blocks, sign: float, *, seed: int, draws: int
) -> float:
    """Block randomisation: each block's statistics change sides with probability 1/2."""
    change = Blocks(first.keys, second.rows - first.rows, first.counts)
    ours, theirs = first.totals, second.totals
    observed = sign * (
        metric.values(ours[None, :], first.keys) - metric.values(theirs[None, :], first.keys)
    )
    drops = [
        sign * (metric.values(ours + part, first.keys) - metric.values(theirs - part, first.keys))
        for part in _halves(change, seed, draws)
    ]
    return _p_value(np.concatenate(drops), float(observed[0]), 1.0)


def _centred_bootstrap(
    metric: Measure, first: Blocks, second: Blocks, sign: float, *, seed: int, draws: int
) -> float:
    observed = sign * float(
        metric.values(first.totals[None, :], first.keys)[0]
        - metric.values(second.totals[None, :], second.keys)[0]
    )
    drops = -sign * bootstrap_differences(metric, first, second, seed, draws)
    return _p_value(drops - observed, observed, 1.0)


def _p_value(null: Matrix, observed: float, scale: float) -> float:
    """Return (c + 1)/(B + 1) with c draws at least as large as observed; undefined draws count."""
    if not math.isfinite(observed):
        return 1.0
    reached = ~(null < observed - 1e-9 * max(scale, abs(observed)))
    return float(np.count_nonzero(reached) + 1) / (len(null) + 1)


def _halves(blocks: Blocks, seed: int, draws: int) -> Iterator[Matrix]:
    """Yield the sums of random halves: every single block is in or out with probability 1/2."""
    generator = np.random.default_rng(seed)
    few = 4 * len(blocks.counts) < blocks.size
    rows = blocks.rows if few else np.repeat(blocks.rows, blocks.counts, axis=0)
    step = max(1, _CHUNK_CELLS // max(1, len(rows)))
    for start in range(0, draws, step):
        shape = (min(step, draws - start), len(rows))
        if few:
            chosen = generator.binomial(blocks.counts, 0.5, size=shape)
        else:
            chosen = generator.integers(0, 2, size=shape, dtype=np.uint8)
        yield chosen.astype(np.float64) @ rows
