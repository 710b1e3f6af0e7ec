"""What tasks cost, for ``--dry-run``: measured on data that is here, declared by the task where it is not.

``None`` is unknown and makes every sum that it enters unknown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.core.judge_spec import JudgeSpec
from harness.core.messages import Audio
from harness.core.task import TaskSpec
from harness.errors import AudioError
from harness.evaluation.plan import PlannedTask
from harness.judge.budget import price_of
from harness.judge.options import JudgeOptions
from harness.judge.task_judge import live_spec
from harness.settings import parse_limit
from harness.task_loading.index import TaskEntry
from harness.task_loading.specs import load_spec

_REPLY_TOKENS: Final = 80
"""Completion tokens that are assumed per judge call."""
_HEADERS: Final = 12
"""Items whose clips are looked at to estimate the hours of a task."""


@dataclass(frozen=True, slots=True)
class Share:
    """Cost of one task.

    Attributes:
        here: its data is on this machine.
        items: selected items.
        hours: hours of audio that are sent to the model.
        calls: judge calls.
        tokens: judge tokens.
        price: dollars for the judge.
    """

    here: bool
    items: int | None
    hours: float | None
    calls: int | None
    tokens: int | None
    price: float | None


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of the tasks of a benchmark: see ``Share``.

    Attributes:
        here: tasks whose data is on this machine.
        tasks: all of its tasks.
        items: selected items.
        hours: hours of audio.
        calls: judge calls.
        tokens: judge tokens.
        price: dollars for the judge.
        megabytes: documented size of the complete data.
    """

    here: int
    tasks: int
    items: int | None
    hours: float | None
    calls: int | None
    tokens: int | None
    price: float | None
    megabytes: float | None

    @classmethod
    def of(cls, benchmark: str, shares: Sequence[Share]) -> Cost:
        """Return the sum over the tasks of a benchmark."""
        return cls(
            here=sum(share.here for share in shares),
            tasks=len(shares),
            items=_count(share.items for share in shares),
            hours=_sum(share.hours for share in shares),
            calls=_count(share.calls for share in shares),
            tokens=_count(share.tokens for share in shares),
            price=_sum(share.price for share in shares),
            megabytes=_megabytes(benchmark),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        return {
            "tasks": self.tasks,
            "tasks_here": self.here,
            "items": self.items,
            "audio_hours": self.hours,
            "judge_calls": self.calls,
            "judge_tokens": self.tokens,
            "price_usd": self.price,
            "disk_mb": self.megabytes,
        }

    def cells(self, name: str) -> tuple[str, ...]:
        """Return one line of the table."""
        return (
            name,
            f"{self.here}/{self.tasks}",
            _shown(self.items, 0),
            _shown(self.hours, 2),
            _shown(self.calls, 0),
            _shown(self.tokens, 0),
            _shown(self.price, 2),
            _shown(self.megabytes, 0),
        )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum over benchmarks."""
    every = list(costs)
    return Cost(
        here=sum(cost.here for cost in every),
        tasks=sum(cost.tasks for cost in every),
        items=_count(cost.items for cost in every),
        hours=_sum(cost.hours for cost in every),
        calls=_count(cost.calls for cost in every),
        tokens=_count(cost.tokens for cost in every),
        price=_sum(cost.price for cost in every),
        megabytes=_sum(cost.megabytes for cost in every),
    )


def planned_share(task: PlannedTask, judging: JudgeOptions) -> Share:
    """Return the cost of a task whose data is here."""
    return _share(
        task.task.spec,
        task.count,
        _hours(task),
        task.judge.spec if task.judge is not None else None,
        judging,
        repeats=task.repeats,
        here=True,
    )


def declared_share(
    entry: TaskEntry, limit: str | None, judging: JudgeOptions, repeats: int
) -> Share:
    """Return the cost of a task whose data is not here, as far as the task declares it."""
    spec = load_spec(entry)
    items, hours = spec.items, spec.cost.get("audio_hours")
    if items is not None and limit is not None:
        selected = sum(stop - start for start, stop in parse_limit(limit, items))
        hours = hours * selected / items if hours is not None else None
        items = selected
    if hours is not None:
        hours *= repeats
    judge = live_spec(spec, judging)
    return _share(spec, items, hours, judge, judging, repeats=repeats, here=False)


def _share(
    spec: TaskSpec,
    items: int | None,
    hours: float | None,
    judge: JudgeSpec | None,
    judging: JudgeOptions,
    *,
    repeats: int,
    here: bool,
) -> Share:
    if judge is None:
        return Share(here, items, hours, 0, 0, 0.0)
    if items is None:
        return Share(here, items, hours, None, None, None)
    judged = items if judging.sample is None else min(items, judging.sample[0])
    calls = int(spec.cost.get("judge_calls_per_item", 0)) * judged * repeats
    tokens = calls * int(spec.cost.get("tokens_per_judge_call", 0))
    judges = judging.members or (judging,)
    price = _sum(_price(one.model or judge.model, one, calls, tokens) for one in judges)
    count = len(judges) if judging.asks else 0
    return Share(here, items, hours, count * calls, count * tokens, price if calls else 0.0)


def _price(model: str, judging: JudgeOptions, calls: int, tokens: int) -> float | None:
    """Return what the calls of one judge cost, ``None`` if nobody knows its price."""
    prices = price_of(model, judging.prices)
    if prices is None:
        return None
    completion = min(_REPLY_TOKENS * calls, tokens)
    price = ((tokens - completion) * prices[0] + completion * prices[1]) / 1e6
    return price / 2 if judging.batch is not None and judging.prices is None else price


def _hours(task: PlannedTask) -> float | None:
    """Return the hours of audio of the selected items, none under a control that takes clips away."""
    if not any(isinstance(part, Audio) for one in task.first_prompt for part in one.parts):
        return 0.0
    declared, items = task.task.spec.cost.get("audio_hours"), task.task.spec.items
    if declared is not None and items:
        return float(declared) * task.count * task.repeats / items
    positions = list(task.positions())
    step = max(1, len(positions) // _HEADERS)
    looked_at = positions[::step][:_HEADERS]
    try:
        seconds = math.fsum(
            clip.seconds
            for position in looked_at
            for clip in task.documents[position].get("_audio") or ()
        )
    except AudioError:
        return None
    return seconds / len(looked_at) * len(positions) * task.repeats / 3600


def _megabytes(benchmark: str) -> float | None:
    """Return the documented size of a benchmark's data, ``None`` if none is documented."""
    from harness.task_loading.sources import source_module

    module = source_module(benchmark)
    found: float | None = None if module is None else module.SOURCE.megabytes
    return found


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else math.fsum(value for value in known if value is not None)


def _count(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


def _shown(value: float | None, decimals: int) -> str:
    return "?" if value is None else f"{value:.{decimals}f}"
