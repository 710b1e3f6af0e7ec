"""Which tasks and groups there are.

Built-in tasks come from a generated file (``task_index.json``), so that ``harness tasks list`` reads no YAML;
``python -m harness.task_loading.index`` writes it and a test holds it up to date. Folders of ``--include_path`` are read.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.errors import HarnessError, TaskFileError, UnknownNameError, UsageError
from harness.task_loading.places import LM_EVAL, LM_EVAL_PREFIX, is_lm_eval, tasks_root

if TYPE_CHECKING:
    from harness.core.task import TaskSpec

_KEY: Final = re.compile(r"""^["']?(?:task|group)["']?[ \t]*:|^\{|^<<""", re.MULTILINE)
"""What a file that declares a task or group has somewhere at the beginning of a line."""
_HEAD: Final = 100_000
_NO_TASKS: Final = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_SAID: Final[set[str]] = set()
INDEX_FILE = Path(__file__).with_name("task_index.json")


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """One line of ``harness tasks list``.

    ``yaml`` is relative to the tasks folder for built-ins; for an inline task it is the group file.
    ``judge`` names the declared judge's model, and date and source of its end if one is known.
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
    judge: dict[str, Any] | None = None
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
        refused: name in a folder of the user -> why it cannot be used; said when somebody asks for it.
        include_paths: folders of the user, in which tasks of lm-eval are looked for too.
    """

    tasks: dict[str, TaskEntry]
    groups: dict[str, tuple[str, ...]]
    refused: dict[str, HarnessError] = field(default_factory=dict)
    include_paths: tuple[Path, ...] = ()

    def members(self, group: str, _open: tuple[str, ...] = ()) -> list[str]:
        """Return the task ids of a group, nested groups expanded, in order, each once."""
        if group in _open:
            raise UsageError(f"the group {group!r} contains itself")
        found: dict[str, None] = {}
        for name in self.groups[group]:
            if name in self.refused:
                raise self.refused[name]
            if name in self.tasks or is_lm_eval(name):
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
            if name in self.refused:
                raise self.refused[name]
            if name in self.tasks or is_lm_eval(name):
                found[name] = None
            elif name in self.groups:
                found.update(dict.fromkeys(self.members(name)))
            elif name.endswith((".yaml", ".yml")):
                raise _named_by_file(name)
            elif matches := sorted(fnmatch.filter(self.tasks, name)):
                found.update(dict.fromkeys(matches))
            else:
                raise UnknownNameError(
                    "task",
                    name,
                    [*self.tasks, *self.groups],
                    hint="all names: harness tasks list; one of your own: --include-path FOLDER",
                )
        entries = {
            entry.task: entry
            for name in found
            for entry in (self._of_lm_eval(name) if is_lm_eval(name) else [self.tasks[name]])
        }
        return list(entries.values())

    def entry(self, task: str) -> TaskEntry:
        """Return the entry of a task that ``resolve`` gave."""
        return self._of_lm_eval(task)[0] if is_lm_eval(task) else self.tasks[task]

    def _of_lm_eval(self, name: str) -> list[TaskEntry]:
        """Return the entries of a task, group or tag of lm-eval; what they declare is read when they are loaded."""
        from harness.task_loading.from_lm_eval.names import expand

        return [
            TaskEntry(
                task=f"{LM_EVAL_PREFIX}{place.name}",
                benchmark=LM_EVAL,
                yaml=str(place.path),
                title=f"{place.name}, as lm-eval runs it",
                items=None,
                metrics=(),
                judged=(),
                licence="see its data set",
            )
            for place in expand(name, self.include_paths)
        ]


def _named_by_file(name: str) -> UsageError:
    """Return the error about a task that is named by its file."""
    path = Path(name)
    found = re.search(r"^(?:task|group):[ \t]*([\w.+-]+)[ \t]*$", _text(path), re.MULTILINE)
    task = found[1] if found else "TASK"
    return UsageError(
        f"{name!r} is a file, and -t takes the name of a task or group",
        hint=f"--include-path {path.parent} -t {task}",
    )


def _text(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe or a device would never end
            return ""
        with path.open("rb") as file:
            return file.read(_HEAD).decode(errors="replace")
    except (OSError, ValueError):
        return ""


def scan(folder: Path, relative_to: Path | None = None) -> TaskIndex:
    """Read every YAML file below a folder, all of which must be tasks, groups or data.

    Raises:
        UsageError: not a folder.
        TaskFileError: a malformed file, or a name declared twice.
    """
    index = find_tasks(folder, relative_to)
    for error in index.refused.values():
        raise error
    return index


def find_tasks(folder: Path, relative_to: Path | None = None) -> TaskIndex:
    """Read every YAML file below a folder (files whose name starts with ``_`` are fragments).

    A file that is not a task of the harness does not stop the others: its name is refused when it is asked for.

    Args:
        folder: the folder.
        relative_to: folder to which the entries name their files; ``None`` for whole paths.

    Raises:
        UsageError: not a folder.
    """
    from harness.task_loading.schema import is_fragment

    if not folder.is_dir():
        raise UsageError(
            f"{folder} is not a folder", hint="--include-path takes a folder of task YAML"
        )
    index = TaskIndex({}, {})
    for path in (one for one in yaml_files(folder) if not is_fragment(one)):
        place = path.relative_to(relative_to).as_posix() if relative_to else os.path.realpath(path)
        try:
            _add_file(index, path, place)
        except HarnessError as error:
            index.refused[_declared_name(path)] = error
    for name in index.tasks.keys() & index.groups.keys():
        index.refused[name] = TaskFileError(
            f"{name!r} is both a task and a group", where=str(folder)
        )
    for name in index.refused:
        index.tasks.pop(name, None)
        index.groups.pop(name, None)
    return index


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files below a folder, upper ones first, without hidden folders and installed packages."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NO_TASKS
            and not Path(root, name, "pyvenv.cfg").exists()
        ]
        found += [Path(root, name) for name in files if name.endswith((".yaml", ".yml"))]
    shown = [path for path in found if not path.name.startswith(".")]
    return sorted(shown, key=lambda path: (len(path.parts), path))


def _declared_name(path: Path) -> str:
    """Return the name of the task or group that a malformed file seems to declare, else its path."""
    found = re.search(r"^(?:group|task):[ \t]*([\w.+-]+)", _text(path), re.MULTILINE)
    return found[1] if found else str(path)


def _add_file(index: TaskIndex, path: Path, place: str) -> None:
    """Add what a file declares; a file that declares neither a task nor a group is data.

    Raises:
        HarnessError: it is malformed, or declares what another file declares.
    """
    from harness.task_loading.groups import check_group, inline_tasks
    from harness.task_loading.schema import is_group, parse_task
    from harness.task_loading.yaml_file import load_yaml, read_text

    if not _KEY.search(read_text(path)):
        return
    file = load_yaml(path)
    if not ({"task", "group"} & file.data.keys()):
        return
    declared = {str(file.data.get("task")): file}
    if is_group(file):
        name, members = check_group(file)
        if name in index.groups:
            raise TaskFileError(f"the group {name!r} is declared twice", where=str(path))
        index.groups[name] = members
        declared = inline_tasks(file)
    for task, one in declared.items():
        try:
            spec = parse_task(one)
            if task in index.tasks:
                raise TaskFileError(
                    f"the task {task!r} is declared twice (also in {index.tasks[task].yaml})",
                    where=str(path),
                )
        except HarnessError as error:
            index.refused[task] = error
            continue
        index.tasks[task] = _entry(spec, place)
        tags = file.data.get("tag") or ()
        for tag in [tags] if isinstance(tags, str) else tags:
            index.groups[tag] = (*index.groups.get(tag, ()), task)


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
        judge=_judge(spec),
        spec=spec,
    )


def _judge(spec: TaskSpec) -> dict[str, Any] | None:
    if spec.judge is None:
        return None
    end = spec.judge.retires
    dated = {} if end is None else {"retires": end.date.isoformat(), "source": end.source}
    return {"model": spec.judge.model, **dated}


def load_index(
    include_paths: Sequence[Path] = (), *, allow_shadowing: bool = False, asked: Sequence[str] = ()
) -> TaskIndex:
    """Return built-in tasks from the generated file, and those of some folders.

    Args:
        include_paths: folders with task YAML; what is passed over in them is said once on standard error.
        allow_shadowing: a task or group of a folder may bear the name of another one and then replaces it.
        asked: names that are asked for; with ``lm_eval:NAME`` among them, files that lm-eval alone can run need no note.

    Raises:
        UsageError: not a folder.
    """
    raw = json.loads(INDEX_FILE.read_text(encoding="utf-8"))
    tasks = {
        name: TaskEntry(
            task=name,
            **{**entry, "metrics": tuple(entry["metrics"]), "judged": tuple(entry["judged"])},
        )
        for name, entry in raw["tasks"].items()
    }
    groups = {name: tuple(members) for name, members in raw["groups"].items()}
    index = TaskIndex(tasks, groups, include_paths=tuple(include_paths))
    for folder in include_paths:
        _include(index, find_tasks(folder), asked, allow_shadowing=allow_shadowing)
    return index


def _include(
    index: TaskIndex, more: TaskIndex, asked: Sequence[str], *, allow_shadowing: bool
) -> None:
    """Add the tasks and groups of a folder."""
    from harness.task_loading.schema import LM_EVAL_ALONE

    refused = dict(more.refused)
    for name, entry in more.tasks.items():
        known = index.tasks.get(name)
        if (known or name in index.groups) and not allow_shadowing:
            if known is None or known.path.resolve() != entry.path.resolve():
                refused[name] = _shadows(name, entry.yaml)
            continue
        index.groups.pop(name, None)
        index.tasks[name] = entry
    for name, members in more.groups.items():
        if name in index.tasks or index.groups.get(name, members) != members:
            if not allow_shadowing:
                refused[name] = _shadows(name, "a file below --include-path")
                continue
            index.tasks.pop(name, None)
        index.groups[name] = members
    index.refused.update(refused)
    meant = any(is_lm_eval(part.strip()) for name in asked for part in name.split(","))
    for name, error in refused.items():
        if not (meant and error.hint == LM_EVAL_ALONE):
            _say(f"note: {name} is passed over: {error.where or ''}: {error.message}")


def _shadows(name: str, place: str) -> UsageError:
    return UsageError(
        f"{name!r} bears the name of another task or group",
        where=place,
        hint="rename it, or pass --allow-shadowing: it then replaces the other one, and has a signature of its own",
    )


def _say(note: str) -> None:
    """Print a note on standard error, once in a process."""
    if note not in _SAID:
        _SAID.add(note)
        sys.stderr.write(f"{note}\n")


def render_index(index: TaskIndex) -> str:
    """Return the content that ``task_index.json`` should have.

    Args:
        index: of ``scan(tasks_root(), tasks_root())``.
    """
    tasks = {}
    for name, entry in sorted(index.tasks.items()):
        tasks[name] = entry.as_json()
        del tasks[name]["task"]
        if entry.unsupported is None:
            del tasks[name]["unsupported"]
    content = {"tasks": tasks, "groups": dict(sorted(index.groups.items()))}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    INDEX_FILE.write_text(render_index(scan(tasks_root(), tasks_root())), encoding="utf-8")
