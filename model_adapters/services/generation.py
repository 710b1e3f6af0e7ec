"""How an answer is decoded, as fields of a chat completion request."""

from __future__ import annotations

from typing import Any, Final, Literal

from harness.types import Generation
from model_adapters.shared.generation import NEUTRAL, check_extra

LengthField = Literal["max_completion_tokens", "max_tokens"]


MOST_STOPS: Final = 4
"""Stop strings that OpenAI takes; the rest is cut here."""


_TAKEN: Final = ("top_k", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty")
"""Further arguments; a service that does not have one refuses the request."""


FIELDS: Final = frozenset(
    {"max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "seed", *_TAKEN}
)
"""Fields of the body that are made here."""


def generation_fields(
    generation: Generation, *, repeat: int = 0, length_field: LengthField = "max_tokens"
) -> dict[str, Any]:
    """Return the fields of the body for one answer.

    Greedy decoding is ``temperature`` 0. A seed is moved by the number of the repeat.

    Raises:
        UnknownNameError: an argument that chat services do not have.
        UsageError: an argument that only local checkpoints have, with a value that matters.

    >>> generation_fields(Generation(16))
    {'max_tokens': 16, 'temperature': 0}
    >>> generation_fields(Generation(8, sampled=True, temperature=0.7, seed=5), repeat=2)
    {'max_tokens': 8, 'temperature': 0.7, 'seed': 7}
    """
    check_extra(generation, _TAKEN, NEUTRAL, owner="chat services have")
    fields: dict[str, Any] = {length_field: generation.limit}
    if not generation.sampled:
        fields["temperature"] = 0
    elif generation.temperature is not None:
        fields["temperature"] = generation.temperature
    if generation.top_p is not None:
        fields["top_p"] = generation.top_p
    fields |= {name: generation.extra[name] for name in _TAKEN if name in generation.extra}
    if generation.seed is not None:
        fields["seed"] = generation.seed + repeat
    if generation.stop:
        fields["stop"] = list(generation.stop[:MOST_STOPS])
    return fields
