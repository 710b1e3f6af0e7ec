"""Clips of a request as the model takes them: decoded, and what becomes of one that is longer than it takes.

``error`` fails the request; ``truncate`` keeps the beginning; ``chunk`` cuts the clip where it is quiet and gives the
parts one after another, each as a clip of its own. Nothing is ever cut without a word: what was done is in the
record of the item (``extra["long_audio"]``), and the policy is part of the model's fingerprint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.errors import AudioError
from harness.types import Audio, ErrorInfo, Message, Text
from model_adapters.hf.arguments import LongAudio
from model_adapters.shared.splitting import split_at_quiet

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Samples = npt.NDArray[np.float32]


class Taken(NamedTuple):
    """One clip as the model takes it: its parts, and what was done to it if anything was."""

    parts: list[Samples]
    note: dict[str, Any] | None = None


@dataclass(frozen=True)
class ClipPolicy:
    """Bounds on the clips that the model takes.

    Attributes:
        rate: sampling rate in Hz.
        window: longest clip in seconds, ``None`` for any.
        maximum: largest number of clips of a request, ``None`` for any number.
        long_audio: what becomes of a longer clip.
    """

    rate: int
    window: float | None = None
    maximum: int | None = None
    long_audio: LongAudio = "error"

    @property
    def declared_window(self) -> float | None:
        """The window as the runner should know it: none if longer clips are dealt with here."""
        return self.window if self.long_audio == "error" else None

    def take(self, clip: Audio) -> Taken | ErrorInfo:
        """Return the samples of a clip.

        Raises:
            AudioError: it cannot be read.
        """
        seconds = clip.seconds
        if self.window is None or seconds <= self.window:
            return Taken([clip.decode(self.rate)])
        if self.long_audio == "error":
            return ErrorInfo(
                "audio_too_long",
                f"{clip.path} lasts {seconds:.1f} s, the model takes at most {self.window:g} s",
            )
        samples = clip.decode(self.rate)
        note = {"path": clip.path, "seconds": round(seconds, 3), "policy": self.long_audio}
        if self.long_audio == "truncate":
            return Taken([samples[: round(self.window * self.rate)]], {**note, "kept": self.window})
        parts = split_at_quiet(samples, self.window, self.rate)
        return Taken(parts, {**note, "parts": len(parts)})


@dataclass(frozen=True)
class Clips:
    """All clips of a request.

    Attributes:
        taken: parts of each clip, in reading order.
        notes: what was done to long ones.
    """

    taken: Sequence[Sequence[Samples]] = ()
    notes: list[dict[str, Any]] = field(default_factory=list)


def take_clips(messages: Sequence[Message], policy: ClipPolicy) -> Clips | ErrorInfo:
    """Take the clips of a request, or say why it cannot be asked."""
    taken, notes = [], []
    for message in messages:
        for part in message.parts:
            if isinstance(part, Text):
                continue
            try:
                found = policy.take(part)
            except AudioError as error:
                return ErrorInfo("audio", str(error))
            if isinstance(found, ErrorInfo):
                return found
            taken.append(found.parts)
            if found.note is not None:
                notes.append(found.note)
    count = sum(map(len, taken))
    if policy.maximum is not None and count > policy.maximum:
        kind, what = ("audio_too_long", "parts of clips") if notes else ("too_many_clips", "clips")
        return ErrorInfo(kind, f"{count} {what}, the model takes {policy.maximum}")
    return Clips(taken, notes)
