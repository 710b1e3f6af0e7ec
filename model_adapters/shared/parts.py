"""Parts of a message that several adapters need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.types import Message, Text

if TYPE_CHECKING:
    pass
from harness.types import Audio

DEFAULT_WINDOW: Final = 30.0
"""Seconds that a feature extractor takes which does not say (the window of Whisper's encoder)."""


def joined_parts(message: Message) -> list[Text | Audio]:
    """Return the parts of a message in reading order, neighbouring texts joined.

    >>> joined_parts(Message("user", (Text("a"), Text("b"))))
    [Text(text='ab')]
    """
    parts: list[Text | Audio] = []
    for part in message.parts:
        if isinstance(part, Text) and parts and isinstance(parts[-1], Text):
            parts[-1] = Text(parts[-1].text + part.text)
        else:
            parts.append(part)
    return parts
