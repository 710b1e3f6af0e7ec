"""Several baselines from files of stored replies: every run has a file of its own, and none says its model."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import harness
from harness.comparison.gating.forms import FORMS
from harness.errors import UsageError

ITEMS = 40


def stored(folder: Path, name: str, wrong: set[int], task: str = "quickstart_choice") -> Path:
    """Score a file of replies of which some are wrong."""
    file = folder / f"{name}.jsonl"
    lines = [
        {
            "id": f"i{number}",
            "doc": {"question": f"q{number}", "options": ["red", "blue"], "answer": "red"},
            "response": "blue" if number in wrong else "red",
        }
        for number in range(ITEMS)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    harness.score(task, file, folder / name, judge="none")
    return folder / name


def test_runs_of_stored_replies_are_several_baselines(tmp_path: Path) -> None:
    runs = [stored(tmp_path, "a", {1}), stored(tmp_path, "b", {2}), stored(tmp_path, "c", {1, 3})]
    same = harness.gate(stored(tmp_path, "same", {4}), runs)
    lost = harness.gate(stored(tmp_path, "lost", {*range(20)}), runs)
    assert same.verdict != "fail" and lost.verdict == "fail"
    assert same.rows[0].baseline == pytest.approx(1 - 4 / 3 / ITEMS)


def test_a_model_and_a_file_are_no_two_runs_of_a_checkpoint(tmp_path: Path) -> None:
    harness.evaluate("baseline:first", "quickstart_choice", tmp_path / "asked", limit=3)
    with pytest.raises(UsageError, match="of two models"):
        harness.gate(tmp_path / "asked", [stored(tmp_path, "a", {1}), tmp_path / "asked"])


def test_figures_have_their_names_where_there_is_no_head(tmp_path: Path) -> None:
    report = harness.gate(stored(tmp_path, "lost", {*range(20)}), stored(tmp_path, "base", {1}))
    said = "FAIL: baseline 97.5 %, candidate 50.0 %, drop 47.5 %, 95 % interval ["
    failure = ElementTree.fromstring(FORMS["junit"](report)).find(".//failure")
    assert failure is not None and failure.attrib["message"].startswith(said)
    assert said.replace("%", "%25") in FORMS["github"](report)
    assert said in FORMS["gitlab"](report)
