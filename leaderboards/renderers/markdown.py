"""Markdown rendering of a leaderboard (GitHub tables).

A number stands with its interval in brackets: intervals near 0 or 1 are lopsided, and ``±`` would
hide that. Arrows give each column's direction, bold the best value, and the last columns say how much
of the benchmark ran and how many answers could not be read, were refused or failed. Names are
escaped, so that no run can break or forge a table.
"""

from __future__ import annotations

from harness.core.inert import markdown as escape
from leaderboards.tables import MARKS, Column, Entry, Leaderboard, Row, SignatureSet, Table


def render_markdown(board: Leaderboard, *, title: str = "Leaderboard") -> str:
    """Render the whole leaderboard as one Markdown document."""
    blocks = [f"# {escape(title)}"]
    last = None
    for table in board.tables:
        if table.benchmark != last:
            blocks.append(f"## {escape(table.benchmark)}")
            last = table.benchmark
        several = sum(
            1
            for other in board.tables
            if (other.benchmark, other.kind) == (table.benchmark, table.kind)
        )
        blocks.append(render_table(table, labelled=several > 1))
    legend = _legend(board)
    if legend:
        blocks.append(legend)
    if board.signatures:
        blocks.append("## signatures")
        blocks.append(
            "A table never mixes signatures. The reading that its heading names is their last part."
        )
        blocks += [_signatures(group) for group in board.signatures]
    return "\n\n".join(blocks) + "\n"


def render_table(table: Table, *, labelled: bool = False) -> str:
    """Render one table with its heading and notes.

    Args:
        table: the table.
        labelled: name its set of signatures in the heading.
    """
    heading = f"### {escape(table.title)}" + (f", set {table.signature_set}" if labelled else "")
    heads = [
        "#",
        "run",
        "model",
        *(_head(column) for column in table.columns),
        "items",
        "unparsed",
        "refused",
        "failed",
    ]
    lines = [_line(heads), _line(["--:", "---", "---", *["--:"] * (len(heads) - 3)])]
    lines += [_line(_cells(table, row)) for row in table.rows]
    blocks = [heading, "\n".join(lines)]
    if table.notes:
        blocks.append("\n".join(f"- {escape(note)}" for note in table.notes))
    return "\n\n".join(blocks)


def _head(column: Column) -> str:
    return f"{escape(column.label)} {'↑' if column.higher_is_better else '↓'}"


def _cells(table: Table, row: Row) -> list[str]:
    coverage = str(row.items) if row.items == row.total else f"{row.items}/{row.total} partial"
    return [
        "-" if row.rank is None else str(row.rank),
        escape(f"{row.run} {row.marks}"),
        escape(row.model),
        *(format_entry(row.entries.get(column.key, Entry())) for column in table.columns),
        coverage,
        *(format_share(share) for share in (row.unparsed, row.refused, row.errors)),
    ]


def format_entry(entry: Entry) -> str:
    """Format a value with its interval.

    >>> format_entry(Entry(66.0, (63.01, 68.9), 2, best=True, marks="†"))
    '**66.00** [63.01, 68.90] †'
    >>> format_entry(Entry(text="- (17/20)"))
    '- (17/20)'
    """
    if entry.value is None:
        text = entry.text
    else:
        text = f"{entry.value:.{entry.decimals}f}"
        if entry.best:
            text = f"**{text}**"
        if entry.ci95 is not None:
            low, high = entry.ci95
            text += f" [{low:.{entry.decimals}f}, {high:.{entry.decimals}f}]"
    return f"{text} {escape(entry.marks)}" if entry.marks else text


def format_share(share: float | None) -> str:
    """Format a share as a percentage.

    >>> format_share(0.0125), format_share(None)
    ('1.2 %', '-')
    """
    return "-" if share is None else f"{100 * share:.1f} %"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _legend(board: Leaderboard) -> str:
    used = {
        mark
        for table in board.tables
        for row in table.rows
        for marks in (row.marks, *(entry.marks for entry in row.entries.values()))
        for mark in marks
    }
    return "\n".join(f"- {escape(mark)} {text}" for mark, text in MARKS.items() if mark in used)


def _signatures(group: SignatureSet) -> str:
    heading = f"**{escape(group.benchmark)}, set {group.label}**"
    if group.differs:
        heading += f" (differs from set A in: {', '.join(map(escape, group.differs))})"
    lines = [
        f"- `{' '.join(text.replace('`', chr(39)).split())}`"
        for text in group.signatures.values()
        if text
    ]
    return "\n".join([heading, "", *lines]) if lines else heading
