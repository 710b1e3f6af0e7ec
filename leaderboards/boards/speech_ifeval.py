"""Speech-IFEval's board: three rates, IFrate, and the forgetting rate against a reference.

IFrate is the plain mean of the closed-ended, creative-writing and chain-of-thought rates, so 200 items
weigh as much as 933. The forgetting rate (delta) compares it with the IFrate of the model's own text
backbone; it repeats IFrate and never enters a mean. Where a judge reply could not be read, the
chain-of-thought rate is over the others, not complete, and is shown with its bounds (all unread ones no,
all yes). Also per instruction, family (before the colon) and reported group. Official reading, two decimals.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from leaderboards.cells import percent, percent_mean
from leaderboards.joint import covariance, influences
from leaderboards.results import SampleIndex, TaskResult, Value

DECIMALS: Final = 2
COLUMNS: Final = {
    "closed_ended": "speech_ifeval_closed",
    "creative_writing": "speech_ifeval_creative",
    "cot": "speech_ifeval_cot",
}
"""Column of the board -> task."""
AVERAGED: Final = tuple(COLUMNS.values())

GROUPS: Final = {
    "detectable_format:number_bullet_lists": "bullet_lists",
    "length_constraints:number_words": "length_constraints",
    "length_constraints:number_sentences": "length_constraints",
    "length_constraints:number_paragraphs": "length_constraints",
    "keywords:existence": "keywords",
    "keywords:forbidden_words": "keywords",
    "change_case:english_capital": "change_case",
    "change_case:english_lowercase": "change_case",
    "detectable_format:json_format": "json_format",
    "startend:quotation": "wrapping",
    "detectable_format:title": "wrapping",
    "combination:repeat_prompt": "startend",
    "startend:end_checker": "startend",
}
"""Instruction -> group of the official report; any other one is ``other``."""

Counts = tuple[float, int]
"""Passed and checked instructions."""


def if_rate_of(closed: float, creative: float, cot: float) -> float:
    """Return the IFrate of three rates in one unit.

    >>> round(if_rate_of(83.71, 91.75, 91.5), 2)
    88.99
    """
    return math.fsum((closed, creative, cot)) / 3


def forgetting_rate(if_rate: float, reference: float) -> float | None:
    """Return Delta, per cent: how far a model's IFrate lies above (below: negative) its text backbone's.

    Returns:
        ``None`` for a reference of 0, where it is undefined.

    >>> round(forgetting_rate(89.23, 92.53), 2)
    -3.57
    >>> forgetting_rate(50.0, 0.0) is None
    True
    """
    return 100 * (if_rate - reference) / reference if reference else None


def unread_bounds(rate: float, read: int, unread: int) -> tuple[float, float]:
    """Return the bounds of a rate over all items when some verdicts could not be read.

    >>> unread_bounds(0.5, read=8, unread=2)
    (0.4, 0.6)
    """
    yes = rate * read
    return yes / (read + unread), (yes + unread) / (read + unread)


def family(instruction: str) -> str:
    """Return the family of an instruction id.

    >>> family("detectable_format:title")
    'detectable_format'
    """
    return instruction.partition(":")[0]


def group(instruction: str) -> str:
    """Return the group of an instruction id in the official report.

    >>> group("startend:quotation"), group("punctuation:no_comma")
    ('wrapping', 'other')
    """
    return GROUPS.get(instruction, "other")


def pooled(counts: Mapping[str, Counts], key: Callable[[str], str]) -> dict[str, Counts]:
    """Return the counts of instructions, added over those with the same key; keys in sorted order.

    >>> pooled({"startend:quotation": (1, 2), "detectable_format:title": (2, 2)}, group)
    {'wrapping': (3, 4)}
    """
    sums: dict[str, Counts] = defaultdict(lambda: (0, 0))
    for instruction, (passed, checked) in counts.items():
        before = sums[key(instruction)]
        sums[key(instruction)] = (before[0] + passed, before[1] + checked)
    return dict(sorted(sums.items()))


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return Speech-IFEval's native aggregate (form: ``leaderboards.cells``).

    Args:
        tasks: ``speech_ifeval_PART`` -> result.
        samples: lines with ``cluster``: parts share clips, which ties their errors.

    Returns:
        The aggregate; ``if_rate_exact`` is IFrate before rounding, for ``forgetting_rate``.
    """
    values = {name: _value(tasks, task, "if_rate") for name, task in COLUMNS.items()}
    scores = {name: percent(value, DECIMALS) for name, value in values.items()}
    found = [value for value in values.values() if value is not None]
    notes = [f"no IFrate: without {name}" for name, value in values.items() if value is None]
    exact = None
    scores["ifrate"] = percent(None, DECIMALS)
    if len(found) == len(COLUMNS):
        parts = dict.fromkeys(COLUMNS.values(), 1 / len(COLUMNS))
        moved = influences(samples, dict.fromkeys(parts, "if_rate"), "official")
        scores["ifrate"] = percent_mean(found, DECIMALS, shared=covariance(moved, parts))
        exact = 100 * if_rate_of(*(value.value or 0.0 for value in found))
    cot = values["cot"]
    bounds = None
    if cot is not None and cot.value is not None and not cot.complete and cot.unparsed:
        bounds = [
            round(100 * end, DECIMALS) for end in unread_bounds(cot.value, cot.n, cot.unparsed)
        ]
        notes.append(f"cot: {cot.unparsed} unread verdicts, between {bounds[0]} and {bounds[1]}")
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, DECIMALS),
        "headline": "ifrate",
        "unit": "percent",
        "metric": "if_rate",
        "reading": "official",
        "complete": all(value is not None and value.complete for value in values.values()),
        "if_rate_exact": exact,
        "cot_bounds": bounds,
        "instructions": {
            name: report for name, task in COLUMNS.items() if (report := _report(tasks.get(task)))
        },
        "answers": {
            name: report
            for name in ("closed", "closed_woprompt")
            if (report := _answers(tasks.get(f"speech_ifeval_{name}")))
        },
        "notes": notes,
    }


def relative(
    tasks: Mapping[str, TaskResult], own: Mapping[str, Any], reference: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the forgetting rate (Delta, per cent) against the run of the model's text backbone.

    ``None`` unless both runs have all three parts; never part of a mean, since it repeats IFrate.
    """
    del tasks
    theirs = reference["native"].get("speech_ifeval", {}).get("if_rate_exact")
    mine = own.get("if_rate_exact")
    delta = None if mine is None or theirs is None else forgetting_rate(mine, theirs)
    return {"forgetting_rate": delta, "if_rate": mine, "reference_if_rate": theirs}


def _value(tasks: Mapping[str, TaskResult], task: str, metric: str) -> Value | None:
    result = tasks.get(task)
    return result.value(metric, "official") if result else None


def _report(result: TaskResult | None) -> dict[str, dict[str, float]]:
    """Return rates per instruction, family and group, per cent."""
    by_value = result.groups.get("instruction_id_list", {}) if result else {}
    counts: dict[str, Counts] = {}
    for instruction, metrics in by_value.items():
        value = metrics.get("if_rate", {}).get("official")
        if value is not None and value.value is not None:
            counts[instruction] = (value.value * value.n, value.n)
    if not counts:
        return {}
    keys: dict[str, Callable[[str], str]] = {"instruction": str, "family": family, "group": group}
    return {
        name: {
            label: round(100 * passed / checked, DECIMALS)
            for label, (passed, checked) in pooled(counts, key).items()
        }
        for name, key in keys.items()
    }


def _answers(result: TaskResult | None) -> dict[str, Any]:
    """Return the judged accuracy per data set and WER of the closed-ended items, per cent."""
    if result is None:
        return {}
    cells = {
        name: metrics.get("judged_accuracy", {}).get("official")
        for name, metrics in result.groups.get("dataset", {}).items()
    }
    found = {
        name: percent(value, DECIMALS)
        for name, value in cells.items()
        if value is not None and value.value is not None
    }
    wer = result.value("wer", "official")
    return {**found, "wer": percent(wer, DECIMALS)} if wer else found
