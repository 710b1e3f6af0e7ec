"""Options that several verbs share, as records, and how verbs print what happened.

typer knows functions with one parameter per flag. A verb that is ``grouped`` takes records instead; the
fields of its records are the flags, in this order.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

if TYPE_CHECKING:
    from harness.api import Run
    from harness.settings import Settings
from harness.errors import EXIT_SIGINT, EXIT_SIGTERM, UsageError
from harness.report.output import say, say_json, say_lines
from harness.run.process.output import standard_output

R = TypeVar("R")
Written = TypeVar("Written", Path, list[Path], None)


def check_output(found: Written) -> Written:
    """Refuse a file that a command is to write where that would destroy a run, or cannot be done, before anything is computed.

    Raises:
        UsageError: it is a file of a run, a folder, or in no folder.
    """
    from harness.run.files import FILES, MANIFEST

    paths: list[Path] = found if isinstance(found, list) else [] if found is None else [found]
    for path in paths:
        if path.is_dir():
            raise UsageError("is a folder, and a file is written", where=str(path))
        if not path.absolute().parent.is_dir():
            raise UsageError(
                f"the folder {path.parent} does not exist", where=str(path), hint="make it first"
            )
        if path.name in FILES and (path.parent / MANIFEST).exists():
            raise UsageError(
                "is a file of a run, and would be lost", where=str(path), hint="name another file"
            )
    return found


def finite(found: float | None) -> float | None:
    """Refuse a number that is not finite: every comparison with one is false, and a bound would never bind.

    Raises:
        UsageError: it is not finite.
    """
    if found is not None and not math.isfinite(found):
        raise UsageError(f"expected a finite number, found {found}")
    return found


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
AllowShadowing = Annotated[
    bool | None,
    typer.Option(
        "--allow-shadowing",
        help="A task of --include-path may replace another one of its name.",
    ),
]
Judge = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="auto|openai:MODEL|ADAPTER:TARGET|replay|none",
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
JudgePanel = Annotated[
    str | None,
    typer.Option(
        "--judge-panel",
        metavar="A,B,C",
        help="Several judges grade every reply: majority of verdicts, mean of grades.",
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
JudgeSample = Annotated[
    int | None,
    typer.Option(
        "--judge-sample", metavar="N", min=1, help="Judge a seeded sample of N items a task."
    ),
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
Patience = Annotated[
    str | None,
    typer.Option(
        "--patience",
        metavar="TIME",
        help="How long a busy service may go without an answer: 600, 90s, 10m (default), 2h.",
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
ModelArgs = Annotated[
    list[str] | None,
    typer.Option("-M", "--model-args", metavar="K=V", help="Model arguments; repeatable."),
]
Plain = Annotated[bool, typer.Option("--plain", help="Plain lines, no colours or live display.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Errors only.")]


@dataclass(frozen=True, slots=True)
class DataFlags:
    """Flags for the sources of data and tasks."""

    data: Data = None
    revision: Revision = None
    include_path: IncludePath = None
    trust_task_code: Trust = None
    allow_shadowing: AllowShadowing = None

    def settings(self) -> dict[str, Any]:
        """Return values by field of ``Settings``; ``None`` means: not given."""
        from harness.settings import parse_folders, parse_pairs

        return {
            "data": parse_folders(self.data or []),
            "revision": parse_pairs(self.revision or [], "--revision"),
            "include_path": tuple(self.include_path) if self.include_path else None,
            "trust_task_code": self.trust_task_code,
            "allow_shadowing": self.allow_shadowing,
        }


@dataclass(frozen=True, slots=True)
class JudgeFlags:
    """The judge, what it may cost, and where its replies are shared."""

    judge: Judge = None
    judge_args: JudgeArgs = None
    judge_budget: JudgeBudget = None
    judge_cache: JudgeCache = None
    judge_sample: JudgeSample = None
    judge_prompt: JudgePrompt = None
    judge_panel: JudgePanel = None

    def settings(self) -> dict[str, Any]:
        """Return values by field of ``Settings``; ``None`` means: not given."""
        from harness.settings import parse_pairs

        return {
            "judge": self.judge,
            "judge_args": parse_pairs(self.judge_args or [], "-J"),
            "judge_budget": self.judge_budget,
            "judge_cache": self.judge_cache,
            "judge_sample": self.judge_sample,
            "judge_prompt": self.judge_prompt,
            "judge_panel": self.judge_panel,
        }


@dataclass(frozen=True, slots=True)
class OutputFlags:
    """Flags for the form of the output."""

    plain: Plain = False
    as_json: Json = False
    quiet: Quiet = False


@dataclass(frozen=True, slots=True)
class ReportFlags:
    """The flag for a page of the run at its end."""

    report: Annotated[
        bool,
        typer.Option(
            "--report", help="Write RUN_DIR/report.html at the end (see: harness report)."
        ),
    ] = False

    def write(self, run: Run, settings: Settings, output: OutputFlags) -> None:
        """Write the page if it was asked for, and name it; not after an interrupt."""
        if not self.report or run.exit_code in (EXIT_SIGINT, EXIT_SIGTERM):
            return
        from harness.report.html.page import ReportOptions, write_report

        asked = ReportOptions(
            data=settings.data,
            include_path=settings.include_path,
            trusted=settings.trust_task_code,
        )
        done = write_report(run.view, options=asked)
        if not output.quiet:
            say(f"report: {done.path}", err=output.as_json)


def grouped(verb: Callable[..., R]) -> Callable[..., R]:
    """Turn a verb with records of flags into a function with one parameter per flag, for typer."""
    hints = get_type_hints(verb, include_extras=True)
    records: dict[str, type[Any]] = {
        name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)
    }
    parameters = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=annotations[field.name],
        )
        for record in records.values()
        for annotations in [get_type_hints(record, include_extras=True)]
        for field in fields(record)
    ]

    def command(**flags: Any) -> R:
        return verb(
            **{
                name: record(**{field.name: flags[field.name] for field in fields(record)})
                for name, record in records.items()
            }
        )

    command.__name__, command.__doc__ = verb.__name__, verb.__doc__
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def use_plain(plain: bool) -> bool:
    """Return whether tables are plain text: on request, or if standard output is not a terminal."""
    import os

    return plain or bool(os.environ.get("CI")) or not standard_output().isatty()


def report(run: Run, output: OutputFlags) -> int:
    """Print how a run ended; return its exit code."""
    if output.as_json:
        say_json(run.results)
    elif not output.quiet:
        from harness.report.listening import (
            CONTROLS,
            control_lines,
            controls_of,
            gain_lines,
            gains_of,
        )
        from harness.report.table import print_results

        print_results(
            run.results,
            run.manifest,
            standard_output(),
            plain=use_plain(output.plain),
            root=run.path,
        )
        if (run.path / CONTROLS).is_dir():
            controls = controls_of(run.path)
            say_lines(
                [
                    *control_lines(run.view, controls),
                    *gain_lines(gains_of(run.view, controls)),
                ]
            )
        say(f"run directory: {run.path}")
    if run.note:
        say(run.note, err=True)
    return run.exit_code
