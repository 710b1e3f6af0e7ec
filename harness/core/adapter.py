"""The interface between runner and model: requests, responses, and what an adapter declares.

A failure of one request is a value (``Response.error``); an exception means that the adapter is dead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from harness.core.generation import Generation
from harness.core.messages import Hints, Message, Mode

INTERFACE_VERSION: Final = 2
"""Version of the adapter interface (``AdapterInfo``, ``Request``, ``Response``, ``Adapter``).

2: ``Request.generation`` is a ``Generation``; in 1 it was a mapping of arguments as they were spelled. An adapter class
of a plug-in may say what it was written for, ``interface_version = 2``; another number is refused when it is created.
"""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Reason for the failure of one request.

    ``kind`` is a short stable word (``audio``, ``timeout``, ``connection``, ``http``, ``memory``,
    ``scripted``, ``missing_response`` …); ``retryable`` says whether asking again may help.
    """

    kind: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a model.

    Attributes:
        request_key: content key; identical requests have the same key.
        messages: the rendered prompt.
        generation: how the answer is decoded, recorded in the signature. An adapter follows all of it or refuses it.
        repeat: 0-based number of the repeat.
        hints: see ``Hints``.
        item: (task, id) for adapters that look replies up (``replay``), and for messages.
        item_key: content key of the document (see ``harness.core.keys``).
    """

    request_key: str
    messages: tuple[Message, ...]
    generation: Generation = field(default_factory=Generation)
    repeat: int = 0
    hints: Hints = field(default_factory=Hints)
    item: tuple[str, str] = ("", "")
    item_key: str = ""


Finish = Literal["stop", "length", "filter", "refusal"]


@dataclass(frozen=True, slots=True)
class Response:
    """Result of one request. Exactly one of ``text`` and ``error`` is meaningful.

    Attributes:
        text: the answer that is scored; ``None`` with an error (or a replayed null).
        reasoning: text that the model marked as reasoning, cut from the answer.
        finish: why generation ended.
        usage: token counts and the like, as the provider reports them.
        seconds: wall time of the call.
        error: set when the request failed.
        extra: adapter-specific facts for the record (a transcript, a model name that came back).
    """

    text: str | None
    reasoning: str | None = None
    finish: Finish = "stop"
    usage: Mapping[str, Any] | None = None
    seconds: float = 0.0
    error: ErrorInfo | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """Declarations of an adapter after ``open()``.

    Attributes:
        fingerprint: identifies the model's weights or its endpoint name; part of request keys.
        sampling_rate: rate (Hz) that the runner resamples to, ``None`` for encoded files.
        max_audio_seconds: longest clip it takes, ``None`` for no limit.
        max_clips: most clips per request, ``None`` for no limit.
        modes: prompt layouts it takes.
        style: ``async`` (services) or ``batch`` (local checkpoints).
        concurrency: requests in flight for ``async`` adapters.
        description: facts for the manifest (class, dtype, endpoint URL); never a secret.
    """

    fingerprint: str
    sampling_rate: int | None = None
    max_audio_seconds: float | None = None
    max_clips: int | None = None
    modes: frozenset[Mode] = frozenset({"text+audio", "audio+text", "audio", "text"})
    style: Literal["async", "batch"] = "batch"
    concurrency: int = 8
    description: Mapping[str, Any] = field(default_factory=dict)


class Adapter(Protocol):
    """The interface of every adapter. Constructed as ``factory(target, **model_args)``.

    ``open`` loads the model (heavy imports belong there) and returns its info. An ``async`` adapter
    implements ``generate``, a ``batch`` adapter ``generate_batch`` (one response per request, in
    order). ``close`` releases everything and may be called twice.
    """

    def open(self) -> AdapterInfo:
        """Load the model."""
        ...

    async def generate(self, request: Request) -> Response:
        """Answer one request (``async`` style)."""
        ...

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests, in order (``batch`` style)."""
        ...

    def close(self) -> None:
        """Release the model."""
        ...
