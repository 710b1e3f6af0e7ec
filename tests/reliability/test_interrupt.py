"""Hazards: Ctrl-C loses work, leaves nobody the wiser, or cannot stop a model that hangs."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.budget import mostly_long
from tests.support.command import CommandResult
from tests.support.runs.live import answered, asked, finish, interrupt, launch, lines, wait_until
from tests.support.runs.toy import evaluate_arguments, jsonl, results, timeless, write_tone

Cli = Callable[..., CommandResult]
ITEMS = 40


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


@pytest.mark.parametrize(
    ("number", "code", "style"),
    mostly_long(
        [
            (signal.SIGINT, 130, "async"),
            (signal.SIGTERM, 143, "batch"),
            (signal.SIGHUP, 143, "async"),
        ],
        [(signal.SIGINT, 130, "async")],
    ),
)
def test_a_signal_keeps_what_is_done_and_the_same_command_completes(
    cli: Cli, tmp_path: Path, number: signal.Signals, code: int, style: str
) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    slow = ("-M", f"latency=0.2,style={style},concurrency=4,ledger={ledger}", "--batch-size", "4")
    process = launch("mock:hash", run, *slow)
    wait_until(lambda: lines(run / "responses.jsonl") >= 8, process)
    found, out, err = interrupt(process, number)
    assert found == code
    assert "Traceback" not in err
    assert number.name in err and "the same command goes on" in err
    done = len(answered(run))
    assert 8 <= done < ITEMS
    assert len(jsonl(run / "samples.jsonl")) == done
    assert results(run)["tasks"]["toy"]["missing"] == ITEMS - done
    assert results(run)["tasks"]["toy"]["metrics"]["accuracy"]["strict"]["complete"] is False
    assert f"not run {ITEMS - done}" in out
    state = cli("status", run)
    assert "interrupted" in state.out and f"{done}/{ITEMS}" in state.out
    assert "go on with: harness evaluate mock:hash -t toy" in state.out
    fast = ("-M", f"style={style},concurrency=4,ledger={ledger}", "--batch-size", "4")
    again = cli(*evaluate_arguments("mock:hash", run, *fast))
    assert again.code == 0, again.err
    assert sum(asked(ledger).values()) <= ITEMS + 4
    assert cli(*evaluate_arguments("mock:hash", tmp_path / "whole")).code == 0
    assert timeless(run) == timeless(tmp_path / "whole")


@pytest.mark.parametrize("style", mostly_long(["async", "batch"], ["batch"]))
def test_a_model_that_hangs_does_not_hold_a_signal_up(tmp_path: Path, style: str) -> None:
    """What is in flight has seconds to end, then the run is scored without it."""
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    hanging = f"style={style},hang_at=item-00005,concurrency=2,ledger={ledger}"
    process = launch("mock:hash", run, "-M", hanging, "--batch-size", "1")
    wait_until(lambda: asked(ledger)["item-00005"] == 1, process)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    code, _, err = finish(process, timeout=25)
    assert code == 143
    assert "Traceback" not in err and "in flight" in err
    assert "item-00005" not in answered(run) and len(answered(run)) >= 4
    assert (run / "results.json").exists()


LOADS = """
import pathlib
import time


class Model:
    def load(self, mark):
        pathlib.Path(mark).touch()
        time.sleep(60)

    def generate(self, messages, audio):
        return ""
"""


def test_ctrl_c_while_a_model_loads_says_so(tmp_path: Path) -> None:
    (tmp_path / "slow_load.py").write_text(LOADS, encoding="utf-8")
    mark, run = tmp_path / "mark", tmp_path / "run"
    process = launch("python:slow_load:Model", run, "-M", f"path={tmp_path},mark={mark}")
    wait_until(mark.exists, process)
    assert interrupt(process, signal.SIGINT) == (130, "", "interrupted\n")


def test_json_of_an_interrupted_run_is_one_document(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.2", "--json")
    wait_until(lambda: lines(run / "responses.jsonl") >= 1, process)
    code, out, _ = interrupt(process, signal.SIGINT)
    assert code == 130
    assert json.loads(out) == results(run)


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_ITEMS", "4000")  # enough that scoring takes a moment
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.001")
    wait_until(lambda: lines(run / "responses.jsonl") >= 1500, process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    started = time.monotonic()
    code, _, err = interrupt(process, signal.SIGINT)
    assert time.monotonic() - started < 2
    assert code == 130
    assert "Traceback" not in err


def test_a_signal_that_comes_twice_is_one_wish(tmp_path: Path) -> None:
    """``timeout -s INT`` signals the process and its group."""
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=0.2")
    wait_until(lambda: lines(run / "responses.jsonl") >= 1, process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.005)
    code, out, err = interrupt(process, signal.SIGINT)
    assert code == 130
    assert "accuracy" in out
    assert "the same command goes on" in err


@pytest.mark.parametrize(
    ("number", "code"),
    mostly_long([(signal.SIGINT, 130), (signal.SIGTERM, 143)], [(signal.SIGTERM, 143)]),
)
def test_a_signal_while_starting_ends_the_command(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    run = tmp_path / "run"
    process = launch("mock:hash", run, "-M", "latency=1,concurrency=1")
    wait_until(lambda: (run / ".lock").exists(), process)
    found, _, err = interrupt(process, number)
    assert found in (code, -number)  # a shell reports 128 + number for both
    assert "Traceback" not in err
