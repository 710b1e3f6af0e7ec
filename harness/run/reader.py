"""Read-only view of a finished run directory: manifest, results and sample lines.

For ``gate``, ``compare``, ``leaderboard`` and ``report``. Nothing here writes, locks or repairs.
Small files are parsed at once; ``samples.jsonl`` is streamed line by line, split on the newline
character only. What is not a run directory, was not scored yet, or was written in another schema
is a ``UsageError`` that names the file and the command that mends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError, UsageError
from harness.run.jsonl import parse_line

SCHEMA_VERSION: Final = 1

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


@dataclass(frozen=True, slots=True)
class RunView:
    """One run directory.

    Attributes:
        path: the directory.
        manifest: the parsed ``manifest.json``.
        results: the parsed ``results.json``.
    """

    path: Path
    manifest: Mapping[str, Any]
    results: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The run's name in tables."""
        return str(self.manifest.get("name") or self.path.resolve().name)

    @property
    def tasks(self) -> Mapping[str, Any]:
        """Task id -> its declaration in the manifest."""
        declared: Mapping[str, Any] = self.manifest.get("tasks", {})
        return declared

    def samples(self, task: str | None = None) -> Iterator[dict[str, Any]]:
        """Sample lines in file order, of one task or of all.

        Raises:
            InputFileError: the file is missing, or a line is not a JSON object.
        """
        path = self.path / "samples.jsonl"
        if not path.is_file():
            raise InputFileError(
                "not found", where=str(path), hint=f"write it with `harness score {self.path}`"
            )
        with path.open("rb") as lines:  # bytes: only "\n" ends a line
            for number, line in enumerate(lines, start=1):
                record = _parse(line, f"{path}:{number}", f"harness score {self.path}")
                if task is None or record.get("task") == task:
                    yield record

    def sample_index(self) -> dict[str, list[dict[str, Any]]]:
        """Task -> compact sample lines (``INDEX_KEYS``), read in one pass."""
        index: dict[str, list[dict[str, Any]]] = {}
        for record in self.samples():
            compact = {key: record[key] for key in INDEX_KEYS if key in record}
            index.setdefault(str(record.get("task")), []).append(compact)
        return index


def read_run(path: str | Path) -> RunView:
    """Open a run directory.

    Args:
        path: directory that ``harness evaluate`` or ``harness score`` wrote.

    Raises:
        UsageError: not a run directory, not scored yet, or written in another schema.
        InputFileError: a file in it is not valid JSON.
    """
    root = Path(path)
    if not root.is_dir():
        problem = "is a file" if root.is_file() else "does not exist"
        raise UsageError(f"{problem}; a run directory was expected", where=str(root))
    manifest_path = root / "manifest.json"
    if not manifest_path.is_file():
        raise UsageError(
            "is not a run directory (it has no manifest.json)",
            where=str(root),
            hint="run directories are written by `harness evaluate MODEL -t TASKS -o RUN_DIR`",
        )
    rescore = f"harness score {root}"
    manifest = _read(manifest_path, "harness evaluate MODEL -t TASKS -o NEW_RUN_DIR")
    _check_version(manifest, manifest_path, "evaluate into a new run directory")
    results_path = root / "results.json"
    if not results_path.is_file():
        raise UsageError(
            "has no results.json: the run is not scored yet",
            where=str(root),
            hint=f"run `{rescore}`",
        )
    results = _read(results_path, rescore)
    _check_version(results, results_path, f"score it again: `{rescore}`")
    return RunView(root, manifest, results)


def _check_version(content: Mapping[str, Any], path: Path, cure: str) -> None:
    found = content.get("schema_version")
    if found != SCHEMA_VERSION:
        raise UsageError(
            f"schema_version is {found!r}, this version reads {SCHEMA_VERSION}",
            where=str(path),
            hint=f"use the harness version that wrote it, or {cure}",
        )


def _read(path: Path, mend: str) -> dict[str, Any]:
    return _parse(path.read_bytes(), str(path), mend)


def _parse(content: bytes, where: str, mend: str) -> dict[str, Any]:
    try:
        return parse_line(content, where)
    except InputFileError as error:
        hint = f"write it again with `{mend}`"
        raise InputFileError(error.message, where=where, hint=hint) from error
