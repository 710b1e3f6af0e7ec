"""``openai:MODEL``: OpenAI's audio models, and what vLLM, SGLang or ``transformers serve`` serve.

``-M base_url=http://HOST:PORT/v1`` names the server; without it the model is OpenAI's own. The key comes from
the environment (``OPENAI_API_KEY``, or the variable that ``api_key_env`` names). Requests, retries and
concurrency are those of ``services.chat_client``; what is sent is made in ``messages``, only when its turn has
come, and in a worker thread unless that is quicker done. Nothing is asked of a server but the items themselves.

A failure of one request is a value, and all its attempts were made here, so the runner does not repeat them.
A refused key (401, 403) fails every request, so it ends the run. The fingerprint is the model's name, with a
digest of the arguments that change what the model is asked (``extra_body``, ``system_role``, ``audio_format``,
``omit``); the URL is recorded, and moving a server does not change a run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.core.untrusted.bounded_json import load_json
from harness.errors import UsageError
from harness.types import AdapterInfo, Request, Response
from model_adapters.arguments import read_arguments
from model_adapters.openai.messages import AudioPart, BodyOptions, SystemRole, encode_body
from model_adapters.services.adapter import SLOW_ENCODING, ServiceAdapter
from model_adapters.services.attempts import Bounds, bounds_of
from model_adapters.services.chat_client import ChatClient, ClientOptions
from model_adapters.services.generation import FIELDS, LengthField, generation_fields
from model_adapters.services.responses import changed, fingerprint
from model_adapters.shared.audio_formats import AudioFormat

_OURS: Final = frozenset({"model", "messages", "stream", "n"})


@dataclass(frozen=True)
class Arguments(Bounds):
    """``-M`` arguments of ``openai``.

    Prices are per million tokens. ``omit`` names body fields that are never sent, separated by blanks;
    ``extra_body`` is a JSON object with further ones. ``max_tokens_field`` is by default
    ``max_completion_tokens`` for OpenAI itself and ``max_tokens`` for other servers. ``stream`` is for services
    that answer in no other way; nothing is faster with it.
    """

    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    audio_format: AudioFormat = "as_is"
    audio_part: AudioPart = "input_audio"
    system_role: SystemRole = "system"
    max_tokens_field: LengthField | None = None
    stream: bool = False
    omit: str = ""
    extra_body: str | None = None
    input_price: float | None = None
    output_price: float | None = None


class OpenAIAdapter(ServiceAdapter[ChatClient]):
    """A model behind an OpenAI-compatible chat service."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._arguments = arguments = read_arguments(Arguments, model_args, adapter="openai")
        super().__init__(target, arguments)
        self._options = ClientOptions(**bounds_of(arguments, ClientOptions))
        self._extra = _extra_body(arguments.extra_body)
        self._body: BodyOptions | None = None

    def make_client(self) -> ChatClient:
        """Make a client of the service, not yet entered."""
        return ChatClient(self._options)

    def open(self) -> AdapterInfo:
        """Check key and URL; no request is sent.

        Raises:
            MissingKeyError: the key is not in the environment.
            UsageError: the URL is not valid.
        """
        import aiohttp  # noqa: F401  (not inside the first request)

        arguments, options = self._arguments, self._options
        self.make_client()  # says now what is missing
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
            AdapterError: the service refuses the key, or is busy for too long.
            UsageError: a generation argument that chat services do not have.
        """
        if self._body is None:
            raise UsageError("the adapter is not open")
        body = self._body
        fields = generation_fields(
            request.generation, repeat=request.repeat, length_field=body.length_field
        )
        client = await self._client.get()
        async with self._large.place(request.messages):
            reply = await client.chat(lambda: self._encode(request, fields, body))
        options = self._options
        return self.response(reply, request, options.shown_url, options.api_key_env)

    def _fingerprint(self) -> str:
        differing = changed(self._arguments, ("audio_format", "system_role", "omit"))
        if self._extra:
            differing["extra_body"] = self._extra
        return fingerprint(f"openai:{self._model}", differing)

    def _encode(
        self, request: Request, fields: Mapping[str, Any], body: BodyOptions
    ) -> bytes | Awaitable[bytes]:
        return self._encoding.run(SLOW_ENCODING, encode_body, request.messages, fields, body)


def _extra_body(text: str | None) -> dict[str, Any]:
    where = "-M extra_body"
    if text is None:
        return {}
    try:
        extra = load_json(text)
    except ValueError as error:
        raise UsageError(f"not JSON: {error}", where=where) from error
    if not isinstance(extra, dict):
        raise UsageError(
            "expected a JSON object", where=where, hint='such as {"reasoning_effort": "low"}'
        )
    if ours := sorted(_OURS & extra.keys()):
        raise UsageError(f"the harness sets {', '.join(ours)} itself", where=where)
    if decoding := sorted(FIELDS & extra.keys()):
        raise UsageError(
            f"{', '.join(decoding)} would change decoding behind the signature",
            where=where,
            hint=f"--gen-kwargs {decoding[0]}=…",
        )
    return extra
