"""``--judge-cache FOLDER``: judge replies shared between runs and between processes.

One append-only JSONL file per judge model; a line is keyed by the content of its request (model,
messages, sampling, number of the vote), so it is valid in any run. Writers hold a file lock while they
append one line; a torn last line of a writer that was killed is cut by the next. Readers take new lines
of other processes as they appear.

Every line bears a check over its content. A line without it, with another one, or that is not a usable reply counts for
nothing: its request is asked again. That finds damage and edits; whoever may write to the folder can still make lines of
their own, so a cache is shared with people whom you trust. Nothing is read or written through a link.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from harness.core.keys import digest, short_hash
from harness.errors import InputFileError, StorageError
from harness.run.jsonl import PRIVATE, encode_line, parse_line
from harness.run.judgements import CachedReply
from harness.run.locking import WriterLock

_CHECK: Final = "check"
_READ: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_APPEND: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_LONGEST_LINE: Final = 4_000_000
"""Bytes of a line that is read; no judge writes so much."""


class JudgeCache:
    """The cached replies of one judge model.

    Args:
        folder: the shared folder; created if need be.
        model: the judge model.

    Raises:
        StorageError: the folder cannot be created or read.
    """

    def __init__(self, folder: Path, model: str) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", model)[:80]
        self.path = folder / f"{name}-{short_hash(model)}.jsonl"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot create the judge cache: {error.strerror}", where=str(folder)
            ) from error
        lock = self.path.with_suffix(".lock")
        for place in (self.path, lock):
            if place.is_symlink() or (place.exists() and not place.is_file()):
                raise StorageError(
                    "is a link or no regular file; a judge cache is not read or written through one",
                    where=str(place),
                    hint="remove it, or give another --judge-cache",
                )
        self._lock = WriterLock(lock, mode=PRIVATE)
        self._offsets: dict[str, tuple[int, int]] = {}
        self._read_to = 0

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the cached line of a request, also if another process has just added it."""
        if key not in self._offsets:
            self._catch_up()
        found = self._offsets.get(key)
        if found is None:
            return None
        start, size = found
        with self._open() as file:
            file.seek(start)
            line = _usable(file.read(size))
        if line is None or line["key"] != key:  # changed since it was indexed
            del self._offsets[key]
            return None
        return line

    def _open(self) -> BinaryIO:
        return os.fdopen(os.open(self.path, _READ), "rb")

    def put(self, line: CachedReply) -> None:
        """Add a line, unless the key is there already.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            with self._lock:
                self._catch_up()
                if line["key"] in self._offsets:
                    return
                self._append(encode_line({**line, _CHECK: _check_of(line)}))
                self._catch_up()
        except OSError as error:
            raise StorageError(
                f"cannot write the judge cache: {error.strerror or error}", where=str(self.path)
            ) from error

    def _append(self, data: bytes) -> None:
        descriptor = os.open(self.path, _APPEND, PRIVATE)
        try:
            size = os.fstat(descriptor).st_size
            if (
                size > self._read_to
            ):  # the lock is ours: what has no newline was torn by a dead writer
                os.ftruncate(descriptor, self._read_to)
                size = self._read_to
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(descriptor, view) :]
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _catch_up(self) -> None:
        """Index complete lines that are new; a line in another format is skipped."""
        try:
            size = self.path.lstat().st_size
        except FileNotFoundError:
            return
        if size <= self._read_to:
            return
        with self._open() as file:
            file.seek(self._read_to)
            for data in file:
                if not data.endswith(b"\n"):
                    break
                line = _usable(data)
                if line is not None:
                    self._offsets.setdefault(line["key"], (self._read_to, len(data)))
                self._read_to += len(data)


def _check_of(line: Mapping[str, Any]) -> str:
    """Return the check over the content of a line."""
    return digest(["judge cache", {name: line[name] for name in line if name != _CHECK}])


def _usable(data: bytes) -> dict[str, Any] | None:
    """Return the content of a line, ``None`` if it is damaged, changed or no reply."""
    if len(data) > _LONGEST_LINE:
        return None
    try:
        line = parse_line(data, "")
    except InputFileError:
        return None
    if not isinstance(line.get("key"), str) or line.get(_CHECK) != _check_of(line):
        return None
    reply, model, finish = line.get("reply"), line.get("model"), line.get("finish", "stop")
    if not isinstance(reply, str) or not reply.strip() or not isinstance(finish, str):
        return None
    if not isinstance(model, str | None) or not isinstance(line.get("usage"), Mapping | None):
        return None
    del line[_CHECK]
    return line
