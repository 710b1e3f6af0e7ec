"""Readers of MMAU-Pro judge replies, version ``mmau_pro.2``: four numbers and an overall one."""

from __future__ import annotations

import re
from typing import Final

from metrics.judge.score_reader import ScoreReader
from metrics.measures.sums import plain_sum

PARSER_ID: Final = "mmau_pro.2"
PARTS: Final = ("CORRECTNESS", "RELEVANCE", "COMPLETENESS", "CLARITY")
MISSING: Final = 3.0
_OFFICIAL: Final = {
    name: re.compile(rf"{name}:\s*(\d+)", re.IGNORECASE | re.ASCII) for name in PARTS
}
_OVERALL: Final = re.compile(r"OVERALL:\s*(\d+\.?\d*)", re.IGNORECASE | re.ASCII)
_STRICT: Final = {name: ScoreReader(asked=name.lower()) for name in (*PARTS, "OVERALL")}


def official_overall(reply: str) -> float:
    r"""Return the overall number as the official code has it.

    >>> official_overall("CORRECTNESS: 2\nRELEVANCE: 5\nCOMPLETENESS: 5\nCLARITY: 1")
    3.25
    >>> official_overall("OVERALL: [4]")
    3.0
    """
    found = {name: _number(pattern.search(reply)) for name, pattern in _OFFICIAL.items()}
    overall = _number(_OVERALL.search(reply))
    return plain_sum(found.values()) / len(found) if overall == MISSING else overall


def _number(match: re.Match[str] | None) -> float:
    return MISSING if match is None else float(match[1][:300])


def strict_overall(reply: str) -> float | None:
    """Return the overall number, else the mean of the four; ``None`` if neither is there, or one is not one number from 1 to 5.

    Each is read by the strict reader of all judges (`metrics.judge.score_reader`).

    >>> strict_overall("**OVERALL:** [4.5]"), strict_overall("OVERALL: 7"), strict_overall("It is good.")
    (4.5, None, None)
    """
    found = {name: value for name, rule in _STRICT.items() if (value := rule.read_key(reply))[0]}
    if any(value is None for _, value in found.values()):
        return None
    read = {name: value for name, (_, value) in found.items() if value is not None}
    if "OVERALL" in read:
        return read["OVERALL"]
    parts = [read[name] for name in PARTS if name in read]
    return plain_sum(parts) / len(parts) if len(parts) == len(PARTS) else None
