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


@dataclass(frozen=True, slots=True)
class _Column:
    task: str
    key: str


def node_intervals(
    found: Normalized,
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = SEED,
) -> dict[str, Estimate]:
    """Bootstrap intervals of a benchmark's normalised mean and of its categories.

    Args:
        found: the benchmark, normalised.
        tasks: its tasks.
        samples: lines with ``id``, ``cluster`` and ``stats``.
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
    """Task -> normalised score in every resample, for the cells that are ok."""
    import numpy as np

    from metrics.registry import METRICS

    cells = [found.cells[task] for task in found.averaged]
    metrics = {c.task: c.metric for c in cells if c.state == "ok" and c.metric is not None}
    columns, strata = _blocks(metrics, samples)
    rng = np.random.default_rng(seed)
    totals = np.zeros((resamples, len(columns)))
    for matrix in strata:
        totals += _resampled_sums(matrix, resamples, rng)
    scores = {}
    for task in dict.fromkeys(column.task for column in columns):
        mine = [index for index, column in enumerate(columns) if column.task == task]
        keys = [columns[index].key for index in mine]
        values = METRICS[metrics[task]].values(totals[:, mine], keys)
        scale = task_anchor(tasks[task], metrics[task])
        if scale is not None:
            scores[task] = np.clip((values - scale.floor) / (scale.ceil - scale.floor), 0.0, 1.0)
    return scores


def _blocks(metrics: Mapping[str, str], samples: SampleIndex) -> tuple[list[_Column], list[Matrix]]:
    """Sums of statistics by block, one matrix per stratum; without tasks of fewer than two items."""
    import numpy as np

    sums: dict[str, dict[_Column, float]] = {}
    touched: dict[str, set[str]] = {}
    for task, metric in metrics.items():
        items = [
            (line.get("cluster"), line.get("id"), stats)
            for line in samples.get(task, ())
            if (stats := _strict_stats(line, metric)) is not None
        ]
        for cluster, identifier, stats in items if len(items) > 1 else ():
            block = f"{task}\n{identifier}" if cluster is None else str(cluster)
            touched.setdefault(block, set()).add(task)
            mine = sums.setdefault(block, {})
            for key, value in stats.items():
                column = _Column(task, key)
                mine[column] = mine.get(column, 0.0) + float(value)
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
    """Sums of resampled blocks; equal blocks are one row with a multiplicity."""
    import numpy as np

    rows, counts = np.unique(matrix, axis=0, return_counts=True)
    shares = counts / len(matrix)
    parts = [
        rng.multinomial(len(matrix), shares, size=min(_CHUNK, resamples - start)) @ rows
        for start in range(0, resamples, _CHUNK)
    ]
    return np.concatenate(parts)
