"""Rows of a table with ranks and unbeaten values: every column is decided among the runs that have a number in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from leaderboards.boards import native_function
from leaderboards.normalize import Normalized
from leaderboards.ranks.decisions import (
    ColumnSum,
    Decided,
    Items,
    decide,
    mean_of,
    native_columns,
    normalized_columns,
)
from leaderboards.raw import raw_aggregate
from leaderboards.results import SampleIndex, TaskResult
from leaderboards.tables import Column, Row, Table, may_lead, ranked

UNDECIDED: Final = "ranks are open: the column that ranks has no paired comparison of items here"
Runs = Mapping[str, Mapping[str, TaskResult]]
"""Run -> its tasks of one benchmark."""
_Sums = Callable[[Sequence[str], Sequence[str]], Mapping[str, ColumnSum]]
"""(columns, runs) -> those of the columns that are sums of values, for these runs."""


def rank_normalized(
    table: Table, found: Mapping[str, Normalized], tasks: Runs, samples: Mapping[str, SampleIndex]
) -> Table:
    """Return a table of normalised scores, ranked by its mean.

    Args:
        table: the table with unsorted rows.
        found: run -> the benchmark, normalised.
        tasks: run -> its tasks.
        samples: run -> its sample lines; without those of every run nothing is decided.
    """

    def sums(columns: Sequence[str], runs: Sequence[str]) -> Mapping[str, ColumnSum]:
        known = normalized_columns({run: found[run] for run in runs}, tasks)
        return {name: known[name] for name in columns if name in known}

    return _rank(table, sums, samples)


def rank_native(
    table: Table, benchmark: str, tasks: Runs, samples: Mapping[str, SampleIndex], *, raw: bool
) -> Table:
    """Return a table of a board's own numbers, ranked by its headline.

    Args:
        table: the table with unsorted rows.
        benchmark: group name.
        tasks: run -> its tasks.
        samples: run -> its sample lines.
        raw: the table shows the values of tasks, not the board's aggregate.
    """
    function = native_function(benchmark)
    board = raw_aggregate if raw or function is None else (lambda one: function(one, {}))

    def sums(columns: Sequence[str], runs: Sequence[str]) -> Mapping[str, ColumnSum]:
        return native_columns(board, {run: tasks[run] for run in runs}, columns)

    return _rank(table, sums, samples)


def rank_overall(
    table: Table,
    found: Mapping[str, Mapping[str, Normalized]],
    tasks: Runs,
    samples: Mapping[str, SampleIndex],
) -> Table:
    """Return the table of several benchmarks, ranked by the mean of their means.

    Args:
        table: the table with unsorted rows; its columns are the benchmarks and ``overall``.
        found: run -> benchmark -> the benchmark, normalised.
        tasks: run -> its tasks of all benchmarks.
        samples: run -> its sample lines of all benchmarks.
    """

    def sums(columns: Sequence[str], runs: Sequence[str]) -> Mapping[str, ColumnSum]:
        by_benchmark: dict[str, ColumnSum] = {}
        for name in found[runs[0]]:
            members = {run: found[run][name] for run in runs if name in found[run]}
            if len(members) == len(runs) and (
                one := normalized_columns(members, tasks).get("mean")
            ):
                by_benchmark[name] = one
        if "overall" in columns:
            by_benchmark["overall"] = mean_of(list(by_benchmark.values()))
        return {name: by_benchmark[name] for name in columns if name in by_benchmark}

    homes = {
        task: result.benchmark for results in tasks.values() for task, result in results.items()
    }
    return _rank(table, sums, samples, homes)


def _rank(
    table: Table,
    sums: _Sums,
    samples: Mapping[str, SampleIndex],
    homes: Mapping[str, str] | None = None,
) -> Table:
    decided: dict[str, Decided] = {}
    groups = _alike(table.columns, table.rows, table.sorted_by)
    items = Items(samples, homes)
    for runs, columns in groups:
        if len(runs) > 1 and all(run in samples for run in runs):
            decided |= decide(sums(columns, runs), runs, items)
    rows = ranked(table.rows, table.columns, table.sorted_by, decided)
    several = sum(row.rank is not None for row in rows) > 1
    notes = table.notes
    if several and table.sorted_by not in decided:
        notes = (*notes, UNDECIDED)
    return replace(table, rows=rows, notes=notes)


def _alike(
    columns: Iterable[Column], rows: Sequence[Row], sorted_by: str | None
) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return the columns by the runs that are compared in them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        runs = tuple(row.run for row in rows if may_lead(row, column.key, sorted_by))
        groups.setdefault(runs, []).append(column.key)
    return list(groups.items())
