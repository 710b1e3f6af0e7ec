"""Quoted rows in tables: below the runs where the columns are the board's, in a table of their own elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leaderboards.labels import heading
from leaderboards.published.rows import QuotedRow, QuotedTable
from leaderboards.tables import QUOTED, Column, Entry, Row, Source, Table

_LOWER = ("wer", "cer", "mer", "per", "mae", "rtf", "abstention", "unparsed")


def fits(table: QuotedTable, native: Mapping[str, Any]) -> bool:
    """Tell whether a quoted table has columns that a board shows.

    Args:
        table: the quoted table.
        native: the board's aggregate of a run.
    """
    shown = {key for key, score in native.get("scores", {}).items() if score["value"] is not None}
    return any(column in shown for column in table.columns.values())


def quoted_rows(tables: Iterable[QuotedTable], columns: Sequence[Column]) -> list[Row]:
    """Return the rows of quoted tables for a board's columns; rows that have none of them are left out."""
    keys = {column.key for column in columns}
    rows = []
    for table in tables:
        decimals = _decimals(table)
        for row in table.rows:
            entries = {
                table.columns[name]: Entry(float(value), None, decimals[name])
                for name, value in row.results.items()
                if table.columns.get(name) in keys
            }
            if entries:
                rows.append(_row(table, row, {key: entries.get(key, Entry()) for key in keys}))
    return rows


def quoted_table(table: QuotedTable) -> Table:
    """Return a table of its own for quoted rows whose protocol is not the board's."""
    names = dict.fromkeys(name for row in table.rows for name in row.results)
    columns = tuple(
        Column(name, heading(name), higher_is_better=not _is_error(name), unit=_unit(table, name))
        for name in names
    )
    decimals = _decimals(table)
    rows = [
        _row(
            table,
            row,
            {
                name: Entry(float(row.results[name]), None, decimals[name])
                if name in row.results
                else Entry()
                for name in names
            },
        )
        for row in table.rows
    ]
    what = ", ".join(part for part in (table.version, table.part, table.kind) if part)
    title = f"quoted: {table.title}" + (f" ({what})" if what else "")
    notes = (f"protocol: {table.protocol}", f"unit: {table.unit}", f"source: {table.where}")
    return Table(table.benchmark, "quoted", title, "-", columns, tuple(rows), notes)


def decimals_of(value: float) -> int:
    """Return the decimals of a printed number, as far as a number keeps them.

    >>> decimals_of(66.0), decimals_of(4.53), decimals_of(92)
    (1, 2, 0)
    """
    return len(repr(value).partition(".")[2]) if isinstance(value, float) else 0


def _decimals(table: QuotedTable) -> dict[str, int]:
    """Return the decimals of every column: the most of any row, since numbers do not keep a last zero."""
    found: dict[str, int] = {}
    for row in table.rows:
        for name, value in row.results.items():
            found[name] = max(found.get(name, 0), min(4, decimals_of(value)))
    return found


def _row(table: QuotedTable, row: QuotedRow, entries: Mapping[str, Entry]) -> Row:
    source = Source(table.title, table.where, table.date, table.protocol)
    model = f"{table.title}, {table.date}" if table.date else table.title
    name = f"{row.model} ({row.size})" if row.size else row.model
    return Row(name, model, entries, marks=QUOTED, source=source)


def _is_error(name: str) -> bool:
    return any(word in name.lower().replace("_", " ").split() for word in _LOWER)


def _unit(table: QuotedTable, name: str) -> str:
    percent = "%" in table.unit and "1-5" not in table.unit and name != "RTFx"
    return "%" if percent else ""
