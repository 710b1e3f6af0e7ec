"""What runs of one model share: the loaded model, and the replies to requests that are equal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.core.adapter import Adapter, AdapterInfo, Request, Response
from harness.core.messages import Audio

SAME: Final = "same_request"
"""Fact of a reply that was given to an equal request before."""


class KeptAdapter:
    """A model that stays loaded from one run to the next.

    A client of a service belongs to the event loop of its run, so it is made anew; that costs nothing.

    Args:
        make: constructs the adapter.
    """

    def __init__(self, make: Callable[[], Adapter]) -> None:
        self._make = make
        self._adapter = make()
        self._info: AdapterInfo | None = None

    def open(self) -> AdapterInfo:
        """Load the model, unless it is."""
        if self._info is not None:
            if self._info.style == "batch":
                return self._info
            self._adapter = self._make()
        self._info = self._adapter.open()
        return self._info

    def close(self) -> None:
        """Release a client; a model stays."""
        if self._info is None or self._info.style != "batch":
            self._adapter.close()

    def release(self) -> None:
        """Release the model."""
        if self._info is not None and self._info.style == "batch":
            self._adapter.close()
            self._info = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)


class AskedOnce:
    """A model that is asked a request without audio once, however many items have it.

    Without their clips the items of many benchmarks are one question. Drawn replies are not shared, nor failures, nor those of adapters
    that answer by the item and not by what is asked (``answers_by_item``).

    Args:
        adapter: the model.
    """

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._running: dict[str, asyncio.Future[Response]] = {}
        self._known: dict[str, Response] = {}

    def open(self) -> AdapterInfo:
        """Load the model."""
        return self._adapter.open()

    def close(self) -> None:
        """Release it."""
        self._adapter.close()

    async def generate(self, request: Request) -> Response:
        """Answer a request, or return the reply to an equal one."""
        key = _key(request)
        if key is None:
            return await self._adapter.generate(request)
        if key in self._known:
            return _again(self._known[key])
        if (running := self._running.get(key)) is not None:
            await asyncio.wait([running])
            return await self.generate(request)
        future = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            response = await self._adapter.generate(request)
            if response.error is None:
                self._known[key] = response
            return response
        finally:
            del self._running[key]
            future.cancel()

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests, equal ones once."""
        first: dict[str, int] = {}
        wanted: list[Request] = []
        for request in requests:
            key = _key(request)
            if key is None or (key not in self._known and key not in first):
                if key is not None:
                    first[key] = len(wanted)
                wanted.append(request)
        fresh = self._adapter.generate_batch(wanted) if wanted else []
        if len(fresh) != len(wanted):  # the runner says what is wrong with it
            return fresh
        for key, place in first.items():
            if fresh[place].error is None:
                self._known[key] = fresh[place]
        rest = iter(fresh)
        given: set[str] = set()
        found = []
        for request in requests:
            key = _key(request)
            if key is None or (key in first and key not in given):
                given.add(key or "")
                found.append(next(rest))
            else:
                found.append(_again(self._known[key] if key in self._known else fresh[first[key]]))
        return found

    def __getattr__(self, name: str) -> Any:
        if name == "prepare_batch":  # what is prepared could be known by then
            raise AttributeError(name)
        return getattr(self._adapter, name)


def _key(request: Request) -> str | None:
    """Return what makes two requests equal; ``None`` for one with audio, or whose reply is drawn."""
    heard = any(isinstance(part, Audio) for message in request.messages for part in message.parts)
    return None if heard or request.generation.sampled else request.request_key


def _again(response: Response) -> Response:
    if response.error is not None:
        return response
    return replace(response, usage=None, seconds=0.0, extra={**response.extra, SAME: True})


def asked_once(adapter: Adapter) -> Adapter:
    """Return a model that is asked equal requests once, if it answers by what is asked."""
    return adapter if getattr(adapter, "answers_by_item", False) else AskedOnce(adapter)
