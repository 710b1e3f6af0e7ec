"""Reads task YAML without importing anything.

``!function module.name`` gives an inert ``FunctionRef``; ``include`` is merged as
lm-eval merges it (shallow, the including file wins). Every key remembers the file and line it came
from, so that a schema error can point at it.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml

from harness.errors import TaskFileError
from harness.task_loading.checks.values import check_plain
from harness.task_loading.checks.yaml_text import Fault, find_faults
from harness.task_loading.yaml_nodes import Document

KeyPath = tuple[str, ...]

_BUILT_IN: Final = Path(__file__).resolve().parents[2] / "tasks"
MAX_BYTES: Final = 5_000_000
"""Largest task file."""
MAX_NODES: Final = 100_000
"""Values of a file, every alias counted as often as it stands for something."""
MAX_DEPTH: Final = 50
"""Levels of nesting."""


@dataclass(slots=True)
class YamlFile:
    """A parsed YAML file with its includes merged.

    Attributes:
        path: the file itself.
        data: the merged mapping.
        lines: key path -> "file:line" (five levels of keys, such as ``metadata.lalm.judge.retires.date``).
        faults: repeated keys and text that YAML reads otherwise, also those of included files.
    """

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def check(self) -> None:
        """Refuse a task or group file that does not say what it seems to say.

        Raises:
            TaskFileError: a repeated key, text that YAML reads otherwise, or a value of a kind that no key has.
        """
        for fault in self.faults:
            raise TaskFileError(fault.message, where=fault.where, hint=fault.hint)
        check_plain(self.data, self.where)

    def where(self, *keys: str) -> str:
        """Return the file and line of a key, or of its nearest parent."""
        for end in range(len(keys), 0, -1):
            if keys[:end] in self.lines:
                return self.lines[keys[:end]]
        return str(self.path)


def _record_lines(
    node: yaml.Node, path: Path, lines: dict[KeyPath, str], prefix: KeyPath = (), depth: int = 5
) -> None:
    if isinstance(node, yaml.SequenceNode) and depth:
        for number, item in enumerate(node.value):
            keys = (*prefix, str(number))
            lines[keys] = f"{path}:{item.start_mark.line + 1}"
            _record_lines(item, path, lines, keys, depth)
    if not isinstance(node, yaml.MappingNode) or depth == 0:
        return
    for key, value in node.value:
        keys = (*prefix, str(key.value))
        lines[keys] = f"{path}:{key.start_mark.line + 1}"
        _record_lines(value, path, lines, keys, depth - 1)


def read_text(path: Path) -> str:
    """Read a small regular file (through links) as UTF-8.

    Raises:
        TaskFileError: it cannot be read, is not a regular file (a folder, a device, a pipe), too large or not UTF-8.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise TaskFileError("not a regular file", where=str(path))
        if found.st_size > MAX_BYTES:
            raise TaskFileError(
                f"the file has {found.st_size:,} bytes, the limit is {MAX_BYTES:,}", where=str(path)
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TaskFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise TaskFileError(
            f"not UTF-8: {error.reason}", where=str(path), hint="save the file as UTF-8"
        ) from error
    except ValueError as error:  # a NUL in the name
        raise TaskFileError(f"cannot read: {error}", where=repr(str(path))) from error


def _check_size(root: yaml.Node, path: Path) -> None:
    """Refuse a file that is nested too deeply or grows by aliases.

    Raises:
        TaskFileError: with the line.
    """

    def refuse(message: str, node: yaml.Node) -> NoReturn:
        raise TaskFileError(message, where=f"{path}:{node.start_mark.line + 1}")

    sizes: dict[int, int] = {}
    waiting: list[tuple[yaml.Node, int, bool]] = [(root, 0, False)]
    open_nodes: set[int] = set()
    while waiting:
        node, depth, done = waiting.pop()
        children = _children(node)
        if done:
            open_nodes.discard(id(node))
            size = sizes[id(node)] = 1 + sum(sizes.get(id(child), 1) for child in children)
            if size > MAX_NODES:
                refuse(f"more than {MAX_NODES:,} values", node)
            continue
        if id(node) in open_nodes:
            refuse("an alias contains itself", node)
        if id(node) in sizes:
            continue
        if depth > MAX_DEPTH:
            refuse(f"nested more than {MAX_DEPTH} levels deep", node)
        open_nodes.add(id(node))
        waiting.append((node, depth, True))
        depth += 1
        waiting += [
            (child, depth, False)
            for child in children
            if depth > MAX_DEPTH or not isinstance(child, yaml.ScalarNode)
        ]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _included(path: Path, name: Any, where: str) -> Path:
    """Resolve an include: a YAML file in the folder of the including file or below, or a task file of the harness.

    Raises:
        TaskFileError: anything else.
    """
    if not isinstance(name, str) or not name:
        raise TaskFileError(
            f"include takes the name of a file or a list of them, found {name!r}", where=where
        )
    try:
        found = path.parent / name
        real = found.resolve()
        folders = (path.parent.resolve(), _BUILT_IN)
        inside = any(real.is_relative_to(folder) for folder in folders)
        exists = found.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise TaskFileError(
            f"included file {name!r} cannot be read: {error}", where=where
        ) from error
    if not inside or found.suffix not in (".yaml", ".yml"):
        raise TaskFileError(
            f"included file {name!r} is outside the folder of this file",
            where=where,
            hint="include a .yaml file of the same folder or of a folder below it, or a task file of the harness",
        )
    if not exists:
        raise TaskFileError(f"included file {name!r} does not exist", where=where)
    return found


def load_yaml(path: Path, _seen: tuple[Path, ...] = ()) -> YamlFile:
    """Parse a task or group file.

    Raises:
        TaskFileError: unreadable, invalid YAML, not a mapping, circular or missing include.
    """
    if path.resolve() in _seen:
        raise TaskFileError("this file includes itself", where=str(path))
    text = read_text(path)
    faults: list[Fault] = []
    try:
        document = Document(text, path)
        node = document.root
        if node is not None:
            _check_size(node, path)
            faults = find_faults(node, path)
        data = document.value()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TaskFileError(
            f"invalid YAML: {error.problem or error.context}", where=f"{path}:{line}"
        ) from error
    except RecursionError as error:
        raise TaskFileError(f"nested more than {MAX_DEPTH} levels deep", where=str(path)) from error
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as error:  # bad values
        raise TaskFileError(f"invalid YAML: {error}", where=str(path)) from error
    if not isinstance(data, dict):
        raise TaskFileError("expected a mapping of keys", where=f"{path}:1")
    lines: dict[KeyPath, str] = {}
    if node is not None:
        _record_lines(node, path, lines)
    includes = data.pop("include", [])
    merged: dict[str, Any] = {}
    merged_lines: dict[KeyPath, str] = {}
    names = includes if isinstance(includes, list) else [includes]
    for name in names:
        parent_path = _included(path, name, lines.get(("include",), str(path)))
        parent = load_yaml(parent_path, (*_seen, path.resolve()))
        merged.update(parent.data)
        merged_lines.update(parent.lines)
        faults = [*parent.faults, *faults]
    for key in data:
        merged_lines = {k: v for k, v in merged_lines.items() if k[0] != key}
    return YamlFile(path, {**merged, **data}, {**merged_lines, **lines}, faults)
