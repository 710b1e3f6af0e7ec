"""Generation arguments as fields of a chat completion request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from harness.core.generation import stop_strings
from harness.errors import UnknownNameError, UsageError

LengthField = Literal["max_completion_tokens", "max_tokens"]


MOST_STOPS: Final = 4
"""Stop strings that OpenAI takes; the rest is cut here."""


_LENGTH: Final = ("max_new_tokens", "max_gen_toks", "max_tokens", "max_completion_tokens")


_SAMPLING: Final = ("top_p", "top_k", "min_p")


_PENALTIES: Final = ("repetition_penalty", "presence_penalty", "frequency_penalty")


_NEUTRAL: Final[Mapping[str, float]] = {
    "num_beams": 1,
    "no_repeat_ngram_size": 0,
    "length_penalty": 1,
}


_KNOWN: Final = (
    *_LENGTH,
    *_SAMPLING,
    *_PENALTIES,
    *_NEUTRAL,
    *("temperature", "do_sample", "until", "seed"),
)


def generation_fields(
    generation: Mapping[str, Any], *, repeat: int = 0, length_field: LengthField = "max_tokens"
) -> dict[str, Any]:
    """Fields of the body for declared generation arguments, in lm-eval's or transformers' names.

    Greedy decoding is ``temperature`` 0; it is the default, as everywhere in the harness. A seed is moved by
    the number of the repeat.

    Raises:
        UnknownNameError: an argument that chat services do not have.
        UsageError: an argument that only local checkpoints have, with a value that matters.

    >>> generation_fields({"max_gen_toks": 16, "do_sample": False, "until": []})
    {'max_tokens': 16, 'temperature': 0}
    >>> generation_fields({"temperature": 0.7, "seed": 5}, repeat=2)
    {'temperature': 0.7, 'seed': 7}
    """
    for name, value in generation.items():
        if name not in _KNOWN:
            raise UnknownNameError(
                "generation argument", name, _KNOWN, hint=f"known: {', '.join(_KNOWN)}"
            )
        if name in _NEUTRAL and value not in (None, _NEUTRAL[name]):
            raise UsageError(f"chat services have no {name}; found {value!r}", where="--gen-kwargs")
    fields: dict[str, Any] = {}
    lengths = [generation[name] for name in _LENGTH if generation.get(name) is not None]
    if lengths:
        fields[length_field] = lengths[0]
    temperature, do_sample = generation.get("temperature"), generation.get("do_sample")
    sampled = (bool(temperature) if do_sample is None else bool(do_sample)) and temperature != 0
    if not sampled:
        fields["temperature"] = 0
    elif temperature is not None:
        fields["temperature"] = temperature
    for name in (*(_SAMPLING if sampled else ()), *_PENALTIES):
        if generation.get(name) is not None:
            fields[name] = generation[name]
    if generation.get("seed") is not None:
        fields["seed"] = int(generation["seed"]) + repeat
    if stops := stop_strings(generation):
        fields["stop"] = list(stops[:MOST_STOPS])
    return fields
