"""Where an item stands: right, partly right, wrong, or not counted, by the value of its first metric that applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from metrics.registry import find

if TYPE_CHECKING:
    from metrics.measures.measure import Measure

RIGHT, PARTLY, WRONG, UNCOUNTED, ABSENT = range(5)
"""States; ``ABSENT``: the metric has no such reading."""
STATES: Final = ("right", "partly", "wrong", "not counted", "no such reading")
UNCHANGED, GAINED, LOST, BOTH_WRONG, BOTH_RIGHT, SHIFTED, ALONE = range(7)
"""What became of an item from the other run to this one; ``SHIFTED``: equal and neither right nor wrong."""
CHANGES: Final = ("", "gained", "lost", "both wrong", "both right", "alike", "only here")


def state(metric: Measure, value: float | None) -> int:
    """Return the state of one value.

    An error rate is wrong from 100 % on, an absolute error never; on a scale of a judge only its ends are right and wrong.

    >>> [state(find("accuracy"), value) for value in (1.0, 0.0, 0.5, None)]
    [0, 2, 1, 3]
    >>> [state(find("wer"), value) for value in (0.0, 0.3, 1.5)]
    [0, 1, 2]
    """
    if value is None:
        return UNCOUNTED
    low, high = metric.bounds
    best, worst = (high, low) if metric.higher_is_better else (low, high)
    if best is not None and value == best:
        return RIGHT
    if worst is None and metric.is_percent:
        worst = 1.0
    beyond = worst is not None and (value <= worst if metric.higher_is_better else value >= worst)
    return WRONG if beyond else PARTLY


def leading(metrics: Sequence[str]) -> list[str]:
    """Return the metrics that say how good an item is: no abstention, no control; all of them if that leaves none.

    >>> leading(["abstention_rate", "accuracy", "letter_or_text"])
    ['accuracy']
    """
    found = [name for name in metrics if find(name).role not in ("abstention", "control")]
    return found or list(metrics)


def headline(metrics: Sequence[str], scores: Mapping[str, Mapping[Any, Any]]) -> str | None:
    """Return the first leading metric that has a value for an item; without one, the first."""
    names = leading(metrics)
    for name in names:
        if any(value is not None for value in scores.get(name, {}).values()):
            return name
    return names[0] if names else None


def change(metric: Measure, before: float | None, after: float | None) -> int:
    """Return what became of an item, by its strict values in the other run and in this one.

    >>> CHANGES[change(find("wer"), 0.5, 0.25)], CHANGES[change(find("accuracy"), 0.0, 0.0)]
    ('gained', 'both wrong')
    """
    if before is None or after is None:
        return UNCHANGED
    if before != after:
        return GAINED if (after > before) == metric.higher_is_better else LOST
    return {RIGHT: BOTH_RIGHT, WRONG: BOTH_WRONG}.get(state(metric, after), SHIFTED)
