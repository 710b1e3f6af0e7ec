"""The demo's promise, asserted: a real recogniser hears the quick-start clips, and chance is chance."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.runs.recogniser import GROUP, RecogniserRun
from tests.support.runs.toy import jsonl, results

CLI = Callable[..., CommandResult]


def metrics(run: Path, task: str) -> dict[str, Any]:
    """Strict entries of a task's metrics."""
    found = results(run)["tasks"][task]["metrics"]
    return {name: readings["strict"] for name, readings in found.items()}


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.xdist_group(GROUP)
def test_pocketsphinx_hears_the_clips(recogniser_run: RecogniserRun) -> None:
    done, run = recogniser_run.result(), recogniser_run.path
    assert done.code == 0, done.err
    assert metrics(run, "quickstart_transcription")["wer"]["value"] < 0.25
    assert metrics(run, "quickstart_choice")["accuracy"]["value"] >= 0.7
    assert metrics(run, "quickstart_keyword")["accuracy"]["value"] >= 0.7
    references = [
        float(sample["reference"])
        for sample in jsonl(run / "samples.jsonl")
        if sample["task"] == "quickstart_number"
    ]
    middle = statistics.median(references)
    constant = statistics.mean(abs(value - middle) for value in references)
    assert metrics(run, "quickstart_number")["mae"]["value"] < constant / 2
    assert 0.0 < metrics(run, "quickstart_instruction")["if_rate"]["value"] < 1.0
    for name in ("wer", "accuracy", "mae", "if_rate", "abstention_rate"):
        assert name in done.out


def test_the_random_baseline_is_at_chance(cli: CLI, tmp_path: Path) -> None:
    """Pooled over seeds, the interval of ``baseline:random`` holds 1/4, and is narrow enough to say so."""
    right = total = 0.0
    for seed in range(8):
        run = tmp_path / str(seed)
        tasks = "quickstart_choice,quickstart_keyword"
        assert (
            cli("evaluate", "baseline:random", "-M", f"seed={seed}", "-t", tasks, "-o", run).code
            == 0
        )
        for sample in jsonl(run / "samples.jsonl"):
            right += sample["stats"]["accuracy"]["strict"]["correct"]
            total += 1
        for task in tasks.split(","):
            low, high = metrics(run, task)["accuracy"]["ci95"]
            assert high - low < 0.7
    from metrics.registry import METRICS
    from metrics.statistics.intervals import estimate

    items = [{"correct": 1, "n": 1}] * int(right) + [{"correct": 0, "n": 1}] * int(total - right)
    low, high = estimate(METRICS["accuracy"], items).ci95 or (1.0, 0.0)
    assert low <= 0.25 <= high
    assert high - low < 0.15


def test_a_run_of_one_seed_holds_chance_in_its_interval(cli: CLI, tmp_path: Path) -> None:
    run = tmp_path / "run"
    tasks = ("quickstart_choice", "quickstart_keyword")
    assert cli("evaluate", "baseline:random", "-t", ",".join(tasks), "-o", run).code == 0
    for task in tasks:
        low, high = metrics(run, task)["accuracy"]["ci95"]
        assert low <= 0.25 <= high, task


def test_the_first_option_is_at_chance(cli: CLI, tmp_path: Path) -> None:
    """The right option stands in every position equally often."""
    run = tmp_path / "run"
    tasks = ("quickstart_choice", "quickstart_keyword")
    assert cli("evaluate", "baseline:first", "-t", ",".join(tasks), "-o", run).code == 0
    for task in tasks:
        assert metrics(run, task)["accuracy"]["value"] == 0.25
