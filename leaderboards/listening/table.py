"""The table of what audio is worth: every run with the same model's run without audio, and chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leaderboards.benchmark_tables import MAX_TASK_COLUMNS
from leaderboards.labels import heading
from leaderboards.listening.gain import (
    Gain,
    Lines,
    control_of,
    gain_of,
    mean_gain,
    pairs_of,
    partner,
    unit_of,
)
from leaderboards.parts import Part, make_row
from leaderboards.ranks.decisions import ColumnSum, Decided, Items, Term, decide
from leaderboards.results import TaskResult
from leaderboards.tables import Column, Entry, Row, Table, may_lead, ranked
from metrics.registry import find

MEAN: Final = "gain"
"""Key of the column of the mean gain."""
CHANCE: Final = "chance"
"""Name of the row of guessing."""
_UNHEARD: Final = " without audio"


@dataclass(frozen=True, slots=True)
class _Heard:
    """A run with the tasks that also ran without audio."""

    part: Part
    tasks: Mapping[str, tuple[TaskResult, Lines]]
    gains: Mapping[str, Gain]


def gain_table(
    benchmark: str,
    label: str,
    group: Sequence[Part],
    models: Mapping[str, str],
    everyone: Iterable[Part],
    *,
    rank: bool,
) -> list[Table]:
    """Return the table of a benchmark; nothing unless a run has a partner without audio.

    Args:
        benchmark: group name.
        label: the set of signatures.
        group: runs that may share a table.
        models: run -> fingerprint of its model.
        everyone: all runs of the benchmark, also of other sets.
        rank: rank by the mean gain.
    """
    others = [part for part in everyone if any(map(control_of, _parts(part)))]
    found = [
        heard
        for part in group
        if (heard := _heard(part, [one for one in others if models[one.run] == models[part.run]]))
    ]
    if not found:
        return []
    tasks = list(dict.fromkeys(task for one in found for task in one.gains))
    shown = tasks if len(tasks) <= MAX_TASK_COLUMNS else []
    columns = _columns(benchmark, shown, found)
    rows = [_row(one, shown, whole=len(one.gains) == len(tasks)) for one in found]
    bare = [_unheard(one, shown) for one in found]
    guess = _chance(shown, found)
    if rank:
        decided = _decided(found, [row for row in rows if may_lead(row, MEAN, MEAN)])
        rows = [*ranked([*rows, *bare], columns, MEAN, decided), *guess]
    else:
        rows = [*(row for pair in zip(rows, bare, strict=True) for row in pair), *guess]
    return [
        Table(
            benchmark,
            "gain",
            "audio gain (strict reading)",
            label,
            columns,
            tuple(rows),
            _notes(tasks, found),
            sorted_by=MEAN if rank else None,
        )
    ]


def _notes(tasks: Sequence[str], found: Sequence[_Heard]) -> tuple[str, ...]:
    controls = dict.fromkeys(gain.control for one in found for gain in one.gains.values())
    notes = [
        f"gain: the value minus that of the same model under --control {' or '.join(controls)}, over the items of both, paired; "
        "above 0 where audio helps, also for error rates"
    ]
    if len(tasks) > 1:
        notes.append(f"mean gain: over {', '.join(tasks)}, as far as they are in percent")
    if any(len(one.gains) < len(tasks) for one in found):
        notes.append("a run that lacks some of these tasks has no rank")
    return tuple(notes)


def _chance(shown: Sequence[str], found: Sequence[_Heard]) -> list[Row]:
    """Return the row of guessing, if a task says what guessing gives."""
    entries: dict[str, Entry] = {}
    for one in found:
        for task, gain in one.gains.items():
            if task in shown and gain.chance is not None:
                entries[task] = _entry(gain.chance, None, _scale(gain))
    return [Row(CHANCE, "guessing", entries)] if entries else []


def _parts(part: Part) -> list[Mapping[str, str]]:
    return [result.parts for result in part.tasks.values()]


def _heard(part: Part, others: Sequence[Part]) -> _Heard | None:
    """Return a run with its gains; ``None`` if no task of it ran without audio too."""
    tasks, gains = {}, {}
    for task, result in part.tasks.items():
        metric = part.found.cells[task].metric if task in part.found.cells else None
        members = [
            (one.tasks[task], one.samples.get(task, ())) for one in others if task in one.tasks
        ]
        other = partner(result, members)
        if metric is None or other is None:
            continue
        gain = gain_of(result, part.samples.get(task, ()), *other, metric)
        if gain is not None:
            tasks[task], gains[task] = other, gain
    return _Heard(part, tasks, gains) if gains else None


def _columns(benchmark: str, shown: Sequence[str], found: Sequence[_Heard]) -> tuple[Column, ...]:
    columns = []
    for task in shown:
        metric = next(find(one.gains[task].metric) for one in found if task in one.gains)
        name = f"{task.removeprefix(f'{benchmark}_')} {metric.name}"
        unit = "%" if metric.is_percent else ""
        columns += [
            Column(task, heading(name), metric.higher_is_better, unit),
            Column(f"{task} {MEAN}", f"{heading(name)} gain", unit="points" if unit else ""),
        ]
    several = len({task for one in found for task in one.gains}) > 1
    return (*columns, Column(MEAN, "Mean gain" if several else "Gain", unit="points"))


def _row(one: _Heard, shown: Sequence[str], *, whole: bool) -> Row:
    entries: dict[str, Entry] = {}
    for task, gain in one.gains.items():
        value = one.part.tasks[task].value(gain.metric, "strict")
        if task in shown and value is not None and value.value is not None:
            entries[task] = _entry(value.value, value.ci95, _scale(gain))
            entries[f"{task} {MEAN}"] = _entry(gain.gain, gain.ci95, _scale(gain))
    percents = [gain for gain in one.gains.values() if find(gain.metric).is_percent]
    if percents:
        entries[MEAN] = _entry(*mean_gain(percents), 100)
    failed = any(
        result.outcomes.get("error") or result.partial
        for task in one.gains
        for result in (one.part.tasks[task], one.tasks[task][0])
    )
    return make_row(
        one.part, entries, official=False, whole=whole and bool(percents) and not failed
    )


def _unheard(one: _Heard, shown: Sequence[str]) -> Row:
    """Return the row of the run without audio."""
    entries = {
        task: _entry(gain.without, None, _scale(gain))
        for task, gain in one.gains.items()
        if task in shown
    }
    return Row(f"{one.part.run}{_UNHEARD}", one.part.model, entries)


def _scale(gain: Gain) -> int:
    return 100 if find(gain.metric).is_percent else 1


def _entry(value: float, ends: tuple[float, float] | None, scale: int) -> Entry:
    return Entry(scale * value, (scale * ends[0], scale * ends[1]) if ends else None)


def _decided(found: Sequence[_Heard], rows: Sequence[Row]) -> Mapping[str, Decided]:
    """Return which run gains significantly more than which: differences of differences, by unit."""
    runs = [row.run for row in rows]
    members = [one for one in found if one.part.run in runs]
    terms: dict[Term, float] = {}
    samples: dict[str, dict[str, list[dict[str, Any]]]] = {one.part.run: {} for one in members}
    tasks = {task for one in members for task in one.gains}
    for task in sorted(tasks):
        metric = next(one.gains[task].metric for one in members if task in one.gains)
        if not find(metric).is_percent:
            continue
        sign = 1.0 if find(metric).higher_is_better else -1.0
        for name, weight in ((task, sign), (f"{task}{_UNHEARD}", -sign)):
            terms[Term(name, metric, "strict")] = weight
        for one in members:
            if task not in one.tasks:
                continue
            shared = pairs_of(one.part.samples.get(task, ()), one.tasks[task][1])
            for place, name in enumerate((task, f"{task}{_UNHEARD}")):
                lines = [{**pair[place], "cluster": unit_of(pair[0])} for pair in shared]
                samples[one.part.run][name] = lines
    if len(members) < 2 or not terms:
        return {}
    return decide({MEAN: ColumnSum(terms)}, [one.part.run for one in members], Items(samples))
