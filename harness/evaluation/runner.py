"""The streaming runner: documents, lazy audio, bounded prefetch, adapter, append.

Prompts and audio exist only inside a window of a few batches. An item counts as finished once its line is in
``responses.jsonl``; one that is finished with the same request key is not asked again. Order of completion never
changes a result, since the score stage orders items by document.

A failure of one request is recorded as an ``error`` item after bounded retries. When many requests in a
row fail (a server that is gone, a process that died) the run stops.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from harness.core.adapter import Adapter, AdapterInfo, ErrorInfo, Request, Response
from harness.core.keys import request_key
from harness.core.messages import Audio, Hints, Message, mode_of
from harness.core.scoring import Document
from harness.core.threads import DaemonThread
from harness.errors import FOREIGN, AdapterError, AudioError, HarnessError, first_error
from harness.evaluation.asking.answers import backoff, checked, counted
from harness.evaluation.asking.decoding import UNPROMPTED, Unreadable, decoded, unreadable
from harness.evaluation.asking.progress import ProgressSink
from harness.evaluation.batches import form_batches, prefetch_threads, window_size
from harness.evaluation.plan import PlannedTask
from harness.evaluation.same_item import check_same_item
from harness.run.attempts import Attempt, AttemptKey, Attempts
from harness.run.directory import RunDirectory
from harness.run.process.stopping import Stop, StoppableQueue
from harness.run.records import response_record
from metrics.commitment.cleaning import CLEANERS

MAX_ATTEMPTS: Final = 3
BREAKER: Final = 25
"""Requests in a row that may fail before the model counts as dead."""
PROMPTS: Final = 4
"""Items that are prepared in one go for a model that decodes clips itself."""
MOST_FINISHED: Final = 32
"""Finished items that are passed over in one go."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """One item to run."""

    planned: PlannedTask
    position: int
    repeat: int = 0


@dataclass(slots=True)
class Prepared:
    """An item with its request; ``error`` if it has no prompt or its audio could not be loaded; ``finished`` if it need not run: how it ended."""

    item: Item
    request: Request
    seconds: float
    error: ErrorInfo | None = None
    finished: Attempt | None = None


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """Options for asking items.

    Attributes:
        batch_size: requests per batch for ``batch`` adapters.
        retry_errors: ask recorded errors again.
        ask_finished: ask all items that are given, whatever became of them.
        breaker: requests in a row that may fail.
        stop: the wish to begin nothing new.
        keep: told the clips of every request that is asked, before they are decoded.
    """

    batch_size: int
    retry_errors: bool = False
    ask_finished: bool = False
    breaker: int = BREAKER
    stop: Stop = field(default_factory=Stop)
    keep: Callable[[Sequence[Audio]], None] | None = None


class Runner:
    """Runs items through one open adapter.

    Args:
        adapter: the open adapter.
        info: what it declared.
        run: run directory, held for writing.
        attempts: what the log of the run directory holds; every further attempt is added.
        progress: display.
        options: size of batches, and what happens to errors.
        finished: told the key and the log offset of every finished item, also of earlier ones.
    """

    def __init__(
        self,
        adapter: Adapter,
        info: AdapterInfo,
        run: RunDirectory,
        attempts: Attempts,
        progress: ProgressSink,
        *,
        options: RunnerOptions,
        finished: Callable[[AttemptKey, int], None] | None = None,
    ) -> None:
        self._adapter = adapter
        self._info = info
        self._run = run
        self._attempts = attempts
        self._progress = progress
        self._options = options
        self._finished = finished
        self._failures_in_a_row = 0

    async def run(self, items: Iterable[Item]) -> None:
        """Run every item that is not finished.

        Raises:
            AdapterError: the adapter died, or too many requests in a row failed.
            StorageError: the run directory cannot be written.
        """
        if self._info.style == "async":
            window, consume = 2 * self._info.concurrency, self._consume_async
        else:
            window, consume = window_size(self._options.batch_size), self._consume_batches
        stop = self._options.stop
        queue: StoppableQueue[Prepared] = StoppableQueue(window, stop)
        items = itertools.takewhile(lambda _: not stop.requested, items)
        threads = prefetch_threads(decodes=self._info.sampling_rate is not None)
        pool = ThreadPoolExecutor(threads, thread_name_prefix="prefetch")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed(items, queue, pool, min(window, 2 * threads)))
                group.create_task(consume(queue))
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    # --- preparation -------------------------------------------------------------------------

    async def _feed(
        self,
        items: Iterator[Item],
        queue: asyncio.Queue[Prepared | None],
        pool: ThreadPoolExecutor,
        most_ahead: int,
    ) -> None:
        loop = asyncio.get_running_loop()
        ahead: deque[tuple[list[Item], asyncio.Future[list[Prepared]]]] = deque()
        # a thread for each costs more than a prompt and a key; clips are decoded one by one
        size = least = PROMPTS if self._info.sampling_rate is None else 1

        async def hand_on() -> None:
            nonlocal size
            some, preparing = ahead.popleft()
            found = await preparing
            if rest := some[len(found) :]:
                ahead.appendleft((rest, loop.run_in_executor(pool, self._prepare_some, rest)))
            size = min(MOST_FINISHED, 2 * size) if found[-1].finished else least
            for prepared in found:
                if prepared.finished is not None:
                    planned = prepared.item.planned
                    self._progress.skipped(planned.name)
                    key = _attempt_key(prepared.item, planned.documents[prepared.item.position])
                    self._hand_over(key, prepared.finished.offset)
                elif prepared.error is not None:
                    self._record(prepared, Response(None, error=prepared.error), attempts=0)
                else:
                    await queue.put(prepared)

        while some := list(itertools.islice(items, size)):
            ahead.append((some, loop.run_in_executor(pool, self._prepare_some, some)))
            # finished items are passed over by one thread: two would wait for each other at every one of them
            while ahead and (size > least or len(ahead) >= most_ahead):
                await hand_on()
        while ahead:
            await hand_on()
        await queue.put(None)

    def _prepare_some(self, items: Sequence[Item]) -> list[Prepared]:
        """Prepare items (in a worker thread); if clips are decoded, up to the first that is not finished."""
        found: list[Prepared] = []
        for item in items:
            found.append(self._prepare(item))
            if found[-1].finished is None and self._info.sampling_rate is not None:
                break
        return found

    def _prepare(self, item: Item) -> Prepared:
        """Render the prompt, key it, and decode its audio."""
        planned, task = item.planned, item.planned.task
        doc = planned.document(item.position, item.repeat)
        fault: ErrorInfo | None = None
        try:
            messages, hints = task.messages(doc), task.hints(doc)
        except UNPROMPTED as reason:  # the first item's prompt is made before a model loads
            messages, hints, fault = (), Hints(), ErrorInfo("prompt", str(reason))
        clips = [part for message in messages for part in message.parts if isinstance(part, Audio)]
        request = Request(
            request_key=request_key(
                self._info.fingerprint, messages, planned.generation, item.repeat
            ),
            messages=messages,
            generation=planned.generation,
            repeat=item.repeat,
            hints=hints,
            item=(planned.name, str(doc["_id"])),
            item_key=planned.item_keys[item.position],
        )
        if (attempt := self._finishing(item, request, _attempt_key(item, doc))) is not None:
            return Prepared(item, request, 0.0, finished=attempt)
        if fault is not None:
            return Prepared(item, request, 0.0, error=fault)
        try:
            seconds = sum(clip.seconds for clip in clips)
            if error := self._unsuitable(messages, clips):
                return Prepared(item, request, seconds, error=error)
            if self._options.keep is not None:
                self._options.keep(clips)
            if self._info.sampling_rate is not None:
                request = decoded(request, self._info.sampling_rate)
        except AudioError as error:
            return Prepared(item, request, 0.0, error=unreadable(error).error)
        return Prepared(item, request, seconds)

    def _finishing(self, item: Item, request: Request, key: AttemptKey) -> Attempt | None:
        """Return the attempt that finished an item, ``None`` if it is to be asked."""
        attempt = self._attempts.get(key)
        if attempt is None:
            return None
        if attempt.outcome != "error":
            check_same_item(self._run.path, attempt, request, item.position)
        if self._options.ask_finished or attempt.request_key != request.request_key:
            return None
        return None if attempt.outcome == "error" and self._options.retry_errors else attempt

    def _unsuitable(self, messages: Sequence[Message], clips: Sequence[Audio]) -> ErrorInfo | None:
        longest, most = self._info.max_audio_seconds, self._info.max_clips
        for clip in clips:
            if longest is not None and clip.seconds > longest:
                return ErrorInfo(
                    "audio_too_long",
                    f"{clip.path} is {clip.seconds:.1f} s long, the model takes {longest:.1f} s",
                )
        if most is not None and len(clips) > most:
            return ErrorInfo("too_many_clips", f"{len(clips)} clips, the model takes {most}")
        if (mode := mode_of(messages)) not in self._info.modes:
            known = ", ".join(sorted(self._info.modes))
            return ErrorInfo("mode", f"the prompt is {mode}, the model takes {known}")
        return None

    # --- asking ------------------------------------------------------------------------------

    async def _consume_async(self, queue: asyncio.Queue[Prepared | None]) -> None:
        places = asyncio.Semaphore(self._info.concurrency)

        async def answer(prepared: Prepared) -> None:
            await self._ask(prepared)
            places.release()

        async with asyncio.TaskGroup() as group:
            await places.acquire()
            while (prepared := await queue.get()) is not None:
                group.create_task(answer(prepared))
                await places.acquire()

    async def _ask(self, prepared: Prepared) -> None:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            response = checked(await self._alive(self._adapter.generate(prepared.request)))
            if response.error is None or not response.error.retryable or attempt == MAX_ATTEMPTS:
                self._record(prepared, response, attempt)
                return
            await asyncio.sleep(backoff(prepared.request.request_key, attempt))

    async def _consume_batches(self, queue: asyncio.Queue[Prepared | None]) -> None:
        """Answer batches, as many at once as the adapter says; the next one is formed and prepared meanwhile."""
        prepare = getattr(self._adapter, "prepare_batch", None)
        limit = getattr(self._adapter, "batch_limit", lambda _: None)
        at_once = getattr(self._adapter, "batches_at_once", 1)
        async with (
            DaemonThread("prepare") as preparing,
            DaemonThread("generate") as generating,
            asyncio.TaskGroup() as group,
        ):
            running: set[asyncio.Task[None]] = set()
            async for batch in form_batches(queue, self._options.batch_size, limit):
                if self._options.stop.requested:
                    continue
                if prepare is not None:
                    requests = [prepared.request for prepared in batch]
                    await self._alive(preparing.run(functools.partial(prepare, requests)))
                if len(running) >= at_once:
                    _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                running.add(group.create_task(self._ask_batch(batch, generating)))

    async def _answers(
        self, requests: list[Request], generating: DaemonThread
    ) -> Iterator[Response]:
        """Ask the adapter about a batch, in the thread for that; one with replicas has them asked."""
        elsewhere = getattr(self._adapter, "answer_batch", None)
        call = functools.partial(self._adapter.generate_batch, requests)
        found = await self._alive(
            generating.run(call) if elsewhere is None else elsewhere(requests)
        )
        return map(checked, counted(found, len(requests)))

    async def _ask_batch(self, batch: list[Prepared], generating: DaemonThread) -> None:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            if not batch:
                return
            requests = [prepared.request for prepared in batch]
            responses = await self._answers(requests, generating)
            again = []
            for prepared, response in zip(batch, responses, strict=True):
                error = response.error
                if error is not None and error.retryable and attempt < MAX_ATTEMPTS:
                    again.append(prepared)
                else:
                    self._record(prepared, response, attempt)
            batch = again
            if batch:
                await asyncio.sleep(backoff(batch[0].request.request_key, attempt))

    async def _alive(self, call: Awaitable[T]) -> T:
        """Await an adapter call; an exception means that the adapter is dead."""
        try:
            return await call
        except (asyncio.CancelledError, HarnessError):
            raise
        except FOREIGN as error:
            raise AdapterError(
                f"the model died: {type(error).__name__}: {error}",
                hint="the same command goes on where this stopped",
            ) from error

    # --- recording ---------------------------------------------------------------------------

    def _record(self, prepared: Prepared, response: Response, attempts: int) -> None:
        if isinstance(response, Unreadable):  # found where the clip was to be decoded
            prepared.error, attempts = response.error, 0
        planned = prepared.item.planned
        doc = planned.document(prepared.item.position, prepared.item.repeat)
        clean = planned.task.template.clean
        raw: str | None = None
        if isinstance(response.text, str) and clean != "none":
            cleaned = CLEANERS[clean](response.text, planned.task.hints(doc).options)
            raw, response = response.text, replace(response, text=cleaned)
        record = response_record(
            spec=planned.task.spec,
            index=prepared.item.position,
            doc=doc,
            request=prepared.request,
            response=response,
            attempts=attempts,
            raw_response=raw,
        )
        offset = self._run.append_response(record)
        key = _attempt_key(prepared.item, doc)
        self._attempts.note(record, offset)
        self._progress.done(planned.name, record["outcome"])
        self._hand_over(key, offset)
        self._count_failures(prepared, response)

    def _hand_over(self, key: AttemptKey, offset: int) -> None:
        if self._finished is not None:
            self._finished(key, offset)

    def _count_failures(self, prepared: Prepared, response: Response) -> None:
        if prepared.error is not None:
            return  # the item's fault, not the model's
        if response.error is None:
            self._failures_in_a_row = 0
            return
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= self._options.breaker:
            raise AdapterError(
                f"{self._failures_in_a_row} requests in a row failed; the last: "
                f"{response.error.kind}: {response.error.message}",
                hint="mend the model or its server, then run the same command with --retry-errors",
            )


def _attempt_key(item: Item, doc: Document) -> AttemptKey:
    return item.planned.name, doc["_id"], item.repeat
