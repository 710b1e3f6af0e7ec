"""Several votes to one verdict: the reducers that a judge block may name.

A task's scorer does the reducing, since its protocol says what an unreadable vote counts; these are the
rules for it, and what judge calibration uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Final

REDUCERS: Final = ("first", "mean", "majority", "trimmed_mean")
"""``first`` is for one vote."""


def mean(scores: Sequence[float], *, trim: bool = False) -> float:
    """Return the mean of scores; with ``trim`` without one lowest and one highest, if three or more are there.

    Raises:
        ValueError: there is no score.

    >>> mean([1, 4, 4]), mean([1, 4, 4], trim=True), mean([2, 4], trim=True)
    (3.0, 4.0, 3.0)
    """
    if not scores:
        raise ValueError("no vote to reduce")
    kept = sorted(scores)[1:-1] if trim and len(scores) > 2 else scores
    return float(fmean(kept))


def majority(votes: Sequence[str]) -> str | None:
    """Return the most frequent vote; ``None`` for a tie or no vote.

    >>> majority(["yes", "no", "yes"]), majority(["yes", "no"]), majority([])
    ('yes', None, None)
    """
    ranked = Counter(votes).most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]
