"""Hazards: a closed or full standard stream ends a run with a crash, or puts a library's words into the log."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.budget import mostly_long
from tests.support.runs.toy import jsonl


def ended(run: Path, streams: str) -> subprocess.CompletedProcess[str]:
    """A small run under a shell that changes standard streams."""
    harness = (
        f'"{sys.executable}" -m harness evaluate mock:echo -t quickstart_choice -L 2 -o "{run}"'
    )
    return subprocess.run(
        ["bash", "-c", f"{harness} {streams}"],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "CI": "1"},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "streams",
    mostly_long([">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"], ["<&- >&- 2>&-", "2>/dev/full"]),
)
def test_a_closed_stream_is_no_reason_to_fail(tmp_path: Path, streams: str) -> None:
    found = ended(tmp_path / "run", streams)
    assert found.returncode == 0, found.stderr
    assert len(jsonl(tmp_path / "run" / "responses.jsonl")) == 2
    assert not list(tmp_path.glob("harness-crash*"))


@pytest.mark.slow
def test_results_that_cannot_be_shown_are_4(tmp_path: Path) -> None:
    found = ended(tmp_path / "run", ">/dev/full")
    assert found.returncode == 4
    assert (tmp_path / "run" / "results.json").exists()
