"""Hazards: a service that fails with status 200 is scored, one moderated prompt ends the run, a key goes to a proxy."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from harness.errors import UsageError
from model_adapters.services import chat_client
from model_adapters.services.chat_client import ChatClient, ClientOptions
from model_adapters.services.chat_reply import ChatReply, read_completion
from model_adapters.services.chat_stream import is_stream, merge_stream
from model_adapters.services.credentials import find_key
from model_adapters.services.denial import FIRST_FORBIDDEN, IN_A_ROW, Denials

network = pytest.mark.network


def completion(content: Any = "(A)", **choice: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop", **choice}]}


@pytest.mark.parametrize(
    "body",
    [
        completion(finish_reason="error"),
        completion(finish_reason="abort"),
        completion(finish_reason="insufficient_system_resource"),
        completion(finish_reason="something_new"),
        completion(finish_reason=7),
        completion(native_finish_reason="network_error"),
        completion(error={"code": 502, "message": "upstream"}),
        {**completion(), "error": {"message": "engine died"}},
        {**completion(), "code": 500, "message": "overloaded"},
        {**completion(), "success": False},
        {**completion(), "status": "error"},
        {**completion(), "base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
        completion(7),
        completion({"text": "(A)"}),
        completion([{"type": "error", "text": "died"}]),
        {"choices": [{**completion()["choices"][0], "index": 1}]},
    ],
)
def test_a_generation_that_failed_is_never_a_reply(body: dict[str, Any]) -> None:
    reply = read_completion(body)
    assert reply.text is None and reply.error is not None and reply.error.retryable


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        (None, "stop"),
        ("", "stop"),
        ("eos", "stop"),
        ("END_TURN", "stop"),
        ("length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "filter"),
        ("content_filter: PROHIBITED_CONTENT", "filter"),
        ("RECITATION", "filter"),
        ("SAFETY", "filter"),
        ("refusal", "refusal"),
    ],
)
def test_the_reasons_that_are_outcomes(reason: str | None, finish: str) -> None:
    assert read_completion(completion(finish_reason=reason)).finish == finish


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"message": "audio is too long", "code": 7}', "audio is too long"),
        ('{"detail": "no workers", "choices": null}', "no workers"),
        ("<html>busy</html>", "<html>busy</html>"),
        (
            '{"error": {"message": "provider", "metadata": {"raw": "must be wav"}}}',
            "provider (must be wav)",
        ),
        ('{"a":' * 100_000, "nested too deeply"),
        ("\ufeff[]", "JSON list"),
    ],
)
def test_the_servers_own_words_are_kept(body: str, said: str) -> None:
    error = read_completion(body).error
    assert error is not None and said in error.message and len(error.message) < 500


def test_a_closing_mark_in_the_text_is_no_part_of_the_answer() -> None:
    message = {"content": "so it is A</think>(A)", "reasoning_content": "hm"}
    reply = read_completion({"choices": [{"message": message, "finish_reason": "stop"}]})
    assert reply.text == "(A)" and reply.reasoning == "hm\nso it is A"


def event(**delta: Any) -> str:
    finish = delta.pop("finish", None)
    return json.dumps({"choices": [{"delta": delta, "finish_reason": finish}]})


@pytest.mark.parametrize(
    "stream",
    [
        ": wait\n\n" * 80 + f"data: {event(content='(A)', finish='stop')}\n\ndata: [DONE]\n\n",
        f"data: \n\ndata: {event(content='(A)', finish='stop')}\n\ndata:\n\ndata: [DONE]\n\n",
        f"data: {event(content='(A)', finish='stop')}\n\n".replace("{", "{\ndata: ", 1),
        f"data: {event(content=[{'type': 'text', 'text': '(A)'}], finish='stop')}\n\n",
        f"event: message\r\ndata: {event(content='(A)', finish='stop')}\r\n\r\ndata: [DONE]\r\n\r\n",
        f"data: {event(content='(A)', finish='stop')}\ndata: [DONE]\n",
        f"\ufeffdata: {event(content='(A)', finish='stop')}\n\n",
    ],
)
def test_streams_that_other_clients_read(stream: str) -> None:
    assert is_stream(stream)
    assert read_completion(stream).text == "(A)"


def test_an_error_inside_a_stream_is_an_error() -> None:
    partial = f"data: {event(content='(A')}\n\n"
    for last in ('{"object": "error", "message": "died"}', '{"error": {"message": "died"}}'):
        reply = read_completion(f"{partial}data: {last}\n\ndata: [DONE]\n\n")
        assert reply.text is None and reply.error is not None and "died" in reply.error.message
    assert merge_stream(partial) is None


@pytest.mark.parametrize(
    "choice",
    [
        {"delta": {"content": ")"}, "error": {"message": "died"}},
        {"delta": {"content": ")"}, "finish_reason": "stop", "native_finish_reason": "abort"},
        {"delta": {"content": 7}, "finish_reason": "stop"},
        {"delta": {"content": [{"type": "error", "text": "died"}]}, "finish_reason": "stop"},
    ],
)
def test_a_choice_that_failed_in_a_stream_is_an_error(choice: dict[str, Any]) -> None:
    chunk = json.dumps({"choices": [choice]})
    reply = read_completion(f"data: {event(content='(A')}\n\ndata: {chunk}\n\ndata: [DONE]\n\n")
    assert reply.text is None and reply.error is not None and reply.error.retryable


def test_the_choice_that_was_asked_for_is_the_reply() -> None:
    first, other = completion("(A)")["choices"][0], completion("(B)")["choices"][0]
    both = [{**other, "index": 1}, {**first, "index": 0}]
    assert read_completion({"choices": both}).text == "(A)"
    chunks = [{"choices": [{"index": n, "delta": {"content": t}, "finish_reason": "stop"}]} for n, t in ((1, "(B)"), (0, "(A)"))]  # fmt: skip
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    assert read_completion(f"{stream}data: [DONE]\n\n").text == "(A)"


def test_parts_of_a_text_are_joined_and_reasoning_is_left_out() -> None:
    parts = ["(", {"type": "thinking", "text": "hm"}, {"type": "text", "text": "A"}, {"text": ")"}, {"type": "image"}]  # fmt: skip
    assert read_completion(completion(parts)).text == "(A)"


# --- denials -----------------------------------------------------------------------------------


def kinds(denials: Denials, status: int, times: int) -> list[str | None]:
    found = [denials.read(status, "no") for _ in range(times)]
    return [error.kind if error else None for error in found]


def test_one_denial_is_not_the_key_once_it_was_accepted() -> None:
    fresh = Denials()
    assert kinds(fresh, 401, 1) == ["authentication"]
    fresh = Denials()
    expected = ["forbidden"] * (FIRST_FORBIDDEN - 1) + ["authentication"]
    assert kinds(fresh, 403, FIRST_FORBIDDEN) == expected
    known = Denials()
    known.answered()
    assert kinds(known, 401, IN_A_ROW - 1) == ["forbidden"] * (IN_A_ROW - 1)
    known.answered()
    assert kinds(known, 403, IN_A_ROW)[-1] == "authentication"


def test_a_moderated_prompt_is_refused() -> None:
    denials = Denials()
    assert denials.read(403, 'Your input was flagged for "violence".') is None
    assert denials.read(451, "") is None


# --- a server that misbehaves ------------------------------------------------------------------


@contextmanager
def serving(answer: Any) -> Iterator[str]:
    """A server whose requests are handled by ``answer(handler)``; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self)

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def ask(url: str, **options: Any) -> ChatReply:
    async def run() -> ChatReply:
        chosen = ClientOptions(base_url=url, backoff=0.01, max_retries=1, timeout=20.0, **options)
        async with ChatClient(chosen) as client:
            return await client.chat(lambda: {"model": "m", "messages": []})

    return asyncio.run(run())


@network
def test_a_redirect_is_refused_and_named() -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, b"", 307, Location="http://elsewhere.invalid/v1?key=sk-secretsecret")

    with serving(answer) as url:
        reply = ask(url)
    assert reply.error is not None and "elsewhere.invalid" in reply.error.message
    assert "sk-secret" not in reply.error.message and len(asked) == 1


@network
def test_an_endless_body_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_client, "MAX_BODY", 100_000)
    with serving(lambda handler: send(handler, b"x" * 500_000)) as url:
        reply = ask(url)
    assert reply.error is not None and "100,000 bytes" in reply.error.message


@network
def test_a_key_that_comes_back_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711-key")
    body = {**completion("the key is canary-4711-key"), "model": "canary-4711-key"}
    with serving(lambda handler: send(handler, json.dumps(body).encode())) as url:
        reply = ask(url)
    assert reply.text == "the key is ***" and reply.model == "***"


@network
def test_a_proxy_never_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forward proxy gets the CONNECT line and its own headers; it then refuses."""
    import socket

    heads: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def proxy() -> None:
        for _ in range(2):
            connection, _address = listener.accept()
            heads.append(connection.recv(65_536).decode())
            connection.sendall(b"HTTP/1.1 502 no\r\nContent-Length: 0\r\n\r\n")
            connection.close()

    thread = threading.Thread(target=proxy, daemon=True)
    thread.start()
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711-key")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
    reply = ask("https://service.invalid/v1", headers={"X-Secret": "canary-header"})
    thread.join(timeout=20)
    listener.close()
    assert reply.error is not None and len(heads) == 2
    assert all(head.startswith("CONNECT service.invalid") for head in heads)
    assert "canary" not in "".join(heads)


@network
def test_a_proxy_of_another_kind_is_refused_with_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x" * 10)
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(UsageError, match="all_proxy"):
        ask("https://service.invalid/v1")


@pytest.mark.parametrize("key", ["abc\nOTHER=1", "abc\r\nX-Evil: 1", "clé-1234", "a\x00b"])
def test_a_key_that_no_header_can_hold_is_refused_by_name(key: str) -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        find_key("OPENAI_API_KEY", None, {"OPENAI_API_KEY": key})
    assert "abc" not in str(caught.value) and "1234" not in str(caught.value)


def test_a_key_in_place_of_a_variables_name_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        find_key("sk-canary1234", "http://example.invalid/v1", {})
    assert "canary" not in str(caught.value)
