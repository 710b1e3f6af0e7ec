"""The judge stage: asks the judge about finished items while the model goes on generating.

Items come in as offsets into ``responses.jsonl``, so waiting items cost a few bytes each; requests exist
only for items that are being worked on. Every reply is appended to ``judgements.jsonl`` before it
counts. A request that was answered before (in this run, or in the shared cache) is not asked again, and
one that is in flight is not asked twice. A failure of the judge is not a verdict: nothing is recorded,
the item stays unjudged, and the same command asks again. A judge that fails many times in a row, that
refuses the key, or whose budget is spent is left alone; generation is not.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from harness.core.adapter import Finish
from harness.core.judge_spec import CANARY, Canary
from harness.core.keys import digest
from harness.core.scoring import MISSING, Document
from harness.errors import AdapterError, HarnessError, TaskFileError, first_error
from harness.judge.answer import Answer, Client, recorded, recycled, unusable
from harness.judge.asking.judging import Judging
from harness.judge.budget import Account
from harness.judge.cache import JudgeCache
from harness.judge.task_judge import TaskJudge
from harness.judge.verdicts import repeat_wanted, replies_of
from harness.run.attempts import AttemptKey
from harness.run.directory import RunDirectory
from harness.run.files import JUDGEMENTS
from harness.run.jsonl import LineReader
from harness.run.judgements import cached_reply, in_sample, judgement_record
from harness.run.process.stopping import Stop
from harness.run.process.waiting import wait_text
from harness.run.progress import clock
from harness.run.reader import ResponseReader
from harness.run.records import STORED_ERRORS, document_of
from model_adapters.services.chat_reply import ChatReply
from model_adapters.services.pacing.patience import ENDED, only_waits, waiting_of

BREAKER: Final = 25
"""Judge requests in a row that may fail before the judge is left alone."""
ASKS: Final = 3
"""How often an unusable reply (empty, filtered, of another model) is asked for."""
_FEW_ASKS: Final = {"model": 2, "length": 1}
"""How often a reply by another name, or one that is cut, is asked for: these are settings, and every call costs."""
_LASTING: Final = ("authentication", "quota")
_JUDGE: Final = "the judge"


@dataclass(frozen=True, slots=True)
class _Subject:
    """One item or canary that is being judged."""

    key: AttemptKey
    judge: TaskJudge
    doc: Document
    messages: list[dict[str, str]]
    request: str


class JudgeStage:
    """Judges items as they are submitted.

    Args:
        run: run directory, held for writing.
        judges: judged tasks by name.
        client: transport.
        account: budget and prices.
        workers: items that are worked on at a time.
        caches: shared cache by judge model.
        tick: called whenever a figure of the progress display changed.

    Attributes:
        stop: the wish to begin nothing new; the caller may put its own there.
    """

    def __init__(
        self,
        run: RunDirectory,
        judges: Mapping[str, TaskJudge],
        client: Client,
        account: Account,
        *,
        workers: int,
        caches: Mapping[str, JudgeCache] | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._run = run
        self._judges = judges
        self._client = client
        self.account = account
        self._workers = workers
        self._caches = caches or {}
        self._tick = tick
        self.stop = Stop()
        self._places: dict[str, int] = {}  # in the log, of a reply to an equal request
        self._lines = run.judgements(places=self._places)
        self._log: LineReader | None = None
        self._asking: dict[str, asyncio.Future[Answer | None]] = {}
        self._waiting: asyncio.Queue[tuple[AttemptKey, int] | None] = asyncio.Queue()
        self._reader: ResponseReader | None = None
        self._tested: set[str] = set()
        self._failures_in_a_row = 0
        self._answered = False
        self._started = time.monotonic()
        self.submitted = 0
        self.finished = 0
        self.failures: Counter[str] = Counter()
        self.last_failure = ""
        self.fatal: HarnessError | None = None

    # --- life --------------------------------------------------------------------------------

    def submit(self, key: AttemptKey, offset: int) -> None:
        """Hand over an item whose response line is in the log."""
        if key[0] in self._judges:
            self.submitted += 1
            self._waiting.put_nowait((key, offset))

    def close(self) -> None:
        """Announce that no more items will be submitted."""
        self._waiting.put_nowait(None)

    async def run(self) -> None:
        """Work until ``close`` was called and everything is judged or given up.

        Raises:
            StorageError: the run directory or the cache cannot be written.
        """
        try:
            async with self._client, asyncio.TaskGroup() as group:
                places = asyncio.Semaphore(self._workers)
                while (item := await self._waiting.get()) is not None:
                    await places.acquire()
                    group.create_task(self._work(*item, places))
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None
        finally:
            for reader in (self._reader, self._log):
                if reader is not None:
                    reader.close()
            self._reader = self._log = None

    async def alongside(self: Judging, generation: Coroutine[Any, Any, None]) -> None:
        """Run the model and the judge side by side; the first error of either ends both.

        Raises:
            HarnessError: what the model or the run directory raised.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.run())
                await generation
                self.close()
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None

    async def _work(self, key: AttemptKey, offset: int, places: asyncio.Semaphore) -> None:
        if not self.stopped:
            try:
                await self._judge(key, offset)
            except TaskFileError as error:  # code of the task, on this item, as scoring will say
                self.failures["task"] += 1
                self.last_failure = f"task: {error}"
        self.finished += 1
        self._tick()
        places.release()

    # --- state -------------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """True once the judge gets no more requests."""
        return self.fatal is not None or self.account.exhausted or self.stop.requested

    def waits(self) -> bool:
        """Tell whether all requests wait for the judge's service."""
        return waiting_of(self._client) is not None

    def rests(self) -> bool:
        """Tell whether nothing is in flight that the judge could still answer."""
        return not self._asking or only_waits(self._client)

    def status(self) -> str:
        """Describe the state for the progress display: done, calls and cost, failures, rate and time left."""
        parts = [f"judged {self.finished}/{self.submitted}", f"{self.account.calls} calls"]
        if self.account.priced and self.account.dollars:
            parts.append(f"${self.account.dollars:.2f}")
        if self.failures:
            parts.append(f"{self.failures.total()} judge failures")
        if self.finished and self.finished < self.submitted:
            rate = self.finished / max(time.monotonic() - self._started, 1e-9)
            left = clock((self.submitted - self.finished) / rate)
            parts.append(f"{rate:.1f}/s, left {left}")
        if waiting := wait_text(waiting_of(self._client), _JUDGE):
            parts.append(waiting)
        if self.account.exhausted:
            parts.append("budget spent")
        elif self.fatal is not None:
            parts.append("judge stopped")
        return ", ".join(parts)

    def note(self) -> str | None:
        """Return why items may be left unjudged, ``None`` if nothing went wrong."""
        if self.fatal is not None:
            return f"judging stopped: {self.fatal.message}"
        if self.account.exhausted:
            return "the judge budget is spent; the same command goes on with a fresh one"
        if self.failures:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.failures.items()))
            return f"judge failures: {kinds}; the last: {self.last_failure}"
        return None

    # --- one item ----------------------------------------------------------------------------

    async def _judge(self, key: AttemptKey, offset: int) -> None:
        judge = self._judges[key[0]]
        if self._reader is None:
            self._reader = ResponseReader(self._run.path)
        record = self._reader.read(offset)
        error = record["error"]
        if error is not None and error["kind"] not in STORED_ERRORS:
            return
        if judge.sample and not in_sample(judge.sample, record["item_key"]):
            return
        doc = document_of(record)
        judge.task.annotate([doc], "data", judge.facts)
        messages = judge.messages(doc, record.get("response", MISSING))
        if messages is None:
            return
        subject = _Subject(key, judge, doc, messages, judge.request_hash(messages))
        replies = await self._replies(subject)
        if replies is not None and key[0] not in self._tested:
            self._tested.add(key[0])
            await asyncio.gather(*(self._test(judge, canary) for canary in judge.canaries))

    async def _test(self, judge: TaskJudge, canary: Canary) -> None:
        """Ask about an item with a known grade; the answer shows the judge's health."""
        key = judge.task.spec.task, f"{CANARY}{canary.id}", 0
        messages = judge.test_messages(canary)
        if messages is not None:
            subject = _Subject(key, judge, canary.doc, messages, judge.request_hash(messages))
            await self._replies(subject, votes=1)

    async def _replies(self, subject: _Subject, votes: int | None = None) -> list[str] | None:
        """Return all replies that an item needs, ``None`` if some are not available."""
        spec, own = subject.judge.spec, subject.judge.id
        samples = spec.samples if votes is None else votes
        lines = [
            line
            for line in self._lines.pop(subject.key, ())
            if line.get("request") == subject.request  # else it is about an earlier response
        ]
        known = replies_of(lines, own, samples)
        texts: dict[int, str] = {int(line["vote"]): line["reply"] for line in known}
        missing = [vote for vote in range(samples) if vote not in texts]
        found = await asyncio.gather(*(self._vote(subject, vote) for vote in missing))
        if any(text is None for text in found):
            return None
        texts.update(
            (vote, text) for vote, text in zip(missing, found, strict=True) if text is not None
        )
        replies = [texts[vote] for vote in sorted(texts)]
        repeats = spec.repeats if votes is None else 0

        def grade(reply: str) -> str | None:
            return subject.judge.task.judge_grade(subject.doc, reply)

        while repeat_wanted(replies, samples, repeats, grade):
            text = await self._vote(subject, len(replies))
            if text is None:
                return None
            replies.append(text)
        return replies

    async def _vote(self, subject: _Subject, vote: int) -> str | None:
        """Get one reply and record it for this item before it counts."""
        judge = subject.judge
        key = digest([subject.request, vote])
        answer = await self._shared(key, subject)
        if answer is None:
            return None
        line = judgement_record(
            subject.key, vote, key=key, judge=judge.id, request=subject.request, answer=answer
        )
        place = self._run.append_judgement(line)
        self._places.setdefault(key, place)
        return answer.reply

    async def _shared(self, key: str, subject: _Subject) -> Answer | None:
        """Get an answer from this run, from the cache, from a call in flight, or from the judge."""
        if key in self._places:
            if self._log is None:
                self._log = LineReader(self._run.path / JUDGEMENTS)
            return recorded(self._log.read(self._places[key]))
        if (pending := self._asking.get(key)) is not None:
            answer = await asyncio.shield(pending)
            return None if answer is None else recycled(answer, "run")
        future: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._asking[key] = future
        answer = None
        try:
            answer = self._cached(key, subject) or await self._ask(subject)
            if answer is not None and answer.source == "asked":
                self._remember(key, subject, answer)
        finally:
            del self._asking[key]
            if not future.done():
                future.set_result(answer)
        return answer

    def _cached(self, key: str, subject: _Subject) -> Answer | None:
        cache = self._caches.get(subject.judge.spec.model)
        line = cache.get(key) if cache is not None else None
        if line is None:
            return None
        answer = recycled(recorded(line), "cache")
        reply = ChatReply(answer.reply, model=answer.model, finish=cast("Finish", answer.finish))
        kind, _ = unusable(reply, subject.judge.spec.model, subject.judge.accepted)
        return None if kind else answer

    def _remember(self, key: str, subject: _Subject, answer: Answer) -> None:
        cache = self._caches.get(subject.judge.spec.model)
        if cache is not None:
            cache.put(cached_reply(key, answer))

    # --- asking ------------------------------------------------------------------------------

    async def _ask(self, subject: _Subject) -> Answer | None:
        """Ask the judge; ``None`` if it gave nothing usable."""
        spec = subject.judge.spec
        body = {"model": spec.model, "messages": subject.messages, **spec.sampling}
        characters = sum(len(message["content"]) for message in subject.messages)
        kind = problem = ""
        attempts, seconds = 0, 0.0
        for asked in range(1, ASKS + 1):
            if self.fatal is not None:
                return None
            reserved = self.account.reserve(spec.model, characters)
            if reserved is None:
                return None
            reply = await self._client.chat(lambda: body)
            delivered = None if reply.text is None else len(reply.text) + len(reply.reasoning or "")
            self.account.settle(reserved, spec.model, characters, reply.usage, delivered)
            attempts, seconds = attempts + reply.attempts, seconds + reply.seconds
            if reply.error is not None:
                kind, problem = reply.error.kind, reply.error.message
                break
            kind, problem = unusable(reply, spec.model, subject.judge.accepted)
            if not kind:
                self._failures_in_a_row = 0
                self._answered = True
                text = reply.text or ""
                return Answer(
                    text.strip() if spec.strip else text,
                    reply.model,
                    reply.finish,
                    reply.usage,
                    seconds,
                    attempts,
                )
            if asked == _FEW_ASKS.get(kind):
                break
        self._failed(kind, problem)
        return None

    def _failed(self, kind: str, problem: str) -> None:
        self.failures[kind] += 1
        self.last_failure = f"{kind}: {problem}"
        self._failures_in_a_row += 1
        if self.fatal is None and kind == "model" and not self._answered:
            self.fatal = AdapterError(
                f"no verdict counts: {problem}", hint="name the judge as its service does"
            )
        elif self.fatal is None and kind == ENDED:
            self.fatal = AdapterError(
                f"judging stopped: {problem}",
                hint="the same command goes on where this stopped; --patience TIME waits longer",
            )
        elif self.fatal is None and kind in _LASTING:
            self.fatal = AdapterError(
                f"the judge refused: {problem}", hint="mend key or account, then run it again"
            )
        elif self.fatal is None and self._failures_in_a_row >= BREAKER:
            self.fatal = AdapterError(
                f"{self._failures_in_a_row} judge requests in a row failed; the last: "
                f"{self.last_failure}",
                hint="mend the judge's server or its name, then run the same command again",
            )
