"""Hazards of the client: a request lost, sent too often, sent for ever, or a key that gets out."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import pickle
import traceback
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import AudioError, SetupError, UsageError
from model_adapters.services.chat_client import ChatClient, ClientOptions
from model_adapters.services.chat_reply import ChatReply
from model_adapters.services.credentials import MissingKeyError, Secret, find_key
from model_adapters.services.pacing.retry import (
    BACKOFF_CAP,
    RETRY_AFTER_CAP,
    retry_after,
    wait_seconds,
)
from tests.support.servers.chaos_server import ChaosServer

KEY = "sk-very-secret-0123456789"
network = pytest.mark.network


def body(text: str) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


def ask(url: str, texts: Sequence[str], **options: Any) -> list[ChatReply]:
    """Replies to all texts, asked at once by one client."""
    chosen = ClientOptions(base_url=url, **{"backoff": 0.01, "timeout": 10.0, **options})

    async def run() -> list[ChatReply]:
        async with ChatClient(chosen) as client:
            return await asyncio.gather(
                *(client.chat(lambda text=text: body(text)) for text in texts)  # type: ignore[misc]
            )

    return asyncio.run(run())


# --- what is sent again ------------------------------------------------------------------------

STATUSES = {
    400: (1, "http"),
    401: (1, "authentication"),
    403: (1, "forbidden"),
    404: (1, "http"),
    408: (3, "http"),
    409: (3, "http"),
    413: (1, "http"),
    422: (1, "http"),
    500: (3, "server"),
    502: (3, "server"),
}


@network
def test_table_of_statuses(tmp_path: Path) -> None:
    script: dict[str, Any] = {str(status): {"status": status} for status in STATUSES}
    script["used up"] = {"status": 429, "code": "insufficient_quota", "content": "pay first"}
    script["filtered"] = {"status": 400, "code": "content_filter"}
    path = tmp_path / "script.json"
    path.write_text(json.dumps(script))
    texts = [str(status) for status in STATUSES]
    with ChaosServer("--reply", str(path)) as server:
        replies = ask(server.base_url, texts, max_retries=2)
        used_up, filtered = ask(server.base_url, ["used up", "filtered"])
        asked = {row["text"]: row["asked"] for row in server.ledger()["by_content"].values()}
    found = {}
    for status, reply in zip(STATUSES, replies, strict=True):
        assert reply.error is not None
        assert asked[str(status)] == reply.attempts
        assert reply.error.retryable is (reply.attempts > 1)
        assert f"HTTP {status}" in reply.error.message
        found[status] = (reply.attempts, reply.error.kind)
    assert found == STATUSES
    assert used_up.error is not None
    assert (used_up.error.kind, used_up.attempts) == ("quota", 1)
    assert (filtered.text, filtered.finish, filtered.error) == ("", "filter", None)


@network
@pytest.mark.parametrize("fault", ["hang", "truncated", "malformed", "choices", "reset"])
def test_a_lasting_fault_is_one_that_may_pass_later(fault: str) -> None:
    flags = ("--fault-rate", "1", "--faults", fault, "--fault-attempts", "99")
    timeout = 0.4 if fault == "hang" else 10.0
    with ChaosServer(*flags, "--retry-after", "0.01") as server:
        (reply,) = ask(server.base_url, ["a"], timeout=timeout, max_retries=1)
    assert reply.text is None
    assert reply.error is not None
    assert reply.error.retryable
    assert reply.attempts == 2


@network
def test_a_query_in_the_url_is_kept() -> None:
    with ChaosServer("--reply", "echo") as server:
        (reply,) = ask(f"{server.base_url}/deployments/d?api-version=1", ["a"], max_retries=0)
    assert reply.text == "a"


@settings(deadline=None)
@given(
    attempt=st.integers(1, 1000),
    draw=st.floats(0, 1, exclude_max=True),
    asked=st.none() | st.floats(0, 1e9),
)
def test_wait_is_bounded(attempt: int, draw: float, asked: float | None) -> None:
    seconds = wait_seconds(attempt, draw, asked)
    least = min(asked or 0.0, RETRY_AFTER_CAP)
    assert least <= seconds <= least + min(BACKOFF_CAP, 0.5 * 2.0 ** min(attempt - 1, 60))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text(max_size=30)))
def test_any_retry_after_header_is_read_or_ignored(headers: dict[str, str]) -> None:
    seconds = retry_after(headers)
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_CAP


@network
def test_same_replies_with_and_without_faults() -> None:
    texts = [f"text {number}" for number in range(120)]
    outcomes = ("--outcome-rate", "0.2", "--seed", "5")
    with ChaosServer(*outcomes) as server:
        calm = ask(server.base_url, texts)
    with ChaosServer(*outcomes, "--fault-rate", "0.3", "--fault-attempts", "2") as server:
        rough = ask(server.base_url, texts, timeout=0.5)
        ledger = server.ledger()
    assert sum(ledger["faults"].values()) > 20
    assert len(ledger["by_content"]) == 120

    def content(replies: list[ChatReply]) -> list[tuple[Any, ...]]:
        return [(reply.text, reply.finish, reply.usage, reply.error) for reply in replies]

    assert content(rough) == content(calm)
    assert {reply.finish for reply in calm} == {"stop", "length", "filter", "refusal"}


# --- bodies ------------------------------------------------------------------------------------


class Body(dict[str, Any]):
    """A body that a weak reference can follow."""


@network
def test_a_body_is_made_when_sent_and_dropped_after() -> None:
    alive: list[weakref.ref[Body]] = []
    most = 0

    def build() -> Mapping[str, Any]:
        nonlocal most
        made = Body(body("text"))
        alive.append(weakref.ref(made))
        most = max(most, sum(ref() is not None for ref in alive))
        return made

    async def run(url: str) -> None:
        async with ChatClient(ClientOptions(base_url=url, concurrency=2, backoff=0.01)) as client:
            await asyncio.gather(*(client.chat(build) for _ in range(12)))

    flags = ("--fault-rate", "1", "--faults", "500", "--latency", "0.01")
    with ChaosServer(*flags) as server:
        asyncio.run(run(server.base_url))
        requests = server.ledger()["requests"]
    gc.collect()
    assert len(alive) == requests > 12  # once per attempt
    assert most <= 2
    assert not any(ref() is not None for ref in alive)


@network
def test_a_clip_that_cannot_be_read_is_a_value_and_nothing_is_sent() -> None:
    def build() -> Mapping[str, Any]:
        raise AudioError("not a readable audio file", where="a.wav")

    async def run(url: str) -> ChatReply:
        async with ChatClient(ClientOptions(base_url=url)) as client:
            return await client.chat(build)

    with ChaosServer() as server:
        reply = asyncio.run(run(server.base_url))
        assert server.ledger()["requests"] == 0
    assert reply.error is not None
    assert (reply.error.kind, reply.error.retryable) == ("audio", False)


@network
def test_cancellation_passes_and_gives_the_place_back() -> None:
    async def run(url: str) -> tuple[int, ChatReply]:
        options = ClientOptions(base_url=url, concurrency=1, timeout=1.0, backoff=0.01)
        async with ChatClient(options) as client:
            task = asyncio.create_task(client.chat(lambda: body("a")))
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return client.limiter.in_flight, await client.chat(lambda: body("b"))

    with ChaosServer("--fault-rate", "1", "--faults", "hang", "--reply", "echo") as server:
        in_flight, reply = asyncio.run(run(server.base_url))
    assert in_flight == 0
    assert (reply.text, reply.attempts) == ("b", 2)


# --- keys --------------------------------------------------------------------------------------


@network
@pytest.mark.parametrize(
    "flags",
    [
        ("--api-key", "another"),
        ("--fault-rate", "1", "--fault-attempts", "9", "--faults", "500,reset,truncated,malformed"),
    ],
)
def test_the_key_is_nowhere_but_in_the_header(
    flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    for name in ("aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    texts = [f"text {number}" for number in range(8)]
    with ChaosServer(*flags) as server:
        options = ClientOptions(base_url=server.base_url, headers={"X-Key": KEY})
        client = ChatClient(options)
        replies = ask(server.base_url, texts, max_retries=1)
        assert server.ledger()["last"]["headers"]["authorization"] == f"Bearer {KEY}"
    seen = [repr(replies), repr(options), repr(client), caplog.text]
    seen += [str(record.__dict__) for record in caplog.records]
    assert all(reply.error is not None for reply in replies)
    assert not [text for text in seen if "very-secret" in text]


def test_a_key_does_not_show_itself() -> None:
    secret = Secret(KEY)
    shown = [repr(secret), str(secret), f"{secret}", secret.hide(f"bad key {KEY}!")]
    try:
        raise ValueError(secret)
    except ValueError:
        shown.append(traceback.format_exc())
    assert not [text for text in shown if "very-secret" in text]
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.reveal() == KEY


def test_missing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY is not set") as caught:
        ChatClient(ClientOptions())
    assert isinstance(caught.value, SetupError)
    assert caught.value.exit_code == 4
    with pytest.raises(MissingKeyError, match="MY_KEY"):
        ChatClient(ClientOptions(base_url="https://api.example.com/v1", api_key_env="MY_KEY"))
    ChatClient(ClientOptions(base_url="http://127.0.0.1:1/v1", api_key_env="MY_KEY"))
    ChatClient(ClientOptions(base_url="https://api.example.com/v1"))
    assert find_key("MY_KEY", None, {"MY_KEY": f" {KEY}\n"}).reveal() == KEY


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base_url": "localhost:8000/v1"}, "not an http"),
        ({"base_url": "http://localhost/v1/chat/completions"}, "ends with /chat/completions"),
        ({"concurrency": 0}, "at least 1"),
        ({"max_retries": -1}, "at least 0"),
        ({"timeout": 0.0}, "more than 0"),
        ({"timeout": float("nan")}, "more than 0"),
    ],
)
def test_options_that_cannot_be(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ClientOptions(**change)


def test_passwords_in_a_url_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:pass-word@example.com/v1?token=abc")
    shown: Callable[[], str] = lambda: ClientOptions().shown_url  # noqa: E731
    assert shown() == "https://example.com/v1"
