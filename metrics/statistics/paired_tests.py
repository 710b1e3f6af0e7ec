"""Is the candidate worse than the baseline? Paired one-sided tests, and the difference's interval.

``regression_test`` chooses by the family of the metric:

=======================  ===========================================================================
0/1 items                McNemar mid-p; if items share a cluster: sign-flip by cluster
mean, error              sign-flip of the paired differences, by cluster
ratio, f1, rates         block randomisation: the two systems' statistics are exchanged per block
=======================  ===========================================================================

Everything drawn uses a fixed seed, counts ties (``>=``) and gives (c + 1)/(B + 1), so that p is never
0. A test at a small level draws more while its p is near the smallest that its draws can give, so that a certain loss
can fail among any number of tests. A *drop* is positive when the candidate is worse, whatever the direction of the metric. The order of
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
from metrics.statistics.intervals import Estimate, ratio_stderr
from metrics.statistics.paired_difference import (
    paired_blocks,
    paired_difference,
    reach_of,
    zero_one,
)
from metrics.statistics.power import (
    ALPHA,
    NO_GROWTH,
    Growth,
    detectable_drop,
    detectable_drop_from_stderr,
    growth_of,
    growth_of_steps,
    least_step,
    usual_change,
)
from metrics.statistics.resampling import SEED, Blocks, make_blocks

FLIPS: Final = 10_000
_CHUNK_CELLS: Final = 4_000_000
_NEAR_FLOOR: Final = 20
"""Draws as large as what was observed, and one, up to which a p is too coarse for a small level."""


@dataclass(frozen=True)
class RegressionTest:
    """Outcome of a paired one-sided test.

    Attributes:
        drop: how much worse the candidate is; negative if it is better.
        p_value: probability of such a drop or a larger one if the systems were equal.
        n: number of pairs.
        method: the test, with its draws and seed.
        detectable: smallest drop that a test at its level finds with probability 0.8, infinite if there is none;
            ``None`` without pairs.
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
    level: float = ALPHA,
    seed: int = SEED,
    draws: int = FLIPS,
) -> RegressionTest:
    """Test whether the candidate is worse than the baseline on the same items.

    Args:
        metric: from ``metrics.registry.METRICS``.
        baseline: statistics of the baseline's items.
        candidate: statistics of the same items, in the same order.
        clusters: cluster of every item; ``None`` if items are independent.
        level: level of the test: alpha, divided by the number of tests that share it.
        seed: seed of the draws.
        draws: number of flips or exchanges; ``draws_needed(level)`` where p stays near their floor.

    Raises:
        ValueError: the sequences differ in length.

    >>> from metrics.registry import METRICS
    >>> right, wrong = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}
    >>> result = regression_test(METRICS["accuracy"], [right] * 9, [wrong] * 6 + [right] * 3)
    >>> round(result.drop, 4), result.p_value, result.method
    (0.6667, 0.0078125, 'mcnemar_midp')
    """
    first, second = paired_blocks(metric, baseline, candidate, clusters)
    if not len(baseline):
        return RegressionTest(math.nan, 1.0, 0, "none", None)
    sign = 1.0 if metric.higher_is_better else -1.0
    drop = sign * (metric.aggregate(baseline) - metric.aggregate(candidate))
    clustered = clusters is not None and first.size < len(baseline)
    pair = metric.ratio_keys(first.keys)
    drops = None if pair is None else _unit_drops(first, second, pair, sign)
    if metric.family in {"ratio", "f1"}:
        drops = None
    is_exact = drops is not None and metric.family == "proportion" and not clustered
    with np.errstate(over="ignore", invalid="ignore"):  # statistics beyond a float: p = 1
        if drops is not None and is_exact and zero_one(first, second):
            p_value, discordant = _exact(first, second, drops)
            detectable = detectable_drop(first.size, discordant, alpha=level)
            return RegressionTest(drop, p_value, len(baseline), "mcnemar_midp", detectable)
        p_value, method = _drawn(
            metric, (first, second), drops, sign, seed=seed, draws=draws, level=level
        )
    method += f",clusters={first.size}" if clustered else ""
    difference = paired_difference(metric, baseline, candidate, clusters)
    growth, ties = NO_GROWTH, 0.0
    if pair is not None and difference.stderr:
        value, spread = metric.aggregate(candidate), ratio_stderr(second, pair)
        growth = growth_of(metric, value, spread, difference.stderr)
        if drops is not None:
            weights = column(first.rows, first.keys, pair[1])
            ties = least_step(drops) / float(first.counts @ weights)
            if metric.family == "mean" and (weights > 0).all():
                step = usual_change(np.repeat(drops / weights, first.counts))
                growth = growth_of_steps(step, first.size, difference.stderr)
    reach = reach_of(metric, metric.aggregate(baseline))
    found = _detectable(difference, first.size, level, reach, growth=growth, ties=ties)
    return RegressionTest(drop, p_value, len(baseline), method, found)


def _detectable(
    difference: Estimate, units: int, level: float, reach: float, *, growth: Growth, ties: float
) -> float | None:
    """Return the smallest drop that the pairs show, from the standard error of their difference."""
    if difference.stderr is None:
        return None
    if difference.stderr > 0:
        return detectable_drop_from_stderr(
            difference.stderr, units, alpha=level, growth=growth, ties=ties
        )
    # no pair differs from another: as for 0/1 pairs without a discordant one, on the metric's scale
    return detectable_drop(units, 0.0, alpha=level) * reach


def draws_needed(level: float) -> int:
    """Return how many draws let a test fail at a level: the smallest p is a twentieth of it.

    >>> draws_needed(0.05), draws_needed(0.05 / 600)
    (400, 240000)
    """
    return math.ceil(20 / level - 1e-9)


def _exact(first: Blocks, second: Blocks, drops: Matrix) -> tuple[float, float]:
    """Return the p-value of McNemar's test and the discordant share."""
    lost, gained = (int(first.counts @ (sign * drops > 0)) for sign in (1, -1))
    return mcnemar_midp(lost, gained), (lost + gained) / second.size


def _drawn(
    metric: Measure,
    sides: tuple[Blocks, Blocks],
    drops: Matrix | None,
    sign: float,
    *,
    seed: int,
    draws: int,
    level: float,
) -> tuple[float, str]:
    """Return the p-value and the method; sign flips where the drops of single units add up to that of the metric."""
    first, second = sides

    def once(number: int) -> float:
        if drops is not None:
            values = np.repeat(drops, first.counts).tolist()
            return sign_flip(values, seed=seed, draws=number)
        return _exchange(metric, first, second, sign, seed=seed, draws=number)

    p_value, needed = once(draws), draws_needed(level)
    if draws < needed and p_value * (draws + 1) <= _NEAR_FLOOR:
        draws, p_value = needed, once(needed)
    name = "block_randomisation" if drops is None else "sign_flip"
    return p_value, f"{name}({draws},seed={seed})"


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
    mid: bool = False,
) -> float:
    """Return the one-sided p of a sum of paired differences when each sign is a fair coin.

    Args:
        drops: per item, how much worse the candidate is.
        clusters: items of one cluster flip together.
        seed: seed of the flips.
        draws: number of flips of all signs.
        mid: count draws equal to what was observed as half, as McNemar's mid-p does; for many units.

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
    return _p_value(sums, observed, scale, ties=0.5 if mid else 1.0)


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


def _unit_drops(first: Blocks, second: Blocks, pair: tuple[str, str], sign: float) -> Matrix | None:
    """Return for every block how much worse the second is; ``None`` unless both have equal denominators."""
    if not np.array_equal(
        column(first.rows, first.keys, pair[1]), column(second.rows, second.keys, pair[1])
    ):
        return None
    return sign * (
        column(first.rows, first.keys, pair[0]) - column(second.rows, second.keys, pair[0])
    )


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


def _p_value(null: Matrix, observed: float, scale: float, *, ties: float = 1.0) -> float:
    """Return (c + 1)/(B + 1) with c draws at least as large as observed, equal ones weighted; undefined draws count."""
    if not math.isfinite(observed):
        return 1.0
    close = 1e-9 * max(scale, abs(observed))
    reached = np.count_nonzero(~(null < observed - close))
    equal = np.count_nonzero(np.abs(null - observed) <= close) if ties < 1 else 0
    return float(reached - (1 - ties) * equal + 1) / (len(null) + 1)


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
