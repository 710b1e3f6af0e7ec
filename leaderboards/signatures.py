"""Grouping of runs by signature: a table holds only runs that may share it.

Two results of one task are comparable when every part of their signatures but ``reading`` is equal,
``n:`` included. A run without a judge has no judged value, so its ``judge`` disagrees with none. A run joins the first set in which it disagrees with nobody about a task that both
have. Parts are compared as the manifest gives them; signature strings are never split.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase

from leaderboards.results import TaskResult
from leaderboards.tables import SignatureSet

Parts = Mapping[str, str]
JUDGE, NO_JUDGE = "judge", "none"


@dataclass(slots=True)
class _Set:
    runs: list[int] = field(default_factory=list)
    parts: dict[str, Parts] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)


def comparable_parts(result: TaskResult, shown: str = "") -> Parts:
    """Return the parts that must be equal for two results of one task to share a column.

    >>> result = TaskResult("t", "b", (), {}, parts={"prompt": "a#1", "reading": "strict"})
    >>> comparable_parts(result, "accuracy")
    {'prompt': 'a#1', 'metric': 'accuracy'}
    """
    parts = {name: value for name, value in result.parts.items() if name != "reading"}
    if not parts:  # a foreign run without parts: the string as a whole
        parts = {"signature": result.signature}
    return {**parts, "metric": shown} if shown else parts


def signature_sets(
    benchmark: str, runs: Mapping[int, Mapping[str, tuple[TaskResult, str]]]
) -> list[tuple[str, list[int], SignatureSet]]:
    """Group runs so that no group mixes signatures.

    Args:
        benchmark: name for the sets.
        runs: run index -> task -> (result, metrics that are shown).

    Returns:
        (label, run indices, signatures) of every set, in order of first appearance.
    """
    sets: list[_Set] = []
    for index, tasks in runs.items():
        mine = {task: comparable_parts(result, shown) for task, (result, shown) in tasks.items()}
        home = next((group for group in sets if not _differing(group.parts, mine)), None)
        if home is None:
            home = _Set()
            sets.append(home)
        home.runs.append(index)
        for task, (result, _) in tasks.items():
            known = home.parts.setdefault(task, mine[task])
            if (
                known.get(JUDGE) == NO_JUDGE
            ):  # the judge of the set is that of the first run with one
                home.parts[task] = {**known, JUDGE: mine[task].get(JUDGE, NO_JUDGE)}
            home.signatures.setdefault(task, result.signature)
    return [
        (
            label(position),
            group.runs,
            SignatureSet(
                benchmark,
                label(position),
                group.signatures,
                tuple(_differing(sets[0].parts, group.parts)),
            ),
        )
        for position, group in enumerate(sets)
    ]


def _differing(left: Mapping[str, Parts], right: Mapping[str, Parts]) -> list[str]:
    """Return the names of parts in which the tasks that both have disagree; see ``agree``."""
    names: dict[str, None] = {}
    for task in left.keys() & right.keys():
        for name in [*left[task], *right[task]]:
            pair = left[task].get(name), right[task].get(name)
            if pair[0] != pair[1] and not (name == JUDGE and NO_JUDGE in pair):
                names[name] = None
    return sorted(names)


def agree(one: TaskResult, other: TaskResult) -> bool:
    """Tell whether two results of one task may share a column.

    >>> parts = {"prompt": "a#1", "judge": "none"}
    >>> results = [TaskResult("t", "b", (), {}, parts={**parts, "judge": j}) for j in ("none", "x", "y")]
    >>> agree(results[0], results[1]), agree(results[1], results[2])
    (True, False)
    """
    return not _differing({one.task: comparable_parts(one)}, {one.task: comparable_parts(other)})


def label(position: int) -> str:
    """Return the name of a set: A to Z, then A2 to Z2, and so on.

    >>> [label(number) for number in (0, 25, 26)]
    ['A', 'Z', 'A2']
    """
    turn, letter = divmod(position, len(ascii_uppercase))
    return ascii_uppercase[letter] + (str(turn + 1) if turn else "")
