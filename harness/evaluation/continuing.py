"""A run that begins or goes on: what its settings must agree with, and the manifest that it gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.comparison.reference import reference_entry
from harness.core.adapter import AdapterInfo
from harness.core.redaction import redact, redact_argv, redact_text
from harness.errors import UsageError
from harness.evaluation.plan import Plan
from harness.evaluation.selection.shards import Work
from harness.judge.task_judge import judges_named
from harness.run.directory import RunDirectory
from harness.run.files import Manifest, ManifestEntry, ReferenceEntry, ShardEntry
from harness.run.manifest import (
    check_same_parts,
    check_same_scorer,
    check_version,
    continued,
    new_manifest,
    with_left_out,
)
from harness.settings import Settings
from harness.task_loading.specs import load_scoring_task
from model_adapters.registry import resolve


@dataclass(frozen=True, slots=True)
class Start:
    """A run that begins or goes on, checked before a model is loaded.

    Attributes:
        path: its run directory.
        settings: what was asked for.
        plan: the tasks of this command.
        old: the manifest that is there already, ``None`` for a new run.
        tasks: manifest entries of all tasks, earlier ones included.
        reference: what the manifest keeps of a reference run, ``None`` if none was named now.
        shard: which part of the run this is, ``None`` for all of it.
    """

    path: Path
    settings: Settings
    plan: Plan
    old: Manifest | None
    tasks: Mapping[str, ManifestEntry]
    reference: ReferenceEntry | None
    shard: ShardEntry | None = None

    def manifest(self, info: AdapterInfo, argv: Sequence[str]) -> Manifest:
        """Compose the manifest.

        Raises:
            UsageError: the directory holds a run of another model.
        """
        if self.old is None:
            manifest = self._new(info, argv)
        else:
            manifest = self._continued(self.old, info, argv)
        manifest = with_left_out(manifest, (one.as_json() for one in self.plan.left_out))
        if self.reference is not None:
            manifest["reference"] = self.reference
        if self.shard is not None:
            manifest["shard"] = self.shard
        return manifest

    def unchanged(self, manifest: Manifest) -> Manifest | None:
        """Return the manifest of before, if the one of now differs in the name and the command at most."""
        told = {"name": "", "argv": []}
        same = self.old is not None and {**self.old, **told} == {**manifest, **told}
        return self.old if same else None

    def _new(self, info: AdapterInfo, argv: Sequence[str]) -> Manifest:
        settings = self.settings
        adapter, target = resolve(settings.model)
        return new_manifest(
            model={
                "spec": redact_text(settings.model),
                "adapter": adapter,
                "target": redact_text(target),
                "args": redact(settings.model_args),
                "fingerprint": info.fingerprint,
                "description": dict(info.description),
            },
            name=settings.name or self.path.resolve().name,
            judge=judges_named(self.tasks),
            seed=settings.seed,
            tasks=self.tasks,
            argv=redact_argv(list(argv)),
        )

    def _continued(self, old: Manifest, info: AdapterInfo, argv: Sequence[str]) -> Manifest:
        model, settings = old["model"], self.settings
        if model["fingerprint"] != info.fingerprint:
            raise UsageError(
                "this run directory was made by another model: "
                f"{_identified(model['spec'], model['fingerprint'])}, "
                f"now {_identified(settings.model, info.fingerprint)}",
                where=str(self.path),
                hint="use another -o RUN_DIR",
            )
        return {
            **continued(old),
            "name": settings.name or old["name"],
            # what goes on with the run is the command that asks all of it
            "argv": old["argv"]
            if settings.only_failed or settings.ids is not None
            else redact_argv(list(argv)),
            "judge": judges_named(self.tasks),
            "tasks": dict(self.tasks),
        }


def _identified(spec: str | None, fingerprint: str) -> str:
    """Name a model, with the beginning of its fingerprint where that is a digest and not the name again."""
    return f"{spec}" if fingerprint == spec else f"{spec} ({fingerprint[:12]})"


def check_start(run: RunDirectory, plan: Plan, settings: Settings, work: Work) -> Start:
    """Refuse to mix other settings into an existing run, and a wrong reference, before a model is loaded.

    Args:
        run: the run directory.
        plan: the tasks of this command.
        settings: what was asked for.
        work: which of their items this command asks.

    Raises:
        UsageError: another harness version; another prompt, data, generation or scorer; an
            earlier task whose code is not here or not trusted; or a reference run without these tasks.
        ComparabilityError: the reference was scored by another scorer or judge.
    """
    old = run.manifest() if run.exists else None
    if old is None and settings.only_failed:
        raise UsageError(
            "--only-failed asks items of a run again, and there is no run yet",
            where=str(run.path),
            hint="leave it out",
        )
    shard = work.entry()
    if old is not None:
        _check_settings(run, old, plan, settings)
        shard = _same_shard(run, old, shard)
    tasks = {
        **(old["tasks"] if old is not None else {}),
        **{task.name: task.manifest_entry() for task in plan.tasks},
    }
    reference = None
    if settings.reference is not None:
        reference = reference_entry(settings.reference, tasks)
    return Start(run.path, settings, plan, old, tasks, reference, shard)


def _same_shard(run: RunDirectory, old: Manifest, new: ShardEntry | None) -> ShardEntry | None:
    """Return the entry of a shard that goes on.

    Raises:
        UsageError: the run directory holds another part of the run.
    """
    before = old.get("shard")
    was, now = (
        f"shard {entry['index']}/{entry['of']}" if entry is not None else "a whole run"
        for entry in (before, new)
    )
    if was != now:
        raise UsageError(
            f"this run directory holds {was}, and this command asks for {now}",
            where=str(run.path),
            hint="give every shard an -o RUN_DIR of its own, and put them together with: harness merge",
        )
    if before is None or new is None:
        return None
    return {**new, "items": {**before["items"], **new["items"]}}


def _check_settings(run: RunDirectory, manifest: Manifest, plan: Plan, settings: Settings) -> None:
    check_version(run, manifest)
    for task in plan.tasks:
        old = manifest["tasks"].get(task.name)
        if old is not None:
            check_same_parts(run, task.name, old, task.parts)
    names = {task.name for task in plan.tasks}
    for name, entry in manifest["tasks"].items():
        if name not in names:  # scored again with the others at the end: can it be?
            other = load_scoring_task(
                name,
                entry,
                include_path=settings.include_path,
                trusted=settings.trust_task_code,
                run=run.path,
            )
            other.check()
            check_same_scorer(run, name, entry, other.spec.scorer)
