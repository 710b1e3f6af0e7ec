"""Board of Arabic speech recognition: word and character error rates per list, and the mean word error rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult
from metrics.measures.sums import plain_sum

AVERAGED: Final = tuple(
    f"arabic_asr_{name}"
    for name in ("sada", "commonvoice", "masc_clean", "masc_noisy", "mgb2", "casablanca")
)


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the board; the mean is plain, over the sets, and there only if all six are."""
    del samples
    scores: dict[str, dict[str, Any]] = {}
    values = []
    for task in AVERAGED:
        result, name = tasks.get(task), task.removeprefix("arabic_asr_")
        if result is None:
            continue
        for metric in ("wer", "cer"):
            scores[f"{name}_{metric}"] = percent(result.value(metric, "official"), 2)
        values.append(result.value("wer", "official"))
    read = [value.value for value in values if value is not None and value.value is not None]
    whole = len(read) == len(AVERAGED)
    mean = round(100 * plain_sum(read) / len(read), 2) if whole else None
    scores["avg_wer"] = {"value": mean, "ci95": None, "n": None}
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "higher_is_better": dict.fromkeys(scores, False),
        "headline": "avg_wer",
        "unit": "percent",
        "metric": "wer",
        "reading": "official",
        "complete": whole and all(value is not None and value.complete for value in values),
        "notes": [],
    }
