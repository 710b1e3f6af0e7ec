"""Which of several systems on the same items are better than which, all pairs decided at once.

Every pair is tested two-sidedly by the sign flip of its paired differences, by block, with the same coins for all pairs;
the pairs are then decided step by step, the clearest first, against the largest statistic of those that remain. This is
Holm's procedure on the joint distribution of the tests (Westfall and Young 1993, algorithm 4.1; Romano and Wolf 2005): with
probability 1 - alpha no pair at all is decided wrongly, so all rank sets that follow from the decisions hold the true
ranks at once. Plain Holm would need ever more draws as pairs are added; this does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from metrics.measures.measure import Matrix
from metrics.statistics.resampling import SEED

DRAWS: Final = 4_999
_CHUNK_CELLS: Final = 4_000_000
_TIE: Final = 1e-4
"""Statistics closer than this count as equal; they are at most the root of the number of blocks, in single precision."""


class RankSet(NamedTuple):
    """Ranks that a system may hold: from ``low`` (1 is best) to ``high``."""

    low: int
    high: int


def simultaneous_p(differences: Matrix, *, seed: int = SEED, draws: int = DRAWS) -> list[float]:
    """Return the p-value of every column's sum, adjusted for all columns together.

    Args:
        differences: one row a block (an item, or all items of a cluster), one column a pair of systems; the column's
            sum is the difference of the pair.
        seed: seed of the flips.
        draws: number of flips of all signs.

    Returns:
        Adjusted two-sided p-values, at least 1/(draws + 1); 1 for a column without any difference.

    >>> import numpy as np
    >>> simultaneous_p(np.array([[1.0, 1.0]] * 10 + [[0.0, -1.0]] * 9), draws=999)[1] > 0.5
    True
    >>> simultaneous_p(np.array([[1.0, 0.0]] * 12), draws=999)[0] < 0.01
    True
    """
    columns = differences.shape[1]
    rows = differences[np.any(differences != 0, axis=1)]
    scale = np.sqrt(np.sum(rows**2, axis=0))
    tested = [column for column in range(columns) if scale[column] > 0]
    adjusted = [1.0] * columns
    if not tested:
        return adjusted
    unit = rows[:, tested] / scale[tested]
    observed = np.abs(unit.sum(axis=0))
    order = np.argsort(-observed, kind="stable")
    unit, observed = unit[:, order], observed[order]
    reached = np.zeros(len(tested))
    for null in _flips(unit, seed, draws):
        largest = np.maximum.accumulate(null[:, ::-1], axis=1)[:, ::-1]
        reached += np.count_nonzero(largest >= observed - _TIE, axis=0)
    p_values = np.maximum.accumulate((reached + 1) / (draws + 1))
    for place, p_value in zip(order, p_values, strict=True):
        adjusted[tested[int(place)]] = float(p_value)
    return adjusted


def rank_sets(names: Sequence[str], better: Iterable[tuple[str, str]]) -> dict[str, RankSet]:
    """Return the ranks that every system may hold.

    Args:
        names: all systems.
        better: (better system, worse system) of every pair that is decided.

    >>> rank_sets(["a", "b", "c"], [("a", "c")])
    {'a': RankSet(low=1, high=2), 'b': RankSet(low=1, high=3), 'c': RankSet(low=2, high=3)}
    """
    decided = [pair for pair in set(better) if set(pair) <= set(names)]
    above: Mapping[str, int] = {name: sum(worse == name for _, worse in decided) for name in names}
    below = {name: sum(best == name for best, _ in decided) for name in names}
    return {name: RankSet(1 + above[name], len(names) - below[name]) for name in names}


def _flips(unit: Matrix, seed: int, draws: int) -> Iterable[Matrix]:
    """Yield the absolute sums of all columns under random signs of the rows, in chunks of draws."""
    generator = np.random.default_rng(seed)
    step = max(1, _CHUNK_CELLS // max(1, len(unit)))
    total = unit.sum(axis=0)
    single = unit.astype(np.float32)
    for start in range(0, draws, step):
        shape = (min(step, draws - start), len(unit))
        kept = generator.integers(0, 2, size=shape, dtype=np.uint8).astype(np.float32)
        yield np.abs(2 * (kept @ single).astype(np.float64) - total)
