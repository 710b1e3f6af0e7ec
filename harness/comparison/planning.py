"""``harness power``: items and repeats for a drop, from a run with repeats or from two runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from harness.comparison.gating import comparable
from harness.comparison.gating.metric_tests import MetricTest, collect_tests, headline_of
from harness.comparison.gating.options import ALPHA, GateOptions
from harness.comparison.gating.suite import Part, contributions
from harness.comparison.gating.text import aligned
from harness.comparison.pairing import pair_lines
from harness.errors import UsageError
from harness.run.reader import RunView
from metrics.registry import find
from metrics.statistics.plan import (
    Components,
    Plan,
    best_for_cost,
    cheapest,
    components,
    influences,
)


@dataclass(frozen=True, slots=True)
class TaskPower:
    """Plan of one task.

    Attributes:
        task: task id.
        metric: its headline.
        source: what the variance is from: ``pairs`` of two runs, or ``repeats`` of one.
        value: value of the run (the first of two), in the metric's unit.
        value_stderr: its standard error.
        drop: drop of the second run, as a share of the scale; 0 for one run.
        parts: components of the variance of paired differences, as shares of the scale.
        repeats: replies to an item now.
        detectable: repeats -> drop that all items show, as a share of the scale.
        needed: cheapest items and repeats for the drop that was asked for, ``None`` if the items there are do not suffice.
        best: items and repeats with the smallest standard error for the cost that was given.
    """

    task: str
    metric: str
    source: str
    value: float
    value_stderr: float
    drop: float
    parts: Components
    repeats: int
    detectable: Mapping[int, float]
    needed: Plan | None = None
    best: Plan | None = None


@dataclass(frozen=True, slots=True)
class PowerRequest:
    """Request for a plan.

    Attributes:
        runs: one run with repeats, or two runs.
        drop: drop to find, as a share of the scale.
        cost: budget in replies of one run of one task.
        item_cost: what an item costs besides its replies, in replies.
        alpha: one-sided level of the test.
        tasks: tasks; ``None``: all of the first run.
    """

    runs: Sequence[RunView]
    drop: float | None = None
    cost: float | None = None
    item_cost: float = 0.0
    alpha: float = ALPHA
    tasks: Sequence[str] | None = None


def plan_power(request: PowerRequest) -> list[TaskPower]:
    """Return what every task shows.

    Raises:
        UsageError: neither one run with repeats nor two comparable runs, or a number out of range.
        UnknownNameError: a task that the first run does not have.
    """
    if len(request.runs) not in (1, 2):
        raise UsageError("a plan is made from one run or two", where="harness power")
    if request.drop is not None and not 0 < request.drop <= 1:
        raise UsageError("a drop is a share of the scale above 0 and up to 1", where="--drop")
    first, second = request.runs[0], request.runs[-1]
    names = comparable.tasks_to_compare(first.tasks, GateOptions(tasks=request.tasks))
    shared = [name for name in names if name in second.tasks]
    problems = comparable.signature_problems(shared, second.tasks, first.tasks)
    if problems or not shared:
        raise UsageError(
            problems[0] if problems else "the runs have no task in common", where="harness power"
        )
    ours, theirs = first.sample_index(), second.sample_index()
    found = []
    for name in shared:
        lines = comparable.common_repeats(ours.get(name, []), theirs.get(name, []))
        tests = collect_tests(name, first.tasks[name], pair_lines(*lines), GateOptions())
        test = headline_of(tests)
        if test is not None and (power := _power(test, request)) is not None:
            found.append(power)
    if not found:
        raise UsageError(
            "no task has replies from which its variance is known",
            where=str(first.path),
            hint="give a run with --repeats of drawn replies, or two runs: harness power RUN_DIR OTHER_RUN_DIR",
        )
    return found


def _power(test: MetricTest, request: PowerRequest) -> TaskPower | None:
    metric = find(test.metric)
    own = components(influences(metric, test.baseline), test.keys, test.clusters)
    if own is None:
        return None
    repeats = max(1, round(len(test.keys) / own.items))
    drop, source = 0.0, "repeats"
    parts: Components | None
    if len(request.runs) == 1:
        if repeats == 1:
            return None
        # a further run of the same checkpoint: items do not differ, replies do
        spread = 2 * own.within / test.scale**2
        parts = Components(0.0, 0.0, spread, own.items, own.clusters)
    else:
        pulls, source = _pulls(test), "pairs"
        drop = math.fsum(pulls) / len(pulls)
        parts = components(pulls, test.keys, test.clusters, value=drop)
    if parts is None:
        return None
    steps = sorted({1, 2, 4, 8, repeats}) if parts.within else [repeats]
    most, dear, level = parts.items, request.item_cost, request.alpha
    return TaskPower(
        test.task,
        test.metric,
        source,
        metric.aggregate(test.baseline),
        own.stderr(own.items, repeats),
        drop,
        parts,
        repeats,
        {step: parts.detectable(parts.items, step, alpha=request.alpha) for step in steps},
        None
        if request.drop is None
        else cheapest(request.drop, parts, most_items=most, item_cost=dear, alpha=level),
        None
        if request.cost is None
        else best_for_cost(request.cost, parts, most_items=most, item_cost=dear),
    )


def _pulls(test: MetricTest) -> list[float]:
    """Return for every pair a drop of which the mean is that of the metric, as shares of the scale."""
    part = Part(
        test.task, find(test.metric), test.baseline, test.candidate, test.clusters, test.scale
    )
    return [len(test.keys) * value for value in contributions(part)]


def power_json(found: Sequence[TaskPower], request: PowerRequest) -> dict[str, Any]:
    """Return a plan, JSON-able; what is infinite is null."""
    tasks = []
    for one in found:
        content = asdict(one)
        content["detectable"] = {
            str(step): drop if math.isfinite(drop) else None
            for step, drop in one.detectable.items()
        }
        tasks.append(content)
    return {
        "runs": [run.name for run in request.runs],
        "drop": request.drop,
        "cost": request.cost,
        "item_cost": request.item_cost,
        "alpha": request.alpha,
        "tasks": tasks,
    }


def power_lines(found: Sequence[TaskPower], request: PowerRequest) -> list[str]:
    """Return a plan as lines of text; drops and errors are points, hundredths of a metric's scale."""
    head = ["task", "metric", "items", "from", "s_b", "s_w", *(f"K={step}" for step in _STEPS)]
    head += [f"for {100 * request.drop:g} points"] if request.drop is not None else []
    head += [f"for {request.cost:g} replies"] if request.cost is not None else []
    rows = []
    for one in found:
        row = [one.task, one.metric, f"{one.parts.items}x{one.repeats}", one.source]
        row += [_points(math.sqrt(part)) for part in (one.parts.between, one.parts.within)]
        row += [_points(one.detectable.get(step)) for step in _STEPS]
        if request.drop is not None:
            row.append(_plan(one.needed) if one.needed else "more items than there are")
        if request.cost is not None:
            row.append(
                f"{_plan(one.best)}, error {_points(one.best.stderr)}" if one.best else "no item"
            )
        rows.append(row)
    return [
        *aligned(head, rows),
        "",
        "Points of the metric's scale. s_b, s_w: what differences vary by between and within items; K=: the drop that all"
        f" items show with K replies each, with probability 0.8 at level {request.alpha:g}.",
        *(
            ["One run: a candidate is taken for a further run of the same checkpoint."]
            if len(request.runs) == 1
            else []
        ),
    ]


_STEPS: Final = (1, 2, 4, 8)


def _plan(plan: Plan) -> str:
    return f"{plan.items} x {plan.repeats}"


def _points(value: float | None) -> str:
    return "-" if value is None or not math.isfinite(value) else f"{100 * value:.2f}"
