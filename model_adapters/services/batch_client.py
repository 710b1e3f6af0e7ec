"""Chat requests through a provider's batch API (OpenAI's form): collected, uploaded as a file, answered within a day at half the price.

``BatchClient.chat`` looks like that of ``ChatClient``. Requests wait until none has come for ``gather`` seconds or a batch is full; then their file is uploaded
(``POST /files``), a batch is made of it (``POST /batches``) and looked at every ``poll`` seconds (``GET /batches/ID``) until it ends; its output and
error files hold the answers by ``custom_id``.

A log next to the run names every file that was uploaded, the batch that was made of it with the requests in it, and which were handed out. After an interruption the
same requests are looked for in the batches of the log before a new one is made, so nothing is paid twice; of a file without a batch the service's list (``GET /batches``)
says whether one was made before the process was killed. A ``custom_id`` is the digest of a request and a number, since a judge may be asked the same thing several times.
A line of the files that cannot be read is passed over and told (``batches.answers``).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from harness.core.keys import digest
from harness.core.untrusted.bounded_json import load_json
from harness.types import ErrorInfo
from model_adapters.services.batches.answers import Answers, lost, read_answers, without_key
from model_adapters.services.batches.log import BatchLog
from model_adapters.services.batches.refusals import SURE, RefusedError, listed_batches
from model_adapters.services.batches.states import ENDED, identity_of, status_of
from model_adapters.services.chat_client import (
    OPENAI_URL,
    Body,
    ClientOptions,
    encode,
    error_body,
    open_session,
    request_headers,
)
from model_adapters.services.chat_reply import ChatReply, failed
from model_adapters.services.credentials import find_key
from model_adapters.services.denial import Denials
from model_adapters.services.pacing.patience import Waiting
from model_adapters.services.statuses import read_status

MOST_REQUESTS: Final = 50_000
MOST_BYTES: Final = 150_000_000
"""Bounds of one batch; a provider's own is a little more."""
PATH: Final = "/v1/chat/completions"
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
        tell: says a line to the user.
    """

    log: Path
    gather: float = 10.0
    poll: float = 30.0
    tell: Callable[[str], None] = lambda _: None


@dataclass(slots=True)
class _Batch:
    """A batch that was made: its requests that nobody has had the answer of yet, whether it has ended, what its files said.

    ``failure`` is the answer of a request that has none of its own.
    """

    identity: str
    open: set[str]
    ended: bool = False
    answers: dict[str, ChatReply] = field(default_factory=dict)
    failure: ChatReply | None = None
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
        self._log = BatchLog(batches.log, self._url)
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
        batches, files = self._log.read()
        for identity, names in batches.items():
            self._know(_Batch(identity, names))
        await self._find_batches(files)
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

    # --- batches of earlier commands -------------------------------------------------------------

    def _know(self, batch: _Batch) -> None:
        """Remember a batch that was made earlier."""
        for name in batch.open:
            self._known[name] = batch
            content, _, number = name.rpartition("-")
            self._used[content] = max(self._used[content], int(number) + 1)

    async def _find_batches(self, files: Mapping[str, list[str]]) -> None:
        """Look for the batches of files in the service's list; one that is not listed was not made.

        Without the list nobody knows, so the requests are not sent again.
        """
        if not files:
            return
        try:
            made = await listed_batches(partial(self._json, "GET"), files, self._batches.poll)
        except (OSError, ValueError, TimeoutError, RefusedError) as error:
            for file, requests in files.items():
                said = (
                    f"whether a batch was made of {file} is not known ({error}), so its requests are not sent again;"
                    f" to send them, take the line of {file} out of {self._log.path}"
                )
                failure = failed("batch", self._key.hide(said), retryable=True)
                self._know(_Batch(file, set(requests), failure=failure))
            return
        for file, identity in made.items():
            self._log.made(identity, file, files[file])
            self._know(_Batch(identity, set(files[file])))

    def _earlier(self, content: str) -> tuple[_Batch, str] | None:
        """Return a batch of the log in which the same request waits for somebody, and takes it."""
        for number in range(self._used[content]):
            name = f"{content}-{number}"
            if (batch := self._known.pop(name, None)) is not None:
                return batch, name
        return None

    async def _answer_of(self, batch: _Batch, name: str) -> ChatReply:
        if batch.looking is None and batch.failure is None:
            batch.looking = asyncio.create_task(self._wait_for(batch))
            self._tasks.add(batch.looking)
        if batch.looking is not None:
            await asyncio.shield(batch.looking)
        return self._hand_out(batch, name)

    def _hand_out(self, batch: _Batch, name: str) -> ChatReply:
        """Return an answer, or that there is none; the log keeps for another command what it may still ask for."""
        reply = batch.answers.get(name)
        if batch.ended or reply is not None:
            self._log.done(name)
        return reply or batch.failure or lost(batch.identity)

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
        """Make a batch of requests and hand out its answers; a failure is the answer of all of them.

        Nobody waits in vain: what nothing here foresees goes to all that wait.
        """
        try:
            replies = await self._replies({name: body for name, (body, _) in taken.items()})
        except Exception as error:  # noqa: BLE001  (raised where the answers are waited for)
            for _, future in taken.values():
                if not future.done():
                    future.set_exception(error)
            return
        for name, (_, future) in taken.items():
            if not future.done():
                future.set_result(replies[name])

    async def _replies(self, bodies: Mapping[str, bytes]) -> dict[str, ChatReply]:
        try:
            batch = await self._make(bodies)
        except RefusedError as error:
            return dict.fromkeys(bodies, error.reply)
        except (OSError, ValueError, TimeoutError) as error:
            said = self._key.hide(f"the batch could not be made: {error!r}")
            return dict.fromkeys(bodies, failed("connection", said, retryable=True))
        await self._wait_for(batch)
        return {name: self._hand_out(batch, name) for name in bodies}

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
        file = identity_of(await self._json("POST", "/files", data=form))
        wanted = {
            "input_file_id": file,
            "endpoint": PATH,
            "completion_window": "24h",
        }
        self._log.uploaded(file, sorted(bodies))
        made = identity_of(await self._json("POST", "/batches", json=wanted))
        self._log.made(made, file, sorted(bodies))
        return _Batch(made, set(bodies))

    async def _wait_for(self, batch: _Batch) -> None:
        """Look at a batch until it has ended, and read its answers.

        A look or a download that fails is tried again: the batch is at work, and paid. After the patience what was read counts.
        """
        self._began = self._began or time.monotonic()
        wasted, denied = 0.0, Counter[str]()
        files: dict[str, Answers] = {}
        while True:
            step = batch.identity
            try:
                state = await self._json("GET", f"/batches/{batch.identity}")
                if (status := status_of(state)) in ENDED:
                    lacks = "" if status == "completed" else status
                    for kind in ("output_file_id", "error_file_id"):
                        if state.get(kind) and kind not in files:
                            step = str(state[kind])
                            if denied[step] >= SURE:
                                lacks = f"the service no longer has its file {step}; the next command sends the request again, paid again"
                                continue
                            content = await self._bytes("GET", f"/files/{step}/content")
                            files[kind] = read_answers(content, batch.open, self._key)
                    batch.ended = True
                    batch.failure = lost(batch.identity, lacks)
                    break
                wasted = 0.0
                denied.clear()
            except (OSError, ValueError, TimeoutError, RefusedError) as error:
                wasted += self._batches.poll
                refused = error if isinstance(error, RefusedError) else None
                if refused is not None and refused.is_gone:
                    denied[step] += 1
                    if denied[batch.identity] >= SURE:
                        batch.failure = self._forget(batch, refused)
                        break
                    if denied[step] >= SURE:
                        continue
                elif (refused and not refused.retryable) or wasted > self._options.patience:
                    batch.failure = self._unread(batch, error)
                    break
            await asyncio.sleep(self._batches.poll)
        self._take(batch, files)
        self._began = None

    def _unread(self, batch: _Batch, error: Exception) -> ChatReply:
        """Return what is said to each request of a batch that cannot be read now; a refusal keeps its kind."""
        reply = error.reply if isinstance(error, RefusedError) else failed("batch", repr(error), retryable=True)  # fmt: skip
        why = reply.error or ErrorInfo("batch", "")
        said = self._key.hide(f"the batch {batch.identity} cannot be read: {why.message}")
        return replace(reply, error=replace(why, message=said))

    def _forget(self, batch: _Batch, refusal: RefusedError) -> ChatReply:
        """Note that a batch is gone, so that another command sends its requests anew; return what is said to each of them."""
        self._log.gone(batch.identity)
        said = (
            f"the service no longer has the batch {batch.identity} ({refusal}); the next command sends its requests again, and they are paid"
            " again: if another key or project made the batch, give that one and take the line of it that says gone out of"
            f" {self._log.path.name} first"
        )
        return failed("batch", self._key.hide(said), retryable=True)

    def _take(self, batch: _Batch, files: Mapping[str, Answers]) -> None:
        """Keep what the files of a batch say, and tell of lines that cannot be read."""
        for found in files.values():
            batch.answers = {**found.replies, **batch.answers}
        unread = {kind: found for kind, found in files.items() if found.unread}
        if unread:
            count = sum(found.unread for found in unread.values())
            kind, found = next(iter(unread.items()))
            said = f"{count} {'lines' if count > 1 else 'line'} of its files cannot be read, the first: {kind}, {found.first}"
            self._batches.tell(f"batch {batch.identity}: {said}")
            if batch.ended:
                batch.failure = lost(batch.identity, said)

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
            RefusedError: the service refused, or it is too long.
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
                        raise RefusedError(failed("batch", f"{path}: more than {_LARGEST:,} bytes"))
        except aiohttp.ClientError as error:  # of which not every one is an OSError
            raise ConnectionError(str(error) or type(error).__name__) from error
        if not 200 <= answer.status < 300:
            said = error_body(bytes(body), answer.reason)
            reply = read_status(answer.status, said, answer.headers, Denials()).reply
            if reply.error is None:  # a prompt's refusal is none of a whole batch
                reply = failed("batch", f"HTTP {answer.status}: {said.said}")
            raise RefusedError(without_key(reply, self._key), answer.status)
        return bytes(body)
