"""``--judge-cache FOLDER``: judge replies shared between runs and between processes.

One append-only JSONL file per judge model; a line is keyed by the content of its request (model,
messages, sampling, number of the vote), so it is valid in any run. Writers hold a file lock while they
append one line; a torn last line of a writer that was killed is cut by the next. Readers take new lines
of other processes as they appear.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any, Final

import filelock

from harness.core.keys import short_hash
from harness.errors import StorageError
from harness.run.jsonl import encode_line, parse_line
from harness.run.judgements import CachedReply

_FIELDS: Final = ("key", "reply")


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
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot create the judge cache: {error.strerror}", where=str(folder)
            ) from error
        self._lock = filelock.FileLock(self.path.with_suffix(".lock"))
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
        with self.path.open("rb") as file:
            file.seek(start)
            return parse_line(file.read(size), str(self.path))

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
                self._append(encode_line(line))
                self._catch_up()
        except OSError as error:
            raise StorageError(
                f"cannot write the judge cache: {error.strerror or error}", where=str(self.path)
            ) from error

    def _append(self, data: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
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
            size = self.path.stat().st_size
        except FileNotFoundError:
            return
        if size <= self._read_to:
            return
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            for data in file:
                if not data.endswith(b"\n"):
                    break
                line = parse_line(data, f"{self.path}, byte {self._read_to}")
                if all(isinstance(line.get(name), str) for name in _FIELDS):
                    self._offsets.setdefault(line["key"], (self._read_to, len(data)))
                self._read_to += len(data)
