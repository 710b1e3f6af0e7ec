"""Big Bench Audio on a copy of our own: the judge prompt, judge replies to the board, the two other readings, odd copies."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.task_loading.index import load_index
from harness.task_loading.specs import load_spec
from harness.task_loading.task import YamlTask
from leaderboards.boards import big_bench_audio as board
from tests.support.command import CommandResult
from tests.support.data.tiny_copies import big_bench_audio

VERDICTS = (
    "CORRECT",
    "incorrect",
    "The answer is CORRECT.",
    '{"result": 0.6}',
    "CORRECT INCORRECT",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "copy"
    root.mkdir()
    big_bench_audio(root)
    return root


def task(copy: Path) -> YamlTask:
    return YamlTask(load_spec(load_index().tasks["big_bench_audio"]), folder=copy)


def test_the_judge_sees_the_transcript_or_else_the_category(copy: Path) -> None:
    asked = task(copy)
    first, second, *_ = asked.documents()
    assert asked.judge_slots(first, "Yes.") == {
        "question": "navigate",
        "official_answer": "Yes",
        "response": "Yes.",
    }
    slots = asked.judge_slots(second, "No.")
    assert slots is not None
    assert slots["question"] == "Do I end where I started, walk 1?"
    assert asked.judge_slots(first, " ") is None


def test_judge_replies_count_on_the_board_and_under_the_rules_of_others(
    cli: Callable[..., CommandResult], copy: Path, tmp_path: Path
) -> None:
    docs = [json.loads(line) for line in (copy / "metadata.jsonl").read_text().split("\n") if line]
    file, run = tmp_path / "replies.jsonl", tmp_path / "run"
    records = [
        {"id": str(doc["id"]), "doc": doc, "response": "Yes.", "judge_reply": verdict}
        for doc, verdict in zip(docs, VERDICTS, strict=False)
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    done = cli("score", "big_bench_audio", file, "-o", run, "--as", "au-harness,mimo", "--json")
    assert done.code == 0, done.err
    rows: dict[str, Any] = {row["rule"]: row for row in json.loads(done.out)["rules"]}
    assert {name: (row["value"], row["n"]) for name, row in rows.items()} == {
        "strict": (0.4, 5),
        "au-harness.1": (0.5, 2),
        "mimo.1": (0.2, 5),
    }
    boards = cli("leaderboard", run, "-o", tmp_path / "board", "--format", "json")
    assert boards.code == 0, boards.err


def test_a_board_without_the_task_has_no_figures() -> None:
    empty = board.native({}, {})
    assert empty["complete"] is False
    assert {cell["value"] for cell in empty["scores"].values()} == {None}


def test_an_absent_clip_is_absent(copy: Path) -> None:
    (copy / "data" / "question_3.wav").unlink()
    docs = task(copy).documents()
    assert docs.info.absent == ("3",)
