"""Requests of ``vllm:``, and how an adapter in a world of the stub is opened."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import soundfile

from harness.audio import AudioRef
from harness.types import Audio, Generation, Message, Request, Response, Text
from model_adapters.vllm.adapter import VLLMAdapter
from tests.support import clips

COMMIT = "0123456789abcdef0123456789abcdef01234567"


HUB = "organisation/listener"


Opened = Callable[..., VLLMAdapter]


def request(
    *parts: str | Audio, key: str = "", system: str | None = None, **generation: Any
) -> Request:
    content = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    before = [] if system is None else [Message("system", (Text(system),))]
    names = [part if isinstance(part, str) else part.path for part in parts]
    return Request(
        key or repr([names, system, sorted(generation.items())]),
        (*before, Message("user", content)),
        Generation.from_arguments({"max_new_tokens": 12, **generation}),
    )


def clip(seconds: float = 1.0, seed: int = 0, rate: int = 16_000) -> AudioRef:
    samples = clips.noise(seconds, seed, rate)
    return AudioRef(clips.encoded(samples, rate), f"noise_{seconds}_{seed}.wav")


def answer(adapter: VLLMAdapter, one: Request) -> Response:
    (response,) = adapter.generate_batch([one])
    return response


def decoded(part: dict[str, Any]) -> tuple[Any, int]:
    data = part["audio_url"]["url"].partition(",")[2]
    return soundfile.read(io.BytesIO(base64.b64decode(data)), dtype="float32")  # type: ignore[no-any-return]
