"""``harness evaluate``: run, judge, score. The same command again goes on where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.comparison.reference import reference_entry, with_reference
from harness.core.adapter import Adapter, AdapterInfo
from harness.core.messages import mode_of
from harness.core.threads import calls_hang
from harness.errors import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    AdapterError,
    HarnessError,
    StorageError,
    UsageError,
)
from harness.evaluation.continuing import check_settings, run_manifest
from harness.evaluation.plan import PlannedTask, plan_tasks, sort_model_arguments
from harness.evaluation.runner import BREAKER, Item, Runner
from harness.evaluation.signals import until_signal
from harness.judge.attach import judged_task, open_stage, record_replayed, unjudged_note
from harness.judge.options import judge_options
from harness.judge.stage import JudgeStage
from harness.run.directory import RunDirectory
from harness.run.progress import Progress, Style
from harness.run.records import failed_items
from harness.scoring.stage import score_run
from harness.settings import Settings, parse_max_errors
from harness.task_loading.availability import with_left_out
from harness.task_loading.specs import load_scoring_task
from harness.task_loading.task import YamlTask
from model_adapters.registry import create

DEFAULT_BATCH_SIZE: Final = 8


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        exit_code: 0, 3, 130 or 143.
        results: content of ``results.json``.
        manifest: content of ``manifest.json``.
        note: what to tell the user, if anything went wrong.
    """

    exit_code: int
    results: dict[str, Any]
    manifest: dict[str, Any]
    note: str | None = None


def evaluate(settings: Settings, argv: Sequence[str], style: Style) -> Ended:
    """Run a model on tasks into a run directory.

    Raises:
        HarnessError: bad settings, missing data, a dead model, a full disk; what was finished is kept.
    """
    settings = sort_model_arguments(settings)
    adapter = create(settings.model, settings.model_args, run_seed=settings.seed)
    plan = plan_tasks(settings)
    planned = plan.tasks
    _check_prompts(planned)
    target = RunDirectory(settings.output_path)
    target.check_target()
    with target as run:
        check_settings(run, planned, settings)
        if settings.reference is not None:  # a wrong one is found before a model loads
            reference_entry(settings.reference, {t.name: t.manifest_entry() for t in planned})
        try:
            info = _open(adapter, settings.model)
            _check_modes(planned, info, settings.model)
            manifest = run_manifest(run, settings, planned, info, argv)
            manifest = with_left_out(manifest, plan.left_out)
            manifest = with_reference(manifest, settings.reference)
            run.write_manifest(manifest)
            total = sum(task.count * task.repeats for task in planned)
            breaker = max(BREAKER, parse_max_errors(settings.max_errors, total) + 1)
            stopped, stage = _run_items(settings, planned, run, adapter, info, style, breaker)
        finally:
            if not calls_hang():
                _close(adapter)
        return _finish(run, settings, planned, stopped, stage)


def _check_prompts(planned: Sequence[PlannedTask]) -> None:
    """Render the first prompt of every task: a template that cannot be is found before a model loads."""
    for task in planned:
        task.task.messages(task.first)


def _close(adapter: Adapter) -> None:
    """Release the model; what it answered counts, whatever goes wrong now."""
    try:
        adapter.close()
    except Exception as error:  # noqa: BLE001  (a warning instead: the run itself is whole)
        warnings.warn(f"closing the model failed: {error!r}", RuntimeWarning, stacklevel=2)


def _open(adapter: Adapter, model: str) -> AdapterInfo:
    """Load the model.

    Raises:
        HarnessError: whatever the adapter raises means that the model cannot be loaded.
    """
    try:
        return adapter.open()
    except HarnessError:
        raise
    except Exception as error:
        raise AdapterError(
            f"the model cannot be loaded: {type(error).__name__}: {error}", where=model
        ) from error


def _check_modes(planned: Sequence[PlannedTask], info: AdapterInfo, model: str) -> None:
    """Refuse a task whose prompts the model does not take.

    Raises:
        UsageError: names the task and the model.
    """
    for task in planned:
        mode = mode_of(task.task.messages(task.first))
        if mode in info.modes:
            continue
        if info.modes == {"text"}:
            raise UsageError(
                f"{model} takes text only, and {task.name} has audio",
                where="MODEL",
                hint=f"put it behind a recogniser: cascade:pocketsphinx+{model}",
            )
        raise UsageError(
            f"{task.name} has prompts of {mode}, {model} takes {', '.join(sorted(info.modes))}",
            where="MODEL",
        )


def _run_items(
    settings: Settings,
    planned: Sequence[PlannedTask],
    run: RunDirectory,
    adapter: Adapter,
    info: AdapterInfo,
    style: Style,
    breaker: int,
) -> tuple[signal.Signals | HarnessError | None, JudgeStage | None]:
    """Run; return the signal or error that stopped it early, and the judge stage if there was one."""
    items = (
        Item(task, position, repeat)
        for task in planned
        for position in task.positions()
        for repeat in range(task.repeats)
    )
    totals = {task.name: task.count * task.repeats for task in planned}
    with Progress(totals, style) as progress:
        stage = _judge_stage(settings, planned, run, progress)
        runner = Runner(
            adapter,
            info,
            run,
            run.attempts(),
            progress,
            batch_size=settings.batch_size or DEFAULT_BATCH_SIZE,
            retry_errors=settings.retry_errors,
            breaker=breaker,
            finished=stage.submit if stage is not None else None,
        )
        generation = runner.run(items)
        work = generation if stage is None else stage.beside(generation)
        try:
            return asyncio.run(until_signal(work)), stage
        except HarnessError as error:
            return error, stage


def _judge_stage(
    settings: Settings, planned: Sequence[PlannedTask], run: RunDirectory, progress: Progress
) -> JudgeStage | None:
    """The stage that judges beside generation, ``None`` if no task has a live judge."""
    tasks = {
        task.name: judged_task(task.task, task.judge, task.task.facts(task.documents))
        for task in planned
        if task.judge is not None
    }
    if not tasks:
        return None
    return open_stage(run, tasks, settings, judge_options(settings, has_replies=False), progress)


def _finish(
    run: RunDirectory,
    settings: Settings,
    planned: list[PlannedTask],
    stopped: signal.Signals | HarnessError | None,
    stage: JudgeStage | None,
) -> Ended:
    loaded: dict[str, YamlTask] = {task.name: task.task for task in planned}
    replayed = [task.name for task in planned if task.parts["judge"] == "replay"]
    planned.clear()  # documents and their keys: what is scored stands in the log
    for task in loaded.values():
        task.forget_documents()

    def load(name: str, entry: Mapping[str, Any]) -> YamlTask:
        return loaded.get(name) or load_scoring_task(
            name, entry, include_path=settings.include_path, trusted=settings.trust_task_code
        )

    record_replayed(run, replayed)
    if isinstance(stopped, HarnessError):
        with contextlib.suppress(StorageError):
            score_run(run, load)
        raise stopped
    results = score_run(run, load)
    manifest = run.manifest()
    if stopped is not None:
        note = f"stopped by {stopped.name}; the same command goes on where this stopped"
        return Ended(128 + stopped, results, manifest, note)
    failed, total = failed_items(results)
    allowed = parse_max_errors(settings.max_errors, total)
    if failed > allowed:
        note = (
            f"{failed} of {total} items failed, --max-errors allows {allowed}; "
            "ask them again with the same command and --retry-errors"
        )
        return Ended(EXIT_INCOMPLETE, results, manifest, note)
    unjudged = unjudged_note(results, manifest, allowed, stage)
    if unjudged is not None:
        return Ended(EXIT_INCOMPLETE, results, manifest, unjudged)
    return Ended(EXIT_OK, results, manifest)
