"""What the conformance suite works with: clips, one that can be watched until it is freed, and asking."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.audio import AudioRef
from harness.types import Adapter, AdapterInfo, Audio, Message, Request, Response, Text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

UNICODE: Final = (
    "Grüße, 你好, مرحبا, שלום, हिन्दी, 👩🏽‍🚀, e\u0301\u200b, “quotes”, \\n, \t{braces} <think"
)
ABOUT_AUDIO: Final = ("audio_matters", "several_clips", "failures_as_values", "no_audio_retained")
"""Checks that mean nothing to a model that takes text only."""


class NonconformingError(AssertionError):
    """An adapter does not do what the interface asks."""


class TrackedClip(Audio):
    """A clip that can be watched by a weak reference; with a rate, it holds its samples as prefetched ones do."""

    __slots__ = ("__weakref__", "_clip", "_rate", "samples")

    def __init__(self, clip: Audio, rate: int | None = None) -> None:
        self._clip = clip
        self._rate = rate
        self.samples = None if rate is None else clip.decode(rate).copy()

    @property
    def path(self) -> str:
        """As the clip's."""
        return self._clip.path

    @property
    def sha256(self) -> str:
        """As the clip's."""
        return self._clip.sha256

    @property
    def seconds(self) -> float:
        """As the clip's."""
        return self._clip.seconds

    @property
    def sampling_rate(self) -> int:
        """As the clip's."""
        return self._clip.sampling_rate

    def read_bytes(self) -> bytes:
        """Return the bytes of the clip."""
        return self._clip.read_bytes()

    def prefetched(self, sampling_rate: int) -> TrackedClip:
        """Return a copy that holds samples."""
        return TrackedClip(self._clip, sampling_rate)

    def decode(self, sampling_rate: int | None = None) -> npt.NDArray[np.float32]:
        """Return the samples that are held, else the clip's."""
        if self.samples is not None and sampling_rate in (None, self._rate):
            return self.samples
        return self._clip.decode(sampling_rate)


def synthetic_clips(seconds: float = 1.0, rate: int = 16_000) -> list[AudioRef]:
    """Make a low tone, a high one, and noise, as references that hold wav bytes.

    >>> [clip.seconds for clip in synthetic_clips(0.5)]
    [0.5, 0.5, 0.5]
    """
    import numpy as np
    import soundfile

    time = np.arange(round(seconds * rate)) / rate
    signals = {
        "low.wav": 0.5 * np.sin(2 * np.pi * 300 * time),
        "high.wav": 0.5 * np.sin(2 * np.pi * 2500 * time),
        "noise.wav": 0.1 * np.random.default_rng(0).standard_normal(len(time)),
    }
    clips = []
    for name, samples in signals.items():
        buffer = io.BytesIO()
        soundfile.write(buffer, samples.astype(np.float32), rate, format="WAV")
        clips.append(AudioRef(buffer.getvalue(), name))
    return clips


def ask(adapter: Adapter, info: AdapterInfo, requests: Sequence[Request]) -> list[Response]:
    """Ask as the runner does, all at once or as one batch; return the responses in order.

    Raises:
        NonconformingError: another number of responses than of requests.
    """
    if info.style == "batch":
        responses = adapter.generate_batch(requests)
        require(len(responses) == len(requests), f"{len(responses)} of {len(requests)} responses")
        return responses

    async def together() -> list[Response]:
        return list(await asyncio.gather(*map(adapter.generate, requests)))

    return asyncio.run(together())


@contextlib.contextmanager
def opened(adapter: Adapter) -> Iterator[AdapterInfo]:
    """Open the adapter inside the block."""
    info = adapter.open()
    try:
        yield info
    finally:
        adapter.close()


def require(condition: bool, message: str) -> None:
    """Fail a check unless the condition holds."""
    if not condition:
        raise NonconformingError(message)


def in_words(message: Message) -> Message:
    """Replace every clip of a message by a line of text."""
    return Message(
        message.role,
        tuple(
            part if isinstance(part, Text) else Text(f"[recording {part.sha256[:12]}]\n")
            for part in message.parts
        ),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a check: passed, or a declared exception that was found to be true."""

    check: str
    exception: str | None = None
