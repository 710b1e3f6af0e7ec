"""What a recogniser heard: one transcript per clip, whoever asks and however often.

Transcripts are kept by the clip's content in memory, and with ``transcript_cache=FILE`` in an SQLite file as well, by the
recogniser's fingerprint and the clip's content, so that another language model behind the same recogniser starts at
once. A file that fails while running is not a reason to stop: clips are heard again, with one warning.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Final

from harness.errors import AudioError, UsageError
from harness.types import Audio
from model_adapters.cascade.recognisers.base import Recogniser

_KEPT: Final = 4096
_WAIT_SECONDS: Final = 30.0
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS transcripts"
    " (recogniser TEXT, clip TEXT, transcript TEXT NOT NULL, PRIMARY KEY (recogniser, clip))"
)


class Transcripts:
    """Transcripts of clips.

    Args:
        recogniser: who listens.
        file: where transcripts outlive the process.
    """

    def __init__(self, recogniser: Recogniser, file: str | None = None) -> None:
        self._recogniser = recogniser
        self._file = TranscriptFile(Path(file).expanduser()) if file is not None else None
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._started: dict[str, Future[str]] = {}
        self._fingerprint = ""
        self._lock = threading.Lock()  # a batch is prepared while another is answered

    def open(self) -> str:
        """Load the recogniser, and its fingerprint."""
        if self._file is not None:
            self._file.open()
        self._fingerprint = self._recogniser.open()
        return self._fingerprint

    def start(self, clips: Iterable[Audio]) -> None:
        """Have clips heard at the same time, if the recogniser can do that."""
        for clip in clips:
            try:
                key = clip.sha256
            except AudioError:  # said when its turn comes
                continue
            with self._lock:
                if key in self._started or self._known(key) is not None:
                    continue
                future = self._recogniser.start(clip)
                if future is None:
                    return
                self._started[key] = future

    def of(self, clip: Audio) -> str:
        """Return the transcript of a clip.

        Raises:
            AudioError: the clip cannot be read.
            HearingError: the recogniser failed on it.
        """
        key = clip.sha256
        with self._lock:
            found = self._known(key)
            future = self._started.get(key)
        if found is not None:
            return found
        try:
            found = self._recogniser.hear(clip) if future is None else future.result()
            with self._lock:
                self._keep(key, found)
        finally:
            with self._lock:
                self._started.pop(key, None)
        if self._file is not None:
            self._file.write(self._fingerprint, key, found)
        return found

    def close(self) -> None:
        """Stop reading and writing."""
        for future in self._started.values():
            future.cancel()
        self._started.clear()
        self._kept.clear()
        self._recogniser.close()
        if self._file is not None:
            self._file.close()

    def _known(self, key: str) -> str | None:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        found = self._file.read(self._fingerprint, key) if self._file is not None else None
        if found is not None:
            self._keep(key, found)
        return found

    def _keep(self, key: str, transcript: str) -> None:
        self._kept[key] = transcript
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class TranscriptFile:
    """Transcripts in an SQLite file, which several runs may use at the same time.

    Args:
        path: made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._usable = False

    def open(self) -> None:
        """Check that the file can be used.

        Raises:
            UsageError: it is something else, or cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # the user's own
            with closing(self._connected()) as connection, connection:
                connection.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"{self._path} cannot hold transcripts: {error}",
                where="-M transcript_cache",
                hint="name a file that is not there yet, or one that an earlier run made",
            ) from error
        self._usable = True

    def read(self, recogniser: str, clip: str) -> str | None:
        """Return a stored transcript, ``None`` if it is not there."""
        rows = self._run(
            "SELECT transcript FROM transcripts WHERE recogniser = ? AND clip = ?",
            recogniser,
            clip,
        )
        return str(rows[0][0]) if rows else None

    def write(self, recogniser: str, clip: str, transcript: str) -> None:
        """Keep a transcript."""
        self._run(
            "INSERT OR REPLACE INTO transcripts VALUES (?, ?, ?)", recogniser, clip, transcript
        )

    def close(self) -> None:
        """Stop reading and writing."""
        self._usable = False

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=_WAIT_SECONDS)

    def _run(self, statement: str, *values: str) -> list[tuple[str, ...]]:
        """Run one statement in a connection of its own, since batches are answered in changing threads."""
        if not self._usable:
            return []
        try:
            with closing(self._connected()) as connection, connection:
                return connection.execute(statement, values).fetchall()
        except (OSError, sqlite3.Error) as error:
            self._usable = False
            warnings.warn(f"transcripts are no longer kept in {self._path}: {error}", stacklevel=2)
            return []
