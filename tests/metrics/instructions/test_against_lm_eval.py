"""Every rule gives the verdict of lm-eval's checker (the same 25 rules as Google and VoiceBench)."""

from __future__ import annotations

import random
import types
from collections.abc import Iterator

import pytest

from metrics.instructions import INSTRUCTION_IDS, check, evaluate
from metrics.instructions.arguments import PARAMETERS
from tests.support.budget import examples
from tests.support.data.instruction_replies import arguments, reply
from tests.support.lm_eval_checkers import lm_eval_ifeval

REPLIES = examples(600)


@pytest.fixture(scope="module")
def upstream() -> Iterator[types.SimpleNamespace]:
    with lm_eval_ifeval() as modules:
        yield modules


def test_the_registries_hold_the_same_ids(upstream: types.SimpleNamespace) -> None:
    assert set(INSTRUCTION_IDS) == set(upstream.registry.INSTRUCTION_DICT)
    assert len(INSTRUCTION_IDS) == 25


@pytest.mark.parametrize("instruction_id", INSTRUCTION_IDS)
def test_strict_and_loose_verdicts_are_equal(
    instruction_id: str, upstream: types.SimpleNamespace
) -> None:
    rng = random.Random(instruction_id)
    names = [parameter.name for parameter in PARAMETERS[instruction_id]]
    seen = set()
    for _ in range(REPLIES if instruction_id != "language:response_language" else REPLIES // 4):
        # a false value would be dropped by lm-eval's wrapper and drawn at random
        kwargs = {name: value or 1 for name, value in arguments(rng, names).items()}
        if kwargs.get("nth_paragraph", 0) > kwargs.get("num_paragraphs", 9):
            kwargs["nth_paragraph"] = kwargs["num_paragraphs"]
        text = reply(rng)
        example = upstream.utils.InputExample(0, [instruction_id], "", [kwargs])
        verdicts = evaluate([instruction_id], [kwargs], text)
        for mode, mine in (("strict", verdicts.strict), ("loose", verdicts.loose)):
            theirs = getattr(upstream.utils, f"test_instruction_following_{mode}")(example, text)
            expected = tuple(float(passed) for passed in theirs.follow_instruction_list)
            assert mine == expected, (mode, kwargs, text)
            seen.add(expected)
    assert len(seen) == 2, "the generated replies must reach both verdicts"


def test_zero_thresholds_reach_the_checker_unchanged(upstream: types.SimpleNamespace) -> None:
    rng = random.Random(1)
    for instruction_id in INSTRUCTION_IDS:
        names = [parameter.name for parameter in PARAMETERS[instruction_id]]
        for _ in range(40):
            kwargs = arguments(rng, names)
            if kwargs.get("nth_paragraph", 0) > kwargs.get("num_paragraphs", 9):
                continue
            text = reply(rng)
            checker = upstream.registry.INSTRUCTION_DICT[instruction_id](instruction_id)
            checker.build_description(**kwargs)
            expected = bool(text.strip()) and bool(checker.check_following(text))
            assert check(instruction_id, kwargs, text) == expected, (instruction_id, kwargs, text)


@pytest.mark.parametrize(
    ("instruction_id", "kwargs", "text"),
    [
        ("keywords:letter_frequency", {"letter": "#", "let_frequency": 2, "let_relation": "at least"}, "aabbcd"),
        ("keywords:letter_frequency", {"let_frequency": 1, "let_relation": "less than"}, "hello"),
        ("keywords:letter_frequency", {"letter": "ab"}, "hello hello hello"),
        ("keywords:frequency", {"keyword": "a"}, "a a"),
        ("length_constraints:number_sentences", {}, "One. Two. Three."),
        ("length_constraints:number_sentences", {"relation": "less than"}, "One. Two. Three."),
        ("length_constraints:number_words", {"relation": "at least"}, "word " * 250),
        ("length_constraints:number_paragraphs", {"num_paragraphs": -1}, "a *** b"),
        ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "first_word": "a"}, "a\n\nb"),
        ("length_constraints:nth_paragraph_first_word", {"nth_paragraph": 9, "first_word": "a"}, "a\n\na"),
        ("detectable_content:number_placeholders", {}, "[a] [b]"),
        ("detectable_content:postscript", {}, "x\nP.S. y"),
        ("detectable_format:number_bullet_lists", {}, "* a\n* b"),
        ("detectable_format:number_highlighted_sections", {}, "*a* *b*"),
        ("detectable_format:multiple_sections", {"num_sections": None}, "Section 1 a Section 2 b"),
        ("startend:end_checker", {}, "Any other questions?"),
        ("change_case:capital_word_frequency", {}, "NASA AND ESA"),
        ("language:response_language", {}, "This is an English sentence."),
    ],
)  # fmt: skip
def test_expectations_are_the_mean_of_many_upstream_draws(
    instruction_id: str, kwargs: dict[str, object], text: str, upstream: types.SimpleNamespace
) -> None:
    random.seed(7)  # upstream draws from the module-level generator
    draws = examples(2400)
    passed = 0
    for _ in range(draws):
        checker = upstream.registry.INSTRUCTION_DICT[instruction_id](instruction_id)
        checker.build_description(**kwargs)
        passed += bool(checker.check_following(text))
    expectation = check(instruction_id, kwargs, text)
    assert 0 < expectation < 1
    assert expectation == pytest.approx(
        passed / draws, abs=4 * (expectation * (1 - expectation) / draws) ** 0.5
    )
