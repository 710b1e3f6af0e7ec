"""Blocking calls of a model, in a thread that does not keep the process alive when they hang.

One thread makes all calls of its kind: a new thread for every batch costs OpenMP a new team and the allocator a cold
arena, which shows in the time of a small model (``python -m tests.bench hf``).
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
        """What a call returns, or raises. A call that is given up goes on and is not waited for."""
        import asyncio  # not at the top: the entry point asks calls_hang, and would pay for it

        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            self._waiting -= 1
            if future.done():
                return
            if error is not None:
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


def calls_hang() -> bool:
    """Whether a thread of this kind is still at work, although nobody waits for it.

    By its name, since a model that is being loaded has a thread as well (``model_adapters.own_thread``).
    """
    return any(thread.name.startswith(_PREFIX) for thread in threading.enumerate())
