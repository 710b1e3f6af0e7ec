"""``harness merge RUN_DIR… -o RUN_DIR``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli import options
from harness.cli.app import app
from harness.errors import UsageError


@dataclass(frozen=True, slots=True)
class MergeFlags:
    """The parts, and what becomes of them."""

    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN_DIR...", help="Shards, or interrupted parts, of one run."),
    ]
    output_path: options.OutputPath = None
    name: options.Name = None
    data: options.Data = None
    include_path: options.IncludePath = None
    trust_task_code: options.Trust = None
    max_errors: options.MaxErrors = None

    def settings(self) -> dict[str, Any]:
        """Return the options of ``harness.merge`` that were given."""
        from harness.settings import parse_folders

        given = {
            "name": self.name,
            "data": parse_folders(self.data or []) or None,
            "include_path": tuple(self.include_path) if self.include_path else None,
            "trust_task_code": self.trust_task_code,
            "max_errors": self.max_errors,
        }
        return {key: value for key, value in given.items() if value is not None}


@app.command()
@options.grouped
def merge(parts: MergeFlags, output: options.OutputFlags) -> int:
    """Put the shards of a run together. Into a new run directory; exit 0, or 3 where items are missing."""
    import harness

    if parts.output_path is None:
        raise UsageError("-o RUN_DIR is missing", hint="harness merge SHARD_1 SHARD_2 … -o RUN_DIR")
    run = harness.merge(parts.runs, parts.output_path, argv=sys.argv, **parts.settings())
    return options.report(run, output)
