"""Options of an item in another order, by the task's own code: ``positions`` and ``reorder`` of its scoring module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from harness.core.scoring import Document, Positions
from harness.errors import TaskCodeError
from harness.task_loading.checks.calls import call
from harness.task_loading.checks.values import shown
from harness.task_loading.places import is_built_in
from harness.task_loading.task import YamlTask


def can_reorder(task: YamlTask) -> bool:
    """Return whether the scoring module of a task says how its options are reordered."""
    return all(callable(getattr(task.scoring, name, None)) for name in ("positions", "reorder"))


def positions(task: YamlTask, doc: Document, response: Any) -> Positions:
    """Return where the options of an item stand, the right one and the one that a reply commits to.

    Raises:
        TaskCodeError: the code raises, or returns something else.
    """
    found = _call(task, "positions", doc, response)
    fits = (
        isinstance(found, tuple)
        and len(found) == 3
        and isinstance(found[0], int)
        and all(one is None or (isinstance(one, int) and 0 <= one < found[0]) for one in found[1:])
    )
    if not fits:
        raise _wrong(task, "positions", found, "harness.types.Positions within the options")
    return Positions(*found)


def reorder(task: YamlTask, doc: Document, order: Sequence[int]) -> Document:
    """Return an item with its options in another order: ``order[i]`` is the position that moves to position ``i``.

    Raises:
        TaskCodeError: the code raises, or the right option did not move as it was told.
    """
    found = _call(task, "reorder", doc, tuple(order))
    if not isinstance(found, dict):
        raise _wrong(task, "reorder", found, "a document")
    before, after = positions(task, doc, None), positions(task, found, None)
    moved = None if before.gold is None else list(order).index(before.gold)
    if (after.options, after.gold) != (before.options, moved):
        raise _wrong(
            task, "reorder", after, f"{before.options} options, the right one at position {moved}"
        )
    return found


def reversed_order(order: Sequence[int]) -> list[int]:
    """Return the order that undoes an order.

    >>> reversed_order([2, 0, 1])
    [1, 2, 0]
    """
    return sorted(range(len(order)), key=order.__getitem__)


def _call(task: YamlTask, name: str, doc: Document, argument: Any) -> Any:
    function: Callable[..., Any] = getattr(task.scoring, name)
    if is_built_in(task.spec):
        return function(doc, argument)
    return call(task.spec, f"{name}() of item {doc.get('_id')!r}", function, doc, argument)


def _wrong(task: YamlTask, name: str, found: Any, expected: str) -> TaskCodeError:
    return TaskCodeError(
        f"{task.spec.task}: {name}() returned {shown(found)}, expected {expected}",
        where=str(task.scoring.__file__),
    )
