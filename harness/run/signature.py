"""Signatures: what a number depends on, in one line next to it.

A signature is an ordered mapping of named parts; its text form is for people and is never parsed.
``n`` says how many items ran; ``data`` and ``n`` may differ between runs that are still compared on
shared items, any other part may not (``docs/statistics.md``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from harness.core.generation import Generation
from harness.core.keys import short_hash
from harness.core.scoring import Reading
from harness.core.task import DataInfo, FunctionRef, Template
from harness.errors import UsageError

Parts = dict[str, str]
_IN_MODE: Final = frozenset({"max_new_tokens", "do_sample", "temperature", "until", "seed"})
COMPARABLE_PARTS = frozenset({"data", "n", "subset"})
"""Parts that may differ between two runs that are paired item by item."""


def generation_part(generation: Generation) -> str:
    """Return how answers are decoded, in words and as a hash of the whole record.

    The words are ``greedy``, ``beams``, or ``sampled`` or ``t`` and the temperature of drawn answers; then the limit and whatever
    else was asked for, apart from stop strings and seed.

    >>> generation_part(Generation(limit=512))
    'greedy,512#85bb8d'
    >>> generation_part(Generation(64, sampled=True, temperature=0.7, top_p=0.9, extra={"top_k": 5}))
    't0.7,64,top_p=0.9,top_k=5#333812'
    """
    if generation.sampled:
        own = generation.temperature is None
        mode = "sampled" if own else f"t{generation.temperature:g}"
    else:
        mode = "beams" if (generation.extra.get("num_beams") or 1) > 1 else "greedy"
    content = generation.content()
    named = [f"{name}={_word(value)}" for name, value in content.items() if name not in _IN_MODE]
    return f"{','.join([mode, str(generation.limit), *named])}#{short_hash(content)}"


def signed_by_spelling(entry: Mapping[str, Any]) -> bool:
    """Return whether a task of a manifest was signed before ``Generation``, by how its arguments were spelled.

    >>> old = {"generation": {"max_gen_toks": 512}, "signature_parts": {"gen": "greedy,512#bd4ef6"}}
    >>> signed_by_spelling(old), signed_by_spelling({**old, "signature_parts": {"gen": "stored"}})
    (True, False)
    """
    part = entry.get("signature_parts", {}).get("gen", "stored")
    if part == "stored" or "generation" not in entry:
        return False
    try:
        return bool(part != generation_part(Generation.from_arguments(entry["generation"])))
    except UsageError:  # arguments that contradict each other were taken then
        return True


def _word(value: Any) -> str:
    """Return the short form of a value: numbers and plain words as they are, anything else by its hash."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:g}"
    plain = isinstance(value, str) and re.fullmatch(r"[\w.-]{1,20}", value)
    return value if plain else f"#{short_hash(value)}"


def prompt_part(template: Template, system: str | None) -> str:
    """Return the template id and a hash of its text and system prompt."""
    text = template.doc_to_text
    source = f"{text.module}.{text.name}" if isinstance(text, FunctionRef) else text
    return f"{template.id}#{short_hash([source, system])}"


def n_part(selected: int, info: DataInfo, loaded: int, repeats: int = 1) -> str:
    """Return how many items run of those that the benchmark copy lists, and how often each is asked.

    >>> n_part(20, DataInfo("x", total=500), 500), n_part(20, DataInfo("x", total=500), 500, 4)
    ('20/500', '20/500x4')
    """
    times = f"x{repeats}" if repeats > 1 else ""
    return f"{selected}/{max(info.total, loaded)}{times}"


def signature(task: str, parts: Mapping[str, str], reading: Reading | None = None) -> str:
    """Return the signature as text; with the reading for one number, without it for all numbers of a task.

    >>> signature("mmsu", {"data": "x#1", "n": "5/5"}, "strict")
    'mmsu|data:x#1|n:5/5|reading:strict'
    """
    named = [*parts.items(), *([("reading", reading)] if reading else [])]
    return "|".join([task, *(f"{name}:{value}" for name, value in named)])


def difference(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the parts in which two signatures differ, apart from data and n."""
    names = {**one, **other}
    return {
        name: (one.get(name, "-"), other.get(name, "-"))
        for name in names
        if name not in COMPARABLE_PARTS and one.get(name) != other.get(name)
    }
