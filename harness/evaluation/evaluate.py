"""``harness evaluate``: run, judge, score. The same command again goes on where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.core.adapter import Adapter, AdapterInfo
from harness.core.messages import mode_of
from harness.core.threads import calls_hang
from harness.errors import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    FOREIGN,
    AdapterError,
    HarnessError,
    LogLostError,
    StorageError,
    UnsupportedTaskError,
    UsageError,
)
from harness.evaluation.choosing import chosen_items
from harness.evaluation.continuing import check_start
from harness.evaluation.controls.control import parse_control
from harness.evaluation.controls.kept import KeptAudio
from harness.evaluation.controls.sharing import asked_once
from harness.evaluation.flags import read_flags
from harness.evaluation.plan import Plan, PlannedTask, plan_tasks, sort_model_arguments
from harness.evaluation.replicas.choose import adapter_of
from harness.evaluation.runner import BREAKER, Item, Runner, RunnerOptions
from harness.evaluation.selection.shards import Work
from harness.evaluation.signals import exit_code, stopped_note, until_signal
from harness.judge.attach import Stage, open_stage, record_replayed, unjudged_note
from harness.judge.life import check_life, today
from harness.report.failures import with_reasons
from harness.report.output import say
from harness.run.attempts import Attempts
from harness.run.directory import RunDirectory
from harness.run.files import Manifest, Results
from harness.run.process.stopping import Stop
from harness.run.process.waiting import shown, wait_text
from harness.run.progress import Progress, Style
from harness.run.reader import read_judgements
from harness.run.records import failed_items, scoring_note
from harness.scoring.kept import Kept, kept
from harness.scoring.stage import score_run
from harness.settings import Settings, parse_max_errors
from harness.task_loading.specs import load_scoring_task, provide_models
from harness.task_loading.task import YamlTask
from model_adapters.services.pacing.patience import only_waits, waiting_of

DEFAULT_BATCH_SIZE: Final = 8
MOST_COMPARED: Final = 200_000
"""Items whose samples are compared with the log, in memory, before they are kept as they are."""


@dataclass(frozen=True, slots=True)
class Ended:
    """End of a run.

    Attributes:
        exit_code: 0, 3, 130 or 143.
        results: content of ``results.json``.
        manifest: content of ``manifest.json``.
        note: what to tell the user, if anything went wrong.
    """

    exit_code: int
    results: Results
    manifest: Manifest
    note: str | None = None


def evaluate(
    settings: Settings, argv: Sequence[str], style: Style, adapter: Adapter | None = None
) -> Ended:
    """Run a model on tasks into a run directory.

    Args:
        settings: what is asked for; ``output_path`` is the run directory.
        argv: the command line, for the manifest.
        style: how progress is shown.
        adapter: the model, if it is constructed already.

    Raises:
        HarnessError: bad settings, missing data, a dead model, a full disk; what was finished is kept.
    """
    target = RunDirectory(settings.run_directory)
    settings = sort_model_arguments(settings)
    flags = read_flags(settings)
    adapter = adapter or adapter_of(settings, flags.replicas, flags.patience)
    control = parse_control(settings.control) if settings.control is not None else None
    if control is not None and not control.keeps_clips:
        adapter = asked_once(adapter)
    plan = plan_tasks(settings)
    provide_models(settings.data)
    _check_prompts(plan.tasks)
    if judges := plan.judges:
        warn_of(check_life(judges, plan.judging, today()), style)
    target.check_target()
    work = Work.of(plan.tasks, flags.shard)
    with target as run:
        start = check_start(run, plan, settings, work)
        try:
            info = _open(adapter, settings.model)
            _check_modes(plan.tasks, info, settings.model)
            manifest = start.manifest(info, argv)
            run.write_manifest(manifest)
            sizes = run.log_sizes() if start.old is not None else None
            generated = _generate(
                _Session(settings, plan, work, run, adapter, info, flags.ids), style
            )
        finally:
            if not calls_hang():
                _close(adapter)
        untouched = sizes is not None and run.log_sizes() == sizes
        old = start.unchanged(manifest) if untouched else None
        results = _score(run, settings, plan, generated, old)
        return _ended(run, results, manifest, settings.max_errors, generated, work=work)


def warn_of(notes: Iterable[str], style: Style) -> None:
    """Say on standard error what a run should know beforehand, unless it is quiet."""
    if style != "quiet":
        for note in notes:
            say(f"note: {note}", err=True)


def _check_prompts(planned: Sequence[PlannedTask]) -> None:
    """Render the first prompt of every task: a template that cannot be is found before a model loads."""
    for task in planned:
        assert task.first_prompt


def _close(adapter: Adapter) -> None:
    """Release the model; what it answered counts, whatever goes wrong now."""
    try:
        adapter.close()
    except FOREIGN as error:  # (a warning instead: the run itself is whole)
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
    except FOREIGN as error:
        raise AdapterError(
            f"the model cannot be loaded: {type(error).__name__}: {error}", where=model
        ) from error


def _check_modes(planned: Sequence[PlannedTask], info: AdapterInfo, model: str) -> None:
    """Refuse a task whose prompts the model does not take.

    Raises:
        UsageError: names the task and the model; one that another prompt mode would fit is an ``UnsupportedTaskError``.
    """
    for task in planned:
        mode = mode_of(task.first_prompt)
        if mode in info.modes:
            continue
        if info.modes == {"text"}:
            raise UsageError(
                f"{model} takes text only, and {task.name} has audio",
                where="MODEL",
                hint=f"put it behind a recogniser: cascade:pocketsphinx+{model}",
            )
        raise UnsupportedTaskError(
            f"{task.name} has prompts of {mode}, {model} takes {', '.join(sorted(info.modes))}",
            where="MODEL",
        )


@dataclass(frozen=True, slots=True)
class _Session:
    """A run at work: what is asked of which model, and where its answers go."""

    settings: Settings
    plan: Plan
    work: Work
    run: RunDirectory
    adapter: Adapter
    info: AdapterInfo
    ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Generated:
    """How generation, and judging at the same time, ended.

    Attributes:
        attempts: what the log holds now.
        stage: the judge stage, ``None`` if no task has a live judge.
        signal: what stopped it early.
        error: what stopped it early.
        chosen: only some items were asked, as the command said.
    """

    attempts: Attempts
    stage: Stage | None
    signal: signal.Signals | None = None
    error: HarnessError | None = None
    chosen: bool = False


def _generate(session: _Session, style: Style) -> _Generated:
    """Ask the model about every item that is not finished, and the judge about every one that is."""
    settings, plan, run = session.settings, session.plan, session.run
    items: Iterable[Item] = (
        Item(task, position, repeat)
        for task in plan.tasks
        for position, repeat in session.work.units(task)
    )
    totals = session.work.counts
    allowed = parse_max_errors(settings.max_errors, sum(totals.values()))
    attempts = run.attempts()
    chooses = settings.only_failed or session.ids is not None
    if chooses:
        items = chosen_items(
            plan.tasks,
            session.work.units,
            attempts,
            only_failed=settings.only_failed,
            ids=session.ids,
        )
        totals = dict(Counter(item.planned.name for item in items))
    with Progress(totals, style) as progress:
        judges, stop = plan.judges, Stop()
        stage = open_stage(run, judges, plan.judging, progress, stop) if judges else None
        runner = Runner(
            session.adapter,
            session.info,
            run,
            attempts,
            progress,
            options=RunnerOptions(
                batch_size=settings.batch_size or DEFAULT_BATCH_SIZE,
                retry_errors=settings.retry_errors,
                ask_finished=chooses,
                breaker=max(BREAKER, allowed + 1),
                stop=stop,
                keep=KeptAudio(run.path) if settings.keep_control_audio else None,
            ),
            finished=stage.submit if stage is not None else None,
        )
        generates = True

        async def generate() -> None:
            nonlocal generates
            try:
                await runner.run(items)
            finally:
                generates = False

        work = generate() if stage is None else stage.alongside(generate())
        adapter = session.adapter
        progress.watch(lambda: wait_text(waiting_of(adapter)))
        if (status := getattr(adapter, "status", None)) is not None:
            progress.watch(status)

        def waits() -> bool:
            return waiting_of(adapter) is not None or (stage is not None and stage.waits())

        def rests() -> bool:
            at_work = generates and not only_waits(adapter)
            return not at_work and (stage is None or stage.rests())

        try:
            stopped = asyncio.run(until_signal(shown(work, progress, waits), stop, rests))
            run.check_logs()
            return _Generated(attempts, stage, signal=stopped, chosen=chooses)
        except HarnessError as error:
            return _Generated(attempts, stage, error=error)


def _score(
    run: RunDirectory,
    settings: Settings,
    plan: Plan,
    generated: _Generated,
    old: Manifest | None,
) -> Results:
    """Score what the run directory holds, also after an error, which is raised then.

    Args:
        run: the run directory.
        settings: what was asked for.
        plan: the tasks of this command; their documents are dropped.
        generated: how generation ended.
        old: the manifest of the run if nothing has changed since it was scored, else ``None``.

    Raises:
        HarnessError: what stopped generation; or scoring failed.
    """
    loaded: dict[str, YamlTask] = {task.name: task.task for task in plan.tasks}
    replayed = [task.name for task in plan.tasks if task.parts["judge"] == "replay"]
    plan.tasks.clear()  # documents and their keys: what is scored is in the log
    for task in loaded.values():
        task.forget_documents()

    def load(name: str, entry: Mapping[str, Any]) -> YamlTask:
        return loaded.get(name) or load_scoring_task(
            name,
            entry,
            include_path=settings.include_path,
            trusted=settings.trust_task_code,
            run=run.path,
        )

    record_replayed(run, replayed)
    if isinstance(generated.error, LogLostError):
        with contextlib.suppress(HarnessError):
            score_run(run, load)  # what is there now
        raise generated.error
    if generated.error is not None:
        with contextlib.suppress(StorageError):
            score_run(run, load, generated.attempts)
        raise generated.error
    few = old is not None and len(generated.attempts) <= MOST_COMPARED
    stay = kept(run, old, same_code=loaded) if old is not None and few else Kept()
    if stay.results is not None and stay.ranges.keys() == stay.results["tasks"].keys():
        for _ in read_judgements(run.path):
            pass  # a damaged line is an error here too
        return stay.results  # a function of manifest and logs, and neither has changed
    return score_run(run, load, generated.attempts, stay=stay)


def _ended(
    run: RunDirectory,
    results: Results,
    manifest: Manifest,
    max_errors: str,
    generated: _Generated,
    *,
    work: Work,
) -> Ended:
    """Say how the run ended.

    Args:
        run: the run directory.
        results: content of ``results.json``.
        manifest: content of ``manifest.json``.
        max_errors: how many failed items the user allows.
        generated: how generation ended.
        work: what this command had to ask.
    """
    if generated.signal is not None:
        return Ended(exit_code(generated.signal), results, manifest, stopped_note(generated.signal))
    names = list(work.counts)
    if missing := sum(work.lacking(name, results["tasks"][name]["missing"]) for name in names):
        which = (
            "the command without --only-failed and --ids"
            if generated.chosen
            else "the same command"
        )
        note = f"{missing} planned items have no line in the log; {which} asks for them"
        return Ended(EXIT_INCOMPLETE, results, manifest, note)
    scoring = scoring_note(results)
    if scoring is not None:
        return Ended(EXIT_INCOMPLETE, results, manifest, scoring)
    failed, total = failed_items(results)
    total -= work.elsewhere()
    allowed = parse_max_errors(max_errors, total)
    if failed > allowed:
        note = (
            f"{failed} of {total} items failed, --max-errors allows {allowed}; "
            "ask them again with the same command and --retry-errors"
        )
        note = with_reasons(note, run.path, generated.attempts, names)
        return Ended(EXIT_INCOMPLETE, results, manifest, note)
    unjudged = unjudged_note(results, manifest, allowed, generated.stage)
    if unjudged is not None:
        return Ended(EXIT_INCOMPLETE, results, manifest, unjudged)
    notes = [work.shard_note()]
    if failed:
        count = f"allowed to fail: {failed} of {total} items"
        notes.append(with_reasons(count, run.path, generated.attempts, names))
    return Ended(EXIT_OK, results, manifest, "\n".join(filter(None, notes)) or None)
