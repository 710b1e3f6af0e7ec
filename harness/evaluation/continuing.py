"""The manifest of a run that begins or goes on, and what its settings must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.core.adapter import AdapterInfo
from harness.core.redaction import redact, redact_argv, redact_text
from harness.errors import UsageError
from harness.evaluation.plan import PlannedTask
from harness.judge.task_judge import judges_named
from harness.run.directory import RunDirectory
from harness.run.manifest import check_same_parts, check_version, new_manifest
from harness.settings import Settings
from harness.task_loading.specs import load_scoring_task
from model_adapters.registry import resolve


def run_manifest(
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
        "spec": redact_text(settings.model),
        "adapter": adapter,
        "target": redact_text(target),
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


def check_settings(run: RunDirectory, planned: Sequence[PlannedTask], settings: Settings) -> None:
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
            load_scoring_task(
                name, entry, include_path=settings.include_path, trusted=settings.trust_task_code
            ).check()
