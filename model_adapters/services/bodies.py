"""A bound on what a service may send, for the clients that stand on ``httpx``: their own reading has none.

A packed body cannot be bounded where it is unpacked at once, so none is asked for, and one that comes all the same is
refused.
"""

from __future__ import annotations

import codecs
import importlib
from collections.abc import AsyncIterator
from typing import Any, Final

MAX_BODY: Final = 32_000_000
"""Largest body of a reply in bytes, unpacked."""
UNPACKED: Final = {"Accept-Encoding": "identity"}


class BodyError(Exception):
    """A service sent more than a reply can be, or in a form that cannot be bounded."""


class _Bounded:
    """The bytes of a response, up to a bound; those of a reply are UTF-8, or other characters would be scored than were sent."""

    def __init__(self, stream: Any, most: int, *, is_reply: bool) -> None:
        self._stream = stream
        self._most = most
        self._decode = codecs.getincrementaldecoder("utf-8")(
            "strict" if is_reply else "replace"
        ).decode

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > self._most:
                raise BodyError(f"the service sent more than {self._most:,} bytes")
            self._check(piece)
            yield piece
        self._check(b"", last=True)

    def _check(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self._decode(piece, last)
        except UnicodeDecodeError as error:
            raise BodyError(f"the body is not UTF-8 ({error.reason})") from None

    async def aclose(self) -> None:
        await self._stream.aclose()


def bounded_client(kind: type[Any], **options: Any) -> Any:
    """Make an ``httpx`` client whose replies are bounded.

    Args:
        kind: class of the client: ``AsyncClient`` of ``httpx`` or of its successor, or a class made from it.
        options: of the client.
    """
    client = next(one for one in kind.__mro__ if one.__name__ == "AsyncClient")
    package = importlib.import_module(client.__module__.partition(".")[0])
    stream = type("BoundedStream", (_Bounded, package.AsyncByteStream), {})

    async def bound(response: Any) -> None:
        packing = response.headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("", "identity"):
            raise BodyError(f"the service sent a body that is packed ({packing[:20]}), unasked")
        response.stream = stream(
            response.stream, MAX_BODY, is_reply=200 <= response.status_code < 300
        )

    hooks = dict(options.pop("event_hooks", {}))
    hooks["response"] = [*hooks.get("response", ()), bound]
    return kind(headers=UNPACKED, event_hooks=hooks, **options)
