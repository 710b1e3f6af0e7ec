"""Generation arguments of local checkpoints: pure, without torch.

``Request.generation`` may use lm-eval's names (``max_gen_toks``, ``until``) or those of transformers
(``max_new_tokens``); both mean the same. Greedy decoding is the default, and then every sampling value of
the checkpoint's own ``generation_config.json`` is switched off; its other values (a repetition penalty)
stay in force, as for any user of the checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.core.generation import DEFAULT_MAX_NEW_TOKENS
from harness.errors import UnknownNameError, UsageError
from model_adapters.hf.arguments import GENERATION

_LENGTH: Final = ("max_new_tokens", "max_gen_toks", "max_tokens")
_SAMPLING: Final = ("temperature", "top_p", "top_k", "min_p")
_OURS: Final = (*_LENGTH, *_SAMPLING, "do_sample", "until", "seed")


@dataclass(frozen=True)
class GenerationPlan:
    """What to pass to ``generate`` and what to do with the text.

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


def plan_generation(
    generation: Mapping[str, Any], further: Mapping[str, Any] | None = None
) -> GenerationPlan:
    r"""Translate declared generation arguments.

    As in lm-eval, a temperature of 0 means greedy, and a temperature above 0 without ``do_sample`` means
    sampling.

    Args:
        generation: what the request declares.
        further: what the user gave for ``generate`` beside it; the request wins.

    Raises:
        UnknownNameError: an argument that this adapter does not know.
        UsageError: a value that makes no sense.

    >>> plan = plan_generation({"max_gen_toks": 8, "until": ["\n"]})
    >>> plan.max_new_tokens, plan.until, plan.sampled
    (8, ('\n',), False)
    >>> plan_generation({"temperature": 0.7}).sampled
    True
    """
    further = further or {}
    generation = {**further, **generation}
    known = (*_OURS, *sorted(GENERATION.difference(_OURS)))
    for name in generation:
        if name not in known and name not in further:
            raise UnknownNameError(
                "generation argument",
                name,
                known,
                hint="one of generate that is not known here: -M generate.NAME",
            )
    lengths = [generation[name] for name in _LENGTH if generation.get(name) is not None]
    length = lengths[0] if lengths else DEFAULT_MAX_NEW_TOKENS
    if isinstance(length, bool) or not isinstance(length, int) or length < 1:
        raise UsageError(f"expected a number of tokens, found {length!r}", where="max_new_tokens")
    temperature = generation.get("temperature")
    do_sample = generation.get("do_sample")
    sampled = bool(temperature) if do_sample is None else bool(do_sample)
    if temperature == 0:
        sampled = False
    arguments: dict[str, Any] = {"max_new_tokens": length, "do_sample": sampled}
    for name in _SAMPLING:
        value = generation.get(name)
        if not sampled:
            arguments[name] = None
        elif value is not None:
            arguments[name] = value
    for name, value in generation.items():
        if name not in _OURS and value is not None:
            arguments[name] = value
    until = generation.get("until") or ()
    if isinstance(until, str):
        until = (until,)
    stops = tuple(stop for stop in until if stop)
    return GenerationPlan(arguments, stops, sampled, int(generation.get("seed") or 0))


def count_tokens(tokens: Sequence[int], eos: frozenset[int]) -> tuple[int, bool]:
    """Length of a generated row up to and with its first end token, and whether it has one.

    >>> count_tokens([5, 6, 2, 0, 0], frozenset({2}))
    (3, True)
    >>> count_tokens([5, 6], frozenset({2}))
    (2, False)
    """
    for position, token in enumerate(tokens, start=1):
        if token in eos:
            return position, True
    return len(tokens), False
