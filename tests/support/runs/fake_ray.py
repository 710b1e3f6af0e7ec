"""A cluster without Ray: replicas in this process that a test can kill, hang and blind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from harness.evaluation.replicas.cluster import Cluster, LostError
from harness.evaluation.replicas.options import Arguments, Wanted
from harness.evaluation.replicas.pool import ReplicaPool
from harness.evaluation.replicas.replica import Model, Replica
from harness.evaluation.replicas.wire import Clip, Sent


class Call:
    """A call that is made when somebody awaits it."""

    def __init__(self, actor: Actor, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.actor = actor
        self.make = make


class Method:
    """What Ray makes of a method of an actor."""

    def __init__(self, actor: Actor, name: str) -> None:
        self._actor = actor
        self._name = name

    def remote(self, *arguments: Any) -> Call:
        """Make a call."""
        found = self._actor.found
        if self._name == "ask" and found is not None:
            sent, *rest = arguments
            arguments = ([_elsewhere(one, found) for one in sent], *rest)
        return Call(self._actor, lambda: getattr(self._actor.replica, self._name)(*arguments))


class Actor:
    """A replica, and whether it lives."""

    def __init__(self, model: Model, found: Path | None) -> None:
        self.replica = Replica(model)
        self.found = found
        self.dead = asyncio.Event()
        self.calls: list[tuple[Any, ...]] = []

    @property
    def ready(self) -> Method:
        """The method of a replica."""
        return Method(self, "ready")

    @property
    def ask(self) -> Method:
        """The method of a replica."""
        return Method(self, "ask")

    @property
    def close(self) -> Method:
        """The method of a replica."""
        return Method(self, "close")


class FakeCluster(Cluster):
    """A cluster of this process.

    Args:
        wanted: what is asked for.
        deaths: replicas that die at their first question, in the order in which they begin; ``True`` for all.
        found: file that replicas find in place of every clip, as on a machine of other files.
    """

    def __init__(
        self, wanted: Wanted, deaths: Sequence[int] | bool = (), found: Path | None = None
    ) -> None:
        super().__init__(wanted)
        self._found = found
        self.actors: list[Actor] = []
        self.sent: list[int] = []
        self._deaths = deaths

    def connect(self) -> None:
        """Nothing to connect to."""

    def start(self, model: Model, gpus: float) -> Actor:
        """Begin a replica."""
        self.actors.append(Actor(model, self._found))
        return self.actors[-1]

    def put(self, data: bytes) -> bytes:
        """Send bytes."""
        self.sent.append(len(data))
        return data

    def first_of(self, calls: Sequence[Any], seconds: float) -> Any | None:
        """All have ended."""
        return calls[0]

    def result(self, call: Any) -> Any:
        """Make the call now."""
        return asyncio.run(call.make())

    async def answer(self, call: Any, seconds: float) -> Any:
        """Await a call, or the death of its replica."""
        number = self.actors.index(call.actor)
        at_risk = self._deaths if isinstance(self._deaths, bool) else number in self._deaths
        coroutine = call.make()
        if at_risk and coroutine.__name__ == "ask":
            coroutine.close()
            call.actor.dead.set()
            raise LostError("killed")
        try:
            async with asyncio.timeout(seconds):
                return await coroutine
        except TimeoutError as error:
            raise LostError(f"no answer within {seconds:g} s") from error

    def kill(self, actor: Any) -> None:
        """End a replica."""
        actor.dead.set()

    def disconnect(self, actors: Sequence[Any]) -> None:
        """End all that ever began, also those that died: here their threads live on."""
        for actor in self.actors:
            self.kill(actor)
            asyncio.run(actor.replica.close())


def _elsewhere(sent: Sent, found: Path) -> Sent:
    messages = tuple(
        (
            role,
            tuple(
                part._replace(source=str(found))
                if isinstance(part, Clip) and part.source is not None
                else part
                for part in parts
            ),
        )
        for role, parts in sent.messages
    )
    return Sent(sent.request, messages)


def pool(
    model: str,
    count: int,
    deaths: Sequence[int] | bool = (),
    *,
    arguments: Arguments | None = None,
    found: Path | None = None,
    **model_args: Any,
) -> tuple[ReplicaPool, FakeCluster]:
    """Replicas in this process, not yet open."""
    wanted = Wanted(count, 0.0, arguments or Arguments())
    cluster = FakeCluster(wanted, deaths, found)
    return ReplicaPool(Model(model, model_args, 1234, None, "."), wanted, cluster), cluster
