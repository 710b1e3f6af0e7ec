"""The run directory: what a run has done so far, on disk, by one writer at a time.

``responses.jsonl`` and ``judgements.jsonl`` are append-only; ``manifest.json``, ``samples.jsonl`` and
``results.json`` are replaced atomically. Killing the process at any instant loses at most what was in
flight. ``docs/run_directory.md`` describes every file.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import filelock

from harness.errors import InputFileError, RunLockedError, StorageError, UsageError
from harness.run.attempts import Attempt, AttemptKey, Attempts
from harness.run.jsonl import AppendLog, read_lines, write_atomically

SCHEMA_VERSION: Final = 1
MANIFEST, RESPONSES, JUDGEMENTS = "manifest.json", "responses.jsonl", "judgements.jsonl"
SAMPLES, RESULTS, LOCK = "samples.jsonl", "results.json", ".lock"

LOCK_SECONDS: Final = 0.3
"""How long a writer waits: ``harness status`` holds the lock for an instant to see whether it is free."""
_MANIFEST_KEYS: Final = frozenset({"argv", "harness_version", "judge", "model", "name", "tasks"})
_TASK_KEYS: Final = frozenset(
    {"absent", "items_selected", "items_total", "origin", "selection", "signature_parts"}
)
_ATTEMPT_KEYS: Final = frozenset(
    {"doc", "error", "id", "index", "outcome", "repeat", "request_key", "task"}
)
_JUDGEMENT_KEYS: Final = frozenset({"id", "key", "repeat", "reply", "task", "vote"})


class RunDirectory:
    """A run directory; as a context manager it is held for writing.

    Args:
        path: the folder; created (with parents) when it is opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: filelock.BaseFileLock | None = None
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
        lock = filelock.FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=LOCK_SECONDS, poll_interval=0.02)
        except filelock.Timeout:
            raise RunLockedError(
                "another process is writing this run directory",
                where=str(self.path),
                hint=f"watch it with: harness status {self.path}",
            ) from None
        except OSError as error:
            raise StorageError(f"cannot lock: {error.strerror}", where=str(self.path)) from error
        self._lock = lock
        for name in (MANIFEST, SAMPLES, RESULTS):
            for leftover in self.path.glob(f".{name}.*.tmp"):  # of a process that was killed
                with contextlib.suppress(OSError):
                    leftover.unlink()
        return self

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
            self._lock.release()
            self._lock = None

    def is_locked(self) -> bool:
        """Whether another process writes this run directory now."""
        if not (self.path / LOCK).exists():
            return False
        lock = filelock.FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            return True
        except OSError:
            return False  # a read-only copy: nobody can be writing it
        lock.release()
        return False

    # --- manifest and derived files ----------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether there is a run here."""
        return (self.path / MANIFEST).exists()

    def manifest(self) -> dict[str, Any]:
        """What ran.

        Raises:
            UsageError: not a run directory, or one of another schema version.
        """
        manifest = self._read_json(MANIFEST)
        version = manifest.get("schema_version")
        if version != SCHEMA_VERSION:
            raise UsageError(
                f"this run directory has schema version {version!r}; this harness reads {SCHEMA_VERSION}",
                where=str(self.path),
                hint=f"it was made by harness {manifest.get('harness_version', '?')}: use that version",
            )
        _check_manifest(manifest, str(self.path / MANIFEST))
        return manifest

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

    def results(self) -> dict[str, Any]:
        """The derived results.

        Raises:
            UsageError: there are none yet.
        """
        return self._read_json(RESULTS)

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Replace ``manifest.json``."""
        write_atomically(self.path / MANIFEST, [_pretty(manifest)])

    def write_results(self, results: Mapping[str, Any]) -> None:
        """Replace ``results.json``."""
        write_atomically(self.path / RESULTS, [_pretty(results)])

    def write_samples(self, lines: Iterator[bytes]) -> None:
        """Replace ``samples.jsonl``."""
        write_atomically(self.path / SAMPLES, lines)

    def _read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            value = json.loads(path.read_bytes())
        except FileNotFoundError:
            hint = (
                f"finish it with the command that started it, or: harness score {self.path}"
                if name == RESULTS and self.exists
                else "a run directory is made by: harness evaluate MODEL -t TASKS -o RUN_DIR"
            )
            raise UsageError(
                f"not a finished run directory: it has no {name}", where=str(self.path), hint=hint
            ) from None
        except (OSError, ValueError) as error:
            raise InputFileError(f"cannot read: {error}", where=str(path)) from error
        if not isinstance(value, dict):
            raise InputFileError("expected a JSON object", where=str(path))
        return value

    # --- logs --------------------------------------------------------------------------------

    def append_response(self, record: Mapping[str, Any]) -> int:
        """Record one attempt that ended; it counts as finished when this returns (its offset)."""
        if self._responses is None:
            self._responses = AppendLog(self.path / RESPONSES)
        return self._responses.append(record)

    def append_judgement(self, record: Mapping[str, Any]) -> int:
        """Record one judge reply; it counts when this returns (its offset)."""
        if self._judgements is None:
            self._judgements = AppendLog(self.path / JUDGEMENTS)
        return self._judgements.append(record)

    def attempts(self) -> Attempts:
        """Last attempt of every item: the last line of (task, id, repeat) wins.

        Raises:
            InputFileError: a line is damaged.
        """
        found = Attempts()
        path = self.path / RESPONSES
        for offset, record in read_lines(path):
            where = f"{path}, byte {offset}"
            _check_keys(record, _ATTEMPT_KEYS, where)
            try:
                found[record["task"], record["id"], record["repeat"]] = Attempt(
                    offset, record["index"], record["request_key"], record["outcome"]
                )
            except (TypeError, ValueError, OverflowError) as error:
                raise InputFileError(
                    f"index, request_key or outcome is none of ours ({error}): the file was edited or damaged",
                    where=where,
                    hint="restore it, or start anew with another -o RUN_DIR",
                ) from error
        return found

    def judgements(self) -> dict[AttemptKey, list[dict[str, Any]]]:
        """Judge replies of every item in the order of their votes; each key once."""
        found: dict[AttemptKey, dict[str, dict[str, Any]]] = {}
        path = self.path / JUDGEMENTS
        for offset, record in read_lines(path):
            _check_keys(record, _JUDGEMENT_KEYS, f"{path}, byte {offset}")
            key = (record["task"], record["id"], record["repeat"])
            found.setdefault(key, {})[record["key"]] = record
        return {
            key: sorted(replies.values(), key=lambda reply: int(reply["vote"]))
            for key, replies in found.items()
        }


def _check_manifest(manifest: Mapping[str, Any], where: str) -> None:
    _check_keys(manifest, _MANIFEST_KEYS, where)
    tasks = manifest["tasks"]
    if not isinstance(tasks, dict) or not isinstance(manifest["model"], dict):
        raise InputFileError("'tasks' and 'model' must be objects", where=where)
    for name, entry in tasks.items():
        _check_keys(entry if isinstance(entry, dict) else {}, _TASK_KEYS, f"{where}, task {name}")


def _check_keys(record: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    missing = sorted(keys - record.keys())
    if missing:
        raise InputFileError(
            f"the key {missing[0]!r} is missing: the file was edited or damaged",
            where=where,
            hint="restore it, or start anew with another -o RUN_DIR",
        )


def _pretty(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(
        "utf-8", "surrogatepass"
    )
