"""Hazard: a figure that no scorer and no interval gives is read from a stored run, compared, ranked and printed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputFileError
from harness.run.reader import read_run
from metrics.measures.valid import stats_fault, value_fault
from metrics.registry import METRICS
from tests.support.command import CommandResult
from tests.support.runs.board_runs import FakeTask, binary, write_run

Cli = Callable[..., CommandResult]
Edit = Callable[[Any], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", {"own_a": FakeTask(binary("10110"))}, benchmarks=False)


def strict(results: Any) -> Any:
    return results["tasks"]["own_a"]["metrics"]["accuracy"]["strict"]


RESULTS: dict[str, tuple[Edit, str]] = {
    "ends the wrong way round": (
        lambda r: strict(r).update(ci95=[1, 0]),
        r"metrics\.accuracy\.strict\.ci95\[0\]: expected a number, at most 0 .*, found 1",
    ),
    "value beyond its scale": (
        lambda r: strict(r).update(value=7, ci95=None),
        r"metrics\.accuracy\.strict\.value: the value is 7, expected a value from 0 to 1",
    ),
    "value outside its interval": (
        lambda r: strict(r).update(ci95=[0.8, 0.9]),
        r"ci95: expected an interval that holds the value 0\.6, found 0\.8 to 0\.9",
    ),
    "no number of items": (
        lambda r: strict(r).update(n=-1),
        r"strict\.n: expected an integer, at least 0, found -1",
    ),
    "more than were asked": (
        lambda r: strict(r).update(n=6),
        r"strict\.n: expected at most the 5 replies, found 6",
    ),
    "no spread": (
        lambda r: strict(r).update(stderr=-0.1),
        r"strict\.stderr: expected a number, at least 0",
    ),
    "outcomes that do not add up": (
        lambda r: r["tasks"]["own_a"]["outcomes"].update(answered=4),
        r"own_a\.outcomes: expected 5 replies \(5 of the run, 0 missing\), found 4",
    ),
    "more unjudged than asked": (
        lambda r: r["tasks"]["own_a"].update(unjudged=6),
        r"own_a\.unjudged: expected at most 5, found 6",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RESULTS)
def test_results_that_cannot_be_are_refused(path: Path, case: str) -> None:
    edit, said = RESULTS[case]
    results = json.loads((path / "results.json").read_text())
    edit(results)
    (path / "results.json").write_text(json.dumps(results))
    with pytest.raises(InputFileError, match=said) as caught:
        read_run(path)
    assert caught.value.where == str(path / "results.json")
    assert caught.value.hint == f"write it again with: harness score {path}"


def figures(line: Any) -> Any:
    return line["stats"]["accuracy"]["strict"]


SAMPLES: dict[str, tuple[Edit, str]] = {
    "negative": (
        lambda line: figures(line).update(correct=-5),
        r"stats\.accuracy\.strict: the statistic 'correct' is -5, expected at least 0",
    ),
    "beyond the scale": (
        lambda line: figures(line).update(correct=7),
        r"stats\.accuracy\.strict: \{.*\} is 7, expected a value from 0 to 1",
    ),
    "of another metric": (
        lambda line: line["stats"]["accuracy"].update(strict={"edits": 1, "length": 1}),
        r"the statistics are 'edits', 'length', expected 'correct' and 'n'",
    ),
    "score beyond the scale": (
        lambda line: line["scores"]["accuracy"].update(strict=7),
        r"scores\.accuracy\.strict: expected 0, as the statistics say, found 7",
    ),
    "score of nothing": (
        lambda line: line["stats"]["accuracy"].update(strict=None),
        r"stats\.accuracy\.strict: expected the statistics of a score of 0, found none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SAMPLES)
def test_a_sample_that_cannot_be_is_refused(path: Path, case: str) -> None:
    edit, said = SAMPLES[case]
    file = path / "samples.jsonl"
    lines = file.read_text(encoding="utf-8").split("\n")
    record = json.loads(lines[1])
    edit(record)
    lines[1] = json.dumps(record)
    file.write_text("\n".join(lines), encoding="utf-8")
    for read in (lambda view: list(view.samples()), lambda view: view.sample_index()):
        with pytest.raises(InputFileError, match=said) as caught:
            read(read_run(path))
        assert caught.value.where == f"{file}:2"


def test_every_reader_refuses_and_the_cure_cures(cli: Cli, tmp_path: Path) -> None:
    base, run = tmp_path / "base", tmp_path / "run"
    made = ("evaluate", "baseline:first", "-t", "quickstart_choice", "-L", "3", "-q", "-o")
    assert cli(*made, base).code == 0
    shutil.copytree(base, run)
    pristine = {name: (run / name).read_bytes() for name in ("samples.jsonl", "results.json")}
    results = json.loads(pristine["results.json"])
    results["tasks"]["quickstart_choice"]["metrics"]["accuracy"]["strict"]["value"] = 7
    wrong_value = json.dumps(results)
    wrong_item = pristine["samples.jsonl"].replace(b'"correct": 0', b'"correct": -5')
    assert wrong_item != pristine["samples.jsonl"]
    readers: dict[str, tuple[tuple[str | Path, ...], ...]] = {
        "results.json": (
            ("status", run),
            ("leaderboard", run),
            ("compare", base, run),
            ("gate", run, "--baseline", base),
            ("gate", base, "--baseline", run),
            ("report", run, "-o", tmp_path / "page.html"),
            ("export", run, "--format", "junit", "-o", tmp_path / "out.xml"),
        ),
        "samples.jsonl": (
            ("compare", base, run),
            ("gate", run, "--baseline", base),
            ("report", run, "-o", tmp_path / "page.html"),
            ("export", run, "--format", "junit", "-o", tmp_path / "out.xml"),
        ),
    }
    for name, wrong in (("results.json", wrong_value.encode()), ("samples.jsonl", wrong_item)):
        (run / name).write_bytes(wrong)
        for command in readers[name]:
            found = cli(*command)
            assert found.code == 2, (command, found.out)
            assert f"error: {run / name}" in found.err and "expected" in found.err
            assert f"harness score {run}" in found.err
        assert cli("score", run, "-q").code == 0
        assert {file: (run / file).read_bytes() for file in pristine} == pristine


def test_what_official_scorers_count_off_the_scale_is_read() -> None:
    """An official mean of judge scores takes any number that a judge wrote."""
    found = METRICS["judge_score"]
    assert stats_fault(found, {"score": 7.0, "n": 1}, "official") is None
    assert stats_fault(found, {"score": 7.0, "n": 1}, "strict") is not None
    assert value_fault(found, 7.0, "official") is None


def test_the_worst_and_the_best_item_of_every_metric_are_right() -> None:
    for metric in METRICS.values():
        for item in metric.examples():
            assert stats_fault(metric, item, "strict") is None, metric.name


def test_an_item_without_weight_is_read() -> None:
    """An empty reference has statistics and no score, whatever a reply adds to it."""
    metric = METRICS["wer"]
    assert stats_fault(metric, {"edits": 3, "length": 0}, "strict") is None
