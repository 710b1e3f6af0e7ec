"""Group files: names of tasks or groups, and tasks that are written inside the group file.

A member that is a mapping with ``task`` is an *inline* task, as lm-eval 0.4 has them: the group file's own
task keys (usually those of an included template) with the member's keys over them. One template and one
group file then stand for hundreds of data sets. The one difference from lm-eval: ``metadata`` and
``metadata.lalm`` of a member are merged over the group's, key by key, where lm-eval, which reads neither,
would replace them. lm-eval names an inline task ``GROUP::TASK``, the harness ``TASK``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.core.task import TaskSpec
from harness.core.untrusted.regular import is_file
from harness.errors import TaskFileError
from harness.task_loading.checks.lm_eval_keys import GROUP_KEYS, TASK_KEYS, check_group_types
from harness.task_loading.checks.values import MAPPING, NAME, NULL, check_kind, shown
from harness.task_loading.places import LM_EVAL_PREFIX
from harness.task_loading.schema import check_keys, is_group, parse_task
from harness.task_loading.yaml_file import YamlFile, load_yaml


def check_group(file: YamlFile) -> tuple[str, tuple[str, ...]]:
    """Name and members of a group file; an inline task counts by its name.

    Raises:
        TaskFileError: unknown key, or a member that is neither a name nor an inline task.
    """
    file.check()
    members = file.data.get("task")
    if not isinstance(members, list):
        raise TaskFileError(
            "'task' of a group must be a list of task or group names", where=file.where("task")
        )
    names = tuple(_member_name(file, number, entry) for number, entry in enumerate(members))
    inline = any(isinstance(entry, dict) for entry in members)
    check_keys(file, file.data, GROUP_KEYS | TASK_KEYS if inline else GROUP_KEYS)
    check_group_types(file.data, file.where)
    return file.data["group"], names


def _member_name(file: YamlFile, number: int, entry: Any) -> str:
    where = file.where("task", str(number))
    name = entry.get("task") if isinstance(entry, dict) else entry
    if name is None:
        raise TaskFileError(
            "'task' of a group must be a list of task or group names; an inline task is a mapping with 'task', found"
            f" {shown(entry)}",
            where=where,
        )
    plain = name.removeprefix(LM_EVAL_PREFIX) if isinstance(name, str) else name
    check_kind("a member of 'task'", plain, (NAME,), where)
    if isinstance(entry, dict):
        check_kind("metadata", entry.get("metadata"), (MAPPING, NULL), where)
        check_keys(file, entry, TASK_KEYS, "task", str(number))
        if "custom_dataset" not in {**file.data, **entry}:
            raise TaskFileError(
                f"the inline task {name!r} has no 'custom_dataset', neither itself nor from the group file",
                where=where,
                hint="put 'include: FILE.yaml' of the task into the group file; a member cannot change a task of"
                " another file. Write only its name to select it as it is",
            )
    return str(name)


def inline_tasks(file: YamlFile) -> dict[str, YamlFile]:
    """Return the tasks that a group file declares itself, by name, each as a file of its own.

    Raises:
        TaskFileError: a malformed group, or a task declared twice.
    """
    name, _ = check_group(file)
    shared = {
        key: value for key, value in file.data.items() if key not in GROUP_KEYS or key == "metadata"
    }
    found: dict[str, YamlFile] = {}
    for number, member in enumerate(file.data["task"]):
        if not isinstance(member, dict):
            continue
        if member["task"] in found:
            raise TaskFileError(
                f"the group {name!r} declares the task {member['task']!r} twice",
                where=file.where("task", str(number)),
            )
        data = {**shared, **member, "metadata": _metadata(shared, member)}
        lines = {keys: line for keys, line in file.lines.items() if keys[0] in data}
        place = ("task", str(number))
        lines |= {
            keys[2:]: line
            for keys, line in file.lines.items()
            if keys[:2] == place and len(keys) > 2
        }
        found[member["task"]] = YamlFile(file.path, data, lines)
    return found


def _metadata(shared: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
    outer, inner = (source.get("metadata") or {} for source in (shared, member))
    merged = {**outer, **inner}
    layers = (outer.get("lalm"), inner.get("lalm"))
    if any(isinstance(layer, dict) for layer in layers):
        merged["lalm"] = {
            key: value
            for layer in layers
            if isinstance(layer, dict)
            for key, value in layer.items()
        }
    return merged


def load_task(path: Path, task: str) -> TaskSpec:
    """Load the task of a task file, or the inline task of that name in a group file.

    Raises:
        TaskFileError: the file is malformed, or declares no such task.
    """
    stat = path.stat() if is_file(path) else None
    if stat is None:
        raise TaskFileError("no such task file", where=str(path))
    declared = _declared(path, stat.st_mtime_ns, stat.st_size)
    if isinstance(declared, YamlFile):
        return parse_task(declared)
    if task not in declared:
        raise TaskFileError(f"this group file declares no task {task!r}", where=str(path))
    return parse_task(declared[task])


@lru_cache(maxsize=256)
def _declared(path: Path, changed: int, size: int) -> YamlFile | dict[str, YamlFile]:
    """Parse a file, once for the hundreds of inline tasks that share it. ``changed`` and ``size`` notice an edit."""
    del changed, size
    file = load_yaml(path)
    return inline_tasks(file) if is_group(file) else file
