"""``harness leaderboard RUN…``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import UsageError

_FORMATS = ("md", "csv", "json")


@app.command()
def leaderboard(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Run directories.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, not to stdout."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="md, csv or json (default: by the suffix of FILE, else md)."),
    ] = None,
    title: Annotated[str, typer.Option(help="Heading of the Markdown page.")] = "Leaderboard",
    as_json: options.Json = False,
) -> None:
    """Native and normalised tables of several runs, with intervals, coverage and signatures."""
    from harness.run.reader import read_run
    from leaderboards.build import leaderboard as build
    from leaderboards.renderers.markdown import render_markdown
    from leaderboards.renderers.records import render_csv, render_json

    chosen = "json" if as_json else form or (output.suffix.lstrip(".") if output else "md")
    if chosen not in _FORMATS:
        raise UsageError(f"unknown format {chosen!r}", where="--format", hint=", ".join(_FORMATS))
    board = build([read_run(path) for path in runs])
    if chosen == "md":
        text = render_markdown(board, title=title)
    else:
        text = render_csv(board) if chosen == "csv" else render_json(board)
    if output is None:
        typer.echo(text.rstrip("\n"))
        return
    from harness.run.jsonl import write_atomically

    write_atomically(output, [text.encode("utf-8")])
    typer.echo(f"wrote {output}", err=True)
