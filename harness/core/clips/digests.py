"""Digests of clips that several runs of one process read: each file is read once as long as it does not change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

_Identity = tuple[str, int, int, int]
_known: dict[_Identity, str] = {}
OPEN: Final[list[None]] = []
"""One entry for everyone who keeps digests; empty if nobody does."""
_lock: Final = Lock()


@contextmanager
def kept_digests() -> Iterator[None]:
    """Keep the digests of files until this ends; it may be nested."""
    with _lock:
        OPEN.append(None)
    try:
        yield
    finally:
        with _lock:
            OPEN.pop()
            if not OPEN:
                _known.clear()


def digest_of(source: object, compute: Callable[[], str]) -> str:
    """Return the digest of a clip, from before where it is kept.

    Args:
        source: where its bytes are; only those of files are kept.
        compute: reads them.
    """
    if not OPEN or not isinstance(source, (str, Path)):
        return compute()
    try:
        found = Path(source).stat()
    except (OSError, ValueError):
        return compute()
    key = (str(source), found.st_mtime_ns, found.st_size, found.st_ino)
    digest = _known.get(key)
    if digest is None:
        digest = _known[key] = compute()
    return digest
