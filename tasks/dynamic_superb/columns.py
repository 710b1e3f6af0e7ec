"""Rows of tables with any number of audio columns, from parquet files or a saved data set.

A column holds audio if it is binary or a struct with ``bytes``. The clips of an item come in the order
``audio``, ``audio2``, ``audio3`` …; sets with other names have ``enrollment`` before ``testing`` and
``query`` before ``doc``. An empty cell is not a clip. Audio bytes stay in the file until a clip is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.audio import AudioRef, ParquetCell
from harness.errors import InputFileError
from tasks._shared.arrow import SavedCell

_NUMBERED: Final = re.compile(r"audio_?(\d*)", re.IGNORECASE)
_ORDER: Final = ("enrollment", "testing", "query", "doc")


class Row(NamedTuple):
    """One row: its columns without audio, and its clips in order."""

    values: dict[str, Any]
    clips: list[AudioRef]


def audio_columns(names: Sequence[str]) -> list[str]:
    """Return the audio columns in the order of the clips.

    >>> audio_columns(["audio10", "testing", "audio2", "enrollment", "audio"])
    ['audio', 'audio2', 'audio10', 'enrollment', 'testing']
    """

    def place(name: str) -> tuple[int, int]:
        numbered = _NUMBERED.fullmatch(name)
        if numbered:
            return 0, int(numbered[1] or 1)
        return (1, _ORDER.index(name)) if name in _ORDER else (2, names.index(name))

    return sorted(names, key=place)


def _is_audio(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return bool(kind.get_field_index("bytes") >= 0)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _split(schema: Any) -> tuple[list[str], list[str]]:
    """Return (names of text columns, names of audio columns in order)."""
    audio = audio_columns([field.name for field in schema if _is_audio(field.type)])
    return [name for name in schema.names if name not in audio], audio


def parquet_rows(files: Sequence[Path]) -> Iterator[Row]:
    """Yield the rows of parquet files, in order.

    Raises:
        InputFileError: a file is not parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in files:
        try:
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
                texts, audio = _split(schema)
                named = [
                    name
                    for name in audio
                    if pa.types.is_struct(schema.field(name).type)
                    and schema.field(name).type.get_field_index("path") >= 0
                ]
                columns = [*texts, *(f"{name}.path" for name in named)]
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group, columns=columns)
                    for index, values in enumerate(table.to_pylist()):
                        stored = {name: values.pop(name, None) for name in named}
                        clips = [
                            AudioRef(
                                ParquetCell(path, group, index, name),
                                _name(stored.get(name), path, f"{group}.{index}", name),
                            )
                            for name in audio
                            if name not in named or stored[name] is not None
                        ]
                        yield Row(values, clips)
        except (OSError, pa.ArrowException) as error:
            raise InputFileError(
                f"not a readable parquet file: {error}", where=str(path)
            ) from error


def saved_rows(files: Sequence[Path]) -> Iterator[Row]:
    """Yield the rows of the shards of a saved data set, in order.

    Raises:
        InputFileError: a shard is not readable.
    """
    import pyarrow as pa

    for path in files:
        try:
            table = _open(path)
            texts, audio = _split(table.schema)
            present = {name: table[name].is_valid().to_pylist() for name in audio}
            stored = {name: _paths(table[name]) for name in audio}
            for index, values in enumerate(table.select(texts).to_pylist()):
                clips = [
                    AudioRef(
                        SavedCell(path, index, name),
                        _name({"path": stored[name][index]}, path, str(index), name),
                    )
                    for name in audio
                    if present[name][index]
                ]
                yield Row(values, clips)
        except (OSError, pa.ArrowException) as error:
            raise InputFileError(f"not a readable arrow file: {error}", where=str(path)) from error


def _open(path: Path) -> Any:
    import pyarrow as pa

    source = pa.memory_map(str(path))
    try:
        return pa.ipc.open_stream(source).read_all()
    except pa.ArrowInvalid:
        return pa.ipc.open_file(source).read_all()


def _paths(column: Any) -> list[str | None]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_struct(column.type) or column.type.get_field_index("path") < 0:
        return [None] * len(column)
    found: list[str | None] = pc.struct_field(column, "path").to_pylist()
    return found


def _name(stored: Any, path: Path, row: str, column: str) -> str:
    """Return the name of a clip in records: the file name that the table gives, else its place."""
    given = stored.get("path") if isinstance(stored, dict) else None
    return Path(given).name if isinstance(given, str) and given else f"{path.name}#{row}.{column}"
