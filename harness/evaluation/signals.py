"""Ctrl-C and SIGTERM while a run is under way."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine
from typing import Any, Final

SAME_SIGNAL_SECONDS: Final = 0.1
"""Signals that come this soon after the first do not count as a second request to stop."""


async def until_signal(work: Coroutine[Any, Any, None]) -> signal.Signals | None:
    """Run until done or until the first SIGINT or SIGTERM; a second one ends the process at once.

    What comes within a moment of the first is the same wish: ``timeout`` and some terminals signal the process and
    then its group.
    """
    loop = asyncio.get_running_loop()
    main = asyncio.ensure_future(work)
    received: list[signal.Signals] = []
    first = 0.0

    def stop(number: signal.Signals) -> None:
        nonlocal first
        if not received:
            first = loop.time()
            received.append(number)
            main.cancel()
        else:
            again(number)

    def again(number: int, frame: object = None) -> None:
        del frame
        if loop.time() - first > SAME_SIGNAL_SECONDS:
            os._exit(128 + number)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
    try:
        await main
    except asyncio.CancelledError:
        if not received:
            raise
    finally:
        if in_main_thread:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
                if received:  # while the results are written
                    signal.signal(number, again)
    return received[0] if received else None
