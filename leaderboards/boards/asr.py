"""Board of speech recognition: word error rates per set, and the means of the Open ASR leaderboard.

Per cent with two decimals; a mean is that of rounded figures, as the board takes it. Lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leaderboards.cells import percent
from leaderboards.results import SampleIndex, TaskResult
from metrics.measures.sums import plain_sum

ENGLISH: Final = (
    *(
        "asr_ami_cleaned",
        "asr_gigaspeech_cleaned",
        "asr_librispeech_clean",
        "asr_librispeech_other",
    ),
    *("asr_spgispeech", "asr_voxpopuli_cleaned_aa"),
)
CALLS: Final = "asr_earnings22_cleaned_aa"
"""The seventh English column, of which few runs have the six long calls."""
AVERAGED: Final = ENGLISH
BY_CHARACTER: Final = (
    *("asr_fleurs_zh", "asr_fleurs_ja", "asr_fleurs_th"),
    *("asr_aishell1", "asr_wenetspeech_net", "asr_wenetspeech_meeting", "asr_common_voice_15_zh"),
)
MULTILINGUAL: Final = (
    *(f"asr_common_voice_{code}" for code in ("de", "fr", "it", "es")),
    *(f"asr_fleurs_{code}" for code in ("de", "fr", "it", "es", "pt")),
    *(f"asr_mls_{code}" for code in ("fr", "it", "es", "pt")),
)
"""The 13 multilingual columns of the Open ASR leaderboard."""


def _mean(scores: Mapping[str, Mapping[str, Any]], tasks: Sequence[str]) -> float | None:
    """Return the mean of rounded figures, ``None`` unless all are there."""
    found = [scores.get(task.removeprefix("asr_"), {}).get("value") for task in tasks]
    figures = [one for one in found if one is not None]
    return round(plain_sum(figures) / len(figures), 2) if len(figures) == len(tasks) else None


def _is_complete(tasks: Mapping[str, TaskResult], columns: Sequence[str]) -> bool:
    """Return whether all columns are there with all of their items."""
    values = [tasks[task].value("wer", "official") for task in columns if task in tasks]
    found = [value for value in values if value is not None]
    return len(found) == len(columns) and all(value.complete for value in found)


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the board: a column per set that was run, and the mean of the English ones where at least the six of short clips are there."""
    del samples
    english = (*ENGLISH, CALLS) if CALLS in tasks else ENGLISH
    scores: dict[str, dict[str, Any]] = {}
    for task, result in sorted(tasks.items()):
        column = task.removeprefix("asr_")
        metric = "cer" if task in BY_CHARACTER else "wer"
        scores[column] = percent(result.value(metric, "official"), 2)
        if task == "asr_fleurs_ko":
            scores[f"{column}_cer"] = percent(result.value("cer", "official"), 2)
    for name, columns in (("english_avg", english), ("multilingual_avg", MULTILINGUAL)):
        if name == "english_avg" or any(task in tasks for task in columns[:4]):
            scores[name] = {"value": _mean(scores, columns), "ci95": None, "n": None}
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "higher_is_better": dict.fromkeys(scores, False),
        "headline": "english_avg",
        "unit": "percent",
        "metric": "wer",
        "reading": "official",
        "complete": len(english) == 7 and _is_complete(tasks, english),
        "notes": [
            "english_avg: mean of the board's seven sets"
            if len(english) == 7
            else "english_avg: mean of six sets; the board has a seventh, Earnings22-Cleaned-AA, that is not in this run",
            "multilingual_avg: mean of the board's 13 columns of de, fr, it, es, pt",
        ],
    }
