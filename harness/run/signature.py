"""Signatures: what a number depends on, in one line beside it.

A signature is an ordered mapping of named parts; its text form is for people and is never parsed.
``n`` says how many items ran; ``data`` and ``n`` may differ between runs that are still compared on
shared items, any other part may not (``docs/statistics.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.generation import is_sampled
from harness.core.keys import short_hash
from harness.core.scoring import Reading
from harness.core.task import DataInfo, FunctionRef, Template

Parts = dict[str, str]
COMPARABLE_PARTS = frozenset({"data", "n"})
"""Parts that may differ between two runs that are paired item by item."""


def generation_part(generation: Mapping[str, Any]) -> str:
    """Short form of the generation arguments.

    >>> generation_part({"do_sample": False, "max_gen_toks": 512, "until": []})
    'greedy,512#bd4ef6'
    """
    mode = f"t{float(generation.get('temperature', 1.0)):g}" if is_sampled(generation) else "greedy"
    limit = generation.get("max_gen_toks", generation.get("max_new_tokens"))
    head = mode if limit is None else f"{mode},{limit}"
    return f"{head}#{short_hash(dict(generation))}"


def prompt_part(template: Template, system: str | None) -> str:
    """Template id and a hash of its text and system prompt."""
    text = template.doc_to_text
    source = f"{text.module}.{text.name}" if isinstance(text, FunctionRef) else text
    return f"{template.id}#{short_hash([source, system])}"


def n_part(selected: int, info: DataInfo, loaded: int, repeats: int = 1) -> str:
    """Items that run, of those that the benchmark copy lists, and how often each is asked.

    >>> n_part(20, DataInfo("x", total=500), 500), n_part(20, DataInfo("x", total=500), 500, 4)
    ('20/500', '20/500x4')
    """
    times = f"x{repeats}" if repeats > 1 else ""
    return f"{selected}/{max(info.total, loaded)}{times}"


def signature(task: str, parts: Mapping[str, str], reading: Reading | None = None) -> str:
    """Text form; with the reading for one number, without it for all numbers of a task.

    >>> signature("mmsu", {"data": "x#1", "n": "5/5"}, "strict")
    'mmsu|data:x#1|n:5/5|reading:strict'
    """
    named = [*parts.items(), *([("reading", reading)] if reading else [])]
    return "|".join([task, *(f"{name}:{value}" for name, value in named)])


def difference(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Parts in which two signatures differ, apart from data and n."""
    names = {**one, **other}
    return {
        name: (one.get(name, "-"), other.get(name, "-"))
        for name in names
        if name not in COMPARABLE_PARTS and one.get(name) != other.get(name)
    }
