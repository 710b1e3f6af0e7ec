"""A comparison as one HTML page: differences as bars, every lost and gained item with both answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from harness.comparison.two_runs.forms import HEAD, cells, engine_lines, number, summary
from harness.comparison.two_runs.found import Findings, ItemPair, MetricDifference, Side
from leaderboards.renderers.page import page, text

_WIDTH: Final = 160
SHOWN: Final = 200
"""Items shown of a task and kind, the largest changes first; a page of ten thousand would be slow."""


def to_html(found: Findings) -> str:
    """Return the whole comparison as one page."""
    title = f"{found.a} and {found.b}"
    parts = [
        '<header class="top">',
        f"<h1>A = {text(found.a)} · B = {text(found.b)}</h1>",
        '<div class="tools" hidden><label class="search">Filter'
        ' <input id="filter" type="search" placeholder="text of an item"></label>'
        '<label><input id="lost" type="checkbox" checked> Lost</label>'
        '<label><input id="gained" type="checkbox" checked> Gained</label>'
        '<button id="theme" type="button">Light or dark</button></div>',
        "</header><main>",
        *_differs(found),
        *_numbers(found),
        *_engine(found),
        *_items(found),
        "</main>",
    ]
    return page(
        title,
        "\n".join(parts),
        styles=("base.css", "compare.css"),
        scripts=("compare.js",),
    )


def _differs(found: Findings) -> Iterable[str]:
    yield "<section><h2>Signatures</h2>"
    rows = [
        f'<tr><th scope="row">{text(task.task)}</th><td>{text(name)}</td><td><code>{text(ours)}</code></td>'
        f"<td><code>{text(theirs)}</code></td></tr>"
        for task in found.tasks
        for name, (ours, theirs) in task.differs.items()
    ]
    if rows:
        yield (
            '<div class="scroll"><table><thead><tr><th scope="col">Task</th><th scope="col">Part</th>'
            '<th scope="col">A</th><th scope="col">B</th></tr></thead><tbody>'
        )
        yield from rows
        yield "</tbody></table></div>"
    else:
        yield "<p>The same in all tasks.</p>"
    for side, tasks in (("A", found.only_a), ("B", found.only_b)):
        if tasks:
            yield f"<p>Only in {side}: {text(', '.join(tasks))}</p>"
    yield from (f"<p>{text(note)}</p>" for note in found.notes)
    yield "</section>"


def _numbers(found: Findings) -> Iterable[str]:
    if not found.metrics:
        return
    yield "<section><h2>Differences</h2>"
    heads = "".join(
        f'<th scope="col"{"" if place in (0, 1) else " class=number"}>{text(name)}</th>'
        for place, name in enumerate([*HEAD, "worse ← B → better"])
    )
    yield f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in found.metrics:
        shown = "".join(
            f'<td class="{"name" if place < 2 else "number"}">{text(cell)}</td>'
            for place, cell in enumerate(cells(row))
        )
        yield f'<tr class="{row.result}">{shown}<td class="number">{_bar(row)}</td></tr>'
    yield "</tbody></table></div></section>"


def _bar(row: MetricDifference) -> str:
    """Return the interval of a difference around 0, worse to the left."""
    if row.ci95 is None:
        return ""
    low, high = row.ci95 if row.higher_is_better else (-row.ci95[1], -row.ci95[0])
    value = row.difference if row.higher_is_better else -row.difference
    reach = max(abs(low), abs(high), 1e-12)

    def place(one: float) -> float:
        return _WIDTH / 2 + one / reach * (_WIDTH / 2 - 4)

    label = f"{number(row.ci95[0], row, signed=True)} to {number(row.ci95[1], row, signed=True)}"
    return (
        f'<svg class="bar" viewBox="0 0 {_WIDTH} 14" width="{_WIDTH}" height="14" role="img" aria-label="{text(label)}">'
        f'<line class="zero" x1="{_WIDTH / 2}" x2="{_WIDTH / 2}" y1="0" y2="14"/>'
        f'<line class="reach" x1="{place(low):.1f}" x2="{place(high):.1f}" y1="7" y2="7"/>'
        f'<circle cx="{place(value):.1f}" cy="7" r="3.5"/></svg>'
    )


def _engine(found: Findings) -> Iterable[str]:
    first, *rest = engine_lines(found.engine)
    verdict = first.removeprefix("engine: ")
    yield f"<section><h2>Engine</h2><p>{text(verdict[:1].upper() + verdict[1:])}.</p>"
    if rest:
        yield f'<ul class="notes">{"".join(f"<li>{text(line.strip())}</li>" for line in rest)}</ul>'
    if found.engine.first is not None:
        yield "<h3>First reply that differs</h3>"
        yield _card(found.engine.first)
    yield "</section>"


def _items(found: Findings) -> Iterable[str]:
    yield "<section><h2>Items</h2>"
    for task in found.tasks:
        yield f'<h3>{text(summary(task))}</h3><div class="cards">'
        yield from (_card(pair) for pair in (*task.lost[:SHOWN], *task.gained[:SHOWN]))
        yield "</div>"
        left = sum(max(0, len(pairs) - SHOWN) for pairs in (task.lost, task.gained))
        if left:
            yield f"<p>{left} more, of smaller changes, are in the JSON form.</p>"
    yield "</section>"


def _card(pair: ItemPair) -> str:
    kind = pair.change or "equal"
    name = str(pair.id) + (f", reply {pair.repeat}" if pair.repeat else "")
    reference = f"<dt>Reference</dt><dd>{text(pair.reference)}</dd>" if pair.reference else ""
    return (
        f'<article class="item {kind}"><header><span class="kind">{kind}</span> <code>{text(name)}</code></header>'
        f"<dl><dt>Prompt</dt><dd>{_lines(pair.prompt)}</dd>{reference}</dl>"
        f'<div class="sides">{_side("A", pair.a)}{_side("B", pair.b)}</div></article>'
    )


def _side(name: str, side: Side) -> str:
    score = "" if side.score is None else f' <span class="score">score {side.score:g}</span>'
    reply = _lines(side.response) if side.response else f"<i>{text(side.outcome)}</i>"
    return f'<div class="side"><b>{name}</b>{score}<p>{reply}</p></div>'


def _lines(value: str) -> str:
    return "<br>".join(map(text, value.split("\n")))
