"""Board of speech recognition: word error rates per set, and the means of the Open ASR leaderboard.

Per cent with two decimals; a mean is that of rounded figures, as the board takes it. Lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult

ENGLISH: Final = (
    *(
        "asr_ami_cleaned",
        "asr_gigaspeech_cleaned",
        "asr_librispeech_clean",
        "asr_librispeech_other",
    ),
    *("asr_spgispeech", "asr_voxpopuli_cleaned_aa"),
)
AVERAGED: Final = ENGLISH
BY_CHARACTER: Final = ("asr_fleurs_zh", "asr_fleurs_ja", "asr_fleurs_th")


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the board: a column per set that was run, and the mean of the English ones where all six are there."""
    del samples
    scores: dict[str, dict[str, Any]] = {}
    for task, result in sorted(tasks.items()):
        column = task.removeprefix("asr_")
        metric = "cer" if task in BY_CHARACTER else "wer"
        scores[column] = percent(result.value(metric, "official"), 2)
        if task == "asr_fleurs_ko":
            scores[f"{column}_cer"] = percent(result.value("cer", "official"), 2)
    figures = [scores[task.removeprefix("asr_")]["value"] for task in ENGLISH if task in tasks]
    whole = len(figures) == len(ENGLISH) and None not in figures
    mean = round(sum(figures) / len(figures), 2) if whole else None
    scores["english_avg"] = {"value": mean, "ci95": None, "n": None}
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "higher_is_better": dict.fromkeys(scores, False),
        "headline": "english_avg",
        "unit": "percent",
        "metric": "wer",
        "reading": "official",
        "complete": False,
        "notes": [
            "mean of six sets; the board has a seventh, Earnings22-Cleaned-AA, that is not run here"
        ],
    }
