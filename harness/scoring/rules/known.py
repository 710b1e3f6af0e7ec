"""The rules that are known, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from harness.core.scoring import READINGS
from harness.errors import UnknownNameError, UsageError
from harness.scoring.rules import (
    judge_replies,
    letters,
    option_letters,
    option_numbers,
    recognition,
    word_sets,
)
from harness.scoring.rules.rule import ENGLISH, TRANSCRIPTS, Rule
from harness.scoring.rules.transcripts import edits_of
from metrics.transcripts.arabic import FORMS

_ELM: Final = {
    "elm-v1": "Arabic letters folded; punctuation stays, by a fault (rows of the board before 2026-07-27)",
    "elm-v2": "Arabic letters folded, punctuation deleted (a quarter of an hour on 2026-07-27)",
    "elm-v3": "as elm-v2, and a detached waw is joined (the board's present form)",
}

_SPOKEN_CHOICES: Final = ("voicebench_openbookqa", "voicebench_mmsu")
_CHINESE: Final = (
    *("asr_fleurs_zh", "asr_aishell1", "asr_wenetspeech_net", "asr_wenetspeech_meeting"),
    "asr_common_voice_15_zh",
)

_RULES: Final = (
    Rule(
        "letter",
        1,
        "ours: the plain match of many scripts",
        "the first option letter that stands alone as a capital, or a reply that is one letter; anything else is wrong",
        {
            "mmau": option_letters.letter_listed,
            "mmar": option_letters.letter_listed,
            "mmsu": option_letters.letter_keyed,
            "air_bench_foundation": option_letters.letter_keyed,
            **dict.fromkeys(_SPOKEN_CHOICES, option_letters.letter_spoken),
        },
    ),
    Rule(
        "alarm",
        1,
        "Blinorot/ALARM 67c6776",
        "the number between <answer> tags is an option, counted from 0; anything else is the first option",
        {
            "mmsu": option_numbers.exact,
            "mmau": option_numbers.word_set,
            "mmar": option_numbers.word_set,
            "air_bench_foundation": option_numbers.exact_or_first,
        },
    ),
    Rule(
        "lmms-eval",
        1,
        "EvolvingLMMs-Lab/lmms-eval a74c71f (MMAU), 082b872 (MMSU), 75571cf",
        "(A), then A alone, then A with a dot, on MMSU and MMAR then an option's text; the last of several; else a random letter, here its "
        "expectation. VoiceBench: its templates, no letter drawn. Transcripts: as qwen2-audio",
        {
            "mmau": letters.mmau,
            "mmsu": letters.mmsu,
            "mmar": letters.mmar,
            "air_bench_foundation": letters.air_bench,
            **dict.fromkeys(_SPOKEN_CHOICES, letters.voicebench),
            ENGLISH: recognition.qwen2_audio,
        },
    ),
    Rule(
        "evalscope",
        1,
        "modelscope/evalscope fde259d",
        "MMAU: ANSWER: A, then as lmms-eval, else A. AIR-Bench: the letter after answer, the first one alone, the first character. Transcripts: "
        "Whisper's English form, mean of the rates of items",
        {
            "mmau": option_letters.evalscope_mmau,
            "air_bench_foundation": option_letters.evalscope_air_bench,
            ENGLISH: recognition.evalscope,
        },
    ),
    Rule(
        "vlmevalkit",
        1,
        "open-compass/VLMEvalKit e8e78f0",
        "its exact_matching of multiple choice (it has no audio benchmark): one letter among the last words, else the only option named in a "
        "short reply; anything else is wrong",
        {
            "mmau": option_letters.vlmevalkit_listed,
            "mmar": option_letters.vlmevalkit_listed,
            "mmsu": option_letters.vlmevalkit_keyed,
            "air_bench_foundation": option_letters.vlmevalkit_keyed,
        },
    ),
    Rule(
        "audiobench",
        1,
        "AudioLLMs/AudioBench e991641",
        "MMAU: the word set, every reply counts. Transcripts: Whisper's English form, small numbers as words, without punctuation",
        {"mmau": word_sets.audiobench, ENGLISH: recognition.audiobench},
    ),
    Rule(
        "kimi",
        1,
        "MoonshotAI/Kimi-Audio-Evalkit 4080c49",
        "VoiceBench: its templates, else a random letter, here its expectation. Transcripts: as qwen2-audio, Chinese characters one by one, a "
        "reply of null left out",
        {
            **dict.fromkeys(_SPOKEN_CHOICES, option_letters.kimi_voicebench),
            ENGLISH: recognition.kimi,
        },
    ),
    Rule(
        "qwen2-audio",
        1,
        "QwenLM/Qwen2-Audio 595360e",
        "Whisper's English form, then its basic one, plain word edits over all items",
        {ENGLISH: recognition.qwen2_audio},
    ),
    Rule(
        "whisper",
        1,
        "openai/whisper's English normaliser, as in QwenLM/Qwen2-Audio 595360e",
        "Whisper's English form, plain word edits over all items",
        {ENGLISH: recognition.whisper},
    ),
    Rule(
        "jiwer",
        1,
        "jiwer 4.0.0, its default transform",
        "words as they stand, case and punctuation included, over all items",
        {TRANSCRIPTS: recognition.jiwer},
    ),
    *(
        Rule(
            name,
            1,
            "Natural-Language-Processing-Elm/open_universal_arabic_asr_leaderboard 8fce859 and its history",
            _ELM[name],
            {"arabic": edits_of(name)},
        )
        for name in FORMS
    ),
    Rule(
        "au-harness",
        1,
        "ServiceNow/AU-Harness daa0616",
        "a judge reply of exactly CORRECT or INCORRECT; anything else is left out",
        {"big_bench_audio": judge_replies.au_harness},
        judged=frozenset({"big_bench_audio"}),
    ),
    Rule(
        "mimo",
        1,
        "XiaomiMiMo/MiMo-Audio-Eval d64df78",
        "MMAU, MMAR: the word set of the answer that is announced, in bold or on the first line after </think>. MMSU: the first character, else "
        "the last but one, every item counts. Transcripts: without case and punctuation, mean of the rates of items. Big Bench Audio: result of a "
        "JSON object in a judge reply, right from 0.6; unreadable is wrong (there after five tries)",
        {
            "mmau": word_sets.mimo,
            "mmar": word_sets.mimo,
            "mmsu": word_sets.mimo_mmsu,
            ENGLISH: recognition.mimo,
            **dict.fromkeys(_CHINESE, recognition.mimo_chinese),
            "big_bench_audio": judge_replies.mimo,
        },
        judged=frozenset({"big_bench_audio"}),
    ),
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.name: rule for rule in _RULES})
"""Name -> rule. ``official`` and ``strict`` are readings of the tasks themselves and are always shown."""


def asked(names: str) -> tuple[Rule, ...]:
    """Return the rules of a list such as ``alarm,lmms-eval``; the two readings may be named too.

    Raises:
        UnknownNameError: no rule has a name.
        UsageError: nothing is named.
    """
    found = list(dict.fromkeys(one.strip() for one in names.split(",") if one.strip()))
    if not found:
        raise UsageError("no rule is named", where="--as", hint="harness rules list")
    for name in found:
        if name not in RULES and name not in READINGS:
            raise UnknownNameError(
                "rule", name, [*RULES, *READINGS], hint="all rules: harness rules list"
            )
    return tuple(RULES[name] for name in found if name in RULES)
