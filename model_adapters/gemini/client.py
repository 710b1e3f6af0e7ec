"""The client for Google's Gemini API: ``google-genai`` for the request, our own loop for attempts.

``GeminiClient.ask`` sends one request through ``client.aio.models.generate_content`` and returns one ``ChatReply``; a
failure is a value. Attempts, waits and concurrency are those of ``attempts``. The package would repeat a request on a
broken connection by itself, after up to ten seconds, where ``aiohttp`` is its transport; so it is given an HTTP client of ours,
with which it sends a request once. It hands us the reply as it came, since its own reading warns of every
finish reason that is newer than itself. Every attempt after the first has a connection of its own.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import math
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from harness.errors import UsageError
from model_adapters.gemini.messages import Built
from model_adapters.gemini.reply import read_error, read_reply
from model_adapters.services.attempts import Attempt, Bounds, failure
from model_adapters.services.bodies import bounded_client
from model_adapters.services.chat_reply import ChatReply, failed, masked
from model_adapters.services.client import ServiceClient
from model_adapters.services.credentials import (
    check_url,
    find_key,
    shown_url,
    split_password,
)
from model_adapters.services.proxies import certificates, proxy_for
from model_adapters.services.statuses import outcome

if TYPE_CHECKING:
    from google.genai import Client

GEMINI_URL: Final = "https://generativelanguage.googleapis.com"
KEYS: Final = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
"""Where keys are looked for, in the order of Google's own client."""
CONNECT_SECONDS: Final = 30.0
SHORTEST_DEADLINE: Final = 10.0
"""Gemini answers 400 to a shorter deadline, so a shorter time-out is kept from it."""
_MEGA: Final = 1_000_000


@dataclass(frozen=True)
class GeminiOptions(Bounds):
    """Options for reaching the service.

    Attributes:
        base_url: its URL without the version; default is ``GOOGLE_GEMINI_BASE_URL``, then Google's own.
        api_version: version of the API, part of every path.
        api_key_env: environment variable with the key; default is ``KEYS``.
        inline_limit: megabytes (10^6 bytes) of text and base64 that a request may have.
    """

    base_url: str | None = None
    api_version: str = "v1beta"
    api_key_env: str | None = None
    inline_limit: float = 100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.inline_limit > 0:
            raise UsageError("expected more than 0 megabytes", where="inline_limit")
        if self.base_url is not None:
            _checked(self.base_url)

    @property
    def given_url(self) -> str | None:
        """The URL that the user gave, as an option or in the environment."""
        url = self.base_url or os.environ.get("GOOGLE_GEMINI_BASE_URL") or None
        return _checked(url) if url else None

    @property
    def shown_url(self) -> str:
        """The URL for records, without anything secret."""
        return shown_url(self.given_url or GEMINI_URL)

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key, or should."""
        if self.api_key_env is not None:
            return self.api_key_env
        return next((name for name in KEYS if os.environ.get(name, "").strip()), KEYS[-1])


class GeminiClient(ServiceClient):
    """A client of the service; use it as ``async with``, in one event loop.

    Args:
        options: how to reach the service.

    Raises:
        MissingKeyError: the service's key is not in the environment.
        UsageError: the URL is not valid, or the environment names a proxy that is not supported.
    """

    def __init__(self, options: GeminiOptions) -> None:
        self.options = options
        given = options.given_url
        key = find_key(options.key_variable, given, example="http://HOST:PORT")
        super().__init__(options, key, options.shown_url)
        self._url, self._authorization = split_password(given or GEMINI_URL)
        proxy_for(self._url)  # says now what is wrong with it
        self._clients: list[tuple[Client, Any]] = []

    def connect(self) -> None:
        """Open the connections."""
        self._clients.append(self._opened(keep_alive=True))

    async def aclose(self) -> None:
        """Close the connections; may be called twice."""
        clients, self._clients = self._clients, []
        for client, http in clients:
            await http.aclose()
            client.close()

    async def ask(self, model: str, build: Callable[[], Built | Awaitable[Built]]) -> ChatReply:
        """Send one request, again if need be.

        Args:
            model: the service's name of the model.
            build: makes the request, at every attempt anew, so that waiting ones hold no audio. An
                ``AudioError`` in it is a reply with an error of kind ``audio``.

        Returns:
            The reply. Kinds of error are those of ``ChatClient.chat``, ``too_large`` and ``request`` (lasting).
        """
        return await self._attempts.run(lambda number: self._send(number, model, build))

    async def _send(
        self, number: int, model: str, build: Callable[[], Built | Awaitable[Built]]
    ) -> Attempt:
        from google.genai.errors import APIError

        try:
            built = build()
            if isinstance(built, Awaitable):
                built = await built
            if built.size > self.options.inline_limit * _MEGA:
                return _too_large(built.size, self.options.inline_limit)
            async with asyncio.timeout(self.options.timeout):
                response = await self._client_for(number).aio.models.generate_content(
                    model=model, contents=list(built.contents), config=built.config
                )
        except APIError as error:
            headers = getattr(error.response, "headers", None) or {}
            return read_error(error.code, error.details, headers, self._attempts.denials)
        except (UnicodeError, json.JSONDecodeError):
            return Attempt(failed("malformed", "the body is not text", retryable=True))
        except UsageError:  # a request that no attempt mends, like every other of its kind
            raise
        except ValueError as error:  # the package itself refuses the request
            return Attempt(failed("request", f"{type(error).__name__}: {error}"))
        except Exception as error:  # noqa: BLE001  (whatever a transport raises is this request's failure)
            return failure(error, self.options.timeout)
        http = response.sdk_http_response
        reply = masked(read_reply(None if http is None else http.body), self._key.mask)
        if reply.error is None:
            self._attempts.denials.answered()
        return outcome(reply)

    def _client_for(self, number: int) -> Client:
        """Return the client of an attempt: what failed may have left a connection that only looks alive."""
        assert self._clients, "use the client with `async with`"
        if number > 1 and len(self._clients) == 1:
            self._clients.append(self._opened(keep_alive=False))
        return self._clients[min(number, 2) - 1][0]

    def _opened(self, *, keep_alive: bool) -> tuple[Client, Any]:
        """Return the package's client and the HTTP client under it, which is ours to close."""
        from google import genai
        from google.genai import types

        http = http_client(self._url, self.options.concurrency if keep_alive else 0)
        headers: dict[str, str] = {}
        if self._authorization is not None:
            headers["Authorization"] = self._authorization
        if self.options.timeout >= SHORTEST_DEADLINE:
            headers["X-Server-Timeout"] = str(math.ceil(self.options.timeout))
        client = genai.Client(
            vertexai=False,  # the environment must not choose another service
            api_key=self._key.reveal(),
            http_options=types.HttpOptions(
                base_url=self._url,
                api_version=self.options.api_version,
                headers=headers,
                httpx_async_client=http,
            ),
        )
        return client, http


def http_client(url: str, keep: int) -> Any:
    """Return an HTTP client of the kind that this release of the package is built on.

    Args:
        url: where requests go.
        keep: most idle connections that are kept.
    """
    from google.genai import __version__

    http = importlib.import_module("httpx2" if int(__version__.partition(".")[0]) >= 3 else "httpx")

    async def bound_connecting(request: Any) -> None:
        # the time-out of an attempt is ours, over all of it; only a host that never answers ends sooner
        request.extensions["timeout"] = {
            **request.extensions.get("timeout", {}),
            "connect": CONNECT_SECONDS,
        }

    return bounded_client(
        http.AsyncClient,
        timeout=None,
        trust_env=False,  # its rules about proxies are others than ours, and it would read passwords from .netrc
        proxy=proxy_for(url),
        verify=certificates(url),
        limits=http.Limits(max_connections=None, max_keepalive_connections=keep),
        event_hooks={"request": [bound_connecting]},
    )


def _checked(url: str) -> str:
    url = check_url(url, where="base_url")
    last = urlsplit(url).path.rpartition("/")[2]
    if last in ("v1", "v1beta", "v1alpha", "models"):
        raise UsageError(
            f"the URL ends with /{last}, which is added by itself",
            where="base_url",
            hint="remove it; another version of the API is api_version=…",
        )
    return url


def _too_large(size: int, limit: float) -> Attempt:
    return Attempt(
        failed(
            "too_large",
            f"the request has {size / _MEGA:.1f} MB as base64, the limit is {limit:g} MB; "
            "audio_format=flac or mp3 makes clips smaller, inline_limit=… raises the limit",
        )
    )
