"""The one client for OpenAI-compatible chat services: the ``openai:`` adapter and the judge share it.

``ChatClient.chat`` sends one request and returns one ``ChatReply``; a failure is a value. One connection pool
per client, and a connection of its own for every further attempt; at most ``concurrency`` requests in flight
(fewer while the service is overloaded, see ``limiter``), bounded retries (see ``attempts``), and a time-out over the
whole of every attempt. The body is made when its request is sent, again for each attempt, and dropped after, so that waiting requests hold no
audio. No request is ever sent to find out what a service can do.

Of the ``openai`` package we use the client's ``post`` with a ready body and an untyped result: its typed
methods cost more than the transport does. Its own retries are off. Where ``aiohttp`` is installed it is the
transport, since it needs less time per request than the default.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from harness.types import ErrorInfo
from model_adapters.attempts import Attempt, AttemptLoop, check_bounds, failure
from model_adapters.chat_reply import ChatReply, failed, filtered, read_completion, used_up
from model_adapters.credentials import (
    chat_url,
    check_url,
    find_key,
    is_loopback,
    shown_url,
    split_password,
)
from model_adapters.limiter import Verdict
from model_adapters.retry import BACKOFF_SECONDS, OVERLOAD, may_retry, retry_after

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from openai._types import RequestOptions

OPENAI_URL: Final = "https://api.openai.com/v1"
CONNECT_SECONDS: Final = 30.0
_OPTIONS: Final[RequestOptions] = {"idempotency_key": "unused"}
"""Chat services take no such key; without one the library would draw a random one for every request."""
Body = Mapping[str, Any] | bytes
"""A JSON object, or its ready UTF-8 encoding (long audio is spliced in faster than it is escaped)."""


@dataclass(frozen=True)
class ClientOptions:
    """How to reach a service.

    Attributes:
        base_url: its URL up to ``/v1``; default is ``OPENAI_BASE_URL``, then OpenAI's own.
        api_key_env: environment variable with its key (see ``credentials.find_key``).
        concurrency: most requests in flight.
        timeout: seconds for one attempt, from sending to the last byte.
        max_retries: attempts after the first.
        seed: of the jitter.
        backoff: bound in seconds of the wait before the second attempt; it doubles with each.
        headers: further headers.
    """

    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    concurrency: int = 32
    timeout: float = 600.0
    max_retries: int = 5
    seed: int = 0
    backoff: float = BACKOFF_SECONDS
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_bounds(self, self.timeout)
        if self.base_url is not None:
            check_url(self.base_url, where="base_url")

    @property
    def given_url(self) -> str | None:
        """The URL that the user gave, as an option or in the environment."""
        url = self.base_url or os.environ.get("OPENAI_BASE_URL") or None
        return check_url(url, where="base_url") if url else None

    @property
    def shown_url(self) -> str:
        """The URL for records, without anything secret."""
        return shown_url(self.given_url or OPENAI_URL)


class ChatClient:
    """A client of one service; use it as ``async with``, in one event loop.

    Args:
        options: how to reach the service.

    Raises:
        MissingKeyError: the service's key is not in the environment.
        UsageError: the URL is none.
    """

    def __init__(self, options: ClientOptions) -> None:
        self.options = options
        given = options.given_url
        self._key = find_key(options.api_key_env, given)
        self._url = given or OPENAI_URL
        # the whole URL, since the library takes longer to join a relative one to its base
        self._endpoint = chat_url(self._url)
        self._client: AsyncOpenAI | None = None
        self._fresh: AsyncOpenAI | None = None
        self._attempts = AttemptLoop(options, self._key.hide)
        self.limiter = self._attempts.limiter

    def __repr__(self) -> str:
        return f"ChatClient({self.options.shown_url})"

    async def __aenter__(self) -> ChatClient:
        self._client = self._opened(keep_alive=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        clients = self._client, self._fresh
        self._client = self._fresh = None
        for client in clients:
            if client is not None:
                await client.close()

    async def chat(self, build: Callable[[], Body | Awaitable[Body]]) -> ChatReply:
        """Send one chat request, again if need be.

        Args:
            build: makes the body, at every attempt anew. An ``AudioError`` in it is a reply with an error of
                kind ``audio``.

        Returns:
            The reply. Kinds of error: ``timeout``, ``connection``, ``rate_limit``, ``server`` and
            ``malformed`` (retryable: all attempts were used), ``authentication`` (401, 403), ``quota``,
            ``http`` (any other status) and ``audio`` (lasting).
        """
        return await self._attempts.run(lambda number: self._send(self._client_for(number), build))

    def _client_for(self, attempt: int) -> AsyncOpenAI:
        """The client of an attempt: what failed may have left a connection that only looks alive."""
        assert self._client is not None, "use the client with `async with`"
        if attempt == 1:
            return self._client
        if self._fresh is None:
            self._fresh = self._opened(keep_alive=False)
        return self._fresh

    def _opened(self, *, keep_alive: bool) -> AsyncOpenAI:
        headers = dict(self.options.headers)
        return _open_client(self._key.reveal(), self._url, headers, keep_alive=keep_alive)

    async def _send(
        self, client: AsyncOpenAI, build: Callable[[], Body | Awaitable[Body]]
    ) -> Attempt:
        import openai

        try:
            content = await _encoded(build)
            async with asyncio.timeout(self.options.timeout):
                data = await client.post(
                    self._endpoint, content=content, cast_to=object, options=_OPTIONS
                )
        except openai.APIStatusError as error:
            return _status(error)
        except json.JSONDecodeError:
            return Attempt(failed("malformed", "the body is not JSON", retryable=True))
        except Exception as error:  # noqa: BLE001  (whatever a transport raises is this request's failure)
            return failure(error, self.options.timeout)
        reply = read_completion(data)
        return Attempt(reply, "answered" if reply.error is None else "failed")


async def _encoded(build: Callable[[], Body | Awaitable[Body]]) -> bytes:
    body = build()
    if isinstance(body, Awaitable):
        body = await body
    if isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _open_client(key: str, url: str, headers: dict[str, str], *, keep_alive: bool) -> AsyncOpenAI:
    import openai

    url, authorization = split_password(url)
    if authorization is not None:  # a gateway in front of the service, which takes no key then
        headers = {"Authorization": authorization, **headers}
    # our own time-out covers the whole attempt, so the library's would only cost time
    timeout = openai.Timeout(None, connect=CONNECT_SECONDS)
    # aiohttp advises against bodies over 1 MB that are one piece; a long clip is one
    warnings.filterwarnings("ignore", "Sending a large body", ResourceWarning)
    # a proxy for the outside world does not reach a server on this machine
    settings: dict[str, Any] = {"timeout": timeout, "trust_env": not is_loopback(url)}
    if not keep_alive:
        # httpx or its successor, whichever this release of the library is built on
        http = importlib.import_module(openai.Timeout.__init__.__module__.partition(".")[0])
        settings["limits"] = http.Limits(max_keepalive_connections=0, keepalive_expiry=0)
    try:
        http_client: Any = openai.DefaultAioHttpClient(**settings)
    except RuntimeError:  # aiohttp is not installed
        http_client = openai.DefaultAsyncHttpxClient(**settings)
    return openai.AsyncOpenAI(
        api_key=key,
        base_url=url,
        max_retries=0,
        timeout=timeout,
        default_headers=headers,
        http_client=http_client,
    )


def _status(error: APIStatusError) -> Attempt:
    """What an HTTP error status means."""
    status, code = error.status_code, error.code
    verdict: Verdict = "overloaded" if status in OVERLOAD else "failed"
    if filtered(code):
        return Attempt(ChatReply("", finish="filter"), "answered")
    if status in (401, 403):
        kind = "authentication"
    elif status == 429:
        kind = "quota" if used_up(code) else "rate_limit"
    else:
        kind = "server" if status >= 500 else "http"
    info = ErrorInfo(
        kind, f"HTTP {status}: {_detail(error)}", retryable=may_retry(status) and kind != "quota"
    )
    return Attempt(ChatReply(None, error=info), verdict, retry_after(error.response.headers))


def _detail(error: APIStatusError) -> str:
    """What the server says, in whatever form."""
    body = error.body
    if isinstance(body, Mapping):
        for name in ("message", "detail", "error"):
            if body.get(name):
                return str(body[name])
    return str(body or error.response.reason_phrase)
