"""``harness doctor MODEL``."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say_json, say_lines


@app.command()
def doctor(
    model: Annotated[
        str, typer.Argument(help="Checkpoint folder, hub id, or adapter:target; see models list.")
    ],
    model_args: options.ModelArgs = None,
    as_json: options.Json = False,
) -> int:
    """Tell whether audio reaches a model. Load it and let it hear three clips; exit 0, 1, 4."""
    from harness.evaluation.doctor import doctor as examine
    from harness.evaluation.doctor import judge_notes
    from harness.settings import parse_pairs

    diagnosis = examine(model, parse_pairs(model_args or [], "-M"))
    if as_json:
        say_json(diagnosis.as_json())
    else:
        say_lines([*diagnosis.lines(), *judge_notes()])
    return diagnosis.exit_code
