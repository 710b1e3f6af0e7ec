"""How an answer is decoded, as arguments of ``generate``: pure, without torch.

For a greedy answer every sampling value of the checkpoint's own ``generation_config.json`` is switched off; its other
values (a repetition penalty) stay in force, as for any user of the checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.core.generation_arguments import OWN_NAMES
from harness.errors import UnknownNameError
from harness.types import Generation
from model_adapters.hf.arguments import GENERATION, GENERATION_PREFIX

_SAMPLING: Final = ("temperature", "top_p", "top_k", "min_p")


@dataclass(frozen=True)
class GenerationPlan:
    """Arguments for ``generate``, and the treatment of its text.

    Attributes:
        arguments: keyword arguments of ``generate``.
        until: strings that end the answer; they and what follows are cut.
        sampled: whether tokens are drawn.
        seed: first part of the seed of a drawn answer.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    until: tuple[str, ...] = ()
    sampled: bool = False
    seed: int = 0

    @property
    def max_new_tokens(self) -> int:
        """Most tokens of an answer."""
        return int(self.arguments["max_new_tokens"])


def plan_generation(generation: Generation) -> GenerationPlan:
    r"""Return what ``generate`` is told.

    Raises:
        UnknownNameError: an argument that this adapter does not know.

    >>> plan = plan_generation(Generation(8, stop=("\n",)))
    >>> plan.max_new_tokens, plan.until, plan.sampled
    (8, ('\n',), False)
    """
    extra: dict[str, Any] = {}
    for name, value in generation.as_mapping().items():
        if name in OWN_NAMES:
            continue
        if name not in GENERATION and not name.startswith(GENERATION_PREFIX):
            raise UnknownNameError(
                "generation argument",
                name,
                sorted(GENERATION.union(OWN_NAMES)),
                hint=f"one of generate that is not known here: --gen-kwargs {GENERATION_PREFIX}NAME=…",
            )
        extra[name.removeprefix(GENERATION_PREFIX)] = value
    given = {"temperature": generation.temperature, "top_p": generation.top_p, **extra}
    arguments: dict[str, Any] = {
        "max_new_tokens": generation.limit,
        "do_sample": generation.sampled,
    }
    for name in _SAMPLING:
        if not generation.sampled:
            arguments[name] = None
        elif given.get(name) is not None:
            arguments[name] = given[name]
    arguments |= {name: value for name, value in extra.items() if name not in _SAMPLING}
    return GenerationPlan(arguments, generation.stop, generation.sampled, generation.seed or 0)


def count_tokens(tokens: Sequence[int], eos: frozenset[int]) -> tuple[int, bool]:
    """Return the length of a generated row up to and with its first end token, and whether it has one.

    >>> count_tokens([5, 6, 2, 0, 0], frozenset({2}))
    (3, True)
    >>> count_tokens([5, 6], frozenset({2}))
    (2, False)
    """
    for position, token in enumerate(tokens, start=1):
        if token in eos:
            return position, True
    return len(tokens), False
