"""Saved data sets (``datasets.save_to_disk``) as rows whose audio stays in the memory-mapped file.

A saved folder holds ``data-*.arrow`` shards and ``state.json``; a saved collection of splits holds
``dataset_dict.json`` and one such folder per split. Nothing is decoded and no audio is copied until a
clip is asked for; ``datasets`` itself is not needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from harness.audio import AudioRef
from harness.errors import AudioError, InputFileError


class ArrowCell(NamedTuple):
    """One clip in an arrow file; ``column`` is a struct with ``bytes``, or binary."""

    file: Path
    row: int
    column: str


class ArrowAudio(AudioRef):
    """A lazy reference to a clip inside an arrow file."""

    __slots__ = ("_cell",)

    def __init__(self, cell: ArrowCell, name: str) -> None:
        super().__init__(b"", name)  # everything in the base class reads through read_bytes
        self._cell = cell

    def read_bytes(self) -> bytes:
        """The encoded clip as stored.

        Raises:
            AudioError: the cell holds no bytes.
        """
        value = _table(self._cell.file)[self._cell.column][self._cell.row].as_py()
        data = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(data, bytes):
            raise AudioError("the arrow cell holds no audio bytes", where=self.path)
        return data

    def prefetched(self, sampling_rate: int) -> AudioRef:
        """A copy that holds the decoded samples, for one request."""
        return AudioRef(self.read_bytes(), self.path).prefetched(sampling_rate)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArrowAudio) and other._cell == self._cell

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._cell)

    def __reduce__(self) -> tuple[Any, ...]:
        return (ArrowAudio, (self._cell, self.path))

    def __copy__(self) -> ArrowAudio:
        return ArrowAudio(self._cell, self.path)


class ArrowRow(NamedTuple):
    """One row: its columns without audio, and the clip."""

    values: dict[str, Any]
    clip: ArrowAudio


def saved_files(folder: Path, split: str) -> tuple[Path, ...]:
    """Arrow shards of a saved data set, in the order of its ``state.json``; empty if there is none.

    Raises:
        InputFileError: ``state.json`` is malformed.
    """
    root = folder / split if (folder / "dataset_dict.json").is_file() else folder
    state = root / "state.json"
    if not state.is_file():
        return ()
    try:
        content = json.loads(state.read_text(encoding="utf-8"))
        return tuple(root / entry["filename"] for entry in content["_data_files"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputFileError(
            f"not the state of a saved data set: {error!r}", where=str(state)
        ) from error


def saved_rows(files: tuple[Path, ...], audio: str = "audio") -> Iterator[ArrowRow]:
    """Rows of arrow shards, in order.

    Raises:
        InputFileError: a shard is not readable, or has no audio column.
    """
    for path in files:
        table = _table(path)
        if audio not in table.column_names:
            raise InputFileError(
                f"no audio column {audio!r} among {', '.join(table.column_names)}", where=str(path)
            )
        for index, values in enumerate(table.drop_columns([audio]).to_pylist()):
            name = f"{values.get('id', f'{path.name}#{index}')}.wav"
            yield ArrowRow(values, ArrowAudio(ArrowCell(path, index, audio), name))


@lru_cache(maxsize=64)
def _table(path: Path) -> Any:
    """A memory-mapped arrow file (stream or file format) as a table."""
    import pyarrow as pa

    try:
        source = pa.memory_map(str(path))
        try:
            return pa.ipc.open_stream(source).read_all()
        except pa.ArrowInvalid:
            return pa.ipc.open_file(source).read_all()
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(f"not a readable arrow file: {error}", where=str(path)) from error
