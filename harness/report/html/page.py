"""``harness report``: one HTML page of a run, complete in one file.

The page is a template, a style sheet, a program and data. Its content security policy admits exactly this style sheet and
this program, by their hashes, and no address but those of clips; data is text that the program puts into text nodes. So
nothing that a model, a judge or a data set says can run, and a page opened from a disk asks no server for anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.core import inert
from harness.core.version import __version__
from harness.report.html import figures, heat, pairs, states
from harness.report.html.clips import Clip, Clips
from harness.report.html.embedding import Packer, plain, source_hash
from harness.report.html.items import Item, Key, Listing, pack, read_items
from harness.report.html.reread import TaskCode
from harness.report.html.usage import Usage
from harness.report.listening import by_cell, controls_of, gain_lines, gains_of
from harness.report.table import footnotes
from harness.run.files import Manifest
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView
from leaderboards.labels import model_label

if TYPE_CHECKING:
    from jinja2 import Environment

NAME: Final = "report.html"
"""File of a run directory that the page is written to by default."""
STYLES: Final = ("style.css", "report.css")
PROGRAM: Final = ("store.js", "player.js", "detail.js", "list.js", "app.js")
_HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Options of a page.

    Attributes:
        output: the file; default ``report.html`` in the run directory.
        cap: bytes of audio to embed; 0 links the clips only.
        data: folders of official copies by benchmark, where clips are looked for first.
        include_path: folders with tasks of the user.
        trusted: code of tasks outside the harness may run.
        controls: runs of the same model under controls, besides those in the run directory.
    """

    output: Path | None = None
    cap: int = 0
    data: Mapping[str, Path] = field(default_factory=dict)
    include_path: Sequence[Path] = ()
    trusted: bool = False
    controls: Sequence[RunView] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A page that was written: its file, items, bytes, clips in it, and clips that were not found."""

    path: Path
    items: int
    size: int
    embedded: int
    missing: int


def write_report(
    view: RunView, other: RunView | None = None, options: ReportOptions | None = None
) -> Written:
    """Write the page of a run.

    Args:
        view: the run.
        other: a run to set it against.
        options: where to, and what with.

    Raises:
        InputFileError: a file of a run is missing or damaged.
        OSError: the page cannot be written.
    """
    options = options or ReportOptions()
    path = options.output or view.path / NAME
    clips = Clips(view, path, data=options.data, cap=options.cap)
    listing, usage = Listing(), Usage()
    tables: dict[str, heat.CrossTable] = {}
    code = TaskCode(options.include_path, options.trusted)
    items = read_items(view, code, clips=clips, listing=listing, usage=usage, tables=tables)
    comparison = None
    if other is not None:
        comparison = pairs.compare(view, other)
        others: dict[Key, Item] = {
            item.key: item for item in read_items(other, code, clips=None, listing=Listing())
        }
        items = pairs.paired(items, others, comparison)
    lines, packer = pack(items)
    content = _overview(view, comparison, usage, tables)
    gains = gains_of(view, [*options.controls, *controls_of(view.path)])
    content["gains"] = by_cell(gains)
    content["notes"] += gain_lines(gains)
    content["index"] = _index(view, listing, packer, clips, other)
    chunks = _page(content, lines, packer, clips)
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            yield chunk

    write_atomically(path, counted(), private=True)
    return Written(path, len(lines), size, clips.embedded, clips.missing)


def _overview(
    view: RunView,
    comparison: pairs.Comparison | None,
    usage: Usage,
    tables: Mapping[str, heat.CrossTable],
) -> dict[str, Any]:
    results, manifest = view.results, view.manifest
    stale = view.stale(thorough=False)
    maps = [*heat.shared_fields(results, manifest)]
    maps += [one for task, table in tables.items() for one in table.maps(task)]
    return {
        "name": view.name,
        "spec": _spec(manifest),
        "manifest": manifest,
        "results": results,
        "version": __version__,
        "has_official": any(entry["official_metrics"] for entry in manifest["tasks"].values()),
        "cards": figures.cards(results, manifest),
        "aggregates": figures.own_aggregates(results),
        "scores": list(figures.score_rows(results)),
        "categories": figures.categories(results),
        "maps": maps,
        "outcomes": figures.outcomes(results),
        "health": results.get("judge_health", {}),
        "spent": usage.table(),
        "notes": [*([stale] if stale else []), *footnotes(results, manifest)],
        "parts": _signature_table(manifest["tasks"]),
        "comparison": comparison,
        "changes": pairs.summary(comparison) if comparison else [],
        "change_names": states.CHANGES,
    }


def _spec(manifest: Manifest) -> str:
    """Return the model as it was named, at most 120 characters of it."""
    spec = model_label(manifest["model"])
    return spec if len(spec) <= 120 else f"{spec[:119]}…"


def _signature_table(tasks: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of the signatures: those that all tasks share, and a table of the others."""
    parts = {task: dict(entry["signature_parts"]) for task, entry in tasks.items()}
    names = list(dict.fromkeys(name for one in parts.values() for name in one))
    values = {name: {one.get(name, "–") for one in parts.values()} for name in names}
    shared = {name: next(iter(found)) for name, found in values.items() if len(found) == 1}
    rest = [name for name in names if name not in shared]
    return {"shared": shared, "names": rest, "tasks": parts}


def _index(
    view: RunView, listing: Listing, packer: Packer, clips: Clips, other: RunView | None
) -> dict[str, Any]:
    """Return what the program must know before it looks at an item."""
    return {
        "run": view.name,
        "other": other.name if other is not None else None,
        "tasks": listing.tasks,
        "benchmarks": [view.tasks[task]["benchmark"] for task in listing.tasks],
        "fields": [[[name, values] for name, values in one.items()] for one in listing.fields],
        "blocks": packer.counts,
        "clips": [_clip(clip) for clip in clips.known.values()],
        "spectrum": clips.grid,
    }


def _clip(clip: Clip) -> dict[str, Any]:
    found: dict[str, Any] = {"src": clip.source, "wave": clip.wave, "note": clip.note}
    if clip.content is not None:
        found |= {"kind": clip.kind, "embedded": True}
    return {name: value for name, value in found.items() if value is not None}


def source(names: Sequence[str]) -> str:
    """Return the text of assets, one after the other."""
    return "\n".join((_HERE / "assets" / name).read_text(encoding="utf-8") for name in names)


def environment() -> Environment:
    """Return the environment of the templates: text that is put into a page is escaped and inert."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["breakable"] = lambda text: escape(text).replace("_", Markup("_<wbr>"))
    return made


def _inert(value: Any) -> Any:
    return inert.block(value) if type(value) is str else value


def _page(
    content: Mapping[str, Any], lines: Sequence[Any], packer: Packer, clips: Clips
) -> Iterator[bytes]:
    """Yield the file in pieces, so that it is never held twice."""
    style, program = source(STYLES), f'(() => {{\n"use strict";\n{source(PROGRAM)}\n}})();'
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {source_hash(program)}",
            f"style-src {source_hash(style)}",
            "img-src data:",
            "media-src 'self' file: data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    page = environment().get_template("page.html.jinja")
    marker = "<!-- data -->"
    text = page.render(
        **content,
        policy=policy,
        style=style,
        program=program,
        marker=marker,
    )
    head, tail = text.split(marker)
    yield head.encode()
    yield _data("data-index", plain(content["index"]))
    yield b'<script type="application/json" id="data-items">\n'
    for line in lines:
        yield plain(line).encode() + b"\n"
    yield b"</script>\n"
    for number, block in enumerate(packer.blocks):
        yield _data(f"block-{number}", block, kind="text/plain")
    spectra = "\n".join(clip.spectrum or "" for clip in clips.known.values())
    yield _data("data-spectra", spectra, kind="text/plain")
    for clip in clips.known.values():
        if clip.content is not None:
            yield _data(f"clip-{clip.number}", clip.content, kind="text/plain")
    yield tail.encode()


def _data(name: str, text: str, *, kind: str = "application/json") -> bytes:
    return f'<script type="{kind}" id="{name}">{text}</script>\n'.encode()
