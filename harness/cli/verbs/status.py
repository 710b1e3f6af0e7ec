"""``harness status RUN_DIR``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say_json, say_lines


@app.command()
def status(
    run_dir: Annotated[Path, typer.Argument(help="Run directory.")],
    as_json: options.Json = False,
) -> None:
    """Show how far a run is, and how to go on."""
    from harness.report.status import lines
    from harness.report.status import status as look

    found = look(run_dir)
    if as_json:
        say_json(found.as_json())
        return
    say_lines(lines(found, run_dir))
