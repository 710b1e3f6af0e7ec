"""Generation arguments for vLLM's ``SamplingParams``: pure, without vLLM.

The names are those of every local checkpoint (lm-eval's ``max_gen_toks``, transformers' ``max_new_tokens`` …) and
the penalties that vLLM has. What its sampler lacks (beams, a ban on repeated n-grams, a length penalty) is an error
unless the value is the one that changes nothing: an ignored argument would be another decoding than the one that is
recorded. Values that are not given are the checkpoint's own (``generation_config.json``), as for ``hf:`` and for
``vllm serve``: a repetition penalty always, temperature and the truncations when tokens are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.core.generation import DEFAULT_MAX_NEW_TOKENS, stop_strings
from harness.errors import UnknownNameError, UsageError

_LENGTH: Final = ("max_new_tokens", "max_gen_toks", "max_tokens")
_SAMPLING: Final = ("temperature", "top_p", "top_k", "min_p")
_PENALTIES: Final = ("repetition_penalty", "presence_penalty", "frequency_penalty")
_NEUTRAL: Final[Mapping[str, float]] = {
    "num_beams": 1,
    "no_repeat_ngram_size": 0,
    "length_penalty": 1,
}
_KNOWN: Final = (*_LENGTH, *_SAMPLING, *_PENALTIES, *_NEUTRAL, "do_sample", "until", "seed")
FROM_CHECKPOINT: Final = (*_SAMPLING, "repetition_penalty")
"""Fields of ``SamplingParams`` that a checkpoint's ``generation_config.json`` may set."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """How one answer is decoded.

    Attributes:
        arguments: keyword arguments of ``SamplingParams``, without seed and stop strings.
        until: strings that end the answer.
        seed: first part of the seed of a drawn answer, ``None`` for a greedy one.
    """

    arguments: Mapping[str, Any]
    until: tuple[str, ...] = ()
    seed: int | None = None


def plan_sampling(
    generation: Mapping[str, Any], own: Mapping[str, Any] | None = None
) -> SamplingPlan:
    r"""Translate declared generation arguments.

    As in lm-eval, a temperature of 0 means greedy, and a temperature above 0 without ``do_sample`` sampling.

    Args:
        generation: the declared arguments.
        own: the checkpoint's values of ``FROM_CHECKPOINT``.

    Raises:
        UnknownNameError: an argument that this adapter does not know.
        UsageError: a value that makes no sense, or an argument that vLLM lacks.

    >>> plan_sampling({"max_gen_toks": 8, "until": ["\n"]})
    SamplingPlan(arguments={'max_tokens': 8, 'temperature': 0.0}, until=('\n',), seed=None)
    >>> plan_sampling({"temperature": 0.7, "seed": 3}, {"top_k": 20}).arguments
    {'max_tokens': 512, 'temperature': 0.7, 'top_k': 20}
    """
    for name, value in generation.items():
        if name not in _KNOWN:
            raise UnknownNameError(
                "generation argument", name, _KNOWN, hint=f"known: {', '.join(_KNOWN)}"
            )
        if name in _NEUTRAL and value not in (None, _NEUTRAL[name]):
            raise UsageError(
                f"vLLM's sampler has no {name}; found {value!r}",
                where="--gen-kwargs",
                hint="leave it out, or evaluate the checkpoint with hf:",
            )
    lengths = [generation[name] for name in _LENGTH if generation.get(name) is not None]
    length = lengths[0] if lengths else DEFAULT_MAX_NEW_TOKENS
    if isinstance(length, bool) or not isinstance(length, int) or length < 1:
        raise UsageError(f"expected a number of tokens, found {length!r}", where="max_new_tokens")
    temperature, do_sample = generation.get("temperature"), generation.get("do_sample")
    sampled = (bool(temperature) if do_sample is None else bool(do_sample)) and temperature != 0
    values = {**(own or {}), **{k: v for k, v in generation.items() if v is not None}}
    arguments: dict[str, Any] = {"max_tokens": length}
    if not sampled:
        arguments["temperature"] = 0.0
    for name in (*(_SAMPLING if sampled else ()), *_PENALTIES):
        if name in values:
            arguments[name] = values[name]
    seed = int(generation.get("seed") or 0) if sampled else None
    return SamplingPlan(arguments, stop_strings(generation), seed)
