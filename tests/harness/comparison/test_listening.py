"""Hazards: items right without listening that are miscounted, and a run set against one that is not its control."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs import behaviours

Cli = Callable[..., CommandResult]


def pair(cli: Cli, folder: Path, behaviour: str, *more: str) -> tuple[Path, Path]:
    model = behaviours.models(folder)[behaviour]
    runs = folder / behaviour, folder / f"{behaviour}-bare"
    for run, control in zip(runs, ((), ("--control", "no-audio")), strict=True):
        done = cli("evaluate", model, "-t", "quickstart_choice", "-o", run, *control, *more)
        assert done.code == 0, done.err
    return runs


@pytest.mark.parametrize(
    ("behaviour", "counts", "why"),
    [
        ("listens", (0, 12, 0, 0), None),
        ("reads", (behaviours.KNOWN, 0, 0, 12 - behaviours.KNOWN), "question and options, or luck"),
        ("always-b", (3, 0, 0, 9), "a habit: the reply to 12 of 12 items without audio"),
    ],
)
def test_what_is_right_without_listening(
    cli: Cli, tmp_path: Path, behaviour: str, counts: tuple[int, ...], why: str | None
) -> None:
    runs = pair(cli, tmp_path, behaviour)
    done = cli("compare", *runs, "--control", "--json")
    assert done.code == 0, done.err
    (task,) = json.loads(done.out)["tasks"]
    assert tuple(task[key] for key in ("both", "heard", "misled", "neither")) == counts
    assert (task["guessed"], task["chance"], task["control"]) == (3.0, 0.25, "no-audio")
    assert len(task["items"]) == counts[0]
    assert {item["why"] for item in task["items"]} == ({why} if why else set())
    assert all(item["right_heard"] and "[audio]" not in item["prompt"] for item in task["items"])
    text = cli("compare", *runs, "--control", "--items", "1").out
    assert f"right without audio: {counts[0]} of 12; guessing gets 3.0" in text
    assert text.count("right without listening:") == min(1, counts[0])


def test_a_report_shows_the_gain_beside_the_score(cli: Cli, tmp_path: Path) -> None:
    run, bare = pair(cli, tmp_path, "listens")
    assert cli("report", run, "--control", bare).code == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    line = "gain +100.00 [75.00, 100.00] over no-audio 0.00%, chance 25.00%"
    assert page.count(line) >= 2  # beside the score and in the notes
    assert cli("report", run).code == 0
    assert "gain +" not in (run / "report.html").read_text(encoding="utf-8")


def test_a_run_that_is_no_control_is_refused(cli: Cli, tmp_path: Path) -> None:
    run, bare = pair(cli, tmp_path, "reads")
    listens, noisy = tmp_path / "listens", tmp_path / "noisy"
    model = behaviours.models(tmp_path)
    assert cli("evaluate", model["listens"], "-t", "quickstart_choice", "-o", listens).code == 0
    noise = ("-t", "quickstart_choice", "--control", "noise:0")
    assert cli("evaluate", model["reads"], *noise, "-o", noisy).code == 0
    for command in (
        ("compare", listens, bare, "--control"),
        ("report", listens, "--control", bare),
    ):
        done = cli(*command)
        assert (done.code, "--control" in done.err) == (2, True), done.err
    for command in (("compare", run, noisy, "--control"), ("report", run, "--control", noisy)):
        done = cli(*command)
        assert (done.code, "without audio and otherwise alike" in done.err) == (2, True), done.err
    done = cli("compare", run, bare, noisy, "--control")
    assert (done.code, "set against each other" in done.err) == (2, True), done.err
