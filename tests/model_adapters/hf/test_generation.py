"""What ``generate`` is told of a record."""

from __future__ import annotations

import pytest

from harness.errors import UnknownNameError
from harness.types import Generation
from model_adapters.hf.generation import count_tokens, plan_generation


def test_greedy_switches_every_sampling_value_off() -> None:
    assert plan_generation(Generation()).arguments == {
        "max_new_tokens": 512,
        "do_sample": False,
        "temperature": None,
        "top_p": None,
        "top_k": None,
        "min_p": None,
    }


def test_sampling_values_are_passed_and_absent_ones_left_to_the_checkpoint() -> None:
    extra = {"top_k": 5, "repetition_penalty": 1.1}
    plan = plan_generation(Generation(sampled=True, temperature=0.3, seed=3, extra=extra))
    assert plan.arguments == {
        "max_new_tokens": 512,
        "do_sample": True,
        "temperature": 0.3,
        "top_k": 5,
        "repetition_penalty": 1.1,
    }
    assert plan.seed == 3


def test_an_argument_that_this_version_does_not_list_needs_its_prefix() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: max_time"):
        plan_generation(Generation(extra={"max_tine": 1}))
    plan = plan_generation(Generation(extra={"generate.newest": [1, 2]}))
    assert plan.arguments["newest"] == [1, 2]


def test_an_end_token_counts_and_padding_behind_it_does_not() -> None:
    eos = frozenset({2, 3})
    assert count_tokens([3], eos) == (1, True)
    assert count_tokens([], eos) == (0, False)
    assert count_tokens([7, 2, 2, 2], eos) == (2, True)
