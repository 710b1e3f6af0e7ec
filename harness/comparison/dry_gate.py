"""``harness gate --dry-run``: the drops that a gate will find, before a candidate has cost a GPU hour.

How much a candidate differs item by item is taken from the best that is there: the candidate itself, two of several runs of the baseline, its
repeats, or else an assumption: a share of the items scores like other items of the task.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Final

from harness.comparison.gating import comparable, guards
from harness.comparison.gating.metric_tests import MetricTest, collect_tests, headline_of
from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.several import SeveralSide
from harness.comparison.gating.sides import RunSide, Side, short
from harness.comparison.gating.suite import ONE_SIDED, Part, contributions
from harness.comparison.gating.text import aligned
from harness.comparison.pairing import Pairing, pair_lines
from harness.core import inert
from harness.errors import UsageError
from harness.run.reader import RunView
from metrics.registry import find
from metrics.statistics.plan import influences
from metrics.statistics.power import (
    Growth,
    detectable_drop,
    detectable_drop_from_stderr,
    growth_of,
    growth_of_steps,
    usual_change,
)
from metrics.statistics.still import still_variance

CHANGED: Final = 0.2
"""Share of items that score like other items, where nothing is known of a candidate: at 50 % accuracy a tenth of the pairs is discordant."""


@dataclass(frozen=True, slots=True)
class DryRow:
    """One test of a planned gate.

    Attributes:
        task: task id.
        metric: metric id.
        items: items that are planned.
        source: where the spread is from: ``candidate``, ``runs``, ``repeats`` or ``assumed``.
        detectable: drop that the test finds with probability 0.8, as a share of the scale; ``None`` if there is none.
    """

    task: str
    metric: str
    items: int
    source: str
    detectable: float | None


@dataclass(frozen=True, slots=True)
class DryReport:
    """Report of a planned gate.

    Attributes:
        baseline: name of the baseline.
        alpha: level of the gate.
        max_drop: the margin.
        rows: every test.
        suite: drop of the suite mean that is found with probability 0.8; ``None`` if there is none.
        passes: probability that the gate passes a candidate without any drop.
        notes: what else to know.
    """

    baseline: str
    alpha: float
    max_drop: float
    rows: tuple[DryRow, ...]
    suite: float | None
    passes: float
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report, JSON-able."""
        return asdict(self)

    def to_text(self) -> str:
        """Return the report as lines of text."""
        head = ["task", "metric", "items", "spread from", "detectable"]
        rows = [
            [row.task, row.metric, str(row.items), row.source, _points(row.detectable)]
            for row in self.rows
        ]
        lines = [
            f"gate against {self.baseline}, planned: drops that are found with probability 0.8, in points of the scale",
            "",
            *aligned(head, rows),
            "",
            f"suite mean: {_points(self.suite)}; without any drop the gate passes with probability {self.passes:.2f}"
            f" (margin {100 * self.max_drop:g})",
            *(f"note: {note}" for note in self.notes),
        ]
        return "\n".join(map(inert.line, lines)) + "\n"


def dry_gate(
    baseline: Side,
    options: GateOptions,
    *,
    candidate: RunView | None = None,
    items: int | None = None,
    changed: float = CHANGED,
) -> DryReport:
    """Return what a gate will find.

    Args:
        baseline: what the candidate will be compared with.
        options: options of the gate.
        candidate: a candidate that is there already, such as an earlier checkpoint.
        items: items of every task that will be asked (``--subset``); ``None``: all.
        changed: share of items that score like other items, where nothing better is known.

    Raises:
        UnknownNameError: a task or metric that the baseline does not have.
        UsageError: the candidate is not comparable.
    """
    names = comparable.tasks_to_compare(baseline.tasks, options)
    if candidate is not None:
        names = [name for name in names if name in candidate.tasks]
        problems = comparable.signature_problems(names, candidate.tasks, baseline.tasks)
        if problems or not names:
            raise UsageError(problems[0] if problems else "the runs have no task in common")
    pairings, source = _pairings(baseline, candidate, names)
    tests = {
        name: collect_tests(name, baseline.tasks[name], pairings[name], options) for name in names
    }
    chosen = [test for members in tests.values() for test in members if test.baseline]
    heads = [head for members in tests.values() if (head := headline_of(members)) is not None]
    alpha = options.alpha / 2 if len(heads) > 1 else options.alpha
    family = max(1, len(chosen) + len(guards.watch(pairings, options.policy)))
    spreads = {id(test): _spread(test, source, changed) for test in chosen}
    rows = tuple(_row(test, source, spreads[id(test)], alpha / family, items) for test in chosen)
    suite, stderr, still = _suite(
        [(test, spreads[id(test)], baseline.tasks[test.task]) for test in heads], alpha, items
    )
    normal = NormalDist()
    passes = float(still < options.max_drop)
    if stderr > 0:
        passes = normal.cdf(options.max_drop / stderr - normal.inv_cdf(ONE_SIDED))
    notes = []
    if heads and not passes:
        notes.append("no pair is expected to differ: it passes if every reply is the same")
    if source == "assumed":
        notes.append(
            f"assumed: {100 * changed:g} % of the items score like other items of their task (--changed); several runs of the"
            " baseline, repeats or an earlier candidate say it better"
        )
    if len(heads) == 1:
        notes.append("a single task: the suite is not tested apart from it")
    return DryReport(
        baseline.name, options.alpha, options.max_drop, rows, suite, passes, tuple(notes)
    )


def _pairings(
    baseline: Side, candidate: RunView | None, names: Sequence[str]
) -> tuple[dict[str, Pairing], str]:
    """Return pairs that differ as a candidate will, and what they are."""
    ours = baseline.lines()
    theirs, source = ours, "assumed"
    if candidate is not None:
        theirs, source = candidate.sample_index(), "candidate"
        theirs = short(theirs) if baseline.short_keys else theirs
    elif isinstance(baseline, SeveralSide):
        ours, theirs = (RunSide(view).lines() for view in baseline.views[:2])
        source = "runs"
    elif any(line.get("repeat") for lines in ours.values() for line in lines):
        ours, theirs = (_one_repeat(ours, number) for number in (0, 1))
        source = "repeats"
    return {
        name: pair_lines(*comparable.common_repeats(ours.get(name, []), theirs.get(name, [])))
        for name in names
    }, source


def _one_repeat(
    lines: Mapping[str, Sequence[Mapping[str, Any]]], number: int
) -> dict[str, list[dict[str, Any]]]:
    return {
        task: [{**line, "repeat": 0} for line in found if int(line.get("repeat") or 0) == number]
        for task, found in lines.items()
    }


def _spread(test: MetricTest, source: str, changed: float) -> list[float]:
    """Return for every pair a difference of the size that a candidate's will have, as a share of the scale; centred."""
    metric = find(test.metric)
    if source == "assumed":
        pulls = influences(metric, test.baseline)
        return [math.sqrt(2 * changed) * value / test.scale for value in pulls]
    part = Part(test.task, metric, test.baseline, test.candidate, test.clusters, test.scale)
    values = [len(test.keys) * value for value in contributions(part)]
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]


def _row(
    test: MetricTest, source: str, values: Sequence[float], level: float, items: int | None
) -> DryRow:
    n = len(values)
    planned = n if items is None else min(items, n)
    units = len(set(test.clusters))
    stderr = math.sqrt(n / planned) * _stderr(zip(test.clusters, values, strict=True), n)
    if find(test.metric).family == "proportion" and units == n:
        found = detectable_drop(planned, math.fsum(x * x for x in values) / n, alpha=level)
    elif stderr > 0:
        growth = _growth(test, values, math.sqrt(planned / n) * stderr)
        found = detectable_drop_from_stderr(stderr, units * planned / n, alpha=level, growth=growth)
    else:
        found = detectable_drop(max(1, units * planned // n), 0.0, alpha=level)
    return DryRow(test.task, test.metric, planned, source, found if math.isfinite(found) else None)


def _growth(test: MetricTest, values: Sequence[float], difference: float) -> Growth:
    """Return how the variance of a difference grows with the drop, which is a share of the scale.

    Args:
        test: the test.
        values: the difference of every pair, as a share of the scale.
        difference: standard error of their mean.
    """
    metric = find(test.metric)
    if metric.family == "mean":
        return growth_of_steps(usual_change(values), len(set(test.clusters)), difference)
    pulls = [pull / test.scale for pull in influences(metric, test.baseline)]
    stderr = _stderr(zip(test.clusters, pulls, strict=True), len(pulls))
    return growth_of(metric, metric.aggregate(test.baseline) / test.scale, stderr, difference)


def _stderr(values: Any, n: float) -> float:
    """Return the standard error of a mean of (cluster, centred value)."""
    sums: dict[Hashable, float] = defaultdict(float)
    for cluster, value in values:
        sums[cluster] += value / n
    units = len(sums)
    if units < 2:
        return math.inf
    return math.sqrt(math.fsum(x * x for x in sums.values()) * units / (units - 1))


def _suite(
    heads: Sequence[tuple[MetricTest, Sequence[float], Mapping[str, Any]]],
    alpha: float,
    items: int | None,
) -> tuple[float | None, float, float]:
    """Return the detectable drop of the mean over tasks, its standard error, and its upper end if no pair differs."""
    weighted: list[tuple[Hashable, float]] = []
    units = 0.0
    still: list[tuple[float, float]] = []
    for test, values, declared in heads:
        part = test.part(str(declared.get("benchmark", test.task)), declared)
        n = len(values)
        planned = n if items is None else min(items, n)
        factor = test.scale / part.scale * math.sqrt(n / planned) / n / len(heads)
        weighted += [
            (cluster, factor * value) for cluster, value in zip(part.clusters, values, strict=True)
        ]
        still.append((1 / len(heads), len(set(part.clusters)) * planned / n))
        units += still[-1][1]
    if not weighted:
        return None, math.inf, math.inf
    stderr = _stderr(weighted, 1.0)
    if stderr <= 0:
        found = detectable_drop(max(1, round(units)), 0.0, alpha=alpha)
    else:
        clusters = len({cluster for cluster, _ in weighted})
        found = detectable_drop_from_stderr(stderr, min(units, clusters), alpha=alpha)
    upper = 3 * math.sqrt(still_variance(still))
    return (found if math.isfinite(found) else None), stderr, upper


def _points(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f}"
