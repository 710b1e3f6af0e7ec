"""MMSU's board: {Perception, Reasoning} x {Semantics, Phonology, Paralinguistics}, and three micro averages.

Semantics and phonology come from ``sub-sub-category``, paralinguistics from ``sub-category``. Per cent, two decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent, share_value
from leaderboards.results import SampleIndex, TaskResult

AVERAGED: Final = ("mmsu",)
CATEGORIES: Final = {"per": "Perception", "rea": "Reasoning"}


KINDS: Final = ("Semantics", "Phonology", "Paralinguistics")


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return MMSU's native aggregate.

    Args:
        tasks: ``mmsu`` -> result.
        samples: lines with ``groups`` (``category``, ``sub-category``, ``sub-sub-category``) and
            ``scores``; without them only the total is known.
    """
    verdicts: dict[tuple[str, str], list[float]] = {}
    for line in samples.get("mmsu", ()):
        score = line.get("scores", {}).get("accuracy", {}).get("official")
        if score is None:
            continue  # the official scorer skips replies that it cannot read
        fields = line.get("groups", {})
        kind = fields.get("sub-category")
        if kind != "Paralinguistics":
            kind = fields.get("sub-sub-category")
        verdicts.setdefault((str(fields.get("category")), str(kind)), []).append(float(score))
    scores: dict[str, dict[str, Any]] = {}
    for short, category in CATEGORIES.items():
        for kind in KINDS:
            cell = verdicts.get((category, kind), [])
            scores[f"{short}_{kind.lower()}"] = percent(share_value(cell), 2)
        every = [x for (found, _), cell in verdicts.items() if found == category for x in cell]
        scores[f"avg_{short}"] = percent(share_value(every), 2)
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
