"""Rows of a data set written by ``datasets.save_to_disk``, with audio that stays on disk.

``save_to_disk`` puts the bytes of every clip into its Arrow files. They are memory-mapped by ``datasets``
and shared by all references to one folder; a clip is copied out only when somebody asks for it, so
memory does not grow with the data set.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from harness.audio import AudioRef
from harness.errors import AudioError, InputFileError

_COLUMN = "audio"


class SavedCell(NamedTuple):
    """Row of a saved data set whose audio is meant."""

    folder: Path
    row: int


class SavedClip(AudioRef):
    """A lazy reference to the audio of one row of a saved data set."""

    __slots__ = ("_cell",)

    def __init__(self, cell: SavedCell, name: str | None = None) -> None:
        super().__init__(cell.folder, name or f"{cell.folder}#{cell.row}")
        self._cell = cell

    def read_bytes(self) -> bytes:
        """The encoded clip as stored.

        Raises:
            AudioError: the row holds no audio.
        """
        value = _open(self._cell.folder)[self._cell.row][_COLUMN] or {}
        content = value.get("bytes")
        if not isinstance(content, bytes):
            raise AudioError("the row holds no audio bytes", where=self.path)
        return content

    def prefetched(self, sampling_rate: int) -> SavedClip:
        """A copy that holds the decoded samples, for one request."""
        copy = self.__copy__()
        copy._sha256 = self._sha256
        copy._decoded = self._decode(sampling_rate)
        copy._info = self._info
        return copy

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._cell)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SavedClip) and other._cell == self._cell

    def __reduce__(self) -> tuple[Any, ...]:
        return (SavedClip, (self._cell, self._name))

    def __copy__(self) -> SavedClip:
        return SavedClip(self._cell, self._name)


@lru_cache(maxsize=32)
def _open(folder: Path) -> Any:
    """The saved data set, audio undecoded.

    Raises:
        InputFileError: the folder is not a readable saved data set, or has no audio column.
    """
    import pyarrow as pa
    from datasets import Audio, load_from_disk

    try:
        data = load_from_disk(str(folder))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise InputFileError(
            f"not a readable saved data set: {error}", where=str(folder)
        ) from error
    if _COLUMN not in data.column_names:
        raise InputFileError(
            f"no audio column: found {', '.join(data.column_names)}", where=str(folder)
        )
    kind = data.features[_COLUMN]
    return data.cast_column(_COLUMN, Audio(decode=False)) if isinstance(kind, Audio) else data


def rows(folder: Path) -> Iterator[tuple[dict[str, Any], SavedCell]]:
    """Rows of a saved data set, in order: the columns without audio, and where the audio lies.

    Raises:
        InputFileError: the folder is not a readable saved data set, or has no audio column.
    """
    for index, values in enumerate(_open(folder).remove_columns([_COLUMN])):
        yield dict(values), SavedCell(folder, index)
