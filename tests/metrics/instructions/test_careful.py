"""Instruction checks of the strict reading: the signs that were typed and a language guess decide nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.instructions import evaluate
from metrics.instructions.verdicts import WrapperName
from tests.support.budget import examples

CAPITAL = "change_case:english_capital"
SMALL = "change_case:english_lowercase"
LANGUAGE = "language:response_language"
BULLETS = "detectable_format:number_bullet_lists"
QUOTED = "startend:quotation"
END = "startend:end_checker"
JSON = "detectable_format:json_format"


def both(
    name: str, reply: str, wrapper: WrapperName = "voicebench", **kwargs: Any
) -> tuple[float, float]:
    official = evaluate([name], [kwargs], reply, wrapper)
    strict = evaluate([name], [kwargs], reply, wrapper, strict_reading=True)
    return official.strict[0], strict.strict[0]


@pytest.mark.parametrize(
    ("name", "reply", "kwargs", "kept"),
    [
        (CAPITAL, "OK.", {}, True),
        (CAPITAL, "SUN AND MOON", {}, True),
        (CAPITAL, "PARIS", {}, True),
        (CAPITAL, "Paris", {}, False),
        (CAPITAL, "ICH BIN NICHT DA", {}, False),
        (CAPITAL, "ДА", {}, False),
        (SMALL, "no idea", {}, True),
        (SMALL, "banana split", {}, True),
        (SMALL, "Banana split", {}, False),
        (SMALL, "no hay nada que hacer con los gatos", {}, False),
        (LANGUAGE, "No.", {"language": "en"}, True),
        (LANGUAGE, "Great pizza!", {"language": "en"}, True),
        (LANGUAGE, "Das ist nicht gut.", {"language": "en"}, False),
        (LANGUAGE, "हाँ।", {"language": "hi"}, True),
        (LANGUAGE, "Yes.", {"language": "hi"}, False),
        (LANGUAGE, "はい、猫です。", {"language": "ja"}, True),
        (LANGUAGE, "Sim.", {"language": "pt"}, True),
        (BULLETS, "• one\n• two", {"num_bullets": 2}, True),
        (BULLETS, "– one\n— two", {"num_bullets": 2}, True),
        (BULLETS, "* one\n- two\n---", {"num_bullets": 2}, True),
        (BULLETS, "* **one**\n  + aside\n* two", {"num_bullets": 2}, True),
        (BULLETS, "**one**\n**two**", {"num_bullets": 2}, False),
        (BULLETS, "* one", {"num_bullets": 2}, False),
        (QUOTED, "“Yes.”", {}, True),
        (QUOTED, "„Ja.“", {}, True),
        (QUOTED, "« Oui. »", {}, True),
        (QUOTED, "「はい」", {}, True),
        (QUOTED, '"Yes."', {}, True),
        (QUOTED, '"', {}, False),
        (QUOTED, 'He said "yes"', {}, False),
        (END, "Well. I’ll be here.", {"end_phrase": "I'll be here."}, True),
        (END, "Well. **I'll be here.**”", {"end_phrase": "I’ll be here."}, True),
        (END, "I'll be here. Bye.", {"end_phrase": "I'll be here."}, False),
        (JSON, '{"a": 1}', {}, True),
        (JSON, "```json\n[1]\n```", {}, True),
        (JSON, "42", {}, False),
        (JSON, '"text"', {}, False),
        (JSON, "null", {}, False),
        (JSON, '{"a": NaN}', {}, False),
        ("punctuation:no_comma", "one，two", {}, False),
        ("keywords:existence", "It’s fine", {"keywords": ["it's"]}, True),
        ("keywords:forbidden_words", "It’s fi\u00adne", {"forbidden_words": ["fine"]}, False),
        (
            "combination:repeat_prompt",
            "“Say it’s  so.” Yes.",
            {"prompt_to_repeat": "Say it's so."},
            True,
        ),
    ],
)
def test_strict_verdicts(name: str, reply: str, kwargs: dict[str, Any], kept: bool) -> None:
    assert both(name, reply, **kwargs)[1] == float(kept)


@pytest.mark.parametrize(
    ("name", "reply", "kwargs"),
    [
        (CAPITAL, "PARIS", {}),
        (QUOTED, "“Yes.”", {}),
        (JSON, "42", {}),
        (END, "I’ll be here.", {"end_phrase": "I'll be here."}),
        (BULLETS, "• one\n• two", {"num_bullets": 2}),
    ],
)
def test_the_official_verdict_is_another_one(name: str, reply: str, kwargs: dict[str, Any]) -> None:
    official, strict = both(name, reply, **kwargs)
    assert official != strict


@pytest.mark.parametrize("name", [CAPITAL, SMALL])
def test_speech_ifeval_looks_at_case_only(name: str) -> None:
    reply = "ДА" if name == CAPITAL else "да"
    assert both(name, reply, "speech_ifeval") == (1.0, 1.0)


def test_numbered_lines_count_in_speech_ifeval_only_with_a_mark() -> None:
    assert both(BULLETS, "1. one\n2) two", "speech_ifeval", num_bullets=2) == (1.0, 1.0)
    assert both(BULLETS, "2024 was good.\n1999 too.", "speech_ifeval", num_bullets=2) == (1.0, 0.0)


@given(
    st.text(max_size=60), st.sampled_from([CAPITAL, SMALL, QUOTED, JSON, "punctuation:no_comma"])
)
@settings(deadline=None, max_examples=examples(900))
def test_invisible_characters_decide_nothing(text: str, name: str) -> None:
    marked = "\ufeff" + text + "\u200e"
    assert both(name, marked)[1] == both(name, text)[1]
