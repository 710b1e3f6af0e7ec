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

from harness.core.untrusted.bounded_json import load_json
from harness.errors import UsageError
from harness.types import ErrorInfo
from model_adapters.services.attempts import Attempt, AttemptLoop, check_bounds, failure
from model_adapters.services.chat_reply import ChatReply, filtered, masked, read_completion, used_up
from model_adapters.services.credentials import (
    chat_url,
    check_url,
    find_key,
    is_loopback,
    shown_url,
    split_password,
)
from model_adapters.services.denial import STATUSES, Denials
from model_adapters.services.limiter import Verdict
from model_adapters.services.retry import BACKOFF_SECONDS, OVERLOAD, may_retry, retry_after

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

OPENAI_URL: Final = "https://api.openai.com/v1"
CONNECT_SECONDS: Final = 30.0
MAX_HEADER: Final = 65_536
MAX_BODY: Final = 32_000_000
"""Largest body of a reply in bytes, unpacked."""
READ_BYTES: Final = 65_536
Body = Mapping[str, Any] | bytes
"""A JSON object, or its ready UTF-8 encoding (long audio is spliced in faster than it is escaped)."""


@dataclass(frozen=True)
class ClientOptions:
    """Options for reaching a service.

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
        UsageError: the URL is not valid.
    """

    def __init__(self, options: ClientOptions) -> None:
        self.options = options
        given = options.given_url
        self._key = find_key(options.api_key_env, given)
        self._url = given or OPENAI_URL
        self._endpoint = chat_url(self._url)
        self._headers = request_headers(
            self._url, {"Authorization": f"Bearer {self._key.reveal()}", **options.headers}
        )
        self._client: ClientSession | None = None
        self._fresh: ClientSession | None = None
        self._denials = Denials()
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
        """Return the client of an attempt: what failed may have left a connection that only looks alive."""
        assert self._client is not None, "use the client with `async with`"
        if attempt == 1:
            return self._client
        if self._fresh is None:
            self._fresh = self._opened(keep_alive=False)
        return self._fresh

    def _opened(self, *, keep_alive: bool) -> ClientSession:
        return open_session(self._url, keep_alive=keep_alive)

    async def _send(
        self, client: ClientSession, build: Callable[[], Body | Awaitable[Body]]
    ) -> Attempt:
        try:
            content = await encode(build)
            async with (
                asyncio.timeout(self.options.timeout),
                client.post(
                    self._endpoint, data=content, headers=self._headers, allow_redirects=False
                ) as answer,
            ):
                body = await _bounded(answer)
        except Exception as error:  # noqa: BLE001  (whatever a transport raises is this request's failure)
            return failure(error, self.options.timeout)
        if answer.status in STATUSES:
            code, said = error_detail(body)
            info = self._denials.read(answer.status, said or answer.reason or "")
            if info is None or filtered(code):
                return Attempt(ChatReply("", finish="filter"), "answered")
            return Attempt(ChatReply(None, error=info), "failed")
        if not 200 <= answer.status < 300:
            return refused(answer.status, answer.reason or "", answer.headers, body)
        reply = masked(read_completion(body.decode("utf-8", "replace")), self._key.mask)
        if reply.error is None:
            self._denials.answered()
        return Attempt(reply, "answered" if reply.error is None else "failed")


async def _bounded(answer: ClientResponse) -> bytes:
    """Read a body, unpacked, up to a bound.

    Raises:
        ValueError: it is larger.
    """
    body = bytearray()
    async for piece in answer.content.iter_chunked(READ_BYTES):
        body += piece
        if len(body) > MAX_BODY:
            raise ValueError(f"the service sent more than {MAX_BODY:,} bytes")
    return bytes(body)


async def encode(build: Callable[[], Body | Awaitable[Body]]) -> bytes:
    """Build a body and return it as JSON bytes."""
    body = build()
    if isinstance(body, Awaitable):
        body = await body
    if isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def request_headers(url: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of every request to a service.

    They belong to requests, never to the session: a session's headers also go to a proxy, in clear text.

    Args:
        url: the service's URL; a password in it is for a gateway in front of the service, which takes no key then.
        headers: with the service's key.
    """
    authorization = split_password(url)[1]
    secret = {} if authorization is None else {"Authorization": authorization}
    return {"Content-Type": "application/json", **headers, **secret}


def open_session(url: str, *, keep_alive: bool = True) -> ClientSession:
    """Open a connection pool for JSON requests to one service, in the running event loop.

    Proxies come from the environment, except for a server on this machine; certificates too
    (``SSL_CERT_FILE``, ``SSL_CERT_DIR``), else those of ``certifi``.

    Raises:
        UsageError: the environment names a proxy that is not http or https.
    """
    import aiohttp

    url = split_password(url)[0]
    # aiohttp advises against bodies over 1 MB that are one piece; a long clip is one
    warnings.filterwarnings("ignore", "Sending a large body", ResourceWarning)
    return aiohttp.ClientSession(
        headers={"User-Agent": "lalm-harness"},
        connector=aiohttp.TCPConnector(
            limit=0,  # the limiter bounds requests in flight
            force_close=not keep_alive,
            ssl=_certificates() if url.startswith("https:") else True,
        ),
        # the time-out of ``ChatClient`` covers a whole attempt
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        proxy=_proxy(url),
        cookie_jar=aiohttp.DummyCookieJar(),
        max_line_size=MAX_HEADER,
        max_field_size=MAX_HEADER,
    )


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    if is_loopback(url) or urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxies = urllib.request.getproxies()
    name = parts.scheme if proxies.get(parts.scheme) else "all"
    proxy = proxies.get(name)
    if proxy and urlsplit(proxy).scheme not in ("http", "https"):
        raise UsageError(
            f"the environment variable {name}_proxy names a proxy of kind {urlsplit(proxy).scheme or 'unknown'!r}",
            where=f"{name}_proxy",
            hint="only http and https proxies are supported; name one, or unset it, or add the host to no_proxy",
        )
    return proxy


def _certificates() -> ssl.SSLContext:
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def refused(status: int, reason: str, headers: Mapping[str, str], body: bytes) -> Attempt:
    """Return the failure that an HTTP error status means."""
    code, detail = error_detail(body)
    verdict: Verdict = "overloaded" if status in OVERLOAD else "failed"
    if 300 <= status < 400:
        to = shown_url(headers.get("Location", "")) or "another address"
        info = ErrorInfo(
            "http", f"HTTP {status}: the service redirects to {to}; name that in base_url"
        )
        return Attempt(ChatReply(None, error=info), "failed")
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


def error_detail(body: bytes) -> tuple[str | None, str]:
    """Return the error code and what the server says, in whatever form."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = load_json(text)
    except ValueError:
        return None, text
    if isinstance(found, Mapping) and isinstance(found.get("error"), Mapping):
        found = found["error"]
    if not isinstance(found, Mapping):
        return None, text
    code = found.get("code")
    said = next((found[name] for name in ("message", "detail", "error") if found.get(name)), text)
    metadata = found.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    said = f"{said} ({raw})" if raw else str(said)
    return (code if isinstance(code, str) else None), said
