"""Which items are finished, and where their lines stand: a mapping that costs little per item.

A run of hundreds of thousands of items asks this of every one of them, so the last attempt of an item is a row in
arrays, not an object. Besides its id a row takes about 50 bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from harness.core.scoring import Outcome

ItemId = str | int
AttemptKey = tuple[str, ItemId, int]
"""(task, item id, repeat)."""

_KEY_BYTES: Final = 32
_OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last recorded attempt of one item.

    Attributes:
        offset: where its line starts in ``responses.jsonl``.
        index: position of the item in the task's documents.
        request_key: content key of the call.
        outcome: how it ended.
    """

    offset: int
    index: int
    request_key: str
    outcome: str


class Attempts(Mapping[AttemptKey, Attempt]):
    """Last attempt by (task, id, repeat), in the order in which items first ended.

    >>> attempts = Attempts()
    >>> attempts[("toy", "a", 0)] = Attempt(0, 5, "00" * 32, "error")
    >>> attempts[("toy", "a", 0)] = Attempt(90, 5, "00" * 32, "answered")
    >>> len(attempts), attempts["toy", "a", 0].offset
    (1, 90)
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], dict[ItemId, int]] = {}
        self._offsets = array("Q")
        self._indexes = array("L")
        self._outcomes = array("B")
        self._requests = bytearray()
        self._other_requests: dict[int, str] = {}

    def __setitem__(self, key: AttemptKey, attempt: Attempt) -> None:
        task, identifier, repeat = key
        rows = self._rows.setdefault((task, repeat), {})
        row = rows.get(identifier)
        if row is None:
            row = rows[identifier] = len(self._offsets)
            for column in (self._offsets, self._indexes, self._outcomes):
                column.append(0)
            self._requests += bytes(_KEY_BYTES)
        self._offsets[row] = attempt.offset
        self._indexes[row] = attempt.index
        self._outcomes[row] = _OUTCOMES.index(attempt.outcome)
        self._store_request(row, attempt.request_key)

    def _store_request(self, row: int, request_key: str) -> None:
        self._other_requests.pop(row, None)
        try:
            content = bytes.fromhex(request_key)
        except ValueError:
            content = b""
        if len(content) == _KEY_BYTES and content.hex() == request_key:
            self._requests[row * _KEY_BYTES : (row + 1) * _KEY_BYTES] = content
        else:  # no key of ours: kept as it is
            self._other_requests[row] = request_key

    def __getitem__(self, key: AttemptKey) -> Attempt:
        task, identifier, repeat = key
        try:
            row = self._rows[task, repeat][identifier]
        except KeyError:
            raise KeyError(key) from None
        stored = self._requests[row * _KEY_BYTES : (row + 1) * _KEY_BYTES].hex()
        return Attempt(
            self._offsets[row],
            self._indexes[row],
            self._other_requests.get(row, stored),
            _OUTCOMES[self._outcomes[row]],
        )

    def __iter__(self) -> Iterator[AttemptKey]:
        for (task, repeat), rows in self._rows.items():
            for identifier in rows:
                yield task, identifier, repeat

    def __len__(self) -> int:
        return len(self._offsets)

    def lines(self, task: str, selection: Sequence[Sequence[int]], repeats: int = 1) -> array[int]:
        """Return the offsets of a task's selected items, in the order of their documents, then of the repeats.

        Args:
            task: task id.
            selection: half-open ranges of document positions.
            repeats: repeats of the run; later ones are left out.
        """
        import numpy as np

        rows, indexes, numbers = array("L"), array("L"), array("L")
        for (name, repeat), found in self._rows.items():
            if name == task and repeat < repeats:
                for row in found.values():
                    if selected(self._indexes[row], selection):
                        rows.append(row)
                        indexes.append(self._indexes[row])
                        numbers.append(repeat)
        return array("Q", (self._offsets[rows[place]] for place in np.lexsort((numbers, indexes))))


def selected(index: int, ranges: Sequence[Sequence[int]]) -> bool:
    """Return whether a document position belongs to a selection of half-open ranges.

    >>> selected(3, [[0, 2], [3, 5]]), selected(2, [[0, 2], [3, 5]])
    (True, False)
    """
    return any(start <= index < stop for start, stop in ranges)
