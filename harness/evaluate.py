"""``harness evaluate``: run, judge, score. The same command again goes on where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final

import harness
from harness.availability import with_left_out
from harness.errors import (
    EXIT_INCOMPLETE,
    EXIT_OK,
    AdapterError,
    HarnessError,
    StorageError,
    UsageError,
)
from harness.judge import judge_options, judges_named
from harness.judge_run import judged_task, open_stage, record_replayed, unjudged_note
from harness.judge_stage import JudgeStage
from harness.plan import PlannedTask, load_spec, plan_tasks, sort_model_arguments
from harness.progress import Progress, Style
from harness.reference import reference_entry, with_reference
from harness.run_directory import SCHEMA_VERSION, RunDirectory
from harness.runner import BREAKER, Item, Runner
from harness.score_stage import failed_items, score_run
from harness.settings import Settings, parse_max_errors, redact, redact_argv
from harness.signature import difference
from harness.task_index import load_index
from harness.types import Adapter, AdapterInfo, mode_of
from harness.yaml_task import YamlTask
from model_adapters.registry import create, resolve

DEFAULT_BATCH_SIZE: Final = 8
SAME_SIGNAL_SECONDS: Final = 0.1
"""Signals that come so soon after the first are no second wish to stop."""
_RECORDED_PACKAGES: Final = (
    "lm-eval",
    "jiwer",
    "datasets",
    "transformers",
    "torch",
    "numpy",
    "soundfile",
    "soxr",
)


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
        _check_settings(run, planned, settings)
        if settings.reference is not None:  # a wrong one is found before a model loads
            reference_entry(settings.reference, {t.name: t.manifest_entry() for t in planned})
        try:
            info = _open(adapter, settings.model)
            _check_modes(planned, info, settings.model)
            manifest = _manifest(run, settings, planned, info, argv)
            manifest = with_left_out(manifest, plan.left_out)
            manifest = with_reference(manifest, settings.reference)
            run.write_manifest(manifest)
            total = sum(task.count * task.repeats for task in planned)
            breaker = max(BREAKER, parse_max_errors(settings.max_errors, total) + 1)
            stopped, stage = _run_items(settings, planned, run, adapter, info, style, breaker)
        finally:
            if not _still_generating():
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
            return asyncio.run(_until_signal(work)), stage
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


async def _until_signal(work: Coroutine[Any, Any, None]) -> signal.Signals | None:
    """Run until done or until the first SIGINT or SIGTERM; a second one ends the process at once.

    What comes within a moment of the first is the same wish: ``timeout`` and some terminals signal the process and
    then its group.
    """
    loop = asyncio.get_running_loop()
    main = asyncio.ensure_future(work)
    received: list[signal.Signals] = []
    first = 0.0

    def stop(number: signal.Signals) -> None:
        nonlocal first
        if not received:
            first = loop.time()
            received.append(number)
            main.cancel()
        else:
            again(number)

    def again(number: int, frame: object = None) -> None:
        del frame
        if loop.time() - first > SAME_SIGNAL_SECONDS:
            os._exit(128 + number)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
    try:
        await main
    except asyncio.CancelledError:
        if not received:
            raise
    finally:
        if in_main_thread:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
                if received:  # while the results are written
                    signal.signal(number, again)
    return received[0] if received else None


def _still_generating() -> bool:
    return any(thread.name == "generate" for thread in threading.enumerate())


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
        return loaded.get(name) or load_scoring_task(name, entry, settings)

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


def load_scoring_task(name: str, entry: Mapping[str, Any], settings: Settings | None) -> YamlTask:
    """The task of a manifest entry, for scoring only.

    Raises:
        UsageError: the task is not known here, or its code is not trusted.
    """
    from pathlib import Path

    from harness.task_groups import load_task

    trusted = settings.trust_task_code if settings is not None else False
    paths = settings.include_path if settings is not None else ()
    if entry.get("yaml") and (Path(entry["yaml"]).is_file() or not paths):
        return YamlTask(load_task(Path(entry["yaml"]), name), trusted=trusted)
    return YamlTask(load_spec(load_index(paths).resolve([name])[0]), trusted=trusted)


# --- manifest --------------------------------------------------------------------------------


def _manifest(
    run: RunDirectory,
    settings: Settings,
    planned: Sequence[PlannedTask],
    info: AdapterInfo,
    argv: Sequence[str],
) -> dict[str, Any]:
    """The manifest of a new or resumed run.

    Raises:
        UsageError: the directory holds a run of another model.
    """
    adapter, target = resolve(settings.model)
    model = {
        "spec": settings.model,
        "adapter": adapter,
        "target": target,
        "args": redact(settings.model_args),
        "fingerprint": info.fingerprint,
        "description": dict(info.description),
    }
    tasks = {task.name: task.manifest_entry() for task in planned}
    if not run.exists:
        return new_manifest(
            model=model,
            name=settings.name or settings.output_path.resolve().name,
            judge=judges_named(tasks),
            seed=settings.seed,
            tasks=tasks,
            argv=redact_argv(list(argv)),
        )
    old = run.manifest()
    if old["model"]["fingerprint"] != info.fingerprint:
        raise UsageError(
            f"this run directory was made by another model: {old['model']['spec']} "
            f"({old['model']['fingerprint'][:12]}), now {settings.model} ({info.fingerprint[:12]})",
            where=str(run.path),
            hint="use another -o RUN_DIR",
        )
    return {
        **old,
        "name": settings.name or old["name"],
        "argv": redact_argv(list(argv)),
        "judge": judges_named({**old["tasks"], **tasks}),
        "tasks": {**old["tasks"], **tasks},
    }


def new_manifest(
    *,
    model: Mapping[str, Any],
    name: str,
    judge: str,
    seed: int,
    tasks: Mapping[str, Any],
    argv: Sequence[str],
) -> dict[str, Any]:
    """Content of a fresh ``manifest.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "harness_version": harness.__version__,
        "name": name,
        "model": dict(model),
        "judge": judge,
        "seed": seed,
        "tasks": dict(tasks),
        "argv": list(argv),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": sys.version.split()[0], **_versions()},
    }


def _versions() -> dict[str, str]:
    versions = {}
    for package in _RECORDED_PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return versions


def check_version(run: RunDirectory, manifest: Mapping[str, Any]) -> None:
    """Refuse to continue a run that another version of the harness started.

    Raises:
        UsageError: the versions differ.
    """
    if manifest["harness_version"] != harness.__version__:
        raise UsageError(
            f"this run was made by harness {manifest['harness_version']}, this is {harness.__version__}",
            where=str(run.path),
            hint=f"start anew with another -o, or only re-score it: harness score {run.path}",
        )


def _check_settings(run: RunDirectory, planned: Sequence[PlannedTask], settings: Settings) -> None:
    """Refuse to mix other settings into an existing run, before a model is loaded.

    Raises:
        UsageError: another harness version; another prompt, data, generation or scorer; or an
            earlier task whose code is not here or not trusted.
    """
    if not run.exists:
        return
    manifest = run.manifest()
    check_version(run, manifest)
    for task in planned:
        old = manifest["tasks"].get(task.name)
        if old is not None:
            check_same_parts(run, task.name, old["signature_parts"], task.parts)
    names = {task.name for task in planned}
    for name, entry in manifest["tasks"].items():
        if name not in names:  # scored again with the others at the end: can it be?
            load_scoring_task(name, entry, settings).check()


def check_same_parts(
    run: RunDirectory, task: str, old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """Refuse other settings of a task that a run already has.

    Raises:
        UsageError: names every part that differs.
    """
    differing = difference(old, new)
    if old["judge"] == "none":
        differing.pop("judge", None)  # a judge may join later; one that has judged may not change
    if old["data"] != new["data"]:
        differing["data"] = (old["data"], new["data"])
    if differing:
        text = "; ".join(
            f"{part}: {was} there, {now} now" for part, (was, now) in differing.items()
        )
        raise UsageError(
            f"this run directory holds {task} with other settings ({text})",
            where=str(run.path),
            hint=_hint(run, differing),
        )


def _hint(run: RunDirectory, differing: Mapping[str, tuple[str, str]]) -> str:
    """How to go on with a run whose settings differ."""
    if differing.keys() != {"judge"}:
        return "use another -o RUN_DIR, or the settings of the first run"
    if differing["judge"][1] == "none":
        return "its judge is asked with OPENAI_API_KEY or -J base_url=…, as in the first run"
    return f"another judge is let in by: harness score {run.path} --rejudge --judge openai:MODEL"
