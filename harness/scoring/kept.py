"""What stays of the derived files when one more task is scored into a run, or nothing is new in it.

Samples and results of a task are a function of its own part of the logs. Where they are up to date, were made by this
version, and the code of the task is the same, they need not be made again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.core.version import __version__
from harness.errors import HarnessError
from harness.run.directory import RunDirectory
from harness.run.files import RESULTS, SAMPLES, Manifest, Results
from harness.run.freshness import staleness
from harness.run.jsonl import parse_line

_TASK = b'{"task": '


@dataclass(frozen=True, slots=True)
class SampleLines:
    """The lines of one task in ``samples.jsonl``, read from disk whenever they are iterated."""

    path: Path
    start: int
    stop: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            while file.tell() < self.stop:
                yield parse_line(file.readline(), str(self.path))


@dataclass(frozen=True, slots=True)
class Kept:
    """Tasks whose derived lines and values are kept, and where they stand.

    Attributes:
        path: the old ``samples.jsonl``.
        results: the old results.
        ranges: task -> bytes of its lines.
    """

    path: Path = field(default_factory=Path)
    results: Results | None = None
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def lines(self, task: str) -> Iterator[bytes]:
        """Yield the lines of a task."""
        start, stop = self.ranges[task]
        with self.path.open("rb") as file:
            file.seek(start)
            while start < stop:
                line = file.readline()
                start += len(line)
                yield line


def kept(
    run: RunDirectory,
    manifest: Manifest,
    *,
    without: str | None = None,
    same_code: Collection[str] = (),
) -> Kept:
    """Return what can be kept of a run before it is scored.

    Args:
        run: the run directory.
        manifest: its manifest, as it was.
        without: the task that is scored now in any case.
        same_code: tasks of which the caller knows that their own code is the same.

    Returns:
        Nothing where the files are absent, damaged or not those of the logs, or another version wrote them. Tasks with
        code of their own are scored again, and all if a process ended between writing the two derived files.
    """
    noted = manifest.get("continued", [])
    versions = [manifest["harness_version"], *(entry["harness_version"] for entry in noted)]
    if versions[-1] != __version__ or not (run.path / RESULTS).is_file():
        return Kept()
    try:
        if _written(run.path / RESULTS) < _written(run.path / SAMPLES):
            return Kept()
        results = run.results()
        if staleness(run.path, manifest, results) is not None:
            return Kept()
        ranges = _ranges(run.path / SAMPLES)
    except (HarnessError, OSError, ValueError):
        return Kept()
    own = {name for name, entry in manifest["tasks"].items() if "code" in entry["signature_parts"]}
    left_out = own.difference(same_code) | {without}
    return Kept(
        run.path / SAMPLES,
        results,
        {name: ranges.get(name, (0, 0)) for name in results["tasks"] if name not in left_out},
    )


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _ranges(path: Path) -> dict[str, tuple[int, int]]:
    """Return the bytes of every task's lines.

    Raises:
        ValueError: a line does not begin as this version writes it, or the lines of a task are not together.
    """
    found: dict[str, tuple[int, int]] = {}
    name, beginning, offset, start = "", b"", 0, 0
    with path.open("rb") as file:
        for line in file:
            if not beginning or not line.startswith(beginning):
                if offset:
                    found[name] = (start, offset)
                if not line.startswith(_TASK):
                    raise ValueError(f"{path}: not a line of ours")
                name = json.JSONDecoder().raw_decode(line[len(_TASK) :].decode())[0]
                beginning = _TASK + json.dumps(name, ensure_ascii=False).encode() + b", "
                if name in found:
                    raise ValueError(f"{path}: the lines of {name} are not together")
                start = offset
            offset += len(line)
    if offset:
        found[name] = (start, offset)
    return found
