"""Digests of clip files, kept between runs: a file is read again only when its path, size, time or inode has changed.

A run that goes on asks for the digest of every clip, since it is part of the key of a call. Hashing reads the file; this
looks at its directory entry. The cache is a database in the user's cache folder (``XDG_CACHE_HOME``). One that cannot
be read or written ends nothing: files are hashed as if there were none.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import hashlib
import os
import stat
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import sqlite3

SETTLED_SECONDS: Final = 2.0
"""A file that was written this recently may be written again within one tick of its clock: its digest is not kept."""
_PENDING: Final = 512
_REMEMBERED: Final = 4096
"""Digests in memory; those of more clips are looked up in the database."""
_TABLE: Final = (
    "create table if not exists clips "
    "(path text primary key, size integer, modified integer, changed integer, inode integer, sha256 text)"
    " without rowid"
)


class Mark(NamedTuple):
    """Facts that change with a file: size in bytes, times of its content and of its entry in nanoseconds, inode."""

    size: int
    modified: int
    changed: int
    inode: int


class Digests:
    """A cache of digests; threads may share it.

    Args:
        place: the database, ``None`` for the one in the user's cache folder.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._found: dict[str, tuple[Mark, str]] = {}
        self._pending: dict[str, tuple[Mark, str]] = {}
        self._base: sqlite3.Connection | None = None
        self._broken = self._ends = False

    def of(self, path: str | Path) -> str:
        """Return the SHA-256 of a file's bytes, as hex.

        Args:
            path: the file.

        Raises:
            OSError: it cannot be read.
        """
        name = os.path.abspath(path)  # noqa: PTH100  (a third of the time of Path.absolute)
        now = os.stat(name)  # noqa: PTH116
        if not stat.S_ISREG(now.st_mode) and not stat.S_ISDIR(now.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", name)
        mark = _mark(now)
        with self._lock:
            known = self._found.get(name) or self._stored(name)
            if known is not None and known[0] == mark:
                self._remember(name, known)
                return known[1]
        with Path(name).open("rb", buffering=0) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            read = os.fstat(file.fileno())
        if _mark(read) == mark and time.time() - read.st_ctime > SETTLED_SECONDS:
            with self._lock:
                self._remember(name, (mark, digest))
                if not self._ends:
                    self._ends = True
                    atexit.register(self.flush)
                self._pending[name] = (mark, digest)
                if len(self._pending) >= _PENDING:
                    self._write()
        return digest

    def flush(self) -> None:
        """Write what was learned; done by itself now and then, and when the process ends."""
        with self._lock:
            self._write()

    def _remember(self, name: str, entry: tuple[Mark, str]) -> None:
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[name] = entry

    def _open(self) -> sqlite3.Connection | None:
        if self._base is None and not self._broken:
            import sqlite3  # not at the top: few commands hear a clip

            place = self._place or _default_place()
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch(mode=0o600)
                base = sqlite3.connect(place, timeout=1.0, check_same_thread=False)
                weakref.finalize(self, base.close)
                base.execute("pragma synchronous = off")
                base.execute(_TABLE)
                self._base = base
            except (OSError, sqlite3.Error):
                self._broken = True
        return self._base

    def _stored(self, name: str) -> tuple[Mark, str] | None:
        base = self._open()
        if base is None:
            return None
        try:
            row = base.execute(
                "select size, modified, changed, inode, sha256 from clips where path = ?", (name,)
            ).fetchone()
        except (self._errors(), UnicodeError):
            self._broken, self._base = True, None
            return None
        if row is None or not isinstance(row[4], str) or len(row[4]) != 64:
            return None
        return Mark(*row[:4]), row[4]

    def _write(self) -> None:
        pending, self._pending = self._pending, {}
        base = self._open() if pending else None
        if base is None:
            return
        rows = [(name, *mark, digest) for name, (mark, digest) in pending.items()]
        with contextlib.suppress(self._errors(), UnicodeError), base:
            base.executemany("insert or replace into clips values (?, ?, ?, ?, ?, ?)", rows)

    @staticmethod
    def _errors() -> type[Exception]:
        import sqlite3

        return sqlite3.Error


DIGESTS: Final = Digests()
"""The cache of this process."""


def _mark(stat: os.stat_result) -> Mark:
    return Mark(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def _default_place() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "lalm-harness" / "clip_sha256.sqlite"
