"""Quantiles of Student's t, and intervals by them, without scipy, whose import takes longer than all intervals of a run.

The tail is a regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 1964, 26.7.1 and 26.5.8); the
quantile comes by Newton's method. Many degrees of freedom have the expansion of Fisher and Cornish (26.7.5). Both agree with scipy
to 1e-12 of the value.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final

from metrics.statistics import CONFIDENCE

Interval = tuple[float, float]
UPPER: Final = 1 - (1 - CONFIDENCE) / 2
"""Share of a distribution below the upper end of a two-sided interval."""
_MANY: Final = 10_000.0
"""Degrees of freedom from which the expansion has every digit."""
_STEPS: Final = 1000


def t_interval(value: float, stderr: float, units: int) -> Interval:
    """Return the interval at 95 % from a standard error over ``units`` independent units (units - 1 df)."""
    half = t_quantile(units - 1, UPPER) * stderr
    return value - half, value + half


@lru_cache(maxsize=4096)
def t_quantile(df: float, share: float) -> float:
    """Return the value below which Student's t lies with probability ``share``.

    Args:
        df: degrees of freedom, positive, whole or not; infinite for the normal distribution.
        share: between 0 and 1, both excluded.

    Raises:
        ValueError: ``df`` is not positive, or ``share`` is not between 0 and 1.

    >>> round(t_quantile(9, 0.975), 6), round(t_quantile(math.inf, 0.025), 6)
    (2.262157, -1.959964)
    """
    if not df > 0 or not 0 < share < 1:
        raise ValueError(f"no quantile {share} of t with {df} degrees of freedom")
    if share <= 0.5:
        return -t_quantile(df, 1 - share) if share < 0.5 else 0.0
    value = _expanded(NormalDist().inv_cdf(share), df)
    if df >= _MANY:
        return value
    target = 1 - share
    for _ in range(_STEPS):  # in logarithms of both, where the tail is nearly straight
        tail, density = _tail_and_density(value, df)
        step = math.log(tail / target) * tail / (density * value)
        value *= math.exp(step)
        if abs(step) < 1e-9:  # the next one would be its square
            break
    return value


def _expanded(z: float, df: float) -> float:
    """Return the quantile from the normal one by powers of 1/df."""
    square = z * z
    terms = (
        (square + 1) / 4,
        ((5 * square + 16) * square + 3) / 96,
        (((3 * square + 19) * square + 17) * square - 15) / 384,
        ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92_160,
    )
    return z * (1 + math.fsum(term / df**power for power, term in enumerate(terms, start=1)))


def _tail_and_density(value: float, df: float) -> tuple[float, float]:
    """Return the probability above a positive value of t, and its density there."""
    a, square = df / 2, value * value
    inner, outer = df / (df + square), square / (df + square)
    # Gamma(a + 1/2) / Gamma(a): the difference of two logarithms loses digits where they are large
    ratio = math.exp(math.lgamma(a + 0.5) - math.lgamma(a)) if a < 50 else _gamma_ratio(a)
    power = math.exp(-a * math.log1p(square / df))  # inner ** a
    front = ratio / math.sqrt(math.pi) * power * math.sqrt(outer)
    density = ratio / math.sqrt(math.pi * df) * power * math.sqrt(inner)
    if inner < (a + 1) / (a + 2.5):
        return front / a / _fraction(inner, a, 0.5) / 2, density
    return 0.5 - front / _fraction(outer, 0.5, a), density


def _gamma_ratio(a: float) -> float:
    """Return Gamma(a + 1/2) / Gamma(a) of a large number, by its expansion."""
    terms = (-1 / 8, 1 / 128, 5 / 1024, -21 / 32_768, -399 / 262_144, 869 / 4_194_304)
    return math.sqrt(a) * (
        1 + math.fsum(term / a**power for power, term in enumerate(terms, start=1))
    )


def _fraction(x: float, a: float, b: float) -> float:
    """Return the denominator of the incomplete beta function: 1 + d1/(1 + d2/(1 + …)), by Steed's sums."""
    total = term = 1.0
    reverse = 1.0
    for step in range(1, _STEPS):
        half = step // 2
        if step % 2:
            factor = -(a + half) * (a + b + half) * x / ((a + step - 1) * (a + step))
        else:
            factor = half * (b - half) * x / ((a + step - 1) * (a + step))
        reverse = 1 / (1 + factor * reverse)
        term *= reverse - 1
        total += term
        if abs(term) < 1e-17 * abs(total):
            break
    return 1 / total
