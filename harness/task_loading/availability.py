"""Tasks that cannot run here and now: their data or their judge is missing, or nothing can score them.

``evaluate`` refuses them by name; with ``--skip-unavailable`` it runs the others, and manifest and tables say
what was left out and why. ``--dry-run`` names them next to everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.errors import HarnessError, MissingDataError, UnsupportedTaskError
from harness.task_loading.index import TaskEntry

Lacks = Literal["data", "judge", "support"]
"""What is missing; ``support`` is a task that is listed and cannot be run at all."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task that cannot run.

    Attributes:
        task: task id.
        benchmark: its group.
        lacks: what is missing.
        reason: one line.
        error: what ``evaluate`` raises about it, ``None`` for a missing judge.
    """

    task: str
    benchmark: str
    lacks: Lacks
    reason: str
    error: HarnessError | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the manifest's entry for it."""
        return {
            "task": self.task,
            "benchmark": self.benchmark,
            "lacks": self.lacks,
            "reason": self.reason,
        }


def from_error(entry: TaskEntry, error: MissingDataError | UnsupportedTaskError) -> LeftOut:
    """Describe a task whose planning failed for lack of data or support."""
    lacks: Lacks = "support" if isinstance(error, UnsupportedTaskError) else "data"
    return LeftOut(entry.task, entry.benchmark, lacks, error.message, error)


def without_judge(entry: TaskEntry) -> LeftOut | None:
    """Describe a task that has nothing to say without a judge, ``None`` if it has a judge-free metric."""
    if not entry.metrics or set(entry.metrics) - set(entry.judged):
        return None
    metrics = ", ".join(entry.metrics)
    return LeftOut(entry.task, entry.benchmark, "judge", f"{metrics} needs a judge, there is none")


def refuse(left_out: Sequence[LeftOut], total: int) -> None:
    """Say what cannot run.

    Raises:
        HarnessError: the one task's own error; for several, one that names every benchmark.
    """
    failed = [entry for entry in left_out if entry.error is not None]
    if not failed:
        return
    first = failed[0].error
    assert first is not None
    if len(failed) == 1:
        raise first
    kind = type(first) if all(type(entry.error) is type(first) for entry in failed) else None
    hints = dict.fromkeys(e.error.hint for e in failed if e.error is not None and e.error.hint)
    raise (kind or MissingDataError)(
        f"{len(failed)} of {total} tasks cannot be run here",
        hint="\n  ".join(
            [
                *(line for _, line in by_benchmark([entry.as_json() for entry in failed])),
                *hints,
                *(["--skip-unavailable runs the others"] if len(failed) < total else []),
            ]
        ),
    )


def by_benchmark(entries: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (benchmark, line) for manifest entries of tasks that were left out, alike ones together.

    >>> entry = {"task": "a", "benchmark": "mine", "lacks": "data", "reason": "no folder a"}
    >>> [line for _, line in by_benchmark([entry, {**entry, "task": "b"}])]
    ['mine (2 tasks, data missing): no folder a']
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault((entry["benchmark"], entry["lacks"]), []).append(entry)
    words = {"data": "data missing", "judge": "judge missing", "support": "cannot be run"}
    for (benchmark, lacks), found in groups.items():
        count = f"{len(found)} tasks" if len(found) > 1 else found[0]["task"]
        yield benchmark, f"{benchmark} ({count}, {words[lacks]}): {found[0]['reason']}"
