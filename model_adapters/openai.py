"""``openai:MODEL``: OpenAI's audio models, and what vLLM, SGLang or ``transformers serve`` serve.

``-M base_url=http://HOST:PORT/v1`` names the server; without it the model is OpenAI's own. The key comes from
the environment (``OPENAI_API_KEY``, or the variable that ``api_key_env`` names). Requests, retries and
concurrency are those of ``transport``; what is sent is made in ``openai_messages``, only when its turn has
come, and in a worker thread unless that is quicker done. Nothing is asked of a server but the items themselves.

A failure of one request is a value, and all its attempts were made here, so the runner does not repeat them.
A refused key (401, 403) fails every request, so it ends the run. The fingerprint is the model's name, with a
digest of the arguments that change what the model is asked (``extra_body``, ``system_role``, ``audio_format``,
``omit``); the URL is recorded, and moving a server does not change a run.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.errors import AdapterError, UsageError
from harness.types import AdapterInfo, Request, Response
from model_adapters.arguments import read_arguments
from model_adapters.chat_reply import ChatReply
from model_adapters.openai_messages import (
    AudioFormat,
    AudioPart,
    BodyOptions,
    LengthField,
    SystemRole,
    encode_body,
    generation_fields,
    stop_strings,
)
from model_adapters.reply_text import cut_at
from model_adapters.transport import ChatClient, ClientOptions

_OURS: Final = frozenset({"model", "messages", "stream", "n"})
_PER: Final = 1e6
SLOW_ENCODING: Final = 0.005
"""Seconds that making one body may hold up everything else."""


@dataclass(frozen=True)
class Arguments:
    """``-M`` arguments of ``openai``.

    Prices are per million tokens. ``omit`` names body fields that are never sent, separated by blanks;
    ``extra_body`` is a JSON object with further ones. ``max_tokens_field`` is by default
    ``max_completion_tokens`` for OpenAI itself and ``max_tokens`` for other servers. ``stream`` is for services
    that answer in no other way; nothing is faster with it.
    """

    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    concurrency: int = 32
    timeout: float = 600.0
    max_retries: int = 5
    backoff: float = 0.5
    seed: int = 0
    audio_format: AudioFormat = "as_is"
    audio_part: AudioPart = "input_audio"
    system_role: SystemRole = "system"
    max_tokens_field: LengthField | None = None
    stream: bool = False
    omit: str = ""
    extra_body: str | None = None
    input_price: float | None = None
    output_price: float | None = None


class OpenAIAdapter:
    """A model behind an OpenAI-compatible chat service."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._model = target
        self._arguments = arguments = read_arguments(Arguments, model_args, adapter="openai")
        self._options = ClientOptions(
            **{
                field.name: getattr(arguments, field.name)
                for field in dataclasses.fields(ClientOptions)
                if hasattr(arguments, field.name)
            }
        )
        self._extra = _extra_body(arguments.extra_body)
        self._body: BodyOptions | None = None
        self._session: _Session | None = None
        self._slow_encoding = False

    def open(self) -> AdapterInfo:
        """Check key and URL; no request is sent.

        Raises:
            MissingKeyError: the key is not in the environment.
            UsageError: the URL is none.
        """
        import aiohttp  # noqa: F401  (not inside the first request)

        arguments, options = self._arguments, self._options
        ChatClient(options)  # says now what is missing
        own = options.given_url is None
        length_field = arguments.max_tokens_field or (
            "max_completion_tokens" if own else "max_tokens"
        )
        self._body = BodyOptions(
            self._model,
            arguments.audio_format,
            arguments.audio_part,
            arguments.system_role,
            length_field,
            arguments.stream,
            frozenset(arguments.omit.split()),
            self._extra,
        )
        return AdapterInfo(
            fingerprint=self._fingerprint(),
            style="async",
            concurrency=arguments.concurrency,
            description={
                "base_url": options.shown_url,
                "model": self._model,
                "audio_part": arguments.audio_part,
                "max_tokens_field": length_field,
            },
        )

    async def generate(self, request: Request) -> Response:
        """Send one request.

        Raises:
            AdapterError: the service refuses the key.
            UsageError: a generation argument that chat services do not have.
        """
        if self._body is None:
            raise UsageError("the adapter is not open")
        body = self._body
        fields = generation_fields(
            request.generation, repeat=request.repeat, length_field=body.length_field
        )
        client = await self._client()
        reply = await client.chat(lambda: self._encode(request, fields, body))
        if reply.error is not None and reply.error.kind == "authentication":
            raise AdapterError(
                f"{self._options.shown_url} refuses the key in {self._options.api_key_env}: "
                f"{reply.error.message}",
                hint="mend the key, then run the same command again: it goes on where this stopped",
            )
        return self._response(reply, stop_strings(request.generation))

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer several requests, for callers without an event loop."""

        async def ask() -> list[Response]:
            return list(await asyncio.gather(*map(self.generate, requests)))

        return asyncio.run(ask())

    def close(self) -> None:
        """Forget the connections; they were closed with the event loop that they belonged to."""
        self._session = None

    def _fingerprint(self) -> str:
        changed = {
            name: getattr(self._arguments, name)
            for name in ("audio_format", "system_role", "omit")
            if getattr(self._arguments, name) != getattr(Arguments, name)
        }
        if self._extra:
            changed["extra_body"] = self._extra
        if not changed:
            return f"openai:{self._model}"
        digest = hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()
        return f"openai:{self._model}#{digest[:8]}"

    def _encode(
        self, request: Request, fields: Mapping[str, Any], body: BodyOptions
    ) -> bytes | Awaitable[bytes]:
        """The body, made here while that is quick, and in a worker thread as soon as it was not once.

        A short clip that the runner has just hashed is encoded in less time than a change of threads takes;
        long clips, other formats and slow disks would hold up the answers to other requests.
        """
        if self._slow_encoding:
            loop = asyncio.get_running_loop()
            return loop.run_in_executor(None, encode_body, request.messages, fields, body)
        started = time.perf_counter()
        content = encode_body(request.messages, fields, body)
        self._slow_encoding = time.perf_counter() - started > SLOW_ENCODING
        return content

    async def _client(self) -> ChatClient:
        """The client of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.loop is not loop:
            self._session = _Session(loop, ChatClient(self._options))
            await self._session.start()
        return self._session.client

    def _response(self, reply: ChatReply, stops: tuple[str, ...]) -> Response:
        extra: dict[str, Any] = {}
        if reply.attempts > 1:
            extra["attempts"] = reply.attempts
        if reply.model is not None and reply.model != self._model:
            extra["model"] = reply.model
        if reply.error is not None:
            error = dataclasses.replace(
                reply.error,
                retryable=False,
                message=f"{reply.error.message} ({reply.attempts} attempts)",
            )
            return Response(None, error=error, seconds=reply.seconds, extra=extra)
        text, finish = reply.text or "", reply.finish
        text, stopped = cut_at(text, stops)
        if stopped and finish == "length":
            finish = "stop"
        return Response(
            text, reply.reasoning, finish, self._usage(reply.usage), reply.seconds, None, extra
        )

    def _usage(self, usage: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Token counts, with what they cost if prices were given."""
        if usage is None:
            return None
        arguments = self._arguments
        if arguments.input_price is None and arguments.output_price is None:
            return dict(usage)
        cost = (
            _count(usage, "prompt_tokens") * (arguments.input_price or 0.0)
            + _count(usage, "completion_tokens") * (arguments.output_price or 0.0)
        ) / _PER
        return {**usage, "cost": round(cost, 8)}


class _Session:
    """A client that is closed with its event loop.

    The adapter's ``close`` comes after the loop has ended, too late to close connections. An event loop that
    ends finalises its asynchronous generators first, so one of them holds the client.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, client: ChatClient) -> None:
        self.loop = loop
        self.client = client
        self._holder = self._hold()

    async def start(self) -> None:
        """Open the client."""
        await anext(self._holder)

    async def _hold(self) -> AsyncGenerator[None, None]:
        async with self.client:
            yield


def _extra_body(text: str | None) -> dict[str, Any]:
    where = "-M extra_body"
    if text is None:
        return {}
    try:
        extra = json.loads(text)
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=where) from error
    if not isinstance(extra, dict):
        raise UsageError("expected a JSON object", where=where, hint='such as {"top_k": 1}')
    if ours := sorted(_OURS & extra.keys()):
        raise UsageError(f"the harness sets {', '.join(ours)} itself", where=where)
    return extra


def _count(usage: Mapping[str, Any], name: str) -> float:
    value = usage.get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0
