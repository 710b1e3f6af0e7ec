"""Saved data sets (``datasets.save_to_disk``) as rows whose audio stays in the memory-mapped file.

A saved folder holds ``data-*.arrow`` shards and ``state.json``; a saved collection of splits holds
``dataset_dict.json`` and one such folder per split. Nothing is decoded and no audio is copied until a
clip is asked for; ``datasets`` itself is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import AudioError, InputFileError
from tasks._shared.local import inside, parse_json


class SavedCell(NamedTuple):
    """One clip in an arrow file: its row and its column (a struct with ``bytes``, or binary)."""

    file: Path
    row: int
    column: str

    def __str__(self) -> str:
        return f"{self.file}#{self.row}"

    def read_bytes(self) -> bytes:
        """Return the encoded clip as stored.

        Raises:
            AudioError: the cell holds no bytes.
        """
        value = _table(self.file)[self.column][self.row].as_py()
        data = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(data, bytes):
            raise AudioError("the row holds no audio bytes", where=str(self))
        return data


class SavedRow(NamedTuple):
    """One row: its columns without audio, and where the clip lies."""

    values: dict[str, Any]
    cell: SavedCell


def saved_files(folder: Path, split: str = "") -> tuple[Path, ...]:
    """Return the arrow shards of a saved data set, in the order of its ``state.json``; empty if there is none.

    Args:
        folder: a saved data set, or a saved collection of splits.
        split: which one of a collection.

    Raises:
        InputFileError: ``state.json`` is malformed, or names a file outside the folder.
    """
    root = folder / split if (folder / "dataset_dict.json").is_file() else folder
    state = root / "state.json"
    if inside(folder, state) is None:
        return ()
    try:
        content = parse_json(state.read_text(encoding="utf-8"), str(state))
        names = [Path(entry["filename"]) for entry in content["_data_files"]]
    except (UnicodeDecodeError, KeyError, TypeError) as error:
        raise InputFileError(
            f"not the state of a saved data set: {error!r}", where=str(state)
        ) from error
    files = [(name, inside(root, name)) for name in names]
    for name, path in files:
        if path is None:
            raise InputFileError(f"names {str(name)!r}, which is not there", where=str(state))
    return tuple(path for _, path in files if path is not None)


def saved_rows(files: tuple[Path, ...], audio: str = "audio") -> Iterator[SavedRow]:
    """Yield the rows of arrow shards, in order.

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
            yield SavedRow(values, SavedCell(path, index, audio))


@lru_cache(maxsize=64)
def _table(path: Path) -> Any:
    """Open a memory-mapped arrow file (stream or file format) as a table."""
    import pyarrow as pa

    try:
        source = pa.memory_map(str(path))
        try:
            return pa.ipc.open_stream(source).read_all()
        except pa.ArrowInvalid:
            return pa.ipc.open_file(source).read_all()
    except (OSError, pa.ArrowException) as error:
        raise InputFileError(f"not a readable arrow file: {error}", where=str(path)) from error
