"""Waits for a busy service in the progress display: nothing ends meanwhile, so somebody has to show that time passes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from harness.run.progress import Progress, clock
from model_adapters.services.pacing.patience import Waiting

PULSE_SECONDS: Final = 1.0


def wait_text(waiting: Waiting | None, whom: str = "the service") -> str:
    """Describe a wait for people; empty without one.

    >>> wait_text(Waiting(42.3, 600.0)), wait_text(None)
    ('waiting for the service 0:42 of 10:00', '')
    """
    if waiting is None:
        return ""
    return f"waiting for {whom} {clock(waiting.seconds)} of {clock(waiting.patience)}"


async def shown(
    work: Coroutine[Any, Any, None], progress: Progress, waiting: Callable[[], bool]
) -> None:
    """Do the work; while it waits, have the progress display drawn anew.

    Args:
        work: what to do.
        progress: the display; what is shown is what it watches.
        waiting: tells whether a service is waited for.
    """

    async def pulse() -> None:
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            if waiting():
                progress.tick(waiting=True)

    drawing = asyncio.create_task(pulse())
    try:
        await work
    finally:
        drawing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await drawing
