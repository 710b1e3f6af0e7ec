"""A copy of MMAR as documented: both files, absent clips, an edition without rubrics, and a run to the board."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import InputFileError, MissingDataError
from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from tasks.mmar import data
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import mmar


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "copy"
    root.mkdir()
    mmar(root)
    return root


def test_the_newer_file_wins_and_an_unknown_edition_is_said(copy: Path) -> None:
    (copy / "MMAR-meta.json").write_text("[]", encoding="utf-8")
    (copy / "audio" / "3.wav").unlink()
    docs = YamlTask(load_spec(load_index().tasks["mmar"]), folder=copy).documents()
    assert (len(docs), docs.info.total, docs.info.absent) == (9, 10, ("3",))
    assert "no known edition" in docs.info.warnings[-1]


def test_without_a_copy_the_hint_names_the_benchmark() -> None:
    with pytest.raises(MissingDataError, match=r"MMAR-meta\.jsonl or MMAR-meta\.json") as caught:
        YamlTask(load_spec(load_index().tasks["mmar"])).documents()
    assert "--data mmar=FOLDER" in str(caught.value)
    with pytest.raises(MissingDataError):
        data.load()


def test_an_edition_without_rubrics_is_refused_for_them(copy: Path) -> None:
    lines = (copy / "MMAR-meta.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    items = [{**json.loads(line), "rubric": None} for line in lines]
    (copy / "MMAR-meta.jsonl").unlink()
    (copy / "MMAR-meta.json").write_text(json.dumps(items), encoding="utf-8")
    with pytest.raises(InputFileError, match="no 'rubric'"):
        data.load(folder=copy)


def test_a_run_ends_on_the_board_and_the_check_finds_nothing_but_the_edition(
    cli: Callable[..., CommandResult], copy: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    done = cli(
        "evaluate", "baseline:first", "-t", "mmar", "--data", f"mmar={copy}", "-o", run, "--plain"
    )  # fmt: skip
    assert done.code == 0, done.err
    results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    scores = results["benchmarks"]["mmar"]["native"]["scores"]
    assert {name: scores[name]["value"] for name in ("sound", "music-speech", "avg", "music")} == {
        "sound": 100.0, "music-speech": 0.0, "avg": 50.0, "music": None,
    }  # fmt: skip
    checked = cli("data", "check", "mmar", copy)
    assert "no known edition" in checked.out
