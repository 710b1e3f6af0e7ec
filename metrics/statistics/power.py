"""How large a regression a paired comparison can see.

One-sided tests at level ``alpha`` with the given power. For 0/1 items the discordant share decides
(Connor 1987): the number of pairs for a drop d at discordant share s is
(z_alpha sqrt(s) + z_power sqrt(s - d^2))^2 / d^2; with few of them the power is that of McNemar's test itself. For anything else the standard error se of the paired
difference decides. Flipping signs takes the drop itself for spread, so that its null distribution has the
variance se^2 + d^2/n: d = z_alpha sqrt(se^2 + d^2/n) + z_power se, which is (z_alpha + z_power) se with many units.
Where a drop means more errors, these vary more: se is that at the drop (``Growth``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from metrics.measures.measure import Matrix, Measure

ALPHA: Final = 0.05
POWER: Final = 0.8
_FEW_DISCORDANT: Final = 150
"""Discordant pairs up to which the power is that of the test itself and not of its normal approximation."""
_BAND: Final = 12
"""Counts on either side of the normal quantile of a fair coin between which its exact quantile lies."""
Counts = npt.NDArray[np.int64]


def pairs_needed(
    drop: float, discordant: float, *, alpha: float = ALPHA, power: float = POWER
) -> int:
    """Return the number of paired 0/1 items needed to show a drop.

    Args:
        drop: difference of the two rates, in (0, 1].
        discordant: share of pairs on which the systems differ; at least ``drop`` is assumed.
        alpha: one-sided level.
        power: probability of finding the drop.

    Raises:
        ValueError: ``drop`` is not in (0, 1].

    >>> pairs_needed(0.01, 0.10)
    6181
    """
    if not 0 < drop <= 1:
        raise ValueError(f"a drop lies in (0, 1], found {drop}")
    return math.ceil(_pairs(drop, discordant, alpha, power))


def detectable_drop(
    pairs: int, discordant: float, *, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Return the smallest drop that this many paired 0/1 items show; infinite if they can show none.

    A drop cannot exceed the discordant share, so the share counts as at least the drop: a comparison
    without discordant pairs has a finite answer too.

    >>> round(detectable_drop(100, 0.10), 3)
    0.075
    >>> round(detectable_drop(6181, 0.10), 4)
    0.01
    """
    if pairs < 1:
        return math.inf
    found = _smallest(lambda drop: _pairs(drop, discordant, alpha, power) <= pairs)
    if pairs * max(discordant, min(found, 1.0)) > _FEW_DISCORDANT:
        return found
    return _smallest(
        lambda drop: mcnemar_power(pairs, discordant, drop, alpha=alpha) >= power,
        least=8 * _FEW_DISCORDANT / pairs,  # where all that differ are lost, far more than enough
    )


def _smallest(is_shown: Callable[[float], bool], least: float = 1.0) -> float:
    """Return the smallest share that is shown, infinite if none is; ``least`` is tried before 1, which can cost more."""
    high = least if least < 1 and is_shown(least) else 1.0
    if high == 1.0 and not is_shown(1.0):
        return math.inf
    low = 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if is_shown(middle) else (middle, high)
    return high


def mcnemar_power(pairs: int, discordant: float, drop: float, *, alpha: float = ALPHA) -> float:
    """Return the probability that McNemar's mid-p test finds a drop, exactly: for few pairs that differ.

    Args:
        pairs: paired 0/1 items.
        discordant: share of pairs on which the systems differ; at least ``drop`` is assumed.
        drop: difference of the two rates.
        alpha: one-sided level.

    >>> round(mcnemar_power(100, 0.10, 0.0), 3), round(mcnemar_power(100, 0.10, 0.08), 2)
    (0.042, 0.85)
    """
    from scipy.special import bdtr, bdtrc

    share = max(discordant, drop)
    most = min(pairs, math.ceil(pairs * share + 9 * math.sqrt(pairs * share) + 9))
    counts, least = _critical(most, alpha)
    below = np.where(counts > 0, bdtr(counts - 1.0, pairs, share), 0.0)
    chance = bdtr(counts, pairs, share) - below
    lost = (share + drop) / (2 * share) if share else 0.5
    found = np.where(least <= 0, 1.0, bdtrc(least - 1.0, counts, lost))
    return float(np.sum(np.where(least <= counts, chance * found, 0.0)))


@lru_cache(maxsize=16)
def _critical(most: int, alpha: float) -> tuple[Counts, Counts]:
    """Return numbers of discordant pairs, and how many of each must be lost for a mid-p below alpha; one more if none can be.

    Only counts near the normal quantile are looked at, so that the cost grows with ``most`` and not with its square.
    """
    from scipy.special import bdtrc

    counts = np.arange(most + 1)
    level = NormalDist().inv_cdf(1 - alpha)
    centre = np.floor((counts + level * np.sqrt(counts)) / 2).astype(np.int64)
    lost = np.clip(centre + np.arange(-_BAND, _BAND + 1)[:, None], 0, counts)
    above = bdtrc(lost, counts, 0.5)
    at_least = np.where(lost > 0, bdtrc(lost - 1.0, counts, 0.5), 1.0)
    below_alpha = ((above + at_least) / 2 < alpha) & (counts > 0)
    first = np.take_along_axis(lost, below_alpha.argmax(axis=0)[None], axis=0)[0]
    return counts, np.where(below_alpha.any(axis=0), first, counts + 1)


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth of the variance of a paired difference with the drop d: the factor 1 + linear d + square d^2, at least 1.

    Attributes:
        linear: in one over the unit of the drop.
        square: in one over its square.
    """

    linear: float = 0.0
    square: float = 0.0

    def factor(self, drop: float) -> float:
        """Return by how much the variance is larger at a drop."""
        return max(1.0, 1 + drop * (self.linear + drop * self.square))


NO_GROWTH: Final = Growth()


def growth_of(metric: Measure, value: float, stderr: float, difference: float) -> Growth:
    """Return how the variance grows where a drop means more errors: of WER, MAE and other quotients without an upper bound.

    A candidate whose errors are f times as many (a ratio) has f times the variance that it does not share with the
    baseline, which is half of that of the difference, and f - 1 times the rest of its deviations on top. Where errors
    are f times as large, all of its deviations are f times as large.

    Args:
        metric: the metric.
        value: its value.
        stderr: standard error of the value.
        difference: standard error of the paired difference of two systems.

    >>> from metrics.registry import METRICS
    >>> growth_of(METRICS["wer"], 0.1, 0.02, 0.02).linear, growth_of(METRICS["accuracy"], 0.5, 0.05, 0.05)
    (5.0, Growth(linear=0.0, square=0.0))
    """
    if metric.is_bounded or metric.higher_is_better or not (value > 0 and difference > 0):
        return NO_GROWTH
    own = (stderr / difference) ** 2
    if metric.family == "error":
        return Growth(1 / value, own / value**2)
    if metric.family == "ratio":
        return Growth(0.5 / value, max(0.0, own - 0.5) / value**2)
    return NO_GROWTH


def growth_of_steps(step: float, units: int, difference: float) -> Growth:
    """Return how the variance grows where a drop takes a step off some of the units: off a share d/step of them, or off all.

    Args:
        step: what a unit loses, such as the median change of those that change.
        units: independent units.
        difference: standard error of the mean paired difference.
    """
    each = 1 / (units * difference * difference)
    return Growth(step * each, -each)


def usual_change(differences: Sequence[float] | Matrix) -> float:
    """Return the median size of the differences that are not 0; 0 if all are.

    >>> usual_change([0.0, -1.0, 1.0, 2.0, 0.0])
    1.0
    """
    sizes = np.abs(np.asarray(differences, dtype=float))
    changed = sizes[sizes > 1e-12]
    return float(np.median(changed)) if len(changed) else 0.0


def least_step(differences: Sequence[float] | Matrix) -> float:
    """Return the step that all differences are multiples of; 0 if there is none.

    >>> least_step([0.0, 2.0, -1.0]), least_step([1.0, 2.5])
    (1.0, 0.0)
    """
    sizes = np.abs(np.asarray(differences, dtype=float))
    changed = sizes[sizes > 1e-12]
    if not len(changed):
        return 0.0
    steps = changed / changed.min()
    return float(changed.min()) if np.abs(steps - np.rint(steps)).max() < 1e-6 else 0.0


def detectable_drop_from_stderr(
    stderr: float,
    units: float = math.inf,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    growth: Growth = NO_GROWTH,
    ties: float = 0.0,
) -> float:
    """Return the smallest drop that a paired difference with this standard error shows; infinite if it can show none.

    Args:
        stderr: standard error of the paired difference.
        units: independent units (items or clusters) behind it.
        alpha: one-sided level.
        power: probability of finding the drop.
        growth: how its variance grows with the drop.
        ties: half the distance of two values that the drop can have; draws that equal what was observed count against it.

    >>> round(detectable_drop_from_stderr(0.01), 4), round(detectable_drop_from_stderr(0.01, 50), 4)
    (0.0249, 0.0259)
    """
    normal = NormalDist()
    level, found = normal.inv_cdf(1 - alpha), normal.inv_cdf(power)
    # what the variance becomes in the end, per square of the drop
    square = stderr * stderr * max(0.0, growth.square)
    if level * math.sqrt(square + 1 / units) + found * math.sqrt(square) >= 1:
        return math.inf

    def is_shown(drop: float) -> bool:
        variance = stderr * stderr * growth.factor(drop)
        flipped = math.sqrt(variance + drop * drop / units)
        return drop - ties >= level * flipped + found * math.sqrt(variance)

    low, high = 0.0, stderr
    while not is_shown(high):
        low, high = high, 2 * high
        if not math.isfinite(high):
            return math.inf
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if is_shown(middle) else (middle, high)
    return high


def _pairs(drop: float, discordant: float, alpha: float, power: float) -> float:
    share = max(discordant, drop)
    normal = NormalDist()
    spread = normal.inv_cdf(1 - alpha) * math.sqrt(share) + normal.inv_cdf(power) * math.sqrt(
        share - drop * drop
    )
    return (spread / drop) ** 2
