"""``harness power RUN_DIR [OTHER_RUN_DIR]``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say, say_json, say_lines


@app.command()
def power(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN_DIR",
            help="A run with repeats of drawn replies, or two runs of two models.",
        ),
    ],
    drop: Annotated[
        float | None,
        typer.Option(
            "--drop",
            callback=options.finite,
            help="Items and repeats that show this drop (0.02 = 2 points).",
        ),
    ] = None,
    cost: Annotated[
        float | None,
        typer.Option(
            "--cost",
            min=1.0,
            callback=options.finite,
            help="Best items and repeats for this many replies to a task.",
        ),
    ] = None,
    item_cost: Annotated[
        float,
        typer.Option(
            "--item-cost",
            min=0.0,
            callback=options.finite,
            help="What an item costs besides its replies, in replies.",
        ),
    ] = 0.0,
    alpha: Annotated[
        float,
        typer.Option(min=0.0001, max=0.5, help="One-sided level of one test."),
    ] = 0.05,
    tasks: options.Tasks = None,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
) -> None:
    """Plan a comparison. What the items of a run show, and how many items and repeats a drop needs."""
    from harness.comparison.planning import PowerRequest, plan_power, power_json, power_lines
    from harness.run.reader import read_run
    from harness.task_loading.specs import register_metrics

    views = [read_run(path) for path in runs]
    for view in views:
        if (warning := view.stale(thorough=False)) is not None:
            say(f"warning: {warning}", err=True)
        register_metrics(view.tasks, include_path=include_path or (), trusted=bool(trust_task_code))
    wanted = [part for item in tasks for part in item.split(",")] if tasks else None
    request = PowerRequest(views, drop, cost, item_cost, alpha, wanted)
    found = plan_power(request)
    if as_json:
        say_json(power_json(found, request))
    else:
        say_lines(power_lines(found, request))
