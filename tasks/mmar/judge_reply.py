"""Reader of MMAR-Rubrics judge replies, version ``mmar.1``: five criteria with a score of 0 or 1 each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from metrics.measures.sums import plain_sum

PARSER_ID: Final = "mmar.1"
CRITERIA: Final = 5
_OPENS: Final = re.compile(r"\[\s*\{")
_CLOSES: Final = re.compile(r"\}\s*\]")


def vote(reply: str) -> float | None:
    """Read one judge reply as the official code does: the share of criteria that are met.

    The first list of objects in the text, up to the last one's end, else the whole text; a list of five objects with ``name`` and a
    ``score`` that equals 0 or 1 (true and false do). ``None`` where the official code would ask again.

    >>> vote('Here: [{"name": "a", "score": 1}' + ', {"name": "b", "score": false}' * 4 + "]")
    0.2
    >>> vote('[{"name": "a", "score": 1}]') is vote("4 of 5") is None
    True
    """
    try:
        found = load_json(_listed(reply))
    except (json.JSONDecodeError, ValueError):
        return None
    if not isinstance(found, list) or len(found) != CRITERIA:
        return None
    points = [_points(one) for one in found]
    return None if None in points else plain_sum(point for point in points if point) / CRITERIA


def _points(criterion: Any) -> float | None:
    if not isinstance(criterion, dict) or "name" not in criterion:
        return None
    score = criterion.get("score")
    return float(score) if isinstance(score, (int, float)) and score in (0, 1) else None


def _listed(reply: str) -> str:
    opening = _OPENS.search(reply)
    if opening is None:
        return reply
    ends = [closing.end() for closing in _CLOSES.finditer(reply, opening.end())]
    return reply[opening.start() : ends[-1]] if ends else reply


def middle(votes: Sequence[float]) -> float:
    """Return the mean of votes without the lowest and the highest, where there are three or more.

    >>> middle([0.0, 0.6, 0.8, 0.6, 0.2])
    0.4666666666666666
    """
    ordered = sorted(votes)
    kept = ordered[1:-1] if len(ordered) > 2 else ordered
    return plain_sum(kept) / len(kept)
