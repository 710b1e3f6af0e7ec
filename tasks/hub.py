"""Parquet data sets, from the hub or from a folder, as rows whose audio stays in the file.

``snapshot`` brings the parquet files of a hub data set into the hub cache (resumable; ``HF_ENDPOINT``,
``HF_HOME`` and ``HF_HUB_OFFLINE`` are respected) and says which commit they are. ``rows`` reads every
column except the audio bytes, which become lazy ``AudioRef`` cells: memory does not grow with the
size of the audio, and nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from harness.audio import ParquetCell
from harness.errors import InputFileError, MissingDataError

_CONVERTED = "refs/convert/parquet"


class Snapshot(NamedTuple):
    """Files of a hub data set and the commit they belong to."""

    files: tuple[Path, ...]
    revision: str


class Row(NamedTuple):
    """One row: its columns without audio bytes, where the audio lies, and the audio's stored name."""

    values: dict[str, Any]
    cell: ParquetCell
    audio_name: str | None


def split_files(folder: Path, split: str) -> tuple[Path, ...]:
    """Parquet files of a split in a folder, in order.

    A file belongs to a split when its name is ``SPLIT.parquet`` or starts with ``SPLIT-``, or when it
    lies in a folder of that name. If no file names any split, all files are taken.
    """
    found = sorted(path for path in folder.rglob("*.parquet") if path.is_file())

    def belongs(path: Path) -> bool:
        inside = path.relative_to(folder).parts[:-1]
        return path.stem == split or path.name.startswith(f"{split}-") or split in inside

    chosen = tuple(path for path in found if belongs(path))
    named = any(
        path.stem.split("-")[0] in {"train", "validation", "test", "test_mini"} for path in found
    )
    return chosen if chosen or named else tuple(found)


def snapshot(
    repo: str, *, split: str, revision: str | None = None, benchmark: str, config: str | None = None
) -> Snapshot:
    """Fetch the parquet files of one split of a hub data set.

    Args:
        repo: data set id, such as ``SLLM-multi-hop/AnimalQA``.
        split: name of the split.
        revision: branch, tag or commit; ``None`` is the default branch, resolved and reported.
        benchmark: name used in the hint of an error.
        config: only files below this folder.

    Raises:
        MissingDataError: the data set cannot be reached, or has no parquet file of that split.
    """
    attempts = [revision] if revision is not None else [None, _CONVERTED]
    for attempt in attempts:
        folder = _download(repo, attempt, benchmark, config)
        files = split_files(folder / config if config else folder, split)
        if files:
            return Snapshot(files, folder.name)
    raise MissingDataError(
        f"the hub data set {repo} has no parquet file of split {split!r}",
        where=benchmark,
        hint=_hint(benchmark),
    )


def _hint(benchmark: str) -> str:
    return f"use a downloaded copy: --data {benchmark}=FOLDER (layout: tasks/{benchmark}/README.md)"


def _download(repo: str, revision: str | None, benchmark: str, config: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError

    try:
        folder = snapshot_download(
            repo,
            repo_type="dataset",
            revision=revision,
            allow_patterns=[f"{config}/*.parquet" if config else "*.parquet"],
        )
    except (OSError, EntryNotFoundError, HFValidationError) as error:
        reason = str(error).strip().splitlines()
        raise MissingDataError(
            f"cannot fetch the hub data set {repo}"
            f"{f' at revision {revision}' if revision else ''}: "
            f"{type(error).__name__}: {reason[0] if reason else 'no message'}",
            where=benchmark,
            hint=_hint(benchmark),
        ) from error
    return Path(folder)


def rows(files: tuple[Path, ...], audio: tuple[str, ...] = ("audio",)) -> Iterator[Row]:
    """Rows of parquet files, in order.

    Args:
        files: the files.
        audio: names that the audio column may have; it is a struct with ``bytes`` or plain binary.

    Raises:
        InputFileError: a file is not parquet, or has no audio column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in files:
        try:
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
                column = next((name for name in audio if name in schema.names), None)
                if column is None:
                    raise InputFileError(
                        f"no audio column: expected {' or '.join(map(repr, audio))},"
                        f" found {', '.join(schema.names)}",
                        where=str(path),
                    )
                wanted = [name for name in schema.names if name != column]
                kind = schema.field(column).type
                has_path = pa.types.is_struct(kind) and kind.get_field_index("path") >= 0
                columns = [*wanted, f"{column}.path"] if has_path else wanted
                for group in range(file.num_row_groups):
                    for index, values in enumerate(
                        file.read_row_group(group, columns=columns).to_pylist()
                    ):
                        stored: Mapping[str, Any] = values.pop(column, None) or {}
                        yield Row(
                            values, ParquetCell(path, group, index, column), stored.get("path")
                        )
        except (OSError, pa.ArrowException) as error:
            raise InputFileError(
                f"not a readable parquet file: {error}", where=str(path)
            ) from error
