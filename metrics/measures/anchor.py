"""The scale of a normalised score: the raw values that stand for 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ANCHOR_KEYS: Final = ("chance", "mae_ref", "floor", "ceil")
"""What a task may declare of a metric's scale: one of the first two, or one or both of the last two."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The raw values that stand for 0 and 1.

    Attributes:
        floor: value that scores 0.
        ceil: value that scores 1; below ``floor`` where lower values are better.
        chance: ``floor`` is the value of guessing.

    >>> Anchor(0.25, 1.0).score(0.625)
    0.5
    >>> Anchor(1.0, 0.0).score(1.7)  # a word error rate above 1
    0.0
    """

    floor: float = 0.0
    ceil: float = 1.0
    chance: bool = False

    def score(self, value: float) -> float:
        """Return the normalised value in [0, 1]."""
        return min(1.0, max(0.0, (value - self.floor) / (self.ceil - self.floor)))

    def interval(self, interval: tuple[float, float]) -> tuple[float, float]:
        """Map an interval; its ends swap where lower raw values are better.

        >>> Anchor(1.0, 0.0).interval((0.25, 1.5))
        (0.0, 0.75)
        """
        low, high = sorted(self.score(end) for end in interval)
        return low, high

    def below_chance(self, value: float) -> bool:
        """Return True when a value is worse than guessing (it scores 0).

        >>> Anchor(0.25, 1.0, chance=True).below_chance(0.2), Anchor(0.9, 0.0, chance=True).below_chance(0.2)
        (True, False)
        """
        worse = value < self.floor if self.ceil > self.floor else value > self.floor
        return self.chance and worse

    def fits(self, higher_is_better: bool) -> bool:
        """Return True if the scale rises in the direction of better values.

        >>> Anchor(1.0, 0.0).fits(False), Anchor(1.0, 1.0).fits(True)
        (True, False)
        """
        return self.ceil > self.floor if higher_is_better else self.ceil < self.floor
