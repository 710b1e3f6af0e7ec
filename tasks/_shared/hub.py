"""Parquet data sets, from the hub or from a folder, as rows whose audio stays in the file.

``snapshot`` brings the parquet files of a hub data set into the hub cache (resumable; ``HF_ENDPOINT``,
``HF_HOME`` and ``HF_HUB_OFFLINE`` are respected) and says which commit they are. ``rows`` reads every
column except the audio bytes, which become lazy ``AudioRef`` cells: memory does not grow with the
size of the audio, and nothing is decoded.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from harness.audio import ParquetCell
from harness.errors import InputFileError, MissingDataError, page
from tasks._shared.local import inside

CONVERTED: Final = "refs/convert/parquet"
"""Branch of the hub's own conversion to parquet."""
_SPLITS: Final = frozenset({"train", "validation", "valid", "dev", "eval", "test", "test_mini"})
_SHARD: Final = re.compile(r"(?P<split>.+?)-\d{5}-of-\d{5}(-[0-9a-f]{16})?")
_NO_SPLIT: Final = frozenset({"data", "part", "shard", "chunk", "file"})


class Snapshot(NamedTuple):
    """Files of a hub data set and the commit they belong to."""

    files: tuple[Path, ...]
    revision: str


class Row(NamedTuple):
    """One row: its columns without audio bytes, where the audio lies, and the audio's stored name."""

    values: dict[str, Any]
    cell: ParquetCell
    audio_name: str | None


def split_files(folder: Path, split: str | None) -> tuple[Path, ...]:
    """Return the parquet files of a split in a folder, in order; all of them for ``None``.

    A file belongs to a split when its name is ``SPLIT.parquet`` or starts with ``SPLIT-``, or when it
    lies in a folder of that name. Only if no file tells its split at all is every file taken.
    """
    found = sorted(path for path in folder.rglob("*.parquet") if inside(folder, path) is not None)
    if split is None:
        return tuple(found)
    names = [path.relative_to(folder) for path in found]
    chosen = [folder / path for path in names if _is_of(path, split)]
    if chosen or any(_tells_split(path) for path in names):
        return tuple(chosen)
    return tuple(found)


def _is_of(path: Path, split: str) -> bool:
    return path.stem == split or path.name.startswith(f"{split}-") or split in path.parts[:-1]


def _tells_split(path: Path) -> bool:
    """Return whether a file's name or folders say which split it belongs to.

    >>> _tells_split(Path("data/test-00000-of-00001.parquet")), _tells_split(Path("usa-00000-of-00001.parquet"))
    (True, True)
    >>> _tells_split(Path("default/train/0000.parquet")), _tells_split(Path("data-00000-of-00002.parquet"))
    (True, False)
    """
    shard = _SHARD.fullmatch(path.stem)
    if shard is not None and shard["split"] not in _NO_SPLIT:
        return True
    return path.stem.split("-")[0] in _SPLITS or not _SPLITS.isdisjoint(path.parts[:-1])


def snapshot(
    repo: str,
    *,
    split: str | None,
    revision: str | None = None,
    benchmark: str,
    config: str | None = None,
) -> Snapshot:
    """Fetch the parquet files of one split of a hub data set.

    Args:
        repo: data set id, such as ``SLLM-multi-hop/AnimalQA``.
        split: name of the split; ``None`` takes the files of all splits.
        revision: branch, tag or commit; ``None`` is the default branch, resolved and reported.
        benchmark: name used in the hint of an error.
        config: only files below this folder.

    Raises:
        MissingDataError: the data set cannot be reached, or has no parquet file of that split.
    """
    from huggingface_hub.errors import RevisionNotFoundError

    for attempt in [revision] if revision is not None else [None, CONVERTED]:
        try:
            for patterns in _patterns(config, split):
                folder = download(repo, patterns, attempt, benchmark)
                files = split_files(folder / config if config else folder, split)
                if files:
                    return Snapshot(files, folder.name)
        except MissingDataError as error:
            if attempt != CONVERTED or not isinstance(error.__cause__, RevisionNotFoundError):
                raise
    raise MissingDataError(
        f"the hub data set {repo} has no parquet file"
        f"{f' of split {split!r}' if split is not None else ''}",
        where=benchmark,
        hint=copy_hint(benchmark),
    )


def _patterns(config: str | None, split: str | None) -> Iterator[list[str]]:
    """Yield patterns to fetch: the files of the split, and only without any, everything."""
    root = f"{config}/" if config else ""
    if split is not None:
        names = (f"{split}.parquet", f"{split}-*.parquet", f"{split}/*.parquet")
        yield [pattern for name in names for pattern in (f"{root}{name}", f"{root}*/{name}")]
    yield [f"{root}*.parquet"]


def copy_hint(benchmark: str) -> str:
    """Return what a user whose data is missing does, with the page of its layout."""
    layout = page(f"benchmarks/{benchmark}.md")
    return f"use a downloaded copy: --data {benchmark}=FOLDER (layout: {layout})"


def download(repo: str, patterns: list[str], revision: str | None, benchmark: str) -> Path:
    """Bring the files of these patterns, if there are any, into the hub cache.

    Args:
        repo: data set id.
        patterns: glob patterns of file names.
        revision: branch, tag or commit; ``None`` is the default branch.
        benchmark: name used in the hint of an error.

    Returns:
        The snapshot folder; its name is the commit.

    Raises:
        MissingDataError: the data set cannot be reached.
    """
    from huggingface_hub import snapshot_download

    try:
        with _unmatched_patterns_are_fine():
            folder = snapshot_download(
                repo, repo_type="dataset", revision=revision, allow_patterns=patterns
            )
    except hub_errors() as error:
        raise MissingDataError(
            f"cannot fetch the hub data set {repo}"
            f"{f' at revision {revision}' if revision else ''}: {reason(error)}",
            where=benchmark,
            hint=copy_hint(benchmark),
        ) from error
    return Path(folder)


def hub_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions of the hub client for a failing hub, network or name.

    Connections that break are errors of the client's HTTP library, which depends on its version; the
    one in use is loaded by then.
    """
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError

    libraries = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    transport = [library.HTTPError for library in libraries]
    return (OSError, EntryNotFoundError, HFValidationError, *transport)


def reason(error: Exception) -> str:
    r"""Return the kind of an error and the first line of what it says.

    >>> reason(OSError("no route\nto the hub"))
    'OSError: no route'
    """
    return f"{type(error).__name__}: {str(error).strip().split(chr(10))[0] or 'no message'}"


@contextlib.contextmanager
def _unmatched_patterns_are_fine() -> Iterator[None]:
    """Silence the client's warning that a data set has none of the wanted files: that is handled here."""

    def keep(record: logging.LogRecord) -> bool:
        return "No files matched" not in record.getMessage()

    logger = logging.getLogger("huggingface_hub._snapshot_download")
    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)


def rows(files: tuple[Path, ...], audio: tuple[str, ...] = ("audio",)) -> Iterator[Row]:
    """Yield the rows of parquet files, in order.

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
