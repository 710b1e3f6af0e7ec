"""LLaSO-Eval's board: one column per task and metric, in the units the authors print.

A column is the unweighted mean over the data sets of a task that share the metric (age has two: accuracy
for two sets, absolute error for one); audio question answering has one column per modality. Rates and
accuracies are fractions, errors have their own unit, judge scores run from 1 to 5. The official reading
passes references and answers swapped to WER, CER and PER, as shipped; a column ``…_right_order`` next to
them says what the same scripts give in the right order, from ``details.right_order`` of the samples. The
benchmark's printed overall score has no published formula and is not computed; the board has no headline.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from leaderboards.cells import Part, mean_cell
from leaderboards.results import SampleIndex, TaskResult, Value
from metrics.registry import find

TREE: Final[dict[str, dict[str, str]]] = {
    "linguistic": {"ASR": "asr"},
    "semantic": {
        "AQA": "1m_gpt4_end 3_5m_gpt3_5_end alpaca_gpt4_end alpacadan_input_1"
        " alpacadan_instruction_0 code_alpaca_end dolly_input_1 dolly_instruction_0 orca_input_1"
        " orca_instruction_0 tigerbot_alpaca_input_1 tigerbot_alpaca_instruction_0"
        " tigerbot_multichat_input_1 tigerbot_multichat_instruction_0 unnatural_input_1"
        " unnatural_instruction_0"
    },
    "paralinguistic": {
        "AC": "accentdb_ai_classification common_voice_accent_classification"
        " vctk_accent_classification",
        "AR": "common_voice_age_classification vctk_age_classification vocalsound_age_prediction",
        "EE": "slurp_entity_extraction",
        "EIE": "cremad_eie_classification meld_eie_classification",
        "ER": "cremad_er_classification meld_er_classification",
        "IC": "nsynth_instrument_classification",
        "IP": "slurp_intent_prediction",
        "ISC": "nsynth_music_source_classification",
        "PP": "nsynth_pitch_recognition",
        "PR": "phoneme_recognition",
        "PSSL": "pronunciation_scoring_sentence_level",
        "PSWL": "pronunciation_scoring_word_level",
        "SCR": "speechcommand_recognition",
        "SGC": "common_voice_gender_classification vctk_gender_classification"
        " vocalsound_gender_classification voxceleb_gender_classification",
        "SSD": "synthetic_audio_classification",
        "SV": "meld_sv_classification",
        "VC": "velocity_classification",
        "VSC": "vocalsound_vocal_classification",
    },
}
"""Category -> task -> data sets, as the released result files are grouped."""

PATHS: Final = {
    f"llaso_{name}": (category, task)
    for category, tasks in TREE.items()
    for task, names in tasks.items()
    for name in names.split()
}
AVERAGED: Final = tuple(PATHS)

MODALITIES: Final = {
    "_end": "AQA_pure_audio",
    "_input_1": "AQA_text_instr_audio_input",
    "_instruction_0": "AQA_audio_instr_text_input",
}
"""Ending of an audio question answering task -> the name of its column."""

NAMES: Final = {"accuracy": "acc", "judge_score": "gpt1-5"}
"""Metric -> how its columns end; other metrics under their own name."""

SWAPPED: Final = ("wer", "cer", "per")
DECIMALS: Final = {"judge_score": 3, "mae": 2}
ABSTENTION: Final = "mean_abstention_pct_19_closed_sets"
UNITS: Final = {ABSTENTION: "%", "AR_mae": "years", "PP_mae": "semitones"}
"""Units of the columns that are not fractions; judge scores run from 1 to 5, and their headings say so."""


def path(task: str) -> tuple[str, ...]:
    """Return the category and the task of a data set, nothing for a task outside the tree."""
    return PATHS.get(task, ())


def metrics_of(task: str) -> tuple[str, ...]:
    """Return the metrics of a data set that are columns.

    >>> metrics_of("llaso_asr"), metrics_of("llaso_meld_er_classification")
    (('wer', 'cer'), ('accuracy',))
    """
    if task.endswith("_classification"):
        return ("accuracy",)
    special = {
        "llaso_asr": ("wer", "cer"),
        "llaso_speechcommand_recognition": ("wer", "cer", "judge_score"),
        "llaso_phoneme_recognition": ("per",),
        "llaso_nsynth_pitch_recognition": ("mae",),
        "llaso_vocalsound_age_prediction": ("mae",),
        "llaso_pronunciation_scoring_sentence_level": (
            "judge_score",
            "exact_accuracy",
            "exact_prosodic",
            "exact_fluency",
        ),
    }
    return special.get(task, ("judge_score",))


def columns() -> dict[str, tuple[str, list[str]]]:
    """Return the metric and the tasks of each column, whose mean it is.

    >>> columns()["ER_acc"]
    ('accuracy', ['llaso_cremad_er_classification', 'llaso_meld_er_classification'])
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for task in AVERAGED:
        name = PATHS[task][-1]
        name = next((column for end, column in MODALITIES.items() if task.endswith(end)), name)
        for metric in metrics_of(task):
            column = f"{name}_{NAMES.get(metric, metric)}"
            found.setdefault(column, (metric, []))[1].append(task)
    return found


def right_order(lines: Iterable[Mapping[str, Any]], metrics: Collection[str]) -> dict[str, Value]:
    """Return the official script's values with its arguments in the right order, of the metrics that have details.

    Args:
        lines: sample lines, read once; WER and CER hold edits and reference length, PER the rate of the item.
        metrics: of ``wer``, ``cer`` and ``per``.

    >>> lines = [{"details": {"right_order": {"wer": {"edits": 1, "length": 3}}}},
    ...          {"details": {"right_order": {"wer": {"edits": 0, "length": 5}}}}]
    >>> right_order(lines, ["wer", "cer"])["wer"].value
    0.125
    """
    found: dict[str, list[tuple[float, float]]] = {metric: [] for metric in metrics}
    for line in lines:
        noted = line.get("details", {}).get("right_order", {})
        for metric, pairs in found.items():
            if (entry := noted.get(metric)) is not None:
                held = isinstance(entry, Mapping)
                pairs.append((entry["edits"], entry["length"]) if held else (entry, 1))
    values = {}
    for metric, pairs in found.items():
        if length := math.fsum(length for _, length in pairs):
            values[metric] = Value(math.fsum(edits for edits, _ in pairs) / length, n=len(pairs))
    return values


def native(tasks: Mapping[str, TaskResult], samples: SampleIndex) -> dict[str, Any]:
    """Return LLaSO-Eval's native aggregate.

    Args:
        tasks: ``llaso_SET`` -> result; columns none of whose tasks are in the run are left out.
        samples: lines with ``details``; without them the right-order columns are left out.
    """
    scores: dict[str, dict[str, Any]] = {}
    decimals: dict[str, int] = {}
    directions: dict[str, bool] = {}
    notes = [
        "fractions; MAE in years and semitones; judge 1 to 5; WER, CER and PER with swapped arguments",
        "the printed overall score has no published formula and is not computed",
    ]
    complete = True
    ordered: dict[str, dict[str, Value]] = {}
    for column, (metric, members) in columns().items():
        values = _values(tasks, members, metric)
        whole = len(values) == len(members) and all(value.complete for value in values)
        complete = complete and whole
        if not any(task in tasks for task in members):
            continue
        decimals[column] = DECIMALS.get(metric, 4)
        directions[column] = find(metric).higher_is_better
        scores[column] = _mean(values, decimals[column], metric)
        task = members[0]
        if metric in SWAPPED and task not in ordered:
            swapped = [one for one in metrics_of(task) if one in SWAPPED]
            ordered[task] = right_order(samples.get(task, ()), swapped)
        if metric in SWAPPED and (found := ordered[task].get(metric)):
            decimals[f"{column}_right_order"] = decimals[column]
            directions[f"{column}_right_order"] = directions[column]
            scores[f"{column}_right_order"] = _mean([found], decimals[column], metric)
        if 0 < len(values) < len(members):
            notes.append(f"{column} is over {len(values)} of {len(members)} data sets")
    closed = [task for task in AVERAGED if metrics_of(task) == ("accuracy",)]
    abstained = _values(tasks, closed, "abstention_rate")
    if len(abstained) == len(closed):
        decimals[ABSTENTION], directions[ABSTENTION] = 2, False
        scores[ABSTENTION] = _mean(abstained, 2, "abstention_rate", scale=100)
    return {
        "scores": scores,
        "decimals": decimals,
        "higher_is_better": directions,
        "headline": None,
        "unit": "as published",
        "metric": "several",
        "reading": "official",
        "complete": complete,
        "notes": notes,
    }


def _values(tasks: Mapping[str, TaskResult], members: Sequence[str], metric: str) -> list[Value]:
    found = [tasks[task].value(metric, "official") for task in members if task in tasks]
    return [value for value in found if value is not None]


def _mean(values: Sequence[Value], decimals: int, metric: str, scale: float = 1) -> dict[str, Any]:
    """Return the unweighted mean over data sets; those of one column share no speakers."""
    bounds = find(metric)
    span = bounds.span if bounds.is_bounded else (0.0, 1.0)
    return mean_cell([Part(value, span, scale) for value in values], decimals)
