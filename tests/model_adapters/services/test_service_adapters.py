"""Hazards of every adapter of a service: outcomes confused, attempts that nobody counts, audio that does not arrive."""

from __future__ import annotations

import asyncio
import importlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UnknownNameError, UsageError
from model_adapters.registry import create
from model_adapters.services.pacing.patience import BUSY
from tests.support.budget import mostly_long
from tests.support.command import CommandResult
from tests.support.runs.toy import jsonl, write_tone
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import Service, request, scripted

pytestmark = [pytest.mark.network, pytest.mark.usefixtures("no_keys")]

Cli = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))


# --- arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_url": "localhost:8000"}, "not an http"),
        ({"audio_format": "aac"}, "one of as_is, wav, mp3, flac"),
        ({"concurrency": 0}, "at least 1"),
        ({"timeout": 0}, "more than 0 seconds"),
    ],
)
def test_wrong_arguments(service: Service, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        create(service.target, arguments)


def test_unknown_argument(service: Service) -> None:
    with pytest.raises(UnknownNameError, match="did you mean: base_url"):
        create(service.target, {"baseurl": "x"})
    with pytest.raises(UnknownNameError, match="'api_key'"):
        create(service.target, {"api_key": "x"})


def test_the_declaration_is_that_of_a_service(service: Service, echo: ChaosServer) -> None:
    info = service.make(echo, concurrency=7).open()
    assert (info.fingerprint, info.style, info.concurrency) == (service.target, "async", 7)
    assert info.description["base_url"] == service.url(echo)
    assert info.description["model"] == service.model


def test_a_request_before_open_is_refused(service: Service, echo: ChaosServer) -> None:
    with pytest.raises(UsageError, match="not open"):
        asyncio.run(service.make(echo).generate(request("a")))


# --- what comes back ---------------------------------------------------------------------------


def test_outcomes(service: Service, tmp_path: Path) -> None:
    replies: dict[str, Any] = {
        "plain": "dog",
        "length": {"content": "do", "finish_reason": "length"},
        "filter": {"content": None, "finish_reason": "content_filter"},
        "refusal": {"content": None, "refusal": "No."},
        "null": {"content": None},
        "empty": "",
        "stop": "dog\n\nand more",
        "stop late": {"content": "dog\n\nand mo", "finish_reason": "length"},
        "thinking": {"content": "dog", "reasoning_content": "It barks."},
        "cat": "Katze, ねこ 🐈\u2028x",
        "bad": {"status": 400, "content": "audio too long"},
        "gone": {"status": 404, "content": "no such model"},
        "broken": {"status": 500, "content": "internal error"},
    }
    asked = [request(name, until=["\n\n"]) for name in replies]
    with scripted(tmp_path, replies) as server:
        found = service.ask(server, *asked, max_retries=2)
        ledger = server.ledger()
    by_name = dict(zip(replies, found, strict=True))
    shown = {name: (one.text, one.finish) for name, one in by_name.items() if one.error is None}
    assert shown == {
        "plain": ("dog", "stop"),
        "length": ("do", "length"),
        "filter": ("", "filter"),
        "refusal": service.refusal,
        "null": ("", "stop"),
        "empty": ("", "stop"),
        "stop": ("dog", "stop"),
        "stop late": ("dog", "stop"),
        "thinking": ("dog", "stop"),
        "cat": ("Katze, ねこ 🐈\u2028x", "stop"),
    }
    assert by_name["thinking"].reasoning == "It barks."
    errors = {name: one.error for name, one in by_name.items() if one.error is not None}
    kinds = {name: error.kind for name, error in errors.items()}
    assert kinds == {"bad": "http", "gone": "http", "broken": "server"}
    for name, error in errors.items():
        assert not error.retryable  # its attempts were made: the runner makes no more
        assert replies[name]["content"] in error.message
    sent = {row["text"]: row["asked"] for row in ledger["by_content"].values()}
    assert (sent["bad"], sent["gone"], sent["broken"]) == (1, 1, 3)
    assert ledger["probes"] == 0
    assert ledger["requests"] == len(replies) + 2


def test_model_name_tokens_and_cost_are_recorded(service: Service) -> None:
    with ChaosServer("--fault-rate", "1", "--faults", "model", "--reply", "echo") as server:
        (found,) = service.ask(server, request("a b c"), input_price=2.5, output_price=10)
    assert found.extra == {"model": f"other/{service.model}@main"}
    assert found.usage is not None
    tokens = ("prompt_tokens", "completion_tokens", "total_tokens")
    assert [found.usage[name] for name in tokens] == [20, 3, 23]
    assert found.usage["cost"] == pytest.approx((20 * 2.5 + 3 * 10) / 1e6)


# --- attempts ----------------------------------------------------------------------------------

KINDS = {
    "429": "rate_limit",
    "500": "server",
    "503": "overloaded",
    "truncated": "connection",
    "malformed": "malformed",
    "choices": "malformed",
    "reset": "connection",
    "stale": "server",
    "hang": "timeout",
}


@pytest.mark.parametrize(
    "fault", mostly_long(KINDS, ["429", "500", "503", "malformed", "reset", "hang"])
)
def test_a_passing_fault_costs_one_attempt_and_a_lasting_one_is_a_value(
    service: Service, fault: str
) -> None:
    flags = ("--fault-rate", "1", "--faults", fault, "--reply", "echo", "--retry-after", "0.01")
    timeout = 1.5 if fault == "hang" else 10.0
    with ChaosServer(*flags) as server:
        started = time.perf_counter()
        found = service.ask(server, *map(request, ("a", "b", "ü")), timeout=timeout)
        seconds = time.perf_counter() - started
        assert [(one.text, one.extra) for one in found] == [
            (text, {"attempts": 2}) for text in ("a", "b", "ü")
        ]
        assert [row["asked"] for row in server.ledger()["by_content"].values()] == [2] * 3
    assert seconds < 6  # Google's package would wait up to ten seconds after a broken connection
    if KINDS[fault] in BUSY:  # waited for, in test_service_waits.py
        return
    with ChaosServer(*flags, "--fault-attempts", "99") as server:
        (lasting,) = service.ask(server, request("a"), timeout=timeout, max_retries=1)
        assert server.ledger()["requests"] == 2  # a client's package repeats nothing by itself
    assert lasting.text is None
    assert lasting.error is not None
    assert (lasting.error.kind, lasting.extra) == (KINDS[fault], {"attempts": 2})


def test_every_further_attempt_has_a_connection_of_its_own(service: Service) -> None:
    flags = ("--fault-rate", "1", "--faults", "500", "--fault-attempts", "3", "--reply", "echo")
    with ChaosServer(*flags) as server:
        found = service.ask(server, *map(request, "abc"), concurrency=1)
        connections = server.ledger()["connections"]
    assert [(one.text, one.extra["attempts"]) for one in found] == [("a", 4), ("b", 4), ("c", 4)]
    assert connections == 1 + 3 * 3  # one is kept alive


def test_a_server_that_is_not_there_is_a_value(service: Service) -> None:
    given = {"base_url": f"http://127.0.0.1:9{service.path}", "max_retries": 1, "backoff": 0.01}
    adapter = create(service.target, given)
    adapter.open()
    (found,) = adapter.generate_batch([request("a")])
    adapter.close()
    assert found.error is not None
    assert (found.error.kind, found.error.retryable) == ("connection", False)
    assert found.extra == {"attempts": 2}


def test_a_time_out_covers_the_whole_attempt(service: Service) -> None:
    flags = ("--fault-rate", "1", "--faults", "hang", "--fault-attempts", "99")
    with ChaosServer(*flags) as server:
        started = time.perf_counter()
        (found,) = service.ask(server, request("a"), timeout=0.3, max_retries=1)
        assert time.perf_counter() - started < 3
    assert found.error is not None
    assert found.error.message == "no complete answer within 0.3 s (2 attempts)"


def test_a_wait_that_the_service_asks_for_is_honoured(service: Service) -> None:
    flags = ("--fault-rate", "1", "--faults", "429", "--retry-after", "0.6", "--reply", "echo")
    with ChaosServer(*flags) as server:
        (found,) = service.ask(server, request("a"))
    assert (found.text, found.extra) == ("a", {"attempts": 2})
    assert 0.6 < found.seconds < 5


def test_fewer_requests_are_in_flight_when_the_service_complains(service: Service) -> None:
    flags = ("--capacity", "4", "--latency", "0.02", "--retry-after", "0.02", "--reply", "echo")
    texts = [f"{number}" for number in range(120)]
    with ChaosServer(*flags) as server:
        found = service.ask(
            server, *map(request, texts), concurrency=32, max_retries=30, backoff=0.05
        )
        ledger = server.ledger()
    assert [one.text for one in found] == texts
    # without a bound that falls, nearly every attempt of 32 at a time would be one too many
    assert ledger["faults"]["capacity"] < 120


def test_never_more_in_flight_than_the_user_said(service: Service) -> None:
    texts = [f"{number}" for number in range(30)]
    with ChaosServer("--latency", "0.02", "--reply", "echo") as server:
        found = service.ask(server, *map(request, texts), concurrency=3)
        ledger = server.ledger()
    assert [one.text for one in found] == texts
    assert (ledger["in_flight_max"], ledger["requests"]) == (3, 30)


# --- what is sent ------------------------------------------------------------------------------


def test_a_proxy_is_not_asked_for_a_server_on_this_machine(
    service: Service, echo: ChaosServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    assert service.ask(echo, request("a"), max_retries=0)[0].text == "a"


def test_a_clip_that_vanished_is_an_audio_error(
    service: Service, echo: ChaosServer, tmp_path: Path
) -> None:
    before = echo.ledger()["requests"]
    (found,) = service.ask(echo, request("What?", tmp_path / "absent.wav"))
    assert found.error is not None
    assert found.error.kind == "audio"
    assert echo.ledger()["requests"] == before


def test_slow_encoding_leaves_the_event_loop(
    service: Service, echo: ChaosServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(f"model_adapters.{service.name}.adapter")
    builder = {"openai": "encode_body", "gemini": "build_request"}[service.name]
    build: Callable[..., Any] = getattr(module, builder)
    threads: list[bool] = []

    def spy(*arguments: Any) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        return build(*arguments)

    monkeypatch.setattr(module, builder, spy)
    monkeypatch.setattr(module, "SLOW_ENCODING", 0.0)
    tone = write_tone(tmp_path / "t.wav")
    asked = [request(f"{number}", tone) for number in range(4)]
    assert [one.text for one in service.ask(echo, *asked, concurrency=1)] == ["0", "1", "2", "3"]
    assert threads == [True, True, False, False]  # one slow moment proves nothing


def test_each_event_loop_has_its_own_connections(service: Service, echo: ChaosServer) -> None:
    adapter = service.make(echo)
    adapter.open()
    for number in range(3):
        assert asyncio.run(adapter.generate(request(f"{number}"))).text == f"{number}"
    adapter.close()


# --- through the command line ------------------------------------------------------------------


def test_every_item_is_asked_once_and_nothing_else_is(
    service: Service, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_ITEMS", "30")
    run = tmp_path / "run"
    with ChaosServer("--reply", "tests.support.runs.toy_replies:answer") as server:
        arguments = service.evaluate(server, run)
        first = cli(*arguments)
        assert first.code == 0, first.err
        assert cli(*arguments).code == 0  # again: nothing is asked
        ledger = server.ledger()
    assert (ledger["requests"], ledger["probes"]) == (30, 0)
    assert {line["outcome"] for line in jsonl(run / "samples.jsonl")} == {"answered"}


def test_a_dry_run_asks_nothing(
    service: Service, cli: Cli, echo: ChaosServer, tmp_path: Path
) -> None:
    before = echo.ledger()["requests"]
    assert cli(*service.evaluate(echo, tmp_path / "run", "--dry-run")).code == 0
    assert echo.ledger()["requests"] == before
