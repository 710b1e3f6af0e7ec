"""Rows of equal size: few in memory, many in a temporary file without a name."""

from __future__ import annotations

import os
import weakref
from typing import IO, Final

from harness.errors import StorageError

_IN_MEMORY: Final = 1 << 20
"""Bytes up to which rows stay in memory; the file is written in pieces of this size too."""


class Rows:
    """Rows of ``width`` bytes, which are added at the end and read by their number.

    >>> rows = Rows(2)
    >>> rows.extend(b"abcd")
    >>> len(rows), rows[1]
    (2, b'cd')

    Args:
        width: bytes of a row.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._file: IO[bytes] | None = None
        self._written = 0
        self._tail = bytearray()

    def extend(self, rows: bytes | bytearray) -> None:
        """Add rows, one behind the other.

        Raises:
            StorageError: the folder for temporary files is full or cannot be written.
        """
        self._tail += rows
        if len(self._tail) >= _IN_MEMORY:
            self._spill()

    def __len__(self) -> int:
        return (self._written + len(self._tail)) // self._width

    def __getitem__(self, number: int) -> bytes:
        start = range(len(self))[number] * self._width
        if start >= self._written:
            start -= self._written
            return bytes(self._tail[start : start + self._width])
        assert self._file is not None
        return os.pread(self._file.fileno(), self._width, start)

    def __setitem__(self, number: int, row: bytes) -> None:
        start = range(len(self))[number] * self._width
        if start >= self._written:
            start -= self._written
            self._tail[start : start + self._width] = row
            return
        assert self._file is not None
        os.pwrite(self._file.fileno(), row, start)

    def _spill(self) -> None:
        import tempfile

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (it ends with these rows)
                weakref.finalize(self, self._file.close)
            view = memoryview(bytes(self._tail))
            while view:
                done = os.pwrite(self._file.fileno(), view, self._written)
                self._written += done
                view = view[done:]
        except OSError as error:
            raise StorageError(
                f"cannot write: {error.strerror or error}",
                where="the folder for temporary files",
                hint="free space there, or name another folder with TMPDIR",
            ) from error
        self._tail.clear()
