"""``--dry-run``: what a run would do, without loading a model, downloading or writing anything.

Per benchmark: items, hours of audio, judge calls, judge tokens, their price and the size of the data; what cannot
run is named with its reason. Data that is not on this machine is not fetched: its figures are those that the
tasks declare. Hours are declared ones in proportion to the selected items, else estimated from the headers of
a few clips. Prices are list prices unless ``-J price_in=…`` says otherwise. Unknown figures are shown as
unknown, never as 0.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.core.judge_spec import Retirement
from harness.core.messages import Message, Text
from harness.evaluation.cost import Cost, Share, declared_share, planned_share, total
from harness.evaluation.flags import read_flags
from harness.evaluation.plan import PlannedTask, sort_model_arguments, survey
from harness.evaluation.replicas.choose import adapter_of
from harness.judge.life import RetiredJudgeError, check_life, end_notes, today
from harness.judge.options import JudgeOptions
from harness.judge.task_judge import TaskJudge
from harness.report.table import sample_lines
from harness.run.signature import signature
from harness.settings import Settings
from harness.task_loading.availability import LeftOut, by_benchmark
from harness.task_loading.index import TaskEntry
from harness.task_loading.specs import data_folder
from model_adapters.registry import resolve

_MANY: Final = 12
"""More tasks than this are shown with one prompt per benchmark."""
_COLUMNS: Final = (
    "benchmark",
    "here",
    "items",
    "audio hours",
    "judge calls",
    "judge tokens",
    "price $",
    "data MB",
)


@dataclass(frozen=True, slots=True)
class DryRun:
    """Description of a run that did not start.

    Attributes:
        model: adapter and target.
        planned: tasks whose data is here.
        to_fetch: tasks whose data ``evaluate`` would look for on the hub.
        left_out: tasks that cannot run.
        costs: benchmark -> what its tasks cost.
        unjudged: benchmark -> judged metrics that stay absent for want of a judge.
        skipping: what cannot run is left out, not refused.
        notes: judges that end soon or have ended, or see a sample of items.
        refused: why ``evaluate`` would refuse a judge that has ended; empty if it would not.
    """

    model: str
    planned: Sequence[PlannedTask]
    to_fetch: Sequence[LeftOut]
    left_out: Sequence[LeftOut]
    costs: dict[str, Cost]
    unjudged: dict[str, list[str]]
    skipping: bool = False
    notes: Sequence[str] = ()
    refused: str = ""

    @property
    def complete(self) -> bool:
        """True if ``evaluate`` would start with these settings."""
        failing = [entry for entry in self.left_out if entry.error is not None]
        runs = bool(self.planned or self.to_fetch) and not self.refused
        return runs and (self.skipping or not failing)

    @property
    def cost(self) -> Cost:
        """Cost of all of it."""
        return total(self.costs.values())

    @property
    def replies(self) -> int:
        """Replies that the tasks whose data is here ask for."""
        return sum(task.count * task.repeats for task in self.planned)

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        whole = self.cost
        return {
            "model": self.model,
            "tasks": {task.name: _as_json(task) for task in self.planned},
            "benchmarks": {name: cost.as_json() for name, cost in self.costs.items()},
            "to_fetch": [entry.as_json() for entry in self.to_fetch],
            "left_out": [entry.as_json() for entry in self.left_out],
            "unjudged": self.unjudged,
            **({"notes": list(self.notes)} if self.notes else {}),
            **({"refused": self.refused} if self.refused else {}),
            "items": whole.items,
            "judge_calls": whole.calls,
            "judge_tokens": whole.tokens,
            "price_usd": whole.price,
        }

    def lines(self) -> list[str]:
        """Return the lines of the report for people."""
        lines = [f"model: {self.model}"]
        shown: set[str] = set()
        for task in self.planned:
            benchmark = task.task.spec.benchmark
            if len(self.planned) <= _MANY or benchmark not in shown:
                lines += _lines(task)
            shown.add(benchmark)
        whole = self.cost
        rows = [_COLUMNS, *(cost.cells(name) for name, cost in self.costs.items())]
        rows.append(whole.cells("total"))
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines += ["", *("  ".join(_aligned(row, widths)).rstrip() for row in rows)]
        for name, metrics in self.unjudged.items():
            lines.append(f"no judge: {name} runs without {', '.join(metrics)}")
        lines += [*self.notes, *([f"refused: {self.refused}"] if self.refused else [])]
        fetched = [{**entry.as_json(), "reason": _FETCH} for entry in self.to_fetch]
        lines += [f"to fetch: {line}" for _, line in by_benchmark(fetched)]
        word = "left out" if self.skipping else "missing"
        entries = [entry.as_json() for entry in self.left_out]
        lines += [f"{word}: {line}" for _, line in by_benchmark(entries)]
        if not self.complete:
            lines.append("evaluate refuses this; --skip-unavailable runs what is there")
        judge = (
            f"{whole.calls} judge calls, about {whole.tokens} judge tokens"
            if whole.calls
            else "no judge calls, price 0"
            if whole.calls == 0
            else "judge calls unknown"
        )
        items = "an unknown number of" if whole.items is None else whole.items
        return [*lines, "", f"total: {items} items, {judge}; nothing was run or written"]


_FETCH: Final = "not on this machine, evaluate asks the hub for it; figures as declared"


def dry_run(settings: Settings) -> DryRun:
    """Resolve everything; the model is constructed, not opened, and nothing is downloaded.

    Raises:
        HarnessError: whatever ``evaluate`` would refuse before it loads the model, except for missing
            data and judges, which are findings here.
    """
    settings = sort_model_arguments(settings)
    flags = read_flags(settings)
    adapter_of(settings, flags.replicas, flags.patience)
    with _offline():
        plan = survey(settings, ask=False)
    to_fetch = [
        entry
        for entry in plan.left_out
        if entry.lacks == "data" and data_folder(entry.benchmark, settings.data) is None
    ]
    left_out = [entry for entry in plan.left_out if entry not in to_fetch]
    if not plan.tasks and not to_fetch and len(left_out) == 1 and left_out[0].error is not None:
        raise left_out[0].error
    judging, index = plan.judging, plan.index
    shares: dict[str, list[Share]] = {}
    for task in plan.tasks:
        shares.setdefault(task.task.spec.benchmark, []).append(planned_share(task, judging))
    for entry in to_fetch:
        share = declared_share(index.entry(entry.task), settings.limit, judging, settings.repeats)
        shares.setdefault(entry.benchmark, []).append(share)
    names = [*(task.name for task in plan.tasks), *(entry.task for entry in to_fetch)]
    return DryRun(
        str(resolve(settings.model)),
        plan.tasks,
        to_fetch,
        left_out,
        {name: Cost.of(name, found) for name, found in shares.items()},
        _unjudged([index.entry(name) for name in names]) if judging.choice == "none" else {},
        skipping=settings.skip_unavailable,
        notes=_judge_notes(plan.judges, judging, [index.entry(one.task) for one in to_fetch]),
        refused=_refused(plan.judges, judging),
    )


def _refused(judges: Mapping[str, TaskJudge], judging: JudgeOptions) -> str:
    """Return why ``evaluate`` would refuse a judge whose day is past; its service is asked for its models."""
    now = today()
    ended = {
        name: judge
        for name, judge in judges.items()
        if any(one.spec.retires and one.spec.retires.date <= now for one in judge.of_panel())
    }
    try:
        check_life(ended, judging, now)
    except RetiredJudgeError as error:
        return f"{error.message}; {error.hint}"
    return ""


def _judge_notes(
    judges: Mapping[str, TaskJudge], judging: JudgeOptions, absent: Sequence[TaskEntry]
) -> list[str]:
    """Return what is to be known of the judges: those that end, also of tasks whose data is absent, and those that see a sample."""
    ends = [
        (name, one.spec.model, one.spec.retires)
        for name, judge in judges.items()
        for one in judge.of_panel()
    ]
    if judging.choice == "live" and judging.model is None and judging.adapter is None:
        ends += [
            (one.task, str(one.judge["model"]), Retirement.listed(one.judge))
            for one in absent
            if one.judge is not None
        ]
    samples = (sample_lines(name, judge.manifest_entry()) for name, judge in judges.items())
    return [*end_notes(ends, today()), *itertools.chain.from_iterable(samples)]


def _unjudged(entries: Sequence[TaskEntry]) -> dict[str, list[str]]:
    """Return the judged metrics of each benchmark's tasks, each once."""
    found: dict[str, dict[str, None]] = {}
    for entry in entries:
        if entry.judged:
            found.setdefault(entry.benchmark, {}).update(dict.fromkeys(entry.judged))
    return {name: list(metrics) for name, metrics in found.items()}


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """Let the hub client use only what it has already fetched."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


# --- form ------------------------------------------------------------------------------------


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    first, *others = zip(row, widths, strict=True)
    yield first[0].ljust(first[1])
    for cell, width in others:
        yield cell.rjust(width)


def _as_json(task: PlannedTask) -> dict[str, Any]:
    first = task.first
    return {
        "items": task.count,
        "items_total": max(task.documents.info.total, len(task.documents)),
        "absent": len(task.documents.info.absent),
        "data": task.documents.info.source,
        "signature": signature(task.name, task.parts),
        "first_item": first["_id"],
        "prompt": prompt_lines(task.first_prompt),
    }


def _lines(task: PlannedTask) -> list[str]:
    first = task.first
    absent = len(task.documents.info.absent)
    return [
        "",
        f"{task.name}: {task.count} of {len(task.documents)} items"
        + (f", {task.repeats} times each" if task.repeats > 1 else "")
        + (f" ({absent} without audio)" if absent else ""),
        f"  data       {task.documents.info.source}",
        f"  signature  {signature(task.name, task.parts, 'strict')}",
        f"  first item {first['_id']}",
        *(f"    {line}" for line in prompt_lines(task.first_prompt)),
    ]


def prompt_lines(messages: Sequence[Message]) -> list[str]:
    """Format a prompt for people: role, text verbatim, clips by name.

    >>> prompt_lines([Message("user", (Text("What is said?"),))])
    ['[user] What is said?']
    """
    lines = []
    for message in messages:
        text = "".join(
            part.text if isinstance(part, Text) else f"<audio {part.path}>"
            for part in message.parts
        )
        head, *rest = text.split("\n")
        lines += [f"[{message.role}] {head}", *(f"  {line}" for line in rest)]
    return lines
