r"""Append-only JSON lines that survive kill -9.

A line counts once its newline is in the file. What follows the last newline is a torn write: it is cut
when the log is opened for writing and ignored when it is read. Lines are split on "\n" only (JSON
strings may hold U+2028 and the like).
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from harness.errors import InputFileError, StorageError
from harness.run.checks import Check


def encode_line(record: Any) -> bytes:
    """Encode one JSON line. Lone surrogates are escaped, so any string survives."""
    try:
        return json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, ensure_ascii=True).encode("ascii") + b"\n"


def read_lines(
    path: Path, check: Check | None = None, hint: str | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (byte offset, record) of every complete line; nothing if the file does not exist.

    Args:
        path: the log.
        check: compares a record with its type (``harness.run.checks``).
        hint: what mends a damaged line.

    Raises:
        InputFileError: a complete line is not a JSON object, or not of its type: the log was edited or damaged.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        offset = 0
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            record = parse_line(line, f"{path}:{number}", hint)
            mismatch = check(record) if check is not None else None
            if mismatch is not None:
                raise InputFileError(mismatch.text(), where=f"{path}:{number}", hint=hint)
            yield offset, record
            offset += len(line)


def parse_line(line: bytes, where: str, hint: str | None = None) -> dict[str, Any]:
    """Parse one JSON object.

    Raises:
        InputFileError: not a JSON object.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputFileError(f"not a JSON line: {error}", where=where, hint=hint) from error
    if not isinstance(record, dict):
        raise InputFileError("expected a JSON object", where=where, hint=hint)
    return record


class AppendLog:
    """A log open for appending; the torn last line of an earlier process is cut first.

    Raises:
        StorageError: the file cannot be opened or written (disk full, quota, read-only).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self.cut_bytes = self._cut_torn_line()
        except OSError as error:
            raise _storage_error(path, error) from error

    def _cut_torn_line(self) -> int:
        size = os.fstat(self._fd).st_size
        end, block = size, 1 << 16
        while end > 0:
            start = max(0, end - block)
            chunk = os.pread(self._fd, end - start, start)
            newline = chunk.rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._fd, end)
        return size - end

    def append(self, record: Any) -> int:
        """Write one line in full, or leave the log as it was; return the offset of the line.

        Raises:
            StorageError: the line could not be written.
        """
        line = encode_line(record)
        before = os.fstat(self._fd).st_size
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            with contextlib.suppress(OSError):  # else the torn line is cut when the log is opened
                os.ftruncate(self._fd, before)
            raise _storage_error(self.path, error) from error
        return before

    def close(self) -> None:
        """Flush to the device and close."""
        if self._fd >= 0:
            with contextlib.suppress(OSError):  # no regular file; every line was already written
                os.fsync(self._fd)
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> AppendLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class LineReader:
    """Random access to lines by byte offset."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] = path.open("rb")

    def read(self, offset: int) -> dict[str, Any]:
        """Return the record at an offset that ``read_lines`` gave."""
        self._file.seek(offset)
        return parse_line(self._file.readline(), f"{self.path}, byte {offset}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def write_atomically(path: Path, lines: Iterator[bytes] | list[bytes]) -> None:
    """Replace a file by new content, all or nothing; a device or pipe is written to.

    Raises:
        StorageError: the content could not be written; the old file is untouched.
    """
    if path.exists() and not path.is_file():
        _write_through(path, lines)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            for line in lines:
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _storage_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # already in place, or a folder that cannot be written
            temporary.unlink(missing_ok=True)


def _write_through(path: Path, lines: Iterator[bytes] | list[bytes]) -> None:
    """Write to a path that is not a regular file; replacing ``/dev/stdout`` would destroy it."""
    try:
        with path.open("wb") as file:
            for line in lines:
                file.write(line)
    except OSError as error:
        raise _storage_error(path, error) from error


def _storage_error(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"cannot write: {error.strerror or error}",
        where=str(path),
        hint="free space or mend the permissions, then run the same command again: it goes on where it stopped",
    )
