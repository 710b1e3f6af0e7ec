"""How many requests fit into one batch, as learned from batches that did not."""

from __future__ import annotations

from typing import Final

REACH: Final = 0.5
"""What did not fit at some length is not tried again from this share of the length on: memory falls with length,
and nobody knows how steeply, so a model gets at most one failure for every halving of the length."""


class BatchLimit:
    """Bounds by length of the longest clip; longer clips never fit better than shorter ones.

    >>> limit = BatchLimit()
    >>> limit.exceeded(8, seconds=30.0)
    >>> limit.maximum(30.0), limit.maximum(16.0), limit.maximum(10.0)
    (4, 4, None)
    """

    def __init__(self) -> None:
        self._rules: list[tuple[float, int]] = []

    def exceeded(self, size: int, seconds: float) -> None:
        """Note that a batch of this size, whose longest clip lasts ``seconds``, did not fit."""
        self._rules.append((seconds * REACH, max(1, size // 2)))

    def maximum(self, seconds: float) -> int | None:
        """Return the largest batch size for a longest clip of ``seconds``; ``None`` if nothing is known."""
        bounds = [most for least, most in self._rules if seconds >= least]
        return min(bounds, default=None)
