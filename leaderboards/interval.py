"""The interval of a benchmark's normalised mean: a bootstrap over items, clusters kept.

Items that share a clip or a speaker (also across the tasks of a benchmark, as SAKURA's two hops do)
form one block. Blocks are resampled within strata; a stratum holds the blocks that touch the same
set of tasks, so every resample has each data set at its own size. Each resample is carried through
the tasks' metrics, their anchors and the weights of the tree. Seeded: the same samples give the
same interval, whatever their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leaderboards.normalize import Normalized, leaf_weights, task_anchor
from leaderboards.results import SampleIndex, TaskResult

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

DEFAULT_RESAMPLES: Final = 1000
SEED: Final = 20_250_101
_CHUNK = 100
"""Resamples drawn at once; bounds memory at 100 numbers per block."""


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


@dataclass(frozen=True, slots=True)
class _Column:
    task: str
    key: str


def mean_interval(
    found: Normalized,
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = SEED,
) -> Estimate | None:
    """Bootstrap interval of a benchmark's normalised mean.

    Returns:
        ``None`` if the mean is not a number, a task has fewer than two items, or no resample
        differs (an interval of width zero would claim certainty).
    """
    import numpy as np

    from metrics.registry import METRICS

    if found.tree.score is None:
        return None
    cells = [found.cells[task] for task in found.averaged]
    metrics = {cell.task: cell.metric for cell in cells if cell.metric is not None}
    blocks = _blocks(metrics, samples)
    if blocks is None:
        return None
    columns, strata = blocks
    rng = np.random.default_rng(seed)
    totals = np.zeros((resamples, len(columns)))
    for matrix in strata:
        totals += _resampled_sums(matrix, resamples, rng)
    score = np.zeros(resamples)
    for task, weight in leaf_weights(found.tree).items():
        mine = [index for index, column in enumerate(columns) if column.task == task]
        keys = [columns[index].key for index in mine]
        values = METRICS[metrics[task]].values(totals[:, mine], keys)
        scale = task_anchor(tasks[task], metrics[task])
        if scale is None:
            return None
        score += weight * np.clip((values - scale.floor) / (scale.ceil - scale.floor), 0.0, 1.0)
    score = score[np.isfinite(score)]
    if len(score) < 2 or float(np.ptp(score)) == 0.0:
        return None
    low, high = (float(end) for end in np.quantile(score, [0.025, 0.975]))
    low, high = min(low, found.tree.score), max(high, found.tree.score)  # clipping shifts resamples
    method = f"percentile bootstrap by cluster, {resamples} resamples, seed {seed}"
    return Estimate((low, high), float(score.std(ddof=1)), method)


def _blocks(
    metrics: Mapping[str, str], samples: SampleIndex
) -> tuple[list[_Column], list[Matrix]] | None:
    """Sums of statistics by block, one matrix per stratum; ``None`` if a task is too small."""
    import numpy as np

    sums: dict[str, dict[_Column, float]] = {}
    touched: dict[str, set[str]] = {}
    for task, metric in metrics.items():
        count = 0
        for line in samples.get(task, ()):
            stats = _strict_stats(line, metric)
            if stats is None:
                continue
            count += 1
            cluster = line.get("cluster")
            block = f"{task}\n{line.get('id', count)}" if cluster is None else str(cluster)
            touched.setdefault(block, set()).add(task)
            mine = sums.setdefault(block, {})
            for key, value in stats.items():
                column = _Column(task, key)
                mine[column] = mine.get(column, 0.0) + float(value)
        if count < 2:
            return None
    columns = sorted({c for mine in sums.values() for c in mine}, key=lambda c: (c.task, c.key))
    position = {column: index for index, column in enumerate(columns)}
    strata: dict[tuple[str, ...], list[str]] = {}
    for block in sorted(sums):
        strata.setdefault(tuple(sorted(touched[block])), []).append(block)
    matrices = []
    for _, members in sorted(strata.items()):
        matrix = np.zeros((len(members), len(columns)))
        for row, block in enumerate(members):
            for column, value in sums[block].items():
                matrix[row, position[column]] = value
        matrices.append(matrix)
    return columns, matrices


def _strict_stats(line: Mapping[str, Any], metric: str) -> Mapping[str, float] | None:
    stats: Mapping[str, float] | None = line.get("stats", {}).get(metric, {}).get("strict")
    return stats


def _resampled_sums(matrix: Matrix, resamples: int, rng: np.random.Generator) -> Matrix:
    import numpy as np

    blocks = len(matrix)
    uniform = np.full(blocks, 1.0 / blocks)
    parts = [
        rng.multinomial(blocks, uniform, size=min(_CHUNK, resamples - start)) @ matrix
        for start in range(0, resamples, _CHUNK)
    ]
    return np.concatenate(parts)
