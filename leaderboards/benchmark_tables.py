"""The tables of one benchmark: its own numbers, normalised scores, the subset that all runs have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from leaderboards.boards import column_units
from leaderboards.interval import node_intervals
from leaderboards.labels import heading
from leaderboards.native import normalized_json
from leaderboards.normalize import Cell, normalize
from leaderboards.parts import Part, make_row, mean_marks, scaled
from leaderboards.published.placing import quoted_rows
from leaderboards.published.rows import QuotedTable
from leaderboards.ranks.rows import rank_native, rank_normalized
from leaderboards.raw import raw_aggregate
from leaderboards.results import SampleIndex
from leaderboards.signatures import agree
from leaderboards.tables import BELOW_CHANCE, INCOMPLETE, PARTIAL, Column, Entry, Table

MAX_TASK_COLUMNS = 12
"""A benchmark with more averaged tasks shows its categories instead."""


def native_table(
    benchmark: str, label: str, group: Sequence[Part], quoted: Sequence[QuotedTable] = ()
) -> Table:
    """Return the benchmark's own numbers, ranked by its headline.

    Args:
        benchmark: group name.
        label: the set of signatures.
        group: runs that may share a table.
        quoted: published tables whose columns are the board's; their rows stand below, unranked.
    """
    boards = [part.native or raw_aggregate(part.tasks) for part in group]
    columns: dict[str, Column] = {}
    for board in boards:
        directions = board.get("higher_is_better", {})
        units = column_units(benchmark, board)
        for key, score in board["scores"].items():
            if score["value"] is not None:
                unit = units.get(key, "")
                columns[key] = Column(key, heading(key), directions.get(key, True), unit)
    rows = []
    for part, board in zip(group, boards, strict=True):
        partial = any(result.partial for result in part.tasks.values())
        failed = any(result.outcomes.get("error") for result in part.tasks.values())
        marks = PARTIAL * partial + INCOMPLETE * (failed or not board.get("complete", True))
        entries = {
            key: _native_entry(board["scores"].get(key), board.get("decimals", {}).get(key, 1))
            for key in columns
        }
        whole = not marks
        row = make_row(part, entries, official=True, whole=whole)
        rows.append(replace(row, marks=marks + row.marks))
    headline = next((b["headline"] for b in boards if b.get("headline") in columns), None)
    order = tuple(columns.values())
    reading = str(boards[0].get("reading", "official"))
    notes = dict.fromkeys(note for board in boards for note in board.get("notes", ()))
    title = f"native ({reading} reading)" if group[0].native else f"scores ({reading} reading)"
    rows += quoted_rows(quoted, order)
    table = Table(
        benchmark, "native", title, label, order, tuple(rows), tuple(notes), sorted_by=headline
    )
    tasks = {part.run: part.tasks for part in group}
    return rank_native(table, benchmark, tasks, _samples(group), raw=not group[0].native)


def _samples(group: Sequence[Part]) -> dict[str, SampleIndex]:
    return {part.run: part.samples for part in group if part.samples}


def further_table(benchmark: str, label: str, group: Sequence[Part]) -> list[Table]:
    """Return the values of tasks that no table of the benchmark holds, if there are any."""
    if not group[0].native:
        return []  # the native table holds every task
    outside = [
        replace(
            part,
            native={},
            tasks={t: r for t, r in part.tasks.items() if t not in part.found.averaged},
        )
        for part in group
    ]
    members = [part for part in outside if part.tasks]
    if not members:
        return []
    table = native_table(benchmark, label, members)
    note = "these tasks are in no mean of the benchmark"
    title = table.title.replace("scores", "scores of further tasks")
    return (
        [replace(table, kind="further", title=title, notes=(*table.notes, note))]
        if table.columns
        else []
    )


def _native_entry(score: Mapping[str, Any] | None, decimals: int) -> Entry:
    if score is None or score["value"] is None:
        return Entry()
    ends = score.get("ci95")
    return Entry(score["value"], (ends[0], ends[1]) if ends else None, decimals)


def normalized_table(benchmark: str, label: str, group: Sequence[Part]) -> Table:
    """Return the scores of tasks or categories and their mean, ranked by the mean."""
    nodes = group[0].found.tree.children
    by_task = len(group[0].found.averaged) <= MAX_TASK_COLUMNS
    keys = list(group[0].found.averaged) if by_task else [node.name for node in nodes]
    prefix = f"{benchmark}_"
    columns = tuple(
        [Column(key, heading(key.removeprefix(prefix))) for key in keys] + [Column("mean", "Mean")]
    )
    rows = []
    for part in group:
        if by_task:
            entries = {key: _cell_entry(part.found.cells[key]) for key in keys}
        else:
            entries = {
                node.name: scaled(node.score, part.interval(node)[0], f"- ({node.coverage})")
                for node in part.found.tree.children
            }
        tree = part.found.tree
        entries["mean"] = scaled(
            tree.score, part.interval(tree)[0], f"- ({tree.coverage})", mean_marks(part.found)
        )
        rows.append(make_row(part, entries, official=False, whole=tree.whole))
    metrics = dict.fromkeys(
        str(cell.metric) for part in group for cell in part.found.cells.values() if cell.metric
    )
    notes = (f"headline metrics: {', '.join(metrics)}",) if metrics else ()
    title = "normalised (strict reading; 0 = chance or useless, 100 = perfect)"
    table = Table(
        benchmark, "normalized", title, label, columns, tuple(rows), notes, sorted_by="mean"
    )
    found = {part.run: part.found for part in group}
    tasks = {part.run: part.tasks for part in group}
    return rank_normalized(table, found, tasks, _samples(group))


def common_table(benchmark: str, label: str, group: Sequence[Part]) -> list[Table]:
    """Return the means over the data sets that all runs have with one signature; the notes name the subset.

    Args:
        benchmark: group name.
        label: the sets of signatures whose runs these are.
        group: all runs of the benchmark, also of several sets.

    Returns:
        One table; nothing if it would be over all data sets, or if none is left.
    """
    averaged = group[0].found.averaged
    common = [task for task in averaged if _is_common(task, group)]
    if len(group) < 2 or not common or len(common) == len(averaged):
        return []
    members = []
    for part in group:
        tasks = {task: part.tasks[task] for task in common}
        found = normalize(benchmark, tasks, expected=common)
        estimates = node_intervals(found, tasks, part.samples) if part.samples else {}
        stored = normalized_json(found, estimates)
        members.append(replace(part, tasks=tasks, found=found, stored=stored))
    table = normalized_table(benchmark, label, members)
    left_out = [task for task in averaged if task not in common]
    return [
        replace(
            table,
            kind="common",
            title=f"common subset: {len(common)} of {len(averaged)} data sets (normalised, strict reading)",
            notes=(
                *table.notes,
                f"the mean of this table is over: {', '.join(common)}",
                f"left out, since a run lacks them or has another signature: {', '.join(left_out)}",
            ),
        )
    ]


def _is_common(task: str, group: Sequence[Part]) -> bool:
    cells = [part.found.cells[task] for part in group]
    return (
        all(cell.state == "ok" and not cell.incomplete for cell in cells)
        and len({cell.metric for cell in cells}) == 1
        and all(agree(group[0].tasks[task], part.tasks[task]) for part in group[1:])
    )


def _cell_entry(cell: Cell) -> Entry:
    marks = PARTIAL * cell.partial + INCOMPLETE * cell.incomplete + BELOW_CHANCE * cell.below_chance
    return scaled(cell.score, cell.ci95, f"- ({cell.state})", marks)
