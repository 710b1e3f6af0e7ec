"""Generation arguments for vLLM's ``SamplingParams``: pure, without vLLM.

What vLLM's sampler lacks (beams, a ban on repeated n-grams, a length penalty) is an error
unless the value is the one that changes nothing: an ignored argument would be another decoding than the one that is
recorded. Values that are not given are the checkpoint's own (``generation_config.json``), as for ``hf:`` and for
``vllm serve``: a repetition penalty always, temperature and the truncations when tokens are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.errors import UsageError
from harness.types import Generation
from model_adapters.shared.generation import NEUTRAL, check_extra

_SAMPLING: Final = ("temperature", "top_p", "top_k", "min_p")
_PENALTIES: Final = ("repetition_penalty", "presence_penalty", "frequency_penalty")
FORMAT: Final = "response_format"
"""OpenAI's argument for replies that follow a JSON schema."""
_TAKEN: Final = ("top_k", "min_p", *_PENALTIES, FORMAT)
FROM_CHECKPOINT: Final = (*_SAMPLING, "repetition_penalty")
"""Fields of ``SamplingParams`` that a checkpoint's ``generation_config.json`` may set."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Decoding of one answer.

    Attributes:
        arguments: keyword arguments of ``SamplingParams``, without seed and stop strings.
        until: strings that end the answer.
        seed: first part of the seed of a drawn answer, ``None`` for a greedy one.
        schema: JSON schema that the answer is held to, ``None`` for free text.
    """

    arguments: Mapping[str, Any]
    until: tuple[str, ...] = ()
    seed: int | None = None
    schema: Mapping[str, Any] | None = None


def plan_sampling(generation: Generation, own: Mapping[str, Any] | None = None) -> SamplingPlan:
    r"""Return what vLLM is told.

    Args:
        generation: how the answer is decoded.
        own: the checkpoint's values of ``FROM_CHECKPOINT``.

    Raises:
        UnknownNameError: an argument that this adapter does not know.
        UsageError: an argument that vLLM lacks.

    >>> plan_sampling(Generation(8, stop=("\n",)))
    SamplingPlan(arguments={'max_tokens': 8, 'temperature': 0.0}, until=('\n',), seed=None, schema=None)
    >>> plan_sampling(Generation(sampled=True, temperature=0.7, seed=3), {"top_k": 20}).arguments
    {'max_tokens': 512, 'temperature': 0.7, 'top_k': 20}
    """
    check_extra(
        generation,
        _TAKEN,
        NEUTRAL,
        owner="vLLM's sampler has",
        hint="leave it out, or evaluate the checkpoint with hf:",
    )
    given = {"temperature": generation.temperature, "top_p": generation.top_p, **generation.extra}
    values = {**(own or {}), **{k: v for k, v in given.items() if v is not None}}
    arguments: dict[str, Any] = {"max_tokens": generation.limit}
    if not generation.sampled:
        arguments["temperature"] = 0.0
    for name in (*(_SAMPLING if generation.sampled else ()), *_PENALTIES):
        if name in values:
            arguments[name] = values[name]
    seed = (generation.seed or 0) if generation.sampled else None
    schema = _schema(generation) if FORMAT in generation.extra else None
    return SamplingPlan(arguments, generation.stop, seed, schema)


def _schema(generation: Generation) -> Mapping[str, Any]:
    """Return the schema of ``response_format``, in OpenAI's form."""
    found = generation.as_mapping()[FORMAT]
    inner = found.get("json_schema") if isinstance(found, dict) else None
    schema = inner.get("schema") if isinstance(inner, dict) else None
    if not isinstance(schema, dict) or found.get("type") != "json_schema":
        raise UsageError(
            f"expected a JSON schema, found {found!r}",
            where=f"--gen-kwargs {FORMAT}",
            hint='{"type": "json_schema", "json_schema": {"name": "verdict", "schema": {…}}}',
        )
    return schema
