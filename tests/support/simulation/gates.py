"""Whole gates over runs of which the truth is known, held in memory: what a run directory of such replies would hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from harness.comparison.gate import gate
from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.report import GateReport
from harness.run.files import Manifest, Results
from harness.run.reader import RunView
from tests.support.simulation.coverage import (
    SEED,
    Pairs,
    Share,
    paired_accuracy,
    paired_clusters,
    paired_f1,
    paired_judge,
    paired_mae,
    paired_wer,
    share,
)
from tests.support.simulation.samples import F1_FOUR, Rng, Sample

FAMILIES: tuple[Pairs, ...] = (
    paired_accuracy(100, 0.1),
    paired_clusters(40),
    paired_judge(100),
    paired_mae(100),
    paired_wer(100),
    paired_f1(F1_FOUR, 100),
)
MIXED: tuple[Pairs, ...] = (
    *(paired_accuracy(100, 0.1),) * 8,
    *(paired_clusters(30),) * 3,
    *(paired_judge(50),) * 3,
    *(paired_mae(60),) * 2,
    *(paired_wer(60),) * 3,
    paired_f1(F1_FOUR, 60),
)
SMALL_F1: tuple[Pairs, ...] = (paired_f1((0.25,) * 4, 24),) * 20
TWENTY: tuple[Pairs, ...] = (paired_accuracy(100, 0.1),) * 20
Draw = Callable[[Rng], tuple[RunView, RunView]]


class MemoryRun(RunView):
    """A scored run without a directory."""

    def __init__(
        self, name: str, tasks: Mapping[str, Any], lines: dict[str, list[dict[str, Any]]]
    ) -> None:
        super().__init__(
            Path(name),
            cast("Manifest", {"name": name, "tasks": tasks}),
            cast("Results", {"tasks": {}}),
        )
        object.__setattr__(self, "_index", lines)

    def stale(self, *, thorough: bool = True) -> str | None:
        """Return nothing: there are no logs."""
        del thorough
        return None

    def sample_index(self) -> dict[str, list[dict[str, Any]]]:
        """Return the lines of every task."""
        return cast("dict[str, list[dict[str, Any]]]", self._index)  # type: ignore[attr-defined]

    def samples(self, task: str | None = None) -> Iterator[Any]:
        """Yield every line with a reply that no other run has."""
        for name, lines in self.sample_index().items():
            for line in lines:
                if task in (None, name):
                    yield {**line, "task": name, "reference": "", "response": self.manifest["name"]}


def memory_run(name: str, tasks: Mapping[str, tuple[str, Sample]]) -> MemoryRun:
    """Return a run of tasks: id -> metric and data set."""
    entries = {
        task: {"benchmark": task, "metrics": [metric], "signature_parts": {}, "anchors": {}}
        for task, (metric, _) in tasks.items()
    }
    return MemoryRun(name, entries, {task: _lines(task, *found) for task, found in tasks.items()})


def _lines(task: str, metric: str, sample: Sample) -> list[dict[str, Any]]:
    clusters = sample.clusters or [None] * len(sample.items)
    return [
        {
            "id": str(place),
            "repeat": 0,
            "item_key": f"{task}/{place}",
            "outcome": "answered",
            "stats": {metric: {"strict": stats}},
            "parse": {metric: {"strict": "ok"}},
            "cluster": cluster,
        }
        for place, (stats, cluster) in enumerate(zip(sample.items, clusters, strict=True))
    ]


def two_runs(rng: Rng, tasks: Sequence[Pairs], drop: float = 0.0) -> tuple[RunView, RunView]:
    """Return a baseline and a candidate that is worse by a drop in every task, in the metric's unit."""
    sides: tuple[dict[str, tuple[str, Sample]], ...] = ({}, {})
    for place, pairs in enumerate(tasks):
        for side, sample in zip(sides, pairs.draw(rng, drop), strict=True):
            side[f"t{place:02}"] = (pairs.metric, sample)
    return memory_run("baseline", sides[0]), memory_run("candidate", sides[1])


def gates(
    name: str, draw: Draw, count: int, options: GateOptions | None = None
) -> Iterator[GateReport]:
    """Yield the reports of simulated gates."""
    rng = np.random.default_rng([SEED, *name.encode()])
    for _ in range(count):
        baseline, candidate = draw(rng)
        yield gate(candidate, baseline, options)


def verdicts(
    name: str,
    tasks: Sequence[Pairs],
    count: int,
    *,
    drop: float = 0.0,
    wanted: str = "fail",
    options: GateOptions | None = None,
) -> Share:
    """Return how often the gate gives a verdict."""
    found = gates(name, lambda rng: two_runs(rng, tasks, drop), count, options)
    return share([report.verdict == wanted for report in found])


def passes_at_the_margin(pairs: Pairs, tasks: int, count: int, margin: float = 0.02) -> Share:
    """Return how often a suite passes whose every task is worse by exactly the margin of its scale."""
    from metrics.registry import METRICS

    metric = METRICS[pairs.metric]
    rng = np.random.default_rng([SEED, 2])
    length = metric.span[1] - metric.span[0] if metric.is_bounded else 1.0
    if metric.family == "error":
        sides = [pairs.draw(rng, 0.0)[0] for _ in range(200)]
        length = float(np.mean([metric.aggregate(side.items) for side in sides]))
    return verdicts(
        f"margin {pairs.name}", (pairs,) * tasks, count, drop=margin * length, wanted="pass",
        options=GateOptions(max_drop=margin),
    )  # fmt: skip


def suite_power(tasks: Sequence[Pairs], count: int) -> tuple[float, Share]:
    """Return the median detectable drop of the suite that is printed, and how often one of that size is found."""
    printed = [
        report.suite.detectable
        for report in gates("suite printed", lambda rng: two_runs(rng, tasks), 10)
        if report.suite is not None and report.suite.detectable is not None
    ]
    drop = float(np.median(printed))
    found = gates("suite power", lambda rng: two_runs(rng, tasks, drop), count)
    return drop, share([report.suite is not None and report.suite.failed for report in found])


def null_nights(count: int, nights: int = 30, tasks: int = 5, n: int = 100) -> Share:
    """Return how often any of some nights is red though nothing changed; all are against one baseline.

    Items have an own rate, beta(4, 1); every run answers anew.
    """
    rng = np.random.default_rng([SEED, 3])
    options = GateOptions(alpha=0.05 / nights)
    hits = []
    for _ in range(count):
        rates = rng.beta(4, 1, size=(tasks, n))
        baseline = _drawn(rng, rates, "baseline")
        hits.append(
            any(
                gate(_drawn(rng, rates, f"night {night}"), baseline, options).verdict == "fail"
                for night in range(nights)
            )
        )
    return share(hits)


def _drawn(rng: Rng, rates: Any, name: str) -> RunView:
    from tests.support.simulation.samples import answers

    return memory_run(
        name,
        {
            f"t{task}": ("accuracy", Sample(answers(rng.random(len(row)) < row)))
            for task, row in enumerate(rates)
        },
    )


def noisy(rng: Rng, run: RunView, name: str, *, changed: float = 0.1, lost: float = 0.0) -> RunView:
    """Return a seeded bootstrap of a run: some items of every task score like others of it; and every headline loses something.

    Args:
        rng: seeded generator.
        run: the run.
        name: name of the new one.
        changed: share of items that are drawn anew.
        lost: loss: points of accuracy (right items become wrong), of WER (errors are added), or a share of an error.
    """
    index = {}
    for task, lines in run.sample_index().items():
        n = len(lines)
        source = np.where(rng.random(n) < changed, rng.integers(0, n, size=n), np.arange(n))
        found = [
            {**line, **{key: lines[other][key] for key in ("stats", "parse", "outcome")}}
            for line, other in zip(lines, source, strict=True)
        ]
        index[task] = [_worse(rng, line, found, lost) for line in found] if lost else found
    return MemoryRun(name, run.tasks, index)


def _worse(rng: Rng, line: dict[str, Any], lines: Sequence[dict[str, Any]], lost: float) -> dict[str, Any]:  # fmt: skip
    stats = dict(line["stats"])
    for metric, readings in line["stats"].items():
        one = readings.get("strict")
        if one is None:
            continue
        if one.get("correct"):
            known = [other["stats"][metric]["strict"] for other in lines]
            right = sum(x["correct"] for x in known if x) / sum(x["n"] for x in known if x)
            if rng.random() < lost / right:
                stats[metric] = {**readings, "strict": {**one, "correct": 0}}
        elif "edits" in one:
            more = int(rng.poisson(lost * one["length"]))
            stats[metric] = {**readings, "strict": {**one, "edits": one["edits"] + more}}
        elif "abs_error" in one:
            stats[metric] = {
                **readings,
                "strict": {**one, "abs_error": one["abs_error"] * (1 + lost)},
            }
    return {**line, "stats": stats}


def real_nights(
    run: RunView, nights: int = 30, lost: float = 0.015
) -> tuple[list[str], GateReport]:
    """Return the verdicts of noisy nights against one noisy baseline, and the report of a night with a loss."""
    rng = np.random.default_rng([SEED, 8])
    options = GateOptions(alpha=0.05 / (nights + 1))
    baseline = noisy(rng, run, "baseline")
    found = [
        gate(noisy(rng, run, f"night {night}"), baseline, options).verdict
        for night in range(nights)
    ]
    return found, gate(noisy(rng, run, "loss", lost=lost), baseline, options)
