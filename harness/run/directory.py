"""The run directory: what a run has done so far, on disk, by one writer at a time.

``responses.jsonl`` and ``judgements.jsonl`` are append-only; ``manifest.json``, ``samples.jsonl`` and
``results.json`` are replaced atomically. Killing the process at any instant loses at most what was in
flight. ``docs/run_directory.md`` describes every file.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

from harness.errors import AdapterError, InputFileError, RunLockedError, StorageError, UsageError
from harness.run.attempts import AttemptKey, Attempts
from harness.run.checks import checker
from harness.run.files import (
    JUDGEMENTS,
    LOCK,
    MANIFEST,
    RESPONSES,
    RESULTS,
    SAMPLES,
    JudgementRecord,
    Manifest,
    ResponseRecord,
    Results,
)
from harness.run.jsonl import AppendLog, write_atomically
from harness.run.locking import WriterLock
from harness.run.reader import read_judgements, read_manifest, read_responses, read_results

_check_response: Final = checker(ResponseRecord)
LOCK_SECONDS: Final = 0.3
"""How long a writer waits: ``harness status`` holds the lock for an instant to see whether it is free."""


class RunDirectory:
    """A run directory; as a context manager it is held for writing.

    Args:
        path: the folder; created (with parents) when it is opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: WriterLock | None = None
        self._responses: AppendLog | None = None
        self._judgements: AppendLog | None = None

    # --- life --------------------------------------------------------------------------------

    def __enter__(self) -> RunDirectory:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot create the run directory: {error.strerror}", where=str(self.path)
            ) from error
        place = self.path / LOCK
        if place.is_symlink() or (place.exists() and not place.is_file()):
            raise StorageError(
                "is a link or no regular file; a run is not locked through one",
                where=str(place),
                hint="remove it, then run the same command again",
            )
        lock = WriterLock(place, LOCK_SECONDS)
        try:
            lock.__enter__()
        except RunLockedError as error:
            raise RunLockedError(
                f"{error.message} this run directory",
                where=str(self.path),
                hint=error.hint or f"watch it with: harness status {self.path}",
            ) from None
        except OSError as error:
            raise StorageError(f"cannot lock: {error.strerror}", where=str(self.path)) from error
        self._lock = lock
        for name in (MANIFEST, SAMPLES, RESULTS):
            for leftover in self.path.glob(f".{name}.*.tmp"):  # of a process that was killed
                with contextlib.suppress(OSError):
                    leftover.unlink()
        try:  # torn lines are cut before anybody reads the logs
            if self._is_there(RESPONSES):
                self._responses = AppendLog(self.path / RESPONSES)
            if self._is_there(JUDGEMENTS):
                self._judgements = AppendLog(self.path / JUDGEMENTS)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _is_there(self, name: str) -> bool:
        """Return whether the run directory has an entry of this name, also a dangling link."""
        return os.path.lexists(self.path / name)

    def check_logs(self) -> None:
        """Compare the logs on disk with what was written.

        Raises:
            LogLostError: one was removed, moved, replaced, emptied or written by another process.
        """
        for log in (self._responses, self._judgements):
            if log is not None:
                log.check()

    def log_sizes(self) -> tuple[int, ...]:
        """Return the bytes of both logs: equal ones mean that nothing was added in between."""
        logs = (self.path / name for name in (RESPONSES, JUDGEMENTS))
        return tuple(log.stat().st_size if log.is_file() else 0 for log in logs)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for log in (self._responses, self._judgements):
            if log is not None:
                log.close()
        self._responses = self._judgements = None
        if self._lock is not None:
            self._lock.__exit__(None, None, None)
            self._lock = None

    def is_locked(self) -> bool:
        """Return whether another process writes this run directory now."""
        if (self.path / LOCK).is_symlink() or not (self.path / LOCK).is_file():
            return False
        try:
            with WriterLock(self.path / LOCK, 0):
                return False
        except RunLockedError:
            return True
        except OSError:
            return False  # a read-only copy: nobody can be writing it

    # --- manifest and derived files ----------------------------------------------------------

    @property
    def exists(self) -> bool:
        """True if there is a run here."""
        return (self.path / MANIFEST).exists()

    def manifest(self) -> Manifest:
        """Read what ran.

        Raises:
            UsageError: not a run directory, or one of another schema version.
            InputFileError: the manifest is damaged.
        """
        return read_manifest(self.path)

    def check_target(self) -> None:
        """Refuse a folder with logs that are not ours, before anything is written to it.

        Raises:
            UsageError: there are logs but no manifest.
        """
        if not self.exists and self.path.is_dir() and any(self.path.glob("*.jsonl")):
            raise UsageError(
                "this folder has logs but no manifest: it is not a run directory",
                where=str(self.path),
                hint="use another -o RUN_DIR",
            )

    def results(self) -> Results:
        """Read the derived results.

        Raises:
            UsageError: there are none yet.
            InputFileError: the file is damaged.
        """
        return read_results(self.path)

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace ``manifest.json``."""
        self._replace(MANIFEST, [_pretty(manifest)])

    def write_results(self, results: Results) -> None:
        """Replace ``results.json``."""
        self._replace(RESULTS, [_pretty(results)])

    def write_samples(self, lines: Iterator[bytes]) -> None:
        """Replace ``samples.jsonl``."""
        self._replace(SAMPLES, lines, private=True)

    def _replace(
        self, name: str, lines: Iterator[bytes] | list[bytes], *, private: bool = False
    ) -> None:
        path = self.path / name
        if path.exists() and not path.is_file():  # it would be waited for
            raise StorageError("is not a regular file", where=str(path), hint="remove it")
        write_atomically(path, lines, private=private)

    # --- logs --------------------------------------------------------------------------------

    def append_response(self, record: ResponseRecord) -> int:
        """Record one attempt that ended; it counts as finished when this returns (its offset).

        Raises:
            AdapterError: the record has a field that no reader takes, since the adapter gave a wrong type.
            StorageError: the line could not be written.
        """
        mismatch = _check_response(record)
        if mismatch is not None:
            raise AdapterError(
                f"the model's reply cannot be recorded: {mismatch.text()}",
                where=f"{record['task']} {record['id']}",
                hint="the adapter must give what harness.types.Response says",
            )
        if self._responses is None:
            self._responses = AppendLog(self.path / RESPONSES)
        return self._responses.append(record)

    def append_judgement(self, record: JudgementRecord) -> int:
        """Record one judge reply; it counts when this returns (its offset)."""
        if self._judgements is None:
            self._judgements = AppendLog(self.path / JUDGEMENTS)
        return self._judgements.append(record)

    def attempts(self, task: str | None = None, among: Collection[str] = ()) -> Attempts:
        """Return the last attempt of every item, of one task or all: the last line of (task, id, repeat) wins.

        Args:
            task: only replies to this task.
            among: tasks of the run; lines of the others need not be read.

        Raises:
            InputFileError: a line is damaged.
        """
        found = Attempts()
        for offset, record in read_responses(self.path, task, among):
            try:
                found.note(record, offset)
            except OverflowError as error:
                raise InputFileError(
                    f"index, repeat: expected numbers of at most 64 bits, found {record['index']}, {record['repeat']}",
                    where=f"{self.path / RESPONSES}, byte {offset}",
                    hint="restore it from a copy, or start anew with another -o RUN_DIR",
                ) from error
        return found

    def judgements(
        self,
        task: str | None = None,
        among: Collection[str] = (),
        *,
        places: dict[str, int] | None = None,
    ) -> dict[AttemptKey, list[JudgementRecord]]:
        """Return the judge replies of every item, of one task or all, in the order of their votes; each key once.

        Args:
            task: only replies about this task.
            among: tasks of the run; lines of the others need not be read.
            places: also filled, if given: key of a reply to a request -> byte offset of its line.

        Raises:
            InputFileError: a line is damaged.
        """
        found: dict[AttemptKey, dict[str, JudgementRecord]] = {}
        for offset, record in read_judgements(self.path, task, among):
            key = (record["task"], record["id"], record["repeat"])
            found.setdefault(key, {})[record["key"]] = record
            if places is not None and "request" in record:
                places[record["key"]] = offset
        return {
            key: sorted(replies.values(), key=lambda reply: reply["vote"])
            for key, replies in found.items()
        }


def _pretty(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(
        "utf-8", "surrogatepass"
    )
