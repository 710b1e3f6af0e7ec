"""Hazards of keys of services: one is written down, or a run goes on with one that the service refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import AdapterError
from tests.support.command import CommandResult
from tests.support.runs.toy import evaluate_arguments, write_tone
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import SERVICES, Service, request

pytestmark = [pytest.mark.network, pytest.mark.usefixtures("no_keys")]

Cli = Callable[..., CommandResult]


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOY_AUDIO", str(write_tone(tmp_path / "tone.wav")))


def test_a_missing_key_ends_with_4(service: Service, cli: Cli, tmp_path: Path) -> None:
    found = cli(*evaluate_arguments(service.hosted, tmp_path / "run"))
    assert found.code == 4
    assert f"{service.variables[0]} is not set" in found.err
    assert "Traceback" not in found.err


@pytest.mark.parametrize(
    ("service", "variable"),
    [(service, name) for service in SERVICES.values() for name in service.variables],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_refused_key_ends_the_run_at_once_and_is_written_nowhere(
    service: Service, variable: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if service.name == "gemini":
        pytest.importorskip("google.genai", reason="needs the extra gemini")
    monkeypatch.setenv(variable, service.key)
    monkeypatch.setenv("TOY_ITEMS", "200")
    run = tmp_path / "run"
    with ChaosServer("--api-key", "another", "--latency", "0.02") as server:
        found = cli(*service.evaluate(server, run, given="concurrency=4"))
        ledger = server.ledger()
    header, sent = service.key_header
    assert ledger["last"]["headers"][header] == sent
    assert found.code == 4
    assert f"refuses the key in {variable}" in found.err
    assert ledger["requests"] <= 8
    assert "secret" not in found.err + found.out
    for path in run.rglob("*"):
        assert path.is_dir() or b"secret" not in path.read_bytes()


def test_a_refused_key_is_an_adapter_error_without_the_key(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(service.variables[0], service.key)
    with ChaosServer("--api-key", "another") as server:
        with pytest.raises(AdapterError) as caught:
            service.ask(server, request("a"))
        assert server.ledger()["requests"] == 1
    assert "***" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_password_in_the_url_is_not_recorded(service: Service, cli: Cli, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with ChaosServer("--reply", "echo") as server:
        url = service.url(server).replace("http://", "http://me:pass-word@")
        given = ("-M", f"base_url={url}", "-L", "2")
        found = cli(*evaluate_arguments(service.target, run, *given))
        header = server.ledger()["last"]["headers"]["authorization"]
    assert found.code == 0, found.err
    for path in run.rglob("*"):
        assert path.is_dir() or b"pass-word" not in path.read_bytes()
    assert header == "Basic bWU6cGFzcy13b3Jk"
