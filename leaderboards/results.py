"""The leaderboards' view of one task of one run: ``TaskResult``.

It joins what ``manifest.json`` declares (benchmark, signature, anchors, item counts) with what
``results.json`` measured (values by metric and reading). Everything in this room works on these
objects and on plain sample records, never on files, so that the same functions serve the engine
(which fills ``results.json``) and the leaderboard (which reads it back).

A missing or null value (a judged
metric without a judge, an empty denominator) is ``Value.value is None``; it is never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.types import READINGS, Reading

SampleIndex = Mapping[str, Iterable[Mapping[str, Any]]]
"""Task -> its lines of ``samples.jsonl`` (any subset of their keys that the callee names). The
iterables may be read more than once, so a one-shot generator is not enough."""


class RunLike(Protocol):
    """Interface of a run to leaderboards (``harness.run.reader.RunView`` has it)."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The parsed ``manifest.json``."""
        ...

    @property
    def results(self) -> Mapping[str, Any]:
        """The parsed ``results.json``."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """One metric under one reading.

    Attributes:
        value: the number as a fraction, score or rate; ``None`` if there is none.
        ci95: 95 % interval in the same unit, ``None`` if there is none.
        stderr: standard error, ``None`` if there is none.
        n: denominator of this reading.
        unparsed: how many of them could not be read.
        complete: False when the official scorer would have stopped on this file, or items are
            missing from the denominator.
    """

    value: float | None
    ci95: tuple[float, float] | None = None
    stderr: float | None = None
    n: int = 0
    unparsed: int = 0
    complete: bool = True

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Value:
        """Read one ``{"value", "ci95", "stderr", "n", "unparsed", "complete"}`` object.

        >>> Value.from_json({"value": 0.5, "ci95": [0.4, 0.6], "n": 10}).ci95
        (0.4, 0.6)
        """
        ends = entry.get("ci95")
        return cls(
            value=_number(entry.get("value")),
            ci95=(float(ends[0]), float(ends[1])) if ends and None not in ends else None,
            stderr=_number(entry.get("stderr")),
            n=int(entry.get("n") or 0),
            unparsed=int(entry.get("unparsed") or 0),
            complete=bool(entry.get("complete", True)),
        )


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(value)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of one run.

    Attributes:
        task: task id.
        benchmark: group name.
        metrics: metric ids in the order of the task's declaration.
        values: metric -> reading -> value; metrics without any value may be absent.
        signature: signature string without its reading.
        parts: the signature's parts by name (``task``, ``data``, ``n``, ``prompt``, …).
        anchors: metric -> normalisation anchors, as the task YAML declares them.
        outcomes: outcome -> number of sample lines.
        n: items of this run (repeats not counted).
        total: items of the full task.
        groups: field -> value -> metric -> reading -> value.
        repeats: replies that were asked for every item.
    """

    task: str
    benchmark: str
    metrics: tuple[str, ...]
    values: Mapping[str, Mapping[Reading, Value]]
    signature: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    anchors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    n: int = 0
    total: int = 0
    groups: Mapping[str, Mapping[str, Mapping[str, Mapping[Reading, Value]]]] = field(
        default_factory=dict
    )
    repeats: int = 1

    @property
    def partial(self) -> bool:
        """True when the run covers only some of the task's items."""
        return self.n < self.total

    @property
    def lines(self) -> int:
        """Sample lines (items times repeats), the denominator of outcome shares."""
        return sum(self.outcomes.values())

    def share(self, outcome: str) -> float | None:
        """Return the share of sample lines with this outcome.

        >>> TaskResult("t", "b", (), {}, outcomes={"answered": 3, "refused": 1}).share("refused")
        0.25
        """
        return self.outcomes.get(outcome, 0) / self.lines if self.lines else None

    def value(self, metric: str, reading: Reading) -> Value | None:
        """Return the metric under this reading if it has a number, else ``None``."""
        found = self.values.get(metric, {}).get(reading)
        return found if found is not None and found.value is not None else None

    def native_value(self, metric: str) -> tuple[Reading, Value] | None:
        """Return the official value; the strict one of a metric without an official form.

        A metric with both readings whose official value is null has no native value: the strict
        number never stands in for the official one.
        """
        readings = self.values.get(metric, {})
        reading: Reading = "official" if "official" in readings else "strict"
        found = self.value(metric, reading)
        return (reading, found) if found is not None else None


def task_results(manifest: Mapping[str, Any], tasks: Mapping[str, Any]) -> dict[str, TaskResult]:
    """Join ``manifest.json`` with the ``tasks`` object of ``results.json``.

    Args:
        manifest: the parsed manifest.
        tasks: ``results.json["tasks"]``.

    Returns:
        Task id -> result, in the order of ``tasks``.
    """
    declared = manifest.get("tasks", {})
    return {
        name: _task_result(name, declared.get(name, {}), entry) for name, entry in tasks.items()
    }


def _task_result(task: str, declared: Mapping[str, Any], entry: Mapping[str, Any]) -> TaskResult:
    values = _values(entry.get("metrics", {}))
    # a list or a mapping: its order is the order of declaration
    metrics = tuple(dict.fromkeys([*declared.get("metrics", ()), *values]))
    n = int(entry.get("n") or 0)
    return TaskResult(
        task=task,
        benchmark=str(declared.get("benchmark") or task),
        metrics=metrics,
        values=values,
        signature=str(entry.get("signature") or ""),
        parts={k: str(v) for k, v in (declared.get("signature_parts") or {}).items()},
        anchors=declared.get("anchors") or {},
        outcomes={k: int(v) for k, v in (entry.get("outcomes") or {}).items()},
        n=n,
        total=int(declared.get("items_total") or n),
        groups={
            name: {value: _values(metrics) for value, metrics in members.items()}
            for name, members in (entry.get("groups") or {}).items()
        },
        repeats=int(entry.get("repeats") or 1),
    )


def _values(metrics: Mapping[str, Any]) -> dict[str, dict[Reading, Value]]:
    return {
        metric: {r: Value.from_json(by_reading[r]) for r in READINGS if by_reading.get(r)}
        for metric, by_reading in metrics.items()
    }


def by_benchmark(tasks: Mapping[str, TaskResult]) -> Iterator[tuple[str, dict[str, TaskResult]]]:
    """Yield (benchmark, line) for manifest entries of tasks that were left out, alike ones together.

    >>> two = {"a_x": TaskResult("a_x", "a", (), {}), "b": TaskResult("b", "b", (), {})}
    >>> [(name, list(members)) for name, members in by_benchmark(two)]
    [('a', ['a_x']), ('b', ['b'])]
    """
    for name in dict.fromkeys(result.benchmark for result in tasks.values()):
        yield name, {task: result for task, result in tasks.items() if result.benchmark == name}
