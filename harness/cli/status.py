"""``harness status RUN_DIR``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app


@app.command()
def status(
    run_dir: Annotated[Path, typer.Argument(help="Run directory.")],
    as_json: options.Json = False,
) -> None:
    """Show the progress of a live or dead run, and how to continue it."""
    from harness.report.status import lines
    from harness.report.status import status as look

    found = look(run_dir)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    for line in lines(found, run_dir):
        typer.echo(line)
