"""Replicas as one adapter: the runner asks it, whichever replica is free answers.

So the process of the run stays the only one that plans, writes and resumes. A replica has one request in flight for every
place that its model declares; of batch style it has two batches, of which it decodes one while the model answers the
other. When a replica dies, what it had in flight is asked again, and another one is begun in its place. A request over
which several replicas died in a row ends the run: what it does to a process, it does to all of them.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from harness.core.adapter import AdapterInfo, Request, Response
from harness.core.messages import Audio
from harness.errors import AdapterError
from harness.evaluation.replicas.cluster import Cluster, LostError
from harness.evaluation.replicas.lifeline import EVERY, gone
from harness.evaluation.replicas.options import Wanted
from harness.evaluation.replicas.replica import Model, Ready
from harness.evaluation.replicas.wire import (
    Answers,
    Died,
    Lacking,
    Raised,
    Sent,
    longest_audio,
    pack,
)
from model_adapters.shared.batch_limit import BatchLimit

MOST_DEATHS: Final = 3
"""Replicas that may die over one request, and deaths of one replica that has answered nothing in between."""
BATCHES_AHEAD: Final = 2
MOST_BYTES: Final = 1 << 28
"""Bytes of clips that are kept for replicas that do not see the files."""
SHOWN: Final = 8
"""Replicas that progress lists one by one."""

State = Literal["starting", "ready", "lost"]


@dataclass(slots=True)
class Member:
    """One place for a replica.

    Attributes:
        model: what it loads.
        actor: the replica that is there now.
        state: whether it can be asked.
        load: calls in flight.
        answered: requests that it answered.
        deaths: how often one died here since the last answer.
        by_bytes: it does not see the files of this machine.
        reason: why the last one died.
        life: number of the replica that is there now.
    """

    model: Model
    actor: Any
    state: State = "starting"
    load: int = 0
    answered: int = 0
    deaths: int = 0
    by_bytes: bool = False
    reason: str = ""
    life: int = 0


class ReplicaPool:
    """Several replicas of a model, used like one adapter.

    Args:
        model: what every replica loads.
        wanted: how many, and where.
        cluster: what runs them.
    """

    def __init__(self, model: Model, wanted: Wanted, cluster: Cluster) -> None:
        self._model = model
        self._wanted = wanted
        self._cluster = cluster
        self._gpus = 0.0
        self._members: list[Member] = []
        self._opening: dict[Any, Member] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._waits: set[asyncio.Timeout] = set()
        self._fatal: AdapterError | None = None
        self._info: AdapterInfo | None = None
        self._changed = asyncio.Event()
        self._limit = BatchLimit()
        self._sending = threading.Lock()
        self._data: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._data_bytes = 0
        self._before: dict[str, Member] = {}
        """Who answered a request last that is to be asked again: a model may count its attempts."""

    # --- life --------------------------------------------------------------------------------

    def open(self) -> AdapterInfo:
        """Begin all replicas, and wait for the first one; the others join when they are ready.

        Raises:
            HarnessError: none can be begun, or the first one that answers cannot load the model.
        """
        self._cluster.connect()
        count, self._gpus = self._cluster.share()
        for number in range(count):
            model = self._model
            if self._wanted.devices:
                own = {**model.arguments, **self._wanted.devices[number]}
                model = model._replace(arguments=own)
            member = Member(model, self._cluster.start(model, self._gpus))
            self._members.append(member)
            self._opening[member.actor.ready.remote()] = member
        self._info = info = self._first_ready()
        places = BATCHES_AHEAD if info.style == "batch" else info.concurrency
        self.batches_at_once = places * count
        return replace(
            info,
            sampling_rate=None,  # clips are decoded where they are heard
            concurrency=places * count,
            description={**info.description, "executor": "ray", "replicas": count},
        )

    def _first_ready(self) -> AdapterInfo:
        end = time.monotonic() + self._wanted.arguments.start_timeout
        while self._opening:
            left = max(0.0, end - time.monotonic())
            call = self._cluster.first_of(list(self._opening), min(left, EVERY))
            if call is None:
                if (reason := self._cluster.lost()) is not None:
                    raise gone(reason)
                if left > EVERY:
                    continue
                raise AdapterError(
                    f"no replica was ready within {self._wanted.arguments.start_timeout:.0f} s",
                    where="--executor ray",
                    hint=f"the cluster has {self._cluster.gpus:g} GPUs and a replica asks for {self._gpus:g}; "
                    "a model that loads for longer needs -X start_timeout=SECONDS",
                )
            member = self._opening.pop(call)
            try:
                found = self._cluster.result(call)
            except LostError as error:
                self._give_up(member, str(error))
                continue
            if isinstance(found, Raised):
                raise found.error()
            if isinstance(found, Died):
                self._give_up(member, found.message)
                continue
            member.state = "ready"
            info: AdapterInfo = found.info
            return info
        raise AdapterError(
            f"the model cannot be loaded: {self._members[0].reason}", where=self._model.spec
        )

    def close(self) -> None:
        """End all replicas."""
        members, self._members = self._members, []
        self._cluster.disconnect([one.actor for one in members if one.state != "lost"])

    # --- asking ------------------------------------------------------------------------------

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        return (await self.answer_batch([request]))[0]

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer a batch where no event loop runs yet."""
        return asyncio.run(self.answer_batch(requests))

    def batch_limit(self, seconds: float) -> int | None:
        """Return the largest batch size that fits, as any replica has learned."""
        return self._limit.maximum(seconds)

    async def answer_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Have one replica answer requests; another one, if that dies.

        Raises:
            HarnessError: the model says that no request can be answered, or replicas die over these requests.
        """
        self._await_others()
        deaths = 0
        while True:
            member = await self._free(self._before.pop(requests[0].request_key, None))
            life = member.life
            try:
                found = await self._ask(member, requests)
            except LostError as error:
                deaths += 1
                self._bury(member, life, str(error))
                if deaths == MOST_DEATHS:
                    names = ", ".join("/".join(one.item) for one in requests)
                    raise AdapterError(
                        f"{deaths} replicas died over the same requests ({names}): {error}",
                        hint="the same command goes on where this stopped",
                    ) from error
                continue
            finally:
                member.load -= 1
                self._changed.set()
            member.answered += len(requests)
            member.deaths = 0
            self._learn(requests, found.limit)
            for request, response in zip(requests, found.responses, strict=True):
                if response.error is not None and response.error.retryable:
                    self._before[request.request_key] = member
            return found.responses

    async def _ask(self, member: Member, requests: Sequence[Request]) -> Answers:
        """Ask one replica; the bytes of clips follow if it does not find them."""
        assert self._info is not None
        clips, seconds = self._wanted.arguments.clips, self._wanted.arguments.answer_timeout
        while True:
            with_bytes = clips == "bytes" or (clips == "auto" and member.by_bytes)
            sent = [pack(request, with_bytes=with_bytes) for request in requests]
            data = await asyncio.to_thread(self._bytes, requests, sent)
            call = member.actor.ask.remote(sent, list(data), *data.values())
            found = await self._waited(call, seconds)
            if isinstance(found, Lacking):
                if clips == "path" or with_bytes:
                    raise AdapterError(
                        f"a replica does not find {len(found.digests)} clips as this machine does",
                        where="-X clips=path",
                        hint="-X clips=auto sends what is missing",
                    )
                member.by_bytes = True
            elif isinstance(found, Raised):
                lost = found.kind is AdapterError and self._info.style == "batch"
                if not lost:  # a service refuses everybody, a dropped clip is dropped everywhere
                    raise found.error()
                raise LostError(found.message)
            elif isinstance(found, Died):
                raise LostError(f"the model died: {found.message}")
            else:
                assert isinstance(found, Answers)
                return found

    async def _waited(self, call: Any, seconds: float) -> Any:
        """Await what a call gives; no longer than it takes to find out that the cluster is gone."""
        try:
            async with asyncio.timeout(None) as wait:
                self._waits.add(wait)
                return await self._cluster.answer(call, seconds)
        except TimeoutError as error:
            raise LostError("the cluster is gone") from error
        finally:
            self._waits.discard(wait)

    async def _watch(self) -> None:
        """End all waits once the cluster is gone."""
        while (reason := await asyncio.to_thread(self._cluster.lost)) is None:
            await asyncio.sleep(EVERY)
        self._fatal = gone(reason)
        for wait in self._waits:
            wait.reschedule(0)
        self._changed.set()

    def _bytes(self, requests: Sequence[Request], sent: Sequence[Sent]) -> Mapping[str, Any]:
        """Return references to the clips that go along, by digest (in a worker thread)."""
        wanted = {clip.sha256 for one in sent for clip in one.clips() if clip.source is None}
        found: dict[str, Any] = {}
        for request in requests:
            for message in request.messages:
                for part in message.parts:
                    if isinstance(part, Audio) and part.sha256 in wanted - found.keys():
                        found[part.sha256] = self._kept(part)
        return found

    def _kept(self, clip: Audio) -> Any:
        with self._sending:
            known = self._data.get(clip.sha256)
            if known is not None:
                return known[0]
            content = clip.read_bytes()
            kept = self._cluster.put(content)
            self._data[clip.sha256] = kept, len(content)
            self._data_bytes += len(content)
            while len(self._data) > 1 and self._data_bytes > MOST_BYTES:
                _, (_, size) = self._data.popitem(last=False)
                self._data_bytes -= size
            return kept

    def _learn(self, requests: Sequence[Request], limit: int | None) -> None:
        if limit is not None and limit < len(requests):
            self._limit.exceeded(2 * limit, longest_audio(requests))

    # --- who is asked ------------------------------------------------------------------------

    async def _free(self, preferred: Member | None) -> Member:
        """Wait for a replica that has a place; the one with the least to do is taken.

        Raises:
            AdapterError: there is none, and none is to come.
        """
        assert self._info is not None
        places = BATCHES_AHEAD if self._info.style == "batch" else self._info.concurrency
        while True:
            if self._fatal is not None:
                raise self._fatal
            free = [one for one in self._members if one.state == "ready" and one.load < places]
            if free:
                least = min(free, key=lambda one: one.load)
                chosen = next((one for one in free if one is preferred), least)
                chosen.load += 1
                return chosen
            if all(one.state == "lost" for one in self._members):
                raise AdapterError(
                    f"all {len(self._members)} replicas are lost; the last: {self._members[-1].reason}",
                    hint="the same command goes on where this stopped",
                )
            self._changed.clear()
            await self._changed.wait()  # a call or a start that ends: both have their time-outs

    def _await_others(self) -> None:
        """Wait in the background for replicas that were not ready when the run began; watch the cluster."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        while self._opening:
            call, member = self._opening.popitem()
            self._join_later(call, member)

    def _join_later(self, call: Any, member: Member) -> None:
        task = asyncio.get_running_loop().create_task(self._join(call, member))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, call: Any, member: Member) -> None:
        life = member.life
        try:
            found = await self._cluster.answer(call, self._wanted.arguments.start_timeout)
        except LostError as error:
            self._bury(member, life, str(error))
        else:
            self._joined(member, life, found)
        self._changed.set()

    def _joined(self, member: Member, life: int, found: Ready | Raised | Died) -> None:
        assert self._info is not None
        if isinstance(found, Raised):
            self._give_up(member, str(found.error()))
        elif isinstance(found, Died):
            self._bury(member, life, found.message)
        elif found.info.fingerprint != self._info.fingerprint:
            self._fatal = AdapterError(
                "replicas hold different models: "
                f"{self._info.fingerprint[:40]} and {found.info.fingerprint[:40]} (on {found.machine})",
                where=self._model.spec,
                hint="give every node the same files, or pin a revision",
            )
        else:
            member.state = "ready"

    def _bury(self, member: Member, life: int, reason: str) -> None:
        """Begin another replica in the place of one that died; calls that died with it find that done."""
        if member.life != life or self._fatal is not None:
            return
        member.life += 1
        member.deaths += 1
        self._cluster.kill(member.actor)
        if member.deaths >= MOST_DEATHS:
            self._give_up(member, reason)
            return
        member.state, member.reason = "starting", reason
        member.actor = self._cluster.start(member.model, self._gpus)
        self._join_later(member.actor.ready.remote(), member)

    def _give_up(self, member: Member, reason: str) -> None:
        member.state, member.reason = "lost", reason
        self._cluster.kill(member.actor)

    def status(self) -> str:
        """Say what every replica has answered."""
        counts = [one.answered for one in self._members]
        if not counts:
            return ""
        shown = (
            " ".join(map(str, counts))
            if len(counts) <= SHOWN
            else f"{len(counts)} with {min(counts)} to {max(counts)}"
        )
        states = [one.state for one in self._members]
        rest = [
            f"{states.count(state)} {state}" for state in ("starting", "lost") if state in states
        ]
        return ", ".join([f"replicas {shown}", *rest])
