"""``harness verify BUNDLE``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say_json, say_lines


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="File of harness export.")],
    data: options.Data = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Derive the values of a bundle anew. Without a model; exit 0 as claimed, 1 not, 3 not derivable here."""
    import harness
    from harness.settings import parse_folders

    found = harness.verify(
        bundle,
        include_path=include_path or (),
        trust_task_code=bool(trust_task_code),
        data=parse_folders(data or []),
    )
    if as_json:
        say_json(found.as_json())
    elif not quiet:
        say_lines(found.lines())
    return found.exit_code
