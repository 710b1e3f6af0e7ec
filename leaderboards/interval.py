"""The interval of a benchmark's normalised mean: one random weight per cluster, over all its tasks.

Items that share a clip or a speaker (also across the tasks of a benchmark, as SAKURA's two hops do) form one
block. A resample gives every block an exponential weight (the Bayesian bootstrap, Rubin 1981), the same in all
tasks that it touches, and is carried through the tasks' metrics, their anchors and the weights of the tree; a
task's deviations are widened by what its own few blocks lack. The interval has Wilson's form on the scale of
the mean, from that standard error, so it neither leaves the scale nor closes up near its ends.

A task in which no resample differs is not certain. All such tasks at an end of their scale together count as one
part, of whose n blocks the next one differs with probability 1/(n + 2) (Laplace's rule of succession). Seeded: the
same samples give the same interval, whatever their order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from leaderboards.normalize import Node, Normalized, leaf_weights, task_anchor
from leaderboards.results import SampleIndex, TaskResult

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

DEFAULT_RESAMPLES: Final = 5000
SEED: Final = 20_250_101
_CHUNK_CELLS: Final = 2_000_000
_STILL: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """Uncertainty of one mean.

    Attributes:
        ci95: the interval.
        stderr: standard error.
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


class _Blocks(NamedTuple):
    """Distinct blocks, how often each occurs, and how many blocks touch each task."""

    columns: list[_Column]
    rows: Matrix
    counts: npt.NDArray[np.int64]
    touching: Mapping[str, int]


class _Deviation(NamedTuple):
    """A task's score in every resample minus its score, and the number of its blocks."""

    values: Matrix
    units: int


def node_intervals(
    found: Normalized,
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = SEED,
    known: Mapping[str, Estimate] | None = None,
) -> dict[str, Estimate]:
    """Return the intervals of a benchmark's normalised mean and of its categories.

    Args:
        found: the benchmark, normalised.
        tasks: its tasks.
        samples: lines with ``id``, ``cluster`` and ``stats``; replies to one item are one block.
        resamples: number of resamples.
        seed: seed of the weights; every node begins with it, so that a category does not depend on others.
        known: intervals of categories that need not be computed.

    Returns:
        Node name -> estimate, for the benchmark and the branches right below it. A node is absent if
        its mean is not a number, a task of it has fewer than two blocks, or no item of a task differs
        from another inside the scale.
    """
    method = f"wilson_t on weights by cluster({resamples},seed={seed})"
    estimates = dict(known or {})
    for node in (found.tree, *(child for child in found.tree.children if child.children)):
        if node.score is None or node.name in estimates:
            continue
        within = leaf_weights(node).keys()
        deviations, blocks = _deviations(found, within, tasks, samples, (resamples, seed))
        estimate = _estimate(node, found, deviations, blocks, method)
        if estimate is not None:
            estimates[node.name] = estimate
    return estimates


def _estimate(
    node: Node, found: Normalized, deviations: Mapping[str, _Deviation], blocks: int, method: str
) -> Estimate | None:
    import numpy as np

    from metrics.statistics.intervals import scaled_wilson
    from metrics.statistics.still import still_variance

    weights = leaf_weights(node)
    if node.score is None or not weights.keys() <= deviations.keys():
        return None
    moving = np.asarray(sum(weight * deviations[task].values for task, weight in weights.items()))
    finite = moving[np.isfinite(moving)]
    if len(finite) < 2:
        return None
    still = [task for task in weights if float(np.ptp(deviations[task].values)) <= _STILL]
    cells = found.cells
    if any(cells[task].lowest + _STILL < (cells[task].score or 0.0) < 1 - _STILL for task in still):
        return None
    variance = float(finite.var(ddof=1)) + still_variance(
        (weights[task] * (1 - cells[task].lowest), deviations[task].units) for task in still
    )
    certain = len(still) == len(weights) and not node.lowest < node.score < 1
    # items of tasks without a cluster in common count for so many of one task
    alike = 1 / sum(weight**2 / deviations[task].units for task, weight in weights.items())
    ends = scaled_wilson(
        node.score,
        0.0 if certain else math.sqrt(variance),
        min(blocks, alike),
        (node.lowest, 1.0),
    )
    return Estimate(ends, math.sqrt(variance), method)


def _deviations(
    found: Normalized,
    within: Set[str],
    tasks: Mapping[str, TaskResult],
    samples: SampleIndex,
    drawn: tuple[int, int],
) -> tuple[dict[str, _Deviation], int]:
    """Return the deviations of some cells, and the number of blocks."""
    import numpy as np

    from metrics.registry import METRICS

    cells = [found.cells[task] for task in found.averaged if task in within]
    metrics = {c.task: c.metric for c in cells if c.metric is not None}
    blocks = _blocks(metrics, tasks, samples)
    resamples, seed = drawn
    totals = _weighted_sums(blocks, resamples, np.random.default_rng(seed))
    own = (blocks.counts @ blocks.rows)[None, :]
    deviations = {}
    for task, units in blocks.touching.items():
        mine = [index for index, column in enumerate(blocks.columns) if column.task == task]
        keys = [blocks.columns[index].key for index in mine]
        scale = task_anchor(tasks[task], metrics[task])
        if scale is None:
            continue
        metric = METRICS[metrics[task]]
        value = scale.scores(metric.values(own[:, mine], keys))
        changes = scale.scores(metric.values(totals[:, mine], keys)) - value
        widening = math.sqrt((units + 1) / (units - 1))  # to the unbiased variance of a mean
        deviations[task] = _Deviation(widening * changes, units)
    return deviations, int(blocks.counts.sum())


def _blocks(
    metrics: Mapping[str, str], tasks: Mapping[str, TaskResult], samples: SampleIndex
) -> _Blocks:
    """Return the sums of statistics by block; without tasks of fewer than two blocks.

    Equal blocks are counted, not kept, so an item that shares nothing with another costs no memory. Clusters that
    no other task has, in a task with too few of them, are dissolved into their items.
    """
    alone: dict[str, Counter[_Sums]] = {}
    clusters: dict[str, dict[str, Counter[_Sums]]] = {}
    for task, metric in metrics.items():
        alone[task], clusters[task] = _task_blocks(
            task, metric, samples.get(task, ()), repeated=tasks[task].repeats > 1
        )
    shared = Counter(name for mine in clusters.values() for name in mine)
    distinct: Counter[_Sums] = Counter()
    joint: dict[str, Counter[_Sums]] = {}
    touching: dict[str, int] = {}
    for task in metrics:
        mine, single = clusters[task], alone[task]
        _dissolve(mine, single, {name for name in mine if shared[name] > 1})
        units = single.total() + len(mine)
        if units < 2:
            continue
        touching[task] = units
        distinct += single
        for name, items in mine.items():
            joint.setdefault(name, Counter()).update(items)
    distinct.update(_added(items) for items in joint.values())
    return _collapsed(distinct, touching)


def _dissolve(clusters: dict[str, Counter[_Sums]], alone: Counter[_Sums], shared: set[str]) -> None:
    """Take the items of clusters apart where a task has too few clusters, but for those that others share."""
    from metrics.statistics.intervals import FEW

    if 1 < len(clusters) + alone.total() < FEW:
        for name in clusters.keys() - shared:
            alone.update(clusters.pop(name))


def _task_blocks(
    task: str, metric: str, lines: Iterable[Mapping[str, Any]], *, repeated: bool
) -> tuple[Counter[_Sums], dict[str, Counter[_Sums]]]:
    """Return the items of a task that stand alone, and those of every cluster; replies to an item are added up."""
    alone: Counter[_Sums] = Counter()
    clusters: dict[str, Counter[_Sums]] = {}
    replies: dict[tuple[Any, str | None], Counter[_Sums]] = {}
    for line in lines:
        stats = line.get("stats", {}).get(metric, {}).get("strict")
        if stats is None:
            continue
        sums = tuple((_Column(task, key), float(stats[key])) for key in sorted(stats))
        cluster = line.get("cluster")
        name = None if cluster is None else str(cluster)
        if repeated:
            replies.setdefault((line.get("id"), name), Counter())[sums] += 1
        elif name is None:
            alone[sums] += 1
        else:
            clusters.setdefault(name, Counter())[sums] += 1
    for (_, name), items in replies.items():
        (alone if name is None else clusters.setdefault(name, Counter()))[_added(items)] += 1
    return alone, clusters


def _added(items: Counter[_Sums]) -> _Sums:
    found: dict[_Column, float] = {}
    for sums, count in sorted(items.items()):
        for column, value in sums:
            found[column] = found.get(column, 0.0) + count * value
    return tuple(sorted(found.items()))


def _collapsed(found: Counter[_Sums], touching: Mapping[str, int]) -> _Blocks:
    import numpy as np

    order: Sequence[_Sums] = sorted(found)
    columns = sorted({column for sums in order for column, _ in sums})
    position = {column: index for index, column in enumerate(columns)}
    rows = np.zeros((len(order), len(columns)))
    for row, sums in enumerate(order):
        for column, value in sums:
            rows[row, position[column]] = value
    return _Blocks(columns, rows, np.array([found[sums] for sums in order], np.int64), touching)


def _weighted_sums(blocks: _Blocks, resamples: int, rng: np.random.Generator) -> Matrix:
    """Return the sums of the blocks under random weights: as many exponentials as there are equal blocks, added."""
    import numpy as np

    step = max(1, _CHUNK_CELLS // max(1, len(blocks.counts)))
    parts = [np.zeros((0, len(blocks.columns)))]
    for start in range(0, resamples, step):
        size = (min(step, resamples - start), len(blocks.counts))
        parts.append(rng.standard_gamma(blocks.counts, size=size) @ blocks.rows)
    return np.concatenate(parts)
