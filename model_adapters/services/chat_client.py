"""The one client for OpenAI-compatible chat services: the ``openai:`` adapter and the judge share it.

``ChatClient.chat`` sends one request and returns one ``ChatReply``; a failure is a value. One connection pool
per client, and a connection of its own for every further attempt; at most ``concurrency`` requests in flight
(fewer while the service is overloaded, see ``limiter``), bounded retries (see ``attempt_loop``), and a time-out over the
whole of every attempt. The body is made when its request is sent, again for each attempt, and dropped after, so that waiting requests hold no
audio. No request is ever sent to find out what a service can do.

Requests go through ``aiohttp`` with a ready body: the ``openai`` client's cheapest call needs three times the
processor time for the same bytes, which is the difference between waiting for a service and waiting for ourselves
(``docs/measurements.md``).
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import urllib.request
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from harness.types import ErrorInfo
from model_adapters.services.attempts import Attempt, AttemptLoop, check_bounds, failure
from model_adapters.services.chat_reply import ChatReply, filtered, read_completion, used_up
from model_adapters.services.credentials import (
    chat_url,
    check_url,
    find_key,
    is_loopback,
    shown_url,
    split_password,
)
from model_adapters.services.limiter import Verdict
from model_adapters.services.retry import BACKOFF_SECONDS, OVERLOAD, may_retry, retry_after

if TYPE_CHECKING:
    from aiohttp import ClientSession

OPENAI_URL: Final = "https://api.openai.com/v1"
CONNECT_SECONDS: Final = 30.0
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
        self._endpoint = chat_url(self._url)
        self._client: ClientSession | None = None
        self._fresh: ClientSession | None = None
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

    def _client_for(self, attempt: int) -> ClientSession:
        """The client of an attempt: what failed may have left a connection that only looks alive."""
        assert self._client is not None, "use the client with `async with`"
        if attempt == 1:
            return self._client
        if self._fresh is None:
            self._fresh = self._opened(keep_alive=False)
        return self._fresh

    def _opened(self, *, keep_alive: bool) -> ClientSession:
        headers = {"Authorization": f"Bearer {self._key.reveal()}", **self.options.headers}
        return open_session(self._url, headers, keep_alive=keep_alive)

    async def _send(
        self, client: ClientSession, build: Callable[[], Body | Awaitable[Body]]
    ) -> Attempt:
        try:
            content = await _encoded(build)
            async with (
                asyncio.timeout(self.options.timeout),
                client.post(self._endpoint, data=content) as answer,
            ):
                body = await answer.read()
        except Exception as error:  # noqa: BLE001  (whatever a transport raises is this request's failure)
            return failure(error, self.options.timeout)
        if not answer.ok:
            return refused(answer.status, answer.reason or "", answer.headers, body)
        reply = read_completion(body.decode("utf-8", "replace"))
        return Attempt(reply, "answered" if reply.error is None else "failed")


async def _encoded(build: Callable[[], Body | Awaitable[Body]]) -> bytes:
    body = build()
    if isinstance(body, Awaitable):
        body = await body
    if isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def open_session(url: str, headers: Mapping[str, str], *, keep_alive: bool = True) -> ClientSession:
    """A connection pool for JSON requests to one service, in the running event loop.

    Proxies come from the environment, except for a server on this machine; certificates too
    (``SSL_CERT_FILE``, ``SSL_CERT_DIR``), else those of ``certifi``.
    """
    import aiohttp

    url, authorization = split_password(url)
    if authorization is not None:  # a gateway in front of the service, which takes no key then
        headers = {**headers, "Authorization": authorization}
    # aiohttp advises against bodies over 1 MB that are one piece; a long clip is one
    warnings.filterwarnings("ignore", "Sending a large body", ResourceWarning)
    return aiohttp.ClientSession(
        headers={"Content-Type": "application/json", "User-Agent": "lalm-harness", **headers},
        connector=aiohttp.TCPConnector(
            limit=0,  # the limiter bounds requests in flight
            force_close=not keep_alive,
            ssl=_certificates() if url.startswith("https:") else True,
        ),
        # the time-out of ``ChatClient`` covers a whole attempt
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        proxy=_proxy(url),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    if is_loopback(url) or urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _certificates() -> ssl.SSLContext:
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def refused(status: int, reason: str, headers: Mapping[str, str], body: bytes) -> Attempt:
    """What an HTTP error status means."""
    code, detail = _detail(body)
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
        kind,
        f"HTTP {status}: {detail or reason}",
        retryable=may_retry(status) and kind != "quota",
    )
    return Attempt(ChatReply(None, error=info), verdict, retry_after(headers))


def _detail(body: bytes) -> tuple[str | None, str]:
    """Error code and what the server says, in whatever form."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
    except ValueError:
        return None, text
    if isinstance(found, Mapping) and isinstance(found.get("error"), Mapping):
        found = found["error"]
    if not isinstance(found, Mapping):
        return None, text
    code = found.get("code")
    said = next((found[name] for name in ("message", "detail", "error") if found.get(name)), text)
    return (code if isinstance(code, str) else None), str(said)
