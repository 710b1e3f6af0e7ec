"""The rules that are known, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from harness.core.scoring import READINGS
from harness.errors import UnknownNameError, UsageError
from harness.scoring.rules import judge_replies, letters, option_numbers
from harness.scoring.rules.rule import Rule
from harness.scoring.rules.transcripts import edits_of
from metrics.transcripts.arabic import FORMS

_ELM: Final = {
    "elm-v1": "Arabic letters folded; punctuation stays, by a fault (rows of the board before 2026-07-27)",
    "elm-v2": "Arabic letters folded, punctuation deleted (a quarter of an hour on 2026-07-27)",
    "elm-v3": "as elm-v2, and a detached waw is joined (the board's present form)",
}

_RULES: Final = (
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
        "EvolvingLMMs-Lab/lmms-eval a74c71f (MMAU), 082b872 (MMSU)",
        "(A), then A alone, then A with a dot, on MMSU then an option's text; the last of several; else a random letter, here its expectation",
        {"mmau": letters.mmau, "mmsu": letters.mmsu},
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
        judged=True,
    ),
    Rule(
        "mimo",
        1,
        "XiaomiMiMo/MiMo-Audio-Eval d64df78",
        "result of a JSON object in a judge reply, right from 0.6; unreadable is wrong (there after five tries)",
        {"big_bench_audio": judge_replies.mimo},
        judged=True,
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
