"""Any adapter as a judge: ``--judge hf:PATH``, ``--judge vllm:PATH``, in the process of the run.

An open-weight judge needs no service: its adapter is asked with text alone. Requests of a local checkpoint are gathered into batches; one lasting thread makes
all calls. A judge's sampling arguments become generation arguments; one that the adapter does not follow is refused before anything is asked, and
one that asks for nothing (a penalty of 0) is left out. Of several identical requests (votes) each is a repeat with a seed of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from harness.core.adapter import Adapter, AdapterInfo, Request, Response
from harness.core.generation import Generation, Level, build_generation
from harness.core.keys import digest, request_key
from harness.core.messages import Message, Text
from harness.core.threads import DaemonThread
from harness.errors import FOREIGN, AdapterError, HarnessError, UsageError
from model_adapters.checkpoints.text_model import TextModel, bound_choices, is_text_only
from model_adapters.registry import create
from model_adapters.services.chat_reply import ChatReply

PLACE: Final = "in this process"
"""Endpoint of a judge that is an adapter, for records."""
BATCH: Final = 16
"""Most requests that a local checkpoint judges together."""
_GATHER: Final = 0.02
_NEUTRAL: Final = ("frequency_penalty", "presence_penalty")
_NOT_ALL: Final = ("reasoning_effort", "response_format", *_NEUTRAL)
_FOLLOWED: Final[Mapping[str, tuple[str, ...]]] = {"vllm": ("response_format", *_NEUTRAL)}
"""Of the arguments that not every adapter follows, those that one does."""


def judge_generation(sampling: Mapping[str, Any], judge: str) -> Generation:
    """Return a judge's sampling arguments as a generation record.

    >>> judge_generation({"temperature": 0.5, "max_tokens": 64, "presence_penalty": 0}, "hf:x").content()["temperature"]
    0.5

    Raises:
        UsageError: an argument that this adapter does not follow.
    """
    left = {
        name: value for name, value in sampling.items() if not (name in _NEUTRAL and value == 0)
    }
    name, _, target = judge.partition(":")
    followed = _FOLLOWED.get(name, ())
    if name == "hf" and "response_format" in left and is_text_only(target):
        followed = ("response_format",)
    for name in _NOT_ALL:
        if name in left and name not in followed:
            raise UsageError(
                f"{judge} does not follow {name}, which the task's judge is asked with",
                where="--judge",
                hint="serve the model and ask it with --judge openai:NAME -J base_url=…",
            )
    if "max_completion_tokens" in left:
        left["max_tokens"] = left.pop("max_completion_tokens")
    generation = build_generation(Level(left, lambda name: f"-J {name}"), seed=0)
    if judge.startswith("hf:"):
        bound_choices(generation)
    return generation


def _adapter(judge: str, arguments: Mapping[str, Any]) -> Adapter:
    """Return the adapter of a judge; ``hf:`` and ``vllm:`` also take checkpoints without audio, which is all that a judge needs."""
    name, _, target = judge.partition(":")
    if name == "hf" and is_text_only(target):
        return TextModel(target, **arguments)
    if name == "vllm" and is_text_only(target):
        from model_adapters.vllm.adapter import TextVLLMAdapter

        return TextVLLMAdapter(target, **arguments)
    return create(judge, dict(arguments))


class AdapterClient:
    """A judge that is an adapter; use it as ``async with``, in one event loop.

    Args:
        judge: ``ADAPTER:TARGET``.
        arguments: of the adapter.

    Raises:
        UsageError: no such adapter, or an argument that it does not take.
    """

    def __init__(self, judge: str, arguments: Mapping[str, Any]) -> None:
        self._judge = judge
        self._adapter = _adapter(judge, arguments)
        self._info: AdapterInfo | None = None
        self._thread = DaemonThread("judging")
        self._asked: Counter[str] = Counter()
        self._waiting: asyncio.Queue[tuple[Request, asyncio.Future[Response]]] = asyncio.Queue()
        self._places = asyncio.Semaphore(1)
        self._worker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._thread.__aenter__()
        try:
            self._info = await self._thread.run(self._adapter.open)
        except HarnessError:
            raise
        except FOREIGN as error:
            raise AdapterError(
                f"the judge cannot be loaded: {type(error).__name__}: {error}", where=self._judge
            ) from error
        if self._info.style == "batch":
            self._worker = asyncio.create_task(self._work())
        self._places = asyncio.Semaphore(self._info.concurrency)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        await self._thread.run(self._adapter.close)
        await self._thread.__aexit__(kind, error, trace)

    async def chat(
        self, build: Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]
    ) -> ChatReply:
        """Ask the judge one request."""
        assert self._info is not None, "use the client with `async with`"
        body = build()
        if isinstance(body, Awaitable):
            body = await body
        content = digest(json.dumps(body, sort_keys=True, ensure_ascii=False))
        repeat = self._asked[content]
        self._asked[content] += 1
        sampling = {name: body[name] for name in body if name not in ("model", "messages")}
        generation = judge_generation(sampling, self._judge)
        messages = tuple(
            Message(message["role"], (Text(message["content"]),)) for message in body["messages"]
        )
        request = Request(
            request_key(self._info.fingerprint, messages, generation, repeat),
            messages,
            generation,
            repeat=repeat,
            item=("judge", content),
            item_key=content,
        )
        if self._info.style == "batch":
            future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
            self._waiting.put_nowait((request, future))
            response = await future
        else:
            async with self._places:
                response = await self._adapter.generate(request)
        return ChatReply(
            response.text if response.error is None else None,
            reasoning=response.reasoning,
            finish=response.finish,
            usage=response.usage,
            seconds=response.seconds,
            attempts=1,
            error=response.error,
        )

    async def _work(self) -> None:
        """Take requests as they come, and ask them together; a dead judge is the end of all that wait."""
        while True:
            taken = [await self._waiting.get()]
            await asyncio.sleep(_GATHER)
            while len(taken) < BATCH and not self._waiting.empty():
                taken.append(self._waiting.get_nowait())
            requests = [request for request, _ in taken]
            try:
                responses = await self._thread.run(lambda: self._adapter.generate_batch(requests))  # noqa: B023
            except FOREIGN as error:
                dead = (
                    error
                    if isinstance(error, HarnessError)
                    else AdapterError(
                        f"the judge died: {type(error).__name__}: {error}", where=self._judge
                    )
                )
                for _, future in taken:
                    future.set_exception(dead)
                return
            for (_, future), response in zip(taken, responses, strict=True):
                if not future.done():
                    future.set_result(response)
