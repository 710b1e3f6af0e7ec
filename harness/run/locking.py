"""One writer at a time, also where the file system cannot lock.

A lock is one of the operating system (``flock``): it ends with its process, however that ends. Some network file
systems refuse it (``ENOLCK``, ``EOPNOTSUPP``, ``ENOSYS``). There a file ``.lock.owner`` next to the lock names host and
process of the writer. Of a process of this host that is gone it holds nobody up; of another host nobody here can know,
so the message names the host, and removing the file is the user's word that the process is gone.
"""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path
from types import TracebackType
from typing import Final

import filelock

from harness.errors import RunLockedError

OWNER: Final = ".owner"
"""What the name of the second file adds to that of the lock."""
_UNSUPPORTED: Final = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS})


class WriterLock:
    """The lock of what one process at a time may write; use it as ``with``.

    Args:
        path: the lock file; created if need be.
        seconds: how long to wait for another process, -1 for as long as it takes.
        mode: permissions of a new lock file.
    """

    def __init__(self, path: Path, seconds: float = -1, mode: int = 0o644) -> None:
        self._path = path
        self._owner = path.with_name(path.name + OWNER)
        self._seconds = seconds
        self._mode = mode
        self._held: filelock.BaseFileLock | None = None

    def __enter__(self) -> WriterLock:
        """Take the lock.

        Raises:
            RunLockedError: another process has it.
            OSError: it cannot be taken.
        """
        native = filelock.FileLock(self._path, mode=self._mode, fallback_to_soft=False)
        try:
            self._take(native)
        except filelock.Timeout:
            raise RunLockedError("another process is writing", where=str(self._path)) from None
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
            self._take_file()
        return self

    def _take_file(self) -> None:
        try:
            self._take(filelock.SoftFileLock(self._owner, mode=self._mode))
        except filelock.Timeout:
            raise RunLockedError(
                f"{self._holder()} is writing",
                where=str(self._path),
                hint=f"this file system has no locks; if that process is gone: rm {self._owner}",
            ) from None

    def _take(self, lock: filelock.BaseFileLock) -> None:
        lock.acquire(timeout=self._seconds, poll_interval=0.02)
        self._held = lock

    def _holder(self) -> str:
        """Return process and host of who holds the file next to the lock."""
        with contextlib.suppress(OSError, ValueError):
            process, host, *_ = self._owner.read_text(encoding="utf-8", errors="replace").split()
            return f"process {process} on {host}"
        return "an unknown process"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None
