"""MMAR's board: micro accuracy per modality and in total; categories apart, rubric scores in a column of their own.

Per cent with two decimals, as the official script prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult

AVERAGED: Final = ("mmar",)
MODALITIES: Final = (
    *("sound", "music", "speech", "mix-sound-music", "mix-sound-speech", "mix-music-speech"),
    "mix-sound-music-speech",
)
SUBSCORES: Final = ("category", "sub-category")


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return MMAR's native aggregate; ``rubric`` is there if MMAR-Rubrics was run."""
    del samples
    result = tasks.get("mmar")
    groups = result.groups if result is not None else {}

    def cell(name: str, value: str) -> dict[str, Any]:
        found = groups.get(name, {}).get(value, {}).get("accuracy", {}).get("official")
        return percent(found, 2)

    scores = {modality.removeprefix("mix-"): cell("modality", modality) for modality in MODALITIES}
    total = result.value("accuracy", "official") if result is not None else None
    scores["avg"] = percent(total, 2)
    if (rubric := tasks.get("mmar_rubric")) is not None:
        scores["rubric"] = percent(rubric.value("rubric_score", "official"), 2)
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "headline": "avg",
        "unit": "percent",
        "metric": "accuracy",
        "reading": "official",
        "complete": total is not None and total.complete,
        "groups": {
            name: {value: cell(name, value) for value in groups.get(name, {})} for name in SUBSCORES
        },
        "notes": [],
    }
