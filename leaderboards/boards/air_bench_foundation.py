"""Board of AIR-Bench foundation: 19 tasks, pooled over their data sets; the means are ours.

The official script prints accuracy per task and data set; how its board pools and weights is not given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leaderboards.cells import percent, percent_mean, share_value
from leaderboards.results import SampleIndex, TaskResult, Value

NAME: Final = "air_bench_foundation"
AVERAGED: Final = (NAME,)
Cell = list[tuple[float, Any]]
"""Verdicts with the items that they are about."""
CATEGORIES: Final = {
    "speech": (
        *("Speaker_Age_Prediction", "Speaker_Emotion_Recontion", "Speaker_Gender_Recognition"),
        *("Speaker_Intent_Classification", "Speaker_Number_Verification"),
        *("Speech_Entity_Reconition", "Speech_Grounding", "Spoken_Language_Identification"),
        "Synthesized_Voice_Detection",
    ),
    "sound": (
        *("Acoustic_Scene_Classification", "Audio_Grounding", "Sound_AQA"),
        "vocal_sound_classification",
    ),
    "music": (
        *("Music_AQA", "Music_Genre_Recognition", "Music_Instruments_Classfication"),
        *("Music_Midi_Pitch_Analysis", "Music_Midi_Velocity_Analysis", "Music_Mood_Recognition"),
    ),
}
"""Category -> tasks, in upstream's spelling."""


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return the board: means of tasks per category and over all 19, and every part that upstream prints."""
    verdicts: dict[tuple[str, str], Cell] = {}
    for line in samples.get(NAME, ()):
        score = line.get("scores", {}).get("accuracy", {}).get("official")
        fields = line.get("groups", {})
        if score is not None:
            key = str(fields.get("task_name")), str(fields.get("dataset_name"))
            verdicts.setdefault(key, []).append((float(score), line.get("id")))
    pooled: dict[str, Cell] = {}
    for (task, _), cell in verdicts.items():
        pooled.setdefault(task, []).extend(cell)
    parts = {task: _share(cell) for task, cell in pooled.items()}
    scores: dict[str, dict[str, Any]] = {}
    for category, names in CATEGORIES.items():
        scores[category] = _mean([parts.get(name) for name in names])
    every = [parts.get(name) for names in CATEGORIES.values() for name in names]
    scores["mean_of_tasks"] = _mean(every)
    result = tasks.get(NAME)
    total = result.value("accuracy", "official") if result is not None else None
    scores["micro"] = percent(total, 2)
    strict = result.value("accuracy", "strict") if result is not None else None
    counted = total.n if total is not None else 0
    return {
        "scores": scores,
        "decimals": dict.fromkeys(scores, 2),
        "headline": "mean_of_tasks",
        "unit": "percent",
        "metric": "accuracy",
        "reading": "official",
        "complete": total is not None and total.complete and None not in every,
        "tasks": {task: percent(value, 2) for task, value in sorted(parts.items())},
        "task_dataset": {
            f"{task}_{data}": percent(_share(cell), 2)
            for (task, data), cell in sorted(verdicts.items())
        },
        "notes": [
            "means are ours: the board does not say how it weights",
            *(
                [f"{counted} of {strict.n} replies counted, the others name no letter"]
                if strict
                else []
            ),
        ],
    }


def _share(cell: Cell) -> Value | None:
    """Return the share of right replies; replies to one item that was asked again are one unit."""
    return share_value([score for score, _ in cell], units=[item for _, item in cell])


def _mean(values: Sequence[Value | None]) -> dict[str, Any]:
    """Return the plain mean of tasks that are all there."""
    found = [value for value in values if value is not None]
    if len(found) < len(values):
        return {"value": None, "ci95": None, "n": None}
    return percent_mean(found, 2)
