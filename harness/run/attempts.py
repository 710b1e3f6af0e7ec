"""Which items are finished, and where their lines stand: a mapping that costs no memory per item.

A run of a million items asks this of every one of them, so the last attempt of an item is a row of a table on disk
(``harness.core.scratch``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from harness.core.scoring import Outcome
from harness.core.scratch.database import Scratch

if TYPE_CHECKING:
    from harness.run.files import ResponseRecord

ItemId = str | int
AttemptKey = tuple[str, ItemId, int]
"""(task, item id, repeat)."""

_OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
_SCHEMA: Final = """CREATE TABLE attempts (
    number INTEGER PRIMARY KEY, task INTEGER, repeat INTEGER, id BLOB,
    line INTEGER, place INTEGER, outcome INTEGER, request BLOB,
    UNIQUE (task, repeat, id)
)"""
_WRITE: Final = """INSERT INTO attempts (task, repeat, id, line, place, outcome, request) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (task, repeat, id) DO UPDATE
    SET line = excluded.line, place = excluded.place, outcome = excluded.outcome, request = excluded.request"""
_READ: Final = (
    "SELECT line, place, request, outcome FROM attempts WHERE task = ? AND repeat = ? AND id = ?"
)
_EVERY: Final = "SELECT task, id, repeat FROM attempts ORDER BY task, repeat, number"
_FAILED: Final = "SELECT task, line FROM attempts WHERE outcome = ? ORDER BY task, repeat, number"
_LINES: Final = (
    "SELECT place, line FROM attempts WHERE task = ? AND repeat < ? ORDER BY place, repeat"
)


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
    """Last attempt by (task, id, repeat): task by task, repeat by repeat, in the order in which items first ended.

    >>> attempts = Attempts()
    >>> attempts[("toy", "a", 0)] = Attempt(0, 5, "00" * 32, "error")
    >>> attempts[("toy", "a", 0)] = Attempt(90, 5, "00" * 32, "answered")
    >>> len(attempts), attempts["toy", "a", 0].offset
    (1, 90)
    """

    def __init__(self) -> None:
        self._tasks: dict[str, int] = {}
        self._rows = Scratch(_SCHEMA)

    def __setitem__(self, key: AttemptKey, attempt: Attempt) -> None:
        task, identifier, repeat = key
        self._rows.write(
            _WRITE,
            (
                self._tasks.setdefault(task, len(self._tasks)),
                repeat,
                _packed(identifier),
                attempt.offset,
                attempt.index,
                _OUTCOMES.index(attempt.outcome),
                _packed_key(attempt.request_key),
            ),
        )

    def note(self, record: ResponseRecord, offset: int) -> None:
        """Take a line of the log for the last attempt of its item.

        Args:
            record: the line.
            offset: where it starts.

        Raises:
            OverflowError: a number of it does not fit into 64 bits.
        """
        self[record["task"], record["id"], record["repeat"]] = Attempt(
            offset, record["index"], record["request_key"], record["outcome"]
        )

    def __getitem__(self, key: AttemptKey) -> Attempt:
        task, identifier, repeat = key
        number = self._tasks.get(task)
        row = None
        if number is not None:
            row = self._rows.one(_READ, (number, repeat, _packed(identifier)))
        if row is None:
            raise KeyError(key)
        offset, index, request, outcome = row
        return Attempt(offset, index, _unpacked_key(request), _OUTCOMES[outcome])

    def __iter__(self) -> Iterator[AttemptKey]:
        names = list(self._tasks)
        for task, identifier, repeat in self._rows.rows(_EVERY):
            yield names[task], _unpacked(identifier), repeat

    def __len__(self) -> int:
        row = self._rows.one("SELECT count(*) FROM attempts")
        assert row is not None
        return int(row[0])

    def failed(self) -> Iterator[tuple[str, int]]:
        """Yield the task of every item whose last attempt is an error, and the offset of its line."""
        names = list(self._tasks)
        for task, offset in self._rows.rows(_FAILED, (_OUTCOMES.index("error"),)):
            yield names[task], offset

    def lines(
        self, task: str, selection: Sequence[Sequence[int]], repeats: int = 1
    ) -> Iterator[int]:
        """Yield the offsets of a task's selected items, in the order of their documents, then of the repeats.

        Args:
            task: task id.
            selection: half-open ranges of document positions.
            repeats: repeats of the run; later ones are left out.
        """
        for index, offset in self._rows.rows(_LINES, (self._tasks.get(task, -1), repeats)):
            if selected(index, selection):
                yield offset


def _packed(identifier: ItemId) -> bytes:
    """Return an id as bytes: 1 and "1" are two."""
    if isinstance(identifier, str):
        return b"s" + identifier.encode("utf-8", "surrogatepass")
    return f"i{identifier:x}".encode()


def _unpacked(packed: bytes) -> ItemId:
    text = packed[1:].decode("utf-8", "surrogatepass")
    return text if packed[:1] == b"s" else int(text, 16)


def _packed_key(request_key: str) -> bytes:
    """Return a digest in half its length, anything else as text."""
    try:
        content = bytes.fromhex(request_key)
    except ValueError:
        content = b""
    return b"x" + content if content.hex() == request_key else _packed(request_key)


def _unpacked_key(packed: bytes) -> str:
    return packed[1:].hex() if packed[:1] == b"x" else str(_unpacked(packed))


def selected(index: int, ranges: Sequence[Sequence[int]]) -> bool:
    """Return whether a document position belongs to a selection of half-open ranges.

    >>> selected(3, [[0, 2], [3, 5]]), selected(2, [[0, 2], [3, 5]])
    (True, False)
    """
    return any(start <= index < stop for start, stop in ranges)
