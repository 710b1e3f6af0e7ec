r"""Append-only JSON lines that survive kill -9.

A line counts once its newline is in the file. What follows the last newline is a torn write: it is cut
when the log is opened for writing and ignored when it is read. Lines are split on "\n" only (JSON
strings may hold U+2028 and the like).
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError, LogLostError, StorageError
from harness.run.checks import Check

PRIVATE: Final = 0o600
"""Mode of files that hold replies: the user's own."""
_APPEND: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
_LINE: Final = json.JSONEncoder(ensure_ascii=False)
_FIRST_BLOCK: Final = 1 << 13
_LAST_BLOCK: Final = 1 << 22


def encode_line(record: Any) -> bytes:
    """Encode one JSON line. Lone surrogates are escaped, so any string survives."""
    try:
        return _LINE.encode(record).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, ensure_ascii=True).encode("ascii") + b"\n"


def read_lines(
    path: Path, check: Check | None = None, hint: str | None = None, *, without: Iterable[str] = ()
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (byte offset, record) of every complete line; nothing if the file does not exist.

    Args:
        path: the log.
        check: compares a record with its type (``harness.run.checks``).
        hint: what mends a damaged line.
        without: lines that begin with one of these tasks, as they are written, are passed over, unread. Name tasks only whose
            lines another reader takes: what names none of them is read, and refused where it is damaged.

    Raises:
        InputFileError: a complete line is not a JSON object, or not of its type: the log was edited or damaged.
    """
    if not path.exists():
        return
    check_regular(path)
    others = tuple(start for task in without for start in _starts(task))
    with path.open("rb") as file:
        offset = 0
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            if others and line.startswith(others):
                offset += len(line)
                continue
            record = parse_line(line, f"{path}:{number}", hint)
            mismatch = check(record) if check is not None else None
            if mismatch is not None:
                raise InputFileError(mismatch.text(), where=f"{path}:{number}", hint=hint)
            yield offset, record
            offset += len(line)


def _starts(task: str) -> set[bytes]:
    """Return how a line of a task begins: with its name as text, or with escapes in a line with lone surrogates."""
    return {
        f'{{"task": {json.dumps(task, ensure_ascii=escaped)},'.encode("utf-8", "replace")
        for escaped in (False, True)
    }


def parse_line(line: bytes, where: str, hint: str | None = None) -> dict[str, Any]:
    """Parse one JSON object.

    Raises:
        InputFileError: not a JSON object.
    """
    try:
        record = load_json(line)
    except ValueError as error:
        raise InputFileError(f"not a JSON line: {error}", where=where, hint=hint) from error
    if not isinstance(record, dict):
        raise InputFileError("expected a JSON object", where=where, hint=hint)
    return record


class AppendLog:
    """A log open for appending; the torn last line of an earlier process is cut first.

    Open it before any reader of the same file: bytes that are cut must not be in a reader's hands. The file is readable
    by its owner only, since it holds replies; one that is there already keeps its mode.

    Raises:
        StorageError: the file cannot be opened or written (disk full, quota, read-only), or is a link.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._fd = os.open(path, _APPEND, PRIVATE)
            self._regular = stat.S_ISREG(os.fstat(self._fd).st_mode)
            self.cut_bytes = self._cut_torn_line()
            self._end = os.fstat(self._fd).st_size
        except OSError as error:
            raise _storage_error(path, error) from error

    def check(self) -> None:
        """Compare the file at the log's path with what was written.

        Raises:
            LogLostError: it was removed, moved, replaced, emptied or written by another process.
        """
        if not self._regular:
            return
        mine = os.fstat(self._fd)
        try:
            there: os.stat_result | None = self.path.stat()
        except OSError:
            there = None
        if there is None:
            found = "removed or moved"
        elif (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino):
            found = "replaced by another file"
        elif there.st_size != self._end:
            found = f"changed by something else: {there.st_size} bytes, {self._end} were written"
        else:
            return
        raise LogLostError(
            f"the log was {found} while the run was under way",
            where=str(self.path),
            hint="the same command asks again for what is no longer there",
        )

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
            LogLostError: the file is no longer what was written.
            StorageError: the line could not be written.
        """
        line = encode_line(record)
        self.check()
        before = self._end
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            with contextlib.suppress(OSError):  # else the torn line is cut when the log is opened
                os.ftruncate(self._fd, before)
            raise _storage_error(self.path, error) from error
        self._end = before + len(line)
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
    """Random access to lines by byte offset. It keeps no bytes between calls, so what it gives is in the file now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        check_regular(path)
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self, offset: int) -> dict[str, Any]:
        """Read the record at an offset that ``read_lines`` gave.

        Raises:
            InputFileError: there is no complete line, or it is not a JSON object.
        """
        where = f"{self.path}, byte {offset}"
        line = self._line(offset)
        if not line.endswith(b"\n"):
            raise InputFileError("the line is not complete", where=where)
        return parse_line(line, where)

    def _line(self, offset: int) -> bytes:
        parts: list[bytes] = []
        block = _FIRST_BLOCK
        while chunk := os.pread(self._fd, block, offset):
            end = chunk.find(b"\n") + 1
            parts.append(chunk[:end] if end else chunk)
            if end:
                break
            offset += len(chunk)
            block = min(2 * block, _LAST_BLOCK)
        return b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def write_atomically(
    path: Path, lines: Iterator[bytes] | list[bytes], *, private: bool = False
) -> None:
    """Replace a file by new content, all or nothing; a device or pipe is written to.

    Args:
        path: the file.
        lines: its content.
        private: give it the mode of files that hold replies.

    Raises:
        StorageError: the content could not be written; the old file is untouched.
    """
    if path.exists() and not path.is_file():
        _write_through(path, lines)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(temporary, _NEW, PRIVATE if private else 0o666), "wb") as file:
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
    if error.errno == errno.ELOOP:
        return StorageError(
            "is a symbolic link, and nothing is written through one",
            where=str(path),
            hint="replace it by the file itself, or use another folder",
        )
    return StorageError(
        f"cannot write: {error.strerror or error}",
        where=str(path),
        hint="free space or mend the permissions, then run the same command again: it goes on where it stopped",
    )
