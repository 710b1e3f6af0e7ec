"""A local chat server with faults on request, as a process of its own: OpenAI-compatible, and the Gemini API.

    python -m tests.support.servers.chaos_server --port 0 --seed 7 --fault-rate 0.2

prints its port as the first line of stdout and serves ``127.0.0.1`` until it is killed. From a test::

    with ChaosServer("--fault-rate", "0.2", "--reply", "echo") as server:
        ...  server.base_url is "http://127.0.0.1:PORT/v1"; server.ledger() is what it saw

Which request meets which fault is decided by hashing (seed, request body, attempt at that body), never
by the order of arrival, so a resumed or reordered run meets the same faults.

``POST /v1beta/models/MODEL:generateContent`` is answered as ``chaos_gemini`` translates it: same replies (those of a chat
request with the same messages), faults and outcomes, in Gemini's form.

``POST /v1/audio/transcriptions`` is a form, which ``chaos_transcription`` translates; the reply is the transcript.

Replies (``--reply``)
    ``hash`` (default): text that depends on the whole body · ``echo``: text of the last user message ·
    ``fixed:TEXT`` · ``FILE.json``: a mapping from the text of the last user message to a reply, ``"*"`` for
    any other · ``package.module:function``: called with the parsed body.
    A reply is a string (the content) or a mapping: ``content``, ``finish_reason``, ``refusal``,
    ``reasoning_content`` …; ``status`` (with ``content`` and ``code``, for Gemini ``details``) makes it an HTTP error;
    ``raw``, for Gemini, is the whole body.
    A request with ``"stream": true`` gets server-sent events.

Transient faults (``--fault-rate``, at most ``--fault-attempts`` attempts in a row of one body, ``--faults a,b``)
    ``429`` with Retry-After (``--retry-after`` seconds) · ``500`` · ``503`` · ``hang`` (no answer for
    ``--hang-seconds``) · ``truncated`` (half a body, then the end of the connection) · ``malformed`` (200, not
    JSON) · ``choices`` (empty list) · ``reset`` (TCP reset) · ``stale`` (a good 500 answer, and the connection is
    closed without a word, as some servers break keep-alive after an error) · ``model`` (a good reply under
    another model name) · and any of the outcomes below.
Outcomes (``--outcome-rate``, ``--outcomes a,b``): decided by (seed, body) alone, so asking again does not help
    ``empty`` (content "") · ``null`` (content null) · ``filter`` (finish_reason content_filter) · ``refusal``
    (refusal field) · ``length`` (half the reply, finish_reason length).

Further flags: ``--latency S`` (before every reply), ``--jitter S`` (more, uniform, by hash), ``--capacity N`` (429
beyond N requests in flight), ``--workers N`` (only N are worked on at a time, others queue), ``--api-key KEY`` (401,
which repeats the key it was sent, for any other), ``--fast`` (bodies are not looked at: no faults, ledger of counts
only, reply fixed; for benches).

``GET /ledger``: ``{"requests", "answered", "in_flight_max", "connections", "span": seconds from first request to last answer, "faults": {NAME: n},
"last": headers and body of the last request, "by_content": {DIGEST: {"text", "asked", "answered"}}}``, where ``text`` is that of the last user message and
``answered`` counts good replies (outcomes included) that were written whole.
``GET /v1/models`` is counted under ``"probes"``: our adapters never call it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.servers import chaos_gemini, chaos_transcription
from tests.support.servers.chaos_replies import (
    completion,
    draw,
    stream_of,
    user_text,
)
from tests.support.servers.chaos_state import OUTCOMES, TRANSIENT, Chaos

__all__ = ["ChaosServer", "user_text"]
REASONS = {200: "OK", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}
ROOT = Path(__file__).resolve().parents[3]


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection: requests with Content-Length, one at a time."""

    def __init__(self, chaos: Chaos) -> None:
        self.chaos = chaos
        self.chunks: list[bytes] = []
        self.size = 0
        self.need: int | None = None
        self.head = ""
        self.gemini: str | None = None
        self.is_form = False
        self.first = True
        self.transport: asyncio.Transport
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.chunks.append(data)
        self.size += len(data)
        if self.need is None:
            buffer = b"".join(self.chunks)
            head, found, rest = buffer.partition(b"\r\n\r\n")
            if not found:
                self.chunks = [buffer]
                return
            self.head = head.decode("latin-1")
            self.need = int(self.headers().get("content-length", "0"))
            self.chunks, self.size = [rest], len(rest)
        if self.size < self.need:
            return
        body, self.chunks, self.size, self.need = b"".join(self.chunks), [], 0, None
        if self.first and self.head.startswith("POST"):
            self.chaos.connections, self.first = self.chaos.connections + 1, False
        if self.chaos.first_request is None and self.head.startswith("POST"):
            self.chaos.first_request = time.perf_counter()
        if self.chaos.options.fast and self.head.startswith("POST"):
            self.chaos.requests += 1
            loop = asyncio.get_running_loop()
            loop.call_later(self.chaos.options.latency, self.send_fast)
            return
        self.task = asyncio.get_running_loop().create_task(self.answer(body))

    def headers(self) -> dict[str, str]:
        lines = self.head.split("\r\n")[1:]
        return {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }

    def send_fast(self) -> None:
        self.chaos.answers += 1
        fixed = completion({}, "fixed", None)
        is_gemini = chaos_gemini.model_of(self.head.split(" ", 2)[1]) is not None
        self.send(200, chaos_gemini.as_gemini(fixed) if is_gemini else fixed)

    def send(self, status: int, content: Any, headers: str = "", *, cut: bool = False) -> None:
        """Write an answer; ``cut`` ends the connection after half of it."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = "text/event-stream" if body.startswith(b"data:") else "application/json"
        head = (
            f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n{headers}\r\n"
        )
        self.transport.write(head.encode() + (body[: len(body) // 2] if cut else body))
        if self.head.startswith("POST"):
            self.chaos.last_answer = time.perf_counter()
        if cut:
            self.transport.close()

    def fail(self, status: int, message: str, headers: str = "", *, code: Any = None) -> None:
        """Write an error in the form of the protocol; ``code`` is a word, or Gemini's details."""
        if self.gemini is not None:
            return self.send(status, chaos_gemini.failure(status, message, code))
        return self.send(
            status, {"error": {"message": message, "type": "error", "code": code}}, headers
        )

    def slow_down(self, message: str) -> None:
        """Write a 429, with the wait where the protocol has it."""
        seconds, reset = self.chaos.options.retry_after, self.chaos.options.reset
        if self.gemini is not None:
            delay = f"{seconds}s" if seconds else reset or None
            details = chaos_gemini.quota("GenerateRequestsPerMinute", delay=delay)
            return self.fail(429, message, code=details)
        header = f"Retry-After: {seconds}\r\n" if seconds else ""
        if reset:
            header += f"x-ratelimit-reset-requests: {reset}\r\n"
        return self.fail(429, message, header)

    async def answer(self, body: bytes) -> None:
        """Serve one request."""
        method, path = self.head.partition("?")[0].split(" ")[:2]
        if path == "/ledger":
            return self.send(200, self.chaos.ledger())
        if method == "GET":
            self.chaos.probes += 1
            return self.send(200, {"object": "list", "data": []})
        self.gemini = chaos_gemini.model_of(path)
        self.is_form = path.endswith(chaos_transcription.PATH)
        if self.gemini is None and not path.endswith("/chat/completions") and not self.is_form:
            return self.fail(404, f"no such path: {path}")
        chaos = self.chaos
        chaos.requests += 1
        chaos.in_flight += 1
        chaos.in_flight_max = max(chaos.in_flight_max, chaos.in_flight)
        try:
            await self.complete(body)
        finally:
            chaos.in_flight -= 1
        return None

    async def complete(self, raw: bytes) -> None:
        """Answer a chat request, or not."""
        chaos, options = self.chaos, self.chaos.options
        if self.is_form:
            sent = body = chaos_transcription.as_chat(self.headers()["content-type"], raw)
            raw = json.dumps(body, sort_keys=True).encode()
        else:
            sent = body = json.loads(raw)
        digest = hashlib.sha256(raw).hexdigest()
        if self.gemini is not None:
            body = chaos_gemini.as_chat(sent, self.gemini)
        attempt = chaos.asked[digest]
        chaos.asked[digest] += 1
        chaos.texts[digest] = user_text(body)[:300]
        chaos.last = {"headers": self.headers(), "body": sent if len(raw) < 100_000 else None}
        headers = self.headers()
        sent_key = headers.get("x-goog-api-key") or headers.get("authorization", "")
        sent_key = sent_key.removeprefix("Bearer ")
        if options.api_key and sent_key != options.api_key:
            if self.gemini is not None:
                return self.send(400, chaos_gemini.refused_key(sent_key))
            return self.fail(401, f"Incorrect API key provided: {sent_key}")
        if options.capacity and chaos.in_flight > options.capacity:
            chaos.faults["capacity"] += 1
            return self.slow_down("over capacity")
        if chaos.over_limit(time.perf_counter()):
            chaos.faults["window"] += 1
            return self.slow_down("rate limit reached")
        kind = chaos.fault(digest, attempt)
        if kind is not None:
            chaos.faults[kind] += 1
        async with chaos.workers or contextlib.AsyncExitStack():
            await asyncio.sleep(options.latency + options.jitter * draw("latency", digest, attempt))
        if kind == "429":
            return self.slow_down("slow down")
        if kind in ("500", "503", "stale"):
            self.fail(503 if kind == "503" else 500, "scripted server error")
            return self.transport.close() if kind == "stale" else None
        if kind == "hang":
            return await asyncio.sleep(options.hang_seconds)
        if kind == "malformed":
            return self.send(200, b'{"choices": [{"message": {"content": "x"')
        if kind == "choices":
            return self.send(200, {"object": "chat.completion", "choices": [], "candidates": []})
        if kind == "reset":
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return self.transport.abort()
        reply = chaos.reply(body, digest)
        if isinstance(reply, Mapping) and "status" in reply:
            message = str(reply.get("content", "scripted"))
            code = reply.get("details" if self.gemini else "code")
            return self.fail(int(reply["status"]), message, code=code)
        lasting = kind if kind in OUTCOMES else chaos.outcome(digest)
        answer: Any = completion(body, reply, lasting)
        if kind == "model":
            answer["model"] = f"other/{answer['model']}@main"
        if self.gemini is not None:
            answer = chaos_gemini.as_gemini(answer, clips=raw.count(b'"inlineData"'))
        if self.is_form:
            answer = chaos_transcription.as_transcription(answer)
        content = stream_of(answer) if body.get("stream") else answer
        if kind == "truncated":
            return self.send(200, content, cut=True)
        self.send(200, content)
        chaos.answered[digest] += 1
        chaos.answers += 1
        return None


def parser() -> argparse.ArgumentParser:
    """The flags."""
    flags = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])

    def names(known: tuple[str, ...]) -> Callable[[str], list[str]]:
        def read(text: str) -> list[str]:
            chosen = [name for name in text.split(",") if name]
            unknown = set(chosen) - set(known)
            if unknown:
                raise argparse.ArgumentTypeError(f"unknown: {sorted(unknown)}; known: {known}")
            return chosen

        return read

    numbers: dict[str, int | float] = {
        **{"port": 0, "seed": 0, "fault-attempts": 1, "capacity": 0, "workers": 0},
        **{"fault-rate": 0.0, "outcome-rate": 0.0, "latency": 0.0, "jitter": 0.0},
        **{"hang-seconds": 3600.0, "window-limit": 0, "window-seconds": 1.0},
    }
    for name, default in numbers.items():
        flags.add_argument(f"--{name}", type=type(default), default=default)
    for name, text in {"reply": "hash", "retry-after": "0.05", "api-key": "", "reset": ""}.items():
        flags.add_argument(f"--{name}", default=text)
    flags.add_argument("--faults", type=names(TRANSIENT + OUTCOMES), default=list(TRANSIENT))
    flags.add_argument("--outcomes", type=names(OUTCOMES), default=list(OUTCOMES))
    flags.add_argument("--fast", action="store_true")
    return flags


async def serve(options: argparse.Namespace) -> None:
    """Listen on loopback and print the port."""
    chaos = Chaos(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(chaos), "127.0.0.1", options.port, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class ChaosServer:
    """The server as a context manager; the process ends with it."""

    module = "tests.support.servers.chaos_server"

    def __init__(self, *flags: str) -> None:
        self._flags = flags
        self.base_url = ""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> ChaosServer:
        command = [sys.executable, "-m", self.module, *self._flags]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            raise RuntimeError(f"the server did not start: {command}")
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def ledger(self) -> dict[str, Any]:
        """What the server saw so far."""
        import urllib.request  # here, since the server itself has no use for it

        with urllib.request.urlopen(
            self.base_url.removesuffix("/v1") + "/ledger", timeout=10
        ) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser().parse_args()))
