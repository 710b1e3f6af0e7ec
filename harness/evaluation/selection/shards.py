"""Shards of a run: which of its items one of several independent processes asks.

Nothing is shared between the processes: each plans the whole run and deals it out in the same way, by content alone. Items
are dealt per task, the longest clips first and equal ones by a hash of item and repeat, back and forth over the shards,
so that shards differ by at most one item and by less than their longest clip in every task. The order of documents, the
machine and the moment do not matter. ``harness.evaluation.merge`` puts the run directories together.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import AudioError, UsageError
from harness.run.constraints import MOST_SHARDS
from harness.run.files import ShardEntry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from harness.evaluation.plan import PlannedTask

Unit = tuple[int, int]
"""(position of the document, repeat): one item that is asked."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a run, ``index`` of ``of``, from 1.

    >>> str(Shard(2, 4))
    '2/4'
    """

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def entry(self, items: Mapping[str, int]) -> ShardEntry:
        """Return the manifest's entry; ``items`` says how many this shard asks of every task."""
        return {"index": self.index, "of": self.of, "items": dict(items)}

    def units(self, task: PlannedTask) -> list[Unit]:
        """Return what this shard asks of a task, in the order of documents.

        The header of every selected clip is read once; one that cannot be read counts as 0 seconds.
        """
        chosen = self._chosen(task)
        return [unit for unit, mine in zip(all_units(task), chosen.tolist(), strict=True) if mine]

    def _chosen(self, task: PlannedTask) -> npt.NDArray[np.bool_]:
        import numpy as np

        seconds = np.repeat(
            [_seconds(task, position) for position in task.positions()], task.repeats
        )
        order_keys = np.fromiter(
            (_hash(task.item_keys[position], repeat) for position, repeat in all_units(task)),
            dtype=np.uint64,
            count=len(seconds),
        )
        dealt = np.empty(len(seconds), dtype=np.int64)
        dealt[np.lexsort((order_keys, -seconds))] = np.arange(len(seconds))
        turn, place = np.divmod(dealt, self.of)
        owner = np.where(turn % 2 == 0, place, self.of - 1 - place)
        # every task begins with another shard: the first one does not get the odd item of all of them
        mine: npt.NDArray[np.bool_] = (owner + _hash(task.name, 0)) % self.of == self.index - 1
        return mine


class Work:
    """The items that one command asks: all of its tasks, or those of its shard.

    Attributes:
        shard: the part of the run, ``None`` for all of it.
        counts: items to ask by task, repeats counted.
    """

    def __init__(self, shard: Shard | None, counts: Mapping[str, int]) -> None:
        self.shard = shard
        self.counts = dict(counts)
        self._planned: dict[str, int] = {}
        self._units: dict[str, list[Unit]] = {}

    @classmethod
    def of(cls, tasks: Sequence[PlannedTask], shard: Shard | None) -> Work:
        """Return the work of a command on planned tasks."""
        work = cls(shard, {task.name: task.count * task.repeats for task in tasks})
        work._planned = dict(work.counts)
        if shard is not None:
            for task in tasks:
                work._units[task.name] = shard.units(task)
                work.counts[task.name] = len(work._units[task.name])
        return work

    def units(self, task: PlannedTask) -> Iterable[Unit]:
        """Return what is asked of a task."""
        return all_units(task) if self.shard is None else self._units[task.name]

    def lacking(self, name: str, missing: int) -> int:
        """Return how many of ``missing`` items without a line were for this command to ask."""
        return missing - (self._planned[name] - self.counts[name])

    def elsewhere(self) -> int:
        """Return how many items the other shards ask."""
        return sum(self._planned.values()) - sum(self.counts.values())

    def entry(self) -> ShardEntry | None:
        """Return the manifest's entry, ``None`` for a whole run."""
        return None if self.shard is None else self.shard.entry(self.counts)

    def shard_note(self) -> str | None:
        """Say what to do with a shard that is complete."""
        if self.shard is None:
            return None
        return f"shard {self.shard} is complete; when all are: harness merge RUN_DIR… -o RUN_DIR"


def all_units(task: PlannedTask) -> Iterator[Unit]:
    """Yield every item of a task: documents in order, the repeats of each."""
    for position in task.positions():
        for repeat in range(task.repeats):
            yield position, repeat


def parse_shard(text: str | None) -> Shard | None:
    """Parse ``--shard``; ``None`` is the whole run.

    >>> parse_shard("3/8")
    Shard(index=3, of=8)

    Raises:
        UsageError: not of the form ``I/N`` with I from 1 to N.
    """
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text, re.ASCII)
    index, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= index <= of <= MOST_SHARDS:
        raise UsageError(
            f"{text!r} does not name a part of a run",
            where="--shard",
            hint="the first of four is 1/4, the last 4/4",
        )
    return Shard(index, of)


def _seconds(task: PlannedTask, position: int) -> float:
    total = 0.0
    for clip in task.documents[position].get("_audio") or ():
        try:
            total += clip.seconds
        except AudioError:
            continue
    return round(total, 3)


def _hash(text: str, repeat: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{text}:{repeat}".encode()).digest()[:7], "big")
