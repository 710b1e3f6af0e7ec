"""The Python face, second part: what sets runs side by side. ``harness.api`` is the whole of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

from harness.api_options import GateSettings
from harness.run_view import Run

if TYPE_CHECKING:
    from harness.board import Board
    from harness.comparison.gating.report import GateReport
    from harness.comparison.trends.trend import Trend
    from harness.comparison.two_runs.result import Comparison
    from harness.core.scoring import Reading
    from harness.run.reader import RunView

PathLike = str | os.PathLike[str]


def gate(
    candidate: PathLike | Run,
    baseline: PathLike | Run | Sequence[PathLike | Run],
    *,
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
    policy: PathLike | None = None,
    ledger: PathLike | None = None,
    **options: Unpack[GateSettings],
) -> GateReport:
    """Tell whether a candidate run is worse than a baseline run, beyond chance.

    Args:
        candidate: the new run.
        baseline: what it must not fall behind: a run, a saved baseline file, or several runs of one checkpoint.
        include_path: folders with the YAML of tasks that register metrics of their own.
        trust_task_code: run the code of such tasks.
        policy: a ``gate.yaml``; ``options`` stand over it.
        ledger: with a policy that has a ``horizon``: the file of spent nights; default: next to the baseline.
        options: which tasks and metrics, and how strictly.

    Returns:
        The report: ``verdict``, ``exit_code`` (0, 1, 2, 3 or 5), ``to_text()``, ``to_json()``.

    Raises:
        UsageError: one of them is not a scored run directory, a task or metric is unknown, or all nights are spent.
        InputFileError: policy, baseline file or ledger are malformed.
    """
    from harness.comparison.nightly import GateRequest, run_gate

    given: list[PathLike | Run] = (
        [baseline] if isinstance(baseline, (str, os.PathLike, Run)) else list(baseline)
    )
    sides: list[RunView | Path] = [_baseline(one) for one in given]
    views = _with_metrics(
        [candidate, *(Run(one) for one in sides if not isinstance(one, Path))],
        include_path,
        trusted=trust_task_code,
    )
    request = GateRequest(
        views[0],
        sides,
        policy=Path(policy) if policy is not None else None,
        ledger=Path(ledger) if ledger is not None else None,
        options=dict(options),
    )
    return run_gate(request)


def leaderboard(  # noqa: PLR0913  (by name: one per flag)
    runs: Sequence[PathLike | Run],
    *,
    published: bool = False,
    rows: Sequence[PathLike] = (),
    suite: str | None = None,
    common_subset: bool = False,
    rank_by: Literal["score", "gain"] = "score",
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
) -> Board:
    """Build native and normalised tables of several runs.

    Args:
        runs: run directories, or opened runs; none is needed to show published results.
        published: show what others published, as far as it comes with the harness; quoted, never ranked.
        rows: files or folders with published results of your own, in the form of ``leaderboards/published``.
        suite: name of a suite, such as ``lalm-7``: an overall page of its benchmarks, whatever the runs have.
        common_subset: also compare incomplete runs, on the data sets that all of them have.
        rank_by: ``gain`` puts the table of what audio is worth first, with ranks; it needs runs of the same models without audio.
        include_path: folders with the YAML of tasks that register metrics of their own.
        trust_task_code: run the code of such tasks.

    Returns:
        Tables and signature sets, with ``render(format)``; a notebook shows it as the HTML page.

    Raises:
        UsageError: one of them is not a scored run directory, an unknown suite, a file of rows of another form, or ranks
            by gain without runs that heard nothing.
    """
    from harness.board import Board
    from leaderboards.build import Page
    from leaderboards.build import leaderboard as build
    from leaderboards.published.rows import read_tables, shipped_tables
    from leaderboards.suites import suite as named

    quoted = [*(shipped_tables() if published else ()), *read_tables([Path(path) for path in rows])]
    page = Page(
        quoted, named(suite) if suite is not None else None, common_subset, rank_by == "gain"
    )
    views = _with_metrics(runs, include_path, trusted=trust_task_code)
    board = build(views, page=page)
    return Board(board.tables, board.signatures)


def compare(
    a: PathLike | Run,
    b: PathLike | Run,
    *,
    tasks: Sequence[str] | None = None,
    alpha: float = 0.05,
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
) -> Comparison:
    """Compare two runs item by item: differences with tests, signatures, gained and lost items, the engine.

    Args:
        a: the first run.
        b: the other one; differences are ``b`` minus ``a``.
        tasks: names, benchmarks or patterns; default: all tasks that both have.
        alpha: level of the tests, after Holm's adjustment.
        include_path: folders with the YAML of tasks that register metrics of their own.
        trust_task_code: run the code of such tasks.

    Returns:
        The comparison: ``metrics``, ``tasks``, ``engine``; ``to_text()``, ``to_markdown()``, ``to_html()``, ``to_json()``.

    Raises:
        UsageError: one of them is not a scored run directory, they have no task in common, or a task is unknown.
    """
    from harness.comparison.two_runs.compare import compare as find_out

    views = _with_metrics((a, b), include_path, trusted=trust_task_code)
    return find_out(views[0], views[1], tasks=tasks, alpha=alpha)


def trend(
    runs: Sequence[PathLike | Run],
    *,
    tasks: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    reading: Reading = "strict",
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
) -> Trend:
    """Follow metrics over runs, such as the checkpoints of a training.

    Args:
        runs: at least two, in order.
        tasks: task ids or benchmarks; default: all tasks that every run has.
        metrics: metric ids; default: the first headline of each task.
        reading: ``strict`` or ``official``.
        include_path: folders with the YAML of tasks that register metrics of their own.
        trust_task_code: run the code of such tasks.

    Returns:
        The series, with ``to_text()``, ``to_markdown()``, ``to_csv()``, ``to_json()`` and ``to_svg()``.

    Raises:
        UsageError: fewer than two runs, one of them is not scored, or a task or metric is unknown.
    """
    from harness.comparison.trends.trend import trend as follow

    views = _with_metrics(runs, include_path, trusted=trust_task_code)
    return follow(views, tasks=tasks, metrics=metrics, reading=reading)


def _with_metrics(
    runs: Sequence[PathLike | Run], include_path: Sequence[PathLike], *, trusted: bool
) -> list[RunView]:
    """Open runs; import the code of tasks whose metrics are not registered."""
    from harness.task_loading.specs import register_metrics

    views = [_view(run) for run in runs]
    folders = [Path(folder) for folder in include_path]
    for view in views:
        register_metrics(view.tasks, include_path=folders, trusted=trusted)
    return views


def _baseline(one: PathLike | Run) -> RunView | Path:
    """Open a run; a file is a saved baseline, which the gate reads."""
    return Path(one) if not isinstance(one, Run) and Path(one).is_file() else _view(one)


def _view(run: PathLike | Run) -> RunView:
    from harness.run.reader import read_run

    return run.view if isinstance(run, Run) else read_run(Path(run))
