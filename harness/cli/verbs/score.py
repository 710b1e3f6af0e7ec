"""``harness score TASK FILE -o RUN_DIR`` and ``harness score RUN_DIR``; ``harness rules list``: what ``--as`` can name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from harness.cli import options
from harness.cli.app import app, rules_app
from harness.errors import EXIT_SIGINT, EXIT_SIGTERM, UsageError

if TYPE_CHECKING:
    from harness.report.comet import Comet
    from harness.run.reader import RunView
    from harness.run_view import Run
    from harness.scoring.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class TargetFlags:
    """Flags for the target: a file of stored replies with a task, or a run directory."""

    target: Annotated[
        str, typer.Argument(metavar="TASK|RUN_DIR", help="A task, or a run directory.")
    ]
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Stored responses: JSON array or JSONL, plain or .gz."),
    ] = None
    output_path: options.OutputPath = None
    response_field: Annotated[str, typer.Option(help="Field of the response.")] = "response"
    doc_field: Annotated[str, typer.Option(help="Field of the document.")] = "doc"
    id_field: Annotated[str, typer.Option(help="Field of the id.")] = "id"
    judge_field: Annotated[
        str, typer.Option(help="Field of stored judge replies: text or a list of votes.")
    ] = "judge_reply"
    clean: Annotated[str, typer.Option(help="Declared cleaning of the responses.")] = "none"
    name: options.Name = None

    def check(self) -> None:
        """Refuse a file without a run directory, or a folder that is not a run directory.

        Raises:
            UsageError: says which.
        """
        target, file = self.target, self.file
        if file is None and not Path(target).is_dir():
            raise UsageError(
                f"{target!r} is not a run directory",
                hint="harness score TASK FILE -o RUN_DIR scores stored responses",
            )
        if file is not None and self.output_path is None:
            raise UsageError(
                "-o RUN_DIR is missing", hint=f"harness score {target} {file} -o RUN_DIR"
            )
        if file is None and self.output_path not in (None, Path(target)):
            raise UsageError(
                "a run directory is re-scored in place", where="-o", hint="leave -o out"
            )

    def settings(self) -> dict[str, Any]:
        """Return values by field of ``Settings``; ``None`` means: not given."""
        return {
            "model": "stored",
            "tasks": (self.target,),
            "output_path": Path(self.target) if self.file is None else self.output_path,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class ScoreFlags:
    """Another judge, tolerated errors, patience with its service, a run to compare with."""

    rejudge: Annotated[
        bool, typer.Option("--rejudge", help="Let another judge look at a run directory.")
    ] = False
    max_errors: options.MaxErrors = None
    patience: options.Patience = None
    reference: options.Reference = None
    rules: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="RULE,...",
            help="Print the same replies under rules of others, with the items that flip (harness rules list).",
        ),
    ] = None

    learned: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="comet[:MODEL]",
            help="Score translations of a run by a metric that is a model, too.",
        ),
    ] = None
    learned_python: Annotated[
        str | None,
        typer.Option(
            "--with-python",
            metavar="PYTHON",
            help="Environment or interpreter that has the package of --with; default: this one.",
        ),
    ] = None

    def comet(self) -> Comet | None:
        """Return the model that ``--with`` names, once it is known that it can run.

        Raises:
            UsageError: there is no such metric or interpreter, or another flag prints something else.
            MissingDependencyError: its package is not installed.
        """
        if self.learned is None:
            if self.learned_python is not None:
                raise UsageError("--with is missing", where="--with-python", hint="--with comet")
            return None
        if self.rules is not None:
            raise UsageError("--as and --with are two questions", hint="ask one after the other")
        from harness.report.comet import find_comet

        return find_comet(self.learned, self.learned_python)

    def wanted(self) -> tuple[Rule, ...]:
        """Return the rules that ``--as`` names.

        Raises:
            UsageError: there is no such rule.
        """
        if self.rules is None:
            return ()
        from harness.scoring.rules.known import asked

        return asked(self.rules)

    def settings(self) -> dict[str, Any]:
        """Return values by field of ``Settings``; ``None`` means: not given."""
        return {
            "rejudge": self.rejudge or None,
            "max_errors": self.max_errors,
            "patience": self.patience,
            "reference": self.reference,
        }


@app.command()
@options.grouped
def score(
    target: TargetFlags,
    data: options.DataFlags,
    judge: options.JudgeFlags,
    run: ScoreFlags,
    output: options.OutputFlags,
    page: options.ReportFlags,
) -> int:
    """Score stored responses, or a run anew, without a model."""
    from harness.core.stored_replies import Fields
    from harness.evaluation.stored import StoredReplies
    from harness.run.progress import choose_style
    from harness.settings import merge, parse_max_errors
    from harness.starting import start_rescoring, start_scoring

    target.check()
    wanted = run.wanted()
    comet = run.comet()
    flags = {**target.settings(), **data.settings(), **judge.settings(), **run.settings()}
    settings = merge(flags, {})
    parse_max_errors(settings.max_errors, 0)
    style = choose_style(plain=output.plain, quiet=output.quiet)
    if target.file is None:
        ended = start_rescoring(settings, style)
    else:
        named = (target.response_field, target.doc_field, target.id_field, target.judge_field)
        replies = StoredReplies(target.file, Fields(*named), target.clean)
        ended = start_scoring(settings, replies, sys.argv, style)
    if comet is not None:
        from harness.report.comet import comet_scores

        code = _show(ended, partial(comet_scores, comet=comet), output)
    elif run.rules is not None:
        from harness.scoring.rules.reread import reread

        code = _show(ended, partial(reread, rules=wanted), output)
    else:
        code = options.report(ended, output)
    page.write(ended, settings, output)
    return code


class _Page(Protocol):
    """What is printed in place of the table of scores."""

    def as_json(self) -> Any:
        """Return the plain form for ``--json``."""

    def lines(self) -> Iterable[str]:
        """Return the lines for people."""


def _show(run: Run, make: Callable[[RunView], _Page], output: options.OutputFlags) -> int:
    """Print something else that is made of a run in place of its table of scores."""
    from harness.report.output import say, say_json, say_lines

    if run.exit_code not in (EXIT_SIGINT, EXIT_SIGTERM):
        found = make(run.view)
        if output.as_json:
            say_json(found.as_json())
        elif not output.quiet:
            say_lines(found.lines())
    if run.note:
        say(run.note, err=True)
    return run.exit_code


@rules_app.command("list")
def list_rules(as_json: options.Json = False) -> None:
    """List rules of papers and other harnesses. What --as of harness score can name."""
    from harness.report.output import say, say_json
    from harness.scoring.rules.known import RULES

    if as_json:
        say_json([rule.as_json() for rule in RULES.values()])
        return
    say("official, strict  every task: its own readings, always shown")
    for rule in RULES.values():
        say(f"{rule.name}.{rule.version}  {', '.join(sorted(rule.readers))}")
        say(f"  {rule.summary}")
        say(f"  {rule.source}")
