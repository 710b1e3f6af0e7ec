"""Board of speech recognition: word error rates per set, and the means of the Open ASR leaderboard.

Per cent with two decimals; a mean is that of rounded figures, as the board takes it. Lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    return round(sum(figures) / len(figures), 2) if len(figures) == len(tasks) else None


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
    for name, columns in (("english_avg", ENGLISH), ("multilingual_avg", MULTILINGUAL)):
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
        "complete": False,
        "notes": [
            "english_avg: mean of six sets; the board has a seventh, Earnings22-Cleaned-AA, that is not run here",
            "multilingual_avg: mean of the board's 13 columns of de, fr, it, es, pt",
        ],
    }
