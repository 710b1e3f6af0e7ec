"""Which tasks and groups there are.

Built-in tasks come from a generated file (``task_index.json``), so that ``harness tasks list`` reads
no YAML; ``python -m harness.task_loading.index`` writes it and a test holds it up to date. Folders given with
``--include_path`` are read from their YAML.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import TaskFileError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from harness.core.task import TaskSpec

INDEX_FILE = Path(__file__).with_name("task_index.json")


def tasks_root() -> Path:
    """Return the folder of the built-in tasks."""
    return Path(__file__).resolve().parents[2] / "tasks"


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """One line of ``harness tasks list``.

    ``yaml`` is relative to the tasks folder for built-ins; for an inline task it is the group file.
    ``unsupported`` is the reason why a task is listed and cannot be run. ``spec`` is the declaration, if
    the YAML was read to list the task (tasks of the user, not built-in ones).
    """

    task: str
    benchmark: str
    yaml: str
    title: str
    items: int | None
    metrics: tuple[str, ...]
    judged: tuple[str, ...]
    licence: str
    cost: dict[str, Any] = field(default_factory=dict)
    unsupported: str | None = None
    spec: TaskSpec | None = field(default=None, compare=False, repr=False)

    @property
    def path(self) -> Path:
        """Path of the YAML."""
        return tasks_root() / self.yaml

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json`` and the index file."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "spec"}


@dataclass(frozen=True, slots=True)
class TaskIndex:
    """Tasks and groups by name.

    Attributes:
        tasks: task id -> entry.
        groups: group name -> names of tasks or groups.
    """

    tasks: dict[str, TaskEntry]
    groups: dict[str, tuple[str, ...]]

    def members(self, group: str, _open: tuple[str, ...] = ()) -> list[str]:
        """Return the task ids of a group, nested groups expanded, in order, each once."""
        if group in _open:
            raise UsageError(f"the group {group!r} contains itself")
        found: dict[str, None] = {}
        for name in self.groups[group]:
            if name in self.tasks:
                found[name] = None
            elif name in self.groups:
                found.update(dict.fromkeys(self.members(name, (*_open, group))))
            else:
                raise UnknownNameError("task", name, self.tasks, hint=f"named in group {group!r}")
        return list(found)

    def resolve(self, names: Sequence[str]) -> list[TaskEntry]:
        """Return task entries for names, groups and glob patterns (commas allowed), in order, each once.

        Raises:
            UnknownNameError: a name that matches no task, group or pattern.
        """
        found: dict[str, None] = {}
        wanted = [part.strip() for name in names for part in name.split(",") if part.strip()]
        if not wanted:
            raise UsageError("no task named", hint="-t TASK[,TASK…]; see: harness tasks list")
        for name in wanted:
            if name in self.tasks:
                found[name] = None
            elif name in self.groups:
                found.update(dict.fromkeys(self.members(name)))
            elif matches := sorted(fnmatch.filter(self.tasks, name)):
                found.update(dict.fromkeys(matches))
            else:
                raise UnknownNameError(
                    "task", name, [*self.tasks, *self.groups], hint="all names: harness tasks list"
                )
        return [self.tasks[name] for name in found]


def scan(folder: Path, relative_to: Path | None = None) -> TaskIndex:
    """Read every YAML below a folder (files whose name starts with ``_`` are fragments).

    Raises:
        TaskFileError: a malformed file, or a name declared twice.
    """
    from harness.task_loading.groups import check_group, inline_tasks
    from harness.task_loading.schema import is_fragment, is_group, parse_task
    from harness.task_loading.yaml_file import load_yaml

    if not folder.is_dir():
        raise UsageError(
            f"{folder} is not a folder", hint="--include_path takes a folder of task YAML"
        )
    tasks: dict[str, TaskEntry] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        if is_fragment(path):
            continue
        file = load_yaml(path)
        if not ({"task", "group"} & file.data.keys()):
            continue  # a data file of the benchmark
        declared = [file]
        if is_group(file):
            name, members = check_group(file)
            if name in groups:
                raise TaskFileError(f"the group {name!r} is declared twice", where=str(path))
            groups[name] = members
            declared = list(inline_tasks(file).values())
        place = path.relative_to(relative_to).as_posix() if relative_to else str(path.resolve())
        for spec in map(parse_task, declared):
            if spec.task in tasks:
                raise TaskFileError(
                    f"the task {spec.task!r} is declared twice (also in {tasks[spec.task].yaml})",
                    where=str(path),
                )
            tasks[spec.task] = _entry(spec, place)
    if both := tasks.keys() & groups.keys():
        raise TaskFileError(f"{sorted(both)[0]!r} is both a task and a group", where=str(folder))
    return TaskIndex(tasks, groups)


def _entry(spec: TaskSpec, place: str) -> TaskEntry:
    return TaskEntry(
        task=spec.task,
        benchmark=spec.benchmark,
        yaml=place,
        title=spec.description,
        items=spec.items,
        metrics=spec.metrics,
        judged=tuple(m for m in spec.metrics if m in spec.judged_metrics),
        licence=spec.licence,
        cost=dict(spec.cost),
        unsupported=spec.unsupported,
        spec=spec,
    )


def load_index(include_paths: Sequence[Path] = ()) -> TaskIndex:
    """Load the built-in tasks from the generated file, plus those of ``include_paths`` (which may override)."""
    raw = json.loads(INDEX_FILE.read_text(encoding="utf-8"))
    tasks = {
        name: TaskEntry(
            task=name,
            **{**entry, "metrics": tuple(entry["metrics"]), "judged": tuple(entry["judged"])},
        )
        for name, entry in raw["tasks"].items()
    }
    groups = {name: tuple(members) for name, members in raw["groups"].items()}
    for folder in include_paths:
        more = scan(folder)
        tasks.update(more.tasks)
        groups.update(more.groups)
    return TaskIndex(tasks, groups)


def render_index() -> str:
    """Return the content that ``task_index.json`` should have."""
    index = scan(tasks_root(), tasks_root())
    tasks = {}
    for name, entry in sorted(index.tasks.items()):
        tasks[name] = entry.as_json()
        del tasks[name]["task"]
        if entry.unsupported is None:
            del tasks[name]["unsupported"]
    content = {"tasks": tasks, "groups": dict(sorted(index.groups.items()))}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    INDEX_FILE.write_text(render_index(), encoding="utf-8")
