"""MMSU's board: {Perception, Reasoning} x {Semantics, Phonology, Paralinguistics}, and three micro averages.

Semantics and phonology come from ``sub-sub-category``, paralinguistics from ``sub-category``. Per cent, two decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from leaderboards.cells import percent, share_value
from leaderboards.results import SampleIndex, TaskResult

AVERAGED: Final = ("mmsu",)
CATEGORIES: Final = {"per": "Perception", "rea": "Reasoning"}
KINDS: Final = ("Semantics", "Phonology", "Paralinguistics")


class _Verdict(NamedTuple):
    score: float
    item: str


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return MMSU's native aggregate.

    Args:
        tasks: ``mmsu`` -> result.
        samples: lines with ``id``, ``groups`` (``category``, ``sub-category``, ``sub-sub-category``) and
            ``scores``; without them only the total is known.
    """
    verdicts: dict[tuple[str, str], list[_Verdict]] = {}
    for line in samples.get("mmsu", ()):
        score = line.get("scores", {}).get("accuracy", {}).get("official")
        if score is None:
            continue  # the official scorer skips replies that it cannot read
        fields = line.get("groups", {})
        kind = fields.get("sub-category")
        if kind != "Paralinguistics":
            kind = fields.get("sub-sub-category")
        cell = verdicts.setdefault((str(fields.get("category")), str(kind)), [])
        cell.append(_Verdict(float(score), str(line.get("id"))))
    scores: dict[str, dict[str, Any]] = {}
    for short, category in CATEGORIES.items():
        for kind in KINDS:
            scores[f"{short}_{kind.lower()}"] = _share(verdicts.get((category, kind), []))
        every = [x for (found, _), cell in verdicts.items() if found == category for x in cell]
        scores[f"avg_{short}"] = _share(every)
    result = tasks.get("mmsu")
    total = result.value("accuracy", "official") if result else None
    scores["avg_all"] = percent(total, 2)
    strict = result.value("accuracy", "strict") if result else None
    notes = []
    if total is not None and strict is not None and strict.n > total.n:
        notes.append(
            f"{total.n} of {strict.n} replies counted; the scorer skips what it cannot read"
        )
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "headline": "avg_all",
        "unit": "percent",
        "metric": "accuracy",
        "reading": "official",
        "complete": total is not None and total.complete,
        "notes": notes,
    }


def _share(cell: Sequence[_Verdict]) -> dict[str, Any]:
    """Return a cell; the replies to one item (``--repeats``) are one unit."""
    value = share_value(
        [verdict.score for verdict in cell], units=[verdict.item for verdict in cell]
    )
    return percent(value, 2)
