"""Hazard: a run directory of before the generation record becomes unreadable, or is mixed with new replies.

``fixtures/runs_signed_by_spelling`` was written by the harness when signatures hashed generation arguments as they were
spelled: ``plain`` with the task's own, ``contradicting`` with ``max_new_tokens=7,do_sample=False,temperature=0.7`` over a
task that says ``max_gen_toks: 32``, which signed ``t0.7,32`` where an adapter would have decoded 7 tokens greedily.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import results, snapshot

Cli = Callable[..., CommandResult]
RUNS = Path(__file__).resolve().parents[2] / "fixtures" / "runs_signed_by_spelling"
TASKS = {"plain": "quickstart_choice", "contradicting": "quickstart_number"}


@pytest.fixture(params=TASKS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of such a run."""
    run = tmp_path / str(request.param)
    shutil.copytree(RUNS / run.name, run)
    return run


def values_of(task: dict[str, Any]) -> dict[tuple[str, str], tuple[float, int, int]]:
    """Value, denominator and unparsed items of every metric and reading."""
    return {
        (metric, reading): (one["value"], one["n"], one["unparsed"])
        for metric, readings in task["metrics"].items()
        for reading, one in readings.items()
    }


def test_it_is_shown_ranked_compared_and_scored_again(cli: Cli, old: Path) -> None:
    before = snapshot(old)
    shown = cli("status", old)
    assert shown.code == 0 and "3/3" in shown.out
    table = cli("leaderboard", old)
    signed = json.loads((old / "manifest.json").read_text())["tasks"][TASKS[old.name]]
    assert table.code == 0 and signed["signature_parts"]["gen"] in table.out
    gate = cli("gate", old, "--baseline", old)
    assert gate.code == 0 and "NOT COMPARABLE" not in gate.out
    values = results(old)["tasks"]
    assert cli("score", old).code == 0
    after = results(old)["tasks"][TASKS[old.name]]
    assert values_of(after) == values_of(values[TASKS[old.name]])  # intervals may be better now
    assert signed["signature_parts"]["gen"] in after["signature"]  # the signature of then
    assert snapshot(old).keys() == before.keys()


def test_it_is_not_continued_and_the_reason_is_said(cli: Cli, old: Path) -> None:
    before = snapshot(old)
    found = cli("evaluate", "mock:options", "-t", TASKS[old.name], "-o", old)
    assert found.code == 2
    assert "gen: " in found.err
    assert "signed generation arguments by their spelling" in found.err
    assert f"harness score {old}" in found.err
    assert snapshot(old) == before


def test_a_new_run_is_not_comparable_with_it_and_the_reason_is_said(
    cli: Cli, old: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    task = TASKS[old.name]
    assert cli("evaluate", "mock:options", "-t", task, "-L", "3", "-o", new).code == 0
    found = cli("gate", new, "--baseline", old)
    assert found.code == 2
    assert "NOT COMPARABLE" in found.out and "gen differs" in found.out
    assert "by their spelling" in found.out
    assert values_of(results(new)["tasks"][task]) == values_of(results(old)["tasks"][task])
