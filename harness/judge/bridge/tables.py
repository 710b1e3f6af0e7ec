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
from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, UsageError
from harness.run.files import BridgeEntry, BridgeTable
from harness.run.jsonl import parse_line, write_atomically

if TYPE_CHECKING:
    from metrics.statistics.bridged import Table

VERSION: Final = 1
SOURCE: Final = f"bridge.{VERSION}"
"""The third source of a judged number, as signatures name it."""
_HINT: Final = "write it again: harness judge bridge RUN… -o FILE"
_LARGEST: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge file.

    Attributes:
        path: the file.
        tasks: task id -> what the file says about it.
    """

    path: Path
    tasks: Mapping[str, BridgeEntry]

    def of(self, task: str, judge: str, model: str) -> BridgeEntry:
        """Return the entry of a task, for the judge that is to be asked.

        Args:
            task: task id.
            judge: ``MODEL@PARSER#HASH`` of the judge as it will be asked.
            model: its model.

        Raises:
            UsageError: the file does not know the task, is about another judge or other prompts, or bridges nothing.
        """
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
        for metric, readings in entry["metrics"].items():
            for reading, table in readings.items():
                if table["useless"] is not None:
                    raise UsageError(
                        f"{task}: no bridge for {metric} ({reading}): {table['useless']}",
                        where=where,
                        hint="another judge, more graded items, or leave the task out of -t",
                    )
        return entry


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

    from metrics.statistics.bridged import Table

    levels = tuple(float(level) for level in stored["levels"])
    cuts = tuple(float(cut) for cut in stored["cuts"])
    shape = (len(cuts) + 1, len(levels), len(levels))
    models = {str(name): np.array(counts, np.float64) for name, counts in stored["models"].items()}
    fits = all(
        counts.shape == shape and np.isfinite(counts).all() and (counts >= 0).all() and counts.sum()
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
    if content.get("bridge_version") != VERSION or not isinstance(tasks, dict) or not tasks:
        raise InputFileError(f"is not a bridge of version {VERSION}", where=str(path), hint=_HINT)
    check = checker(BridgeEntry)
    for name, entry in tasks.items():
        mismatch = check(entry)
        if mismatch is not None:
            raise InputFileError(f"{name}: {mismatch.text()}", where=str(path), hint=_HINT)
        for readings in entry["metrics"].values():
            for table in readings.values():
                try:
                    read_table(table)
                except (ValueError, TypeError, KeyError) as error:
                    raise InputFileError(
                        f"{name}: a table is damaged: {error}", where=str(path), hint=_HINT
                    ) from None
    return Bridge(path, tasks)
