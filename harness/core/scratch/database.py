"""A table on disk for as long as it is used: what a run knows of each of its items.

SQLite keeps it in a few megabytes of memory; what is more goes to a file without a name in the folder for temporary
files (``SQLITE_TMPDIR``, ``TMPDIR``, ``/var/tmp``, ``/tmp``), which ends with the process. A run of some ten thousand
items never touches the disk.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from harness.errors import StorageError

if TYPE_CHECKING:
    import sqlite3

_CACHE_KIB: Final = 4096
_ROWS: Final = 1000
"""Rows that are fetched at a time."""
Row = tuple[Any, ...]


class Scratch:
    """A database of its own, which any thread may use.

    Args:
        schema: the statement that creates its table.
    """

    def __init__(self, schema: str) -> None:
        import sqlite3

        self._lock = threading.Lock()
        self._database = sqlite3.connect("", check_same_thread=False)
        weakref.finalize(self, self._database.close)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA temp_store = FILE",
            f"PRAGMA cache_size = -{_CACHE_KIB}",
            schema,
        ):
            self._database.execute(statement)

    def write(self, statement: str, values: Sequence[Any]) -> None:
        """Run a statement.

        Raises:
            OverflowError: a number does not fit into 64 bits.
            StorageError: the folder for temporary files is full or cannot be written.
        """
        with self._lock:
            self._run(statement, values)

    def write_all(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for many rows; see ``write``."""
        with self._lock:
            for values in rows:
                self._run(statement, values)

    def one(self, query: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row that a query finds."""
        with self._lock:
            found: Row | None = self._run(query, values).fetchone()
        return found

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """Yield the rows that a query finds."""
        with self._lock:
            cursor = self._run(query, values)
        while True:
            with self._lock:
                found = cursor.fetchmany(_ROWS)
            if not found:
                return
            yield from found

    def _run(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        import sqlite3

        try:
            return self._database.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise StorageError(
                f"cannot keep track of the items: {error}",
                where="the folder for temporary files",
                hint="free space there, or name another folder with TMPDIR; then run the same command again",
            ) from error
