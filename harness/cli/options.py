"""Options that several verbs share, and how they print what happened."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from harness.evaluation.evaluate import Ended

Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--tasks", "-t", help="Tasks, groups or patterns, separated by commas; repeatable."
    ),
]
OutputPath = Annotated[
    Path | None, typer.Option("--output-path", "-o", help="Run directory.", metavar="RUN_DIR")
]
Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="BENCHMARK=FOLDER",
        help="A downloaded official copy (HARNESS_DATA: folder with one sub-folder per benchmark).",
    ),
]
Revision = Annotated[
    list[str] | None,
    typer.Option(
        "--revision", metavar="BENCHMARK=COMMIT", help="Pin the hub revision of a benchmark."
    ),
]
IncludePath = Annotated[
    list[Path] | None,
    typer.Option("--include-path", metavar="FOLDER", help="Folder with further task YAML."),
]
Trust = Annotated[
    bool | None,
    typer.Option("--trust-task-code", help="Run code that task YAML outside the harness names."),
]
Judge = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="auto|openai:MODEL|replay|none",
        help="auto (default): stored replies, else the task's judge if it can be asked, else none.",
    ),
]
JudgeArgs = Annotated[
    list[str] | None,
    typer.Option(
        "-J",
        "--judge-args",
        metavar="K=V",
        help="Judge arguments (base_url, concurrency, timeout, temperature …); repeatable.",
    ),
]
JudgeBudget = Annotated[
    str | None,
    typer.Option(
        "--judge-budget", metavar="N|$X|Ntok", help="Calls, dollars or tokens; then judging stops."
    ),
]
JudgeCache = Annotated[
    Path | None,
    typer.Option("--judge-cache", metavar="FOLDER", help="Share judge replies between runs."),
]
JudgePrompt = Annotated[
    Path | None,
    typer.Option("--judge-prompt", metavar="FILE", help="Judge prompt in place of the task's own."),
]
MaxErrors = Annotated[
    str | None,
    typer.Option(
        "--max-errors", metavar="N|N%", help="Failed items that are still exit 0 (default 0)."
    ),
]
Name = Annotated[
    str | None,
    typer.Option("--name", help="Name of the run in tables (default: last part of RUN_DIR)."),
]
Reference = Annotated[
    Path | None,
    typer.Option(
        "--reference",
        metavar="RUN_DIR",
        help="Run of the model's text backbone or of a baseline, for forgetting rates and gains.",
    ),
]
Plain = Annotated[bool, typer.Option("--plain", help="Plain lines, no colours or live display.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Errors only.")]


def use_plain(plain: bool) -> bool:
    """Whether tables are plain text: asked for, or standard output is no terminal."""
    import os

    return plain or bool(os.environ.get("CI")) or not sys.stdout.isatty()


def report(ended: Ended, output: Path, *, plain: bool, as_json: bool, quiet: bool) -> int:
    """Print how a run ended; return its exit code."""
    if as_json:
        typer.echo(json.dumps(ended.results, ensure_ascii=False))
    elif not quiet:
        from harness.report.table import print_results

        print_results(ended.results, ended.manifest, sys.stdout, plain=use_plain(plain))
        typer.echo(f"run directory: {output}")
    if ended.note:
        typer.echo(ended.note, err=True)
    return ended.exit_code


def given(**flags: Any) -> Mapping[str, Any]:
    """Flags that were said on the command line."""
    return {name: value for name, value in flags.items() if value is not None}
