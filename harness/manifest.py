"""``manifest.json``: what ran, and what a run that goes on must agree with."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final

import harness
from harness.errors import UsageError
from harness.judge import judges_named
from harness.plan import PlannedTask, load_spec
from harness.run_directory import SCHEMA_VERSION, RunDirectory
from harness.settings import Settings, redact, redact_argv
from harness.signature import difference
from harness.task_index import load_index
from harness.types import AdapterInfo
from harness.yaml_task import YamlTask
from model_adapters.registry import resolve

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
