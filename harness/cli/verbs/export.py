"""``harness export RUN --format NAME``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A scored run directory.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="bundle, comet, csv, eval-results, junit, lm-eval, mlflow, mmau-submission, model-index, parquet or wandb.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Default: NAME in RUN_DIR.",
            callback=options.check_output,
        ),
    ] = None,
    task: Annotated[
        str | None, typer.Option("--task", help="The task, if the run has several.")
    ] = None,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Leave out items without a reply.")
    ] = False,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    quiet: options.Quiet = False,
) -> None:
    """Write a run in a form that others read. Tables, CI, model cards, benchmarks, a bundle."""
    from harness.report.export import export as write

    done = write(
        run,
        form,
        output=output,
        task=task,
        allow_partial=allow_partial,
        include_path=include_path or (),
        trusted=bool(trust_task_code),
    )
    if done.stale is not None:
        say(f"warning: {done.stale}", err=True)
    if quiet:
        return
    say(f"{done.path}: {done.items} items{f' of {done.task}' if done.task else ''}", err=True)
    if done.failed:
        say(f"left out, failed: {', '.join(done.failed)}", err=True)
    if done.not_run:
        say(f"left out, not run or without audio: {done.not_run}", err=True)
