"""What ``score()`` of a task returns: type, metrics, readings, statistics and their range."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any, Final, NoReturn

from harness.core.scoring import READINGS, Document, ItemScore, Reading, Scored
from harness.core.task import TaskSpec
from harness.task_loading.checks.calls import refuse
from harness.task_loading.checks.contract import json_value, plain
from harness.task_loading.checks.values import shown
from metrics.measures.valid import item_fault
from metrics.registry import METRICS, Measure

_LARGEST: Final = 2**53
"""Statistics from here on are refused: their sums over items are not exact, or overflow."""
_SCORE_HINT: Final = 'such as ItemScore({"accuracy": {"strict": Scored({"correct": 1, "n": 1})}})'


def _wrong(spec: TaskSpec, message: str, hint: str | None = None) -> NoReturn:
    refuse(spec, message, key="process_results", hint=hint)


def score_of(spec: TaskSpec, doc: Document, found: Any, *, shipped: bool) -> ItemScore:
    """Return the score of an item, from what ``score()`` returned.

    Args:
        spec: the task.
        doc: the item's document.
        found: what came back.
        shipped: the task is part of the harness; only the form is checked.

    Raises:
        TaskCodeError: not an ``ItemScore`` with every metric of the task, its readings and its statistics.
    """
    item = f"score() of item {doc.get('_id')!r}"
    if not isinstance(found, ItemScore) or not isinstance(found.metrics, Mapping):
        _wrong(
            spec,
            f"{item} returned {shown(found)}, expected an ItemScore",
            hint=_SCORE_HINT,
        )
    absent = [name for name in spec.metrics if name not in found.metrics]
    if absent:
        _wrong(spec, f"{item} left out the metric {absent[0]!r}", hint=_SCORE_HINT)
    if shipped:
        return found
    extra = [name for name in found.metrics if name not in spec.metrics]
    if extra:
        _wrong(
            spec,
            f"{item} gives the metric {shown(extra[0])}, which is not in metric_list",
            hint=f"metrics of the task: {', '.join(spec.metrics)}",
        )
    metrics = {name: _readings(spec, item, name, found.metrics[name]) for name in spec.metrics}
    if not isinstance(found.aborted, Set | list | tuple):
        _wrong(
            spec,
            f"{item}: aborted is {shown(found.aborted)}, expected a set of metrics",
            hint='such as frozenset({"accuracy"})',
        )
    aborted = [name for name in found.aborted if name not in spec.metrics]
    if aborted:
        _wrong(
            spec, f"{item} names {shown(aborted[0])} in aborted, which is not a metric of the task"
        )
    return replace(
        found,
        metrics=metrics,
        extracted=json_value(spec, f"extracted in {item}", found.extracted),
        details=_details(spec, item, found.details),
    )


def _details(spec: TaskSpec, item: str, details: Any) -> dict[str, Any]:
    if not isinstance(details, Mapping):
        _wrong(spec, f"details in {item} are {shown(details)}, expected a mapping")
    kept: dict[str, Any] = json_value(spec, f"details in {item}", details)
    return kept


def _readings(spec: TaskSpec, item: str, name: str, readings: Any) -> dict[Reading, Scored]:
    if not isinstance(readings, Mapping):
        _wrong(
            spec,
            f"{item} gives {shown(readings)} for {name!r}, expected a mapping from reading to Scored",
            hint=_SCORE_HINT,
        )
    known = [one for one in READINGS if one == "strict" or name in spec.official_metrics]
    for reading in readings:
        if reading not in known:
            declared = (
                " (metadata.lalm.official does not name the metric)"
                if reading == "official"
                else ""
            )
            _wrong(
                spec,
                f"{item} gives the reading {shown(reading)} of {name!r}{declared}",
                hint=f"readings of this metric: {', '.join(known)}",
            )
    for reading in known:
        if reading not in readings:
            _wrong(
                spec,
                f"{item} lacks the reading {reading!r} of {name!r}",
                hint="Scored(None) where the reading leaves the item out",
            )
    metric = METRICS[name]
    return {
        reading: _scored(spec, f"{item}, {name} ({reading})", metric, reading, readings[reading])
        for reading in known
    }


def _scored(spec: TaskSpec, what: str, metric: Measure, reading: Reading, found: Any) -> Scored:
    if not isinstance(found, Scored):
        _wrong(spec, f"{what} is {shown(found)}, expected Scored(stats)", hint=_SCORE_HINT)
    parsed = found.parsed if isinstance(found.parsed, bool) else plain(found.parsed)
    if not isinstance(parsed, bool):
        _wrong(spec, f"{what}: parsed is {shown(found.parsed)}, expected True or False")
    if found.stats is None:
        return replace(found, parsed=parsed)
    if not isinstance(found.stats, Mapping) or not found.stats:
        _wrong(
            spec,
            f"{what}: statistics are {shown(found.stats)}, expected a mapping",
            hint=_SCORE_HINT,
        )
    stats: dict[str, float] = {}
    for key, value in found.stats.items():
        number = value if isinstance(value, int | float) else plain(value)
        if (
            not isinstance(key, str)
            or not isinstance(number, int | float)
            or not abs(number) < _LARGEST
        ):
            _wrong(
                spec,
                f"{what}: the statistic {shown(key)} is {shown(value)}, expected a finite number below 2**53",
                hint="Scored(None) leaves the item out of the reading; larger sums are not exact",
            )
        stats[key] = int(number) if isinstance(number, bool) else number
    fault = item_fault(metric, stats, reading)
    if fault is not None:
        _wrong(spec, f"{what}: {fault.text()}", hint=fault.hint)
    return Scored(stats, parsed=parsed)
