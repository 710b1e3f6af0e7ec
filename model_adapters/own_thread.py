"""Loading in a thread that ends: what torch's OpenMP leaves in a thread that has computed slows all others down.

Every thread that computes gets a team of as many threads as there are processors, and keeps it while it lives. With two
teams there are more threads than processors, and then libgomp lets threads sleep at every barrier rather than spin. It
shows in the time of a small model (``python -m tests.bench hf``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def in_own_thread(function: Callable[[], T]) -> T:
    """What a call returns, or raises, made in a thread of its own; Ctrl-C does not wait for it.

    The name of the thread tells the command that it may still be at work when it ends.

    >>> in_own_thread(lambda: threading.current_thread().name)
    'model-loading'
    """
    found: list[T] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            found.append(function())
        except BaseException as error:  # noqa: BLE001  (raised again below)
            raised.append(error)

    thread = threading.Thread(target=work, name="model-loading", daemon=True)
    thread.start()
    thread.join()
    if raised:
        error: Any = raised.pop()
        raise error
    return found[0]
