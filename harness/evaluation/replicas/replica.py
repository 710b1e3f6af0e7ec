"""One replica: a model in a process of its own, somewhere. It knows nothing of the run but what it is asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from harness.core.adapter import AdapterInfo, Request
from harness.core.threads import DaemonThread
from harness.errors import FOREIGN, AudioError, HarnessError
from harness.evaluation.asking.answers import checked, counted
from harness.evaluation.asking.decoding import Unreadable, decoded, unreadable
from harness.evaluation.replicas.wire import (
    Answers,
    Died,
    Lacking,
    Raised,
    Sent,
    lacking,
    longest_audio,
    unpack,
)
from model_adapters.registry import create


class Model(NamedTuple):
    """Model of a replica: the values of ``registry.create``, and the folder that paths are relative to."""

    spec: str
    arguments: Mapping[str, Any]
    seed: int
    patience: float | None
    folder: str


class Ready(NamedTuple):
    """A replica that has loaded its model, and the name of its machine."""

    info: AdapterInfo
    machine: str


class Replica:
    """A model that is loaded when its process begins.

    Args:
        model: what to load.
    """

    def __init__(self, model: Model) -> None:
        self._failed: Raised | Died | None = None
        self._info: AdapterInfo | None = None
        self._threads: tuple[DaemonThread, DaemonThread] | None = None
        self._starting = asyncio.Lock()
        with contextlib.suppress(OSError):
            os.chdir(model.folder)
        try:
            self._adapter = create(
                model.spec, model.arguments, run_seed=model.seed, patience=model.patience
            )
            self._info = self._adapter.open()
        except HarnessError as error:
            self._failed = Raised.of(error)
        except FOREIGN as error:
            self._failed = Died(f"{type(error).__name__}: {error}")

    async def ready(self) -> Ready | Raised | Died:
        """Return what was loaded, or why nothing was."""
        if self._failed is not None:
            return self._failed
        assert self._info is not None
        return Ready(self._info, platform.node())

    async def ask(
        self, sent: Sequence[Sent], digests: Sequence[str], *data: bytes
    ) -> Answers | Lacking | Raised | Died:
        """Answer requests.

        Args:
            sent: one request, or a batch.
            digests: of the clips that come along.
            data: their encoded bytes.
        """
        assert self._info is not None
        clips = dict(zip(digests, data, strict=True))
        try:
            if self._info.style == "batch":
                return await self._batch(sent, clips)
            return await self._one(sent[0], clips)
        except HarnessError as error:
            return Raised.of(error)
        except FOREIGN as error:
            return Died(f"{type(error).__name__}: {error}")

    async def _one(self, sent: Sent, clips: Mapping[str, bytes]) -> Answers | Lacking:
        found = await asyncio.to_thread(self._taken, [sent], clips)
        if isinstance(found, Lacking):
            return found
        request = found[0]
        if isinstance(request, Unreadable):
            return Answers([request])
        return Answers([checked(await self._adapter.generate(request))])

    async def _batch(self, sent: Sequence[Sent], clips: Mapping[str, bytes]) -> Answers | Lacking:
        async with self._starting:
            if self._threads is None:
                self._threads = DaemonThread("prepare"), DaemonThread("generate")
                for thread in self._threads:
                    await thread.__aenter__()
        preparing, generating = self._threads
        found = await preparing.run(partial(self._taken, sent, clips))
        if isinstance(found, Lacking):
            return found
        requests = [one for one in found if isinstance(one, Request)]
        answered: list[object] = []
        if requests:
            if (prepare := getattr(self._adapter, "prepare_batch", None)) is not None:
                await preparing.run(partial(prepare, requests))
            call = partial(self._adapter.generate_batch, requests)
            answered = counted(await generating.run(call), len(requests))
        rest = map(checked, answered)
        responses = [one if isinstance(one, Unreadable) else next(rest) for one in found]
        return Answers(responses, self._limit(requests))

    def _taken(
        self, sent: Sequence[Sent], clips: Mapping[str, bytes]
    ) -> list[Request | Unreadable] | Lacking:
        """Find and decode the clips of requests (in a worker thread)."""
        assert self._info is not None
        if missing := lacking(sent, clips):
            return Lacking(missing)
        rate = self._info.sampling_rate
        found: list[Request | Unreadable] = []
        for one in sent:
            request = unpack(one, clips)
            try:
                found.append(request if rate is None else decoded(request, rate))
            except AudioError as error:
                found.append(unreadable(error))
        return found

    def _limit(self, requests: Sequence[Request]) -> int | None:
        limit = getattr(self._adapter, "batch_limit", None)
        if limit is None or not requests:
            return None
        found: int | None = limit(longest_audio(requests))
        return found

    async def close(self) -> None:
        """Release the model, and end its threads."""
        threads, self._threads = self._threads, None
        for thread in threads or ():
            await thread.__aexit__(None, None, None)
        if self._info is not None:
            self._info = None
            await asyncio.to_thread(self._adapter.close)
