"""A task scored into a run leaves the others as they are: nothing is scored twice, and nothing differs from scoring all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.task_loading.task import YamlTask
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]
TRACKS = ("animal", "emotion", "gender", "language")


def replies(folder: Path, track: str, count: int = 24) -> Path:
    """Write a file of stored replies to one track, two of three right."""
    items = [
        {
            "id": f"{track}{n}",
            "file": f"{track}{n}.wav",
            "attribute_label": "cat",
            "single_instruction": "What is heard? (a) cat (b) dog (c) bird (d) cow",
            "single_answer": "(a) cat",
            "multi_instruction": "x",
            "multi_answer": "y",
            "response": "(a) cat" if n % 3 else "(b) dog",
            "judge_reply": "Explanation: compared.\nJudgement: "
            + ("correct" if n % 3 else "incorrect"),
        }
        for n in range(count)
    ]
    file = folder / f"{track}.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return file


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each task scores an item."""
    counts: Counter[str] = Counter()
    plain = YamlTask.score

    def score(self: YamlTask, *args: Any, **kwargs: Any) -> Any:
        counts[self.spec.task] += 1
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(YamlTask, "score", score)
    return counts


def add(cli: Cli, run: Path, file: Path) -> None:
    found = cli("score", f"sakura_{file.stem}_single", file, "-o", run, "--judge", "replay")
    assert found.code == 0, found.err


def derived(run: Path) -> tuple[bytes, bytes]:
    return (run / "samples.jsonl").read_bytes(), (run / "results.json").read_bytes()


def test_only_the_new_task_is_scored_and_the_files_are_those_of_scoring_all(
    cli: Cli, tmp_path: Path, scored: Counter[str]
) -> None:
    run = tmp_path / "run"
    for track in TRACKS:
        add(cli, run, replies(tmp_path, track))
    assert scored == {f"sakura_{track}_single": 24 for track in TRACKS}
    one_by_one = derived(run)
    assert cli("score", run).code == 0
    assert derived(run) == one_by_one
    add(cli, run, tmp_path / "emotion.jsonl")  # one in the middle again
    assert scored["sakura_emotion_single"] == 72 and scored["sakura_language_single"] == 48
    assert derived(run) == one_by_one


@pytest.mark.parametrize("damage", ["results", "samples", "log", "version"])
def test_files_that_are_not_up_to_date_are_made_anew(
    cli: Cli, tmp_path: Path, scored: Counter[str], damage: str
) -> None:
    run = tmp_path / "run"
    for track in TRACKS[:2]:
        add(cli, run, replies(tmp_path, track))
    scored.clear()
    if damage == "results":
        (run / "results.json").unlink()
    elif damage == "samples":
        lines = (run / "samples.jsonl").read_bytes().split(b"\n")
        (run / "samples.jsonl").write_bytes(b"\n".join(lines[1:]))
    elif damage == "log":
        text = (run / "responses.jsonl").read_text()
        (run / "responses.jsonl").write_text(text.replace("(a) cat", "(b) dog", 4))
    else:
        manifest = json.loads((run / "manifest.json").read_text())
        older = manifest["harness_version"] + ".1"
        manifest["continued"] = [{"harness_version": older, "since": manifest["created"]}]
        (run / "manifest.json").write_text(json.dumps(manifest))
    add(cli, run, replies(tmp_path, TRACKS[2]))
    assert scored["sakura_animal_single"] == 24
    one_by_one = derived(run)
    assert cli("score", run).code == 0
    assert derived(run) == one_by_one
