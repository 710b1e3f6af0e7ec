"""Which run is better than which in a column: paired, over the items of the runs, all pairs of a column at once.

A column is a sum of *terms*: values of one metric of one task (or of a group of its items) with a weight. The difference of
two runs in such a value is spread over the items by the metric's gradient, halfway between the two runs, and items that
share a clip or a speaker are added up, also over tasks. What comes out sums to the difference that the table shows, and goes
into ``metrics.statistics.rank_sets``. A native column is given by the board's own function; its weights are found by
asking that function what one unit more of a value changes, and a column that is not such a sum is left undecided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.types import READINGS, Reading
from leaderboards.normalize import Normalized, leaf_weights, task_anchor
from leaderboards.results import SampleIndex, TaskResult, Value
from metrics.registry import find

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

ALPHA: Final = 0.05
_STEP: Final = 1.0
"""Change of a value by which a column's weights are found."""
_TOLERANCE: Final = 0.02
"""How far the terms of a column may miss its difference, as a share of the larger of both; rounding comes on top."""

Decided = frozenset[tuple[str, str]]
"""(better run, worse run) of every pair of a column that is decided."""


class Term(NamedTuple):
    """One value that enters a column: of a task, or of the items of a task whose group ``field`` is ``value``."""

    task: str
    metric: str
    reading: Reading
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """A column as a sum of terms.

    Attributes:
        weights: term -> weight of its score.
        scores: run -> term -> score, where it is not the raw value; a clipped score moves less than the value.
        slopes: term -> change of the score with the value, where two runs have equal values.
        higher_is_better: direction of the column.
    """

    weights: Mapping[Term, float]
    scores: Mapping[str, Mapping[Term, float]] | None = None
    slopes: Mapping[Term, float] = field(default_factory=dict)
    higher_is_better: bool = True


_Sums = dict[str, dict[str, float]]
"""Block -> statistic -> sum."""


class Items:
    """Sample lines of several runs, as sums of statistics by block.

    Args:
        samples: run -> task -> lines with ``item_key``, ``cluster``, ``stats`` and ``groups``.
        homes: task -> benchmark, where tasks of several are looked at: their clusters are different ones.
    """

    def __init__(
        self, samples: Mapping[str, SampleIndex], homes: Mapping[str, str] | None = None
    ) -> None:
        self._samples = samples
        self._homes = homes or {}
        self._known: dict[tuple[str, Term], _Sums] = {}

    def sums(self, run: str, term: Term) -> _Sums:
        """Return the sums of one term's statistics in one run."""
        known = self._known.get((run, term))
        if known is None:
            known = self._known[run, term] = self._read(run, term)
        return known

    def _read(self, run: str, term: Term) -> _Sums:
        metric = find(term.metric)
        found: _Sums = {}
        for line in self._samples.get(run, {}).get(term.task, ()):
            stats = line.get("stats", {}).get(term.metric, {}).get(term.reading)
            if stats is None:
                continue
            if term.field and line.get("groups", {}).get(term.field) != term.value:
                continue
            block = line.get("cluster")
            home = self._homes.get(term.task, "")
            own = f"{term.task} {line['item_key']}"
            name = own if block is None else f"{home} cluster {block}"
            sums = found.setdefault(name, {})
            for key, number in metric.reduce(stats).items():
                sums[key] = sums.get(key, 0.0) + float(number)
        return found


def decide(
    columns: Mapping[str, ColumnSum], runs: Sequence[str], items: Items
) -> dict[str, Decided]:
    """Return the decided pairs of every column.

    Args:
        columns: column -> the sum that it is.
        runs: runs that are compared, all of them whole.
        items: their sample lines.
    """
    from metrics.statistics.rank_sets import simultaneous_p

    pairs = list(combinations(runs, 2))
    decided: dict[str, Decided] = {}
    for name, column in columns.items():
        matrix = _differences(column, pairs, items)
        if matrix is None:
            continue
        totals = matrix.sum(axis=0) * (1.0 if column.higher_is_better else -1.0)
        decided[name] = frozenset(
            (one, other) if total > 0 else (other, one)
            for (one, other), total, p in zip(pairs, totals, simultaneous_p(matrix), strict=True)
            if p < ALPHA
        )
    return decided


def _differences(
    column: ColumnSum, pairs: Sequence[tuple[str, str]], items: Items
) -> Matrix | None:
    """Return the differences of every pair by block; ``None`` if a run has no items of a term."""
    import numpy as np

    spread: list[dict[str, float]] = []
    for one, other in pairs:
        blocks: dict[str, float] = {}
        for term, weight in column.weights.items():
            first, second = items.sums(one, term), items.sums(other, term)
            if not first or not second:
                return None
            found = _spread(term, first, second)
            if found is None:
                return None
            difference, by_block = found
            slope = weight * _slope(column, term, one, other, difference)
            for block, number in by_block.items():
                blocks[block] = blocks.get(block, 0.0) + slope * number
        spread.append(blocks)
    names = {name: row for row, name in enumerate(dict.fromkeys(b for d in spread for b in d))}
    matrix = np.zeros((len(names), len(pairs)))
    for place, blocks in enumerate(spread):
        for name, number in blocks.items():
            matrix[names[name], place] = number
    return matrix if np.isfinite(matrix).all() else None


def _slope(column: ColumnSum, term: Term, one: str, other: str, difference: float) -> float:
    if column.scores is None:
        return 1.0
    change = column.scores[one][term] - column.scores[other][term]
    return change / difference if abs(difference) > 1e-12 else column.slopes.get(term, 1.0)


def _spread(term: Term, first: _Sums, second: _Sums) -> tuple[float, dict[str, float]] | None:
    """Return the difference of two runs in a value, and its share of every block."""
    import numpy as np

    metric = find(term.metric)
    keys = tuple(
        sorted({key for side in (first, second) for sums in side.values() for key in sums})
    )
    blocks = list(dict.fromkeys([*first, *second]))
    sides = [
        np.array([[side.get(block, {}).get(key, 0.0) for key in keys] for block in blocks])
        for side in (first, second)
    ]
    totals = [side.sum(axis=0) for side in sides]
    middle = (totals[0] + totals[1]) / 2
    steps = np.diag(1e-4 * np.maximum(1.0, np.abs(middle)))
    values = metric.values(np.vstack([middle + steps, middle - steps, *totals]), keys)
    count = len(keys)
    gradient = (values[:count] - values[count : 2 * count]) / (2 * np.diag(steps))
    difference = float(values[-2] - values[-1])
    shares = (sides[0] - sides[1]) @ gradient
    if not math.isfinite(difference) or not np.isfinite(shares).all():
        return None
    total = float(shares.sum())
    if abs(total) > 1e-12 and abs(difference) > 1e-12 and total * difference > 0:
        shares = shares * (difference / total)  # curvature: a few terms in a thousand
    return difference, dict(zip(blocks, shares.tolist(), strict=True))


# --- normalised columns ------------------------------------------------------------------------


def normalized_columns(
    found: Mapping[str, Normalized], tasks: Mapping[str, Mapping[str, TaskResult]]
) -> dict[str, ColumnSum]:
    """Return every task, category and the mean of a benchmark as sums of its cells.

    Args:
        found: run -> the benchmark, normalised.
        tasks: run -> its tasks.

    Returns:
        ``mean``, categories and tasks; a node that is not a number in one of the runs is left out.
    """
    first = next(iter(found.values()))
    tree = first.tree
    nodes = {"mean": leaf_weights(tree)}
    nodes |= {node.name: leaf_weights(node) for node in tree.children}
    nodes |= {task: {task: 1.0} for task in first.averaged}
    columns = {}
    for name, weights in nodes.items():
        terms = {task: _cell_term(found, task) for task in weights}
        if any(term is None for term in terms.values()):
            continue
        known = {term: weights[task] for task, term in terms.items() if term is not None}
        columns[name] = ColumnSum(
            known,
            {
                run: {term: one.cells[term.task].score or 0.0 for term in known}
                for run, one in found.items()
            },
            {term: _anchor_slope(tasks, term) for term in known},
        )
    return columns


def mean_of(columns: Sequence[ColumnSum]) -> ColumnSum:
    """Return the unweighted mean of columns that have scores."""
    weights: dict[Term, float] = {}
    scores: dict[str, dict[Term, float]] = {}
    slopes: dict[Term, float] = {}
    for column in columns:
        weights |= {term: weight / len(columns) for term, weight in column.weights.items()}
        slopes |= column.slopes
        for run, known in (column.scores or {}).items():
            scores.setdefault(run, {}).update(known)
    return ColumnSum(weights, scores, slopes)


def _cell_term(found: Mapping[str, Normalized], task: str) -> Term | None:
    cells = [one.cells.get(task) for one in found.values()]
    metrics = {cell.metric if cell is not None else None for cell in cells}
    numbers = all(cell is not None and cell.score is not None for cell in cells)
    metric = next(iter(metrics))
    return Term(task, metric, "strict") if numbers and len(metrics) == 1 and metric else None


def _anchor_slope(tasks: Mapping[str, Mapping[str, TaskResult]], term: Term) -> float:
    result = next(known[term.task] for known in tasks.values() if term.task in known)
    scale = task_anchor(result, term.metric)
    return 1.0 / (scale.ceil - scale.floor) if scale is not None else 1.0


# --- native columns ----------------------------------------------------------------------------

Board = Callable[[Mapping[str, TaskResult]], Mapping[str, Any]]


def native_columns(
    board: Board, tasks: Mapping[str, Mapping[str, TaskResult]], names: Collection[str]
) -> dict[str, ColumnSum]:
    """Return those columns of a board that are sums of values, with their weights.

    Args:
        board: the board's function of the tasks of one run (without samples).
        tasks: run -> its tasks.
        names: columns that are wanted.
    """
    runs = list(tasks)
    weights = _weights(board, tasks[runs[0]], names)
    given = {run: board(tasks[run]) for run in runs}
    directions = given[runs[0]].get("higher_is_better", {})
    columns = {}
    for name, terms in weights.items():
        shown = {run: _number(given[run], name) for run in runs}
        values = {run: {term: _value(tasks[run], term) for term in terms} for run in runs}
        step = 10.0 ** -given[runs[0]].get("decimals", {}).get(name, 1)
        differences = [
            (_sum_of(terms, values[one], values[other]), _minus(shown[one], shown[other]))
            for one, other in combinations(runs, 2)
        ]
        if all(_adds_up(*pair, step=step) for pair in differences):
            columns[name] = ColumnSum(terms, higher_is_better=directions.get(name, True))
    return columns


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _sum_of(
    weights: Mapping[Term, float],
    one: Mapping[Term, float | None],
    other: Mapping[Term, float | None],
) -> float | None:
    """Return the weighted differences of the terms, ``None`` if a run lacks one."""
    parts = [(weight, _minus(one[term], other[term])) for term, weight in weights.items()]
    known = [weight * difference for weight, difference in parts if difference is not None]
    return math.fsum(known) if len(known) == len(parts) else None


def _adds_up(total: float | None, shown: float | None, *, step: float) -> bool:
    """Tell whether the weighted differences of the terms are the difference that is shown, rounded to ``step``."""
    if total is None or shown is None:
        return False
    return abs(total - shown) <= step + _TOLERANCE * max(abs(total), abs(shown))


def _number(board: Mapping[str, Any], name: str) -> float | None:
    score = board["scores"].get(name)
    return None if score is None else score["value"]


def _weights(
    board: Board, tasks: Mapping[str, TaskResult], names: Collection[str]
) -> dict[str, dict[Term, float]]:
    base = board(tasks)
    found: dict[str, dict[Term, float]] = {}
    for term in _parts(tasks):
        moved = board({**tasks, term.task: _moved(tasks[term.task], term)})
        for name in names:
            before, after = _number(base, name), _number(moved, name)
            if before is not None and after is not None and before != after:
                found.setdefault(name, {})[term] = (after - before) / _STEP
    return found


def _parts(tasks: Mapping[str, TaskResult]) -> list[Term]:
    terms = []
    for task, result in tasks.items():
        for metric in result.values:
            terms += [Term(task, metric, r) for r in READINGS if result.value(metric, r)]
        for name, members in result.groups.items():
            for value, metrics in members.items():
                terms += [
                    Term(task, metric, reading, name, value)
                    for metric, by_reading in metrics.items()
                    for reading in READINGS
                    if reading in by_reading and by_reading[reading].value is not None
                ]
    return terms


def _moved(result: TaskResult, term: Term) -> TaskResult:
    if not term.field:
        return replace(result, values=_moved_value(result.values, term))
    members = result.groups[term.field]
    changed = {**members, term.value: _moved_value(members[term.value], term)}
    return replace(result, groups={**result.groups, term.field: changed})


def _moved_value(
    values: Mapping[str, Mapping[Reading, Value]], term: Term
) -> dict[str, Mapping[Reading, Value]]:
    by_reading = values[term.metric]
    old = by_reading[term.reading]
    new = replace(old, value=(old.value or 0.0) + _STEP)
    return {**values, term.metric: {**by_reading, term.reading: new}}


def _value(tasks: Mapping[str, TaskResult], term: Term) -> float | None:
    result = tasks.get(term.task)
    if result is None:
        return None
    values = result.groups.get(term.field, {}).get(term.value, {}) if term.field else result.values
    found = values.get(term.metric, {}).get(term.reading)
    return None if found is None else found.value
