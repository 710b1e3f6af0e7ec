"""Markdown rendering of a leaderboard (GitHub tables).

A number stands with its interval in brackets: intervals near 0 or 1 are lopsided, and ``±`` would
hide that. Arrows give each column's direction, bold the unbeaten values, and the last columns say how much
of the benchmark ran and how many answers could not be read, were refused or failed. A table that is too wide for a page
is turned (a line a column), or cut into several where it has many rows. The text depends on the results alone, so that a
page changes only where they do. Names are escaped, so that no run can break or forge a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from harness.core.inert import markdown as escape
from leaderboards.labels import heading
from leaderboards.tables import MARKS, Column, Entry, Leaderboard, Row, SignatureSet, Table

WIDEST: Final = 8
"""Value columns that fit a page."""
ABREAST: Final = 6
"""Rows side by side in a turned table, columns in a part of a cut one."""

_Shown = tuple[str, Callable[[Row], str]]
"""Heading of a line or column that is not a value of the table, and its text for a row."""


def render_markdown(board: Leaderboard, *, title: str = "Leaderboard") -> str:
    """Render the whole leaderboard as one Markdown document."""
    blocks = [f"# {escape(title)}"]
    last = None
    for table in board.tables:
        if table.benchmark != last:
            blocks.append(f"## {escape(heading(table.benchmark))}")
            last = table.benchmark
        several = sum(
            1
            for other in board.tables
            if (other.benchmark, other.kind) == (table.benchmark, table.kind)
        )
        labelled = several > 1 and table.kind != "quoted"
        blocks.append(render_table(table, labelled=labelled))
    legend = _legend(board)
    if legend:
        blocks.append(legend)
    if board.signatures:
        blocks.append("## Signatures")
        blocks.append(
            "A table never mixes signatures. The reading that its heading names is their last part."
        )
        blocks += [_signatures(group) for group in board.signatures]
    return "\n\n".join(blocks) + "\n"


def render_table(table: Table, *, labelled: bool = False) -> str:
    """Render one table with its heading and notes, in as many parts as a page needs.

    Args:
        table: the table.
        labelled: name its set of signatures in the heading.
    """
    title = table_title(table, labelled=labelled)
    if len(table.columns) <= WIDEST:
        parts = [_upright(table, table.columns, last=True)]
    elif len(table.rows) <= 2 * ABREAST:
        parts = list(_turned(table))
    else:
        cuts = range(0, len(table.columns), ABREAST)
        parts = [
            _upright(table, table.columns[start : start + ABREAST], last=start == cuts[-1])
            for start in cuts
        ]
    blocks = [f"### {escape(title)}", *parts]
    if table.notes:
        blocks.append("\n".join(f"- {escape(note)}" for note in table.notes))
    return "\n\n".join(blocks)


def table_title(table: Table, *, labelled: bool = False) -> str:
    """Return the heading of a table, with its set of signatures where several tables differ in that.

    >>> table_title(Table("b", "native", "scores (strict reading)", "A", (), ()), labelled=True)
    'Scores (strict reading), set A'
    """
    title = table.title[:1].upper() + table.title[1:]
    return f"{title}, set {table.signature_set}" if labelled else title


_FIRST: Final[tuple[_Shown, ...]] = (
    ("Rank", lambda row: row.ranks),
    ("Run", lambda row: escape(f"{row.run} {row.marks}")),
    ("Model", lambda row: escape(row.model)),
)
_LAST: Final[tuple[_Shown, ...]] = (
    ("Items", lambda row: coverage(row)),
    ("Unparsed", lambda row: format_share(row.unparsed)),
    ("Refused", lambda row: format_share(row.refused)),
    ("Failed", lambda row: format_share(row.errors)),
)


def _upright(table: Table, columns: Sequence[Column], *, last: bool) -> str:
    """Return a line a row; shares and coverage only in the last part of a table."""
    ours = any(row.source is None for row in table.rows)
    ranked = any(row.rank is not None for row in table.rows)
    first = [shown for shown in _FIRST if ranked or shown[0] != "Rank"]
    after = _LAST if last and ours else ()
    heads = [*(name for name, _ in first), *map(_head, columns), *(name for name, _ in after)]
    rule = ["--:" if name == "Rank" else "---" for name, _ in first]
    lines = [_line(heads), _line([*rule, *["--:"] * (len(heads) - len(first))])]
    lines += [
        _line(
            [
                *(text(row) for _, text in first),
                *(format_entry(row.entries.get(column.key, Entry())) for column in columns),
                *(text(row) for _, text in after),
            ]
        )
        for row in table.rows
    ]
    return "\n".join(lines)


def _turned(table: Table) -> Iterator[str]:
    """Yield tables with a line a column and a column a row, a few rows abreast."""
    for start in range(0, len(table.rows), ABREAST):
        rows = table.rows[start : start + ABREAST]
        heads = ["Run", *(escape(f"{row.run} {row.marks}") for row in rows)]
        lines = [_line(heads), _line(["---", *["--:"] * len(rows)])]
        lines += [
            _line([name, *(text(row) for row in rows)])
            for name, text in _FIRST
            if name == "Model" or (name == "Rank" and any(row.rank is not None for row in rows))
        ]
        lines += [
            _line(
                [
                    _head(column),
                    *(format_entry(row.entries.get(column.key, Entry())) for row in rows),
                ]
            )
            for column in table.columns
        ]
        if any(row.source is None for row in rows):
            lines += [_line([name, *(text(row) for row in rows)]) for name, text in _LAST]
        yield "\n".join(lines)


def _head(column: Column) -> str:
    return f"{escape(column.heading)} {'↑' if column.higher_is_better else '↓'}"


def coverage(row: Row) -> str:
    """Return how many items of the tasks ran.

    >>> coverage(Row("a", "m", {}, items=4, total=6)), coverage(Row("a", "m", {}, items=6, total=6))
    ('4/6 partial', '6')
    """
    if row.source is not None:
        return "-"
    return str(row.items) if row.items == row.total else f"{row.items}/{row.total} partial"


def format_entry(entry: Entry) -> str:
    """Format a value with its interval and coverage.

    >>> format_entry(Entry(66.0, (63.01, 68.9), 2, best=True, marks="†"))
    '**66.00** [63.01, 68.90] †'
    >>> format_entry(Entry(text="- (17/20)")), format_entry(Entry(5.0, coverage="3/3"))
    ('- (17/20)', '5.0 (3/3)')
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
    if entry.coverage:
        text += f" ({entry.coverage})"
    return f"{text} {escape(entry.marks)}" if entry.marks else text


def format_share(share: float | None) -> str:
    """Format a share as a percentage.

    >>> format_share(0.0125), format_share(None)
    ('1.2 %', '-')
    """
    return "-" if share is None else f"{100 * share:.1f} %"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def used_marks(board: Leaderboard) -> dict[str, str]:
    """Return the marks that a board uses, with what they mean."""
    used = {
        mark
        for table in board.tables
        for row in table.rows
        for marks in (row.marks, *(entry.marks for entry in row.entries.values()))
        for mark in marks
    }
    return {mark: text for mark, text in MARKS.items() if mark in used}


def _legend(board: Leaderboard) -> str:
    ranks = any(row.rank is not None for table in board.tables for row in table.rows)
    lines = [f"- {RANKS}"] if ranks else []
    lines += [f"- {escape(mark)} {text}" for mark, text in used_marks(board).items()]
    return "\n".join(lines)


RANKS: Final = (
    "Ranks: 1 and the number of runs that are significantly better, to the last rank that is not excluded (paired tests of"
    " the items, all pairs of a column at once, 5 %). Bold: no run is significantly better, and one is significantly worse."
)


def _signatures(group: SignatureSet) -> str:
    title = f"**{escape(group.benchmark)}, set {group.label}**"
    if group.differs:
        title += f" (differs from set A in: {', '.join(map(escape, group.differs))})"
    lines = [
        f"- `{' '.join(text.replace('`', chr(39)).split())}`"
        for text in group.signatures.values()
        if text
    ]
    return "\n".join([title, "", *lines]) if lines else title
