"""What adapters of services share: a client that lives as long as its event loop, and a ``Response`` from its reply.

``LoopBound`` holds the client, ``OffLoop`` makes bodies without holding up other requests, ``as_response`` turns
what came back into the record that the runner gets, with token counts and their price. All attempts of a request were
made by the client, so an error is never marked as one that the runner should ask again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Generic, NamedTuple, ParamSpec, TypeVar

from harness.errors import AdapterError, UsageError
from harness.types import Response
from model_adapters.services.chat_reply import ChatReply
from model_adapters.services.pacing.patience import ENDED
from model_adapters.shared.reply_text import cut_at

_PER: Final = 1e6
Client = TypeVar("Client", bound=AbstractAsyncContextManager[Any])
Made = TypeVar("Made")
P = ParamSpec("P")


class LoopBound(Generic[Client]):
    """The client of the running event loop, made when it is first asked for and closed with that loop.

    An adapter's ``close`` comes after the loop has ended, too late to close connections. An event loop that
    ends finalises its asynchronous generators first, so one of them holds the client.

    Args:
        make: makes a client, which is then entered.
    """

    def __init__(self, make: Callable[[], Client]) -> None:
        self._make = make
        self._held: tuple[asyncio.AbstractEventLoop, Client, AsyncGenerator[None, None]] | None = (
            None
        )

    async def get(self) -> Client:
        """Return the client of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._held is None or self._held[0] is not loop:
            client = self._make()
            holder = self._hold(client)
            self._held = loop, client, holder
            await anext(holder)
        return self._held[1]

    @property
    def held(self) -> Client | None:
        """The client, ``None`` before it is first asked for and once it is forgotten."""
        return None if self._held is None else self._held[1]

    def forget(self) -> None:
        """Let go of the client; it was closed with its event loop."""
        self._held = None

    @staticmethod
    async def _hold(client: Client) -> AsyncGenerator[None, None]:
        async with client:
            yield


FEW_AWAY: Final = 16
"""Pieces of work that worker threads do before the next one is tried here; twice as many each time that it is slow."""
MANY_AWAY: Final = 1024


class OffLoop:
    """Work that is done here while it is quick, and in a worker thread for a while after it was not twice in a row.

    A short clip that the runner has just hashed is encoded in less time than a change of threads takes; long
    clips, other formats and slow disks would hold up the answers to other requests. Once proves nothing: another process
    may have had the processor. Nor does twice for ever, so quick work comes back.
    """

    def __init__(self) -> None:
        self._slow = 0
        self._away = 0
        self._longest = FEW_AWAY

    def run(
        self, patience: float, work: Callable[P, Made], *arguments: P.args, **named: P.kwargs
    ) -> Made | Awaitable[Made]:
        """Return the result of ``work``, or a promise of it; ``patience`` is how many seconds count as quick."""
        if self._away:
            self._away -= 1
            return asyncio.to_thread(work, *arguments, **named)
        started = time.perf_counter()
        made = work(*arguments, **named)
        if time.perf_counter() - started <= patience:
            self._slow, self._longest = 0, FEW_AWAY
        elif self._slow:
            self._away, self._longest = self._longest, min(2 * self._longest, MANY_AWAY)
        else:
            self._slow = 1
        return made


class Prices(NamedTuple):
    """Dollars per million tokens; ``None`` where the user gave none."""

    input: float | None = None
    output: float | None = None

    def added(self, usage: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Add up token counts, with their cost if prices were given.

        >>> Prices(2.0, 10.0).added({"prompt_tokens": 1000, "completion_tokens": 100})["cost"]
        0.003
        """
        if usage is None:
            return None
        if self.input is None and self.output is None:
            return dict(usage)
        cost = (
            _count(usage, "prompt_tokens") * (self.input or 0.0)
            + _count(usage, "completion_tokens") * (self.output or 0.0)
        ) / _PER
        return {**usage, "cost": round(cost, 8)}


NO_PRICES: Final = Prices()


def read_prices(input_price: float | None, output_price: float | None) -> Prices:
    """Return the prices that the user gave: both or neither.

    Raises:
        UsageError: only one of them.
    """
    if (input_price is None) != (output_price is None):
        given, missing = ("input_price", "output_price")[:: 1 if output_price is None else -1]
        raise UsageError(
            f"{given} without {missing}: the recorded cost would be half of it",
            where=f"-M {given}",
            hint=f"-M {missing}=DOLLARS, per million tokens; 0 if it costs nothing",
        )
    return Prices(input_price, output_price)


def check_service(reply: ChatReply, service: str, variable: str) -> None:
    """End the run where the service would fail every item: it refuses the key, or is busy for too long.

    Args:
        reply: what the client returned.
        service: the URL to show.
        variable: environment variable of the key.

    Raises:
        AdapterError: says which.
    """
    if reply.error is not None and reply.error.kind == ENDED:
        raise AdapterError(
            f"{service}: {reply.error.message}",
            hint="no item failed: the same command goes on where this stopped; --patience TIME waits longer",
        )
    if reply.error is not None and reply.error.kind == "authentication":
        raise AdapterError(
            f"{service} refuses the key in {variable}: {reply.error.message}",
            hint="mend the key, then run the same command again: it goes on where this stopped",
        )


def as_response(
    reply: ChatReply, *, asked: str, stops: Sequence[str] = (), prices: Prices = NO_PRICES
) -> Response:
    """Return the response for a reply whose attempts were all made.

    Args:
        reply: what the client returned.
        asked: the model's name in the request; another one that came back is recorded.
        stops: strings that end an answer, cut here too since services limit their number.
        prices: of tokens.

    >>> as_response(ChatReply("dog. And", finish="length", attempts=2), asked="m", stops=(".",))
    Response(text='dog', reasoning=None, finish='stop', usage=None, seconds=0.0, error=None, extra={'attempts': 2})
    """
    extra: dict[str, Any] = {}
    if reply.attempts > 1:
        extra["attempts"] = reply.attempts
    if reply.model is not None and reply.model != asked:
        extra["model"] = reply.model
    if reply.error is not None:
        error = dataclasses.replace(
            reply.error,
            retryable=False,
            message=f"{reply.error.message} ({reply.attempts} attempts)",
        )
        return Response(None, error=error, seconds=reply.seconds, extra=extra)
    text, finish = reply.text or "", reply.finish
    text, stopped = cut_at(text, stops)
    if stopped and finish == "length":
        finish = "stop"
    usage = prices.added(reply.usage)
    return Response(text, reply.reasoning, finish, usage, reply.seconds, None, extra)


def fingerprint(name: str, changed: Mapping[str, Any]) -> str:
    """Return a model's name, with a digest of anything else that changes its answers.

    >>> fingerprint("openai:m", {}), fingerprint("openai:m", {"omit": "seed"})
    ('openai:m', 'openai:m#7a57244b')
    """
    if not changed:
        return name
    digest = hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()
    return f"{name}#{digest[:8]}"


def changed(given: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of an adapter that differ from their defaults.

    >>> @dataclasses.dataclass
    ... class Arguments:
    ...     omit: str = ""
    >>> changed(Arguments("seed"), ["omit"]), changed(Arguments(), ["omit"])
    ({'omit': 'seed'}, {})
    """
    default = type(given)
    return {
        name: getattr(given, name)
        for name in names
        if getattr(given, name) != getattr(default, name)
    }


def _count(usage: Mapping[str, Any], name: str) -> float:
    value = usage.get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0
