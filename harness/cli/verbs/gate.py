"""``harness gate CANDIDATE --baseline BASELINE``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli import options
from harness.cli.app import app
from harness.report.output import say_json, say_text


@app.command()
def gate(
    candidate: Annotated[Path, typer.Argument(help="Run directory of the candidate.")],
    baseline: Annotated[Path, typer.Option("--baseline", help="Run directory to compare with.")],
    tasks: options.Tasks = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Only these metrics; repeatable.")
    ] = None,
    alpha: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Level of the tests after Holm's adjustment.")
    ] = 0.05,
    min_effect: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Smaller drops never fail (0.01 = 1 point).")
    ] = 0.0,
    max_drop: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Inconclusive when such a drop could not be seen."),
    ] = 0.02,
    fail_inconclusive: Annotated[
        bool, typer.Option("--fail-inconclusive", help="Exit 5 when inconclusive.")
    ] = False,
    include_path: options.IncludePath = None,
    trust_task_code: options.Trust = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Tell whether the candidate is worse than the baseline, beyond chance. Exit 0 pass, 1 regression, 2, 3, 5."""
    import harness

    chosen: dict[str, Any] = {
        "tasks": [part for item in tasks or [] for part in item.split(",")] or None,
        "metrics": metric or None,
    }
    report = harness.gate(
        candidate,
        baseline,
        include_path=include_path or (),
        trust_task_code=bool(trust_task_code),
        alpha=alpha,
        min_effect=min_effect,
        max_drop=max_drop,
        fail_inconclusive=fail_inconclusive,
        **chosen,
    )
    if as_json:
        say_json(report.to_json())
    elif not quiet:
        say_text(report.to_text())
    return report.exit_code
