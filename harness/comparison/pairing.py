"""Pairing the sample lines of two runs of one task, item by item.

Items are paired by ``item_key`` (and repeat), so a scored file whose ids are its own pairs with an
evaluated run. An id that both runs have with different keys, one of them unknown to the other run, is
another version of the data. What has no partner and what ended in an infrastructure error on
either side is counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two runs of one task, aligned.

    Attributes:
        pairs: (baseline line, candidate line) with an answer on both sides, in the baseline's order.
        errors: pairs with outcome ``error`` on either side, in the same form.
        only_baseline: ids without a partner in the candidate.
        only_candidate: ids without a partner in the baseline.
        changed: ids on both sides whose documents differ.
    """

    pairs: list[tuple[Line, Line]] = field(default_factory=list)
    errors: list[tuple[Line, Line]] = field(default_factory=list)
    only_baseline: list[Any] = field(default_factory=list)
    only_candidate: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Items without a usable pair."""
        return len(self.errors) + len(self.only_baseline) + len(self.only_candidate)

    @property
    def total(self) -> int:
        """Items of either run."""
        return len(self.pairs) + self.missing

    @property
    def missing_share(self) -> float:
        """Share of items without a usable pair; 1 if there are no items."""
        return self.missing / self.total if self.total else 1.0


def pair_lines(baseline: Iterable[Line], candidate: Iterable[Line]) -> Pairing:
    """Align the lines of one task.

    Args:
        baseline: lines with ``id``, ``repeat``, ``item_key`` and ``outcome``.
        candidate: likewise.

    >>> line = {"id": "1", "repeat": 0, "item_key": "k", "outcome": "answered"}
    >>> pair_lines([line], [line, {**line, "id": "2", "item_key": "m"}]).only_candidate
    ['2']
    """
    ours, theirs = _by_key(baseline), _by_key(candidate)
    result = Pairing(changed=_changed(ours, theirs))
    for key, line in ours.items():
        other = theirs.get(key)
        if other is None:
            result.only_baseline.append(line["id"])
        elif "error" in (line["outcome"], other["outcome"]):
            result.errors.append((line, other))
        else:
            result.pairs.append((line, other))
    result.only_candidate.extend(line["id"] for key, line in theirs.items() if key not in ours)
    return result


def _by_key(lines: Iterable[Line]) -> dict[tuple[str, int], Line]:
    return {(str(line["item_key"]), int(line.get("repeat") or 0)): line for line in lines}


def _changed(
    ours: Mapping[tuple[str, int], Line], theirs: Mapping[tuple[str, int], Line]
) -> list[Any]:
    known_ours = {key for key, _ in ours}
    known_theirs = {key for key, _ in theirs}
    keys = {line["id"]: key for (key, _), line in theirs.items()}
    changed: dict[Any, None] = {}
    for (key, _), line in ours.items():
        other = keys.get(line["id"], key)
        if other != key and (key not in known_theirs or other not in known_ours):
            changed[line["id"]] = None
    return list(changed)


def clusters(pairs: Iterable[tuple[Line, Line]]) -> list[str]:
    """Return the cluster of every pair: what the task declares (a clip, a speaker), else the item itself.

    Repeats of an item share its key, so they are one cluster too.
    """
    return [
        f"cluster {line['cluster']}" if line.get("cluster") is not None else str(line["item_key"])
        for line, _ in pairs
    ]
