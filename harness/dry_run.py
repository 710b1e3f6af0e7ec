"""``--dry-run``: what a run would do, without loading a model or writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from harness.plan import PlannedTask, plan_tasks
from harness.settings import Settings
from harness.signature import signature
from harness.types import Message, Text
from model_adapters.registry import resolve


def dry_run(settings: Settings, stream: TextIO) -> None:
    """Resolve everything and print the first prompt, item counts and expected judge calls.

    Raises:
        HarnessError: whatever ``evaluate`` would refuse before it loads the model.
    """
    adapter, target = resolve(settings.model)
    planned = plan_tasks(settings)
    print(f"model: {adapter}:{target}", file=stream)
    for task in planned:
        _show(task, stream)
    print(_totals(planned), file=stream)


def _show(task: PlannedTask, stream: TextIO) -> None:
    first = task.documents[task.positions()[0]]
    lines = [
        "",
        f"{task.name}: {task.count} of {len(task.documents)} items"
        + (
            f" ({len(task.documents.info.absent)} without audio)"
            if task.documents.info.absent
            else ""
        ),
        f"  data       {task.documents.info.source}",
        f"  signature  {signature(task.name, task.parts, 'strict')}",
        f"  first item {first['_id']}",
        *(f"    {line}" for line in prompt_lines(task.task.messages(first))),
    ]
    print("\n".join(lines), file=stream)


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


def _totals(planned: Sequence[PlannedTask]) -> str:
    calls = tokens = 0
    for task in planned:
        per_item = int(task.task.spec.cost.get("judge_calls_per_item", 0))
        if task.parts["judge"] == "none":
            per_item = 0
        calls += per_item * task.count
        tokens += per_item * task.count * int(task.task.spec.cost.get("tokens_per_judge_call", 0))
    items = sum(task.count for task in planned)
    judge = (
        f"{calls} judge calls, about {tokens} judge tokens" if calls else "no judge calls, price 0"
    )
    return f"\ntotal: {items} items, {judge}; nothing was run or written"
