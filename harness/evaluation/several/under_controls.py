"""``--controls``: a run and the same under several controls, in one command and one folder.

The run itself is ``RUN_DIR``; each control is a run directory of its own, ``RUN_DIR/controls/NAME``, so it goes on, is scored, gated and
reported like any other. The model is loaded once, files are digested once, equal requests without audio are asked once. A task that a control
does not fit (its items have one answer, its prompt lists no options) is left out of that control, and its manifest says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from harness.errors import EXIT_OK, EXIT_SIGINT, EXIT_SIGTERM, UnsupportedTaskError, UsageError
from harness.evaluation.controls.control import parse_control
from harness.evaluation.controls.kept import check_keeps
from harness.evaluation.controls.sharing import KeptAdapter
from harness.evaluation.cost import total
from harness.evaluation.dry_run import DryRun, dry_run
from harness.evaluation.evaluate import Ended, evaluate
from harness.evaluation.flags import read_flags
from harness.evaluation.plan import sort_model_arguments
from harness.evaluation.replicas.choose import adapter_of
from harness.evaluation.variations.orders import parse_permute
from harness.report.listening import CONTROLS
from harness.report.output import say
from harness.run.progress import Style
from harness.settings import Settings

STANDARD: Final = ("no-audio", "silence", "wrong-clip", "noise:0", "options:4")
"""What ``--controls standard`` is."""
_STOPPED: Final = (EXIT_SIGINT, EXIT_SIGTERM)
_COLUMNS: Final = (
    "run",
    "tasks",
    "replies",
    "audio hours",
    "judge calls",
    "judge tokens",
    "price $",
)


@dataclass(frozen=True, slots=True)
class ControlRun:
    """One run under a control.

    Attributes:
        control: the control, or ``options:K`` for orders of the options.
        settings: of that run.
    """

    control: str
    settings: Settings


def control_runs(settings: Settings) -> list[ControlRun]:
    """Return the runs under the controls that were asked for.

    Raises:
        UsageError: an unknown control, one that is named twice, a flag that is for a single run, or clips to keep where none is made.
    """
    text = settings.controls or ""
    for flag, given in (
        ("--control", settings.control),
        ("--permute", settings.permute),
    ):
        if given is not None:
            raise UsageError(
                f"{flag} is for one run, --controls makes several",
                where="--controls",
                hint="leave one of them out",
            )
    names = [part.strip() for part in text.split(",") if part.strip()]
    names = [one for name in names for one in (STANDARD if name == "standard" else (name,))]
    if not names:
        raise UsageError(
            "no control is named",
            where="--controls",
            hint=f"standard, or some of {', '.join(STANDARD)}",
        )
    runs: dict[str, ControlRun] = {}
    for name in names:
        permute = parse_permute(name, settings.seed) if name.startswith("options") else None
        control = None if permute is not None else parse_control(name)
        shown = f"options:{permute.count}" if permute is not None else str(control)
        if shown in runs:
            raise UsageError(f"{shown} is named twice", where="--controls")
        target = settings.output_path
        runs[shown] = ControlRun(
            shown,
            replace(
                settings,
                controls=None,
                control=None if control is None else shown,
                permute=None if permute is None else shown,
                output_path=None if target is None else target / CONTROLS / folder_of(shown),
                name=f"{settings.name or (target.resolve().name if target else 'run')} {shown}",
                keep_control_audio=settings.keep_control_audio
                and control is not None
                and control.makes_clips,
                reference=None,
                skip_unavailable=True,
            ),
        )
    if settings.keep_control_audio:
        check_keeps(parse_control(run.settings.control) for run in runs.values())
    return list(runs.values())


def _plain(settings: Settings) -> Settings:
    """Return the settings of the run itself."""
    return replace(settings, controls=None, keep_control_audio=False)


def folder_of(control: str) -> str:
    """Return the name of the folder of a control.

    >>> folder_of("noise:-5"), folder_of("no-audio")
    ('noise_-5', 'no-audio')
    """
    return control.replace(":", "_")


def evaluate_all(settings: Settings, argv: Sequence[str], style: Style) -> Ended:
    """Run a model on tasks, and then under every control.

    Returns:
        How the run itself ended; the exit code is the first one that is not 0, its note that of all.

    Raises:
        HarnessError: as ``evaluate``; what was finished is kept, and the same command goes on.
    """
    runs = control_runs(settings)
    plain = _plain(settings)
    sorted_out, flags = sort_model_arguments(plain), read_flags(plain)
    adapter = KeptAdapter(lambda: adapter_of(sorted_out, flags.replicas, flags.patience))
    try:
        main = evaluate(plain, argv, style, adapter)
        code, notes = main.exit_code, [main.note] if main.note else []
        for run in runs:
            if code in _STOPPED:
                break
            if style != "quiet":
                say(f"control {run.control}", err=True)
            try:
                ended = evaluate(run.settings, argv, style, adapter)
            except UnsupportedTaskError as error:
                notes.append(f"control {run.control} left out: {error.message}")
                continue
            code = ended.exit_code if code == EXIT_OK or ended.exit_code in _STOPPED else code
            if ended.note:
                notes.append(f"control {run.control}: {ended.note}")
    finally:
        adapter.release()
    return replace(main, exit_code=code, note="\n".join(notes) or None)


@dataclass(frozen=True, slots=True)
class DryRuns:
    """The plan of a run and of its controls.

    Attributes:
        main: the run itself.
        controls: control -> its plan, or why it is left out.
    """

    main: DryRun
    controls: dict[str, DryRun | str]

    @property
    def complete(self) -> bool:
        """True if ``evaluate`` would start with these settings."""
        return self.main.complete

    def as_json(self) -> dict[str, object]:
        """Return the plain form for ``--json``: that of the run, with its controls."""
        return {
            **self.main.as_json(),
            "controls": {
                name: {"left_out": found} if isinstance(found, str) else found.as_json()
                for name, found in self.controls.items()
            },
        }

    def lines(self) -> list[str]:
        """Return the report for people."""
        return [*self.main.lines(), "", *self._totals()]

    def _totals(self) -> Iterator[str]:
        runs: list[tuple[str, DryRun | str]] = [("as it is", self.main), *self.controls.items()]
        made = [found for _, found in runs if isinstance(found, DryRun)]
        rows: list[tuple[str, ...]] = [_COLUMNS]
        rows += [_cells(name, [found]) for name, found in runs if isinstance(found, DryRun)]
        rows.append(_cells("all", made))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            first, *others = zip(row, widths, strict=True)
            cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
            yield "  ".join(cells).rstrip()
        for name, found in runs:
            if isinstance(found, str):
                yield f"left out: control {name}: {found}"
            elif found is not self.main and (
                out := [one for one in found.left_out if one.lacks in ("support", "judge")]
            ):
                yield f"control {name} without {', '.join(one.task for one in out)}"


def _cells(name: str, runs: Sequence[DryRun]) -> tuple[str, ...]:
    """Return a line of the table of runs; the items of a benchmark stay in it once."""
    whole = total(run.cost for run in runs)
    known = (
        ("?" if value is None else f"{value:.{decimals}f}")
        for value, decimals in (
            (whole.hours, 2),
            (whole.calls, 0),
            (whole.tokens, 0),
            (whole.price, 2),
        )
    )
    replies = "?" if any(run.to_fetch for run in runs) else str(sum(run.replies for run in runs))
    return name, str(sum(len(run.planned) + len(run.to_fetch) for run in runs)), replies, *known


def dry_run_all(settings: Settings) -> DryRuns:
    """Plan a run and its controls; see ``dry_run``.

    Raises:
        HarnessError: as ``dry_run``, about the run itself.
    """
    runs = control_runs(settings)
    main = dry_run(_plain(settings))
    found: dict[str, DryRun | str] = {}
    for run in runs:
        try:
            found[run.control] = dry_run(run.settings)
        except UnsupportedTaskError as error:
            found[run.control] = error.message
    return DryRuns(main, found)
