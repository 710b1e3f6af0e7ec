"""Ctrl-C, SIGTERM and SIGHUP while a run is under way, in ``evaluate`` and in ``score``."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine
from typing import Any, Final

from harness.errors import EXIT_SIGINT, EXIT_SIGTERM

SAME_SIGNAL_SECONDS: Final = 0.1
"""Signals that come this soon after the first do not count as a second request to stop."""


_NUMBERS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def exit_code(number: int) -> int:
    """Return the exit code of a run that a signal stopped: a terminal that closes counts as SIGTERM.

    >>> exit_code(signal.SIGINT), exit_code(signal.SIGTERM)
    (130, 143)
    """
    return EXIT_SIGINT if number == signal.SIGINT else EXIT_SIGTERM


def stopped_note(number: signal.Signals) -> str:
    """Return what to tell the user about a run that a signal stopped."""
    return f"stopped by {number.name}; the same command goes on where this stopped"


async def until_signal(work: Coroutine[Any, Any, None]) -> signal.Signals | None:
    """Run until done or until the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.

    A signal that the process was told to ignore (``nohup``) stays ignored.

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
            os._exit(exit_code(number))

    in_main_thread = threading.current_thread() is threading.main_thread()
    numbers = [
        number
        for number in _NUMBERS
        if in_main_thread and signal.getsignal(number) != signal.SIG_IGN
    ]
    for number in numbers:
        loop.add_signal_handler(number, stop, number)
    try:
        await main
    except asyncio.CancelledError:
        if not received:
            raise
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
            if received:  # while the results are written
                signal.signal(number, again)
    return received[0] if received else None
