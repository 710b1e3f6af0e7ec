"""May two runs be compared? Tasks by name, signatures, documents, and items without a partner."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.report import TaskCoverage
from harness.comparison.pairing import Pairing
from harness.errors import UnknownNameError
from harness.run.signature import difference, signed_by_spelling

MISSING_SHARE: Final = 0.01
"""Share of the items of a suite that may lack a pair."""
MISSING_ITEMS: Final = 2
"""Items of a task that may lack a pair in any case."""
MISSING_OF_A_TASK: Final = 0.1
"""Share of the items of one task that may lack a pair where the suite has enough."""
_NAMED_IDS: Final = 5
Tasks = Mapping[str, Any]
"""Task id -> what the manifest says about it."""


def tasks_to_compare(baseline: Tasks, options: GateOptions) -> list[str]:
    """Return the tasks of the baseline that are asked for.

    Raises:
        UnknownNameError: a task or metric that the baseline does not have.
    """
    names = _matching(baseline, options.tasks) if options.tasks is not None else [*baseline]
    known = {metric for name in names for metric in baseline[name].get("metrics", ())}
    for metric in options.metrics or ():
        if metric not in known:
            raise UnknownNameError("metric", metric, known, hint="the baseline does not have it")
    return names


def _matching(baseline: Tasks, wanted: Sequence[str]) -> list[str]:
    """Return the tasks of the baseline by name, benchmark or pattern."""
    found: dict[str, None] = {}
    for name in wanted:
        matches = [
            task
            for task, entry in baseline.items()
            if entry.get("benchmark") == name or fnmatch.fnmatchcase(task, name)
        ]
        if not matches:
            raise UnknownNameError("task", name, baseline, hint="the baseline does not have it")
        found.update(dict.fromkeys(matches))
    return list(found)


# --- may they be compared? ---------------------------------------------------------------------


def signature_problems(tasks: Sequence[str], candidate: Tasks, baseline: Tasks) -> list[str]:
    """Return every part in which the signatures of a task differ."""
    problems = []
    for task in tasks:
        entries = [run[task] for run in (baseline, candidate)]
        one, other = (entry.get("signature_parts", {}) for entry in entries)
        for name, (left, right) in difference(one, other).items():
            older = name == "gen" and any(map(signed_by_spelling, entries))
            note = " (an earlier version signed arguments by their spelling)" if older else ""
            problems.append(f"{task}: {name} differs: baseline {left}, candidate {right}{note}")
    return problems


def data_notes(tasks: Sequence[str], candidate: Tasks, baseline: Tasks) -> list[str]:
    """Return notes about tasks whose data or number of items differ."""
    notes = []
    for task in tasks:
        one, other = (run[task].get("signature_parts", {}) for run in (baseline, candidate))
        for name in ("data", "n"):
            if one.get(name) != other.get(name):
                notes.append(
                    f"{task}: {name} is {one.get(name)} in the baseline and {other.get(name)} in the"
                    " candidate; only shared items are tested"
                )
    return notes


def common_repeats(*runs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the lines of a task in each run, limited to the repeats that all of them have."""
    numbers = [[int(line.get("repeat") or 0) for line in lines] for lines in runs]
    common = min((max(found) for found in numbers if found), default=0)
    return [
        [line for line, number in zip(lines, found, strict=True) if number <= common]
        for lines, found in zip(runs, numbers, strict=True)
    ]


def data_problems(pairings: Mapping[str, Pairing]) -> list[str]:
    """Return tasks in which an id has another document on each side."""
    problems = []
    for task, pairing in pairings.items():
        if pairing.changed:
            named = ", ".join(str(item) for item in pairing.changed[:_NAMED_IDS])
            more = len(pairing.changed) - _NAMED_IDS
            tail = f" and {more} more" if more > 0 else ""
            problems.append(f"{task}: another data version, documents differ: {named}{tail}")
    return problems


def coverage(task: str, pairing: Pairing) -> TaskCoverage:
    """Return how many items of a task could be paired."""
    return TaskCoverage(
        task,
        len(pairing.pairs),
        len(pairing.only_baseline),
        len(pairing.only_candidate),
        len(pairing.errors),
        pairing.missing_share,
    )


def missing_problems(rows: Sequence[TaskCoverage]) -> list[str]:
    """Return why too many items lack a pair; nothing if the suite or every task has enough.

    A failed request among 99 must not end a comparison: 1 % of all items may be missing, or two items of each task. A
    task without any pair, or without a tenth of them, is never enough.
    """
    lacking = sum(row.missing for row in rows)
    total = sum(row.total for row in rows)
    few = all(row.missing <= MISSING_ITEMS for row in rows) or lacking <= MISSING_SHARE * total
    return [
        row.text()
        for row in rows
        if not row.pairs
        or (row.missing > MISSING_ITEMS and (not few or row.share > MISSING_OF_A_TASK))
    ]


def is_subset(entry: Mapping[str, Any]) -> bool:
    """Return whether a run asked a seeded subset of a task on purpose (``--subset``)."""
    return "subset" in entry
