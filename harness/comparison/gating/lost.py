"""The items that a candidate lost: right in the baseline, wrong now, with what both said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.comparison.gating.metric_tests import strict
from harness.comparison.gating.report import LostItem
from harness.comparison.gating.sides import RunSide, Side
from harness.comparison.pairing import Line, Pairing
from harness.core.keys import canonical_json
from harness.run.reader import RunView
from metrics.registry import find

MOST: Final = 50
"""Items that a report holds; text forms show the first five."""
_LONGEST: Final = 2_000


def lost_items(
    candidate: RunView, baseline: Side, pairings: Mapping[str, Pairing], tasks: Sequence[str]
) -> tuple[LostItem, ...]:
    """Return the lost items of some tasks, the largest losses of each first, in turn over the tasks.

    Args:
        candidate: the new run.
        baseline: the other side; a saved baseline has no replies.
        pairings: the pairs of every task.
        tasks: tasks to look at, such as those that failed; none: no items.
    """
    wanted = dict.fromkeys(tasks)
    losses = {task: _losses(pairings[task]) for task in wanted}
    chosen: dict[tuple[str, str, int], Line] = {}
    for rank in range(MOST):
        for task, lines in losses.items():
            if rank < len(lines) and len(chosen) < MOST:
                line = lines[rank]
                chosen[task, str(line["item_key"]), int(line.get("repeat") or 0)] = line
    if not chosen:
        return ()
    ours = _texts(baseline.view, chosen) if isinstance(baseline, RunSide) else {}
    theirs = _texts(candidate, chosen)
    found = []
    for key, line in chosen.items():
        before, now = ours.get(key), theirs.get(key)
        known = now or before or {}
        found.append(
            LostItem(
                key[0],
                str(line["id"]),
                _text(known.get("reference")) or "",
                _text(before.get("response")) if before else None,
                _text(now.get("response")) if now else None,
            )
        )
    return tuple(found)


def _losses(pairing: Pairing) -> list[Line]:
    found = []
    for number, (one, other) in enumerate(pairing.pairs):
        metric = next(
            (name for name in one.get("stats", {}) if strict(one, name) and strict(other, name)),
            None,
        )
        if metric is None:
            continue
        measure = find(metric)
        sign = 1.0 if measure.higher_is_better else -1.0
        loss = sign * (
            measure.value(strict(one, metric) or {}) - measure.value(strict(other, metric) or {})
        )
        if loss > 0:
            found.append((-loss, number, one))
    return [line for _, _, line in sorted(found, key=lambda row: row[:2])]


def _texts(
    view: RunView, chosen: Mapping[tuple[str, str, int], Line]
) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    lengths = {len(key) for _, key, _ in chosen}
    found: dict[tuple[str, str, int], Mapping[str, Any]] = {}
    for sample in view.samples():
        for length in lengths:
            key = (sample["task"], sample["item_key"][:length], sample["repeat"])
            if key in chosen:
                found[key] = {"reference": sample["reference"], "response": sample.get("response")}
    return found


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return (value if isinstance(value, str) else canonical_json(value))[:_LONGEST]
