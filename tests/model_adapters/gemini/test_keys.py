"""Hazards of keys with ``gemini:``: the wrong one is sent, one is written down, a run goes on with a refused one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from harness.errors import AdapterError
from model_adapters.registry import create
from model_adapters.services.credentials import MissingKeyError, Secret
from tests.support.packages import needs
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import GEMINI, last, request, scripted

KEY = GEMINI.key
pytestmark = [
    needs("google.genai", extra="gemini"),
    pytest.mark.network,
    pytest.mark.usefixtures("no_keys"),
]


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
    GEMINI.ask(echo, request("a"), **({} if argument is None else {"api_key_env": argument}))
    assert last(echo)["headers"]["x-goog-api-key"] == sent


def test_a_chosen_variable_that_is_not_set_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with pytest.raises(MissingKeyError, match="MINE is not set"):
        create(GEMINI.target, {"api_key_env": "MINE"}).open()


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 401, "content": f"bad {KEY}"},
        {"status": 403, "content": f"your API key was reported as leaked: {KEY}"},
    ],
)
def test_a_refused_key_is_an_adapter_error_without_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: dict[str, Any]
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with scripted(tmp_path, {"a": reply}) as server:
        with pytest.raises(AdapterError) as caught:
            GEMINI.ask(server, request("a"))
        assert server.ledger()["requests"] == 1
    assert "***" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_key_in_another_error_is_hidden_also_from_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG, logger="google_genai")
    with scripted(tmp_path, {"a": {"status": 500, "content": f"crashed with {KEY}"}}) as server:
        (found,) = GEMINI.ask(server, request("a"), max_retries=1)
    assert found.error is not None
    assert "crashed with ***" in found.error.message
    assert "secret" not in repr(found) + caplog.text


def test_what_looks_like_a_key_of_google_is_hidden() -> None:
    assert Secret("other").hide(f"the key {KEY} is wrong") == "the key *** is wrong"
