"""Tables as data: rows, columns, entries, ranks. No file format and no benchmark knowledge.

Rules that every renderer inherits: only rows that are whole are ranked; a rank is 1 and the number of runs that are
significantly better, up to the rank at which only runs that are significantly worse follow; a value is marked as unbeaten
where no run is significantly better and some run is significantly worse; a missing mean is text such as ``- (17/20)``; quoted
rows stand below the runs, unranked; and every table names its reading and the set of signatures it stands for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

PARTIAL, INCOMPLETE, BELOW_CHANCE, QUOTED, BRIDGED = "*", "†", "‡", "§", "≈"

MARKS: Mapping[str, str] = {
    PARTIAL: "partial: only some items of the task ran",
    INCOMPLETE: "incomplete: cells are missing, items failed, or the official scorer would have"
    " stopped on this file",
    BELOW_CHANCE: "below chance: guessing has 0",
    BRIDGED: "bridged: judged values are estimates of what the official judge would have said, made from"
    " the grades of another judge; not official numbers",
    QUOTED: "quoted: as published elsewhere, not run or scored here; never ranked",
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
        best: no run of the table is significantly better, and some run is significantly worse.
        coverage: cells that are there, such as ``20/20``; empty where a table does not show it.
    """

    value: float | None = None
    ci95: tuple[float, float] | None = None
    decimals: int = 1
    text: str = "-"
    marks: str = ""
    best: bool = False
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in ``Row.entries``, its heading, its direction, and its unit if it has one (``%``)."""

    key: str
    label: str
    higher_is_better: bool = True
    unit: str = ""

    @property
    def heading(self) -> str:
        """Heading with unit.

        >>> Column("asr wer", "ASR WER", higher_is_better=False, unit="%").heading
        'ASR WER (%)'
        """
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of a quoted row: title, place in it, date if it is known, and the protocol as far as it is stated."""

    title: str
    where: str
    date: str | None
    protocol: str


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
        rank: 1 and the number of runs that are significantly better; ``None`` if unranked.
        rank_high: the last rank that the run may hold, ``None`` if unranked.
        marks: any of ``MARKS``, for the row as a whole.
        seconds: mean time of a reply, ``None`` if it was not measured.
        tokens: mean number of tokens of a reply, ``None`` if nobody counted them.
        source: where a quoted row comes from, ``None`` for a run.
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
    rank_high: int | None = None
    marks: str = ""
    seconds: float | None = None
    tokens: float | None = None
    source: Source | None = None

    @property
    def ranks(self) -> str:
        """Ranks that the run may hold, as text.

        >>> Row("a", "m", {}, rank=1, rank_high=3).ranks, Row("a", "m", {}).ranks
        ('1-3', '-')
        """
        if self.rank is None:
            return "-"
        same = self.rank_high is None or self.rank_high == self.rank
        return str(self.rank) if same else f"{self.rank}-{self.rank_high}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        benchmark: group name, or ``overall``.
        kind: ``native``, ``normalized``, ``further``, ``common``, ``quoted``, ``overall`` or ``headlines``.
        title: heading.
        signature_set: label of its set of signatures (``A``, ``B``, …).
        columns: in order.
        rows: sorted, ranked.
        notes: lines under the table.
        sorted_by: key of the column that decides order and ranks, ``None`` if there is none.
    """

    benchmark: str
    kind: str
    title: str
    signature_set: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    sorted_by: str | None = None


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


def ranked(
    rows: Iterable[Row],
    columns: Sequence[Column],
    key: str | None,
    decided: Mapping[str, Collection[tuple[str, str]]] | None = None,
) -> tuple[Row, ...]:
    """Sort rows by one column, give the whole ones their ranks, and mark the unbeaten values of every column.

    Args:
        rows: in any order.
        columns: the table's columns.
        key: column to sort by; ``None``: by name, without ranks.
        decided: column -> (better run, worse run) of every pair that is decided; a pair that is not there is not.
    """
    from metrics.statistics.rank_sets import rank_sets

    by_key = {column.key: column for column in columns}
    sign = -1.0 if key is None or by_key[key].higher_is_better else 1.0

    def order(row: Row) -> tuple[bool, bool, bool, float, str]:
        value = _value(row, key)
        quoted = row.source is not None
        unranked = key is not None and not row.whole
        return (quoted, unranked and not quoted, value is None, sign * (value or 0.0), row.run)

    known = decided or {}
    members = sorted(rows, key=order)
    placed = [row.run for row in members if row.whole and _value(row, key) is not None]
    ranks = rank_sets(placed, known.get(key, ()) if key is not None else ())
    unbeaten = {
        column.key: _unbeaten(members, column.key, known.get(column.key, ()), key)
        for column in columns
    }
    return tuple(
        replace(
            row,
            rank=ranks[row.run].low if row.source is None and row.run in ranks else None,
            rank_high=ranks[row.run].high if row.source is None and row.run in ranks else None,
            entries={
                name: replace(entry, best=row.run in unbeaten.get(name, ()))
                for name, entry in row.entries.items()
            },
        )
        for row in members
    )


def _value(row: Row, key: str | None) -> float | None:
    entry = row.entries.get(key) if key is not None else None
    return entry.value if entry is not None else None


def _has_failed(row: Row, key: str) -> bool:
    """Tell whether items of a run failed: its value is of fewer items and is not the best of anything."""
    return bool(row.errors) or INCOMPLETE in row.marks + row.entries[key].marks


def _unbeaten(
    rows: Sequence[Row], key: str, pairs: Collection[tuple[str, str]], sorted_by: str | None
) -> set[str]:
    """Return the runs that no other run significantly beats, if any run is beaten."""
    beaten = {worse for _, worse in pairs}
    if not beaten:
        return set()
    return {row.run for row in rows if may_lead(row, key, sorted_by) and row.run not in beaten}


def may_lead(row: Row, key: str, sorted_by: str | None) -> bool:
    """Tell whether a run enters the comparisons of a column: it has a number that no failed item is missing from.

    The column that ranks is stricter: only whole rows.
    """
    return (
        row.source is None
        and _value(row, key) is not None
        and not _has_failed(row, key)
        and (key != sorted_by or row.whole)
    )
