"""Tables as data: rows, columns, entries, ranks. No file format and no benchmark knowledge.

Rules that every renderer inherits: only rows that are whole are ranked, equal values share a rank,
the best value of a column is marked where rows differ, a missing mean is text
such as ``- (17/20)``, and every table names its reading and the set of signatures it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

PARTIAL, INCOMPLETE, BELOW_CHANCE = "*", "†", "‡"

MARKS: Mapping[str, str] = {
    PARTIAL: "partial: only some items of the task ran",
    INCOMPLETE: "incomplete: cells are missing, items failed, or the official scorer would have"
    " stopped on this file",
    BELOW_CHANCE: "below chance: guessing has 0",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of a table.

    Attributes:
        value: the number in the unit that is shown, ``None`` if there is none.
        ci95: interval in that unit.
        decimals: decimals shown of the value.
        text: shown in place of a number.
        marks: any of ``MARKS``.
        best: the best value of its column.
    """

    value: float | None = None
    ci95: tuple[float, float] | None = None
    decimals: int = 1
    text: str = "-"
    marks: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in ``Row.entries``, its heading, its direction."""

    key: str
    label: str
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One run.

    Attributes:
        run: the run's name, unique in the leaderboard.
        model: the model's spec.
        entries: column key -> entry.
        items: items that ran.
        total: items of the tasks.
        unparsed: share of scored items that could not be read, ``None`` if unknown.
        refused: share of answers that the provider refused.
        errors: share of items that failed.
        whole: every cell is there and complete; only whole rows are ranked.
        rank: 1-based, ``None`` if unranked.
        marks: any of ``MARKS``, for the row as a whole.
    """

    run: str
    model: str
    entries: Mapping[str, Entry]
    items: int = 0
    total: int = 0
    unparsed: float | None = None
    refused: float | None = None
    errors: float | None = None
    whole: bool = False
    rank: int | None = None
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        benchmark: group name, or ``overall``.
        kind: ``native``, ``normalized`` or ``overall``.
        title: heading.
        signature_set: label of its set of signatures (``A``, ``B``, …).
        columns: in order.
        rows: sorted, ranked.
        notes: lines under the table.
    """

    benchmark: str
    kind: str
    title: str
    signature_set: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureSet:
    """The signatures that one table stands for.

    Attributes:
        benchmark: group name.
        label: ``A``, ``B``, …
        signatures: task -> signature.
        differs: names of the parts in which it differs from set A.
    """

    benchmark: str
    label: str
    signatures: Mapping[str, str]
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """All tables, in the order in which they are shown, and their signatures."""

    tables: tuple[Table, ...]
    signatures: tuple[SignatureSet, ...]


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names, told apart by a number from the second equal one on.

    >>> unique_names(["run", "other", "run", "run (2)", "run"])
    ['run', 'other', 'run (2)', 'run (2) (2)', 'run (3)']
    """
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name} ({number})"
        taken.add(candidate)
        result.append(candidate)
    return result


def ranked(rows: Iterable[Row], columns: Sequence[Column], key: str | None) -> tuple[Row, ...]:
    """Sort rows by one column, rank the whole ones, and mark the best value of every column.

    Args:
        rows: in any order.
        columns: the table's columns.
        key: column to sort by; ``None``: by name, without ranks.
    """
    by_key = {column.key: column for column in columns}
    sign = -1.0 if key is None or by_key[key].higher_is_better else 1.0

    def order(row: Row) -> tuple[bool, bool, float, str]:
        value = _value(row, key)
        return (key is not None and not row.whole, value is None, sign * (value or 0.0), row.run)

    members = sorted(rows, key=order)
    best = {column.key: _best(members, column) for column in columns}
    numbered = []
    rank, last = 0, None
    for position, row in enumerate(members, start=1):
        value = _value(row, key)
        place = None
        if row.whole and value is not None:
            if value != last:
                rank, last = position, value
            place = rank
        entries = {
            name: replace(
                entry,
                best=entry.value is not None
                and entry.value == best.get(name)
                and not _has_failed(row, name),
            )
            for name, entry in row.entries.items()
        }
        numbered.append(replace(row, rank=place, entries=entries))
    return tuple(numbered)


def _value(row: Row, key: str | None) -> float | None:
    entry = row.entries.get(key) if key is not None else None
    return entry.value if entry is not None else None


def _has_failed(row: Row, key: str) -> bool:
    """Tell whether items of a run failed: its value is of fewer items and is not the best of anything."""
    return bool(row.errors) or INCOMPLETE in row.marks + row.entries[key].marks


def _best(rows: Sequence[Row], column: Column) -> float | None:
    values = [
        value
        for row in rows
        if (value := _value(row, column.key)) is not None and not _has_failed(row, column.key)
    ]
    if len(set(values)) < 2:
        return None
    return max(values) if column.higher_is_better else min(values)
