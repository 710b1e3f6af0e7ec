"""``--dry-run``: what a run would do, without loading a model or writing anything.

Per benchmark: items, hours of audio, judge calls, judge tokens, their price and the size of the data; what cannot
run is named with its reason. Hours are those that the task declares, in proportion to the selected items, else
estimated from the headers of a few clips. Prices are list prices unless ``-J price_in=…`` says otherwise.
Unknown figures are shown as unknown, never as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.availability import LeftOut, by_benchmark
from harness.errors import AudioError
from harness.judge import JudgeOptions, judge_options
from harness.judge_budget import price_of
from harness.plan import PlannedTask, survey
from harness.settings import Settings
from harness.signature import signature
from harness.types import Message, Text
from model_adapters.registry import create, resolve

_REPLY_TOKENS: Final = 80
"""Completion tokens that are assumed per judge call."""
_HEADERS: Final = 12
"""Items whose clips are looked at to estimate the hours of a task."""
_MANY: Final = 12
"""More tasks than this are shown with one prompt per benchmark."""
_COLUMNS: Final = (
    "benchmark",
    "tasks",
    "items",
    "audio hours",
    "judge calls",
    "judge tokens",
    "price $",
    "data MB",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What tasks cost; ``None`` is unknown.

    Attributes:
        tasks: number of tasks.
        items: selected items.
        hours: hours of audio that are sent to the model.
        calls: judge calls.
        tokens: judge tokens.
        price: dollars for the judge.
        megabytes: documented size of the complete data.
    """

    tasks: int
    items: int
    hours: float | None
    calls: int
    tokens: int
    price: float | None
    megabytes: float | None

    def as_json(self) -> dict[str, Any]:
        """Plain form."""
        return {
            "tasks": self.tasks,
            "items": self.items,
            "audio_hours": self.hours,
            "judge_calls": self.calls,
            "judge_tokens": self.tokens,
            "price_usd": self.price,
            "disk_mb": self.megabytes,
        }

    def cells(self, name: str) -> tuple[str, ...]:
        """A line of the table."""
        return (
            name,
            str(self.tasks),
            str(self.items),
            "?" if self.hours is None else f"{self.hours:.2f}",
            str(self.calls),
            str(self.tokens),
            "?" if self.price is None else f"{self.price:.2f}",
            "?" if self.megabytes is None else f"{self.megabytes:.0f}",
        )


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would do."""

    model: str
    planned: Sequence[PlannedTask]
    left_out: Sequence[LeftOut] = ()
    judging: JudgeOptions = JudgeOptions()  # noqa: RUF009  (frozen)
    skipping: bool = False

    @property
    def complete(self) -> bool:
        """Whether ``evaluate`` would run with these settings."""
        failing = [entry for entry in self.left_out if entry.error is not None]
        return bool(self.planned) and (self.skipping or not failing)

    def costs(self) -> dict[str, Cost]:
        """Benchmark -> what its tasks cost."""
        found: dict[str, list[PlannedTask]] = {}
        for task in self.planned:
            found.setdefault(task.task.spec.benchmark, []).append(task)
        return {name: _benchmark_cost(name, tasks, self.judging) for name, tasks in found.items()}

    def unjudged(self) -> dict[str, list[str]]:
        """Benchmark -> judged metrics that stay absent for want of a judge."""
        found: dict[str, dict[str, None]] = {}
        for task in self.planned:
            if task.parts["judge"] == "none":
                spec = task.task.spec
                for metric in spec.metrics:
                    if metric in spec.judged_metrics:
                        found.setdefault(spec.benchmark, {})[metric] = None
        return {name: list(metrics) for name, metrics in found.items()}

    def as_json(self) -> dict[str, Any]:
        """Plain form for ``--json``."""
        costs = self.costs()
        total = _total(costs.values())
        return {
            "model": self.model,
            "tasks": {task.name: _as_json(task) for task in self.planned},
            "benchmarks": {name: cost.as_json() for name, cost in costs.items()},
            "left_out": [entry.as_json() for entry in self.left_out],
            "unjudged": self.unjudged(),
            "items": total.items,
            "judge_calls": total.calls,
            "judge_tokens": total.tokens,
            "price_usd": total.price,
        }

    def lines(self) -> list[str]:
        """Text form."""
        lines = [f"model: {self.model}"]
        shown: set[str] = set()
        for task in self.planned:
            benchmark = task.task.spec.benchmark
            if len(self.planned) <= _MANY or benchmark not in shown:
                lines += _lines(task)
            shown.add(benchmark)
        costs = self.costs()
        total = _total(costs.values())
        rows = [_COLUMNS, *(cost.cells(name) for name, cost in costs.items()), total.cells("total")]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines += ["", *("  ".join(_aligned(row, widths)).rstrip() for row in rows)]
        for name, metrics in self.unjudged().items():
            lines.append(f"no judge: {name} runs without {', '.join(metrics)}")
        word = "left out" if self.skipping else "missing"
        entries = [entry.as_json() for entry in self.left_out]
        lines += [f"{word}: {line}" for _, line in by_benchmark(entries)]
        if not self.complete:
            lines.append("evaluate refuses this; --skip-unavailable runs what is there")
        judge = (
            f"{total.calls} judge calls, about {total.tokens} judge tokens"
            if total.calls
            else "no judge calls, price 0"
        )
        return [*lines, "", f"total: {total.items} items, {judge}; nothing was run or written"]


def dry_run(settings: Settings) -> DryRun:
    """Resolve everything; the model is constructed, not opened.

    Raises:
        HarnessError: whatever ``evaluate`` would refuse before it loads the model, except for missing
            data and judges, which are findings here.
    """
    create(settings.model, settings.model_args)
    plan = survey(settings, ask=False)
    if not plan.tasks and len(plan.left_out) == 1 and plan.left_out[0].error is not None:
        raise plan.left_out[0].error
    judging = judge_options(settings, has_replies=False, ask=False)
    return DryRun(
        str(resolve(settings.model)),
        plan.tasks,
        plan.left_out,
        judging,
        skipping=settings.skip_unavailable,
    )


# --- costs -----------------------------------------------------------------------------------


def _benchmark_cost(name: str, tasks: Sequence[PlannedTask], judging: JudgeOptions) -> Cost:
    hours = [_hours(task) for task in tasks]
    prices = [_price(task, judging) for task in tasks]
    return Cost(
        tasks=len(tasks),
        items=sum(task.count for task in tasks),
        hours=None if None in hours else sum(filter(None, hours)),
        calls=sum(_judge_calls(task) for task in tasks),
        tokens=sum(_judge_tokens(task) for task in tasks),
        price=None if None in prices else sum(filter(None, prices)),
        megabytes=_megabytes(name),
    )


def _total(costs: Iterable[Cost]) -> Cost:
    every = list(costs)

    def whole(values: list[float | None]) -> float | None:
        return None if None in values else sum(filter(None, values))

    return Cost(
        tasks=sum(cost.tasks for cost in every),
        items=sum(cost.items for cost in every),
        hours=whole([cost.hours for cost in every]),
        calls=sum(cost.calls for cost in every),
        tokens=sum(cost.tokens for cost in every),
        price=whole([cost.price for cost in every]),
        megabytes=whole([cost.megabytes for cost in every]),
    )


def _judge_calls(task: PlannedTask) -> int:
    if task.judge is None:
        return 0
    return int(task.task.spec.cost.get("judge_calls_per_item", 0)) * task.count


def _judge_tokens(task: PlannedTask) -> int:
    return _judge_calls(task) * int(task.task.spec.cost.get("tokens_per_judge_call", 0))


def _price(task: PlannedTask, judging: JudgeOptions) -> float | None:
    """Dollars for the judge of a task; ``None`` if nobody knows the price."""
    calls = _judge_calls(task)
    if not calls or task.judge is None:
        return 0.0
    price = price_of(task.judge.spec.model, judging.prices)
    if price is None:
        return None
    completion = min(_REPLY_TOKENS * calls, _judge_tokens(task))
    return ((_judge_tokens(task) - completion) * price[0] + completion * price[1]) / 1e6


def _hours(task: PlannedTask) -> float | None:
    """Hours of audio of the selected items."""
    declared, items = task.task.spec.cost.get("audio_hours"), task.task.spec.items
    if declared is not None and items:
        return float(declared) * task.count / items
    positions = task.positions()
    step = max(1, len(positions) // _HEADERS)
    looked_at = positions[::step][:_HEADERS]
    try:
        seconds = sum(
            clip.seconds
            for position in looked_at
            for clip in task.documents[position].get("_audio") or ()
        )
    except AudioError:
        return None
    return float(seconds) / len(looked_at) * len(positions) / 3600


def _megabytes(benchmark: str) -> float | None:
    """Documented size of a benchmark's data, ``None`` if none is documented."""
    from harness.data_source import source_module

    module = source_module(benchmark)
    found: float | None = None if module is None else module.SOURCE.megabytes
    return found


# --- form ------------------------------------------------------------------------------------


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    first, *others = zip(row, widths, strict=True)
    yield first[0].ljust(first[1])
    for cell, width in others:
        yield cell.rjust(width)


def _as_json(task: PlannedTask) -> dict[str, Any]:
    first = task.documents[task.positions()[0]]
    return {
        "items": task.count,
        "items_total": max(task.documents.info.total, len(task.documents)),
        "absent": len(task.documents.info.absent),
        "data": task.documents.info.source,
        "signature": signature(task.name, task.parts),
        "first_item": first["_id"],
        "prompt": prompt_lines(task.task.messages(first)),
    }


def _lines(task: PlannedTask) -> list[str]:
    first = task.documents[task.positions()[0]]
    absent = len(task.documents.info.absent)
    return [
        "",
        f"{task.name}: {task.count} of {len(task.documents)} items"
        + (f" ({absent} without audio)" if absent else ""),
        f"  data       {task.documents.info.source}",
        f"  signature  {signature(task.name, task.parts, 'strict')}",
        f"  first item {first['_id']}",
        *(f"    {line}" for line in prompt_lines(task.task.messages(first))),
    ]


def prompt_lines(messages: Sequence[Message]) -> list[str]:
    """A prompt for people: role, text verbatim, clips by name.

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
