"""Hazards: a judge that is asked for and never called, a proposed task that cannot be judged, judged shards that are not one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import clips
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl, results
from tests.support.servers.chaos_server import ChaosServer, user_text

Cli = Callable[..., CommandResult]
WORDS = ("cat", "dog", "bird", "fox", "owl")


def lenient(body: Mapping[str, Any]) -> str:
    """A judge that lets three of the references pass."""
    return "yes" if any(word in user_text(body) for word in WORDS[:3]) else "no"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clips.write(tmp_path / "a.wav", clips.tone(0.1, 440.0, 8000, level=0.3), 8000)
    rows = [
        {"id": word, "audio": "a.wav", "question": f"Which, {number}?", "answer": word}
        for number, word in enumerate(WORDS)
    ]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.fixture(scope="module")
def judge() -> Iterator[tuple[str, ...]]:
    with ChaosServer("--reply", "tests.tasks.declared.test_judged:lenient") as server:
        yield ("--judge", "openai:a-judge", "-J", f"base_url={server.base_url}")


def command(folder: Path, run: str, *more: str) -> tuple[str | Path, ...]:
    task = ("-t", "said", "--include-path", folder, "-o", folder / run)
    return ("evaluate", "mock:hash", *task, *more)


@pytest.mark.network
def test_a_proposed_task_is_judged_and_its_shards_are_one_run(
    cli: Cli, folder: Path, judge: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    new = cli("tasks", "new", "said", "--from", folder / "items.jsonl", "--rule", "judge")
    assert new.code == 0, new.err
    assert "{reference}" in (folder / "said_judge.md").read_text()
    whole = cli(*command(folder, "whole", *judge))
    assert whole.code == 0, whole.err
    found = results(folder / "whole")["tasks"]["said"]["metrics"]["judged_accuracy"]["strict"]
    assert (found["value"], found["n"], found["unparsed"]) == (0.6, 5, 0)
    parts = []
    for index in (1, 2):
        done = cli(*command(folder, f"part-{index}", "--shard", f"{index}/2", *judge))
        assert (done.code, f"shard {index}/2: a part of a run" in done.out) == (0, True), done.err
        parts.append(folder / f"part-{index}")
        assert f"shard {index}/2" in cli("status", parts[-1]).out
    merged = cli("merge", *parts, "-o", folder / "all", "--include-path", folder)
    assert merged.code == 0, merged.err
    assert results(folder / "all") == results(folder / "whole")
    keys = [
        sorted(line["key"] for line in jsonl(folder / run / "judgements.jsonl"))
        for run in ("all", "whole")
    ]
    assert keys[0] == keys[1]


@pytest.mark.network
def test_a_judge_that_the_task_says_nothing_of_is_refused(
    cli: Cli, folder: Path, judge: tuple[str, ...]
) -> None:
    text = "task: said\nmetadata:\n  lalm: {rule: judge, data: {path: items.jsonl}}\n"
    (folder / "said.yaml").write_text(text)
    done = cli(*command(folder, "run", *judge))
    assert (done.code, "metadata.lalm.judge is missing" in done.err) == (2, True), done.err
