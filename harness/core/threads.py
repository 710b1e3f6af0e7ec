"""Threads for blocking calls of a model, which do not keep the process alive when they hang.

Every thread that computes with torch gets a team of as many OpenMP threads as there are processors, and keeps it while
it lives. With two teams there are more threads than processors, and then libgomp lets threads sleep at every barrier
rather than spin. So one lasting thread makes all calls of a kind (``DaemonThread``), and loading happens in a thread
that ends (``in_own_thread``). It shows in the time of a small model (``python -m tests.bench hf``).
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
_PREFIX: Final = "model-"
_LOADING: Final = f"{_PREFIX}loading"


class _Call(NamedTuple):
    function: Callable[[], Any]
    done: Callable[[Any, BaseException | None], None]


class DaemonThread:
    """A thread for blocking calls, one after another; use it as ``async with``, in one event loop.

    Args:
        name: what it does.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"{_PREFIX}{name}", daemon=True)
        self._waiting = 0

    async def __aenter__(self) -> DaemonThread:
        self._thread.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._calls.put(None)
        if not self._waiting:
            self._thread.join()

    async def run(self, function: Callable[[], T]) -> T:
        """Make a call and return its result or raise its error. A call that is given up continues; nobody waits for it."""
        import asyncio  # not at the top: the entry point asks calls_hang, and would pay for it

        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            self._waiting -= 1
            if future.done():
                return
            if isinstance(error, (StopIteration, KeyboardInterrupt, GeneratorExit)):
                # not what they mean here: Ctrl-C reaches the main thread only
                future.set_exception(RuntimeError(repr(error)))
            elif error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        def done(result: Any, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone: the run was interrupted
                loop.call_soon_threadsafe(settle, result, error)

        self._waiting += 1
        self._calls.put(_Call(function, done))
        return await future

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            result, error = None, None
            try:
                result = call.function()
            except BaseException as caught:  # noqa: BLE001  (handed to the awaiting coroutine)
                error = caught
            call.done(result, error)
            del call, result, error  # a waiting thread holds no batch


def in_own_thread(function: Callable[[], T]) -> T:
    """Make a call in a thread of its own; return or raise what it does. Ctrl-C does not wait for it.

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

    thread = threading.Thread(target=work, name=_LOADING, daemon=True)
    thread.start()
    thread.join()
    if raised:
        error: Any = raised.pop()
        raise error
    return found[0]


def calls_hang() -> bool:
    """Tell whether a model call or the loading of a model is still at work, although nobody waits for it."""
    return any(thread.name.startswith(_PREFIX) for thread in threading.enumerate())
