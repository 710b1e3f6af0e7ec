"""Hazards: a sample that changes from model to model, items outside it that count as wrong or unjudged, a cost that is not said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.run.judgements import in_sample, judge_sample
from tests.support.command import CommandResult
from tests.support.runs.judged import JUDGED, TASK, arguments, lines, responses
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = pytest.mark.network
Cli = Callable[..., CommandResult]


@pytest.fixture(name="server", scope="module")
def judge_server() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "tests.support.runs.judged:lenient_judge") as server:
        yield server


def result(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "results.json").read_text())["tasks"][TASK]
    return found


def test_samples_are_nested_and_do_not_depend_on_order() -> None:
    keys = [f"k{n}" for n in range(50)]
    small, large = judge_sample(keys, 10, 1), judge_sample(reversed(keys), 20, 1)
    assert small == judge_sample(reversed(keys), 10, 1) and judge_sample(keys, 50, 1) is None
    chosen = [{key for key in keys if in_sample(one, key)} for one in (small, large)]
    assert len(chosen[0]) == 10 and len(chosen[1]) == 20 and chosen[0] < chosen[1]
    assert chosen[0] != {key for key in keys if in_sample(judge_sample(keys, 10, 2), key)}


def test_only_the_sample_is_judged_and_counts(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    empty = {
        f"i{n}": "" for n in range(40, 60)
    }  # blank replies need no call, and must not count all the same
    file, run = responses(tmp_path / "r.jsonl", 60, **empty), tmp_path / "run"
    command = arguments(file, run, server.base_url)
    shown = cli(*[part for part in command if part != "--quiet"], "--judge-sample", "15", "--plain")
    assert shown.code == 0, shown.err
    assert "a sample of 15 of 60 items; intervals of judged values are about 2.0 times as wide" in shown.out  # fmt: skip
    found = result(run)
    assert found["unjudged"] == 0 and "|judged:15@1234" in found["signature"]
    assert found["metrics"]["accuracy"]["strict"]["n"] == 15
    assert found["metrics"]["accuracy"]["strict"]["complete"]
    assert found["metrics"]["letter_or_text"]["strict"]["n"] == 60
    asked = len(lines(run))
    assert asked <= 15
    before = (run / "results.json").read_bytes()
    assert cli("score", run, "--quiet").code == 0 and (run / "results.json").read_bytes() == before
    judge = command[command.index("--judge") :]
    found_all = cli("score", run, "--rejudge", "--quiet", *judge)
    assert found_all.code == 0, found_all.err
    assert result(run)["metrics"]["accuracy"]["strict"]["n"] == 60
    assert "judged:" not in result(run)["signature"]
    again = cli("score", run, "--rejudge", "--quiet", *judge, "--judge-sample", "15")
    assert again.code == 0 and result(run)["metrics"]["accuracy"]["strict"]["n"] == 15


def test_another_sample_is_not_mixed_into_a_run(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file, run = responses(tmp_path / "r.jsonl", 20), tmp_path / "run"
    command = arguments(file, run, server.base_url)
    assert cli(*command, "--judge-sample", "5").code == 0
    mixed = cli(*command, "--judge-sample", "8")
    assert mixed.code == 2 and "judged" in mixed.err


def test_equal_requests_of_two_tasks_are_asked_once(tmp_path: Path, cli: Cli, server: ChaosServer) -> None:  # fmt: skip
    file, run = responses(tmp_path / "r.jsonl", 10), tmp_path / "run"
    command = arguments(file, run, server.base_url)
    assert cli(*command).code == 0
    calls = server.ledger()["requests"]
    other = [part if part != TASK else "sakura_emotion_single" for part in command]
    found = cli(*other)
    assert found.code == 0, found.err
    assert server.ledger()["requests"] - calls <= 4  # its canaries alone
    assert len({(line["task"], line["id"]) for line in lines(run)}) == 20


def test_equal_requests_of_two_tasks_of_one_command_are_asked_once(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "t.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", "6")
    folder = tmp_path / "tasks"
    shutil.copytree(JUDGED, folder)
    twin = (folder / "judged.yaml").read_text().replace("task: judged\n", "task: judged_twin\n")
    (folder / "twin.yaml").write_text(twin)
    task = ("--include-path", folder, "--trust-task-code", "--quiet")
    asked = []
    for names in ("judged", "judged,judged_twin"):
        run = tmp_path / f"run-{names}"
        with ChaosServer("--reply", "fixed:Judgement: correct") as server:
            judge = ("--judge", "openai:j", "-J", f"base_url={server.base_url}")
            found = cli("evaluate", "mock:fixed:answer 1", "-t", names, "-o", run, *task, *judge)
            assert found.code == 0, found.err
            asked.append(server.ledger()["requests"])
    assert asked == [6, 6]  # the canary is what one of the items asks
    assert len({(line["task"], line["id"]) for line in lines(run)}) == 12


@pytest.mark.parametrize("function", ["judge_slots", "judge_grade"])
def test_code_that_raises_on_a_later_item_is_an_error_of_that_item_alone(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, function: str) -> None:  # fmt: skip
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "t.wav", seconds=0.05)))
    monkeypatch.setenv("TOY_ITEMS", "6")
    folder, run = tmp_path / "tasks", tmp_path / "run"
    shutil.copytree(JUDGED, folder)
    scoring = folder / "judged_scoring.py"
    was = f"_right_{function}"
    code = f"""

{was} = {function}


def {function}(doc, text):
    if doc["question"] == "What is number 4?":
        raise KeyError("grade")
    return {was}(doc, text)
"""
    scoring.write_text(scoring.read_text() + code)
    with ChaosServer("--reply", "fixed:Judgement: correct") as server:
        judge = ("--judge", "openai:j", "-J", f"base_url={server.base_url}")
        found = cli(
            "evaluate", "mock:fixed:answer 1", "-t", "judged", "-o", run, *judge,
            "--include-path", folder, "--trust-task-code", "--plain",
        )  # fmt: skip
    assert found.code == 3 and "scoring raised an error for 1 of 6 items" in found.err
    assert "6/6 (100%)" in found.err and "item-00004" in found.err
    task = json.loads((run / "results.json").read_text())["tasks"]["judged"]
    assert task["outcomes"]["error"] == 1
    assert task["metrics"]["accuracy"]["strict"]["n"] == 5
