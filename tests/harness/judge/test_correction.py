"""Hazards: a biased judge that looks sure, a correction that takes the place of the official value, or outlives it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.judge.correction import correct, read_corrections
from harness.run.reader import read_run
from metrics.statistics.corrected import corrected_mean
from tests.support.command import CommandResult
from tests.support.runs.judged import TASK, document
from tests.support.simulation.plans import corrected

Cli = Callable[..., CommandResult]
ITEMS = 60


@pytest.fixture(name="run")
def judged_run(tmp_path: Path, cli: Cli) -> Path:
    """A run whose judge says that three of four replies are right."""
    records = [
        {
            "id": f"item-{n}",
            "doc": document(n),
            "response": f"dog {n}",
            "judge_reply": f"Explanation: x\nJudgement: {'incorrect' if n % 4 == 0 else 'correct'}",
        }
        for n in range(ITEMS)
    ]
    file, run = tmp_path / "r.jsonl", tmp_path / "run"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert cli("score", TASK, file, "-o", run, "--quiet").code == 0
    return run


def write_labels(path: Path, count: int = 20) -> Path:
    """People find half of the replies right."""
    rows = [
        {"id": f"item-{n}", "task": TASK, "human": "correct" if n % 4 in (1, 2) else "incorrect"}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_corrected_value_stands_beside_the_raw_one(run: Path, tmp_path: Path, cli: Cli) -> None:
    labels, before = write_labels(tmp_path / "l.jsonl"), (run / "results.json").read_bytes()
    found = cli("judge", "calibrate", labels, "--run", run, "--correct", "--width", "0.2")
    assert found.code == 0, found.err
    assert f"corrected by 20 labels: {TASK} accuracy 50.00 %" in found.out
    assert (
        "the judge alone says 75.00 %" in found.out and "labels for an interval of 0.2" in found.out
    )
    assert (run / "results.json").read_bytes() == before
    assert "corrected by 20 labels" in cli("score", run, "--plain").out
    (one,) = read_corrections(run, read_run(run).results)
    assert one["raw"] == pytest.approx(0.75) and one["labelled"] == 20 and one["others"] == 40
    assert one["ci95"][0] < 0.5 < one["ci95"][1]


def test_a_correction_ends_with_the_value_that_it_corrected(run: Path, tmp_path: Path, cli: Cli) -> None:  # fmt: skip
    labels = write_labels(tmp_path / "l.jsonl")
    assert cli("judge", "calibrate", labels, "--run", run, "--correct").code == 0
    results = json.loads((run / "results.json").read_text())
    results["tasks"][TASK]["metrics"]["accuracy"]["strict"]["value"] = 0.7
    assert read_corrections(run, results) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"id": "item-1", "human": "correct"}\n', "two judged items"),
        ('{"id": "item-1", "human": "perhaps"}\n{"id": "item-2", "human": "yes"}\n', "not on the scale"),
        ('{"id": "item-1", "human": 2}\n{"id": "item-2", "human": 1}\n', "not on the scale"),
        ('{"id": "item-1", "human": "nan"}\n{"id": "item-2", "human": 1}\n', "not on the scale"),
        ('{"id": "item-1", "human": 1}\n{"id": "item-1", "human": 0}\n', "two labels"),
        ('{"human": 1}\n', "needs 'id'"),
        ("", "two judged items"),
    ],
)  # fmt: skip
def test_bad_labels_are_refused(run: Path, tmp_path: Path, cli: Cli, text: str, says: str) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text(text)
    found = cli("judge", "calibrate", file, "--run", run, "--correct")
    assert found.code == 2 and says in found.err and "Traceback" not in found.err
    assert not (run / "corrected.json").exists()


def test_correct_needs_one_run(run: Path, tmp_path: Path, cli: Cli) -> None:
    labels = write_labels(tmp_path / "l.jsonl")
    assert cli("judge", "calibrate", labels, "--correct").code == 2
    assert cli("judge", "calibrate", labels, "--width", "0.1").code == 2
    assert len(correct(labels, read_run(run), width=0.001)) == 1


def one(**changed: Any) -> str:
    """A file with one correction, changed."""
    whole = {"task": "t", "metric": "accuracy", "value": 0.5, "raw": 0.5, "labelled": 9, "ci95": [0.4, 0.6]}  # fmt: skip
    return json.dumps({"corrected_version": 1, "tasks": [{**whole, **changed}]})


@pytest.mark.parametrize("content", [
    "{", "[]", '{"corrected_version": 2}', '{"corrected_version": 1, "tasks": [{"task": 3}]}',
    one(value=7, ci95=None), one(ci95=[1, 0]), one(value=10**400), one(raw=-1), one(labelled=True),
])  # fmt: skip
def test_a_damaged_file_is_named(run: Path, cli: Cli, content: str) -> None:
    (run / "corrected.json").write_text(content)
    found = cli("score", run)
    assert found.code == 2 and "corrected.json" in found.err and "Traceback" not in found.err


def test_a_judge_that_knows_nothing_counts_for_nothing() -> None:
    labels = [float(n % 2) for n in range(100)]
    found = corrected_mean(labels, [1.0] * 100, [1.0] * 900, bounds=(0, 1))
    assert (found.weight, found.value) == (0.0, 0.5)
    few = corrected_mean(labels[:9], labels[:9], labels, bounds=(0, 1))
    assert few.ci95 is None
    certain = corrected_mean([1.0] * 20, [1.0] * 20, [1.0] * 100, bounds=(0, 1))
    assert certain.ci95 is not None and certain.ci95[0] < 0.95


def test_corrected_intervals_cover_where_the_judge_alone_never_does() -> None:
    found = corrected(100, 500, 400)
    assert abs(found.covers.percent - 95) < 2 + 3 * found.covers.error
    assert found.raw.percent < 5
    assert found.width < 0.9
