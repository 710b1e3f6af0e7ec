"""What keeps an item from being asked, and clips of a request as samples, for models that take samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from harness.core.adapter import ErrorInfo, Request, Response
from harness.core.messages import Audio, Message
from harness.errors import AudioError, MissingDataError, UsageError

AUDIO_HINT: Final = "mend the file, then run the same command again: only its items are asked"
UNPROMPTED: Final = (UsageError, MissingDataError, AudioError)
"""Raised while the prompt of an item is made: a field or clip that it lacks, task code that raises."""


@dataclass(frozen=True, slots=True)
class Unreadable(Response):
    """Stand-in for the answer to a request that no model was asked, since a clip of it cannot be read."""


def decoded(request: Request, rate: int) -> Request:
    """Return a request whose clips hold their samples.

    Args:
        request: what is asked.
        rate: sampling rate in Hz.

    Raises:
        AudioError: a clip cannot be decoded.
    """
    return replace(
        request,
        messages=tuple(
            Message(
                message.role,
                tuple(
                    part.prefetched(rate) if isinstance(part, Audio) else part
                    for part in message.parts
                ),
            )
            for message in request.messages
        ),
    )


def unreadable(error: AudioError) -> Unreadable:
    """Return what stands for the answer where a clip cannot be read."""
    error.hint = error.hint or AUDIO_HINT
    return Unreadable(None, error=ErrorInfo("audio", str(error)))
