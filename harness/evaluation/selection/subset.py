"""``--subset N``: a seeded sample of a task's items, the same on every machine, a smaller one inside a larger one.

Items are ranked by a hash of seed and content; the first N are taken, with ``--stratify FIELD`` in proportion to the values of a field. The order
of documents does not matter, and every model gets the same items.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from harness.core.task import Documents
from harness.errors import UsageError


def choose(
    documents: Documents,
    item_keys: Sequence[str],
    positions: Sequence[int],
    *,
    count: int,
    seed: int,
    field: str | None = None,
) -> list[list[int]]:
    """Return the positions of a sample as half-open ranges.

    Args:
        documents: all documents of the task.
        item_keys: their keys.
        positions: positions to choose from.
        count: items to take; all positions if there are fewer.
        seed: seed of the ranks.
        field: document field whose values keep their shares.

    Raises:
        UsageError: the documents have no such field.
    """
    ranked = sorted(positions, key=lambda position: _rank(seed, item_keys[position]))
    if field is None:
        chosen = ranked[:count]
    else:
        groups: dict[str, list[int]] = defaultdict(list)
        for position in ranked:
            groups[_value(documents[position], field)].append(position)
        chosen = _proportional(groups, min(count, len(ranked)))
    return _ranges(sorted(chosen))


def _value(document: Any, field: str) -> str:
    if field not in document:
        fields = ", ".join(name for name in document if not name.startswith("_"))
        raise UsageError(
            f"item {document.get('_id')!r} has no field {field!r}",
            where="--stratify",
            hint=f"fields: {fields}",
        )
    return str(document[field])


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()


def _proportional(groups: dict[str, list[int]], count: int) -> list[int]:
    """Take shares by largest remainder; equal remainders by the name of the value."""
    total = sum(map(len, groups.values()))
    exact = {name: count * len(members) / total for name, members in groups.items()}
    taken = {name: int(share) for name, share in exact.items()}
    rest = sorted(groups, key=lambda name: (taken[name] - exact[name], name))
    for name in rest[: count - sum(taken.values())]:
        taken[name] += 1
    return [position for name, members in groups.items() for position in members[: taken[name]]]


def _ranges(positions: Sequence[int]) -> list[list[int]]:
    """Return sorted positions as half-open ranges.

    >>> _ranges([0, 1, 4])
    [[0, 2], [4, 5]]
    """
    found: list[list[int]] = []
    for position in positions:
        if found and found[-1][1] == position:
            found[-1][1] += 1
        else:
            found.append([position, position + 1])
    return found
