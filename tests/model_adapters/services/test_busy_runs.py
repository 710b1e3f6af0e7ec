"""Hazards of runs behind a busy service: items fail, the run cannot go on, nobody says why nothing happens, Ctrl-C hangs."""

from __future__ import annotations

import asyncio
import io
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.run import progress as display
from harness.run.process import waiting
from harness.run.progress import Progress, Style
from model_adapters.services.pacing.patience import Waiting
from tests.support.budget import mostly_long
from tests.support.command import CommandResult, start
from tests.support.runs.judged import arguments, responses
from tests.support.runs.live import interrupt, launch, lines, wait_until
from tests.support.runs.toy import jsonl, results, write_tone
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import SERVICES, Service

network = pytest.mark.network
Cli = Callable[..., CommandResult]
ITEMS = 30
ANSWERS = ("--reply", "tests.support.runs.toy_replies:answer")
JUDGE = ("--reply", "tests.support.runs.judged:sakura_judge")
BUSY = ("--fault-rate", "1", "--faults", "503", "--fault-attempts", "999")
WINDOW = ("--window-limit", "10", "--window-seconds", "1", "--retry-after", "")


@pytest.fixture(autouse=True)
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_keys: None) -> Iterator[None]:
    del no_keys
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))
    monkeypatch.setenv("TOY_ITEMS", str(ITEMS))
    yield


@network
def test_a_limit_per_window_fails_no_item(service: Service, cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with ChaosServer(*ANSWERS, *WINDOW) as server:
        found = cli(
            *service.evaluate(server, run, given="max_retries=0,backoff=0.05,concurrency=8")
        )
    assert found.code == 0, found.err
    assert results(run)["tasks"]["toy"]["outcomes"]["error"] == 0


@network
def test_a_service_that_stays_busy_stops_the_run_and_the_same_command_goes_on(
    service: Service, cli: Cli, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    with ChaosServer(*ANSWERS, *BUSY) as server:
        found = cli(*service.evaluate(server, run, "--patience", "1s"))
    assert found.code == 4
    assert "--patience TIME waits longer" in found.err and "Traceback" not in found.err
    log = run / "responses.jsonl"
    assert not log.exists() or jsonl(log) == []
    with ChaosServer(*ANSWERS) as server:
        assert cli(*service.evaluate(server, run)).code == 0
    assert len(jsonl(log)) == ITEMS


@network
@pytest.mark.parametrize("service", mostly_long(SERVICES, ["openai"]), indirect=True)
def test_ctrl_c_while_waiting_leaves_at_once(service: Service, tmp_path: Path) -> None:
    run = tmp_path / "run"
    flags = ("--window-limit", "5", "--window-seconds", "900", "--retry-after", "60")
    with ChaosServer(*ANSWERS, *flags) as server:
        process = launch(*service.evaluate(server, run)[1:2], run, "-M", _url(service, server))
        wait_until(lambda: lines(run / "responses.jsonl") >= 5, process)
        time.sleep(0.5)
        started = time.monotonic()
        code, _, err = interrupt(process, signal.SIGINT)
    assert code == 130 and time.monotonic() - started < 8
    assert "Traceback" not in err and "the same command goes on" in err


def _url(service: Service, server: ChaosServer) -> str:
    return f"base_url={service.url(server)}"


@network
def test_a_judge_behind_a_limit_gives_every_verdict(cli: Cli, tmp_path: Path) -> None:
    file, run = responses(tmp_path / "replies.jsonl", 20), tmp_path / "run"
    with ChaosServer(*JUDGE, *WINDOW) as server:
        found = cli(*arguments(file, run, server.base_url, "-J", "max_retries=0,timeout=30"))
        requests = server.ledger()["requests"]
    assert found.code == 0, found.err
    assert results(run)["tasks"]["sakura_animal_single"]["unjudged"] == 0
    assert requests < 250


@network
def test_a_judge_that_stays_busy_is_4_and_the_same_command_goes_on(
    cli: Cli, tmp_path: Path
) -> None:
    file, run = responses(tmp_path / "replies.jsonl", 12), tmp_path / "run"
    with ChaosServer(*JUDGE, *BUSY) as server:
        found = cli(*arguments(file, run, server.base_url, "--patience", "1s"))
    assert found.code == 4
    assert "judging stopped" in found.err and "12 items are not judged" in found.err
    with ChaosServer(*JUDGE) as server:
        assert cli(*arguments(file, run, server.base_url)).code == 0


@network
def test_ctrl_c_while_a_judge_is_waited_for_leaves_at_once(tmp_path: Path) -> None:
    file, run = responses(tmp_path / "replies.jsonl", 40), tmp_path / "run"
    flags = ("--window-limit", "5", "--window-seconds", "900", "--retry-after", "60")
    with ChaosServer(*JUDGE, *flags) as server:
        process = start(*arguments(file, run, server.base_url))
        wait_until(lambda: lines(run / "judgements.jsonl") >= 5, process)
        time.sleep(0.5)
        started = time.monotonic()
        code, _, err = interrupt(process, signal.SIGINT)
    assert code == 130 and time.monotonic() - started < 8 and "Traceback" not in err


@pytest.mark.parametrize("style", ["plain", "live"])
def test_the_progress_line_says_what_is_waited_for(
    style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PULSE_SECONDS", 0.01)
    monkeypatch.setattr(display, "WAITING_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(display, "PLAIN_SECONDS", 1e9)
    stream, waits = io.StringIO(), [Waiting(75.0, 600.0)]

    async def work() -> None:
        await asyncio.sleep(0.5)

    with Progress({"toy": 3}, style, stream) as progress:
        progress.watch(lambda: waiting.wait_text(waits[0]))
        asyncio.run(waiting.shown(work(), progress, lambda: True))
    assert "waiting for the service 1:15 of 10:00" in stream.getvalue()
