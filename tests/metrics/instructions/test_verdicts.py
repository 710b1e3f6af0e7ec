"""Wrappers, arguments, edited rules, errors and speed of the instruction checkers."""

from __future__ import annotations

import math
import re
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from metrics.instructions import (
    INSTRUCTION_IDS,
    InstructionError,
    UndeterminedArgumentError,
    UnknownInstructionError,
    check,
    clean_reply,
    evaluate,
    loose_variants,
)
from metrics.instructions.arguments import PARAMETERS, resolve
from metrics.instructions.language import detect
from metrics.instructions.rules import paragraphs_or_lines
from tests.support.budget import examples
from tests.support.data.instruction_replies import CHOICES, FRAGMENTS

texts = st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)


def complete(instruction_id: str) -> dict[str, Any]:
    return {
        parameter.name: CHOICES.get(parameter.name, ("at least",))[0] or 1
        for parameter in PARAMETERS[instruction_id]
    }


# --- properties ------------------------------------------------------------------------------


@settings(deadline=None, max_examples=examples(150))
@given(st.sampled_from(INSTRUCTION_IDS), texts, st.sampled_from(["google", "voicebench", "speech_ifeval"]))  # fmt: skip
def test_verdicts_are_probabilities_and_loose_is_never_below_strict(
    instruction_id: str, text: str, wrapper: Any
) -> None:
    verdicts = evaluate([instruction_id], [complete(instruction_id)], text, wrapper)
    assert verdicts.strict[0] in (0.0, 1.0)
    assert verdicts.random == (False,)
    if wrapper == "speech_ifeval":
        assert verdicts.loose is None and math.isnan(verdicts.loose_all)
    else:
        assert verdicts.loose is not None and verdicts.loose[0] >= verdicts.strict[0]


@settings(deadline=None, max_examples=examples(400))
@given(st.sampled_from(INSTRUCTION_IDS), st.text(st.characters(), max_size=50))
def test_no_text_raises_lone_surrogates_included(instruction_id: str, text: str) -> None:
    for odd in (text, text + "\ud800 \x00", text.upper()):
        for variant in ("base", "speech_ifeval"):
            assert check(instruction_id, complete(instruction_id), odd, variant) in (0.0, 1.0)


@settings(deadline=None, max_examples=examples(300))
@given(st.text(alphabet="ab*\n \t\u00a0\x1c", max_size=40))
def test_the_linear_paragraph_split_equals_the_upstream_pattern(text: str) -> None:
    pieces = re.split(r"\s*\*\*\*\s*|\n{1,}", text.strip())
    if any(not piece.strip() for piece in pieces[1:-1]):
        expected = None
    else:
        blank = {index for index in (0, len(pieces) - 1) if not pieces[index].strip()}
        expected = len(pieces) - len(blank)
    assert paragraphs_or_lines(text) == expected


@settings(deadline=None, max_examples=examples(300))
@given(st.text(alphabet="ab*-•1\n \t\\n", max_size=40))
def test_linear_bullet_counts_equal_the_upstream_patterns(text: str) -> None:
    patterns = [r"^\s*\*[^\*].*$", r"^\s*-.*$"]
    edited = text.replace("\\n", "\n")
    base = sum(len(re.findall(pattern, text, re.MULTILINE)) for pattern in patterns)
    more = sum(
        len(re.findall(pattern, edited, re.MULTILINE))
        for pattern in (*patterns, r"^\s*•.*$", r"^\s*\d.*$")
    )
    name = "detectable_format:number_bullet_lists"
    blank = not text.strip()
    assert check(name, {"num_bullets": base}, text) == (0.0 if blank else 1.0)
    assert check(name, {"num_bullets": more}, text, "speech_ifeval") == (0.0 if blank else 1.0)


@settings(deadline=None, max_examples=examples(300))
@given(st.text(alphabet="a<>[]\n *", max_size=40))
def test_linear_titles_and_placeholders_equal_the_upstream_patterns(text: str) -> None:
    title = any(match.lstrip("<").rstrip(">").strip() for match in re.findall(r"<<[^\n]+>>", text))
    assert check("detectable_format:title", {}, text) == title
    count = len(re.findall(r"\[.*?\]", text))
    name = "detectable_content:number_placeholders"
    assert check(name, {"num_placeholders": count}, text) == bool(text.strip())
    assert check(name, {"num_placeholders": count + 1}, text) == 0.0


# --- edited rules ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instruction_id", "kwargs", "text", "base", "edited"),
    [
        ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "• a\n1. b", 0, 1),
        ("detectable_format:number_bullet_lists", {"num_bullets": 2}, r"- a\n- b", 0, 1),
        ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n\nb", 0, 1),
        ("length_constraints:number_paragraphs", {"num_paragraphs": 1}, "a\nb", 1, 0),
        ("combination:repeat_prompt", {"prompt_to_repeat": "Say it"}, '\'"say it" now', 0, 1),
        ("change_case:english_capital", {}, "DAS IST EIN HAUS UND KEIN BAUM", 0, 1),
        ("change_case:english_lowercase", {}, "das ist ein haus und kein baum", 0, 1),
        ("startend:quotation", {}, '"a"', 1, 1),
    ],
)
def test_the_five_edited_rules(
    instruction_id: str, kwargs: dict[str, Any], text: str, base: int, edited: int
) -> None:
    assert check(instruction_id, kwargs, text) == base
    assert check(instruction_id, kwargs, text, "speech_ifeval") == edited


@pytest.mark.parametrize("text", ["42", '"x"', "NaN", "```json\n{}\n```", "```Json[1]```"])
def test_json_peculiarities_pass(text: str) -> None:
    assert check("detectable_format:json_format", {}, text) == 1.0


@pytest.mark.parametrize("text", ["{'a': 1}", "```python\n{}\n```", "{} and more"])
def test_not_json(text: str) -> None:
    assert check("detectable_format:json_format", {}, text) == 0.0


def test_json_nested_too_deep_stops_as_upstream() -> None:
    with pytest.raises(InstructionError, match="nested too deep"):
        check("detectable_format:json_format", {}, "[" * 100_000)


def test_a_language_that_upstream_does_not_know_stops() -> None:
    with pytest.raises(InstructionError, match="language"):
        check("language:response_language", {"language": "zh-cn"}, "text")


def test_null_arguments_of_other_rules_stop_speech_ifeval_only() -> None:
    ids, kwargs, reply = ["startend:quotation"], [{"num_words": None}], '"x"'
    with pytest.raises(InstructionError, match="unknown argument 'num_words'"):
        evaluate(ids, kwargs, reply, "speech_ifeval")
    assert evaluate(ids, kwargs, reply, "speech_ifeval", strict_reading=True).strict == (1.0,)
    assert evaluate(ids, kwargs, reply, "voicebench").strict == (1.0,)


# --- wrappers --------------------------------------------------------------------------------


def test_voicebench_cleans_tags_and_drops_false_arguments() -> None:
    assert clean_reply("<1> <2> Yes <|user|>") == "<2> Yes"
    assert clean_reply(" <1>kept ") == " <1>kept "
    nulls: dict[str, Any] = {
        "num_bullets": None,
        "num_words": 3,
        "relation": "less than",
        "keywords": [],
    }
    verdicts = evaluate(
        ["length_constraints:number_words"], [nulls], "<1>a b <|user|>", "voicebench"
    )
    assert verdicts.strict == (1.0,)


def test_a_dropped_zero_becomes_random_in_voicebench_only() -> None:
    ids, kwargs = ["detectable_format:number_bullet_lists"], [{"num_bullets": 0}]
    assert evaluate(ids, kwargs, "text").strict == (1.0,)
    verdicts = evaluate(ids, kwargs, "* text", "voicebench")
    assert (verdicts.strict, verdicts.random) == ((0.2,), (True,))
    assert evaluate(ids, kwargs, "* text", "voicebench", strict_reading=True).strict == (0.0,)


def test_one_draw_is_shared_by_the_loose_variants() -> None:
    # first line has a, last line has b: with one draw per variant more than 2/26 would pass
    kwargs = {"letter": "#", "let_frequency": 1, "let_relation": "at least"}
    verdicts = evaluate(["keywords:letter_frequency"], [kwargs], "a\nb")
    assert verdicts.strict == verdicts.loose == (2 / 26,)
    fewer = {"letter": "#", "let_frequency": 1, "let_relation": "less than"}
    verdicts = evaluate(["keywords:letter_frequency"], [fewer], "a\nb")
    assert (verdicts.strict, verdicts.loose) == ((24 / 26,), (1.0,))


def test_the_value_of_a_prompt_is_the_product() -> None:
    kwargs = [{"letter": "#", "let_frequency": 1, "let_relation": "at least"}, {}]
    verdicts = evaluate(["keywords:letter_frequency", "punctuation:no_comma"], kwargs, "ab")
    assert verdicts.strict_all == 2 / 26
    assert verdicts.random == (True, False)
    strict = evaluate(
        ["keywords:letter_frequency", "punctuation:no_comma"], kwargs, "ab", strict_reading=True
    )
    assert strict.strict == (0.0, 1.0)


def test_a_blank_reply_fails_every_instruction() -> None:
    for instruction_id in INSTRUCTION_IDS:
        verdicts = evaluate([instruction_id], [complete(instruction_id)], " \n\t")
        assert (verdicts.strict, verdicts.loose) == ((0.0,), (0.0,))


def test_loose_variants_split_at_newline_only() -> None:
    assert loose_variants("a\u2028b\nc")[2:5] == ("c", "a\u2028b", "")
    assert len(loose_variants("")) == 8


# --- errors ----------------------------------------------------------------------------------


def test_an_unknown_instruction_is_named_with_near_matches() -> None:
    with pytest.raises(UnknownInstructionError, match="did you mean: detectable_format:title"):
        check("detectable_format:titel", {}, "x")
    for disabled in ("keywords:key_sentences", "multi-turn:constrained_start"):
        with pytest.raises(UsageError):
            check(disabled, {}, "x")


@pytest.mark.parametrize(
    ("instruction_id", "kwargs", "message"),
    [
        (
            "detectable_format:number_bullet_lists",
            {"num_bullets": "3"},
            "a whole number, found '3'",
        ),
        ("detectable_format:number_bullet_lists", {"num_bullets": True}, "a whole number"),
        ("detectable_format:number_bullet_lists", {"bullets": 3}, "unknown argument 'bullets'"),
        (
            "length_constraints:number_words",
            {"num_words": 3, "relation": "at most"},
            "'less than' or",
        ),
        ("keywords:existence", {"keywords": "cat"}, "a list of strings"),
        ("keywords:existence", {"keywords": ["(cat"]}, "not a valid regular expression"),
        ("keywords:existence", {"keywords": ["a{99999999999}"]}, "not a valid regular expression"),
        ("keywords:existence", {"keywords": ["(" * 9000 + ")" * 9000]}, "regular expression"),
        ("keywords:frequency", {"keyword": "*", "frequency": 1, "relation": "at least"}, "regular"),
        ("keywords:forbidden_words", {"forbidden_words": ["["]}, "regular expression"),
        ("combination:repeat_prompt", {}, "a string, found None"),
        ("combination:repeat_prompt", {"prompt_to_repeat": ""}, "non-empty"),
        ("startend:end_checker", {"end_phrase": 3}, "a string"),
        ("startend:quotation", [], "an object"),
        ("startend:quotation", {"x": 1}, "expected: none"),
    ],
)
def test_malformed_arguments(instruction_id: str, kwargs: Any, message: str) -> None:
    with pytest.raises(InstructionError, match=re.escape(message)) as caught:
        check(instruction_id, kwargs, "some text")
    assert caught.value.where == instruction_id


@pytest.mark.parametrize(
    ("instruction_id", "kwargs"),
    [
        ("keywords:existence", {}),
        ("keywords:existence", {"keywords": []}),
        ("keywords:frequency", {"frequency": 1, "relation": "at least"}),
        ("keywords:forbidden_words", {"forbidden_words": None}),
        ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 1, "nth_paragraph": 1}),
    ],
)
def test_a_draw_from_the_word_list_has_no_expectation(
    instruction_id: str, kwargs: dict[str, Any]
) -> None:
    with pytest.raises(UndeterminedArgumentError):
        check(instruction_id, kwargs, "text")
    assert check(instruction_id, kwargs, " ") == 0.0
    verdicts = evaluate([instruction_id], [kwargs], "text", strict_reading=True)
    assert (verdicts.strict, verdicts.random) == ((0.0,), (True,))


def test_mismatched_lists() -> None:
    with pytest.raises(InstructionError, match="1 instruction ids but 2 sets"):
        evaluate(["startend:quotation"], [{}, {}], "x")
    with pytest.raises(InstructionError, match="must be lists"):
        evaluate("startend:quotation", [{}], "x")


def test_distributions_sum_to_one() -> None:
    for instruction_id in INSTRUCTION_IDS:
        if instruction_id == "combination:repeat_prompt":
            continue
        outcomes = resolve(instruction_id, {}).outcomes
        if outcomes is not None:
            assert sum(chance for chance, _ in outcomes) == 1


# --- language, threads, speed ----------------------------------------------------------------


def test_language_detection_ignores_the_global_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    from langdetect import DetectorFactory

    text = "ok no die man"  # short: the answer hangs on the seed
    expected = detect(text)
    found: list[str | None] = []
    monkeypatch.setattr(DetectorFactory, "seed", 99)
    threads = [threading.Thread(target=lambda: found.append(detect(text))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


SIZE = 100_000  # a quadratic pattern takes far longer than the bound here
HAZARDS = {
    "prose": ("The quick brown fox, e.g. Mr. Smith's, jumped 3.5 m. WHY? " * 2_000)[:SIZE],
    "blank lines": "x" + "\n" * SIZE + "x",
    "spaces": "x" + " " * SIZE + "x",
    "open brackets": "[" * SIZE,
    "open angles": "<" * SIZE,
    "stars": "*x" * (SIZE // 2),
    "many sentences": "! " * (SIZE // 2),
    "space star": " *" * (SIZE // 2),
}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_no_rule_is_slow_on_a_long_reply(hazard: str) -> None:
    check("change_case:capital_word_frequency", {}, "warm. up")
    check("language:response_language", {}, "warm up")
    text = HAZARDS[hazard]
    for instruction_id in INSTRUCTION_IDS:
        for variant in ("base", "speech_ifeval"):
            begin = time.process_time()
            with suppress(InstructionError):  # JSON nested too deep
                check(instruction_id, complete(instruction_id), text, variant)
            spent = time.process_time() - begin
            assert spent < 5, f"{instruction_id} ({variant}): {spent:.1f} s"
