"""Ctrl-C, SIGTERM and SIGHUP while a run is under way, in ``evaluate`` and in ``score``."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

from harness.errors import EXIT_SIGINT, EXIT_SIGTERM
from harness.run.process.output import leave_now
from harness.run.process.stopping import Stop

SAME_SIGNAL_SECONDS: Final = 0.1
"""Signals that come this soon after the first do not count as a second request to stop."""
REST_SECONDS: Final = 0.25
"""How often to look whether anything is in flight after a signal."""
NOTE_SECONDS: Final = 1.0
"""How long requests in flight may take before the user is told what is waited for."""

_NUMBERS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def grace(number: int) -> float:
    """Return the seconds that what is in flight has to end: a person can press Ctrl-C again, a scheduler kills soon.

    >>> grace(signal.SIGINT), grace(signal.SIGTERM)
    (30.0, 5.0)
    """
    return 30.0 if number == signal.SIGINT else 5.0


def exit_code(number: int) -> int:
    """Return the exit code of a run that a signal stopped: a terminal that closes counts as SIGTERM.

    >>> exit_code(signal.SIGINT), exit_code(signal.SIGTERM)
    (130, 143)
    """
    return EXIT_SIGINT if number == signal.SIGINT else EXIT_SIGTERM


def stopped_note(number: signal.Signals) -> str:
    """Return what to tell the user about a run that a signal stopped."""
    return f"stopped by {number.name}; the same command goes on where this stopped"


async def until_signal(
    work: Coroutine[Any, Any, None], stop: Stop, rests: Callable[[], bool] = lambda: False
) -> signal.Signals | None:
    """Run until done or until the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.

    At the first, nothing new is begun, and what is in flight has a while to end: its answers are paid for. What only waits
    for a busy service was not sent, and is not waited for. A signal that the process was told to ignore (``nohup``)
    stays ignored.

    What comes within a moment of the first is the same wish: ``timeout`` and some terminals signal the process and
    then its group.

    Args:
        work: what to run.
        stop: told at the first signal.
        rests: tells whether nothing is in flight that could still be answered.
    """
    loop = asyncio.get_running_loop()
    main = asyncio.ensure_future(work)
    received: list[signal.Signals] = []
    first = 0.0

    def begin_to_stop(number: signal.Signals) -> None:
        nonlocal first
        if received:
            again(number)
            return
        first = loop.time()
        received.append(number)
        stop.request()
        loop.call_later(grace(number), main.cancel)
        loop.call_later(NOTE_SECONDS, _say_waiting, main, grace(number))
        loop.call_later(REST_SECONDS, end_at_rest, 0)

    def end_at_rest(looks: int) -> None:
        if main.done():
            return
        looks = looks + 1 if rests() else 0
        if looks == 2:  # between an answer and its record nothing is in flight either
            main.cancel()
        else:
            loop.call_later(REST_SECONDS, end_at_rest, looks)

    def again(number: int, frame: object = None) -> None:
        del frame
        if loop.time() - first > SAME_SIGNAL_SECONDS:
            leave_now(exit_code(number))

    in_main_thread = threading.current_thread() is threading.main_thread()
    numbers = [
        number
        for number in _NUMBERS
        if in_main_thread and signal.getsignal(number) != signal.SIG_IGN
    ]
    for number in numbers:
        loop.add_signal_handler(number, begin_to_stop, number)
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


def _say_waiting(main: asyncio.Future[None], seconds: float) -> None:
    if not main.done():
        text = (
            f"stopping: what is in flight has {seconds:.0f} s to end; a second signal ends at once"
        )
        with contextlib.suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)  # noqa: T201
