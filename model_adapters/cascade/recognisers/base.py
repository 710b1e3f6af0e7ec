"""What the cascade needs of a recogniser, and two that run on this machine.

A transcript depends on its clip alone, never on clips heard before: local recognisers are reset for every
clip (pocketsphinx otherwise carries cepstral means and noise estimates over), hear one clip at a time, and decode
greedily.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Protocol

from harness.types import Audio, ErrorInfo
from model_adapters.services.pacing.patience import Waiting
from model_adapters.shared.splitting import split_at_quiet

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SAMPLING_RATE: Final = 16_000
CHUNK_SECONDS: Final = 30.0
"""Longest stretch that is decoded at once; a longer clip is cut in quiet places."""


class HearingError(Exception):
    """A recogniser failed on one clip; the run goes on.

    Args:
        info: what the record is to say.
    """

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.message)
        self.info = info


class RefusedClipError(HearingError):
    """A service refuses to transcribe one clip: an outcome, not a failure."""


class Recogniser(Protocol):
    """Interface of a recogniser to the cascade."""

    sampling_rate: int | None
    """Rate in Hz at which it hears, ``None`` if it takes clips as they are; known once it is open."""

    def open(self) -> str:
        """Load the model; returns its fingerprint."""
        ...

    def hear(self, clip: Audio) -> str:
        """Transcribe a clip.

        Raises:
            AudioError: the clip cannot be read.
            HearingError: the recogniser failed on it, or refused it (``RefusedClipError``).
        """
        ...

    def start(self, clip: Audio) -> Future[str] | None:
        """Do nothing: it hears one clip at a time."""
        ...

    def waiting(self) -> Waiting | None:
        """Return for how long a service has been waited for, ``None`` while none is."""
        ...

    def close(self) -> None:
        """Release the model."""
        ...


class LocalRecogniser:
    """Base of recognisers on this machine, which hear one clip at a time; subclasses write the rest."""

    sampling_rate: int | None = SAMPLING_RATE

    def open(self) -> str:
        """Load the model; returns its fingerprint."""
        raise NotImplementedError

    def transcribe(self, samples: npt.NDArray[np.float32]) -> str:
        """Transcribe a mono clip at ``sampling_rate``."""
        raise NotImplementedError

    def hear(self, clip: Audio) -> str:
        """Transcribe a clip."""
        return self.transcribe(clip.decode(self.sampling_rate))

    def start(self, clip: Audio) -> Future[str] | None:
        """Do nothing: it hears one clip at a time."""
        del clip
        return None

    def waiting(self) -> Waiting | None:
        """Return nothing: there is no service."""
        return None

    def close(self) -> None:
        """Release the model."""


def in_stretches(
    samples: npt.NDArray[np.float32],
    rate: int,
    decode: Callable[[npt.NDArray[np.float32]], str],
) -> str:
    """Transcribe a clip whose stretches are decoded one by one; join them by blanks."""
    parts = [decode(part).strip() for part in split_at_quiet(samples, CHUNK_SECONDS, rate)]
    return " ".join(part for part in parts if part)
