"""A leaderboard as one HTML page: sortable and filterable tables, intervals as bars, score against effort.

Everything that the page says is in its markup, so it reads, prints and is searched without a script; the script sorts, filters
and switches the colours. Quoted rows look different, and one switch hides them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from leaderboards.labels import heading
from leaderboards.renderers.markdown import RANKS, coverage, format_share, table_title, used_marks
from leaderboards.renderers.page import page, text
from leaderboards.renderers.scatter import Point, scatter
from leaderboards.tables import Column, Entry, Leaderboard, Row, SignatureSet, Table

BAR: Final = 72
"""Width of an interval bar."""
EFFORT: Final[Mapping[str, str]] = {
    "seconds": "Seconds per reply",
    "tokens": "Tokens per reply",
}
"""Field of ``Row`` -> label of the axis."""


def render_html(board: Leaderboard, *, title: str = "Leaderboard") -> str:
    """Render the whole leaderboard as one page."""
    benchmarks = list(dict.fromkeys(table.benchmark for table in board.tables))
    links = [f'<a href="#{_anchor(name)}">{text(heading(name))}</a>' for name in benchmarks]
    parts = [
        '<header class="top">',
        f"<h1>{text(title)}</h1>",
        f"<nav>{''.join(links)}</nav>" if len(links) > 1 else "",
        '<div class="tools" hidden>',
        '<label class="search">Filter <input id="filter" type="search" placeholder="run or model"></label>',
        _switch(board),
        '<button id="theme" type="button" aria-label="Switch colours">Light or dark</button>',
        "</div>",
        "</header>",
        "<main>",
    ]
    for name in benchmarks:
        parts.append(f'<section id="{_anchor(name)}"><h2>{text(heading(name))}</h2>')
        parts += [_table(table, board) for table in board.tables if table.benchmark == name]
        parts.append("</section>")
    parts += [*_legend(board), *_signatures(board), "</main>"]
    return page(
        title,
        "\n".join(part for part in parts if part),
        styles=("base.css", "board.css"),
        scripts=("board.js",),
    )


def _switch(board: Leaderboard) -> str:
    quoted = any(row.source is not None for table in board.tables for row in table.rows)
    box = '<label><input id="quoted" type="checkbox" checked> Quoted rows</label>'
    return box if quoted else ""


def _anchor(name: str) -> str:
    return "b-" + re.sub(r"[^a-z0-9]+", "-", name.lower())


# --- tables --------------------------------------------------------------------------------------


def _table(table: Table, board: Leaderboard) -> str:
    several = sum((t.benchmark, t.kind) == (table.benchmark, table.kind) for t in board.tables) > 1
    title = text(table_title(table, labelled=several and table.kind != "quoted"))
    ranked = any(row.rank is not None for row in table.rows)
    ours = any(row.source is None for row in table.rows)
    heads = ['<th scope="col" class="rank" data-sort="number">Rank</th>'] if ranked else []
    heads += [
        '<th scope="col" class="run" data-sort="text">Run</th>',
        '<th scope="col" data-sort="text">Model</th>',
    ]
    heads += [_head(column, table) for column in table.columns]
    if ours:
        heads += [
            f'<th scope="col" class="number" data-sort="number">{name}</th>'
            for name in ("Items", "Unparsed", "Refused", "Failed")
        ]
    scales = {column.key: _scale(table, column) for column in table.columns}
    lines = [
        f"<tr{' class=quoted' if row.source is not None else ''}>{''.join(_cells(table, row, scales, ranked=ranked, ours=ours))}</tr>"
        for row in table.rows
    ]
    notes = "".join(f"<li>{text(note)}</li>" for note in table.notes)
    inner = (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + _plots(table)
    )
    if table.kind == "quoted":
        return f'<details class="quoted-table"><summary><h3>{title}</h3></summary>{inner}</details>'
    return f"<h3>{title}</h3>{inner}"


def _head(column: Column, table: Table) -> str:
    arrow, words = (
        ("↑", "higher is better") if column.higher_is_better else ("↓", "lower is better")
    )
    state = ""
    if column.key == table.sorted_by:
        state = ' aria-sort="descending"' if column.higher_is_better else ' aria-sort="ascending"'
    return (
        f'<th scope="col" class="number" data-sort="number"{state}>{text(column.heading)}'
        f'&nbsp;<abbr title="{words}">{arrow}</abbr></th>'
    )


def _cells(
    table: Table,
    row: Row,
    scales: Mapping[str, tuple[float, float]],
    *,
    ranked: bool,
    ours: bool,
) -> Iterator[str]:
    if ranked:
        order = "" if row.rank is None else f' data-value="{row.rank}"'
        yield f'<td class="rank"{order}>{text(row.ranks)}</td>'
    badge = ""
    if row.source is not None:
        badge = f' <abbr class="badge" title="{text(row.source.protocol)}">quoted</abbr>'
    marks = text(f" {row.marks}") if row.marks and row.source is None else ""
    yield f'<th scope="row" class="run">{text(row.run)}{marks}{badge}</th>'
    yield f'<td class="model">{text(row.model)}</td>'
    for column in table.columns:
        yield _value(row.entries.get(column.key, Entry()), scales[column.key])
    if ours:
        for shown, value in (
            (coverage(row), None if row.source is not None else float(row.items)),
            *((format_share(share), share) for share in (row.unparsed, row.refused, row.errors)),
        ):
            order = "" if value is None else f' data-value="{value!r}"'
            yield f'<td class="number small"{order}>{text(shown)}</td>'


def _value(entry: Entry, scale: tuple[float, float]) -> str:
    more = f' <span class="coverage">{text(entry.coverage)}</span>' if entry.coverage else ""
    more += f' <span class="mark">{text(entry.marks)}</span>' if entry.marks else ""
    if entry.value is None:
        return f'<td class="number none">{text(entry.text)}{more}</td>'
    number = f"{entry.value:.{entry.decimals}f}"
    shown = f"<b>{number}</b>" if entry.best else number
    interval = ""
    if entry.ci95 is not None:
        low, high = (f"{end:.{entry.decimals}f}" for end in entry.ci95)
        interval = f'<span class="interval">{low} to {high}</span>'
    return f'<td class="number" data-value="{entry.value!r}">{shown}{more}{_bar(entry, scale)}{interval}</td>'


def _scale(table: Table, column: Column) -> tuple[float, float]:
    """Return the ends of a column's bars: its smallest and largest value, intervals included."""
    entries = [row.entries.get(column.key, Entry()) for row in table.rows]
    ends = [
        end
        for entry in entries
        if entry.value is not None
        for end in (entry.value, *(entry.ci95 or ()))
    ]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _bar(entry: Entry, scale: tuple[float, float]) -> str:
    """Return the interval as a bar with a dot at the value; nothing without an interval."""
    if entry.ci95 is None or entry.value is None or scale[1] <= scale[0]:
        return ""

    def place(value: float) -> float:
        return 3 + (value - scale[0]) / (scale[1] - scale[0]) * (BAR - 6)

    low, high = (place(end) for end in entry.ci95)
    return (
        f'<svg class="bar" viewBox="0 0 {BAR} 10" width="{BAR}" height="10" aria-hidden="true">'
        f'<line class="rail" x1="0" x2="{BAR}" y1="5" y2="5"/>'
        f'<line class="reach" x1="{low:.1f}" x2="{max(high, low + 1):.1f}" y1="5" y2="5"/>'
        f'<circle cx="{place(entry.value):.1f}" cy="5" r="3"/></svg>'
    )


# --- plots ---------------------------------------------------------------------------------------


def _plots(table: Table) -> str:
    """Return score against effort for the tables of means, where two runs or more have been measured."""
    column = next((one for one in table.columns if one.key == table.sorted_by), None)
    if column is None or table.kind not in ("overall", "normalized", "common"):
        return ""
    figures = []
    for name, label in EFFORT.items():
        points = [
            Point(row.run, effort, entry.value, entry.ci95)
            for row in table.rows
            if (effort := getattr(row, name)) is not None
            and (entry := row.entries.get(column.key, Entry())).value is not None
        ]
        if len(points) > 1:
            plot = scatter(points, x_label=label, y_label=column.heading)
            caption = f"{text(column.heading)} against {label.lower()}; the line joins the runs that no other run beats in both."
            figures.append(f"<figure>{plot}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="plots">{"".join(figures)}</div>' if figures else ""


# --- legend --------------------------------------------------------------------------------------


def _legend(board: Leaderboard) -> list[str]:
    lines = [
        f"<li><b>{text(mark)}</b> {text(words)}</li>" for mark, words in used_marks(board).items()
    ]
    if any(row.rank is not None for table in board.tables for row in table.rows):
        lines.insert(0, f"<li>{text(RANKS)}</li>")
    return (
        [f'<section class="legend"><h2>Legend</h2><ul>{"".join(lines)}</ul></section>']
        if lines
        else []
    )


def _signatures(board: Leaderboard) -> list[str]:
    if not board.signatures:
        return []
    parts = ['<section class="signatures"><h2>Signatures</h2>']
    parts.append(
        "<p>A table never mixes signatures. The reading that its heading names is their last part.</p>"
    )
    parts += [_signature_set(group) for group in board.signatures]
    return [*parts, "</section>"]


def _signature_set(group: SignatureSet) -> str:
    title = f"{heading(group.benchmark)}, set {group.label}"
    if group.differs:
        title += f" (differs from set A in: {', '.join(group.differs)})"
    lines = "".join(
        f"<li><code>{text(one)}</code></li>" for one in group.signatures.values() if one
    )
    return f"<details><summary>{text(title)}</summary><ul>{lines}</ul></details>"
