"""MMAU's and MMSU's boards.

MMAU: micro accuracy per domain (sound, music, speech) and in total, per cent with two decimals;
difficulties and sub-categories beside. The two splits never share a column. MMSU: {Perception,
Reasoning} x {Semantics, Phonology, Paralinguistics} and three micro averages; semantics and
phonology come from ``sub-sub-category``, paralinguistics from ``sub-category``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboards.native_common import percent, share_value
from leaderboards.results import SampleIndex, TaskResult, Value

MMAU_DOMAINS = ("sound", "music", "speech")
MMAU_SUBSCORES = ("difficulty", "sub-category")
MMSU_CATEGORIES = {"per": "Perception", "rea": "Reasoning"}
MMSU_KINDS = ("Semantics", "Phonology", "Paralinguistics")


def mmau(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """MMAU's native aggregate; columns of the test split begin with ``test_``."""
    del samples
    scores: dict[str, dict[str, Any]] = {}
    groups: dict[str, Any] = {}
    complete = bool(tasks)
    for task, result in sorted(tasks.items(), reverse=True):  # test-mini first
        prefix = "" if task == "mmau_test_mini" else "test_"
        for domain in MMAU_DOMAINS:
            scores[prefix + domain] = percent(_group(result, "task", domain), 2)
        total = result.value("accuracy", "official")
        scores[f"{prefix}avg"] = percent(total, 2)
        complete = complete and total is not None and total.complete
        groups[task] = {
            name: {
                value: percent(_group(result, name, value), 2)
                for value in result.groups.get(name, {})
            }
            for name in MMAU_SUBSCORES
        }
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "headline": "avg" if "avg" in scores else None,
        "unit": "percent",
        "metric": "accuracy",
        "reading": "official",
        "complete": complete,
        "groups": groups,
        "notes": [],
    }


def _group(result: TaskResult, name: str, value: str) -> Value | None:
    return result.groups.get(name, {}).get(value, {}).get("accuracy", {}).get("official")


def mmsu(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """MMSU's native aggregate.

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
    for short, category in MMSU_CATEGORIES.items():
        for kind in MMSU_KINDS:
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
