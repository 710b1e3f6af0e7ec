"""``harness leaderboard RUN…``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say
from harness.run.process.output import standard_output
from leaderboards.renderers import DEFAULT, names, renderer

_FORMATS = names()  # annotations are evaluated anew by every command


@app.command()
def leaderboard(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Run directories.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, not to stdout."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help=f"{_FORMATS} (default: by the suffix of FILE, else {DEFAULT})."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="Heading of the Markdown page.")] = "Leaderboard",
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
) -> None:
    """Print tables of several runs. Native and normalised, with intervals, coverage and signatures."""
    import harness

    suffix = output.suffix.lstrip(".") if output else ""
    render = renderer("json" if as_json else form or suffix or DEFAULT)
    opened = [harness.load_run(path) for path in runs]
    for run in opened:
        if (warning := run.view.stale(thorough=False)) is not None:
            say(f"warning: {warning}", err=True)
    board = harness.leaderboard(
        opened, include_path=include_path or (), trust_task_code=bool(trust_task_code)
    )
    text = render(board, title=title)
    if output is None:
        typer.echo(text.rstrip("\n"), standard_output())  # the renderers clean what they write
        return
    from harness.run.jsonl import write_atomically

    write_atomically(output, [text.encode("utf-8")])
    say(f"wrote {output}", err=True)
