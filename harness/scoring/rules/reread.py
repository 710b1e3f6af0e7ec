"""Stored replies of a run under every rule that is asked for, next to the two readings of its tasks.

Nothing is written and no model is asked. Reads ``samples.jsonl`` once; cost is linear in its items.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple

from harness.core.scoring import READINGS, Stats
from harness.errors import InputFileError, UsageError
from harness.run.files import SampleRecord
from harness.run.reader import RunView, read_judgements
from harness.run.records import STORED_ERRORS, document_of
from harness.scoring.rules.rule import REFERENCE, Read, Rule, Ruling
from metrics.registry import find
from metrics.statistics.intervals import estimate

SHOWN: Final = 5
"""Items that a table names for each pair of rules."""
_LONG: Final = 60


@dataclass(slots=True)
class _Column:
    stats: list[Stats] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    left_out: int = 0
    drawn: int = 0
    stops: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One value: a task's metric under a rule or reading.

    Attributes:
        task: task id.
        metric: metric id.
        rule: rule or reading, with its version or its scorer.
        value: the value; ``None`` if nothing is counted.
        ci95: its interval.
        n: replies in its denominator.
        left_out: replies that it leaves out.
        drawn: replies for which the original draws at random; counted as the expectation.
        stops: replies at which the original ends with an exception, or may.
    """

    task: str
    metric: str
    rule: str
    value: float | None
    ci95: tuple[float, float] | None
    n: int
    left_out: int
    drawn: int
    stops: int


@dataclass(frozen=True, slots=True)
class Flip:
    """One reply that counts otherwise under a rule than under the reading it is compared with.

    Attributes:
        task: task id.
        id: item.
        repeat: which of its replies.
        metric: metric id.
        reading: what the rule is compared with: official, else strict.
        rule: name of the rule.
        before: value of the item under the reading; ``None`` where it is left out.
        after: the same under the rule.
        read: what the rule reads.
        response: the reply.
    """

    task: str
    id: str
    repeat: int
    metric: str
    reading: str
    rule: str
    before: float | None
    after: float | None
    read: str
    response: str


@dataclass(frozen=True, slots=True)
class Reread:
    """All rows, and all items that flip."""

    rows: tuple[Row, ...]
    flips: tuple[Flip, ...]

    def as_json(self) -> dict[str, Any]:
        """Return everything for ``--json``."""
        return {
            "rules": [asdict(row) for row in self.rows],
            "flips": [asdict(one) for one in self.flips],
        }

    def lines(self) -> Iterator[str]:
        """Yield the table, then the first items that flip."""
        header = (
            *("task", "metric", "rule", "value", "95 % interval"),
            *("n", "left out", "drawn", "stops"),
        )
        cells = [header, *map(_cells, self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
        for row in cells:
            yield "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
        groups: dict[tuple[str, str, str, str], list[Flip]] = {}
        for flip in self.flips:
            groups.setdefault((flip.task, flip.metric, flip.reading, flip.rule), []).append(flip)
        for (task, metric, reading, rule), found in groups.items():
            up = sum((one.after or 0) > (one.before or 0) for one in found)
            yield ""
            yield (
                f"{task} {metric}: {reading} and {rule} differ on {len(found)} of the replies "
                f"({up} higher under {rule})"
            )
            for one in found[:SHOWN]:
                reply = " ".join(one.response.split())
                reply = reply if len(reply) <= _LONG else f"{reply[: _LONG - 1]}…"
                what = f"reads {one.read[:_LONG]!r}" if one.read else "reads nothing"
                yield (
                    f"  {one.id}: {_number(one.before)} -> {_number(one.after)}, {rule} {what} in {reply!r}"
                )
            if len(found) > SHOWN:
                yield f"  and {len(found) - SHOWN} more (--json has all)"


def reread(view: RunView, rules: Sequence[Rule]) -> Reread:
    """Apply rules to the replies of a run.

    Args:
        view: the run, scored.
        rules: the rules; each applies to the tasks of its benchmarks. Without any, all readings of the run are shown.

    Raises:
        UsageError: a rule applies to no task of the run.
        InputFileError: an item lacks a field that a rule reads, or ``samples.jsonl`` is damaged.
    """
    applied = _applied(view, rules)
    columns: dict[tuple[str, str, str], _Column] = {}
    flips: list[Flip] = []
    judged = any(one.judged for found in applied.values() for one in found)
    said = {line["key"]: line["reply"] for _, line in read_judgements(view.path)} if judged else {}
    for sample in view.samples():
        name = sample["task"]
        readers = applied[name]
        if rules and not readers:
            continue
        rulings = {one.rule.name: _read(view, one, sample, said) for one in readers}
        read = [*dict.fromkeys(metric for found in rulings.values() for metric in found)]
        for metric in read if rules else sample["stats"]:
            readings = sample["stats"].get(metric, {})
            official = metric in view.tasks[name]["official_metrics"]
            own = [one for one in READINGS if one in readings and (official or one == "strict")]
            for reading in own:
                _add(columns, (name, metric, reading), sample, Ruling(readings[reading]))
            base = own[0] if own else "strict"
            before = _value(metric, readings[own[0]] if own else None)
            for rule in (one.rule for one in readers):
                if (ruling := rulings[rule.name].get(metric)) is None:
                    continue
                _add(columns, (name, metric, rule.name), sample, ruling)
                after = _value(metric, ruling.stats)
                if after != before:
                    flip = _flip(
                        sample,
                        metric=metric,
                        reading=base,
                        rule=rule.name,
                        values=(before, after),
                        read=ruling.read,
                    )
                    flips.append(flip)
    return Reread(tuple(_rows(columns, rules)), tuple(flips))


def _flip(
    sample: SampleRecord,
    *,
    metric: str,
    reading: str,
    rule: str,
    values: tuple[float | None, float | None],
    read: str,
) -> Flip:
    reply = sample.get("raw_response", sample.get("response"))
    return Flip(
        task=sample["task"],
        id=str(sample["id"]),
        repeat=sample["repeat"],
        metric=metric,
        reading=reading,
        rule=rule,
        before=values[0],
        after=values[1],
        read=read,
        response=reply if isinstance(reply, str) else "",
    )


class _Applied(NamedTuple):
    """A rule with its way to read the replies of a task."""

    rule: Rule
    read: Read
    judged: bool


def _applied(view: RunView, rules: Sequence[Rule]) -> dict[str, list[_Applied]]:
    found: dict[str, list[_Applied]] = {name: [] for name in view.tasks}
    for rule in rules:
        for name, entry in view.tasks.items():
            place = rule.place(name, entry["benchmark"], entry["signature_parts"])
            if place is not None:
                found[name].append(_Applied(rule, rule.readers[place], place in rule.judged))
        if not any(one.rule is rule for applied in found.values() for one in applied):
            raise UsageError(
                f"{rule.name} reads replies of {', '.join(sorted(rule.readers))}; this run has "
                f"{', '.join(sorted({entry['benchmark'] for entry in view.tasks.values()}))}",
                where="--as",
                hint="harness rules list",
            )
    return found


def _failed(sample: SampleRecord) -> bool:
    error = sample["error"]
    return error is not None and error["kind"] not in STORED_ERRORS


def _read(
    view: RunView, applied: _Applied, sample: SampleRecord, said: Mapping[str, str | None]
) -> Mapping[str, Ruling]:
    reply = sample.get("raw_response", sample.get("response"))  # as the model said it
    if applied.judged:
        votes = sample["judgements"]
        reply = said.get(votes[0]) if votes else None
    if not isinstance(reply, str) or _failed(sample):
        return {metric: Ruling(None) for metric in sample["stats"]}
    try:
        return applied.read({**document_of(sample), REFERENCE: sample["reference"]}, reply)
    except (KeyError, TypeError, IndexError) as error:
        raise InputFileError(
            f"{applied.rule.name} cannot read item {sample['id']!r}: its fields are {', '.join(sample['doc'])}",
            where=str(view.path),
        ) from error


def _add(
    columns: dict[tuple[str, str, str], _Column],
    key: tuple[str, str, str],
    sample: SampleRecord,
    ruling: Ruling,
) -> None:
    column = columns.setdefault(key, _Column())
    column.drawn += ruling.drawn
    column.stops += ruling.stops
    if ruling.stats is None:
        column.left_out += 1
        return
    column.stats.append(ruling.stats)
    column.units.append(str(sample["id"]))
    column.clusters.append(str(sample.get("cluster") or sample["id"]))


def _rows(columns: Mapping[tuple[str, str, str], _Column], rules: Sequence[Rule]) -> Iterator[Row]:
    versions = {rule.name: f"{rule.name}.{rule.version}" for rule in rules}
    order = [*READINGS, *versions]
    keys = sorted(columns, key=lambda key: (*key[:2], order.index(key[2])))
    for task, metric, rule in keys:
        column = columns[task, metric, rule]
        value, ends = None, None
        if column.stats:
            repeated = len(set(column.units)) < len(column.units)
            clustered = column.clusters != column.units
            found = estimate(
                find(metric),
                column.stats,
                column.clusters if clustered else None,
                units=column.units if repeated else None,
            )
            value = found.value if math.isfinite(found.value) else None
            ends = found.ci95
        counts = (len(column.stats), column.left_out, column.drawn, column.stops)
        yield Row(task, metric, versions.get(rule, rule), value, ends, *counts)


def _value(metric: str, stats: Stats | None) -> float | None:
    if stats is None:
        return None
    value = find(metric).value(stats)
    return value if math.isfinite(value) else None


def _cells(row: Row) -> tuple[str, ...]:
    scale = 100 if find(row.metric).is_percent else 1
    value = "-" if row.value is None else f"{scale * row.value:.2f}"
    ends = row.ci95 or ()
    interval = f"[{', '.join(f'{scale * end:.2f}' for end in ends)}]" if ends else ""
    counts = (str(one) for one in (row.n, row.left_out, row.drawn, row.stops))
    return (row.task, row.metric, row.rule, value, interval, *counts)


def _number(value: float | None) -> str:
    return "left out" if value is None else f"{value:g}"
