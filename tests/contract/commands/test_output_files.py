"""Hazards: ``-o FILE`` that writes over a file of a run, or computes for minutes and then cannot write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs.judged import TASK, responses

Cli = Callable[..., CommandResult]
WRITERS: dict[str, tuple[str, ...]] = {
    "compare": ("compare", "RUN", "RUN"),
    "trend": ("trend", "RUN", "RUN"),
    "leaderboard": ("leaderboard", "RUN"),
    "export": ("export", "RUN", "csv"),
    "report": ("report", "RUN"),
    "bridge": ("judge", "bridge", "RUN"),
    "gate": ("gate", "RUN", "--baseline", "RUN"),
}


@pytest.mark.parametrize("verb", WRITERS)
def test_no_file_of_a_run_is_written_over(tmp_path: Path, cli: Cli, verb: str) -> None:
    run = tmp_path / "run"
    assert cli("score", TASK, responses(tmp_path / "r.jsonl", 3), "-o", run, "--quiet").code == 0
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    command = [str(run) if part == "RUN" else part for part in WRITERS[verb]]
    for name in ("manifest.json", "responses.jsonl", "results.json", "samples.jsonl"):
        found = cli(*command, "-o", run / name)
        assert found.code == 2 and f"{name}: is a file of a run" in found.err, found.err
    for place, says in ((run, "is a folder"), (tmp_path / "none" / "x.md", "does not exist")):
        found = cli(*command, "-o", place)
        assert found.code == 2 and says in found.err, found.err
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
