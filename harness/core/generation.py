"""Generation arguments: what they mean, and which values are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from harness.errors import UsageError


def check_generation(generation: Mapping[str, Any]) -> None:
    """Refuse values that no model could take.

    Raises:
        UsageError: names the argument.

    >>> check_generation({"temperature": 0.7, "max_gen_toks": 512})
    """
    temperature, sample = generation.get("temperature"), generation.get("do_sample")
    expected = None
    if temperature is not None and not (_is_number(temperature) and 0 <= temperature < math.inf):
        expected = ("temperature", "a number of at least 0")
    elif sample is not None and not isinstance(sample, bool):
        expected = ("do_sample", "true or false")
    for name in ("max_gen_toks", "max_new_tokens"):
        limit = generation.get(name)
        if limit is not None and not (_is_number(limit) and limit >= 1 and limit == int(limit)):
            expected = (name, "an integer of at least 1")
    if expected is not None:
        name, wanted = expected
        raise UsageError(
            f"expected {wanted}, found {generation[name]!r}", where=f"--gen-kwargs {name}"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_sampled(generation: Mapping[str, Any]) -> bool:
    """Whether answers are drawn: the run's seed then belongs to the generation arguments.

    >>> is_sampled({"do_sample": False}), is_sampled({"temperature": 0.7})
    (False, True)
    """
    return bool(generation.get("do_sample")) or float(generation.get("temperature") or 0) > 0


DEFAULT_MAX_NEW_TOKENS: Final = 512


def stop_strings(generation: Mapping[str, Any]) -> tuple[str, ...]:
    r"""Strings that end an answer.

    >>> stop_strings({"until": ["\n\n", ""]}), stop_strings({"until": "END"}), stop_strings({})
    (('\n\n',), ('END',), ())
    """
    until = generation.get("until") or ()
    return tuple(stop for stop in ((until,) if isinstance(until, str) else until) if stop)
