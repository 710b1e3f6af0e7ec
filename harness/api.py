"""The Python face: what the command line does, as typed functions. The command line calls these.

Every function raises ``harness.errors.HarnessError`` for bad input and a broken environment; a run that ended
incomplete is not an exception but a ``Run`` with ``exit_code`` 3, and a gate that fails is a report.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from harness.api_options import EvaluateOptions as EvaluateOptions
from harness.api_options import GateSettings as GateSettings
from harness.api_options import MergeSettings as MergeSettings
from harness.api_options import RescoreOptions as RescoreOptions
from harness.api_options import ScoreOptions as ScoreOptions
from harness.comparing import compare as compare
from harness.comparing import gate as gate
from harness.comparing import leaderboard as leaderboard
from harness.comparing import trend as trend
from harness.errors import UnknownNameError
from harness.run_view import MetricValue as MetricValue
from harness.run_view import Run as Run
from harness.settings import Settings
from harness.starting import run_to_end, start, start_rescoring, start_scoring

if TYPE_CHECKING:
    from harness.evaluation.verify import Verified
    from harness.run.progress import Style
    from harness.task_loading.index import TaskEntry

T = TypeVar("T")
PathLike = str | os.PathLike[str]


def evaluate(
    model: str,
    tasks: str | Sequence[str],
    output: PathLike,
    *,
    progress: Style = "quiet",
    argv: Sequence[str] = (),
    **options: Unpack[EvaluateOptions],
) -> Run:
    """Run a model on tasks into a run directory; the same call again goes on where it stopped.

    Args:
        model: checkpoint folder, hub id, or ``adapter:target``.
        tasks: names of tasks or groups, or patterns.
        output: the run directory.
        progress: ``live``, ``plain`` or ``quiet``, on standard error.
        argv: the command line to record in the manifest.
        options: see ``EvaluateOptions``.

    Raises:
        UsageError: a wrong argument, task or field; or a run directory of something else.
        SetupError: data, a package, a key or the disk is missing, or the model cannot be loaded.
    """
    return start(_settings(model, tasks, output, options), argv, progress)


def score(
    task: str,
    responses: PathLike,
    output: PathLike,
    *,
    progress: Style = "quiet",
    argv: Sequence[str] = (),
    **options: Unpack[ScoreOptions],
) -> Run:
    """Score stored replies of one task without a model, into a run directory.

    Args:
        task: task id.
        responses: a responses file: JSON array or JSON lines, plain or gzip.
        output: the run directory; several tasks may share one.
        progress: ``live``, ``plain`` or ``quiet``, on standard error; for the judge's calls.
        argv: the command line to record in the manifest.
        options: see ``ScoreOptions``.

    Raises:
        UsageError: a wrong argument, a malformed file, or a run directory of something else.
        SetupError: the benchmark's data, a key or the disk is missing.
    """
    from harness.core.stored_replies import Fields
    from harness.evaluation.stored import StoredReplies

    given = dict(options)
    default = Fields()
    fields = Fields(
        *(
            str(given.pop(f"{part}_field", getattr(default, attribute)))
            for part, attribute in (
                ("response", "response"),
                ("doc", "doc"),
                ("id", "id"),
                ("judge", "judge"),
            )
        )
    )
    clean = str(given.pop("clean", "none"))
    settings = _settings("stored", task, output, given)
    replies = StoredReplies(Path(responses), fields, clean)
    return start_scoring(settings, replies, argv, progress)


def rescore(
    run: PathLike | Run, *, progress: Style = "quiet", **options: Unpack[RescoreOptions]
) -> Run:
    """Derive samples and results of a run directory anew, without a model.

    Args:
        run: the run directory, or a run.
        progress: ``live``, ``plain`` or ``quiet``, on standard error; for the judge's calls.
        options: see ``RescoreOptions``.

    Raises:
        UsageError: not a run directory, or a task that is not known here.
    """
    path = run.path if isinstance(run, Run) else Path(run)
    return start_rescoring(_settings("stored", str(path), path, options), progress)


def load_run(path: PathLike) -> Run:
    """Open a run directory that was scored. Nothing is written.

    Raises:
        UsageError: not a run directory, not scored yet, or written in another schema.
        InputFileError: a file in it is damaged.
    """
    from harness.run.reader import read_run

    return Run(read_run(Path(path)))


def merge(
    runs: Sequence[PathLike | Run],
    output: PathLike,
    *,
    argv: Sequence[str] = (),
    **options: Unpack[MergeSettings],
) -> Run:
    """Put the shards (or interrupted parts) of one run together in a new run directory, and score it.

    Args:
        runs: run directories, or opened runs; they are only read.
        output: the new run directory.
        argv: the command line to record in the manifest.
        options: see ``MergeSettings``.

    Returns:
        The run; ``exit_code`` 3 and a ``note`` where items are missing or failed.

    Raises:
        UsageError: the parts do not belong together, or there is something at ``output``.
        SetupError: a part is being written, or the disk is full.
    """
    from harness.evaluation.merge import MergeOptions
    from harness.evaluation.merge import merge as put_together

    given = dict(options)
    given["include_path"] = tuple(Path(folder) for folder in options.get("include_path", ()))
    paths = [run.path if isinstance(run, Run) else Path(run) for run in runs]
    target = Path(output)
    return run_to_end(target, partial(put_together, paths, target, MergeOptions(**given), argv))  # type: ignore[arg-type]


def export(
    run: PathLike | Run,
    form: str,
    output: PathLike | None = None,
    *,
    task: str | None = None,
    allow_partial: bool = False,
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
) -> Path:
    """Write a run in a form that others read, and return the file.

    Args:
        run: a run directory, or an opened run.
        form: ``bundle``, ``csv``, ``eval-results``, ``junit``, ``lm-eval``, ``mlflow``, ``model-index``, ``parquet``, ``wandb``, or a benchmark's own.
        output: the file; default: in the run directory.
        task: for a benchmark's form: the task, if the run has several.
        allow_partial: for a benchmark's form: leave out items without a reply.
        include_path: folders with the YAML of tasks that register metrics of their own.
        trust_task_code: run the code of such tasks.

    Raises:
        UnknownNameError: no such form.
        UsageError: not a scored run directory, or items have no reply.
    """
    from harness.report.export import export as write

    path = run.path if isinstance(run, Run) else Path(run)
    target = Path(output) if output is not None else None
    folders = [Path(folder) for folder in include_path]
    return write(
        path,
        form,
        output=target,
        task=task,
        allow_partial=allow_partial,
        include_path=folders,
        trusted=trust_task_code,
    ).path


def write_report(
    run: PathLike | Run,
    output: PathLike | None = None,
    *,
    compare: PathLike | Run | None = None,
    embed_audio: int = 0,
    data: Mapping[str, PathLike] | None = None,
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
) -> Path:
    """Write a run as one HTML page, and return the file.

    Args:
        run: a run directory, or an opened run.
        output: the file; default: ``report.html`` in the run directory.
        compare: a run to set it against, item by item.
        embed_audio: bytes of clips to put into the page; 0 links them.
        data: folders of official copies by benchmark, where clips are looked for first.
        include_path: folders with the YAML of tasks that are not built in.
        trust_task_code: run the code of such tasks; without it their items have no reasons.

    Raises:
        UsageError: not a scored run directory.
        InputFileError: a file in it is damaged.
        OSError: the page cannot be written.
    """
    from harness.report.html.page import ReportOptions
    from harness.report.html.page import write_report as write
    from harness.task_loading.specs import register_metrics

    folders = [Path(folder) for folder in include_path]
    opened = [
        one if isinstance(one, Run) else load_run(one) for one in (run, compare) if one is not None
    ]
    for one in opened:
        register_metrics(one.view.tasks, include_path=folders, trusted=trust_task_code)
    options = ReportOptions(
        Path(output) if output is not None else None,
        embed_audio,
        {name: Path(folder) for name, folder in (data or {}).items()},
        folders,
        trust_task_code,
    )
    other = opened[1].view if compare is not None else None
    return write(opened[0].view, other, options).path


def verify(
    bundle: PathLike,
    *,
    include_path: Sequence[PathLike] = (),
    trust_task_code: bool = False,
    data: Mapping[str, Path] | None = None,
) -> Verified:
    """Derive the values of a bundle anew, without a model.

    Args:
        bundle: a file that ``export(run, "bundle")`` wrote.
        include_path: folders with the YAML of tasks that are not built in.
        trust_task_code: run the code of such tasks.
        data: folders of models that scoring needs.

    Returns:
        What was found: ``exit_code`` (0 as claimed, 1 not, 3 not derivable here), ``differences``, ``as_json()``.

    Raises:
        InputFileError: not a bundle, damaged, or too large.
        UsageError: a task of it is not known here.
    """
    from harness.evaluation.verify import verify as derive

    folders = [Path(folder) for folder in include_path]
    return derive(Path(bundle), include_path=folders, trusted=trust_task_code, data=data)


def list_tasks(
    pattern: str | None = None, *, include_path: Sequence[PathLike] = ()
) -> list[TaskEntry]:
    """List tasks: id, benchmark, items, metrics, licence, cost.

    Args:
        pattern: task, group or pattern; default: everything.
        include_path: folders with tasks of your own.

    Raises:
        UnknownNameError: nothing matches.
    """
    from harness.task_loading.index import load_index

    index = load_index(tuple(Path(folder) for folder in include_path))
    return index.resolve([pattern]) if pattern else list(index.tasks.values())


# --- helpers ---------------------------------------------------------------------------------


def _settings(
    model: str, tasks: str | Sequence[str], output: PathLike, options: Mapping[str, Any]
) -> Settings:
    from dataclasses import fields

    from harness.settings import merge, parse_max_errors

    known = {item.name for item in fields(Settings)}
    for name in options:
        if name not in known:
            raise UnknownNameError("option", name, known)
    given = dict(options)
    if given.get("limit") is not None:
        given["limit"] = str(given["limit"])
    if given.get("include_path") is not None:
        given["include_path"] = tuple(Path(folder) for folder in given["include_path"])
    for name in ("judge_cache", "judge_prompt", "reference"):
        if given.get(name) is not None:
            given[name] = Path(given[name]).expanduser()
    names = (tasks,) if isinstance(tasks, str) else tuple(tasks)
    settings = merge({**given, "model": model, "tasks": names, "output_path": Path(output)}, {})
    parse_max_errors(settings.max_errors, 0)
    return settings
