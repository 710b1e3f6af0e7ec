"""Hazard: a run says that items failed and not why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import CommandResult
from tests.support.runs.toy import FLAGS, evaluate_arguments, jsonl, write_tone

Cli = Callable[..., CommandResult]


def test_the_end_of_a_run_and_its_status_say_why_items_failed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone = write_tone(tmp_path / "tone.wav")
    monkeypatch.setenv("TOY_AUDIO", str(tone))
    monkeypatch.setenv("TOY_ITEMS", "4")
    tone.write_bytes(b"not audio, and \x1b[2J no escape")
    found = cli(*evaluate_arguments("mock:hash", tmp_path / "run"))
    assert found.code == 3
    assert "audio 4, such as item-0000" in found.err and "tone.wav" in found.err
    state = cli("status", tmp_path / "run")
    assert "failed: audio 4, such as item-0000" in state.out
    (failure,) = json.loads(cli("status", tmp_path / "run", "--json").out)["failures"]
    assert failure["kind"] == "audio" and failure["count"] == 4


def test_reasons_are_shown_also_where_failures_are_allowed_and_when_scored_again(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", "6")
    run, flaky = tmp_path / "run", ("-M", "error_rate=0.5,retryable=false,seed=1")
    found = cli(*evaluate_arguments("mock:hash", run, *flaky, "--max-errors", "100%"))
    assert found.code == 0
    assert "allowed to fail: " in found.err and "scripted" in found.err
    assert "such as item-0" in found.err
    again = cli("score", run, *FLAGS)
    assert again.code == 3 and "such as item-0" in again.err


@pytest.mark.parametrize("late", ["question", "_audio", "_audio="])
def test_a_later_item_without_a_prompt_fails_alone_and_is_asked_when_it_has_one(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_LATE", late)
    run = tmp_path / "run"
    found = cli(*evaluate_arguments("mock:hash", run))
    assert found.code == 3 and "prompt 1, such as item-00007: " in found.err
    lines = jsonl(run / "responses.jsonl")
    failed = [line for line in lines if line["outcome"] == "error"]
    assert len(lines) == 10 and [line["id"] for line in failed] == ["item-00007"]
    assert failed[0]["error"]["kind"] == "prompt" and failed[0]["messages"] == []
    assert failed[0]["attempts"] == 0
    if late != "question":  # whose lack makes it other data
        monkeypatch.delenv("TOY_LATE")
        assert cli(*evaluate_arguments("mock:hash", run)).code == 0
        assert len(jsonl(run / "responses.jsonl")) == 11
