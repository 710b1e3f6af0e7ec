"""Where the tasks of the harness are, and which tasks are among them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness.core.task import TaskSpec


@cache
def tasks_root() -> Path:
    """Return the folder of the built-in tasks."""
    return Path(__file__).resolve().parents[2] / "tasks"


def is_built_in(spec: TaskSpec) -> bool:
    """Return whether a task's own YAML file is part of the harness; what it includes does not count."""
    return spec.yaml_path.resolve().is_relative_to(tasks_root())
