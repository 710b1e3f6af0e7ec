"""Board of MMAU-Pro: the two parts that need no embedder. Its overall figure also needs the closed questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult

AVERAGED: Final = ("mmau_pro_instruction", "mmau_pro_open")


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the success rate of instructions, and the open score: the mean overall number over 5, as upstream prints it."""
    del samples
    instruction, opened = (tasks.get(name) for name in AVERAGED)
    rate = instruction.value("if_rate", "official") if instruction is not None else None
    overall = opened.value("judge_score", "official") if opened is not None else None
    found = overall.value if overall is not None else None
    score = None if found is None or overall is None else round(100 * found / 5, 2)
    return {
        "scores": {
            "instruction": percent(rate, 2),
            "open": {"value": score, "ci95": None, "n": overall.n if overall is not None else None},
        },
        "decimals": {"instruction": 2, "open": 2},
        "headline": "instruction",
        "unit": "percent",
        "metric": "if_rate",
        "reading": "official",
        "complete": False,
        "notes": [
            "closed questions need an embedding model of 7B and are not run; so no overall figure"
        ],
    }
