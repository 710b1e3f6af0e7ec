"""``harness export``: a run in a form that others read.

Forms of whole runs are in ``harness/report/exports``. Those in which a benchmark takes results belong to the benchmarks:
``tasks/<benchmark>/export.py`` defines ``FORMATS``. Documents and replies
come from the run directory alone; no data set is loaded. An item that failed has no reply: a run with
such items, or without some items of the task, is refused unless a partial file is asked for.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import EXIT_INCOMPLETE, UnknownNameError, UsageError
from harness.report.exports import forms
from harness.run.files import TaskResults
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView, read_run
from harness.run.records import repeats_of
from harness.task_loading.places import tasks_root
from harness.task_loading.specs import register_metrics
from tasks._shared.source import ExportFormat

_NAMED = 10


class IncompleteRunError(UsageError):
    """Items of the task have no reply in this run (exit 3)."""

    exit_code = EXIT_INCOMPLETE


@dataclass(frozen=True, slots=True)
class Exported:
    """Content of an export.

    Attributes:
        path: the file.
        task: its task, ``None`` for all of the run.
        items: items with a reply.
        failed: ids of failed items that were left out.
        not_run: items that never ran.
        stale: a warning if the content is not that of the run's logs.
    """

    path: Path
    task: str | None
    items: int
    failed: tuple[str, ...] = ()
    not_run: int = 0
    stale: str | None = None


def formats() -> dict[str, ExportFormat]:
    """Return all benchmarks that have an export format, with it."""
    found: dict[str, ExportFormat] = {}
    for path in sorted(tasks_root().glob("*/export.py")):
        found |= importlib.import_module(f"tasks.{path.parent.name}.export").FORMATS
    return found


def export(
    run: Path,
    name: str,
    *,
    output: Path | None,
    task: str | None,
    allow_partial: bool,
    include_path: Sequence[Path] = (),
    trusted: bool = False,
) -> Exported:
    """Write a run in a format.

    Args:
        run: the run directory.
        name: the format.
        output: the file; default ``RUN/<format>`` and the format's suffix.
        task: for a benchmark's format: the task, if the run has several that the format is for.
        allow_partial: for a benchmark's format: write what there is.
        include_path: folders with tasks that register metrics of their own.
        trusted: code of such tasks may run.

    Raises:
        UnknownNameError: no such format.
        UsageError: not a run directory, or it has no such task.
        IncompleteRunError: items without a reply.
    """
    general, known = forms(), formats()
    if name in general:
        if task is not None:
            raise UsageError(f"{name} holds all tasks of a run", where="--task")
        view = read_run(run)
        if getattr(general[name], "NEEDS_METRICS", False):
            register_metrics(view.tasks, include_path=include_path, trusted=trusted)
        path = output or run / f"{name}{general[name].SUFFIX}"
        general[name].write(view, path)
        count = sum(map(_items_held, view.results["tasks"].values()))
        return Exported(path, None, count, stale=view.stale(thorough=False))
    if name not in known:
        names = [*general, *known]
        raise UnknownNameError("format", name, names, hint=f"known: {', '.join(names)}")
    view = read_run(run)
    chosen = _task(view, name, known[name], task)
    replies: list[tuple[Mapping[str, Any], str]] = []
    failed: list[str] = []
    for sample in view.samples(chosen):
        if sample["repeat"]:
            raise UsageError(
                "the run holds several replies per item; a submission holds one",
                where=str(run),
                hint="evaluate without --repeats",
            )
        reply = sample.get("response")
        if isinstance(reply, str) and sample["outcome"] != "error":
            replies.append((sample["doc"], reply))
        else:
            failed.append(str(sample["id"]))
    total = int(view.tasks[chosen]["items_total"])
    not_run = max(0, total - len(replies) - len(failed))
    if (failed or not_run) and not allow_partial:
        raise _incomplete(run, chosen, failed, not_run, total)
    path = output or run / f"{name}.json"
    content = json.dumps(known[name].build(replies), ensure_ascii=False, indent=4)
    write_atomically(path, _encoded(content), private=True)
    stale = view.stale(thorough=False)
    return Exported(path, chosen, len(replies), tuple(failed), not_run, stale)


def _encoded(content: str) -> Iterator[bytes]:
    try:
        yield content.encode("utf-8") + b"\n"
    except UnicodeEncodeError:  # a lone surrogate in a reply
        yield json.dumps(json.loads(content), indent=4).encode("ascii") + b"\n"


def _task(view: RunView, name: str, form: ExportFormat, asked: str | None) -> str:
    if asked is not None and asked not in form.tasks:
        raise UnknownNameError("task", asked, form.tasks, hint=f"{name} is for {_list(form.tasks)}")
    candidates = [task for task in form.tasks if task in view.tasks and asked in (None, task)]
    if not candidates:
        raise UsageError(
            f"the run has no {_list((asked,) if asked else form.tasks)}: found {_list(view.tasks)}",
            where=str(view.path),
            hint=f"harness evaluate MODEL -t {asked or form.tasks[0]} -o RUN_DIR",
        )
    if len(candidates) > 1:
        raise UsageError(
            f"the run has {_list(candidates)}", where=str(view.path), hint="name one with --task"
        )
    return candidates[0]


def _list(names: Any) -> str:
    return " or ".join(names) or "nothing"


def _items_held(task: TaskResults) -> int:
    """Return how many items of a task, repeats counted, have a line."""
    return task["n"] * repeats_of(task) - task["missing"]


def _incomplete(
    run: Path, task: str, failed: list[str], not_run: int, total: int
) -> IncompleteRunError:
    parts = []
    if failed:
        more = f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
        parts.append(f"{len(failed)} failed ({', '.join(failed[:_NAMED])}{more})")
    if not_run:
        parts.append(f"{not_run} were not run or have no audio here")
    return IncompleteRunError(
        f"of {total} items of {task}, {' and '.join(parts)}",
        where=str(run),
        hint="finish the run (--retry-errors for failed items), or export what there is: --allow-partial",
    )
