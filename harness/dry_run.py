"""``--dry-run``: what a run would do, without loading a model or writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.plan import PlannedTask, plan_tasks
from harness.settings import Settings
from harness.signature import signature
from harness.types import Message, Text
from model_adapters.registry import create, resolve


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would do."""

    model: str
    planned: Sequence[PlannedTask]

    @property
    def judge_calls(self) -> int:
        """Expected calls of the judge."""
        return sum(_judge_calls(task) for task in self.planned)

    @property
    def judge_tokens(self) -> int:
        """Expected tokens of these calls."""
        return sum(
            _judge_calls(task) * int(task.task.spec.cost.get("tokens_per_judge_call", 0))
            for task in self.planned
        )

    def as_json(self) -> dict[str, Any]:
        """Plain form for ``--json``."""
        return {
            "model": self.model,
            "tasks": {task.name: _as_json(task) for task in self.planned},
            "items": sum(task.count for task in self.planned),
            "judge_calls": self.judge_calls,
            "judge_tokens": self.judge_tokens,
        }

    def lines(self) -> list[str]:
        """Text form."""
        lines = [f"model: {self.model}"]
        for task in self.planned:
            lines += _lines(task)
        judge = (
            f"{self.judge_calls} judge calls, about {self.judge_tokens} judge tokens"
            if self.judge_calls
            else "no judge calls, price 0"
        )
        items = sum(task.count for task in self.planned)
        return [*lines, "", f"total: {items} items, {judge}; nothing was run or written"]


def dry_run(settings: Settings) -> DryRun:
    """Resolve everything; the model is constructed, not opened.

    Raises:
        HarnessError: whatever ``evaluate`` would refuse before it loads the model.
    """
    create(settings.model, settings.model_args)
    return DryRun(str(resolve(settings.model)), plan_tasks(settings))


def _judge_calls(task: PlannedTask) -> int:
    if task.parts["judge"] == "none":
        return 0
    return int(task.task.spec.cost.get("judge_calls_per_item", 0)) * task.count


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
