"""Batches for local checkpoints: clips of like length together, no larger than the model bears.

Items are taken in windows of a few batches, in the order of the documents, and sorted by length within a window, so
which items share a batch depends on the items alone and not on how fast anything was. The longest come first: what
does not fit into memory is found at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol, TypeVar

WINDOW: Final = 4
"""Batches that are formed out of one window."""
LEAST_ITEMS: Final = 32
"""Items of a window, where batches are small; as many as with the default size of 8."""

PREFETCH_THREADS: Final = 2
MOST_DECODING: Final = 16


class Sized(Protocol):
    """Interface of the elements of batches."""

    seconds: float


S = TypeVar("S", bound=Sized)
Limit = Callable[[float], int | None]
"""Seconds of the longest request in a batch -> most requests that fit, ``None`` if nothing is known."""


async def form_batches(
    queue: asyncio.Queue[S | None], size: int, limit: Limit
) -> AsyncIterator[list[S]]:
    """Form batches of what comes out of a queue, until it gives ``None``.

    Args:
        queue: items in the order of documents.
        size: most items of a batch.
        limit: asked again for every batch, since a model may learn what fits.
    """
    more = True
    while more:
        window: list[S] = []
        while len(window) < window_size(size):
            item = await queue.get()
            if item is None:
                more = False
                break
            window.append(item)
        window.sort(key=lambda one: -one.seconds)
        while window:
            count = batch_size(window[0].seconds, len(window), size, limit)
            yield window[:count]
            del window[:count]


def window_size(size: int) -> int:
    """Return the number of items in a window; each waits there decoded. Batches of one need no sorting and a smaller window.

    >>> window_size(8), window_size(4), window_size(1)
    (32, 32, 4)
    """
    return WINDOW if size == 1 else max(WINDOW * size, LEAST_ITEMS)


def batch_size(longest: float, waiting: int, size: int, limit: Limit) -> int:
    """Return the size of the next batch: at least 1.

    >>> batch_size(30.0, 9, 8, lambda seconds: 4 if seconds > 20 else None)
    4
    >>> batch_size(5.0, 3, 8, lambda seconds: None)
    3
    """
    most = limit(longest)
    return max(1, min(size, waiting, size if most is None else most))


def prefetch_threads(*, decodes: bool) -> int:
    """Return how many threads prepare items.

    Prompts and keys hold the interpreter, so two are enough; decoding lets go of it, so it has a thread for each
    processor of this process, 16 at most.

    >>> prefetch_threads(decodes=False)
    2
    """
    if not decodes:
        return PREFETCH_THREADS
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(max(ours or 1, PREFETCH_THREADS), MOST_DECODING)
