"""Finding a task of lm-eval by its name, without the scan of fourteen thousand files that lm-eval itself makes.

``lm_eval:NAME`` after ``-t`` is a task, group or tag of the installed lm-eval, or of a folder of ``--include-path``, which is
looked at first. Its files are searched as text for the line that declares the name; only a name that no file declares in
this way (usually a tag) is looked up in lm-eval's own index.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from harness.core.untrusted.regular import is_file
from harness.errors import MissingDependencyError, TaskFileError, UnknownNameError, UsageError
from harness.task_loading.places import LM_EVAL_PREFIX as PREFIX

Kind = Literal["task", "group"]
_DECLARES: Final = re.compile(rb"""^(task|group):[ \t]*["']?([^\s"'#\[]+)""", re.MULTILINE)
_OURS: Final = frozenset(
    ["group", "task", "group_alias", "tag", "aggregate_metric_list", "metadata"]
)
"""Keys of a group that leave its members as they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """The file in which lm-eval declares a name.

    Attributes:
        name: as lm-eval has it.
        kind: a task, or a group of them.
        path: the YAML file.
        outside: it is not part of the installed lm-eval.
    """

    name: str
    kind: Kind
    path: Path
    outside: bool


def installed_version() -> str:
    """Return the version of lm-eval."""
    return package_version("lm-eval")


def place_of(task: str, path: Path) -> Place:
    """Return the place of a task whose file is known."""
    outside = not path.resolve().is_relative_to(tasks_folder().resolve())
    return Place(task.removeprefix(PREFIX), "task", path, outside)


def tasks_folder() -> Path:
    """Return the folder of lm-eval's tasks; lm-eval is not imported.

    Raises:
        MissingDependencyError: it is not installed.
    """
    found = find_spec("lm_eval")
    if found is None or not found.submodule_search_locations:
        raise MissingDependencyError(
            "lm-eval is not installed", hint="pip install 'lm-eval>=0.4.12,<0.5'"
        )
    return Path(next(iter(found.submodule_search_locations))) / "tasks"


def expand(name: str, include_paths: Sequence[Path]) -> list[Place]:
    """Return the tasks that ``lm_eval:NAME`` stands for: itself, or the members of a group or tag, in order, each once.

    Args:
        name: with or without the prefix.
        include_paths: folders with further task YAML; a name in one of them goes before lm-eval's own.

    Raises:
        UnknownNameError: lm-eval has no such task, group or tag.
        UsageError: no name, a pattern, or a group that changes its members.
    """
    bare = name.removeprefix(PREFIX)
    if not bare or set(bare) & set("*?[ "):
        raise UsageError(
            f"{name!r} does not name a task, group or tag of lm-eval: a name is written in full",
            where="-t",
            hint="all names: lm_eval ls tasks",
        )
    found: dict[str, Place] = {}
    _expand(bare, tuple(include_paths), found, ())
    return list(found.values())


def _expand(
    name: str, include_paths: tuple[Path, ...], found: dict[str, Place], above: tuple[str, ...]
) -> None:
    if name in above:
        raise UsageError(f"the group {PREFIX}{name} contains itself")
    place = _find(name, include_paths)
    if place is None:
        for member in _tagged(name):
            _expand(member, include_paths, found, (*above, name))
        return
    if place.kind == "task":
        found.setdefault(name, place)
        return
    for member in _members(place):
        _expand(member, include_paths, found, (*above, name))


def _find(name: str, include_paths: Sequence[Path]) -> Place | None:
    """Return where a task or group is declared, ``None`` if no file declares it by a line of its own."""
    for folder in include_paths:
        declared = _declared(_yaml_files(folder)).get(name)
        if declared is not None:
            kind, path = declared
            return Place(name, kind, path.absolute(), outside=True)
    root = tasks_folder()
    for guess in (root / name / f"{name}.yaml", root / name / f"_{name}.yaml"):
        if is_file(guess) and (own := _kind_in(guess, name)) is not None:
            return Place(name, own, guess, outside=False)
    declared = _installed().get(name)
    return None if declared is None else Place(name, declared[0], declared[1], outside=False)


@lru_cache(maxsize=1)
def _installed() -> dict[str, tuple[Kind, Path]]:
    return _declared(_yaml_files(tasks_folder()))


def _declared(files: Iterator[Path]) -> dict[str, tuple[Kind, Path]]:
    """Return name -> kind and file, for what files declare by a line; the first file wins, as in lm-eval."""
    found: dict[str, tuple[Kind, Path]] = {}
    for path in files:
        for kind, name in _lines(path):
            found.setdefault(name, (kind, path))
    return found


def _kind_in(path: Path, name: str) -> Kind | None:
    return next((kind for kind, declared in _lines(path) if declared == name), None)


def _lines(path: Path) -> Iterator[tuple[Kind, str]]:
    """Yield what a file declares: a group, else a task."""
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError:
        return
    lines = {
        kind.decode(): name.decode(errors="replace") for kind, name in _DECLARES.findall(content)
    }
    if "group" in lines:
        yield "group", lines["group"]
    elif "task" in lines:
        yield "task", lines["task"]


def _yaml_files(folder: Path) -> Iterator[Path]:
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if one not in ("__pycache__", ".ipynb_checkpoints")]
        found += [f"{root}{os.sep}{name}" for name in files if name.endswith(".yaml")]
    return map(Path, sorted(found))


def _members(place: Place) -> list[str]:
    """Return the names in a group.

    Raises:
        UsageError: the group changes its members.
        TaskFileError: it is malformed.
    """
    data = _group(place)
    changed = sorted(map(str, data.keys() - _OURS))
    names: list[str] = []
    waiting: list[Any] = list(data.get("task") or ()) if isinstance(data.get("task"), list) else []
    while waiting:
        member = waiting.pop(0)
        if isinstance(member, dict) and set(member) <= _OURS:
            inner = member.get("task")
            if isinstance(inner, list):
                waiting = [*inner, *waiting]
                continue
            member = inner if inner is not None else member.get("group")
        if isinstance(member, str):
            names.append(member)
            continue
        changed = changed or [str(member)[:60]]
        break
    if changed:
        raise UsageError(
            f"the group {PREFIX}{place.name} changes its members ({', '.join(changed)}), which only lm-eval itself does",
            where=str(place.path),
            hint=f"name its tasks one by one: -t {PREFIX}TASK,{PREFIX}TASK",
        )
    if not names:
        raise TaskFileError(f"the group {place.name!r} has no members", where=str(place.path))
    return names


def _group(place: Place) -> dict[str, Any]:
    from harness.task_loading.yaml_file import load_yaml

    return load_yaml(place.path).data


def _tagged(name: str) -> list[str]:
    """Return the tasks of a tag, from lm-eval's own index.

    Raises:
        UnknownNameError: lm-eval has nothing of that name.
    """
    if not _is_mentioned(
        name
    ):  # lm-eval's index reads all files as YAML, a minute on a busy machine
        raise _unknown(name, _installed())
    from lm_eval.tasks import TaskManager

    index = TaskManager().task_index
    known = {one: sorted(entry.tags) for one, entry in index.items() if entry.kind.name == "TAG"}
    if name not in known:
        raise _unknown(name, [*_installed(), *known])
    return known[name]


def _unknown(name: str, names: Iterable[str]) -> UnknownNameError:
    hint = "all names: lm_eval ls tasks; one of your own: --include-path FOLDER"
    return UnknownNameError("task of lm-eval", name, names, hint=hint)


def _is_mentioned(name: str) -> bool:
    """Return whether any file of lm-eval has a name in it, as one that declares a tag must."""
    wanted = name.encode("utf-8", "replace")
    for path in _yaml_files(tasks_folder()):
        try:
            if wanted in path.read_bytes():
                return True
        except OSError:
            continue
    return False
