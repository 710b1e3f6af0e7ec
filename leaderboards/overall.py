"""All benchmarks of a page in one table: normalised means with their coverage, and the benchmarks' own headlines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from leaderboards.labels import heading
from leaderboards.normalize import Normalized
from leaderboards.parts import Part, mean_marks, scaled, shares
from leaderboards.ranks.rows import rank_overall
from leaderboards.results import TaskResult
from leaderboards.signatures import signature_sets
from leaderboards.tables import BRIDGED, Column, Entry, Row, Table
from metrics.measures.sums import plain_sum
from metrics.statistics import Z95


def overall_tables(
    parts: Mapping[str, Mapping[int, Part]], homes: Mapping[tuple[str, int], str], runs: int
) -> list[Table]:
    """Return a table of normalised means and one of native headlines for every set of runs that may share one.

    Args:
        parts: benchmark -> run -> its part, for all benchmarks of the page; one that no run has is empty.
        homes: (benchmark, run) -> the run's set of signatures there.
        runs: number of runs.
    """
    keyed: dict[int, dict[str, tuple[TaskResult, str]]] = {index: {} for index in range(runs)}
    for members in parts.values():
        for index, tasks in keyed_results(members).items():
            keyed[index] |= tasks
    present = {index: tasks for index, tasks in keyed.items() if tasks}
    tables = []
    for label, indices, _ in signature_sets("overall", present):
        columns = (
            *(Column(benchmark, heading(benchmark)) for benchmark in parts),
            Column("overall", f"Overall, {len(parts)} benchmarks"),
        )
        rows = [_overall_row(parts, index) for index in indices]
        used = dict.fromkeys(
            f"{benchmark}: set {homes[benchmark, index]}"
            for benchmark in parts
            for index in indices
            if (benchmark, index) in homes
        )
        title = "overall (normalised, strict reading)"
        notes = (f"signatures: {', '.join(used)}", *_unstarted(parts, indices))
        table = Table(
            "overall", "overall", title, label, columns, tuple(rows), notes, sorted_by="overall"
        )
        tables.append(_ranked(table, parts, indices))
        if any(
            parts[name][index].native for name in parts for index in indices if index in parts[name]
        ):
            tables.append(_headlines(parts, indices, label))
    return tables


def keyed_results(parts: Mapping[int, Part]) -> dict[int, dict[str, tuple[TaskResult, str]]]:
    """Return run index -> task -> (result, what else must agree: the metrics that are shown)."""
    return {
        index: {
            task: (result, f"{part.found.cells[task].metric}/{part.native.get('metric')}")
            for task, result in part.tasks.items()
        }
        for index, part in parts.items()
    }


def _unstarted(parts: Mapping[str, Mapping[int, Part]], indices: Sequence[int]) -> tuple[str, ...]:
    missing = [name for name, members in parts.items() if not set(members) & set(indices)]
    return (f"no run of: {', '.join(missing)}",) if missing else ()


def _ranked(table: Table, parts: Mapping[str, Mapping[int, Part]], indices: Sequence[int]) -> Table:
    """Return the overall table, ranked: every run's cells of all benchmarks, as one tree."""
    found: dict[str, dict[str, Normalized]] = {}
    tasks: dict[str, dict[str, TaskResult]] = {}
    samples: dict[str, dict[str, Iterable[Mapping[str, Any]]]] = {}
    for benchmark, members in parts.items():
        for index in indices:
            if (part := members.get(index)) is not None:
                found.setdefault(part.run, {})[benchmark] = part.found
                tasks.setdefault(part.run, {}).update(part.tasks)
                samples.setdefault(part.run, {}).update(part.samples)
    read = {run: lines for run, lines in samples.items() if lines}
    return rank_overall(table, found, tasks, read)


def _headlines(
    parts: Mapping[str, Mapping[int, Part]], indices: Sequence[int], label: str
) -> Table:
    """Return the benchmarks' own headlines, in their own units; one that is not complete has no number."""
    columns: dict[str, Column] = {}
    names: dict[str, str] = {}
    rows: list[Row] = []
    for benchmark, members in parts.items():
        boards = [members[index].native for index in indices if index in members]
        names[benchmark] = next((str(b["headline"]) for b in boards if b.get("headline")), "")
        unit = "%" if names[benchmark] and boards[0].get("unit") == "percent" else ""
        what = f"{heading(benchmark)} {heading(names[benchmark]).lower()}".strip()
        columns[benchmark] = Column(benchmark, what, unit=unit)
    for index in indices:
        mine = [(name, members[index]) for name, members in parts.items() if index in members]
        entries = {name: Entry(text="- (missing)") for name in parts}
        entries |= {name: _headline(part, names[name]) for name, part in mine}
        first = mine[0][1]
        rows.append(Row(first.run, first.model, entries, **_pooled([part for _, part in mine])))
    order = tuple(sorted(rows, key=lambda row: row.run))
    notes = [
        f"{name}: the benchmark has no headline"
        for name, known in names.items()
        if not known and set(parts[name]) & set(indices)
    ]
    title = "native headlines (each benchmark's own number and reading)"
    return Table("overall", "headlines", title, label, tuple(columns.values()), order, tuple(notes))


def _headline(part: Part, name: str) -> Entry:
    tree = part.found.tree
    score = part.native.get("scores", {}).get(name) if name else None
    if not name:
        return Entry(text="no headline", coverage=tree.coverage)
    if score is None or score["value"] is None or not part.native.get("complete", True):
        return Entry(text=f"- ({tree.coverage})", marks=mean_marks(part.found))
    ends = score.get("ci95")
    decimals = part.native.get("decimals", {}).get(name, 1)
    return Entry(
        score["value"],
        (ends[0], ends[1]) if ends else None,
        decimals,
        marks=mean_marks(part.found),
        coverage=tree.coverage,
    )


def _overall_row(parts: Mapping[str, Mapping[int, Part]], index: int) -> Row:
    from metrics.statistics.intervals import scaled_wilson

    entries: dict[str, Entry] = {}
    scores: list[float] = []
    errors: list[float] = []
    mine: list[Part] = []
    for benchmark, members in parts.items():
        part = members.get(index)
        if part is None:
            entries[benchmark] = Entry(text="- (missing)")
            continue
        mine.append(part)
        tree = part.found.tree
        interval, stderr = part.interval(tree)
        entry = scaled(tree.score, interval, f"- ({tree.coverage})", mean_marks(part.found))
        number = tree.score is not None
        entries[benchmark] = replace(entry, coverage=tree.coverage if number else "")
        if tree.score is not None:
            scores.append(tree.score)
        if stderr is not None:
            errors.append(stderr)
    mean = math.fsum(scores) / len(scores) if len(scores) == len(parts) else None
    ends = None
    if mean is not None and len(errors) == len(scores):  # benchmarks share no items
        spread = math.sqrt(math.fsum(error * error for error in errors)) / len(errors)
        lowest = math.fsum(part.found.tree.lowest for part in mine) / len(mine)
        ends = scaled_wilson(mean, spread, math.inf, (lowest, 1.0), quantile=Z95)
    entries["overall"] = scaled(mean, ends, f"- ({len(scores)}/{len(parts)})")
    whole = mean is not None and all(part.found.tree.whole for part in mine)
    return Row(mine[0].run, mine[0].model, entries, whole=whole, **_pooled(mine))


def _pooled(mine: Sequence[Part]) -> dict[str, Any]:
    """Return items, shares of outcomes and mean effort over several benchmarks: the fields of ``Row``."""
    found = [shares(part, official=False) for part in mine]
    lines = [sum(result.lines for result in part.tasks.values()) for part in mine]

    def pooled(name: str) -> float | None:
        known = [(s[name], n) for s, n in zip(found, lines, strict=True) if s[name] is not None]
        weight = sum(n for _, n in known)
        return plain_sum(share * n for share, n in known) / weight if weight else None

    return {
        "items": sum(share["items"] for share in found),
        "total": sum(share["total"] for share in found),
        "marks": BRIDGED * any(part.is_bridged for part in mine),
        **{name: pooled(name) for name in ("unparsed", "refused", "errors", "seconds", "tokens")},
    }
