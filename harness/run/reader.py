"""Read run directories: one function for each file, all of it checked.

Nothing here writes, locks or repairs. Small files are parsed at once, logs are streamed line by line, split on the
newline character only. What is not a run directory, was not scored yet, or was written in another schema is a
``UsageError``; a record of the wrong shape is an ``InputFileError`` that names file, line, field, what was
found there and the command that mends it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from harness.core.untrusted.regular import is_file, is_folder
from harness.errors import InputFileError, UsageError
from harness.run.checks import Check, check_record, checker, fields_checker
from harness.run.files import (
    FILES,
    JUDGEMENTS,
    MANIFEST,
    RESPONSES,
    RESULTS,
    SAMPLES,
    SCHEMA_VERSION,
    JudgementRecord,
    Manifest,
    ManifestEntry,
    ResponseRecord,
    Results,
    SampleRecord,
)
from harness.run.jsonl import LineReader, parse_line, read_lines

INDEX_KEYS: Final[tuple[str, ...]] = (
    "id",
    "repeat",
    "item_key",
    "outcome",
    "scores",
    "stats",
    "parse",
    "groups",
    "cluster",
)
"""What ``sample_index`` keeps of a line: everything but texts, messages and audio."""
_COSTS: Final = ("audio", "usage", "seconds")
"""What it takes the cost of a reply from."""
_RESTORE: Final = "restore it from a copy, or start anew with another -o RUN_DIR"


def read_manifest(root: Path) -> Manifest:
    """Read what ran.

    Raises:
        UsageError: not a run directory, or one of another schema version.
        InputFileError: the manifest is damaged.
    """
    path = root / MANIFEST
    if not path.is_file():
        raise UsageError(
            f"is not a run directory (it has no {MANIFEST})",
            where=str(root),
            hint="run directories are written by: harness evaluate MODEL -t TASKS -o RUN_DIR",
        )
    return cast("Manifest", _read_object(path, _RESTORE, "start anew with another -o RUN_DIR"))


def read_results(root: Path) -> Results:
    """Read the derived results.

    Raises:
        UsageError: there are none yet, or they are of another schema version.
        InputFileError: the file is damaged.
    """
    path, rescore = root / RESULTS, f"harness score {root}"
    if not path.is_file():
        raise UsageError(
            f"has no {RESULTS}: the run is not scored yet",
            where=str(root),
            hint=f"finish it with the command that started it, or: {rescore}",
        )
    hint = f"write it again with: {rescore}"
    found = cast("Results", _read_object(path, hint, rescore))
    from harness.run.figures.results import results_fault

    fault = results_fault(found)
    if fault is not None:
        raise InputFileError(fault, where=str(path), hint=hint)
    return found


def read_responses(
    root: Path, task: str | None = None, among: Collection[str] = ()
) -> Iterator[tuple[int, ResponseRecord]]:
    """Return an iterator of (byte offset, record) over every attempt in the log, of one task or all, earlier ones too.

    Args:
        root: the run directory.
        task: only lines of this task.
        among: tasks of the run: lines of the others are passed over unread, not even checked.

    Raises:
        InputFileError: a line is damaged.
    """
    others = {*among} - {task} if task is not None else ()
    lines = read_lines(root / RESPONSES, checker(ResponseRecord), _RESTORE, without=others)
    return cast("Iterator[tuple[int, ResponseRecord]]", _of_task(lines, task))


def read_judgements(
    root: Path, task: str | None = None, among: Collection[str] = ()
) -> Iterator[tuple[int, JudgementRecord]]:
    """Return an iterator of (byte offset, record) over every judge reply in the log, about one task or all.

    Args:
        root: the run directory.
        task: only lines of this task.
        among: tasks of the run: lines of the others are passed over unread, not even checked.

    Raises:
        InputFileError: a line is damaged.
    """
    others = {*among} - {task} if task is not None else ()
    lines = read_lines(root / JUDGEMENTS, checker(JudgementRecord), _RESTORE, without=others)
    return cast("Iterator[tuple[int, JudgementRecord]]", _of_task(lines, task))


def _of_task(
    lines: Iterator[tuple[int, dict[str, Any]]], task: str | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return the lines of one task; all without another step in between if none is named."""
    return lines if task is None else (line for line in lines if line[1]["task"] == task)


def read_samples(root: Path, tasks: Collection[str]) -> Iterator[SampleRecord]:
    """Yield the scored items in file order.

    Args:
        root: the run directory.
        tasks: those of its manifest.

    Raises:
        InputFileError: the file is missing, a line is damaged, or is of another task.
    """
    for record in _checked_samples(root, tasks, checker(SampleRecord)):
        yield cast("SampleRecord", record)


MOST_AHEAD: Final = 5_000
"""Records in memory: some 20 MB."""


class ResponseReader:
    """Random access to the response log, by the offsets that ``read_responses`` gave."""

    def __init__(self, root: Path) -> None:
        self._lines = LineReader(root / RESPONSES)
        self._ahead: dict[int, ResponseRecord] = {}

    def read_ahead(self, offset: int) -> ResponseRecord:
        """Read one record that ``read`` is asked for again; some thousands are kept until then."""
        record = self.read(offset)
        if len(self._ahead) < MOST_AHEAD:
            self._ahead[offset] = record
        return record

    def read(self, offset: int) -> ResponseRecord:
        """Read one record.

        Raises:
            InputFileError: the line is damaged.
        """
        if (ahead := self._ahead.pop(offset, None)) is not None:
            return ahead
        record = self._lines.read(offset)
        check_record(ResponseRecord, record, self.place(offset), _RESTORE)
        return cast("ResponseRecord", record)

    def place(self, offset: int) -> str:
        """Name a line for messages."""
        return f"{self._lines.path}, byte {offset}"

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


@dataclass(frozen=True, slots=True)
class RunView:
    """One scored run directory, for ``gate``, ``leaderboard`` and ``export``.

    Attributes:
        path: the directory.
        manifest: content of ``manifest.json``.
        results: content of ``results.json``.
    """

    path: Path
    manifest: Manifest
    results: Results

    @property
    def name(self) -> str:
        """The run's name in tables."""
        return self.manifest["name"] or self.path.resolve().name

    @property
    def tasks(self) -> Mapping[str, ManifestEntry]:
        """Task id -> its declaration in the manifest."""
        return self.manifest["tasks"]

    def stale(self, *, thorough: bool = True) -> str | None:
        """Return a warning if the results are not those of the logs, with the command that renews them.

        Args:
            thorough: compare every line; else only the ends of the logs.
        """
        from harness.run.freshness import staleness, warning

        problem = staleness(self.path, self.manifest, self.results, thorough=thorough)
        return None if problem is None else warning(self.path, problem)

    def samples(self, task: str | None = None) -> Iterator[SampleRecord]:
        """Yield the scored items in file order, of one task or of all.

        Raises:
            InputFileError: the file is missing, a line is damaged, or is of a task that the run lacks.
        """
        for record in read_samples(self.path, self.tasks):
            if task is None or record["task"] == task:
                yield record

    def sample_index(self) -> dict[str, list[dict[str, Any]]]:
        """Return the compact sample lines (``INDEX_KEYS``, and what a reply cost) of each task, read in one pass.

        Raises:
            InputFileError: the file is missing, one of these keys is damaged, or a line is of a task that the run lacks.
        """
        index: dict[str, list[dict[str, Any]]] = {}
        check = fields_checker(SampleRecord, ("task", *INDEX_KEYS, *_COSTS))
        for record in _checked_samples(self.path, self.tasks, check):
            compact = {key: record[key] for key in INDEX_KEYS} | _cost(record)
            index.setdefault(record["task"], []).append(compact)
        return index


def _cost(record: Mapping[str, Any]) -> dict[str, float | None]:
    """Return seconds of the call, seconds of its audio, and tokens of the reply; ``None`` where not known."""
    audio = record.get("audio")
    seconds = [clip.get("seconds") for clip in audio] if isinstance(audio, list) else []
    usage = record.get("usage")
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    known = bool(seconds) and all(isinstance(one, (int, float)) for one in seconds)
    return {
        "seconds": record.get("seconds"),
        "audio_seconds": sum(seconds) if known else None,
        "tokens": tokens if isinstance(tokens, (int, float)) else None,
    }


def read_run(path: str | Path) -> RunView:
    """Open a run directory.

    Args:
        path: directory that ``harness evaluate`` or ``harness score`` wrote.

    Raises:
        UsageError: not a run directory, not scored yet, or written in another schema.
        InputFileError: a file in it is damaged.
    """
    root = Path(path)
    if not is_folder(root):
        problem = "is a file" if is_file(root) else "does not exist"
        raise UsageError(f"{problem}; a run directory was expected", where=str(root))
    manifest, results = read_manifest(root), read_results(root)
    for name in results["tasks"]:
        if name not in manifest["tasks"]:
            raise InputFileError(
                f"has the task {name!r}, which {MANIFEST} does not have",
                where=str(root / RESULTS),
                hint=_rewrite(root),
            )
    return RunView(root, manifest, results)


def _checked_samples(root: Path, tasks: Collection[str], check: Check) -> Iterator[dict[str, Any]]:
    path = root / SAMPLES
    if not path.is_file():
        raise InputFileError("not found", where=str(path), hint=_rewrite(root))
    from harness.run.figures.samples import SampleFigures

    figures = SampleFigures()
    with path.open("rb") as lines:  # bytes: only "\n" ends a line
        for number, line in enumerate(lines, start=1):
            where = f"{path}:{number}"
            record = parse_line(line, where, _rewrite(root))
            mismatch = check(record)
            if mismatch is not None:
                raise InputFileError(mismatch.text(), where=where, hint=_rewrite(root))
            if record["task"] not in tasks:
                raise InputFileError(
                    f"has the task {record['task'][:80]!r}, which {MANIFEST} does not have",
                    where=where,
                    hint=_rewrite(root),
                )
            fault = figures.fault(record)
            if fault is not None:
                raise InputFileError(fault, where=where, hint=_rewrite(root))
            yield record


def _rewrite(root: Path) -> str:
    return f"write it again with: harness score {root}"


def _read_object(path: Path, hint: str, renew: str) -> dict[str, Any]:
    """Read and check a file that holds one JSON object.

    Args:
        path: the file.
        hint: what mends a damaged one.
        renew: what mends one of another schema version.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    record = parse_line(content, str(path), hint)
    version = record.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        writer = record.get("harness_version")
        which = f"harness {writer}" if isinstance(writer, str) else "the version that wrote it"
        raise UsageError(
            f"schema_version is {json.dumps(version)}, this version reads {SCHEMA_VERSION}",
            where=str(path),
            hint=f"use {which}, or {renew}",
        )
    check_record(FILES[path.name], record, str(path), hint)
    try:
        json.dumps(record, allow_nan=False)
    except ValueError:
        problem = "holds NaN or a number without end, which JSON does not have"
        raise InputFileError(problem, where=str(path), hint=hint) from None
    return record
