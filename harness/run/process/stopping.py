"""A wish to stop that reaches everything at work: nothing new is begun, what is in flight ends and is recorded."""

from __future__ import annotations

import asyncio
from typing import TypeVar

T = TypeVar("T")


class Stop:
    """A wish to stop, shared by those who are at work."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """Begin nothing new from now on."""
        self.requested = True


class StoppableQueue(asyncio.Queue[T | None]):
    """A queue that ends with ``None``; once stopping is requested, it gives nothing else.

    Args:
        maxsize: most elements that wait.
        stop: the wish to stop.
    """

    def __init__(self, maxsize: int, stop: Stop) -> None:
        super().__init__(maxsize)
        self._stop = stop

    async def get(self) -> T | None:
        """Return the next element; what waits is dropped after a wish to stop."""
        while (found := await super().get()) is not None and self._stop.requested:
            continue
        return found
