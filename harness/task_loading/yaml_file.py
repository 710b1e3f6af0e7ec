"""Reads task YAML without importing anything.

A ``SafeLoader`` whose ``!function module.name`` gives an inert ``FunctionRef``; ``include`` is merged as
lm-eval merges it (shallow, the including file wins). Every key remembers the file and line it came
from, so that a schema error can point at it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.core.task import FunctionRef
from harness.errors import TaskFileError

KeyPath = tuple[str, ...]


@dataclass(slots=True)
class YamlFile:
    """A parsed YAML file with its includes merged.

    Attributes:
        path: the file itself.
        data: the merged mapping.
        lines: key path -> "file:line" (two levels of nesting below ``metadata``).
    """

    path: Path
    data: dict[str, Any]
    lines: dict[KeyPath, str] = field(default_factory=dict)

    def where(self, *keys: str) -> str:
        """File and line of a key, or of its nearest parent."""
        for end in range(len(keys), 0, -1):
            if keys[:end] in self.lines:
                return self.lines[keys[:end]]
        return str(self.path)


def _loader_class(path: Path) -> type[yaml.SafeLoader]:
    class Loader(yaml.SafeLoader):
        pass

    def function(loader: yaml.SafeLoader, node: yaml.Node) -> FunctionRef:
        if not isinstance(node, yaml.ScalarNode):
            raise TaskFileError(
                "!function takes module.name",
                where=f"{path}:{node.start_mark.line + 1}",
            )
        value = str(loader.construct_scalar(node))
        module, _, name = value.rpartition(".")
        if not module or not name.isidentifier():
            raise TaskFileError(
                f"!function {value!r} is not of the form module.name",
                where=f"{path}:{node.start_mark.line + 1}",
            )
        return FunctionRef(module, name, path)

    Loader.add_constructor("!function", function)
    return Loader


def _record_lines(
    node: yaml.Node, path: Path, lines: dict[KeyPath, str], prefix: KeyPath = (), depth: int = 4
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


def load_yaml(path: Path, _seen: tuple[Path, ...] = ()) -> YamlFile:
    """Parse a task or group file.

    Raises:
        TaskFileError: unreadable, invalid YAML, not a mapping, circular or missing include.
    """
    if path in _seen:
        raise TaskFileError("this file includes itself", where=str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TaskFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise TaskFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    try:
        loader = _loader_class(path)(text)
    except yaml.YAMLError as error:
        raise TaskFileError(f"invalid YAML: {error}", where=str(path)) from error
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TaskFileError(
            f"invalid YAML: {error.problem or error.context}", where=f"{path}:{line}"
        ) from error
    except (yaml.YAMLError, ValueError, AttributeError) as error:  # the last two: bad values
        raise TaskFileError(f"invalid YAML: {error}", where=str(path)) from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise TaskFileError("expected a mapping of keys", where=f"{path}:1")
    lines: dict[KeyPath, str] = {}
    if node is not None:
        _record_lines(node, path, lines)
    includes = data.pop("include", [])
    merged: dict[str, Any] = {}
    merged_lines: dict[KeyPath, str] = {}
    for name in [includes] if isinstance(includes, str) else includes:
        parent_path = path.parent / str(name)
        if not parent_path.is_file():
            raise TaskFileError(f"included file {name!r} does not exist", where=lines[("include",)])
        parent = load_yaml(parent_path, (*_seen, path))
        merged.update(parent.data)
        merged_lines.update(parent.lines)
    for key in data:
        merged_lines = {k: v for k, v in merged_lines.items() if k[0] != key}
    return YamlFile(path, {**merged, **data}, {**merged_lines, **lines})
