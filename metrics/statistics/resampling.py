"""Resampling of sufficient statistics: blocks, bootstrap, percentile interval.

A *block* is what is drawn with replacement: an item, or all items of a cluster added up. Equal blocks
are collapsed into one row with a multiplicity and the rows are sorted, so that neither the order of
the items nor the names of the clusters can change a result, and one resample is one multinomial draw
over rows. A resample's value comes from its summed statistics, so corpus-level metrics need nothing
special. Randomness is numpy's PCG64 from a fixed seed; give tasks that are combined afterwards
different seeds (``seed_for``), or their draws would be the same. Memory is bounded by drawing in
chunks.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from harness.types import Stats
from metrics.measures.measure import Matrix, Measure
from metrics.measures.sums import as_float, total
from metrics.statistics.quantiles import UPPER, t_quantile

SEED: Final = 1234
RESAMPLES: Final = 5000
"""Resamples of an interval: with one seed for all data sets of a size, fewer would be one draw of luck."""
_CHUNK_CELLS: Final = 200_000


@dataclass(frozen=True)
class Blocks:
    """Distinct blocks in canonical order.

    Attributes:
        keys: names of the statistics, sorted.
        rows: one distinct block per row, one statistic per column.
        counts: how often each row occurs.
    """

    keys: tuple[str, ...]
    rows: Matrix
    counts: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        """Number of blocks."""
        return int(self.counts.sum())

    @property
    def totals(self) -> Matrix:
        """Sum over all blocks, one statistic per column."""
        result: Matrix = self.counts @ self.rows
        return result


def make_blocks(
    items: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
    reduce: Callable[[Stats], Stats] | None = None,
) -> Blocks:
    """Collapse items, or clusters of items, into blocks.

    Args:
        items: statistics of the items.
        clusters: cluster of every item; without them every item is a block.
        reduce: what is kept of an item (``Measure.reduce``); everything by default.

    Raises:
        ValueError: ``clusters`` has another length than ``items``.

    >>> make_blocks([{"correct": 1, "n": 1}, {"correct": 0, "n": 1}, {"correct": 1, "n": 1}]).counts
    array([1, 2])
    """
    if clusters is not None and len(clusters) != len(items):
        raise ValueError(f"{len(items)} items but {len(clusters)} clusters")
    kept: Iterable[Stats] = items if reduce is None else map(reduce, items)
    return _collapse(group_items(kept, clusters))


def make_paired_blocks(
    first: Sequence[Stats],
    second: Sequence[Stats],
    clusters: Sequence[Hashable] | None = None,
) -> tuple[Blocks, Blocks]:
    """Return the blocks of two systems on the same items, row by row about the same blocks.

    Raises:
        ValueError: the three sequences differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} items are paired with {len(second)}")
    keys = sorted({key for item in (*first, *second) for key in item})
    both = [
        {f"{side}{key}": item.get(key, 0) for side, item in enumerate(pair) for key in keys}
        for pair in zip(first, second, strict=True)
    ]
    joint = _collapse(group_items(both, clusters))
    # joint.keys are sorted: all keys of the first system, then all of the second
    return (
        Blocks(tuple(keys), joint.rows[:, : len(keys)], joint.counts),
        Blocks(tuple(keys), joint.rows[:, len(keys) :], joint.counts),
    )


def group_items(items: Iterable[Stats], clusters: Sequence[Hashable] | None) -> Iterable[Stats]:
    """Return one sum per cluster, in order of first occurrence; the items themselves without clusters.

    Raises:
        ValueError: ``clusters`` has another length than ``items``.
    """
    if clusters is None:
        return items
    members: dict[Hashable, list[Stats]] = {}
    for cluster, item in zip(clusters, items, strict=True):
        members.setdefault(cluster, []).append(item)
    return [total(group) for group in members.values()]


def bootstrap_values(
    metric: Measure, blocks: Blocks, seed: int = SEED, resamples: int = RESAMPLES
) -> Matrix:
    """Return the values of a metric in bootstrap resamples of blocks; ``nan`` where a denominator is empty."""
    parts = [
        metric.values(weights @ blocks.rows, blocks.keys)
        for weights in draws(blocks, seed, resamples)
    ]
    return np.concatenate(parts)


def bootstrap_differences(
    metric: Measure,
    first: Blocks,
    second: Blocks,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Matrix:
    """Return the value of ``second`` minus the value of ``first`` (paired blocks) in common resamples."""
    parts = [
        metric.values(weights @ second.rows, second.keys)
        - metric.values(weights @ first.rows, first.keys)
        for weights in draws(first, seed, resamples)
    ]
    return np.concatenate(parts)


def percentile_interval(
    values: Matrix, units: float, *, value: float | None = None, unbiased: bool = False
) -> tuple[float, float] | None:
    """Return the percentile interval at 95 %, widened for few units.

    Plain percentiles are too narrow by the factors by which a t interval with the unbiased
    variance exceeds a normal one with the biased variance; the tail share is moved so that they
    agree for a mean (Hesterberg 2015, "What teachers should know about the bootstrap", section 3).

    Args:
        values: values in the resamples; undefined ones are left out.
        units: number of blocks that were resampled.
        value: the value itself: percentiles are then corrected for the median bias of the resamples
            (Efron and Tibshirani 1993, section 14.3, without acceleration).
        unbiased: the resamples have the unbiased variance already.

    Returns:
        The interval; ``None`` with fewer than two units or fewer than half of the values defined.
    """
    defined = values[np.isfinite(values)]
    if units < 2 or not len(defined) or 2 * len(defined) < len(values):
        return None
    normal = NormalDist()
    quantile = -t_quantile(units - 1, UPPER)
    if not unbiased:
        quantile *= math.sqrt(units / (units - 1))
    shift = 0.0
    if value is not None:
        below = np.mean(defined < value - 1e-12) + np.mean(np.abs(defined - value) <= 1e-12) / 2
        least = 1 / len(defined)
        shift = 2 * normal.inv_cdf(min(max(float(below), least), 1 - least))
    low, high = np.quantile(defined, [normal.cdf(shift + quantile), normal.cdf(shift - quantile)])
    return float(low), float(high)


def seed_for(seed: int, *names: str) -> int:
    """Return a seed of its own for every combination of names, the same on every machine.

    >>> seed_for(1234, "mmau", "accuracy") == seed_for(1234, "mmau", "accuracy")
    True
    """
    text = "\0".join([str(seed), *names])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def draws(blocks: Blocks, seed: int, resamples: int) -> Iterator[Matrix]:
    """Yield the multiplicities of the rows in each resample, in chunks of resamples."""
    generator = np.random.default_rng(seed)
    rows, size = len(blocks.counts), blocks.size
    step = max(1, _CHUNK_CELLS // max(1, rows))
    row_of = np.repeat(np.arange(rows), blocks.counts) if 4 * rows > size else None
    for start in range(0, resamples, step):
        number = min(step, resamples - start)
        if row_of is None:
            shares = blocks.counts / size
            yield generator.multinomial(size, shares, size=number).astype(np.float64)
        else:  # hardly a block occurs twice: drawing blocks is quicker than drawing counts
            drawn = row_of[generator.integers(0, size, size=(number, size))]
            drawn += rows * np.arange(number)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=number * rows)
            yield counts.reshape(number, rows).astype(np.float64)


def _collapse(items: Iterable[Stats]) -> Blocks:
    distinct = Counter(tuple(sorted(item.items())) for item in items)
    keys = sorted({key for block in distinct for key, _ in block})
    column = {key: number for number, key in enumerate(keys)}
    order = sorted(distinct)
    rows = np.zeros((len(order), len(keys)))
    for number, block in enumerate(order):
        for key, value in block:
            rows[number, column[key]] = as_float(value)
    counts = np.array([distinct[block] for block in order], dtype=np.int64)
    return Blocks(tuple(keys), rows, counts)
