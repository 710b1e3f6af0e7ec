"""From runs to tables: native, normalised and overall.

Runs share a table only where the signatures of every task they share agree in all parts but
the reading, and the same metrics are the headlines; otherwise the benchmark has several tables,
labelled A, B, …, and the notes say in what they differ. Native tables show the official reading in
the published unit; normalised and overall tables the strict reading on a scale of 0 to 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from leaderboards.boards import averaged_tasks
from leaderboards.native import native
from leaderboards.normalize import Cell, Node, Normalized, normalize
from leaderboards.raw import raw_aggregate
from leaderboards.results import RunLike, TaskResult, task_results
from leaderboards.signatures import signature_sets
from leaderboards.tables import (
    BELOW_CHANCE,
    INCOMPLETE,
    PARTIAL,
    Column,
    Entry,
    Leaderboard,
    Row,
    SignatureSet,
    Table,
    ranked,
    unique_names,
)
from metrics.statistics import Z95

MAX_TASK_COLUMNS = 12
"""A benchmark with more averaged tasks shows its categories instead."""


class NamedRun(RunLike, Protocol):
    """A run with the name that tables show."""

    @property
    def name(self) -> str:
        """The run's name."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    """One benchmark of one run."""

    run: str
    model: str
    tasks: Mapping[str, TaskResult]
    native: Mapping[str, Any]
    found: Normalized
    stored: Mapping[str, Any]

    def interval(self, node: Node) -> tuple[tuple[float, float] | None, float | None]:
        """Return the interval and standard error of a mean, if they belong to the present cells."""
        known = self.stored
        if node is not self.found.tree:
            known = known.get("categories", {}).get(node.name, {})
        score = known.get("score")
        if node.score is None or score is None or abs(node.score - score) > 1e-12:
            return None, None
        ends = known.get("ci95")
        return (ends[0], ends[1]) if ends else None, known.get("stderr")


def leaderboard(
    runs: Sequence[NamedRun],
    *,
    expected: Mapping[str, Iterable[str]] | None = None,
    scorers: Mapping[str, str] | None = None,
) -> Leaderboard:
    """Build every table of a leaderboard.

    Args:
        runs: opened run directories.
        expected: benchmark -> tasks that its mean is made of; default: the built-in lists, and for
            other benchmarks every task that any run has.
        scorers: task -> present scorer version; results of another version are ``stale``.
    """
    names = unique_names(run.name for run in runs)
    models = [str((run.manifest.get("model") or {}).get("spec", "")) for run in runs]
    tasks = [task_results(run.manifest, run.results.get("tasks", {})) for run in runs]
    seen: dict[str, list[str]] = {}
    for results in tasks:
        for result in results.values():
            seen.setdefault(result.benchmark, []).append(result.task)
    parts: dict[str, dict[int, _Part]] = {}
    for benchmark, known in seen.items():
        nodes = tuple((expected or {}).get(benchmark) or averaged_tasks(benchmark, known))
        for index, run in enumerate(runs):
            mine = {t: r for t, r in tasks[index].items() if r.benchmark == benchmark}
            if not mine:
                continue
            stored = (run.results.get("benchmarks") or {}).get(benchmark) or {}
            parts.setdefault(benchmark, {})[index] = _Part(
                names[index],
                models[index],
                mine,
                stored.get("native") or native(benchmark, mine),
                normalize(benchmark, mine, expected=nodes, scorers=scorers),
                stored.get("normalized") or {},
            )
    tables: list[Table] = []
    sets: list[SignatureSet] = []
    homes: dict[tuple[str, int], str] = {}
    for benchmark, members_of in parts.items():
        for label, indices, signatures in signature_sets(benchmark, _keyed(members_of)):
            group = [members_of[index] for index in indices]
            sets.append(signatures)
            homes |= {(benchmark, index): label for index in indices}
            tables.append(_native_table(benchmark, label, group))
            tables.append(_normalized_table(benchmark, label, group))
            tables += _further_table(benchmark, label, group)
    overall = _overall_tables(parts, homes, len(runs)) if len(parts) > 1 else []
    return Leaderboard((*overall, *tables), tuple(sets))


def _keyed(parts: Mapping[int, _Part]) -> dict[int, dict[str, tuple[TaskResult, str]]]:
    """Run index -> task -> (result, what else must agree: the metrics that are shown)."""
    return {
        index: {
            task: (result, f"{part.found.cells[task].metric}/{part.native.get('metric')}")
            for task, result in part.tasks.items()
        }
        for index, part in parts.items()
    }


# --- rows --------------------------------------------------------------------------------------


def _row(part: _Part, entries: Mapping[str, Entry], *, official: bool, whole: bool) -> Row:
    shares = _shares(part, official=official)
    return Row(part.run, part.model, entries, whole=whole, **shares)


def _shares(part: _Part, *, official: bool) -> dict[str, Any]:
    results = part.tasks.values()
    lines = sum(result.lines for result in results)
    unparsed = scored = 0
    for task, result in part.tasks.items():
        metric = part.found.cells[task].metric
        if metric is None:
            continue
        native_value = result.native_value(metric) if official else None
        value = native_value[1] if native_value else result.value(metric, "strict")
        if value is not None:
            unparsed, scored = unparsed + value.unparsed, scored + value.n
    refused = sum(result.outcomes.get("refused", 0) for result in results)
    errors = sum(result.outcomes.get("error", 0) for result in results)
    return {
        "items": sum(result.n for result in results),
        "total": sum(result.total for result in results),
        "unparsed": unparsed / scored if scored else None,
        "refused": refused / lines if lines else None,
        "errors": errors / lines if lines else None,
    }


# --- native ------------------------------------------------------------------------------------


def _native_table(benchmark: str, label: str, group: Sequence[_Part]) -> Table:
    boards = [part.native or raw_aggregate(part.tasks) for part in group]
    columns: dict[str, Column] = {}
    for board in boards:
        directions = board.get("higher_is_better", {})
        for key, score in board["scores"].items():
            if score["value"] is not None:
                columns[key] = Column(key, key.replace("_", " "), directions.get(key, True))
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
        rows.append(replace(_row(part, entries, official=True, whole=whole), marks=marks))
    headline = next((b["headline"] for b in boards if b.get("headline") in columns), None)
    order = tuple(columns.values())
    reading = str(boards[0].get("reading", "official"))
    notes = dict.fromkeys(note for board in boards for note in board.get("notes", ()))
    title = f"native ({reading} reading)" if group[0].native else f"scores ({reading} reading)"
    return Table(
        benchmark, "native", title, label, order, ranked(rows, order, headline), tuple(notes)
    )


def _further_table(benchmark: str, label: str, group: Sequence[_Part]) -> list[Table]:
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
    table = _native_table(benchmark, label, members)
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


# --- normalised --------------------------------------------------------------------------------


def _normalized_table(benchmark: str, label: str, group: Sequence[_Part]) -> Table:
    nodes = group[0].found.tree.children
    by_task = len(group[0].found.averaged) <= MAX_TASK_COLUMNS
    keys = list(group[0].found.averaged) if by_task else [node.name for node in nodes]
    prefix = f"{benchmark}_"
    columns = tuple(
        [Column(key, key.removeprefix(prefix).replace("_", " ")) for key in keys]
        + [Column("mean", "mean")]
    )
    rows = []
    for part in group:
        if by_task:
            entries = {key: _cell_entry(part.found.cells[key]) for key in keys}
        else:
            entries = {
                node.name: _scaled(node.score, part.interval(node)[0], f"- ({node.coverage})")
                for node in part.found.tree.children
            }
        tree = part.found.tree
        entries["mean"] = _scaled(
            tree.score, part.interval(tree)[0], f"- ({tree.coverage})", _mean_marks(part.found)
        )
        rows.append(_row(part, entries, official=False, whole=tree.whole))
    metrics = dict.fromkeys(
        str(cell.metric) for part in group for cell in part.found.cells.values() if cell.metric
    )
    notes = (f"headline metrics: {', '.join(metrics)}",) if metrics else ()
    title = "normalised (strict reading; 0 = chance or useless, 100 = perfect)"
    return Table(
        benchmark, "normalized", title, label, columns, ranked(rows, columns, "mean"), notes
    )


def _mean_marks(found: Normalized) -> str:
    cells = [found.cells[task] for task in found.averaged]
    partial, incomplete = any(c.partial for c in cells), any(c.incomplete for c in cells)
    return PARTIAL * partial + INCOMPLETE * incomplete


def _cell_entry(cell: Cell) -> Entry:
    marks = PARTIAL * cell.partial + INCOMPLETE * cell.incomplete + BELOW_CHANCE * cell.below_chance
    return _scaled(cell.score, cell.ci95, f"- ({cell.state})", marks)


def _scaled(
    score: float | None, ci95: tuple[float, float] | None, text: str, marks: str = ""
) -> Entry:
    if score is None:
        return Entry(text=text, marks=marks)
    ends = (100 * ci95[0], 100 * ci95[1]) if ci95 else None
    return Entry(100 * score, ends, 1, text, marks)


# --- overall -----------------------------------------------------------------------------------


def _overall_tables(
    parts: Mapping[str, Mapping[int, _Part]], homes: Mapping[tuple[str, int], str], runs: int
) -> list[Table]:
    keyed: dict[int, dict[str, tuple[TaskResult, str]]] = {index: {} for index in range(runs)}
    for members in parts.values():
        for index, tasks in _keyed(members).items():
            keyed[index] |= tasks
    present = {index: tasks for index, tasks in keyed.items() if tasks}
    tables = []
    for label, indices, _ in signature_sets("overall", present):
        columns = (
            *(Column(benchmark, benchmark.replace("_", " ")) for benchmark in parts),
            Column("overall", f"overall ({len(parts)} benchmarks)"),
        )
        rows = [_overall_row(parts, index) for index in indices]
        used = dict.fromkeys(
            f"{benchmark}: set {homes[benchmark, index]}"
            for benchmark in parts
            for index in indices
            if (benchmark, index) in homes
        )
        title = "overall (normalised, strict reading)"
        order = ranked(rows, columns, "overall")
        notes = (f"signatures: {', '.join(used)}",)
        tables.append(Table("overall", "overall", title, label, columns, order, notes))
    return tables


def _overall_row(parts: Mapping[str, Mapping[int, _Part]], index: int) -> Row:
    entries: dict[str, Entry] = {}
    scores: list[float] = []
    errors: list[float] = []
    mine: list[_Part] = []
    for benchmark, members in parts.items():
        part = members.get(index)
        if part is None:
            entries[benchmark] = Entry(text="- (missing)")
            continue
        mine.append(part)
        tree = part.found.tree
        interval, stderr = part.interval(tree)
        entries[benchmark] = _scaled(
            tree.score, interval, f"- ({tree.coverage})", _mean_marks(part.found)
        )
        if tree.score is not None:
            scores.append(tree.score)
        if stderr is not None:
            errors.append(stderr)
    from metrics.statistics.intervals import scaled_wilson

    mean = math.fsum(scores) / len(scores) if len(scores) == len(parts) else None
    ends = None
    if mean is not None and len(errors) == len(scores):  # benchmarks share no items
        spread = math.sqrt(math.fsum(error * error for error in errors)) / len(errors)
        lowest = math.fsum(part.found.tree.lowest for part in mine) / len(mine)
        ends = scaled_wilson(mean, spread, math.inf, (lowest, 1.0), quantile=Z95)
    entries["overall"] = _scaled(mean, ends, f"- ({len(scores)}/{len(parts)})")
    shares = [_shares(part, official=False) for part in mine]
    lines = [sum(result.lines for result in part.tasks.values()) for part in mine]

    def pooled(name: str) -> float | None:
        known = [(s[name], n) for s, n in zip(shares, lines, strict=True) if s[name] is not None]
        weight = sum(n for _, n in known)
        return sum(share * n for share, n in known) / weight if weight else None

    return Row(
        mine[0].run,
        mine[0].model,
        entries,
        items=sum(share["items"] for share in shares),
        total=sum(share["total"] for share in shares),
        unparsed=pooled("unparsed"),
        refused=pooled("refused"),
        errors=pooled("errors"),
        whole=mean is not None and all(part.found.tree.whole for part in mine),
    )
