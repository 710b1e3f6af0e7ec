"""A judge's mean corrected by people: prediction-powered inference (PPI++, Angelopoulos, Duchi and Zrnic 2023).

Y are people's labels of n items, F the judge's grades of them and of N others: theta = mean(Y) + lambda (mean of F over the others -
mean of F over the labelled), lambda = cov(Y, F)/((1 + n/N) var F). The labels say what is true, the judge only lends precision: a biased judge
widens the interval and moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from metrics.statistics import Z95
from metrics.statistics.quantiles import UPPER, t_quantile

LEAST: Final = 10
"""Labels below which there is no interval."""
MOST_LABELS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected mean.

    Attributes:
        value: the corrected mean.
        ci95: its 95 % interval, ``None`` with fewer than ten labels.
        stderr: its standard error.
        weight: lambda: how much the judge's grades count, 0 for a judge that knows nothing.
        labelled: items that people labelled.
        others: judged items without a label.
        raw: mean of the judge's grades of all items.
        people: mean of the labels.
        people_stderr: its standard error.
        residual: variance of a label around lambda times the grade.
        spread: variance of the grades.
    """

    value: float
    ci95: tuple[float, float] | None
    stderr: float
    weight: float
    labelled: int
    others: int
    raw: float
    people: float
    people_stderr: float
    residual: float
    spread: float

    def labels_needed(self, width: float) -> int | None:
        """Return how many labels make the interval no wider; ``None`` if the judged items do not suffice for any number.

        Every label is taken from the judged items that have none, or is added to them.

        >>> found = corrected_mean([1, 0, 0, 1] * 25, [1, 0, 1, 1] * 25, [1, 0, 1, 1] * 250, bounds=(0, 1))
        >>> found.labels_needed(0.1) > found.labels_needed(0.2)
        True
        """
        judged = self.others * self.weight**2
        left = (width / (2 * Z95)) ** 2 - (
            self.weight**2 * self.spread / self.others if judged else 0.0
        )
        if left <= 0:
            return None
        return min(MOST_LABELS, max(LEAST, math.ceil(self.residual / left)))


def corrected_mean(
    labels: Sequence[float],
    grades: Sequence[float],
    others: Sequence[float],
    *,
    bounds: tuple[float, float],
) -> Corrected:
    """Return a judge's mean corrected by labels.

    Args:
        labels: people's labels.
        grades: the judge's grades of the same items.
        others: the judge's grades of items without a label.
        bounds: ends of the scale.

    Raises:
        ValueError: labels and grades differ in length, or there are fewer than two.

    >>> found = corrected_mean([1, 1, 0, 0] * 10, [1, 1, 1, 0] * 10, [1, 1, 1, 0] * 100, bounds=(0, 1))
    >>> round(found.raw, 2), round(found.value, 2)
    (0.75, 0.5)
    """
    n, count = len(labels), len(others)
    if n != len(grades) or n < 2:
        raise ValueError("labels and grades of the same items, at least two")
    people = math.fsum(labels) / n
    graded = math.fsum(grades) / n
    everything = [*grades, *others]
    spread = _variance(everything)
    cross = math.fsum((y - people) * (f - graded) for y, f in zip(labels, grades, strict=True))
    weight = 0.0
    if count and spread > 0:
        weight = cross / (n - 1) / ((1 + n / count) * spread)
        weight = min(1.0, max(0.0, weight))
    rest = [y - weight * f for y, f in zip(labels, grades, strict=True)]
    residual = _variance(rest)
    value = people + (weight * (math.fsum(others) / count - graded) if count else 0.0)
    stderr = math.sqrt(residual / n + (weight**2 * spread / count if count else 0.0))
    low, high = bounds
    value = min(max(value, low), high)
    return Corrected(
        value,
        _interval(value, stderr, n, bounds),
        stderr,
        weight,
        n,
        count,
        math.fsum(everything) / len(everything),
        people,
        math.sqrt(_variance(labels) / n),
        residual,
        spread,
    )


def _interval(
    value: float, stderr: float, n: int, bounds: tuple[float, float]
) -> tuple[float, float] | None:
    """Return the interval: Wilson's with the effective number of labels, on the scale."""
    if n < LEAST:
        return None
    low, high = bounds
    length = high - low
    share, error = (value - low) / length, stderr / length
    t = t_quantile(n - 1, UPPER)
    effective = share * (1 - share) / error**2 if error > 0 and 0 < share < 1 else float(n)
    centre = (share + t * t / (2 * effective)) / (1 + t * t / effective)
    half = t / (1 + t * t / effective)
    half *= math.sqrt(max(0.0, share * (1 - share)) / effective + t * t / (4 * effective**2))
    return (low + length * max(0.0, centre - half), low + length * min(1.0, centre + half))


def _variance(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
