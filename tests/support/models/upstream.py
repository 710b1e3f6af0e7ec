"""Checkouts of what contrib models are published as (``HARNESS_UPSTREAM``), and functions of their files."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORIES = {
    "desta25": "DeSTA2.5-Audio",
    "llaso": "LLaSO",
    "alarm": "ALARM",
    "kimi_audio": "Kimi-Audio",
}


Definition = ast.FunctionDef | ast.ClassDef


def definitions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Definition]]:
    """Functions and classes by qualified name, those inside functions left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield inside + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from definitions(node, f"{inside}{node.name}.")


def checkout(model: str) -> Path:
    upstream = os.environ.get("HARNESS_UPSTREAM")
    if not upstream or not (Path(upstream) / REPOSITORIES[model]).is_dir():
        pytest.skip("upstream's source is absent (set HARNESS_UPSTREAM to a folder of checkouts)")
    return Path(upstream) / REPOSITORIES[model]


def upstream_function(path: Path, name: str, **names: Any) -> Any:
    """One function of a file, compiled alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (node,) = [found for where, found in definitions(tree) if where == name]
    scope = dict(names)
    exec(compile(ast.Module([node], []), str(path), "exec"), scope)
    return scope[name]
