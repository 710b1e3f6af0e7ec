"""Items of LLaSO-Eval for its scorer, and the value that a reply to one gets."""

from __future__ import annotations

from typing import Any

from harness.types import ItemScore
from metrics.registry import METRICS
from tasks.llaso_eval import scoring

GENDER = "vctk_gender_classification_test"


ACCENT = "vctk_accent_classification_test"


AGE = "vocalsound_age_prediction_test"


PITCH = "NSynth_pitch_recognition_test"


PHONEMES = "phoneme_recognition_test"


SENTENCE = "pronunciation_scoring_sentence_level_test"


AQA = "unnatural_input_1_test"


SCORES = (
    "A goose swims. For the sentence: accuracy is 8, prosodic is 6, fluency is 9 total score is 7."
)


def item(file: str, gold: str, prompt: str = "Say it.<audio>", **fields: Any) -> dict[str, Any]:
    turns = [{"from": "human", "value": prompt}, {"from": "gpt", "value": gold}]
    return {"voice": ["a\\b.wav"], "conversations": turns, "_params": {"file": file}, **fields}


def score(file: str, gold: str, reply: Any, verdicts: Any = None, **fields: Any) -> ItemScore:
    return scoring.score(item(file, gold, **fields), reply, verdicts)


def value(result: ItemScore, metric: str, reading: Any = "official") -> float | None:
    stats = result.metrics[metric][reading].stats
    return None if stats is None else METRICS[metric].value(stats)
