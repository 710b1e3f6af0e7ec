"""``au-harness`` and ``mimo``: how two other harnesses read a judge of Big Bench Audio.

Sources: ServiceNow/AU-Harness daa0616, ``metrics/llm_judge.py``; XiaomiMiMo/MiMo-Audio-Eval d64df78, ``bigbench_audio_evaluator.py``.
"""

from __future__ import annotations

import json
from typing import Any, Final

from harness.core.scoring import Document
from harness.scoring.rules.rule import Ruling

METRIC: Final = "judged_accuracy"
_FROM: Final = 0.6


def au_harness(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read exactly ``CORRECT`` or ``INCORRECT``, in any case; anything else is left out."""
    del doc
    word = reply.strip().upper()
    if word not in ("CORRECT", "INCORRECT"):
        return {METRIC: Ruling(None)}
    return {METRIC: Ruling({"correct": int(word == "CORRECT"), "n": 1}, word)}


def mimo(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read ``result`` of a JSON object, right from 0.6; without one wrong; a text, null or list as result stops the original."""
    del doc
    try:
        found: Any = json.loads(reply)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "result" not in found:
        return {METRIC: Ruling({"correct": 0, "n": 1})}
    result = found["result"]
    if not isinstance(result, int | float):
        return {METRIC: Ruling(None, json.dumps(result), stops=True)}
    return {METRIC: Ruling({"correct": int(result >= _FROM), "n": 1}, json.dumps(result))}
