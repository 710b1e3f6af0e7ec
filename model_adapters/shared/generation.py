"""Which further generation arguments an adapter takes: what it does not have is refused, never ignored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from harness.core.generation_arguments import OWN_NAMES
from harness.errors import UnknownNameError, UsageError
from harness.types import Generation

NEUTRAL: Final[Mapping[str, float]] = {
    "num_beams": 1,
    "no_repeat_ngram_size": 0,
    "length_penalty": 1,
}
"""Arguments of ``generate`` that services and vLLM do not have, with the value that changes nothing."""


def check_extra(
    generation: Generation,
    taken: Collection[str],
    neutral: Mapping[str, float],
    *,
    owner: str,
    hint: str | None = None,
) -> None:
    """Refuse further arguments that an adapter does not take.

    Args:
        generation: how an answer is decoded.
        taken: arguments of ``extra`` that the adapter takes.
        neutral: those that it does not have, with the value that changes nothing.
        owner: who does not have them, such as ``vLLM's sampler has``.
        hint: what to do about an argument that it does not have.

    Raises:
        UnknownNameError: an argument that is neither taken nor known to be neutral.
        UsageError: a value other than the neutral one.

    >>> check_extra(Generation(extra={"num_beams": 1}), ("top_k",), NEUTRAL, owner="chat services have")
    """
    known = (*OWN_NAMES, *taken, *neutral)
    for name, value in generation.extra.items():
        if name not in taken and name not in neutral:
            raise UnknownNameError(
                "generation argument", name, known, hint=f"known: {', '.join(known)}"
            )
        if name in neutral and value != neutral[name]:
            raise UsageError(
                f"{owner} no {name}; found {value!r}",
                where=f"--gen-kwargs {name}",
                hint=hint or "leave it out",
            )
