"""Board of kept text skills: the headline values of IFEval, GSM8K and MMLU-Pro as lm-eval computes them, and their mean.

Per cent with one decimal. MMLU-Pro is its group's value: the mean over items, not over its 14 subjects. Other tasks of lm-eval
are shown by their first metric and are not in the mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult, Value
from metrics.measures.sums import plain_sum
from metrics.registry import METRICS

_PREFIX: Final = "lm_eval:"
_MMLU_PRO: Final = "lm_eval:mmlu_pro_"
HEADLINES: Final[Mapping[str, str]] = {
    "lm_eval:ifeval": "prompt_level_strict_acc",
    "lm_eval:gsm8k": "exact_match_flexible_extract",
}
SUBJECTS: Final = 14
"""Tasks of MMLU-Pro."""


def path(task: str) -> tuple[str, ...]:
    """Return the group that a task counts in, so that the subjects of MMLU-Pro are one task of a mean.

    >>> path("lm_eval:mmlu_pro_law"), path("lm_eval:gsm8k")
    (('mmlu_pro',), ())
    """
    return ("mmlu_pro",) if task.startswith(_MMLU_PRO) else ()


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the board: a column per task, the subjects of MMLU-Pro as one, and the mean of the suite where all of it is there."""
    del samples
    scores: dict[str, dict[str, Any]] = {}
    for task, result in tasks.items():
        if task.startswith(_MMLU_PRO):
            continue
        metric = HEADLINES.get(task) or next(iter(result.metrics), None)
        value = result.value(metric, "official") if metric is not None else None
        if metric is not None and _is_share(metric):
            scores[task.removeprefix(_PREFIX)] = percent(value, 1)
    subjects = [result for task, result in tasks.items() if task.startswith(_MMLU_PRO)]
    if subjects:
        scores["mmlu_pro"] = percent(_pooled(subjects), 1)
    columns = [*(task.removeprefix(_PREFIX) for task in HEADLINES), "mmlu_pro"]
    figures = [scores.get(column, {}).get("value") for column in columns]
    known = [figure for figure in figures if figure is not None]
    whole = len(known) == len(figures) and len(subjects) == SUBJECTS
    mean = round(plain_sum(known) / len(known), 1) if whole else None
    scores["avg"] = {"value": mean, "ci95": None, "n": None}
    return {
        "scores": scores,
        "headline": "avg",
        "unit": "percent",
        "metric": "exact_match",
        "reading": "official",
        "complete": whole,
        "notes": [
            "avg: IFEval (prompt level, strict), GSM8K (flexible extract) and MMLU-Pro; the suite text_retention"
        ],
    }


def _is_share(metric: str) -> bool:
    """Return whether a metric reads as a percentage; a board has one unit."""
    return metric in METRICS and METRICS[metric].is_percent


def _pooled(subjects: list[TaskResult]) -> Value | None:
    """Return the mean over the items of all subjects."""
    metric = "exact_match_custom_extract"
    found = [result.value(metric, "official") for result in subjects]
    known = [one for one in found if one is not None and one.value is not None]
    total = sum(one.n for one in known)
    if len(known) != len(found) or not total:
        return None
    mean = plain_sum((one.value or 0.0) * one.n for one in known) / total
    return Value(mean, n=total)
