"""Hazards of keys with ``gemini:``: the wrong one is sent, one is written down, a run goes on with a refused one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError
from model_adapters.registry import create
from model_adapters.services.credentials import MissingKeyError, Secret
from tests.model_adapters.gemini.test_adapter import (
    MODEL,
    Cli,
    ask,
    environment,
    last,
    request,
    scripted,
    url,
)
from tests.support.runs.toy import evaluate_arguments
from tests.support.servers.chaos_server import ChaosServer

pytestmark = pytest.mark.network
KEY = "AIzaSyVery-secret_0123456789abcdefghijk"
__all__ = ["environment"]  # a fixture


@pytest.fixture(scope="module")
def echo() -> Iterator[ChaosServer]:
    with ChaosServer("--reply", "echo") as server:
        yield server


def test_a_missing_key_ends_with_4(cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments(f"gemini:{MODEL}", tmp_path / "run"))
    assert found.code == 4
    assert "GEMINI_API_KEY is not set" in found.err
    assert "Traceback" not in found.err


@pytest.mark.parametrize(
    ("environment", "argument", "sent"),
    [
        ({"GEMINI_API_KEY": "one"}, None, "one"),
        ({"GOOGLE_API_KEY": "two"}, None, "two"),
        ({"GEMINI_API_KEY": "one", "GOOGLE_API_KEY": "two"}, None, "two"),  # as in the package
        ({"GEMINI_API_KEY": "one", "MINE": "three"}, "MINE", "three"),
        ({"GEMINI_API_KEY": "  "}, None, "none"),
        ({}, None, "none"),
    ],
)
def test_which_key_is_sent(
    echo: ChaosServer,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    argument: str | None,
    sent: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ask(echo, request("a"), **({} if argument is None else {"api_key_env": argument}))
    assert last(echo)["headers"]["x-goog-api-key"] == sent


def test_a_chosen_variable_that_is_not_set_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with pytest.raises(MissingKeyError, match="MINE is not set"):
        create(f"gemini:{MODEL}", {"api_key_env": "MINE"}).open()


@pytest.mark.parametrize("variable", ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
def test_a_refused_key_ends_the_run_at_once_and_is_written_nowhere(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, KEY)
    monkeypatch.setenv("TOY_ITEMS", "200")
    run = tmp_path / "run"
    with ChaosServer("--api-key", "another", "--latency", "0.02") as server:
        found = cli(
            *evaluate_arguments(
                f"gemini:{MODEL}", run, "-M", f"base_url={url(server)},concurrency=4"
            )
        )
        ledger = server.ledger()
    assert ledger["last"]["headers"]["x-goog-api-key"] == KEY
    assert found.code == 4
    assert f"refuses the key in {variable}" in found.err
    assert "API key not valid" in found.err  # Gemini's 400, which repeats the key
    assert ledger["requests"] <= 8
    assert "secret" not in found.err + found.out
    for path in run.rglob("*"):
        assert path.is_dir() or b"secret" not in path.read_bytes()


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 401, "content": f"bad {KEY}"},
        {"status": 403, "content": f"reported as leaked: {KEY}"},
    ],
)
def test_a_refused_key_is_an_adapter_error_without_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: dict[str, Any]
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with scripted(tmp_path, {"a": reply}) as server:
        with pytest.raises(AdapterError) as caught:
            ask(server, request("a"))
        assert server.ledger()["requests"] == 1
    assert "***" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_key_in_another_error_is_hidden_also_from_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG, logger="google_genai")
    with scripted(tmp_path, {"a": {"status": 500, "content": f"crashed with {KEY}"}}) as server:
        (found,) = ask(server, request("a"), max_retries=1)
    assert found.error is not None
    assert "crashed with ***" in found.error.message
    assert "secret" not in repr(found) + caplog.text


def test_what_looks_like_a_key_of_google_is_hidden() -> None:
    assert Secret("other").hide(f"the key {KEY} is wrong") == "the key *** is wrong"


def test_a_password_in_the_url_is_not_recorded(cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with ChaosServer("--reply", "echo") as server:
        address = url(server).replace("http://", "http://me:pass-word@")
        found = cli(
            *evaluate_arguments(f"gemini:{MODEL}", run, "-M", f"base_url={address}", "-L", "2")
        )
        header = server.ledger()["last"]["headers"]["authorization"]
    assert found.code == 0, found.err
    for path in run.rglob("*"):
        assert path.is_dir() or b"pass-word" not in path.read_bytes()
    assert header == "Basic bWU6cGFzcy13b3Jk"
