"""Normalised scores: every headline metric on one scale, 0 = chance or useless, 1 = perfect.

All anchors are one affine map ``(x - floor) / (ceil - floor)``, at most 1. Accuracy has its chance level as
floor and is negative below it, so that a model that guesses has 0 on average; everything else is at least 0: WER, CER and PER run from 1 down to 0; MAE from the error of the
constant median down to 0; a judge score from its lowest to its highest value. Anchors come from the
task's declaration, else from the metric's registry entry, and never from the runs that are shown. Scores are of the
strict reading. Means are unweighted at every level above the data set; a mean over anything that is not ``ok`` is not a
number but a count such as ``17/20``. Abstention is shown, never averaged, and a judge-free control never mixes with
the judged metric that it stands for (``role`` in ``metrics.registry``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from harness.errors import InputFileError
from leaderboards.boards import averaged_tasks, node_path
from leaderboards.results import TaskResult, Value
from metrics.measures.anchor import Anchor
from metrics.measures.measure import Role
from metrics.registry import find

State = Literal["ok", "missing", "unsupported", "refused", "error", "stale"]

REFUSED_SHARE: Final = 0.95
ERROR_SHARE: Final = 0.01


def anchor(metric: str, declared: Mapping[str, Any] | None) -> Anchor | None:
    """Return the anchor of a metric, from the task's declaration and else from its registry entry.

    Args:
        metric: metric id.
        declared: ``{"chance"}``, ``{"mae_ref"}``, ``{"floor", "ceil"}``, ``{}`` or ``None``.

    Returns:
        The anchor, ``None`` for an error metric without ``mae_ref``: it has no scale.

    Raises:
        UnknownNameError: no metric of that name is registered.
        InputFileError: what a run recorded is not a scale.

    >>> anchor("mae", {"mae_ref": 28.0})
    Anchor(floor=28.0, ceil=0.0, chance=False)
    >>> anchor("mae", {}) is None
    True
    >>> anchor("judge_score", {}).score(3.0)
    0.5
    """
    own = find(metric)
    try:
        scale = own.scale_with(declared or {})
    except (TypeError, ValueError):
        scale = None
    else:
        if scale is None or scale.fits(own.higher_is_better):
            return scale
    raise InputFileError(
        f"the anchors of {metric!r} are {declared!r}: no scale in the direction of better values",
        where="manifest.json",
        hint="mend the task's anchors, then run or score it again",
    )


def task_anchor(result: TaskResult, metric: str) -> Anchor | None:
    """Return the anchor of a task's metric; a control shares the anchor of the metric that it stands for."""
    declared = result.anchors.get(metric)
    judged = find(metric).stands_for
    if declared is None and judged is not None:
        declared = result.anchors.get(judged)
    return anchor(metric, declared)


# --- cells -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """The headline of one task of one run.

    Attributes:
        task: task id.
        metric: headline metric, ``None`` if the task is not in the run.
        state: ``ok``, or why there is no number.
        value: raw value (strict reading).
        score: normalised value.
        ci95: normalised interval.
        stderr: standard error of the score (before clipping).
        lowest: smallest score that the task can have: negative where its floor is the value of guessing.
        below_chance: the raw accuracy lies under chance.
        partial: only some of the task's items ran.
        incomplete: items failed, or the value does not cover all of them.
        n: items of the run.
        total: items of the task.
    """

    task: str
    metric: str | None
    state: State
    value: float | None = None
    score: float | None = None
    ci95: tuple[float, float] | None = None
    stderr: float | None = None
    lowest: float = 0.0
    below_chance: bool = False
    partial: bool = False
    incomplete: bool = False
    n: int = 0
    total: int = 0


def headline(result: TaskResult) -> str | None:
    """Return the first declared metric that may be averaged.

    >>> headline(TaskResult("t", "b", ("abstention_rate", "accuracy", "wer"), {}))
    'accuracy'
    """
    return _first(result, "headline")


def _first(result: TaskResult, role: Role) -> str | None:
    return next((metric for metric in result.metrics if find(metric).role == role), None)


def headlines(tasks: Mapping[str, TaskResult]) -> dict[str, str | None]:
    """Return the headline of every task of one benchmark, all of one kind.

    Where no task has a value of its own headline (no judge ran) but a control has, the controls
    stand for all of them; judged and judge-free values are never mixed in one mean.
    """
    own = {name: headline(result) for name, result in tasks.items()}
    judged = any(m is not None and tasks[t].value(m, "strict") for t, m in own.items())
    controls = {name: _first(result, "control") for name, result in tasks.items()}
    if judged or not any(m and tasks[t].value(m, "strict") for t, m in controls.items()):
        return own
    shared = next(control for control in controls.values() if control)
    return {name: control or shared for name, control in controls.items()}


def make_cell(
    task: str, result: TaskResult | None, metric: str | None, *, scorer: str | None = None
) -> Cell:
    """Compute one cell: first its state, then its values.

    Args:
        task: task id.
        result: the task's result, ``None`` if the run does not have it.
        metric: headline metric.
        scorer: the present version of the task's scorer; a result of another one is stale.
    """
    if result is None or metric is None:
        return Cell(task, metric, "missing")
    scale = task_anchor(result, metric)
    found = result.value(metric, "strict")
    state = _state(result, found, scale, scorer)
    cell = Cell(
        task,
        metric,
        state,
        value=found.value if found else None,
        partial=result.partial,
        incomplete=found is not None and not found.complete,
        n=result.n,
        total=result.total,
    )
    if state != "ok" or found is None or found.value is None or scale is None:
        return cell
    slope = abs(1.0 / (scale.ceil - scale.floor))
    return replace(
        cell,
        score=scale.score(found.value),
        ci95=scale.interval(found.ci95) if found.ci95 else None,
        stderr=found.stderr * slope if found.stderr is not None else None,
        lowest=scale.lowest(find(metric).bounds[0]),
        below_chance=scale.below_chance(found.value),
    )


def _state(
    result: TaskResult, found: Value | None, scale: Anchor | None, scorer: str | None
) -> State:
    if scorer is not None and result.parts.get("scorer", scorer) != scorer:
        return "stale"
    if (result.share("refused") or 0.0) >= REFUSED_SHARE:
        return "refused"
    # a stored null reply is an error of the record, yet strictly a wrong answer: all is counted
    counted = found is not None and found.complete
    if (result.share("error") or 0.0) > ERROR_SHARE and not counted:
        return "error"
    if scale is None:
        return "unsupported"
    return "missing" if found is None else "ok"


# --- means -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """A mean over its children, or one cell.

    Attributes:
        name: task id, category or benchmark.
        score: normalised mean, ``None`` unless every cell below is ``ok``.
        ok: cells below that are ``ok``.
        total: cells below.
        whole: every cell below is ok, has all items of its task and no failed ones; only whole
            nodes are ranked.
        children: nodes below, empty for a cell.
        lowest: smallest score that it can have.
    """

    name: str
    score: float | None
    ok: int
    total: int
    whole: bool
    children: tuple[Node, ...] = ()
    lowest: float = 0.0

    @property
    def coverage(self) -> str:
        """``17/20``."""
        return f"{self.ok}/{self.total}"


def mean_node(name: str, children: Iterable[Node]) -> Node:
    """Return the unweighted mean of nodes.

    >>> leaves = [Node("a", 0.5, 1, 1, True), Node("b", None, 0, 1, False)]
    >>> mean_node("m", leaves[:1]).score
    0.5
    >>> mean_node("m", leaves).score is None, mean_node("m", leaves).coverage
    (True, '1/2')
    """
    members = tuple(children)
    scores = [node.score for node in members if node.score is not None]
    whole_number = bool(members) and len(scores) == len(members)
    return Node(
        name,
        math.fsum(scores) / len(scores) if whole_number else None,
        sum(node.ok for node in members),
        sum(node.total for node in members),
        bool(members) and all(node.whole for node in members),
        members,
        math.fsum(node.lowest for node in members) / len(members) if members else 0.0,
    )


def build_tree(benchmark: str, cells: Iterable[Cell]) -> Node:
    """Return the benchmark's tree over its averaged cells."""
    return _build(benchmark, [(node_path(benchmark, cell.task), cell) for cell in cells])


def _build(name: str, members: list[tuple[tuple[str, ...], Cell]]) -> Node:
    children: list[Node] = []
    branches: dict[str, list[tuple[tuple[str, ...], Cell]]] = {}
    for path, cell in members:
        if path:
            branches.setdefault(path[0], []).append((path[1:], cell))
        else:
            ok = cell.state == "ok"
            whole = ok and not cell.partial and not cell.incomplete
            children.append(Node(cell.task, cell.score, int(ok), 1, whole, lowest=cell.lowest))
    children += [_build(branch, inner) for branch, inner in branches.items()]
    return mean_node(name, children)


def leaf_weights(node: Node, weight: float = 1.0) -> dict[str, float]:
    """Return the weight of every cell in the mean of a tree; they sum to 1.

    >>> pair = mean_node("x", [Node("a", 1, 1, 1, True), Node("b", 1, 1, 1, True)])
    >>> leaf_weights(mean_node("top", [pair, Node("c", 1, 1, 1, True)]))
    {'a': 0.25, 'b': 0.25, 'c': 0.5}
    """
    if not node.children:
        return {node.name: weight}
    share = weight / len(node.children)
    weights: dict[str, float] = {}
    for child in node.children:
        weights |= leaf_weights(child, share)
    return weights


@dataclass(frozen=True, slots=True)
class Normalized:
    """One benchmark of one run, normalised.

    Attributes:
        benchmark: group name.
        tree: means over the averaged cells.
        cells: every cell by task, also those that are shown only.
        averaged: tasks that enter the mean.
    """

    benchmark: str
    tree: Node
    cells: Mapping[str, Cell]
    averaged: tuple[str, ...] = field(default=())


def normalize(
    benchmark: str,
    tasks: Mapping[str, TaskResult],
    *,
    expected: Iterable[str] | None = None,
    scorers: Mapping[str, str] | None = None,
) -> Normalized:
    """Normalise one benchmark of one run.

    Args:
        benchmark: group name.
        tasks: its tasks in this run.
        expected: tasks its mean is made of; default: the benchmark's own list, else ``tasks``.
        scorers: task -> present scorer version, to find stale results.
    """
    averaged = tuple(expected) if expected is not None else averaged_tasks(benchmark, tasks)
    metrics = headlines(tasks)
    cells = {
        task: make_cell(task, tasks.get(task), metrics.get(task), scorer=(scorers or {}).get(task))
        for task in dict.fromkeys([*averaged, *tasks])
    }
    return Normalized(
        benchmark, build_tree(benchmark, (cells[task] for task in averaged)), cells, averaged
    )
