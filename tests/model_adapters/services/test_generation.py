"""Generation arguments: lm-eval's names and transformers' mean the same."""

from __future__ import annotations

from typing import Any

import pytest

from harness.core.generation import DEFAULT_MAX_NEW_TOKENS
from harness.errors import UnknownNameError, UsageError
from model_adapters.hf.generation import count_tokens, plan_generation
from model_adapters.shared.reply_text import cut_at, split_reasoning


def test_greedy_switches_every_sampling_value_off() -> None:
    plan = plan_generation({"do_sample": False, "temperature": 0.7, "top_p": 0.9})
    assert plan.arguments == {
        "max_new_tokens": DEFAULT_MAX_NEW_TOKENS,
        "do_sample": False,
        "temperature": None,
        "top_p": None,
        "top_k": None,
        "min_p": None,
    }


@pytest.mark.parametrize(
    ("generation", "length"),
    [
        ({"max_gen_toks": 8}, 8),
        ({"max_new_tokens": 9}, 9),
        ({"max_tokens": 10}, 10),
        ({"max_new_tokens": 9, "max_gen_toks": 8}, 9),
        ({"max_new_tokens": None, "max_gen_toks": 8}, 8),
        ({}, DEFAULT_MAX_NEW_TOKENS),
    ],
)
def test_lengths(generation: dict[str, Any], length: int) -> None:
    assert plan_generation(generation).max_new_tokens == length


@pytest.mark.parametrize(
    ("generation", "sampled"),
    [
        ({}, False),
        ({"temperature": 0}, False),
        ({"temperature": 0.0, "do_sample": True}, False),
        ({"temperature": 0.3}, True),
        ({"temperature": 0.3, "do_sample": False}, False),
        ({"do_sample": True}, True),
    ],
)
def test_when_tokens_are_drawn(generation: dict[str, Any], sampled: bool) -> None:
    plan = plan_generation(generation)
    assert plan.sampled is plan.arguments["do_sample"] is sampled


def test_sampling_values_are_passed_and_absent_ones_left_to_the_checkpoint() -> None:
    plan = plan_generation({"temperature": 0.3, "top_k": 5, "repetition_penalty": 1.1, "seed": 3})
    assert plan.arguments["temperature"] == 0.3
    assert plan.arguments["top_k"] == 5
    assert plan.arguments["repetition_penalty"] == 1.1
    assert "top_p" not in plan.arguments
    assert plan.seed == 3


@pytest.mark.parametrize("length", [0, -1, True, "8", 1.5])
def test_impossible_length(length: Any) -> None:
    with pytest.raises(UsageError, match="number of tokens"):
        plan_generation({"max_new_tokens": length})


def test_unknown_argument() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: max_gen_toks"):
        plan_generation({"max_gen_tok": 1})


def test_until_may_be_a_string_and_empty_stops_mean_nothing() -> None:
    assert plan_generation({"until": "\n"}).until == ("\n",)
    assert plan_generation({"until": ["", "x"]}).until == ("x",)
    assert plan_generation({"until": None}).until == ()
    assert cut_at("one two three", ["three", "two"]) == ("one ", True)


def test_reasoning_whose_opening_the_template_wrote() -> None:
    assert split_reasoning("It barks.</think>\ndog") == ("It barks.", "dog")
    assert split_reasoning(" I <think> so ") == (None, " I <think> so ")


def test_an_end_token_counts_and_padding_behind_it_does_not() -> None:
    eos = frozenset({2, 3})
    assert count_tokens([3], eos) == (1, True)
    assert count_tokens([], eos) == (0, False)
    assert count_tokens([7, 2, 2, 2], eos) == (2, True)
