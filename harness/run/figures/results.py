"""Hold the values, intervals and counts of ``results.json`` against their metrics and each other.

What is promised of a value (docs/statistics.md: within the bounds of its metric, inside its interval) and of counts (replies
by outcome and missing ones are all replies) is what a reader relies on, so a file that says otherwise is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

from harness.core.scoring import OUTCOMES, Reading
from harness.run.checks import place_of
from harness.run.figures.samples import known_metric
from harness.run.result_records import MetricResults, Results, TaskResults
from metrics.measures.measure import Measure
from metrics.measures.valid import SLACK, value_fault

_Path = tuple[str | int, ...]
_Known = Callable[[str], Measure | None]


def results_fault(results: Results) -> str | None:
    """Return which figure is wrong, and how; ``None`` if none is.

    Args:
        results: a file of the right types.
    """
    for path, problem in _faults(results):
        return f"{place_of(path)}: {problem}"
    return None


def _faults(results: Results) -> Iterator[tuple[_Path, str]]:
    known = functools.cache(known_metric)
    for name, task in results["tasks"].items():
        yield from _task(("tasks", name), task, known)
    for name, benchmark in results["benchmarks"].items():
        normalized = benchmark["normalized"]
        path = ("benchmarks", name, "normalized")
        for place, node in (
            (path, normalized),
            *(((*path, "categories", key), one) for key, one in normalized["categories"].items()),
        ):
            if node["ok"] > node["total"]:
                yield (*place, "ok"), f"expected at most {node['total']}, found {node['ok']}"
    for name, health in results.get("judge_health", {}).items():
        if health["agreed"] > health["n"]:
            found = f"expected at most {health['n']}, found {health['agreed']}"
            yield ("judge_health", name, "agreed"), found


def _task(path: _Path, task: TaskResults, known: _Known) -> Iterator[tuple[_Path, str]]:
    replies, outcomes = task["n"] * task.get("repeats", 1), task["outcomes"]
    ended = sum(outcomes[name] for name in OUTCOMES)
    if ended + task["missing"] != replies:
        yield (
            (*path, "outcomes"),
            f"expected {replies - task['missing']} replies ({replies} of the run, {task['missing']} missing), found {ended}",
        )
    if task["unjudged"] > ended:
        yield (*path, "unjudged"), f"expected at most {ended}, found {task['unjudged']}"
    yield from _metrics((*path, "metrics"), task["metrics"], ended, known)
    for field, values in task["groups"].items():
        for value, metrics in values.items():
            yield from _metrics((*path, "groups", field, value), metrics, ended, known)
    variations = task.get("variations", {})
    for name, metrics in variations.get("paraphrases", {}).items():
        yield from _metrics((*path, "variations", "paraphrases", name), metrics, ended, known)


def _metrics(
    path: _Path, metrics: MetricResults, ended: int, known: _Known
) -> Iterator[tuple[_Path, str]]:
    for name, readings in metrics.items():
        for reading, entry in readings.items():
            place = (*path, name, reading)
            for key in ("n", "unparsed"):
                if entry[key] > ended:
                    found = entry[key]
                    yield (*place, key), f"expected at most the {ended} replies, found {found}"
            fault = figure_fault(known(name), reading, entry["value"], entry["ci95"])
            if fault is not None:
                yield (*place, fault[0]), fault[1]


def figure_fault(
    metric: Measure | None,
    reading: Reading,
    value: float | None,
    ci95: Sequence[float | None] | None,
) -> tuple[str, str] | None:
    """Return which of a value and its interval is wrong, and how; ``None`` if neither is.

    Args:
        metric: its facts, ``None`` where they are not known: bounds are not looked at then.
        reading: of the value.
        value: a finite number, or none.
        ci95: its interval; an end may be open.
    """
    if value is None:
        return None
    fault = value_fault(metric, value, reading) if metric is not None else None
    if fault is not None:
        return "value", fault.text()
    low, high = ci95 or (None, None)
    slack = SLACK * max(1.0, abs(value))
    if (low is not None and low > value + slack) or (high is not None and high < value - slack):
        ends = " to ".join("open" if end is None else f"{end:g}" for end in (low, high))
        return "ci95", f"expected an interval that holds the value {value:g}, found {ends}"
    return None
