"""Answers from a closed list: which texts a JSON schema allows, and which tokens may come next so that one of them is written.

A schema with properties of few values each (``enum``, ``const``, ``boolean``) has few texts, and those are a trie of tokens; free text or numbers
without a list need a grammar, which transformers has not.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

MOST: Final = 1_000
"""Most texts of a schema that are listed."""


def closed_choices(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return every text that a schema allows, as compact JSON in the order of its properties; ``None`` if it is not a short list.

    >>> closed_choices({"type": "object", "properties": {"verdict": {"enum": ["yes", "no"]}}, "required": ["verdict"]})
    ('{"verdict": "yes"}', '{"verdict": "no"}')
    >>> closed_choices({"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]}) is None
    True
    """
    properties = schema.get("properties")
    known = {"type", "properties", "required", "additionalProperties", "title", "description"}
    if not isinstance(properties, Mapping) or not properties or not schema.keys() <= known:
        return None
    if {*schema.get("required", ())} != properties.keys():
        return None
    lists = [_values(one) for one in properties.values()]
    count = 1
    for values in lists:
        count *= len(values)
    if not 0 < count <= MOST:
        return None
    return tuple(
        json.dumps(dict(zip(properties, chosen, strict=True)), ensure_ascii=False)
        for chosen in itertools.product(*lists)
    )


def _values(one: Any) -> list[Any]:
    """Return the values of a property, none if they are not listed."""
    if not isinstance(one, Mapping) or not one.keys() <= {"type", "enum", "const", "title", "description"}:  # fmt: skip
        return []
    if "enum" in one:
        return list(one["enum"]) if "const" not in one else []
    if "const" in one:
        return [one["const"]]
    return [True, False] if one.get("type") == "boolean" else []


def allowed_tokens(
    choices: Sequence[Sequence[int]], start: int, end: int
) -> Callable[[int, Any], list[int]]:
    """Return transformers' ``prefix_allowed_tokens_fn`` for a list of texts.

    Args:
        choices: every text as tokens.
        start: place in a row at which the answer begins.
        end: token that ends it.

    >>> allowed = allowed_tokens([[1, 2], [1, 3]], 0, 9)
    >>> allowed(0, []), allowed(0, [1]), allowed(0, [1, 3]), allowed(0, [1, 3, 9])
    ([1], [2, 3], [9], [9])
    """
    following: dict[tuple[int, ...], list[int]] = {}
    for choice in choices:
        tokens = (*choice, end)
        for place, token in enumerate(tokens):
            known = following.setdefault(tokens[:place], [])
            if token not in known:
                known.append(token)

    def allowed(_: int, row: Any) -> list[int]:
        written = row[start:] if isinstance(row, list) else row[start:].tolist()
        return following.get(tuple(written), [end])

    return allowed
