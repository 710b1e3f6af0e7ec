"""Intervals of positive ratios of sums without an upper bound: WER, CER, PER, MAE.

A few units may hold most of the errors, and most samples hold fewer of those than their share. The bootstrap-t of the logarithm
keeps the skew that a sample shows; its ends are then moved out by what the sample's own tail says of the tail that it may lack.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from metrics.measures.measure import Matrix, column
from metrics.statistics import Z95
from metrics.statistics.quantiles import UPPER, Interval, t_interval, t_quantile
from metrics.statistics.resampling import Blocks, draws


def log_t_interval(value: float, stderr: float, units: int) -> Interval:
    """Return the t interval of the logarithm of a positive value, back on its own scale."""
    low, high = t_interval(0.0, stderr / value, units)
    return value * math.exp(low), value * math.exp(high)


def log_bootstrap_t(
    blocks: Blocks, pair: tuple[str, str], seed: int, resamples: int
) -> Interval | None:
    """Return the bootstrap-t interval of the logarithm of a positive ratio of sums, widened by ``tail_factor``.

    Every resample gives its own ratio and linearised standard error; the quantiles of the studentised
    log ratio take the place of those of the t distribution (Efron and Tibshirani 1993, chapter 12; the
    logarithm keeps the ends positive and steadies the studentised ratio).

    Returns:
        The interval; ``None`` where too many resamples have no logarithm, since hardly a unit differs from 0.
    """
    numerator, denominator = (column(blocks.rows, blocks.keys, key) for key in pair)
    moments = np.stack(
        [numerator, denominator, numerator**2, numerator * denominator, denominator**2], axis=1
    )
    correction = blocks.size / (blocks.size - 1)

    def log_ratio(sums: Matrix) -> tuple[Matrix, Matrix]:
        """Return the log ratios of some sums, and their standard errors."""
        ratio = sums[:, 0] / sums[:, 1]
        squares = sums[:, 2] - 2 * ratio * sums[:, 3] + ratio**2 * sums[:, 4]
        return np.log(ratio), np.sqrt(correction * np.maximum(squares, 0.0)) / sums[:, 0]

    with np.errstate(all="ignore"):
        (centre,), (spread,) = log_ratio((blocks.counts @ moments)[None, :])
        parts = [log_ratio(weights @ moments) for weights in draws(blocks, seed, resamples)]
        logs, errors = (np.concatenate(part) for part in zip(*parts, strict=True))
        studentised = (logs - centre) / errors
    none = np.isneginf(logs)  # a ratio of 0: as low as can be
    studentised[none] = -np.inf
    studentised = studentised[np.isfinite(studentised) | none]
    if 2 * len(studentised) < resamples:
        return None
    low, high = np.quantile(studentised, [1 - UPPER, UPPER], method="inverted_cdf")
    if not math.isfinite(low):
        return None
    spread *= tail_factor(numerator - math.exp(centre) * denominator, blocks.counts)
    return float(np.exp(centre - high * spread)), float(np.exp(centre - low * spread))


def tail_factor(deviations: Matrix, counts: npt.NDArray[np.int64]) -> float:
    """Return by how much an interval of few heavy-tailed units is too short: 1 or more.

    A variance estimated from n units of kurtosis k has itself the variance (k - 1)/n of its square, as the one with
    2n/(k - 1) degrees of freedom has under a normal distribution. The factor is the quantile of t with those over that of the
    normal distribution: 1.01 for 100 units without tails, 1.1 to 1.4 where a few units hold most of the variance.

    Args:
        deviations: what every distinct unit adds to the deviation of the value, in any scale.
        counts: how often each occurs.

    >>> round(tail_factor(np.array([-1.0, 0.0, 1.0]), np.array([25, 50, 25])), 3)
    1.006
    >>> round(tail_factor(np.array([-1.0, 0.0, 20.0]), np.array([40, 58, 2])), 3)
    1.356
    """
    shares = deviations / np.abs(deviations).max()
    squares = shares * shares
    units = float(counts.sum())
    variance = float(counts @ squares) / units
    excess = float(counts @ (squares * squares)) / units / variance**2 - 1
    return t_quantile(2 * units / excess, UPPER) / Z95 if excess > 0 else 1.0
