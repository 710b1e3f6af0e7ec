"""Chat requests through a provider's batch API (OpenAI's form): collected, uploaded as a file, answered within a day at half the price.

``BatchClient.chat`` looks like that of ``ChatClient``. Requests wait until none has come for ``gather`` seconds or a batch is full; then their file is uploaded
(``POST /files``), a batch is made of it (``POST /batches``) and looked at every ``poll`` seconds (``GET /batches/ID``) until it ends; its output and
error files hold the answers by ``custom_id``.

A log next to the run names every file that was uploaded, the batch that was made of it with the requests in it, and which were handed out. After an interruption the
same requests are looked for in the batches of the log before a new one is made, so nothing is paid twice; of a file without a batch the service's list (``GET /batches``)
says whether one was made before the process was killed. A ``custom_id`` is the digest of a request and a number, since a judge may be asked the same thing several times.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from harness.core.keys import digest
from harness.core.untrusted.bounded_json import load_json
from harness.types import ErrorInfo
from model_adapters.services.chat_client import (
    OPENAI_URL,
    Body,
    ClientOptions,
    encode,
    error_body,
    open_session,
    request_headers,
)
from model_adapters.services.chat_reply import ChatReply, masked, read_completion
from model_adapters.services.credentials import find_key
from model_adapters.services.denial import Denials
from model_adapters.services.pacing.patience import Waiting
from model_adapters.services.statuses import read_status

MOST_REQUESTS: Final = 50_000
MOST_BYTES: Final = 150_000_000
"""Bounds of one batch; a provider's own is a little more."""
PATH: Final = "/v1/chat/completions"
_ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})
_LARGEST: Final = 1_000_000_000
_SECONDS: Final = 600.0
_WINDOW: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """Settings of batches.

    Attributes:
        log: file that remembers batches.
        gather: seconds without a new request after which a batch is sent.
        poll: seconds between two looks at a batch.
    """

    log: Path
    gather: float = 10.0
    poll: float = 30.0


@dataclass(slots=True)
class _Batch:
    """A batch that was made: its requests that nobody has had the answer of yet, and whether it has ended."""

    identity: str
    open: set[str]
    ended: bool = False
    answers: dict[str, ChatReply] = field(default_factory=dict)
    looking: asyncio.Task[None] | None = None


class BatchClient:
    """A client of one service's batch API; use it as ``async with``, in one event loop.

    Args:
        options: how to reach the service.
        batches: how batches are made.

    Raises:
        MissingKeyError: the service's key is not in the environment.
        UsageError: the URL is not valid.
    """

    def __init__(self, options: ClientOptions, batches: BatchOptions) -> None:
        self._batches = batches
        self._options = options
        self._url = (options.given_url or OPENAI_URL).rstrip("/")
        self._key = find_key(options.api_key_env, options.given_url)
        self._headers = request_headers(
            self._url, {"Authorization": f"Bearer {self._key.reveal()}", **options.headers}
        )
        self._known: dict[str, _Batch] = {}
        self._used: Counter[str] = Counter()
        self._waiting: dict[str, tuple[bytes, asyncio.Future[ChatReply]]] = {}
        self._size = 0
        self._last = 0.0
        self._began: float | None = None
        self._sender: asyncio.Task[None] | None = None
        self._session: Any = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._session = open_session(self._url)
        await self._find_batches(self._read_log())
        self._sender = asyncio.create_task(self._send_when_quiet())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tasks = [*self._tasks, *([self._sender] if self._sender else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._session.close()

    def waiting(self) -> Waiting | None:
        """Return for how long batches have been at work: nothing else is in flight, so a run may be stopped at once."""
        if self._began is None:
            return None
        return Waiting(time.monotonic() - self._began, _WINDOW)

    async def chat(self, build: Callable[[], Body | Awaitable[Body]]) -> ChatReply:
        """Send one request with the next batch, or take its answer from one that was made before."""
        body = await encode(build)
        content = digest(body.decode("utf-8", "replace"))
        earlier = self._earlier(content)
        if earlier is not None:
            batch, name = earlier
            return await self._answer_of(batch, name)
        number = self._used[content]
        self._used[content] += 1
        name = f"{content}-{number}"
        future: asyncio.Future[ChatReply] = asyncio.get_running_loop().create_future()
        self._waiting[name] = body, future
        self._size += len(body)
        self._last = time.monotonic()
        return await future

    # --- the log ---------------------------------------------------------------------------------

    def _read_log(self) -> dict[str, list[str]]:
        """Read the log; return the uploaded files with their requests of which it names no batch."""
        files: dict[str, list[str]] = {}
        if not self._batches.log.is_file():
            return files
        batches: dict[str, _Batch] = {}
        for line in self._batches.log.read_text(encoding="utf-8").split("\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue  # empty, or torn by a process that was killed
            if not isinstance(record, dict):
                continue
            if record.get("url") == self._url and "batch" in record:
                files.pop(record.get("file", ""), None)
                batches[record["batch"]] = _Batch(record["batch"], set(record["requests"]))
            elif record.get("url") == self._url and "file" in record:
                files[record["file"]] = record["requests"]
            elif "done" in record:
                for batch in batches.values():
                    batch.open.discard(record["done"])
        for batch in batches.values():
            self._know(batch)
        return files

    def _know(self, batch: _Batch) -> None:
        """Remember a batch that was made earlier."""
        for name in batch.open:
            self._known[name] = batch
            content, _, number = name.rpartition("-")
            self._used[content] = max(self._used[content], int(number) + 1)

    async def _find_batches(self, files: Mapping[str, list[str]]) -> None:
        """Look for the batches of files in the service's list; one that cannot be listed was not made."""
        if not files:
            return
        try:
            listed = (await self._json("GET", "/batches?limit=100")).get("data") or ()
        except (OSError, ValueError, TimeoutError, _RefusedError):
            return
        for state in listed:
            requests = files.get(state.get("input_file_id"))
            if requests is not None:
                self._log_batch(state["id"], state["input_file_id"], requests)
                self._know(_Batch(state["id"], set(requests)))

    def _log_batch(self, identity: str, file: str, requests: list[str]) -> None:
        self._append({"batch": identity, "file": file, "url": self._url, "requests": requests})

    def _append(self, record: Mapping[str, Any]) -> None:
        with self._batches.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    def _earlier(self, content: str) -> tuple[_Batch, str] | None:
        """Return a batch of the log in which the same request waits for somebody, and takes it."""
        for number in range(self._used[content]):
            name = f"{content}-{number}"
            if (batch := self._known.pop(name, None)) is not None:
                return batch, name
        return None

    async def _answer_of(self, batch: _Batch, name: str) -> ChatReply:
        if batch.looking is None:
            batch.looking = asyncio.create_task(self._wait_for(batch))
            self._tasks.add(batch.looking)
        await asyncio.shield(batch.looking)
        return self._hand_out(batch, name)

    def _hand_out(self, batch: _Batch, name: str) -> ChatReply:
        """Return an answer, or that there is none; of a batch that has ended there is nothing more to wait for."""
        if batch.ended:
            self._append({"done": name})
        return batch.answers.get(name) or _lost(batch.identity)

    # --- batches ---------------------------------------------------------------------------------

    async def _send_when_quiet(self) -> None:
        while True:
            await asyncio.sleep(min(0.2, self._batches.gather / 4))
            quiet = time.monotonic() - self._last >= self._batches.gather
            full = len(self._waiting) >= MOST_REQUESTS or self._size >= MOST_BYTES
            if self._waiting and (quiet or full):
                taken: dict[str, tuple[bytes, asyncio.Future[ChatReply]]] = {}
                size = 0
                while self._waiting and len(taken) < MOST_REQUESTS and size < MOST_BYTES:
                    name = next(iter(self._waiting))
                    taken[name] = self._waiting.pop(name)
                    size += len(taken[name][0])
                self._size -= size
                task = asyncio.create_task(self._run(taken))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _run(self, taken: Mapping[str, tuple[bytes, asyncio.Future[ChatReply]]]) -> None:
        """Make a batch of requests and hand out its answers; a failure is the answer of all of them."""
        try:
            batch = await self._make({name: body for name, (body, _) in taken.items()})
            await self._wait_for(batch)
            replies = {name: self._hand_out(batch, name) for name in taken}
        except _RefusedError as error:
            replies = dict.fromkeys(taken, error.reply)
        except (OSError, ValueError, KeyError, TypeError, TimeoutError) as error:
            said = self._key.hide(f"the batch could not be made: {error!r}")
            replies = dict.fromkeys(
                taken, ChatReply(None, error=ErrorInfo("connection", said, retryable=True))
            )
        for name, (_, future) in taken.items():
            if not future.done():
                future.set_result(replies[name])

    async def _make(self, bodies: Mapping[str, bytes]) -> _Batch:
        import aiohttp

        lines = b"".join(
            b'{"custom_id": %b, "method": "POST", "url": %b, "body": %b}\n'
            % (json.dumps(name).encode(), json.dumps(PATH).encode(), body)
            for name, body in bodies.items()
        )
        form = aiohttp.FormData()
        form.add_field("purpose", "batch")
        form.add_field("file", lines, filename="requests.jsonl", content_type="application/jsonl")
        uploaded = await self._json("POST", "/files", data=form)
        wanted = {
            "input_file_id": uploaded["id"],
            "endpoint": PATH,
            "completion_window": "24h",
        }
        self._append({"file": uploaded["id"], "url": self._url, "requests": sorted(bodies)})
        made = await self._json("POST", "/batches", json=wanted)
        self._log_batch(made["id"], uploaded["id"], sorted(bodies))
        return _Batch(made["id"], set(bodies))

    async def _wait_for(self, batch: _Batch) -> None:
        """Look at a batch until it has ended, and read its answers.

        A look that fails is tried again: the batch is at work, and paid.
        """
        self._began = self._began or time.monotonic()
        failed = 0.0
        while True:
            try:
                state = await self._json("GET", f"/batches/{batch.identity}")
                if state.get("status") in _ENDED:
                    for kind in ("output_file_id", "error_file_id"):
                        if state.get(kind):
                            await self._read_answers(batch, state[kind])
                    batch.ended = True
                    break
                failed = 0.0
            except (OSError, ValueError, TimeoutError, _RefusedError) as error:
                failed += self._batches.poll
                lasting = isinstance(error, _RefusedError) and not error.retryable
                if lasting or failed > self._options.patience:
                    reply = (
                        error.reply if isinstance(error, _RefusedError) else _lost(batch.identity)
                    )
                    batch.answers = dict.fromkeys(batch.open, reply)
                    break
            await asyncio.sleep(self._batches.poll)
        self._began = None

    async def _read_answers(self, batch: _Batch, file: str) -> None:
        content = await self._bytes("GET", f"/files/{file}/content")
        for line in content.decode("utf-8", "replace").split("\n"):
            if not line.strip():
                continue
            record = load_json(line)
            name = record.get("custom_id")
            if name in batch.open and name not in batch.answers:
                batch.answers[name] = masked(_reply(record), self._key.mask)

    async def _json(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        found = load_json((await self._bytes(method, path, **given)).decode("utf-8", "replace"))
        if not isinstance(found, dict):
            raise ValueError(f"{path}: the service sent no JSON object")
        return found

    async def _bytes(self, method: str, path: str, **given: Any) -> bytes:
        """Return the body of an answer.

        Raises:
            OSError: the connection broke.
            TimeoutError: the answer did not come in time.
            ValueError: it is too long.
            _RefusedError: the service refused.
        """
        import aiohttp

        headers = dict(self._headers)
        if "data" in given:
            del headers["Content-Type"]  # that of the form, with its boundary
        try:
            async with (
                asyncio.timeout(max(self._options.timeout, _SECONDS if "data" in given else 0.0)),
                self._session.request(
                    method, f"{self._url}{path}", headers=headers, allow_redirects=False, **given
                ) as answer,
            ):
                body = bytearray()
                async for piece in answer.content.iter_chunked(1 << 16):
                    body += piece
                    if len(body) > _LARGEST:
                        raise ValueError(f"{path}: more than {_LARGEST:,} bytes")
        except aiohttp.ClientError as error:  # of which not every one is an OSError
            raise ConnectionError(str(error) or type(error).__name__) from error
        if not 200 <= answer.status < 300:
            said = error_body(bytes(body), answer.reason)
            attempt = read_status(answer.status, said, answer.headers, Denials())
            raise _RefusedError(masked(attempt.reply, self._key.hide))
        return bytes(body)


class _RefusedError(Exception):
    """The service refused a step of a batch."""

    def __init__(self, reply: ChatReply) -> None:
        super().__init__("" if reply.error is None else reply.error.message)
        self.reply = reply

    @property
    def retryable(self) -> bool:
        """Whether the same step may succeed later."""
        return self.reply.error is None or self.reply.error.retryable


def _reply(record: Mapping[str, Any]) -> ChatReply:
    """Return the answer in a line of an output or error file."""
    response = record.get("response") or {}
    status = response.get("status_code", 0)
    content = json.dumps(response.get("body") or {})
    if 200 <= status < 300:
        return read_completion(content)
    if status >= 300:
        return read_status(status, error_body(content.encode()), {}, Denials()).reply
    error = record.get("error") or {}
    said = error.get("message") if isinstance(error, dict) else str(error)
    return ChatReply(None, error=ErrorInfo("batch", str(said or "no answer"), retryable=True))


def _lost(batch: str) -> ChatReply:
    said = f"the batch {batch} ended without an answer to this request"
    return ChatReply(None, error=ErrorInfo("batch", said, retryable=True))
