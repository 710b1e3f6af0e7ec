"""The scale of a normalised score: the raw values that stand for 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
        """Return the normalised value: at most 1, and at least 0 unless the floor is the value of guessing.

        A share above chance by luck must be weighed against one below it, or a mean over guesses is above 0.

        >>> Anchor(0.5, 1.0, chance=True).score(0.25), Anchor(28.0, 0.0).score(50.0)
        (-0.5, 0.0)
        """
        share = min(1.0, (value - self.floor) / (self.ceil - self.floor))
        return share if self.is_open else max(0.0, share)

    @property
    def is_open(self) -> bool:
        """True if scores below 0 are shown: those of a share that is worse than guessing."""
        return self.chance and self.ceil > self.floor

    def scores(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the normalised values of many."""
        import numpy as np

        shares = np.minimum(1.0, (values - self.floor) / (self.ceil - self.floor))
        return shares if self.is_open else np.maximum(0.0, shares)

    def lowest(self, bound: float | None) -> float:
        """Return the smallest score that a metric with this lower bound can have.

        >>> Anchor(0.25, 1.0, chance=True).lowest(0.0), Anchor(1.0, 0.0).lowest(0.0)
        (-0.3333333333333333, 0.0)
        """
        return self.score(bound) if self.is_open and bound is not None else 0.0

    def interval(self, interval: tuple[float, float]) -> tuple[float, float]:
        """Map an interval; its ends swap where lower raw values are better.

        >>> Anchor(1.0, 0.0).interval((0.25, 1.5))
        (0.0, 0.75)
        """
        low, high = sorted(self.score(end) for end in interval)
        return low, high

    def below_chance(self, value: float) -> bool:
        """Return True when a value is worse than guessing (it scores less than 0).

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
