"""Chat messages with text and lazy audio, and what form of answer a task asks for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Audio(ABC):
    """A lazy reference to one clip (implemented by ``harness.audio.AudioRef``).

    A base class and not a protocol: ``isinstance`` on a protocol would evaluate the properties, and
    so read the file.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def path(self) -> str:
        """Path of the clip, for records and messages; never a temporary name."""

    @property
    @abstractmethod
    def sha256(self) -> str:
        """Hex digest of the encoded bytes."""

    @property
    @abstractmethod
    def seconds(self) -> float:
        """Duration in seconds."""

    @property
    @abstractmethod
    def sampling_rate(self) -> int:
        """Sampling rate of the stored file, in Hz."""

    @abstractmethod
    def read_bytes(self) -> bytes:
        """Return the encoded file, as stored."""

    @abstractmethod
    def prefetched(self, sampling_rate: int) -> Audio:
        """Return a copy that holds the samples decoded at a rate (Hz), for one request.

        Raises:
            harness.errors.AudioError: the clip cannot be read.
        """

    @abstractmethod
    def decode(self, sampling_rate: int | None = None) -> npt.NDArray[np.float32]:
        """Return mono float32 samples in [-1, 1], resampled if ``sampling_rate`` (Hz) is given.

        Raises:
            harness.errors.AudioError: the clip cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Text:
    """A text part of a message."""

    text: str


Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; parts in reading order, audio where the prompt had ``<audio>``."""

    role: Role
    parts: tuple[Text | Audio, ...]


AnswerKind = Literal["text", "transcript", "option", "number"]


@dataclass(frozen=True, slots=True)
class Hints:
    """Form of answer that a task asks for. Never the reference.

    For adapters that cannot read a prompt (a recogniser without a language model, the chance
    baselines). Not part of the request key; a chat model ignores it.
    """

    answer: AnswerKind = "text"
    options: tuple[str, ...] = ()


Mode = Literal["text+audio", "audio+text", "audio", "text"]


def mode_of(messages: Sequence[Message]) -> Mode:
    """Return the layout of a prompt, by its last message.

    >>> mode_of([Message("user", (Text("What is said?"),))])
    'text'
    """
    parts = messages[-1].parts if messages else ()
    texts = [place for place, part in enumerate(parts) if isinstance(part, Text)]
    clips = [place for place, part in enumerate(parts) if isinstance(part, Audio)]
    if not clips:
        return "text"
    if not texts:
        return "audio"
    return "text+audio" if texts[0] < clips[0] else "audio+text"
