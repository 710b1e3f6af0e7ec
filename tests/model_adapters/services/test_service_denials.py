"""Hazards of every service: one prompt that it refuses ends the run, or a failed generation is scored as an answer."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from harness.audio import AudioRef
from harness.errors import AdapterError
from harness.types import Message, Request, Response, Text
from model_adapters.cascade.adapter import CascadeAdapter
from model_adapters.cascade.recognisers.service import read_transcription
from model_adapters.services.denial import FIRST_FORBIDDEN, IN_A_ROW
from tests.support import clips
from tests.support.servers.chaos_server import ChaosServer
from tests.support.servers.service_adapters import Service, request, scripted

pytestmark = [pytest.mark.network, pytest.mark.usefixtures("no_keys")]

MODERATED = {"status": 403, "content": "Your input was flagged for violence"}
LEGAL = {"status": 451, "content": "not here"}
FORBIDDEN = {"status": 403, "content": "go away"}


def one_by_one(service: Service, server: ChaosServer, texts: list[str]) -> list[Response]:
    """Responses of one adapter, asked in order; the last one may raise."""
    adapter = service.make(server, max_retries=0)
    adapter.open()

    async def ask() -> list[Response]:
        return [await adapter.generate(request(text)) for text in texts]

    try:
        return asyncio.run(ask())
    finally:
        adapter.close()


def test_a_prompt_that_is_refused_is_its_items_refusal(service: Service, tmp_path: Path) -> None:
    replies: dict[str, Any] = {"first": MODERATED, "legal": LEGAL, "plain": "dog"}
    with scripted(tmp_path, replies) as server:
        found = one_by_one(service, server, list(replies))
    assert [(one.text, one.finish) for one in found] == [
        ("", "filter"),
        ("", "filter"),
        ("dog", "stop"),
    ]
    assert all(one.error is None for one in found)


def test_a_denial_after_an_answer_fails_its_item_and_several_in_a_row_mean_the_key(
    service: Service, tmp_path: Path
) -> None:
    replies: dict[str, Any] = {"plain": "dog", "no": FORBIDDEN}
    with scripted(tmp_path, replies) as server:
        found = one_by_one(service, server, ["plain", *["no"] * (IN_A_ROW - 1), "plain"])
        kinds = [one.error.kind if one.error else one.text for one in found]
        assert kinds == ["dog", *["forbidden"] * (IN_A_ROW - 1), "dog"]
        with pytest.raises(AdapterError, match="go away"):
            one_by_one(service, server, ["plain", *["no"] * IN_A_ROW])


def test_denials_before_any_answer_end_the_run(service: Service, tmp_path: Path) -> None:
    replies = {"no": FORBIDDEN, "key": {"status": 403, "content": "this key has no rights"}}
    with scripted(tmp_path, replies) as server:
        with pytest.raises(AdapterError, match="refuses the key"):
            one_by_one(service, server, ["key"])
        with pytest.raises(AdapterError, match="refuses the key"):
            one_by_one(service, server, ["no"] * FIRST_FORBIDDEN)


# --- transcription -----------------------------------------------------------------------------

TONES = [clips.ref(clips.tone(0.1, 200.0 + 50 * n), f"{n}.wav") for n in range(3)]


def transcript(clip: AudioRef) -> str:
    """What the server calls a clip."""
    return f"clip {hashlib.sha256(clip.read_bytes()).hexdigest()[:16]}"


def hear(server: ChaosServer, *heard: AudioRef) -> list[Response]:
    adapter = CascadeAdapter(
        "openai:whisper-1", base_url=server.base_url, backoff=0.01, max_retries=0, concurrency=1
    )
    adapter.open()
    asked = [
        Request(f"r{n}", (Message("user", (one, Text(" What?"))),)) for n, one in enumerate(heard)
    ]
    try:
        return adapter.generate_batch(asked)
    finally:
        adapter.close()


def test_a_clip_that_a_transcription_service_refuses_is_a_refusal(tmp_path: Path) -> None:
    first, second, third = TONES
    replies: dict[str, Any] = {
        transcript(first): MODERATED,
        transcript(second): LEGAL,
        transcript(third): "hello",
    }
    with scripted(tmp_path, replies) as server:
        found = hear(server, first, second, third)
    assert [(one.text, one.finish) for one in found] == [
        ("", "filter"),
        ("", "filter"),
        ("hello", "stop"),
    ]
    assert all(one.error is None for one in found)


def test_a_denied_clip_is_one_failed_item_once_another_was_heard(tmp_path: Path) -> None:
    first, second, third = TONES
    replies: dict[str, Any] = {
        transcript(first): "hello",
        transcript(second): FORBIDDEN,
        transcript(third): "again",
    }
    with scripted(tmp_path, replies) as server:
        found = hear(server, first, second, third)
    assert [one.error.kind if one.error else one.text for one in found] == [
        "hello",
        "forbidden",
        "again",
    ]


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b'{"error": {"message": "no such model", "code": 404}}', "http", "no such model"),
        (b'{"text": "", "error": "worker died"}', "http", "worker died"),
        (b'{"error": {"message": "busy", "code": 503}}', "overloaded", "busy"),
        (b'{"message": "clip too long"}', "malformed", "clip too long"),
        (b"<html>Web UI</html>", "malformed", "Web UI"),
        (b"[]", "malformed", "JSON list"),
        (b'{"a":' * 50_000, "malformed", "not JSON"),
        (b"", "malformed", "not JSON"),
        (b'{"text": null}', "malformed", "no text"),
    ],
)
def test_what_is_no_transcript_is_an_error_with_the_services_words(
    body: bytes, kind: str, said: str
) -> None:
    reply = read_transcription(body)
    assert reply.error is not None and reply.text is None
    assert reply.error.kind == kind and said in reply.error.message
    assert len(reply.error.message) < 500
