"""``harness report RUN_DIR [--compare OTHER]``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import UsageError
from harness.report.output import say, say_json

if TYPE_CHECKING:
    from harness.report.html.page import Written

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


@app.command()
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A scored run directory.")],
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="OTHER", help="A run to set it against, item by item."),
    ] = None,
    control: Annotated[
        list[Path] | None,
        typer.Option(
            "--control",
            metavar="OTHER",
            help="A run of the model without audio: shows what audio is worth; repeatable.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Default: RUN_DIR/report.html.",
            callback=options.check_output,
        ),
    ] = None,
    embed_audio: Annotated[
        str | None,
        typer.Option(
            "--embed-audio",
            metavar="CAP",
            help="Put clips into the page, at most CAP in all (25MB without =CAP).",
        ),
    ] = None,
    data: options.Data = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a run as one HTML page. Scores with intervals, and every item with its clip, verdicts and reasons."""
    from harness.report.html.page import ReportOptions, write_report
    from harness.report.listening import check_partners
    from harness.run.reader import read_run
    from harness.settings import parse_folders
    from harness.task_loading.specs import register_metrics

    folders, trusted = include_path or [], bool(trust_task_code)
    views = [read_run(path) for path in (run, compare) if path is not None]
    for view in views:
        register_metrics(view.tasks, include_path=folders, trusted=trusted)
    controls = [read_run(path) for path in control or []]
    if controls:
        check_partners(views[0], controls)
    done = write_report(
        views[0],
        views[1] if compare is not None else None,
        ReportOptions(
            output, parse_cap(embed_audio), parse_folders(data or []), folders, trusted, controls
        ),
    )
    if as_json:
        say_json(_as_json(done))
    elif not quiet:
        say(*_lines(done), err=True)


def parse_cap(text: str | None) -> int:
    """Return a size in bytes; nothing given is 0.

    >>> parse_cap("25MB"), parse_cap("1.5k"), parse_cap(None)
    (25000000, 1500, 0)

    Raises:
        UsageError: no size.
    """
    if text is None:
        return 0
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?)\s*([KMG]?)B?", text.strip(), re.IGNORECASE)
    if found is None:
        raise UsageError(
            f"{text!r} is not a size", where="--embed-audio", hint="25MB, 800kB, 1.5G or bytes"
        )
    return int(float(found[1]) * _UNITS[found[2].upper()])


def _lines(done: Written) -> list[str]:
    lines = [f"{done.path}: {done.items} items, {done.size / 1e6:.1f} MB"]
    if done.embedded:
        lines.append(f"clips in the page: {done.embedded}")
    if done.missing:
        lines.append(f"clips that were not found: {done.missing} (--data BENCHMARK=FOLDER)")
    return lines


def _as_json(done: Written) -> dict[str, Any]:
    return {
        "path": str(done.path),
        "items": done.items,
        "bytes": done.size,
        "clips_embedded": done.embedded,
        "clips_missing": done.missing,
    }
