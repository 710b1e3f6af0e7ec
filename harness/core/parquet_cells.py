"""Audio bytes out of parquet files, one cell at a time, without holding a row group.

Parquet reads column chunks from their start, and hub files have row groups of up to a thousand clips. A
reader therefore streams through a row group in small batches and keeps the last few megabytes: runs
ask for rows almost in order and for each row a few times (digest, header, samples). Going back further
than that restarts the row group; nothing is wrong then, only slower. Readers are shared by threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.errors import AudioError

KEPT_BYTES: Final = 32_000_000
"""Encoded audio that is kept per process; at least one row."""
_BATCH_ROWS: Final = 8
_OPEN_READERS: Final = 4


class ParquetCell(NamedTuple):
    """Place of a clip's bytes: file, row group, row in it, column (binary, or a struct with ``bytes``)."""

    file: Path
    row_group: int
    row: int
    column: str

    def __str__(self) -> str:
        return f"{self.file}#{self.row_group}.{self.row}"

    def read_bytes(self) -> bytes:
        """Return the encoded clip as stored.

        Raises:
            AudioError: the file, row group, row or column does not exist, or the cell holds no bytes.
        """
        return read_cell(self)


class GroupReader:
    """Streams one column of one row group."""

    def __init__(self, file: Path, row_group: int, column: str) -> None:
        self._file, self._row_group, self._column = file, row_group, column
        self._parquet: Any = None
        self._batches: Iterator[Any] = iter(())
        self._next_row = 0

    def restart(self) -> None:
        """Read the row group from its first row."""
        import pyarrow.parquet as pq

        self.close()
        self._parquet = pq.ParquetFile(self._file, buffer_size=1 << 20, pre_buffer=False)
        names = {self._parquet.schema.column(i).path for i in range(len(self._parquet.schema))}
        nested = f"{self._column}.bytes"
        self._batches = self._parquet.iter_batches(
            batch_size=_BATCH_ROWS,
            row_groups=[self._row_group],
            columns=[nested if nested in names else self._column],
            use_threads=False,
        )
        self._next_row = 0

    def rows_until(self, row: int) -> Iterator[tuple[int, Any]]:
        """Yield (row, value) from where the reader stands up to the batch that holds ``row``."""
        if self._parquet is None or row < self._next_row:
            self.restart()
        while self._next_row <= row:
            batch = next(self._batches, None)
            if batch is None:
                raise IndexError(f"the row group has {self._next_row} rows")
            for value in batch.column(0):
                yield self._next_row, value.as_py()
                self._next_row += 1

    def close(self) -> None:
        """Close the file."""
        if self._parquet is not None:
            self._parquet.close()
            self._parquet = None


_lock = threading.Lock()
_readers: OrderedDict[tuple[Path, int, str], GroupReader] = OrderedDict()
_kept: OrderedDict[ParquetCell, bytes | None] = OrderedDict()


def read_cell(cell: ParquetCell) -> bytes:
    """Return the bytes of one cell.

    Raises:
        AudioError: the file, row group, row or column does not exist, or the cell holds no bytes.
    """
    import pyarrow as pa

    where = f"{cell.file}, row {cell.row} of row group {cell.row_group}"
    with _lock:
        if cell not in _kept:
            try:
                _fetch(cell)
            except (OSError, pa.ArrowException, IndexError, KeyError) as error:
                raise AudioError(f"cannot read audio from parquet: {error}", where=where) from error
        data = _kept[cell]
        _kept.move_to_end(cell)
    if data is None:
        raise AudioError("the parquet cell holds no audio bytes", where=where)
    return data


def _fetch(cell: ParquetCell) -> None:
    key = (cell.file, cell.row_group, cell.column)
    reader = _readers.pop(key, None) or GroupReader(*key)
    try:
        for row, value in reader.rows_until(cell.row):
            found = value.get("bytes") if isinstance(value, dict) else value
            _kept[cell._replace(row=row)] = found if isinstance(found, bytes) else None
            _trim(keep=cell)
    except BaseException:
        reader.close()
        raise
    _readers[key] = reader
    while len(_readers) > _OPEN_READERS:
        _readers.popitem(last=False)[1].close()


def kept_bytes() -> int:
    """Return how many bytes of clips are kept for later reads."""
    return sum(len(data or b"") for data in _kept.values())


def _trim(keep: ParquetCell) -> None:
    size = kept_bytes()
    while size > KEPT_BYTES and len(_kept) > 1:
        oldest = next(iter(_kept))
        if oldest == keep:
            _kept.move_to_end(oldest)
            continue
        size -= len(_kept.pop(oldest) or b"")
