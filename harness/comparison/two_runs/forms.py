"""A comparison as text for a terminal and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from harness.comparison.two_runs.found import (
    Engine,
    Findings,
    ItemPair,
    MetricDifference,
    TaskComparison,
)
from harness.core import inert

HEAD: Final = (
    "task",
    "metric",
    "pairs",
    "A",
    "B",
    "B-A",
    "95%-interval",
    "p(Holm)",
    "detectable",
    "B is",
)
_LONGEST: Final = 300


def number(value: float | None, row: MetricDifference, *, signed: bool = False) -> str:
    """Return a number of a row in the unit that people read: a percentage, or the metric's own unit."""
    if value is None or not math.isfinite(value):
        return "-"
    sign = "+" if signed else ""
    if row.percent:
        return f"{round(100 * value, 1) + 0.0:{sign}.1f} %"
    return f"{round(value, 3) + 0.0:{sign}.3f}"


def cells(row: MetricDifference) -> list[str]:
    """Return the texts of a row, in the order of ``HEAD``."""
    interval = "-"
    if row.ci95 is not None:
        factor, decimals = (100, 1) if row.percent else (1, 3)
        low, high = (f"{round(factor * end, decimals) + 0.0:.{decimals}f}" for end in row.ci95)
        interval = f"[{low}, {high}]"
    return [
        row.task,
        f"{row.metric} {'↑' if row.higher_is_better else '↓'}",
        str(row.n),
        number(row.a, row),
        number(row.b, row),
        number(row.difference, row, signed=True),
        interval,
        _p_value(row.p_adjusted),
        number(row.detectable, row),
        row.result,
    ]


def _p_value(value: float | None) -> str:
    if value is None:
        return "-"
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def summary(task: TaskComparison) -> str:
    """Return what became of the items of a task, in one line."""
    if task.metric is None:
        return f"{task.task}: {task.pairs} pairs, no score of an item"
    parts = [
        f"{len(task.gained)} gained",
        f"{len(task.lost)} lost",
        f"{task.both_right} right in both",
        f"{task.both_wrong} wrong in both, or equal",
    ]
    for count, what in (
        (task.only_a, "only in A"),
        (task.only_b, "only in B"),
        (task.errors, "failed"),
        (len(task.changed_documents), "with other documents"),
    ):
        if count:
            parts.append(f"{count} {what}")
    return f"{task.task} by {task.metric}: {', '.join(parts)}"


def engine_lines(engine: Engine) -> Iterator[str]:
    """Yield what is to be said about the engine."""
    yield f"engine: {engine.verdict}"
    for name, (ours, theirs) in engine.differs.items():
        yield f"  {name}: A {shortened(ours)}, B {shortened(theirs)}"
    if engine.same_prompts < engine.pairs:
        yield f"  {engine.pairs - engine.same_prompts} of {engine.pairs} prompts differ"
    if not engine.clips and engine.pairs:
        yield "  clips: no digests in both runs, so nothing is known about the audio as received"
    elif engine.first_clip is not None:
        pair = engine.first_clip
        ours, theirs = (", ".join(side.clips) for side in (pair.a, pair.b))
        yield f"  first clip that differs: {pair.id} of {pair.task}: A {ours}, B {theirs}"


def shortened(text: str) -> str:
    """Return text of at most 300 characters, in one line.

    >>> len(shortened("x" * 400)), shortened("a" + chr(10) + " b")
    (300, 'a b')
    """
    flat = inert.line(" ".join(text.split()))
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"


# --- text ----------------------------------------------------------------------------------------


def to_text(found: Findings, *, items: int) -> str:
    """Return the report for a terminal."""
    lines = [f"compare: A = {found.a}, B = {found.b} (strict reading)", ""]
    lines += [*_differs_lines(found), ""]
    if found.metrics:
        lines += [*_columns([list(HEAD), *map(cells, found.metrics)]), ""]
    for task in found.tasks:
        lines.append(summary(task))
        for kind, pairs in (("lost", task.lost), ("gained", task.gained)):
            for pair in pairs[:items]:
                lines += _item_lines(kind, pair)
            if len(pairs) > items:
                lines.append(f"  and {len(pairs) - items} more {kind}: --items {len(pairs)}")
    lines += ["", *engine_lines(found.engine)]
    if found.engine.first is not None:
        lines += _item_lines("first reply that differs", found.engine.first)
    lines += [f"note: {note}" for note in found.notes]
    return "\n".join(map(inert.line, lines)) + "\n"


def _differs_lines(found: Findings) -> Iterator[str]:
    """Yield in what the signatures differ, tasks with the same difference together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for task in found.tasks:
        for part, (ours, theirs) in task.differs.items():
            groups.setdefault((part, ours, theirs), []).append(task.task)
    if not groups:
        yield "signatures: the same in all tasks"
    for (part, ours, theirs), tasks in groups.items():
        where = "all tasks" if len(tasks) == len(found.tasks) > 1 else ", ".join(tasks)
        yield f"signatures differ in {part}: A {ours}, B {theirs} ({where})"
    for side, alone in (("A", found.only_a), ("B", found.only_b)):
        if alone:
            yield f"only in {side}: {', '.join(alone)}"


def _item_lines(kind: str, pair: ItemPair) -> Iterator[str]:
    yield f"  {kind}: {pair.id}" + (f", reply {pair.repeat}" if pair.repeat else "")
    yield f"    prompt:    {shortened(pair.prompt)}"
    if pair.reference:
        yield f"    reference: {shortened(pair.reference)}"
    for name, side in (("A", pair.a), ("B", pair.b)):
        score = "" if side.score is None else f"  (score {side.score:g})"
        yield f"    {name}:         {shortened(side.response or f'[{side.outcome}]')}{score}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    last = len(widths) - 1
    return [
        "  ".join(
            text.ljust(width) if place in (0, 1, last) else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


# --- Markdown ------------------------------------------------------------------------------------


def to_markdown(found: Findings, *, items: int) -> str:
    """Return the report as Markdown (GitHub tables)."""
    escape = inert.markdown
    blocks = [f"# Compare: A = {escape(found.a)}, B = {escape(found.b)}", "Strict reading."]
    blocks.append("\n".join(f"- {escape(line)}" for line in _differs_lines(found)))
    if found.metrics:
        blocks += [
            "## Differences",
            "\n".join(
                _table([list(HEAD), *(list(map(escape, cells(row))) for row in found.metrics)])
            ),
        ]
    blocks.append("## Items")
    for task in found.tasks:
        blocks.append(f"### {escape(summary(task))}")
        shown = [
            [
                kind,
                escape(str(pair.id)),
                *(escape(shortened(text)) for text in (pair.prompt, pair.reference)),
                *(
                    escape(shortened(side.response or f"[{side.outcome}]"))
                    for side in (pair.a, pair.b)
                ),
            ]
            for kind, pairs in (("lost", task.lost), ("gained", task.gained))
            for pair in pairs[:items]
        ]
        if shown:
            head = ["change", "id", "prompt", "reference", "A", "B"]
            blocks.append("\n".join(_table([head, *shown], numbers=False)))
        left = sum(max(0, len(pairs) - items) for pairs in (task.lost, task.gained))
        if left:
            blocks.append(f"{left} more are not shown.")
    blocks.append("## Engine")
    blocks.append("\n".join(f"- {escape(line.strip())}" for line in engine_lines(found.engine)))
    if found.engine.first is not None:
        pair = found.engine.first
        sides = [
            escape(shortened(side.response or f"[{side.outcome}]")) for side in (pair.a, pair.b)
        ]
        blocks.append(
            f"First reply that differs, {escape(str(pair.id))}: A {sides[0]}; B {sides[1]}"
        )
    if found.notes:
        blocks.append("\n".join(f"- {escape(note)}" for note in found.notes))
    return "\n\n".join(blocks) + "\n"


def _table(rows: Sequence[Sequence[str]], *, numbers: bool = True) -> list[str]:
    width = len(rows[0])
    rule = [
        "--:" if numbers and place not in (0, 1, width - 1) else "---" for place in range(width)
    ]
    return [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
