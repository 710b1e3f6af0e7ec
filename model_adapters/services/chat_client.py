"""The one client for OpenAI-compatible chat services: the ``openai:`` adapter and the judge share it.

``ChatClient.chat`` sends one request and returns one ``ChatReply``; a failure is a value. One connection pool
per client, and a connection of its own for every further attempt; at most ``concurrency`` requests in flight
(fewer while the service is overloaded, see ``limiter``), bounded retries (see ``attempts``), and a time-out over the
whole of every attempt. The body is made when its request is sent, again for each attempt, and dropped after, so that waiting requests hold no
audio. No request is ever sent to find out what a service can do.

Requests go through ``aiohttp`` with a ready body: the ``openai`` client's cheapest call needs three times the
processor time for the same bytes, which is the difference between waiting for a service and waiting for ourselves
(``docs/measurements.md``).
"""

from __future__ import annotations

import asyncio
import functools
import io
import json
import os
import select
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from harness.core.untrusted.bounded_json import load_json
from model_adapters.services.attempts import Attempt, Bounds, failure
from model_adapters.services.bodies import MAX_BODY
from model_adapters.services.chat_reply import (
    ChatReply,
    malformed,
    masked,
    quoted,
    read_completion,
)
from model_adapters.services.client import ServiceClient
from model_adapters.services.credentials import (
    chat_url,
    check_url,
    find_key,
    shown_url,
    split_password,
)
from model_adapters.services.proxies import certificates, proxy_for
from model_adapters.services.statuses import ErrorBody, outcome, read_status

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientResponse, ClientSession, ClientTimeout, TCPConnector
    from aiohttp.connector import Connection

OPENAI_URL: Final = "https://api.openai.com/v1"
CONNECT_SECONDS: Final = 30.0
MAX_HEADER: Final = 65_536
READ_BYTES: Final = 65_536
_WHOLE: Final = 1 << 20
"""Largest body that is sent in one piece."""
_CONNECTIONS: Final = 100
"""Connections that are tried for one request; old ones of a pool may all have ended."""
Body = Mapping[str, Any] | bytes
"""A JSON object, or its ready UTF-8 encoding (long audio is spliced in faster than it is escaped)."""


@dataclass(frozen=True)
class ClientOptions(Bounds):
    """Options for reaching a service.

    Attributes:
        base_url: its URL up to ``/v1``; default is ``OPENAI_BASE_URL``, then OpenAI's own.
        api_key_env: environment variable with its key (see ``credentials.find_key``).
        headers: further headers.
    """

    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.base_url is not None:
            object.__setattr__(self, "base_url", check_url(self.base_url, where="base_url"))

    @property
    def given_url(self) -> str | None:
        """The URL that the user gave, as an option or in the environment."""
        if self.base_url is not None:
            return self.base_url  # checked when the options were made
        url = os.environ.get("OPENAI_BASE_URL")
        return check_url(url, where="base_url") if url else None

    @property
    def shown_url(self) -> str:
        """The URL for records, without anything secret."""
        return shown_url(self.given_url or OPENAI_URL)


class ChatClient(ServiceClient):
    """A client of one service; use it as ``async with``, in one event loop.

    Args:
        options: how to reach the service.

    Raises:
        MissingKeyError: the service's key is not in the environment.
        UsageError: the URL is not valid, or the environment names a proxy that is not supported.
    """

    def __init__(self, options: ClientOptions) -> None:
        self.options = options
        given = options.given_url
        super().__init__(options, find_key(options.api_key_env, given), options.shown_url)
        self._url = given or OPENAI_URL
        self._endpoint = chat_url(self._url)
        self._headers = request_headers(
            self._url, {"Authorization": f"Bearer {self._key.reveal()}", **options.headers}
        )
        proxy_for(self._url)  # says now what is wrong with it
        self._client: ClientSession | None = None
        self._fresh: ClientSession | None = None

    def connect(self) -> None:
        """Open the connections."""
        self._client = self._opened(keep_alive=True)

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
            The reply. Kinds of error: ``timeout``, ``connection``, ``rate_limit``, ``overloaded``, ``server``,
            ``finish`` and ``malformed`` (retryable: all attempts were used), ``patience`` (the service was busy for
            too long), ``authentication`` and ``forbidden`` (401, 403), ``quota``, ``http`` (any other status) and
            ``audio`` (lasting).
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
                    self._endpoint,
                    data=in_pieces(content),
                    headers=self._headers,
                    allow_redirects=False,
                ) as answer,
            ):
                body = await _bounded(answer)
        except Exception as error:  # noqa: BLE001  (whatever a transport raises is this request's failure)
            return failure(error, self.options.timeout)
        if not 200 <= answer.status < 300:
            said = error_body(body, answer.reason)
            return read_status(answer.status, said, answer.headers, self._attempts.denials)
        reply = masked(_read(body), self._key.mask)
        if reply.error is None:
            self._attempts.denials.answered()
        return outcome(reply)


def _read(body: bytes) -> ChatReply:
    """Read a reply; what is not UTF-8 would be scored with other characters than were sent."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return malformed(
            f"the body is not UTF-8 (byte {error.start}): {quoted(body.decode('utf-8', 'replace'))}"
        )
    return read_completion(text)


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


def in_pieces(content: bytes) -> bytes | io.BytesIO:
    """Return a large body as a stream: as bytes, the part that the network does not take at once would be copied."""
    return content if len(content) <= _WHOLE else io.BytesIO(content)


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
        connector=_connector()(
            limit=0,  # the limiter bounds requests in flight
            force_close=not keep_alive,
            ssl=certificates(url),
        ),
        # the time-out of ``ChatClient`` covers a whole attempt
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        proxy=proxy_for(url),
        cookie_jar=aiohttp.DummyCookieJar(),
        max_line_size=MAX_HEADER,
        max_field_size=MAX_HEADER,
    )


def _has_unread(transport: asyncio.BaseTransport | None) -> bool:
    """Tell whether bytes, or the end, of a connection have arrived and were not read; they may be of TLS alone."""
    connected = None if transport is None else transport.get_extra_info("socket")
    if connected is None:
        return False
    poll = select.poll()
    poll.register(connected.fileno(), select.POLLIN)
    return bool(poll.poll(0))


@functools.cache
def _connector() -> type[TCPConnector]:
    """Return a connector that takes no connection on which the service spoke unasked: it would answer the next request."""
    import aiohttp

    class Unspoken(aiohttp.TCPConnector):
        async def connect(
            self, req: ClientRequest, traces: list[Any], timeout: ClientTimeout
        ) -> Connection:
            for _ in range(_CONNECTIONS):
                connection = await super().connect(req, traces, timeout)
                protocol = connection.protocol
                try:
                    if protocol is not None and _has_unread(protocol.transport):
                        await asyncio.sleep(0)  # it is read
                except BaseException:
                    connection.close()
                    raise
                if protocol is not None and not protocol.should_close and protocol.is_connected():
                    return connection
                connection.close()
            raise aiohttp.ClientConnectionError("the service speaks before it is asked")

    return Unspoken


def error_body(body: bytes, reason: str | None = None) -> ErrorBody:
    """Return the error code and what the server says, in whatever form.

    Args:
        body: of the error.
        reason: what the status line says, for an empty body.
    """
    text = body.decode("utf-8", "replace").strip()
    said = ErrorBody(text or reason or "")
    try:
        found = load_json(text)
    except ValueError:
        return said
    if isinstance(found, Sequence) and not isinstance(found, str) and found:
        found = found[0]  # as Google's services list it
    if isinstance(found, Mapping) and isinstance(found.get("error"), Mapping):
        found = found["error"]
    if not isinstance(found, Mapping):
        return said
    code = found.get("code")
    words = next((found[name] for name in ("message", "detail", "error") if found.get(name)), text)
    metadata = found.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    return ErrorBody(
        f"{words} ({raw})" if raw else str(words), code if isinstance(code, str) else None
    )
