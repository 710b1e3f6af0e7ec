"""Hazards: a sample that differs between two models, that forgets a group, or that passes for the whole task."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import harness
from harness.evaluation.plan import PlannedTask, plan_tasks
from harness.settings import Settings
from tests.support.command import CommandResult
from tests.support.runs.toy import TOY, evaluate_arguments, jsonl, write_tone

Cli = Callable[..., CommandResult]
ITEMS = 60


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


def planned(
    count: int, seed: int = 1234, field: str | None = None, limit: str | None = None
) -> PlannedTask:
    settings = Settings(
        "mock:echo", ("toy",), include_path=(TOY,), trust_task_code=True, subset=count, seed=seed,
        stratify=field, limit=limit,
    )  # fmt: skip
    return plan_tasks(settings).tasks[0]


def test_a_sample_is_seeded_and_nested() -> None:
    small, large = set(planned(10).positions()), set(planned(25).positions())
    assert (len(small), len(large)) == (10, 25)
    assert small < large
    assert small == set(planned(10).positions()) != set(planned(10, seed=7).positions())
    assert len(set(planned(500).positions())) == ITEMS
    assert set(planned(10, limit="20").positions()) <= set(range(20))


@pytest.mark.parametrize("count", [1, 7, 10, 33])
def test_a_field_keeps_its_shares(count: int) -> None:
    task = planned(count, field="colour")
    found = Counter(task.documents[position]["colour"] for position in task.positions())
    assert sum(found.values()) == count
    assert abs(found["red"] - found["green"]) <= 1


def test_a_sample_is_in_the_signature_and_another_run(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert (
        cli(*evaluate_arguments("mock:hash", run, "--subset", "20", "--stratify", "colour")).code
        == 0
    )
    entry = json.loads((run / "manifest.json").read_text())["tasks"]["toy"]
    assert entry["subset"] == {"n": 20, "seed": 1234, "stratify": "colour"}
    assert entry["signature_parts"]["subset"] == "20@1234/colour"
    assert entry["signature_parts"]["n"] == f"20/{ITEMS}"
    assert len(jsonl(run / "responses.jsonl")) == 20
    for more in ((), ("--subset", "20"), ("--subset", "21", "--stratify", "colour")):
        mixed = cli(*evaluate_arguments("mock:hash", run, *more))
        assert (mixed.code, "subset" in mixed.err) == (2, True), mixed.err
    for flags, says in ((("--stratify", "colour"), "is for --subset"), (("--subset", "5", "--stratify", "size"), "no field 'size'")):  # fmt: skip
        wrong = cli(*evaluate_arguments("mock:hash", tmp_path / "x", *flags))
        assert (wrong.code, says in wrong.err) == (2, True), wrong.err


def test_a_sample_is_gated_against_the_whole_baseline(cli: Cli, tmp_path: Path) -> None:
    base, sample = tmp_path / "base", tmp_path / "sample"
    assert cli(*evaluate_arguments("mock:hash", base)).code == 0
    assert cli(*evaluate_arguments("mock:hash", sample, "--subset", "20")).code == 0
    report = harness.gate(sample, base)
    assert report.exit_code == 0, report.to_text()
    assert report.coverage[0].pairs == 20
    assert report.rows[0].n == 20
    limited = tmp_path / "limited"
    assert cli(*evaluate_arguments("mock:hash", limited, "--limit", "20")).code == 0
    assert harness.gate(limited, base).exit_code == 3
