"""A value with its 95 % interval, by the family of the metric.

==================  ================================================================================
0/1 items           Wilson
bounded quotient    Wilson's formula on the scale of the metric, with the number of independent 0/1
                    items that would have the same standard error (linearised, cluster-robust) and the
                    t quantile with C-1 degrees of freedom (Korn and Graubard 1998): shares in clusters,
                    judge scores
unbounded quotient  bootstrap-t of the logarithm of the ratio (``wer``, ``mae``), widened by the kurtosis
                    (``heavy_tails``); a mean without bounds has the t interval
bounded, else       the same with the standard error of a bootstrap (``resampling``): ``macro_f1``, four
                    rates. Percentiles of classes with few errors are too short near the end of the scale
anything else       bootstrap, bias-corrected percentiles (``resampling``)
no spread           where no unit differs from another: at a bound the rule of three, 3/n; inside,
                    Wilson over the units for a share, no interval for other metrics
==================  ================================================================================

Units are items, or clusters of items. Under ten clusters the spread between them cannot be told: the
items are the units then, and the note says so. Replies to one item are never units of their own. What is
resampled has no interval under ten units: percentiles of five units miss far more often than they say.

``value`` is exactly ``metric.aggregate(items)``; the interval holds it and lies within the metric's
bounds. Fewer than two units have no interval, and neither has a value that is not finite. Successes may
be fractional (exact expectations of a random draw). An item that weighs more than 1, such as a reply with
several instructions, is a cluster of its own.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.types import Stats
from metrics.measures.measure import Measure, column
from metrics.statistics import Z95
from metrics.statistics.heavy_tails import log_bootstrap_t, log_t_interval
from metrics.statistics.quantiles import UPPER, Interval, t_interval, t_quantile
from metrics.statistics.resampling import (
    RESAMPLES,
    SEED,
    Blocks,
    bootstrap_values,
    make_blocks,
    percentile_interval,
)

FEW: Final = 10
"""Clusters, or units of a bootstrap, under which a spread between them is not estimated."""


@dataclass(frozen=True)
class Estimate:
    """A value and its uncertainty.

    Attributes:
        value: the metric over the items; ``nan`` if there are none.
        ci95: 95 % interval, ``None`` where there is none.
        stderr: standard error, ``None`` where there is none.
        n: number of items.
        method: how the interval was made, with resamples and seed where it was drawn.
        note: what the interval does not cover, ``None`` if nothing.
    """

    value: float
    ci95: Interval | None
    stderr: float | None
    n: int
    method: str
    note: str | None = None


def estimate(
    metric: Measure,
    items: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
    *,
    units: Sequence[Hashable] | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Estimate the value, interval and standard error of a metric.

    Args:
        metric: from ``metrics.registry.METRICS``.
        items: sufficient statistics of the items in the reading's denominator.
        clusters: cluster of every item (clip, prompt, speaker); ``None`` if items are independent.
        units: what every entry of ``items`` is a reply to, where items were asked several times.
        seed: seed of the bootstrap.
        resamples: number of bootstrap resamples.

    Raises:
        ValueError: ``clusters`` or ``units`` has another length than ``items``.

    >>> from metrics.registry import METRICS
    >>> result = estimate(METRICS["accuracy"], [{"correct": x, "n": 1} for x in (1, 1, 0, 1)])
    >>> result.value, [round(bound, 3) for bound in result.ci95], result.method
    (0.75, [0.301, 0.954], 'wilson')
    """
    value, n = metric.aggregate(items), len(items)
    groups, few = resampling_units(n, clusters, units)
    blocks = make_blocks(items, groups, metric.reduce)
    once = items if units is None else [*dict(zip(units, items, strict=True)).values()]
    notes = [] if (caveat := metric.caveat(once)) is None else [caveat]
    if blocks.size < 2 or not math.isfinite(value) or not np.isfinite(blocks.rows).all():
        return Estimate(value, None, None, n, "none", _joined(notes))
    if few:
        notes.insert(0, f"{few} clusters are too few: the interval takes items as independent")
    grouped = groups is not None and blocks.size < n
    with np.errstate(over="ignore", invalid="ignore"):  # beyond a float: no interval, below
        interval, stderr, method = _spread(
            metric, value, blocks, grouped=grouped, seed=seed, resamples=resamples
        )
    # the last bits of a resampled or summed rate are noise
    if stderr <= 1e-12 * max(1.0, abs(value)):
        interval, method = _without_spread(metric, value, blocks.size, grouped=grouped)
    if interval is None and blocks.size < FEW:
        notes.append(f"no interval of fewer than {FEW} {'clusters' if grouped else 'items'}")
    if interval is None or not math.isfinite(stderr):
        return Estimate(value, None, None, n, "none", _joined(notes))
    if grouped:
        method += f",clusters={blocks.size}"
    if few:
        method += f",too_few_clusters={few}"
    ends = _within_bounds(interval, value, metric)
    return Estimate(value, ends, stderr, n, method, _joined(notes))


def resampling_units(
    n: int, clusters: Sequence[Hashable] | None, units: Sequence[Hashable] | None = None
) -> tuple[Sequence[Hashable] | None, int]:
    """Return what varies independently, and the number of clusters if they are too few to say how they vary.

    Args:
        n: number of replies.
        clusters: declared cluster of every reply.
        units: item of every reply.

    Returns:
        The group of every reply, ``None`` if every reply is one; 0 or the number of clusters that were dissolved. A
        single cluster stays: nothing is known of others.

    Raises:
        ValueError: ``clusters`` or ``units`` has another length than ``n``.

    >>> resampling_units(12, [0, 1, 2] * 4)
    (None, 3)
    >>> resampling_units(4, ["a", "b", "c", "d"])
    (['a', 'b', 'c', 'd'], 0)
    """
    for what, named in ("clusters", clusters), ("units", units):
        if named is not None and len(named) != n:
            raise ValueError(f"{n} items but {len(named)} {what}")
    if clusters is None:
        return units, 0
    found = len(set(clusters))
    independent = n if units is None else len(set(units))
    return (units, found) if 1 < found < min(FEW, independent) else (clusters, 0)


def _joined(notes: Sequence[str]) -> str | None:
    return "; ".join(notes) or None


def _spread(
    metric: Measure, value: float, blocks: Blocks, *, grouped: bool, seed: int, resamples: int
) -> tuple[Interval | None, float, str]:
    """Return the interval, standard error and method by the family of the metric."""
    pair = metric.ratio_keys(blocks.keys)
    if pair is not None:
        stderr = ratio_stderr(blocks, pair)
        low, high = metric.span if metric.is_bounded else (-math.inf, math.inf)
        if (
            metric.is_bounded and low <= value <= high
        ):  # an official score of votes may lie off the scale
            return _bounded(metric, value, blocks, pair, stderr=stderr, grouped=grouped)
        if metric.family not in {"ratio", "error"} or metric.is_bounded:
            return t_interval(value, stderr, blocks.size), stderr, "t"
        if value > 0 and column(blocks.rows, blocks.keys, pair[0]).min() >= 0:
            drawn = f"({resamples},seed={seed})"
            if blocks.size < FEW or stderr <= 1e-12 * value:
                return None, stderr, "none"
            ends = log_bootstrap_t(blocks, pair, seed, resamples)
            if ends is not None:
                return ends, stderr, "log_bootstrap_t" + drawn
            return log_t_interval(value, stderr, blocks.size), stderr, "log_t"
    values = bootstrap_values(metric, blocks, seed, resamples)
    defined = values[np.isfinite(values)]
    stderr = float(np.std(defined, ddof=1)) if len(defined) > 1 else math.nan
    drawn = f"({resamples},seed={seed})"
    if blocks.size < FEW or not math.isfinite(stderr):
        return None, stderr, "bc_bootstrap" + drawn
    if metric.is_bounded and metric.family != "ratio":
        ends = scaled_wilson(value, stderr, blocks.size, metric.span)
        return ends, stderr, "wilson_bootstrap" + drawn
    return percentile_interval(values, blocks.size, value=value), stderr, "bc_bootstrap" + drawn


def _bounded(
    metric: Measure,
    value: float,
    blocks: Blocks,
    pair: tuple[str, str],
    *,
    stderr: float,
    grouped: bool,
) -> tuple[Interval, float, str]:
    weight = float(blocks.counts @ column(blocks.rows, blocks.keys, pair[1]))
    if metric.family == "proportion":
        if not grouped and _weighs_one(blocks, pair[1]):
            return wilson(value * blocks.size, blocks.size), stderr, "wilson"
        return (
            scaled_wilson(value, stderr, blocks.size, metric.span, most=weight),
            stderr,
            "wilson_t",
        )
    return scaled_wilson(value, stderr, blocks.size, metric.span), stderr, "wilson_t"


def wilson(successes: float, n: float, quantile: float = Z95) -> Interval:
    """Return the Wilson score interval, at 95 % with the normal quantile.

    >>> [round(bound, 4) for bound in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    share, square = successes / n, quantile * quantile
    centre = (share + square / (2 * n)) / (1 + square / n)
    spread = share * (1 - share) / n + square / (4 * n * n)
    half = quantile * math.sqrt(max(0.0, spread)) / (1 + square / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def scaled_wilson(
    value: float,
    stderr: float,
    units: float,
    span: Interval = (0.0, 1.0),
    *,
    most: float = math.inf,
    quantile: float | None = None,
) -> Interval:
    """Return Wilson's interval of a value on a bounded scale from its standard error.

    The value stands for a share q of the scale, and n_eff = q (1 - q) / se^2 independent 0/1 items have that
    standard error (Korn and Graubard 1998, "Confidence intervals for proportions with small expected number
    of positive counts estimated from survey data"; there with the t quantile too). Unlike a symmetric
    interval it stays on the scale and is as long near its ends as it must be.

    Args:
        value: the estimate.
        stderr: its standard error; 0 where no unit differs from another: every unit counts as one item then.
        units: independent units; the degrees of freedom are one less.
        span: ends of the scale.
        most: largest number of items that n_eff can be.
        quantile: in place of that of t.

    >>> [round(end, 3) for end in scaled_wilson(0.9, 0.03, 100)]
    [0.825, 0.945]
    >>> [round(end, 3) for end in scaled_wilson(5.0, 0.0, 20, (1.0, 5.0))]
    [4.281, 5.0]
    """
    low, high = span
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    spread = stderr / (high - low)
    effective = share * (1 - share) / (spread * spread) if spread > 1e-12 else 0.0
    effective = min(effective, most) if effective > 0 else units
    if quantile is None:
        quantile = t_quantile(max(1.0, units - 1), UPPER)
    start, end = wilson(share * effective, effective, quantile)
    return low + start * (high - low), low + end * (high - low)


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


def _without_spread(
    metric: Measure, value: float, units: int, *, grouped: bool
) -> tuple[Interval | None, str]:
    """Return the interval where no unit differs from another: a width of zero would claim certainty.

    At a bound the rule of three; a share in clusters has Wilson's interval with every cluster as one item, one
    inside without clusters Wilson's over the units, and nothing can be said of other metrics.
    """
    if metric.family == "proportion" and grouped:
        return scaled_wilson(value, 0.0, units), "wilson_t"
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
