"""Judges of one service that are told apart by the model that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.runs.judged import lenient_judge, tossing_judge
from tests.support.servers.chaos_server import user_text


def members(body: Mapping[str, Any]) -> str:
    """``fair`` finds the dog, ``kind`` passes everything, ``harsh`` nothing; ``lenient`` errs, ``tossing`` looks at nothing."""
    model = str(body["model"])
    if model == "lenient":
        return lenient_judge(body)
    if model == "tossing":
        return tossing_judge(body)
    inside = user_text(body).rpartition("[BEGIN MODEL OUTPUT")[2]
    right = {"fair": "dog" in inside, "kind": True, "harsh": False}[model]
    return f"Explanation: {model}\nJudgement: {'correct' if right else 'incorrect'}"
