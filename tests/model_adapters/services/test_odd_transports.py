"""Hazards: bytes that a service sends unasked, in another encoding or without an answer in them become an item's answer."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from model_adapters.services.chat_client import ChatClient, ClientOptions
from model_adapters.services.chat_reply import ChatReply

network = pytest.mark.network
Answer = Callable[[socket.socket, str], None]
"""Answers one request, given its question; the connection stays open."""


def whole(text: str, encoding: str = "utf-8") -> bytes:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice]}, ensure_ascii=False).encode(encoding)


def with_length(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def _requests(connection: socket.socket) -> Iterator[str]:
    rest = b""
    while True:
        while b"\r\n\r\n" not in rest:
            received = connection.recv(65_536)
            if not received:
                return
            rest += received
        head, _, rest = rest.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))  # fmt: skip
        while len(rest) < length:
            rest += connection.recv(65_536)
        body, rest = rest[:length], rest[length:]
        yield json.loads(body)["messages"][0]["content"]


@contextmanager
def speaking(answer: Answer) -> Iterator[str]:
    """A server that says bytes; gives its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            for question in _requests(connection):
                answer(connection, question)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def ask(url: str, questions: int = 1, pause: float = 0.0, **options: Any) -> list[ChatReply]:
    """Replies to questions that are asked one after another on one connection."""
    chosen = {"concurrency": 1, "max_retries": 0, "backoff": 0.01, "timeout": 20.0, **options}

    def body(number: int) -> dict[str, Any]:
        return {"model": "m", "messages": [{"role": "user", "content": f"q{number}"}]}

    async def run() -> list[ChatReply]:
        found = []
        async with ChatClient(ClientOptions(base_url=url, **chosen)) as client:
            for number in range(questions):
                found.append(await client.chat(lambda number=number: body(number)))
                await asyncio.sleep(pause)
        return found

    return asyncio.run(run())


@network
def test_an_answer_that_nobody_asked_for_answers_no_other_question() -> None:
    """A gateway that answers twice: the second answer lies on the connection when the next question goes out."""

    def answer(connection: socket.socket, question: str) -> None:
        connection.sendall(with_length(whole(f"to {question}")))
        time.sleep(0.01)
        connection.sendall(with_length(whole(f"again to {question}")))

    with speaking(answer) as url:
        assert [reply.text for reply in ask(url, 3, pause=0.05)] == ["to q0", "to q1", "to q2"]


BODIES: dict[str, tuple[bytes, str]] = {
    "latin-1": (whole("café", "latin-1"), "not UTF-8"),
    "utf-16": (whole("café", "utf-16"), "not UTF-8"),
    "half a character in a stream": (
        b'data: {"choices": [{"delta": {"content": "caf\xc3"}}]}\n\ndata: [DONE]\n\n',
        "not UTF-8",
    ),
    "a stream of nothing": (b"data: [DONE]\n\n", "no choices"),
    "a stream of counts": (b'data: {"choices": [], "usage": {"a": 1}}\n\ndata: [DONE]\n\n', "no choices"),
    "a page": (b"<!doctype html><html><body>Please log in</body></html>", "not JSON: <!doctype"),
    "nothing": (b"", "not JSON"),
}  # fmt: skip


@network
@pytest.mark.parametrize("case", BODIES)
def test_a_body_without_an_answer_is_an_error(case: str) -> None:
    body, said = BODIES[case]
    with speaking(lambda connection, _: connection.sendall(with_length(body))) as url:
        (reply,) = ask(url)
    assert reply.text is None and reply.error is not None and reply.error.kind == "malformed"
    assert said in reply.error.message and reply.error.retryable
