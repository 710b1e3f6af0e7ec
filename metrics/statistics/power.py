"""How large a regression a paired comparison can see.

One-sided tests at level ``alpha`` with the given power. For 0/1 items the discordant share decides
(Connor 1987): the number of pairs for a drop d at discordant share s is
(z_alpha sqrt(s) + z_power sqrt(s - d^2))^2 / d^2. For anything else the standard error se of the paired
difference decides. Flipping signs takes the drop itself for spread, so that its null distribution has the
variance se^2 + d^2/n: d = z_alpha sqrt(se^2 + d^2/n) + z_power se, which is (z_alpha + z_power) se with many units.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

ALPHA: Final = 0.05
POWER: Final = 0.8


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
    0.078
    >>> round(detectable_drop(6181, 0.10), 4)
    0.01
    """
    if pairs < 1 or _pairs(1.0, discordant, alpha, power) > pairs:
        return math.inf
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _pairs(middle, discordant, alpha, power) > pairs:
            low = middle
        else:
            high = middle
    return high


def detectable_drop_from_stderr(
    stderr: float, units: float = math.inf, *, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Return the smallest drop that a paired difference with this standard error shows; infinite if it can show none.

    Args:
        stderr: standard error of the paired difference.
        units: independent units (items or clusters) behind it.
        alpha: one-sided level.
        power: probability of finding the drop.

    >>> round(detectable_drop_from_stderr(0.01), 4), round(detectable_drop_from_stderr(0.01, 50), 4)
    (0.0249, 0.0259)
    """
    normal = NormalDist()
    level, found = normal.inv_cdf(1 - alpha), normal.inv_cdf(power)
    # d - found se = level sqrt(se^2 + d^2/n), squared
    square = 1 - level * level / units
    if square <= 0:
        return math.inf
    root = math.sqrt(found * found - square * (found * found - level * level))
    return stderr * (found + root) / square


def _pairs(drop: float, discordant: float, alpha: float, power: float) -> float:
    share = max(discordant, drop)
    normal = NormalDist()
    spread = normal.inv_cdf(1 - alpha) * math.sqrt(share) + normal.inv_cdf(power) * math.sqrt(
        share - drop * drop
    )
    return (spread / drop) ** 2
