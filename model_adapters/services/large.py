"""Requests with long clips wait for one another, so that memory does not grow with concurrency times length.

A body holds its clips as base64, and for a moment the stored bytes too: some three times a clip's 16-bit samples. Short
clips never wait: 128 of half a minute are in flight at a time. A request that is larger than all of it goes alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from harness.errors import AudioError
from harness.types import Audio, Message

IN_FLIGHT: Final = 128 << 20
"""Bytes of clips, as 16-bit samples, of all requests in flight."""
_WIDTH: Final = 2


class LargeRequests:
    """The room that requests in flight share.

    Args:
        limit: bytes of clips in flight.
    """

    def __init__(self, limit: int = IN_FLIGHT) -> None:
        self._limit = limit
        self._used = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._freed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def place(self, messages: Sequence[Message]) -> AsyncIterator[None]:
        """Wait until there is room for the clips of a request, and hold it."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # rooms of a loop that has ended are free
            self._loop, self._used, self._freed = loop, 0, asyncio.Condition()
        size = min(clip_bytes(messages), self._limit)
        async with self._freed:
            await self._freed.wait_for(lambda: self._used + size <= self._limit)
            self._used += size
        try:
            yield
        finally:
            self._used -= size
            async with self._freed:
                self._freed.notify_all()


def clip_bytes(messages: Sequence[Message]) -> int:
    """Return the bytes of the clips as 16-bit samples; 0 for one that cannot be read, which is said elsewhere."""
    total = 0
    for message in messages:
        for part in message.parts:
            if isinstance(part, Audio):
                with contextlib.suppress(AudioError):
                    total += int(part.seconds * part.sampling_rate * _WIDTH)
    return total
