"""Hazards: an example of an array or a matrix that no longer runs, or whose parts are not the single run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.pages import ROOT
from tests.support.runs.toy import timeless

PAGE = ROOT / "docs" / "many_machines.md"


def code(language: str) -> list[str]:
    """Blocks of one language on the page."""
    parts = PAGE.read_text(encoding="utf-8").split(f"```{language}\n")[1:]
    return [part.partition("\n```")[0] for part in parts]


def shell(folder: Path, script: str, **variables: str) -> str:
    """Run a script in a folder, as a job would, with a mock in place of a checkpoint."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "CHECKPOINT": "mock:options", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_array_of_the_page_gives_the_single_run(tmp_path: Path) -> None:
    job, after = (text.replace("lalm-7", "quickstart_choice") for text in code("sh")[:2])
    for index in ("1", "2"):
        shell(tmp_path, job, SLURM_ARRAY_TASK_ID=index, SLURM_ARRAY_TASK_COUNT="2")
    shell(tmp_path, after)
    shell(tmp_path, "harness evaluate $CHECKPOINT -t quickstart_choice -o one -q")
    assert timeless(tmp_path / "runs" / "night" / "all") == timeless(tmp_path / "one")


@pytest.mark.long
def test_the_matrix_of_the_page_merges_and_passes_its_gate(tmp_path: Path) -> None:
    jobs = yaml.safe_load(code("yaml")[0])["jobs"]
    shards = jobs["evaluate"]["strategy"]["matrix"]["shard"]
    (evaluate,) = [step["run"] for step in jobs["evaluate"]["steps"] if "run" in step]
    (merge,) = [step["run"] for step in jobs["merge"]["steps"] if "run" in step]
    assert f"/{len(shards)} " in evaluate
    for number in (1, 2):
        command = evaluate.replace(f"/{len(shards)} ", "/2 ").replace(
            "quickstart", "quickstart_choice"
        )
        shell(tmp_path, command.replace("${{ matrix.shard }}", str(number)))
    shell(tmp_path, "harness evaluate $CHECKPOINT -t quickstart_choice -o baseline -q")
    assert "harness gate run --baseline baseline" in merge
    assert "task               metric" in shell(tmp_path, merge)  # and exit 0
