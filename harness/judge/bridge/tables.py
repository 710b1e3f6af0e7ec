"""The file of a bridge: for every task how a new judge's grades stand to the official judge's, as counts.

The file is JSON, written by ``harness judge bridge`` and read by ``-J bridge=FILE``. A run keeps the part about its own tasks in its
manifest, so it is scored anew without the file. Counts are all that is kept of the items: no text and no id leaves a run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.core.keys import short_hash
from harness.core.scoring import READINGS
from harness.core.task import TaskSpec
from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, UsageError
from harness.run.files import BridgeEntry, BridgeTable
from harness.run.jsonl import parse_line, write_atomically
from metrics.registry import find

if TYPE_CHECKING:
    from metrics.statistics.bridged import Table

VERSION: Final = 1
SOURCE: Final = f"bridge.{VERSION}"
"""The third source of a judged number, as signatures name it."""
_HINT: Final = "write it again: harness judge bridge RUN… -o FILE"
_LARGEST: Final = 50_000_000
_MOST_COUNTED: Final = 1e12
"""Replies of a model above which counts are refused: sums of them would not be exact."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge file.

    Attributes:
        path: the file.
        tasks: task id -> what the file says about it.
    """

    path: Path
    tasks: Mapping[str, BridgeEntry]

    def of(self, spec: TaskSpec, judge: str, model: str) -> BridgeEntry:
        """Return the entry of a task, for the judge that is to be asked.

        Args:
            spec: the task.
            judge: ``MODEL@PARSER#HASH`` of the judge as it will be asked.
            model: its model.

        Raises:
            UsageError: the file does not know the task, is about another judge or other prompts, or bridges nothing.
            InputFileError: what it says does not fit the task.
        """
        task = spec.task
        where = f"-J bridge={self.path}"
        entry = self.tasks.get(task)
        if entry is None:
            known = ", ".join(sorted(self.tasks)[:6])
            raise UsageError(
                f"the bridge says nothing about {task}; it knows {known}",
                where=where,
                hint="fit it on runs of this task, or leave the task out of -t",
            )
        if entry["judge"]["id"] != judge:
            what = (
                f"the prompts, votes or sampling of {model} differ from those of the fit"
                if entry["judge"]["model"] == model
                else f"the bridge is about the judge {entry['judge']['model']}, not {model}"
            )
            raise UsageError(
                f"{task}: {what}: {judge} is asked, {entry['judge']['id']} was fitted",
                where=where,
                hint="ask the judge as in the fit, or fit the bridge anew",
            )
        problem = misfit(entry, spec)
        if problem is not None:
            raise InputFileError(f"{task}: {problem}", where=where, hint=_HINT)
        for metric, readings in entry["metrics"].items():
            for reading, table in readings.items():
                if table["useless"] is not None:
                    raise UsageError(
                        f"{task}: no bridge for {metric} ({reading}): {table['useless']}",
                        where=where,
                        hint="another judge, more graded items, or leave the task out of -t",
                    )
        return entry


def misfit(entry: BridgeEntry, spec: TaskSpec) -> str | None:
    """Return why an entry cannot be about a task, ``None`` if it can.

    Every judged metric that has ends must be bridged and no other one, on its own scale, to the task's own judge, from another one.
    """
    official = entry["official"]
    declared = spec.judge.model if spec.judge is not None else None
    if official["model"] != declared:
        return f"official.model is {official['model']!r}, and the task's judge is {declared!r}"
    if official["id"] == entry["judge"]["id"]:
        return "official.id and judge.id are one judge"
    judged = {metric for metric in spec.judged_metrics if find(metric).is_bounded}
    if judged != entry["metrics"].keys():
        known = ", ".join(sorted(entry["metrics"])) or "none"
        return f"metrics: {known}; the judged ones of the task are {', '.join(sorted(judged))}"
    for metric, readings in entry["metrics"].items():
        wanted = READINGS if metric in spec.official_metrics else ("strict",)
        if lacking := [reading for reading in wanted if reading not in readings]:
            return f"metrics.{metric}: no table of the {lacking[0]} reading"
        low, high = find(metric).span
        for reading, table in readings.items():
            if not all(low <= level <= high for level in table["levels"]):
                return (
                    f"metrics.{metric}.{reading}.levels: {metric} lies between {low:g} and {high:g}"
                )
    return None


def damage(entry: BridgeEntry) -> str | None:
    """Return which table of an entry is damaged and how, ``None`` if none is."""
    for metric, readings in entry["metrics"].items():
        for reading, table in readings.items():
            try:
                _check_summary(table, read_table(table))
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                return f"metrics.{metric}.{reading}: the table is damaged: {error}"
    return None


def _check_summary(stored: BridgeTable, table: Table) -> None:
    """Compare what a table says of itself with its counts; an unsuitable one must not pass for a good one.

    Raises:
        ValueError: it says something else.
    """
    from metrics.statistics.bridged import useless

    if stored["n"] != table.n:
        raise ValueError(f"n is {stored['n']}, and its counts make {table.n}")
    problem = useless(table)
    if problem is not None and stored["useless"] is None:
        raise ValueError(f"useless is null, and its counts say: {problem}")


def part_of(entry: BridgeEntry) -> str:
    """Return the ``judge:`` part of a signature: ``NEW~OFFICIAL@bridge.1#HASH``; the hash covers both judges and all counts."""
    models = f"{entry['judge']['model']}~{entry['official']['model']}"
    return f"{models}@{SOURCE}#{short_hash(entry)}"


def refused_values(results: Mapping[str, Any]) -> list[str]:
    """Return the tasks of a run whose bridged value is refused, with the reason."""
    return [
        f"{task}: {reason}"
        for task, entry in results["tasks"].items()
        for reason in dict.fromkeys(
            value["bridge"]["refused"]
            for readings in entry["metrics"].values()
            for value in readings.values()
            if value.get("bridge", {}).get("refused")
        )
    ]


def stored_table(table: Table) -> BridgeTable:
    """Return a table as the file keeps it, with what people read of it."""
    from metrics.statistics.bridged import useless

    problem = useless(table)
    found = table.agreement()
    official, new = table.means()
    flat = table.total.sum(axis=0)
    levels = table.levels
    bias = sum(
        float(flat[o, j]) * (levels[j] - levels[o])
        for o in range(len(levels))
        for j in range(len(levels))
    )
    return {
        "levels": list(levels),
        "cuts": list(table.cuts),
        "models": {name: counts.astype(int).tolist() for name, counts in table.models.items()},
        "n": table.n,
        "equal": found.observed,
        "kappa": found.kappa,
        "kappa_ci95": None if found.ci95 is None else list(found.ci95),
        "quadratic": found.weights is not None,
        "bias": bias / table.n,
        "means": {name: [official[name], new[name]] for name in official},
        "useless": problem,
    }


def read_table(stored: Mapping[str, Any]) -> Table:
    """Return a table from its stored form.

    Raises:
        ValueError: it is not one.
    """
    import numpy as np

    from metrics.statistics.bridged import MOST_LEVELS, Table

    levels = tuple(float(level) for level in stored["levels"])
    if len(levels) > MOST_LEVELS:
        raise ValueError(f"{len(levels)} levels, at most {MOST_LEVELS}")
    cuts = tuple(float(cut) for cut in stored["cuts"])
    shape = (len(cuts) + 1, len(levels), len(levels))
    models = {str(name): np.array(counts, np.float64) for name, counts in stored["models"].items()}
    fits = all(
        counts.shape == shape
        and np.isfinite(counts).all()
        and (counts >= 0).all()
        and 0 < counts.sum() <= _MOST_COUNTED
        for counts in models.values()
    )
    if not models or not fits or [*levels] != sorted({*levels}) or [*cuts] != sorted({*cuts}):
        raise ValueError("counts, levels and cuts do not belong together")
    if not all(math.isfinite(number) for number in (*levels, *cuts)):
        raise ValueError("a level or cut is not finite")
    return Table(levels, cuts, models)


def write_bridge(path: Path, tasks: Mapping[str, BridgeEntry], *, made: str, version: str) -> None:
    """Write a bridge file.

    Raises:
        StorageError: it cannot be written.
    """
    content = {"bridge_version": VERSION, "made": made, "harness_version": version, "tasks": tasks}
    write_atomically(path, [json.dumps(content, indent=1, allow_nan=False).encode(), b"\n"])


def read_bridge(path: Path) -> Bridge:
    """Read a bridge file.

    Raises:
        InputFileError: it cannot be read, or is not a bridge of this version.
    """
    from harness.run.checks import checker

    try:
        check_regular(path)
        data = path.read_bytes()
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    if len(data) > _LARGEST:
        raise InputFileError(f"more than {_LARGEST:,} bytes", where=str(path))
    content = parse_line(data, str(path), _HINT)
    tasks = content.get("tasks")
    version = content.get("bridge_version")
    if type(version) is not int or version != VERSION or not isinstance(tasks, dict) or not tasks:
        raise InputFileError(f"is not a bridge of version {VERSION}", where=str(path), hint=_HINT)
    check = checker(BridgeEntry)
    for name, entry in tasks.items():
        mismatch = check(entry)
        if mismatch is not None:
            raise InputFileError(f"{name}: {mismatch.text()}", where=str(path), hint=_HINT)
        damaged = damage(entry)
        if damaged is not None:
            raise InputFileError(f"{name}: {damaged}", where=str(path), hint=_HINT)
    return Bridge(path, tasks)
