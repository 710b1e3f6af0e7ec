"""``harness gate CANDIDATE --baseline BASELINE``, ``harness gate init RUN…``, ``harness gate RUN --save-baseline FILE`` and ``--dry-run``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import EXIT_OK, UsageError
from harness.report.output import say, say_json, say_text

if TYPE_CHECKING:
    from harness.comparison.gating.report import GateReport
INIT = "init"


@dataclass(frozen=True, slots=True)
class RunFlags:
    """Flags for the two sides."""

    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CANDIDATE",
            help="Run directory; or: init RUN_DIR...; may be absent with --dry-run.",
        ),
    ] = None
    baseline: Annotated[
        list[Path] | None,
        typer.Option(
            "--baseline", help="Run directory or saved baseline; repeat for several runs."
        ),
    ] = None
    save_baseline: Annotated[
        Path | None,
        typer.Option(
            "--save-baseline",
            metavar="FILE",
            help="Save CANDIDATE as a baseline file.",
            callback=options.check_output,
        ),
    ] = None
    tasks: options.Tasks = None
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Only these metrics; repeatable.")
    ] = None


@dataclass(frozen=True, slots=True)
class StrictnessFlags:
    """Flags for the strictness; a policy may say all of it."""

    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="gate.yaml; flags win.")
    ] = None
    alpha: Annotated[
        float | None,
        typer.Option(min=0.0001, max=0.5, help="Level of the whole gate (default 0.05)."),
    ] = None
    min_effect: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Smaller drops never fail (0.01 = 1 point)."),
    ] = None
    max_drop: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="Margin: pass if the drop is surely smaller (default 0.02)."
        ),
    ] = None
    missing: Annotated[
        str | None,
        typer.Option(
            "--missing", metavar="refuse|lost", help="Items without a pair: exit 3, or wrong."
        ),
    ] = None
    fail_inconclusive: Annotated[
        bool | None, typer.Option("--fail-inconclusive", help="Exit 5 when inconclusive.")
    ] = None
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger", metavar="FILE", help="What nights have spent (default: next to BASELINE)."
        ),
    ] = None
    include_path: options.IncludePath = None
    trust_task_code: options.Trust = None

    def chosen(self) -> dict[str, Any]:
        """Return the options that were given."""
        names = ("alpha", "min_effect", "max_drop", "missing", "fail_inconclusive")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """Flags for a gate that is only planned."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the drops that a gate will find, and end.")
    ] = False
    subset: Annotated[
        int | None,
        typer.Option("--subset", metavar="N", min=2, help="With --dry-run: items of every task."),
    ] = None
    changed: Annotated[
        float | None,
        typer.Option(
            "--changed",
            metavar="SHARE",
            min=0.0001,
            max=1.0,
            help="With --dry-run: share of items that score like others (0.2).",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class ReportFlags:
    """Forms of the report."""

    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAME", help="text, markdown, junit, github, gitlab or json."
        ),
    ] = None
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Also write FILE; form by suffix: .md, .xml, .json.",
            callback=options.check_output,
        ),
    ] = None
    as_json: options.Json = False
    quiet: options.Quiet = False


@app.command()
@options.grouped
def gate(runs: RunFlags, strictness: StrictnessFlags, plan: PlanFlags, report: ReportFlags) -> int:
    """Fail if a run is worse than a baseline, beyond chance. Exit 0 pass, 1 regression, 2, 3, 5."""
    named = runs.runs or []
    if named[:1] == [Path(INIT)] and not named[0].exists():
        return _init(named[1:], report)
    if len(named) > 1:
        raise UsageError("one candidate is compared", where=str(named[1]))
    if not plan.dry_run:
        for flag, value in (("--subset", plan.subset), ("--changed", plan.changed)):
            if value is not None:
                raise UsageError("is for --dry-run", where=flag)
    if not named and not (plan.dry_run and runs.baseline):
        raise UsageError("name a candidate", hint="harness gate CANDIDATE --baseline BASELINE")
    if runs.save_baseline is not None:
        return _save(named[0], runs.save_baseline)
    if not runs.baseline:
        raise UsageError("--baseline is missing", hint="harness gate CANDIDATE --baseline BASELINE")
    if plan.dry_run:
        return _planned(runs, strictness, plan, report)
    form = _form(report)
    writers = [(path, _form_of_file(path)) for path in report.output or ()]
    found = _compared(runs, strictness)
    for path, write in writers:
        _write(path, write(found))
    if report.as_json:
        say_json(found.to_json())
    elif not report.quiet:
        say_text(form(found))
    return found.exit_code


def _compared(runs: RunFlags, strictness: StrictnessFlags) -> GateReport:
    import harness

    assert runs.runs
    chosen = _chosen(runs, strictness)
    return harness.gate(
        runs.runs[0],
        runs.baseline or (),
        include_path=strictness.include_path or (),
        trust_task_code=bool(strictness.trust_task_code),
        policy=strictness.policy,
        ledger=strictness.ledger,
        **chosen,
    )


def _chosen(runs: RunFlags, strictness: StrictnessFlags) -> dict[str, Any]:
    chosen = strictness.chosen()
    if runs.tasks:
        chosen["tasks"] = [part for item in runs.tasks for part in item.split(",")]
    if runs.metric:
        chosen["metrics"] = runs.metric
    return chosen


def _planned(
    runs: RunFlags, strictness: StrictnessFlags, plan: PlanFlags, report: ReportFlags
) -> int:
    from harness.comparison.nightly import GateRequest, plan_gate
    from harness.run.reader import read_run
    from harness.task_loading.specs import register_metrics

    for flag, value in (("--format", report.form), ("--output", report.output)):
        if value:
            raise UsageError("a planned gate has no report, only text and --json", where=flag)
    sides = [path if path.is_file() else read_run(path) for path in runs.baseline or ()]
    candidate = read_run(runs.runs[0]) if runs.runs else None
    for side in (candidate, *sides):
        if side is not None and not isinstance(side, Path):
            register_metrics(
                side.tasks,
                include_path=strictness.include_path or (),
                trusted=bool(strictness.trust_task_code),
            )
    request = GateRequest(
        candidate, sides, policy=strictness.policy, options=_chosen(runs, strictness)
    )
    found = plan_gate(request, items=plan.subset, changed=plan.changed)
    if report.as_json:
        say_json(found.to_json())
    elif not report.quiet:
        say_text(found.to_text())
    return EXIT_OK


def _form(report: ReportFlags) -> Callable[[GateReport], str]:
    from harness.comparison.gating.forms import FORMS
    from harness.errors import UnknownNameError

    name = report.form or "text"
    if name not in FORMS:
        raise UnknownNameError("format", name, FORMS, hint=f"known: {', '.join(FORMS)}")
    return FORMS[name]


def _form_of_file(path: Path) -> Callable[[GateReport], str]:
    from harness.comparison.gating.forms import FORMS

    forms = {".md": "markdown", ".xml": "junit", ".json": "json", ".txt": "text"}
    name = forms.get(path.suffix.lower())
    if path.name.endswith("codequality.json"):
        name = "gitlab"
    if name is None:
        raise UsageError(
            f"the suffix {path.suffix!r} says no form", where=f"-o {path}", hint=f"one of {', '.join(forms)}"
        )  # fmt: skip
    return FORMS[name]


def _write(path: Path, text: str) -> None:
    from harness.run.jsonl import write_atomically

    write_atomically(path, [text.encode("utf-8", "surrogatepass")])


def _save(run: Path, file: Path) -> int:
    from harness.comparison.gating.saved import save_baseline
    from harness.run.reader import read_run

    view = read_run(run)
    save_baseline(view, file)
    if (warning := view.stale()) is not None:
        say(f"warning: {warning}", err=True)
    say(f"wrote {file}")
    return EXIT_OK


def _init(paths: list[Path], report: ReportFlags) -> int:
    from harness.comparison.gating.template import policy_text
    from harness.run.reader import read_run

    if not paths:
        raise UsageError(
            "name a run", where="gate init", hint="harness gate init RUN_DIR -o gate.yaml"
        )
    text = policy_text([read_run(path) for path in paths])
    files = report.output or []
    for path in files:
        if path.exists():
            raise UsageError("is there already", where=str(path))
        _write(path, text)
        say(f"wrote {path}")
    if not files:
        say_text(text)
    return EXIT_OK
