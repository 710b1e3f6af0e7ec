"""``gemini:MODEL``: Google's Gemini models that hear, through the Gemini API (a key of Google AI Studio, not Vertex AI).

The key comes from the environment (``GOOGLE_API_KEY`` or ``GEMINI_API_KEY``, or the variable that ``api_key_env``
names). Requests, retries and concurrency are those of ``client``; what is sent is made in ``messages``,
only when its turn has come, what came back is read in ``reply``. Nothing is asked of the service but the items
themselves.

Safety filters that can be adjusted are off by default, since a benchmark measures the model; what is blocked all the
same is a ``filter`` outcome. Thinking is left to the model unless an argument says otherwise. A failure of one request is a
value, and all its attempts were made here. A refused key fails every request, so it ends the run. The fingerprint is the
model's name, with a digest of the arguments that change what the model is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.errors import MissingDependencyError, UsageError
from harness.types import AdapterInfo, Request, Response
from model_adapters.arguments import read_arguments
from model_adapters.gemini.client import GeminiClient, GeminiOptions
from model_adapters.gemini.messages import (
    RequestOptions,
    Safety,
    ThinkingLevel,
    build_request,
    config_fields,
)
from model_adapters.services.adapter import SLOW_ENCODING, ServiceAdapter
from model_adapters.services.attempts import Bounds, bounds_of
from model_adapters.services.responses import changed, fingerprint
from model_adapters.shared.audio_formats import AudioFormat

_ASKED: Final = (
    *("audio_format", "safety", "thinking_budget", "thinking_level", "include_thoughts", "omit"),
)
"""Arguments that change what the model is asked."""


@dataclass(frozen=True)
class Arguments(Bounds):
    """``-M`` arguments of ``gemini``.

    Prices are per million tokens. ``omit`` names generation fields that are never sent, separated by blanks.
    ``inline_limit`` is in megabytes of text and base64.
    """

    base_url: str | None = None
    api_version: str = "v1beta"
    api_key_env: str | None = None
    audio_format: AudioFormat = "as_is"
    inline_limit: float = 100.0
    safety: Safety = "off"
    thinking_budget: int | None = None
    thinking_level: ThinkingLevel | None = None
    include_thoughts: bool | None = None
    omit: str = ""
    input_price: float | None = None
    output_price: float | None = None


class GeminiAdapter(ServiceAdapter[GeminiClient]):
    """A model behind the Gemini API."""

    def __init__(self, target: str, **model_args: object) -> None:
        if model_args.get("safety") is False:  # the command line reads `off` as a switch
            model_args["safety"] = "off"
        self._arguments = arguments = read_arguments(Arguments, model_args, adapter="gemini")
        super().__init__(target.removeprefix("models/"), arguments)
        self._options = GeminiOptions(**bounds_of(arguments, GeminiOptions))
        self._request = RequestOptions(
            arguments.audio_format,
            arguments.safety,
            arguments.thinking_budget,
            arguments.thinking_level,
            arguments.include_thoughts,
            frozenset(arguments.omit.split()),
        )
        self._opened = False

    def make_client(self) -> GeminiClient:
        """Make a client of the service, not yet entered."""
        return GeminiClient(self._options)

    def open(self) -> AdapterInfo:
        """Check key and URL; no request is sent.

        Raises:
            MissingKeyError: the key is not in the environment.
            MissingDependencyError: the ``google-genai`` package cannot be imported.
            UsageError: the URL is not valid.
        """
        try:
            import google.genai.types  # noqa: F401  (it takes a second: not inside the first request)
        except ImportError as error:
            raise MissingDependencyError(
                f"the google-genai package cannot be imported: {error}",
                hint="pip install 'lalm-harness[gemini]'",
            ) from error
        self.make_client()  # says now what is missing
        self._opened = True
        given = changed(self._arguments, _ASKED)
        return AdapterInfo(
            fingerprint=fingerprint(f"gemini:{self._model}", given),
            style="async",
            concurrency=self._arguments.concurrency,
            description={
                "base_url": self._options.shown_url,
                "api_version": self._options.api_version,
                "model": self._model,
                "safety": self._arguments.safety,
                **{name: value for name, value in given.items() if name.startswith("thinking")},
            },
        )

    async def generate(self, request: Request) -> Response:
        """Send one request.

        Raises:
            AdapterError: the service refuses the key, or is busy for too long.
            UsageError: a generation argument that Gemini does not have, or a clip in the system prompt.
        """
        if not self._opened:
            raise UsageError("the adapter is not open")
        options = self._request
        fields = config_fields(request.generation, repeat=request.repeat, omit=options.omit)
        client = await self._client.get()
        async with self._large.place(request.messages):
            reply = await client.ask(
                self._model,
                lambda: self._encoding.run(
                    SLOW_ENCODING, build_request, request.messages, fields, options
                ),
            )
        return self.response(reply, request, self._options.shown_url, self._options.key_variable)
