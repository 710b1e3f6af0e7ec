"""Finding what a benchmark declares about its data: ``tasks/<benchmark>/source.py``, by convention."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from harness.errors import UnknownNameError, UsageError
from harness.task_loading.index import TaskEntry, TaskIndex, load_index
from harness.task_loading.places import tasks_root


def source_module(benchmark: str) -> ModuleType | None:
    """Return the module that declares where a built-in benchmark's data comes from, ``None`` for other benchmarks."""
    if not benchmark.isidentifier() or not (tasks_root() / benchmark / "source.py").is_file():
        return None
    return importlib.import_module(f"tasks.{benchmark}.source")


def benchmark_tasks(
    benchmark: str, names: Sequence[str], include_path: tuple[Path, ...] = ()
) -> tuple[list[TaskEntry], list[TaskEntry]]:
    """Return (tasks that a copy should serve, the benchmark's other tasks).

    Args:
        benchmark: name of the benchmark.
        names: tasks, groups or patterns; empty is the group (or task) that bears the benchmark's name.
        include_path: folders with further task YAML.

    Raises:
        UnknownNameError: no such benchmark or task.
        UsageError: a task of another benchmark.
    """
    index = load_index(include_path)
    every = [entry for entry in index.tasks.values() if entry.benchmark == benchmark]
    if not every:
        known = {entry.benchmark for entry in index.tasks.values()}
        raise UnknownNameError(
            "benchmark", benchmark, known, hint=f"known: {', '.join(sorted(known))}"
        )
    wanted = index.resolve(names) if names else _default(benchmark, every, index)
    for entry in wanted:
        if entry.benchmark != benchmark:
            raise UsageError(f"{entry.task} is a task of {entry.benchmark}, not of {benchmark}")
    chosen = {entry.task for entry in wanted}
    return wanted, [entry for entry in every if entry.task not in chosen] if not names else []


def _default(benchmark: str, every: list[TaskEntry], index: TaskIndex) -> list[TaskEntry]:
    named = benchmark in index.tasks or benchmark in index.groups
    return index.resolve([benchmark]) if named else every
