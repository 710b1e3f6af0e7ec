"""Hazards: a replica, a node or the process of the run that is killed loses what was finished, or asks it again.

Each test runs the command with real Ray on this machine; all that is killed was started by the test.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.budget import SOAK
from tests.support.command import start
from tests.support.packages import needs
from tests.support.runs.live import answered, asked, finish, lines
from tests.support.runs.toy import evaluate_arguments, jsonl, timeless, write_tone
from tests.support.servers.ray_nodes import ray_nodes

pytestmark = [
    needs("ray", extra="ray"),
    pytest.mark.slow,
    pytest.mark.network,
    pytest.mark.xdist_group("ray"),
    pytest.mark.long,
]
ITEMS = 80
SECONDS = 600
"""Ray and torch start slowly on a machine with other work."""


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number in range(4):
        write_tone(folder / f"{number}.wav", seconds=0.5 + number / 4, frequency=200 + 50 * number)
    monkeypatch.setenv("TOY_AUDIO", str(folder))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Commands, of which none outlives its test."""
    found: list[subprocess.Popen[str]] = []
    yield found
    for process in found:
        if process.poll() is None:
            process.kill()
            process.communicate()


def mock(ledger: Path, latency: float, *more: str) -> tuple[str, ...]:
    """A model with a fixed time for an item, whose replies depend on the bytes of clips, and that writes down every call."""
    return (
        "-M", f"latency={latency},concurrency=1,ledger={ledger},decode=true",
        "-M", "empty_rate=0.1,error_rate=0.05,retryable=false", "--max-errors", "50%", *more,
    )  # fmt: skip


def launch(
    started: list[subprocess.Popen[str]], model: str, run: Path, *more: str
) -> subprocess.Popen[str]:
    process = start(*evaluate_arguments(model, run, *more))
    started.append(process)
    return process


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Output of a command that went well; no finding where Ray did not start in the 30 s that it gives itself."""
    code, out, err = finish(process, SECONDS)
    if code == 4 and "Ray does not start" in err:
        pytest.skip(f"the machine is too busy for Ray: {err}")
    assert code == 0, err
    return out, err


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something that a live command does."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        if process.poll() is not None:
            ended(process)
            raise AssertionError("it ended too early")
        time.sleep(0.02)


def whole(run: Path, ledger: Path, in_flight: int) -> None:
    """Every item is there once, and what was asked twice was in flight when something died."""
    ids = [line["id"] for line in jsonl(run / "responses.jsonl")]
    assert len(ids) == len(set(ids)) == ITEMS
    calls = asked(ledger)
    assert len(calls) == ITEMS and sum(calls.values()) - ITEMS <= in_flight


def in_one_process(started: list[subprocess.Popen[str]], tmp_path: Path) -> Path:
    run = tmp_path / "alone"
    ended(launch(started, "mock:hash", run, *mock(tmp_path / "other", 0)))
    return run


def pids(ledger: Path) -> list[int]:
    return [line["pid"] for line in jsonl(ledger)] if ledger.exists() else []


def test_killed_replicas_and_a_killed_run(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    command = mock(ledger, 0.2, "--executor", "ray", "--replicas", "2", "--plain")
    process = launch(started, "mock:hash", run, *command)
    until(lambda: lines(run / "responses.jsonl") >= 5, process)
    os.kill(pids(ledger)[-1], signal.SIGKILL)  # a replica
    done = lines(run / "responses.jsonl")
    until(lambda: lines(run / "responses.jsonl") >= done + 10, process)
    process.kill()
    process.communicate()
    replicas = set(pids(ledger))
    finished = answered(run)
    assert len(replicas) >= 2 and 15 <= len(finished) < ITEMS
    before = asked(ledger)
    deadline = time.monotonic() + 60
    while any(map(alive, replicas)):  # they do not outlive the run
        assert time.monotonic() < deadline
        time.sleep(0.1)

    out, err = ended(launch(started, "mock:hash", run, *command))
    assert "replicas" in err and out.startswith("task")
    whole(run, ledger, in_flight=1 + 2)
    after = asked(ledger)
    assert all(after[name] == before[name] for name in finished)
    assert timeless(run) == timeless(in_one_process(started, tmp_path))


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] != "Z"


@pytest.mark.skipif(not SOAK, reason="half a minute for a second node: HARNESS_SOAK=1")
def test_a_node_that_dies_and_clips_as_bytes(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    run, ledger = tmp_path / "run", tmp_path / "ledger"
    with ray_nodes(2) as nodes:
        command = mock(
            ledger, 0.2, "--executor", "ray", "--replicas", "2", "--plain",
            "-X", f"address={nodes.address},cpus_per_replica=1,clips=bytes",
        )  # fmt: skip
        process = launch(started, "mock:hash", run, *command)
        until(lambda: len(set(pids(ledger))) == 2 and len(pids(ledger)) >= 8, process)
        os.kill(nodes.processes[-1], signal.SIGKILL)
        ended(process)
    whole(run, ledger, in_flight=2)
    assert timeless(run) == timeless(in_one_process(started, tmp_path))


def test_a_checkpoint_on_two_devices_answers_as_on_one(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    pytest.importorskip("transformers", reason="needs the extra hf")
    from tests.support.models.tiny_models import build_tiny_qwen2_audio

    model = f"hf:{build_tiny_qwen2_audio(tmp_path / 'checkpoint')}"
    more = ("--batch-size", "4", "-L", "24", "--gen-kwargs", "max_new_tokens=8")
    alone, both = tmp_path / "alone", tmp_path / "both"
    ended(launch(started, model, alone, *more, "-M", "dtype=float32,device=cpu"))
    ended(launch(started, model, both, *more, "-M", "dtype=float32,devices=cpu,cpu"))
    assert timeless(both) == timeless(alone)
