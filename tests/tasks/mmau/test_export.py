"""``harness export --format mmau-submission``: the official form, in order, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult
from tests.support.data.mmau import CLIPS, ITEMS, write_parquet

Cli = Callable[..., CommandResult]
WITHHELD = [{key: value for key, value in item.items() if key != "answer"} for item in ITEMS]


def write_test_split(root: Path, clips: tuple[str, ...] = tuple(CLIPS)) -> Path:
    """The official test split: no answers, clips below ``test-audios``."""
    (root / "test-audios").mkdir(parents=True)
    items = [
        {**item, "split": "test", "audio_id": f"./test-audios/{item['id']}.wav"}
        for item in WITHHELD
    ]
    for name in clips:
        (root / "test-audios" / f"{name}.wav").write_bytes(CLIPS[name])
    (root / "mmau-test.json").write_text(json.dumps(items), encoding="utf-8")
    return root


def evaluate(cli: Cli, copy: Path, run: Path, *options: str, task: str = "mmau_test") -> None:
    done = cli(
        "evaluate", "baseline:first", "-t", task, "--data", f"mmau={copy}", "-o", run, *options
    )
    assert done.code in (0, 3), done.err


def read(path: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_the_question_file_comes_back_with_a_reply_in_every_item(cli: Cli, tmp_path: Path) -> None:
    copy, run = write_test_split(tmp_path / "copy"), tmp_path / "run"
    evaluate(cli, copy, run)
    file = tmp_path / "out.json"
    done = cli("export", run, "--format", "mmau-submission", "-o", file)
    assert done.code == 0, done.err
    assert "3 items of mmau_test" in done.err
    asked = read(copy / "mmau-test.json")
    found = read(file)
    assert found == [{**item, "model_output": item["choices"][0]} for item in asked]
    assert [list(item) for item in found] == [[*item, "model_output"] for item in asked]
    assert cli("export", run, "--format", "mmau-submission", "-q").err == ""
    assert (run / "mmau-submission.json").read_bytes() == file.read_bytes()
    (copy / "mmau-test.json").unlink()  # only the run directory is read
    assert cli("export", run, "--format", "mmau-submission").code == 0


def test_the_hub_form_gives_the_official_choices(cli: Cli, tmp_path: Path) -> None:
    write_parquet(tmp_path / "copy" / "MMAU-test", answers=False)
    evaluate(cli, tmp_path / "copy", tmp_path / "run")
    assert cli("export", tmp_path / "run", "--format", "mmau-submission").code == 0
    found = read(tmp_path / "run" / "mmau-submission.json")
    assert [item["choices"] for item in found] == [item["choices"] for item in ITEMS]
    assert "answer" not in found[0]


def test_the_reply_is_the_cleaned_one(cli: Cli, tmp_path: Path) -> None:
    copy, run = write_test_split(tmp_path / "copy"), tmp_path / "run"
    stored = tmp_path / "replies.jsonl"
    replies = ['The correct answer is: "Man"', " \ud800 lone", ""]
    lines = [
        json.dumps({"id": item["id"], "response": reply, "doc": item})
        for item, reply in zip(read(copy / "mmau-test.json"), replies, strict=True)
    ]
    stored.write_text("\n".join(lines), encoding="utf-8")
    assert cli("score", "mmau_test", stored, "-o", run, "--clean", "desta").code == 0
    assert cli("export", run, "--format", "mmau-submission").code == 0
    found = [item["model_output"] for item in read(run / "mmau-submission.json")]
    assert found == ['"Man"', "\ud800 lone", ""]


def test_a_stored_record_without_a_reply_counts_as_failed(cli: Cli, tmp_path: Path) -> None:
    copy, run = write_test_split(tmp_path / "copy"), tmp_path / "run"
    stored = tmp_path / "replies.jsonl"
    items = read(copy / "mmau-test.json")
    lines: list[dict[str, Any]] = [{"id": one["id"], "doc": one, "response": "x"} for one in items]
    del lines[1]["response"]
    stored.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    cli("score", "mmau_test", stored, "-o", run)
    done = cli("export", run, "--format", "mmau-submission")
    assert done.code == 3 and f"1 failed ({items[1]['id']})" in done.err, done.err
    assert cli("export", run, "--format", "mmau-submission", "--allow-partial").code == 0
    kept = [items[0]["id"], items[2]["id"]]
    assert [item["id"] for item in read(run / "mmau-submission.json")] == kept


@pytest.mark.parametrize("partial", [False, True])
def test_an_incomplete_run_is_refused_or_written_without_its_gaps(
    cli: Cli, tmp_path: Path, partial: bool
) -> None:
    copy, run = write_test_split(tmp_path / "copy", ("own-mp3", "own-six")), tmp_path / "run"
    (copy / "test-audios" / "own-six.wav").write_bytes(b"no audio")
    evaluate(cli, copy, run)
    options = ["--allow-partial"] if partial else []
    done = cli("export", run, "--format", "mmau-submission", *options)
    assert "own-six" in done.err
    if partial:
        assert done.code == 0
        assert [item["id"] for item in read(run / "mmau-submission.json")] == ["own-mp3"]
    else:
        assert done.code == 3
        assert "1 failed (own-six) and 1 were not run" in done.err
        assert not (run / "mmau-submission.json").exists()


def test_what_cannot_be_exported_is_named(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert cli("evaluate", "baseline:first", "-t", "quickstart_choice", "-o", run).code == 0
    other = cli("export", run, "--format", "mmau-submission")
    assert other.code == 2
    assert "no mmau_test or mmau_test_mini: found quickstart_choice" in other.err
    assert "did you mean: mmau-submission" in cli("export", run, "--format", "mmau-submision").err
    assert cli("export", tmp_path / "none", "--format", "mmau-submission").code == 2
    task = cli("export", run, "--format", "mmau-submission", "--task", "mmsu")
    assert task.code == 2
    assert "unknown task 'mmsu'" in task.err


def test_one_of_two_tasks_is_named(cli: Cli, tmp_path: Path) -> None:
    copy, run = write_test_split(tmp_path / "copy"), tmp_path / "run"
    write_parquet(copy / "MMAU-test-mini")
    evaluate(cli, copy, run, task="mmau_test,mmau_test_mini")
    assert "name one with --task" in cli("export", run, "--format", "mmau-submission").err
    done = cli("export", run, "--format", "mmau-submission", "--task", "mmau_test_mini")
    assert done.code == 0
    assert read(run / "mmau-submission.json")[0]["answer"] == "Woman"
