"""What a service says no to: a step of a batch, what it no longer has, and batches that it is asked to list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final

from model_adapters.services.batches.states import identity_of
from model_adapters.services.chat_reply import ChatReply

SURE: Final = 3
"""Answers in a row that say no, after which they are believed: what was made a moment ago may not be known everywhere."""
_GONE: Final = frozenset({400, 404, 410, 422})
"""Statuses of a service that does not know what it is asked about."""
_PAGES: Final = 50


class RefusedError(Exception):
    """The service refused a step of a batch.

    Args:
        reply: the refusal, as the answer of a request.
        status: HTTP status, 0 where that was not the reason.
    """

    def __init__(self, reply: ChatReply, status: int = 0) -> None:
        super().__init__("" if reply.error is None else reply.error.message)
        self.reply = reply
        self.status = status

    @property
    def retryable(self) -> bool:
        """True if the same step may succeed later."""
        return self.reply.error is None or self.reply.error.retryable

    @property
    def is_gone(self) -> bool:
        """True if the service does not have what it was asked about."""
        return self.status in _GONE


async def listed_batches(
    get: Callable[[str], Awaitable[Mapping[str, Any]]], files: Collection[str], pause: float
) -> dict[str, str]:
    """Return the batches that were made of files, by file, as the service lists them, newest first.

    Args:
        get: asks the service for a path.
        files: ids of the files.
        pause: seconds between tries.

    Raises:
        RefusedError: the service refuses, or has no such list.
        OSError, ValueError, TimeoutError: it cannot be reached, or its answers cannot be read, several times in a row.
    """
    found: dict[str, str] = {}
    after = ""
    for _ in range(_PAGES):
        page = await _patiently(get, f"/batches?limit=100{after}", pause)
        states = page.get("data")
        known = [one for one in states if isinstance(one, dict)] if isinstance(states, list) else []
        for state in known:
            if str(state.get("input_file_id")) in files:
                found.setdefault(str(state["input_file_id"]), identity_of(state))
        if page.get("has_more") is not True or not known or found.keys() >= {*files}:
            break
        after = f"&after={identity_of(known[-1])}"
    return found


async def _patiently(
    get: Callable[[str], Awaitable[Mapping[str, Any]]], path: str, pause: float
) -> Mapping[str, Any]:
    for left in reversed(range(SURE)):
        try:
            return await get(path)
        except (OSError, ValueError, TimeoutError, RefusedError) as error:
            if not left or (isinstance(error, RefusedError) and not error.retryable):
                raise
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")
