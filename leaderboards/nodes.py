"""Where each task stands in its benchmark's tree, and which tasks an average needs.

A benchmark's normalised score is an unweighted mean at every level above the data set
(data set -> task -> category -> benchmark). ``node_path`` gives the levels between the benchmark
and a data set; ``averaged_tasks`` the fixed list of data sets a benchmark's mean stands for. Both
are independent of which runs are shown. Tasks outside the list (extra accents, the withheld MMAU
test split, Speech-IFEval without prompts) are shown and never averaged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leaderboards.dynamic_superb import DOMAINS, PHASE_1

SAKURA_TRACKS: Final = ("animal", "emotion", "gender", "language")
SAKURA_HOPS: Final = ("single", "multi")

_VOICEBENCH = [
    "alpacaeval_full",
    "commoneval",
    "wildvoice",
    "sd_qa",
    "mmsu",
    "openbookqa",
    "ifeval",
    "bbh",
    "advbench",
]

_QUICKSTART = ("transcription", "choice", "keyword", "number", "instruction")

# LLaSO-Eval: category -> task -> data sets, as the released result files are grouped
_LLASO: Final[dict[str, dict[str, str]]] = {
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

_LLASO_PATHS: Final = {
    f"llaso_{name}": (category, task)
    for category, tasks in _LLASO.items()
    for task, names in tasks.items()
    for name in names.split()
}

AVERAGED: Final[dict[str, tuple[str, ...]]] = {
    "dynamic_superb": tuple(PHASE_1),
    "llaso_eval": tuple(_LLASO_PATHS),
    "mmau": ("mmau_test_mini",),
    "mmsu": ("mmsu",),
    "quickstart": tuple(f"quickstart_{name}" for name in _QUICKSTART),
    "sakura": tuple(f"sakura_{t}_{hop}" for hop in SAKURA_HOPS for t in SAKURA_TRACKS),
    "speech_ifeval": ("speech_ifeval_closed", "speech_ifeval_creative", "speech_ifeval_cot"),
    "voicebench": tuple(f"voicebench_{name}" for name in _VOICEBENCH),
}


def averaged_tasks(benchmark: str, seen: Iterable[str]) -> tuple[str, ...]:
    """Tasks that the benchmark's mean is made of.

    Args:
        benchmark: group name.
        seen: tasks of the benchmark in the runs at hand, used where no fixed list is known
            (a user's own benchmark).

    >>> averaged_tasks("mmau", ["mmau_test_mini", "mmau_test"])
    ('mmau_test_mini',)
    >>> averaged_tasks("my_own", ["b", "a", "b"])
    ('b', 'a')
    """
    return AVERAGED.get(benchmark) or tuple(dict.fromkeys(seen))


def node_path(benchmark: str, task: str) -> tuple[str, ...]:
    """Levels between the benchmark and the data set, outermost first.

    >>> node_path("sakura", "sakura_animal_multi")
    ('multi',)
    >>> node_path("llaso_eval", "llaso_meld_er_classification")
    ('paralinguistic', 'ER')
    >>> node_path("dynamic_superb", "dynamic_superb_spoofdetection_asvspoof2017")
    ('paralinguistics',)
    >>> node_path("mmau", "mmau_test_mini")
    ()
    """
    if benchmark == "sakura":
        return (task.rsplit("_", 1)[-1],)
    if benchmark == "dynamic_superb":
        return (DOMAINS[PHASE_1[task][0]],) if task in PHASE_1 else ()
    if benchmark == "llaso_eval":
        return _LLASO_PATHS.get(task, ())
    return ()
