"""Hazards of replies: a body without end, one that unpacks to gigabytes, one nested so deeply that reading it fails."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from harness.types import Response
from model_adapters.registry import create
from model_adapters.services import bodies, chat_client
from tests.support.runs.toy import write_tone
from tests.support.servers.raw import answering
from tests.support.servers.service_adapters import SERVICES, request

pytestmark = [pytest.mark.network, pytest.mark.usefixtures("no_keys")]
NAMES = [*SERVICES, "cascade"]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY", 100_000)
    monkeypatch.setattr(chat_client, "MAX_BODY", 100_000)


def ask(name: str, url: str, clip: Path) -> Response:
    """What an adapter makes of one request."""
    if name == "gemini":
        pytest.importorskip("google.genai", reason="needs the extra gemini")
    target = SERVICES[name].target if name in SERVICES else "cascade:openai:whisper-1"
    path = SERVICES[name].path if name in SERVICES else "/v1"
    adapter = create(target, {"base_url": url + path, "max_retries": 0, "timeout": 20.0})
    adapter.open()
    (found,) = adapter.generate_batch([request("a", clip)])
    adapter.close()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_an_endless_body_is_cut_off(name: str, tmp_path: Path) -> None:
    with answering(b'{"text": "' + b"x" * 500_000) as url:
        error = ask(name, url, write_tone(tmp_path / "t.wav")).error
    assert error is not None and "100,000 bytes" in error.message


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_unpacks_to_more_is_refused_before_it_is_unpacked(
    name: str, tmp_path: Path
) -> None:
    tone = write_tone(tmp_path / "t.wav")
    bomb = gzip.compress(b" " * 80_000_000)
    assert len(bomb) < 100_000
    with answering(bomb, Content_Encoding="gzip") as url:
        ask(name, url, tone)  # what is imported and kept is here from now on
        tracemalloc.start()
        error = ask(name, url, tone).error
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert error is not None and ("packed" in error.message or "100,000 bytes" in error.message)
    assert peak < 40_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_deeply_nested_body_is_one_items_error(name: str, tmp_path: Path) -> None:
    with answering(b'{"a":' * 15_000) as url:
        error = ask(name, url, write_tone(tmp_path / "t.wav")).error
    assert error is not None and error.kind == "malformed"


@pytest.mark.parametrize("name", NAMES)
def test_a_body_in_another_encoding_is_an_error_and_no_answer(name: str, tmp_path: Path) -> None:
    with answering('{"text": "café"}'.encode("latin-1")) as url:
        error = ask(name, url, write_tone(tmp_path / "t.wav")).error
    assert error is not None and "not UTF-8" in error.message, error
