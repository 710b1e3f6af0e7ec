"""The interval of a benchmark's normalised mean: a bootstrap over items, clusters kept.

Items that share a clip or a speaker (also across the tasks of a benchmark, as SAKURA's two hops do)
form one block. Blocks are resampled within strata; a stratum holds the blocks that touch the same
set of tasks, so every resample has each data set at its own size. Each resample is carried through
the tasks' metrics, their anchors and the weights of the tree. Seeded: the same samples give the
same interval, whatever their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from leaderboards.normalize import Normalized, leaf_weights, task_anchor
from leaderboards.results import SampleIndex, TaskResult

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

DEFAULT_RESAMPLES: Final = 1000
SEED: Final = 20_250_101
_CHUNK = 20
"""Resamples drawn at once; bounds memory at 20 numbers per block."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Uncertainty of one mean.

    Attributes:
        ci95: percentile interval.
        stderr: standard deviation over the resamples.
        method: how it was computed, with seed and number of resamples.
    """

    ci95: tuple[float, float]
    stderr: float
    method: str


class _Column(NamedTuple):
    task: str
    key: str


_Sums = tuple[tuple[_Column, float], ...]
"""Sums of statistics of one block, sorted by column."""


class _Stratum(NamedTuple):
    """Distinct blocks, and how often each occurs."""

    rows: Matrix
    counts: npt.NDArray[np.int64]


def node_intervals(
    found: Normalized,
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = SEED,
) -> dict[str, Estimate]:
    """Return the bootstrap intervals of a benchmark's normalised mean and of its categories.

    Args:
        found: the benchmark, normalised.
        tasks: its tasks.
        samples: lines with ``id``, ``cluster`` and ``stats``; replies to one item are one block.
        resamples: number of resamples.
        seed: seed of the draws.

    Returns:
        Node name -> estimate, for the benchmark and the branches right below it. A node is absent if
        its mean is not a number, a task of it has fewer than two items, or no resample differs (an
        interval of width zero would claim certainty).
    """
    scores = _resampled_scores(found, tasks, samples, resamples, seed)
    method = f"percentile bootstrap by cluster, {resamples} resamples, seed {seed}"
    estimates = {}
    for node in (found.tree, *(child for child in found.tree.children if child.children)):
        weights = leaf_weights(node)
        if node.score is None or not weights.keys() <= scores.keys():
            continue
        estimate = _estimate(
            sum(weight * scores[task] for task, weight in weights.items()), node.score, method
        )
        if estimate is not None:
            estimates[node.name] = estimate
    return estimates


def _estimate(resampled: Any, value: float, method: str) -> Estimate | None:
    import numpy as np

    finite = resampled[np.isfinite(resampled)]
    if len(finite) < 2 or float(np.ptp(finite)) <= 1e-12:
        return None
    low, high = (float(end) for end in np.quantile(finite, [0.025, 0.975]))
    ends = (min(low, value), max(high, value))  # clipping shifts resamples
    return Estimate(ends, float(finite.std(ddof=1)), method)


def _resampled_scores(
    found: Normalized,
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    resamples: int,
    seed: int,
) -> dict[str, Matrix]:
    """Return the normalised score of each task in every resample, for the cells that are ok."""
    import numpy as np

    from metrics.registry import METRICS

    cells = [found.cells[task] for task in found.averaged]
    metrics = {c.task: c.metric for c in cells if c.state == "ok" and c.metric is not None}
    columns, strata = _blocks(metrics, tasks, samples)
    rng = np.random.default_rng(seed)
    totals = np.zeros((resamples, len(columns)))
    for stratum in strata:
        totals += _resampled_sums(stratum, resamples, rng)
    scores = {}
    for task in dict.fromkeys(column.task for column in columns):
        mine = [index for index, column in enumerate(columns) if column.task == task]
        keys = [columns[index].key for index in mine]
        values = METRICS[metrics[task]].values(totals[:, mine], keys)
        scale = task_anchor(tasks[task], metrics[task])
        if scale is not None:
            scores[task] = np.clip((values - scale.floor) / (scale.ceil - scale.floor), 0.0, 1.0)
    return scores


def _blocks(
    metrics: Mapping[str, str], tasks: Mapping[str, TaskResult], samples: SampleIndex
) -> tuple[list[_Column], list[_Stratum]]:
    """Return the sums of statistics by block, per stratum; without tasks of fewer than two items.

    Equal blocks of a stratum are counted, not kept, so an item that shares nothing with another costs no memory.
    """
    strata: dict[tuple[str, ...], Counter[_Sums]] = {}
    sums: dict[str, dict[_Column, float]] = {}
    touched: dict[str, set[str]] = {}
    for task, metric in metrics.items():
        alone: Counter[_Sums] = Counter()
        shared: dict[str, list[Mapping[str, float]]] = {}
        for line in samples.get(task, ()):
            stats = _strict_stats(line, metric)
            if stats is None:
                continue
            block = line.get("cluster")
            if block is None and tasks[task].repeats > 1:
                block = f"{task}\n{line.get('id')}"
            if block is None:
                alone[tuple((_Column(task, key), float(stats[key])) for key in sorted(stats))] += 1
            else:
                shared.setdefault(str(block), []).append(stats)
        if alone.total() + sum(map(len, shared.values())) < 2:
            continue
        if alone:
            strata[(task,)] = alone
        for name, members in shared.items():
            touched.setdefault(name, set()).add(task)
            mine = sums.setdefault(name, {})
            for stats in members:
                for key, value in stats.items():
                    column = _Column(task, key)
                    mine[column] = mine.get(column, 0.0) + float(value)
    for name, mine in sums.items():
        members_of = strata.setdefault(tuple(sorted(touched[name])), Counter())
        members_of[tuple(sorted(mine.items()))] += 1
    columns = sorted(
        {column for found in strata.values() for sums_ in found for column, _ in sums_}
    )
    return columns, [_stratum(found, columns) for _, found in sorted(strata.items())]


def _stratum(found: Counter[_Sums], columns: Sequence[_Column]) -> _Stratum:
    import numpy as np

    position = {column: index for index, column in enumerate(columns)}
    matrix = np.zeros((len(found), len(columns)))
    for row, sums in enumerate(found):
        for column, value in sums:
            matrix[row, position[column]] = value
    rows, where = np.unique(matrix, axis=0, return_inverse=True)
    counts = np.zeros(len(rows), dtype=np.int64)
    np.add.at(counts, where.reshape(-1), np.fromiter(found.values(), np.int64, len(found)))
    return _Stratum(rows, counts)


def _strict_stats(line: Mapping[str, Any], metric: str) -> Mapping[str, float] | None:
    stats: Mapping[str, float] | None = line.get("stats", {}).get(metric, {}).get("strict")
    return stats


def _resampled_sums(stratum: _Stratum, resamples: int, rng: np.random.Generator) -> Matrix:
    """Return the sums of resampled blocks."""
    import numpy as np

    blocks = int(stratum.counts.sum())
    shares = stratum.counts / blocks
    parts = [
        rng.multinomial(blocks, shares, size=min(_CHUNK, resamples - start)) @ stratum.rows
        for start in range(0, resamples, _CHUNK)
    ]
    return np.concatenate(parts)
