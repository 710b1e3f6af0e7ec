"""A metric over runs in the order in which they are given: checkpoints of a training, versions of a service.

Every point keeps its interval. What differs between the signatures of the runs is noted, since such points are not of one
series. *Noise* is the standard deviation of the last checkpoints, *signal* the spread of all of them (Heineman et al. 2025, "Signal and noise",
arXiv 2508.13144): a task whose noise is not far below its signal says little about single checkpoints.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from harness.core import inert
from harness.core.scoring import Reading
from harness.errors import UnknownNameError, UsageError
from harness.run.reader import RunView
from harness.run.signature import COMPARABLE_PARTS
from metrics.registry import find

LAST: Final = 5
"""Checkpoints whose values make the noise; without that many there is none."""


@dataclass(frozen=True, slots=True)
class Point:
    """One run in a series.

    Attributes:
        run: its name.
        step: number of the checkpoint, or its place if the names have no numbers.
        value: the metric, ``None`` if the run has none.
        ci95: its interval.
        n: its denominator.
        complete: no item is missing.
    """

    run: str
    step: float
    value: float | None
    ci95: tuple[float, float] | None
    n: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one task over all runs.

    Attributes:
        task: task id.
        metric: metric id.
        reading: ``official`` or ``strict``.
        points: one a run, in order.
        percent: the unit is a fraction that people read as a percentage.
        higher_is_better: direction.
        noise: standard deviation of the last five values, ``None`` with fewer.
        signal: spread of all values: largest minus smallest.
    """

    task: str
    metric: str
    reading: str
    points: tuple[Point, ...]
    percent: bool
    higher_is_better: bool
    noise: float | None
    signal: float | None

    @property
    def title(self) -> str:
        """Task, metric with its direction, and unit."""
        unit = " (%)" if self.percent else ""
        return f"{self.task} {self.metric}{unit} {'↑' if self.higher_is_better else '↓'}"

    def shown(self, value: float) -> float:
        """Return a value in the unit that people read."""
        return 100 * value if self.percent else value


@dataclass(frozen=True, slots=True)
class Trend:
    """Series over the same runs.

    Attributes:
        runs: names, in order.
        series: one a task and metric.
        notes: signatures that change on the way, results that are stale.
    """

    runs: tuple[str, ...]
    series: tuple[Series, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        plain: dict[str, Any] = json.loads(
            json.dumps(asdict(self)), parse_constant=lambda _constant: None
        )
        return plain

    def to_csv(self) -> str:
        """Return one line a point, in the metric's own unit, unrounded."""
        text = io.StringIO()
        names = [
            "task",
            "metric",
            "reading",
            "run",
            "step",
            "value",
            "low",
            "high",
            "n",
            "complete",
        ]
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        for one in self.series:
            for point in one.points:
                low, high = point.ci95 or (None, None)
                row = [one.task, one.metric, one.reading, inert.cell(point.run), point.step]
                writer.writerow([*row, point.value, low, high, point.n, point.complete])
        return text.getvalue()

    def to_markdown(self) -> str:
        """Return a table a series."""
        blocks = ["# Trend"]
        for one in self.series:
            head = "| Run | Step | Value | 95 % interval | n |\n| --- | --: | --: | --: | --: |"
            lines = [
                f"| {inert.markdown(point.run)} | {point.step:g} | {' | '.join(cells(one, point))} |"
                for point in one.points
            ]
            blocks += [
                f"## {inert.markdown(one.title)}, {one.reading} reading",
                "\n".join([head, *lines]),
            ]
            if (line := signal_line(one)) is not None:
                blocks.append(line)
        if self.notes:
            blocks.append("\n".join(f"- {inert.markdown(note)}" for note in self.notes))
        return "\n\n".join(blocks) + "\n"

    def to_text(self, *, plot: bool = True) -> str:
        """Return tables for a terminal, each with its plot."""
        from harness.comparison.trends.plots import terminal_plot

        width = max(map(len, map(inert.line, self.runs)))
        lines: list[str] = []
        for one in self.series:
            lines.append(f"{one.title}, {one.reading} reading")
            for point in one.points:
                value, interval, n = cells(one, point)
                name = inert.line(point.run)
                lines.append(
                    f"  {name:<{width}}  {point.step:>8g}  {value:>8}  {interval:<20} n {n}"
                )
            if (line := signal_line(one)) is not None:
                lines.append(f"  {line}")
            if plot:
                lines += [f"  {line}" for line in terminal_plot(one)]
            lines.append("")
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(map(inert.line, lines)).rstrip("\n") + "\n"

    def to_svg(self) -> str:
        """Return the plots as one SVG image, a panel a series."""
        from harness.comparison.trends.plots import svg

        return svg(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return self.to_svg()


def trend(
    runs: Sequence[RunView],
    *,
    tasks: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    reading: Reading = "strict",
) -> Trend:
    """Return metrics over runs.

    Args:
        runs: at least two runs, in order.
        tasks: task ids or benchmarks; default: all tasks that every run has.
        metrics: metric ids; default: the first headline of each task.
        reading: ``strict`` or ``official``.

    Raises:
        UsageError: fewer than two runs, or no task that all have.
        UnknownNameError: no run has such a task or metric.
    """
    if len(runs) < 2:
        raise UsageError("a trend needs at least two runs", hint="harness trend RUN RUN …")
    shared = [task for task in runs[0].tasks if all(task in run.tasks for run in runs[1:])]
    if not shared:
        raise UsageError("the runs have no task in common")
    names = shared if tasks is None else _chosen(runs[0], shared, tasks)
    steps = step_numbers([run.name for run in runs])
    series = []
    for task in names:
        declared = runs[0].tasks[task]["metrics"]
        found = (
            [m for m in declared if m in metrics] if metrics is not None else _headline(declared)
        )
        series += [_series(task, metric, reading, runs, steps) for metric in found]
    if metrics is not None:
        known = {metric for task in names for metric in runs[0].tasks[task]["metrics"]}
        for metric in metrics:
            if metric not in known:
                raise UnknownNameError("metric", metric, known)
    notes = [note for task in names for note in _changes(task, runs)]
    notes += [text for run in runs if (text := run.stale(thorough=False)) is not None]
    return Trend(tuple(run.name for run in runs), tuple(series), tuple(notes))


def step_numbers(names: Sequence[str]) -> list[float]:
    """Return the numbers of checkpoints: the last number of each name if they rise, else their places.

    >>> step_numbers(["step-100", "step-2000"]), step_numbers(["base", "tuned"])
    ([100.0, 2000.0], [1.0, 2.0])
    """
    found = [re.findall(r"\d+", name) for name in names]
    places = [float(place) for place in range(1, len(names) + 1)]
    if not all(found):
        return places
    numbers = [float(one[-1]) for one in found]
    rising = all(a < b for a, b in pairwise(numbers))
    return numbers if rising and all(map(math.isfinite, numbers)) else places


def cells(series: Series, point: Point) -> tuple[str, str, str]:
    """Return value, interval and denominator of a point as text."""
    if point.value is None:
        return "-", "", str(point.n)
    decimals = 1 if series.percent else 3
    interval = ""
    if point.ci95 is not None:
        low, high = (f"{series.shown(end):.{decimals}f}" for end in point.ci95)
        interval = f"[{low}, {high}]"
    mark = "" if point.complete else " †"
    return f"{series.shown(point.value):.{decimals}f}{mark}", interval, str(point.n)


def signal_line(series: Series) -> str | None:
    """Return signal and noise in one line, ``None`` where there are too few checkpoints."""
    if series.noise is None or series.signal is None:
        return None
    decimals = 1 if series.percent else 3
    signal, noise = (f"{series.shown(x):.{decimals}f}" for x in (series.signal, series.noise))
    ratio = f", ratio {series.signal / series.noise:.1f}" if series.noise else ""
    return f"signal {signal} (all checkpoints), noise {noise} (last {LAST}){ratio}"


def _chosen(run: RunView, shared: Sequence[str], wanted: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in wanted:
        matches = [task for task in shared if name in (task, run.tasks[task]["benchmark"])]
        if not matches:
            raise UnknownNameError("task", name, shared, hint="it is not in all runs")
        found.update(dict.fromkeys(matches))
    return list(found)


def _headline(metrics: Sequence[str]) -> list[str]:
    return next(([m] for m in metrics if find(m).role == "headline"), list(metrics[:1]))


def _series(
    task: str, metric: str, reading: Reading, runs: Sequence[RunView], steps: Sequence[float]
) -> Series:
    points = []
    for run, step in zip(runs, steps, strict=True):
        found = run.results["tasks"].get(task)
        entry = found["metrics"].get(metric, {}).get(reading) if found is not None else None
        if entry is None:
            points.append(Point(run.name, step, None, None, 0, complete=False))
            continue
        low, high = entry["ci95"] or (None, None)
        ends = None if low is None or high is None else (low, high)
        points.append(Point(run.name, step, entry["value"], ends, entry["n"], entry["complete"]))
    values = [point.value for point in points if point.value is not None]
    noise = statistics.stdev(values[-LAST:]) if len(values) >= LAST else None
    signal = max(values) - min(values) if len(values) > 1 else None
    measure = find(metric)
    return Series(
        task,
        metric,
        reading,
        tuple(points),
        measure.is_percent,
        measure.higher_is_better,
        noise,
        signal,
    )


def _changes(task: str, runs: Sequence[RunView]) -> list[str]:
    """Return where a signature changes from one run to the next, apart from the data's digest and size."""
    notes = []
    for before, after in pairwise(runs):
        parts = [run.tasks[task]["signature_parts"] for run in (before, after)]
        for name in {**parts[0], **parts[1]}:
            if parts[0].get(name) != parts[1].get(name):
                soft = " (other items: not one series)" if name in COMPARABLE_PARTS else ""
                notes.append(
                    f"{task}: {name} changes from {parts[0].get(name, '-')} ({before.name})"
                    f" to {parts[1].get(name, '-')} ({after.name}){soft}"
                )
    return notes
