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
from harness.run.files import SubsetEntry
from harness.settings import Settings


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


def sample_entry(settings: Settings) -> SubsetEntry | None:
    """Return what is said of a sample of items.

    Raises:
        UsageError: a field to stratify by, and no sample.
    """
    if settings.subset is None:
        if settings.stratify is not None:
            raise UsageError("--stratify is for --subset", where="--stratify", hint="--subset N")
        return None
    entry: SubsetEntry = {"n": settings.subset, "seed": settings.seed}
    return {**entry, "stratify": settings.stratify} if settings.stratify is not None else entry


def subset_part(entry: SubsetEntry) -> str:
    """Return the part of a signature that names a sample: size, seed and field.

    >>> subset_part({"n": 200, "seed": 1234, "stratify": "accent"})
    '200@1234/accent'
    """
    field = f"/{entry['stratify']}" if "stratify" in entry else ""
    return f"{entry['n']}@{entry['seed']}{field}"
