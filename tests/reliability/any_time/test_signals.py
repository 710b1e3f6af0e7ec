"""Hazards: a signal throws paid answers away, holds a command up, or ends ``score`` in another way than ``evaluate``."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.budget import SOAK
from tests.support.command import CommandResult, start
from tests.support.runs import anything, judged
from tests.support.runs.live import STARTED, finish, lines, wait_until
from tests.support.runs.toy import write_tone
from tests.support.servers.chaos_server import ChaosServer

pytestmark = [pytest.mark.slow, pytest.mark.network]

ITEMS = 40
LATENCY = 0.4
Cli = Callable[..., CommandResult]
Command = Callable[[Path, str], tuple[str | Path, ...]]


@pytest.fixture(autouse=True)
def items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav", seconds=0.02)))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 12)


@pytest.fixture
def server() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", anything.REPLY, "--latency", str(LATENCY)) as found:
        yield found


@pytest.fixture
def busy() -> Iterator[ChaosServer]:
    """A service that answers half of the requests with 429 and a wait."""
    flags = ("--fault-rate", "0.5", "--faults", "429", "--retry-after", "1", "--latency", "0.1")
    with ChaosServer("--reply", anything.REPLY, *flags) as found:
        yield found


def evaluate(run: Path, url: str) -> tuple[str | Path, ...]:
    return anything.command(run, url)


def score(run: Path, url: str) -> tuple[str | Path, ...]:
    """A judge for stored replies: half of the requests wait for a place."""
    file = judged.responses(run.with_suffix(".jsonl"), ITEMS)
    return (
        "score", judged.TASK, file, "-o", run,
        "--judge", f"openai:{judged.MODEL}", "-J", f"base_url={url},concurrency=4",
    )  # fmt: skip


def under_way(command: tuple[str | Path, ...], run: Path) -> subprocess.Popen[str]:
    """A command that has some verdicts, with further requests in flight."""
    process = start(*command)
    STARTED.append(process)
    wait_until(lambda: lines(run / "judgements.jsonl") >= 3, process)
    return process


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal, and wait for the end; nothing may wait for more than the seconds of grace."""
    process.send_signal(number)
    return finish(process, timeout=40)


CASES = [(evaluate, signal.SIGINT, 130), (score, signal.SIGTERM, 143)]
MORE = [(score, signal.SIGINT, 130), (evaluate, signal.SIGTERM, 143), (score, signal.SIGHUP, 143)]


@pytest.mark.parametrize(("command", "number", "code"), CASES + MORE if SOAK else CASES)
def test_what_is_in_flight_ends_and_is_recorded(
    cli: Cli,
    tmp_path: Path,
    server: ChaosServer,
    command: Command,
    number: signal.Signals,
    code: int,
) -> None:
    run = tmp_path / "run"
    process = under_way(command(run, server.base_url), run)
    found, _, err = stopped(process, number)
    assert found == code, err
    assert "Traceback" not in err and "the same command goes on" in err
    assert (run / "results.json").exists()
    paid = anything.asked(server).total()
    stored = lines(run / "responses.jsonl") if command is score else 0
    assert anything.recorded(run) - stored == paid, "an answer was paid for and thrown away"
    again = cli(*command(run, server.base_url))
    assert again.code == 0, again.err
    assert anything.recorded(run) - stored == anything.asked(server).total()


@pytest.mark.parametrize("command", [evaluate, score] if SOAK else [score])
def test_a_signal_under_429_ends_soon_and_the_rest_is_asked_later(
    cli: Cli, tmp_path: Path, busy: ChaosServer, command: Command
) -> None:
    run = tmp_path / "run"
    process = under_way(command(run, busy.base_url), run)
    found, _, err = stopped(process, signal.SIGTERM)
    assert found == 143, err
    assert "Traceback" not in err and (run / "results.json").exists()
    again = cli(*command(run, busy.base_url))
    assert again.code == 0, again.err


def test_a_second_ctrl_c_waits_for_nothing(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with ChaosServer("--reply", anything.REPLY, "--latency", "8", "--fault-rate", "0") as slow:
        process = start(*anything.command(run, slow.base_url))
        STARTED.append(process)
        wait_until(lambda: slow.ledger()["requests"] > 0, process)
        process.send_signal(signal.SIGINT)
        time.sleep(1.5)
        begun = time.monotonic()
        found, _, err = stopped(process, signal.SIGINT)
    assert found == 130 and time.monotonic() - begun < 5
    assert "in flight" in err and "Traceback" not in err


def test_stop_and_continue_changes_nothing(tmp_path: Path, server: ChaosServer) -> None:
    run = tmp_path / "run"
    process = under_way(evaluate(run, server.base_url), run)
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGPIPE)  # ignored: a reader that goes away is seen when writing
    found, _, err = finish(process)
    assert found == 0, err
    assert anything.recorded(run) == anything.asked(server).total()


def test_ctrl_c_while_modules_are_imported_shows_no_traceback(tmp_path: Path) -> None:
    for delay in [n / 50 for n in range(1, 40)] if SOAK else (0.05, 0.15, 0.3):
        process = start("tasks", "list", TMPDIR=str(tmp_path))
        STARTED.append(process)
        time.sleep(delay)
        found, _, err = stopped(process, signal.SIGINT)
        # 1: the interpreter was starting, or the package, whose first two imports nothing of ours can stand around
        assert found in (0, 130, -signal.SIGINT) or (found == 1 and "harness/cli" not in err), err
        assert "harness/cli" not in err or "Traceback" not in err, err
        assert not list(tmp_path.glob("harness-crash-*"))
