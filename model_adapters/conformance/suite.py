"""Conformance suite: what every adapter owes the runner, as checks that anyone can run on an adapter of their own.

    suite = AdapterConformance(lambda: MyAdapter("target"))

    @pytest.mark.parametrize("check", suite.checks(), ids=str)
    def test_conformance(check):
        check()

A check raises ``NonconformingError`` or returns a ``Verdict``. What an adapter cannot do is declared with a reason, ``exceptions={"stop_strings": "a recogniser does not generate"}``, and never skipped
silently: the check runs all the same and must fail, so an exception that is no longer true is found too. What the
adapter itself declares (its modes, its style, one clip per request) is an exception of that kind already. A model that
takes text only is asked with a line of text for every clip. Nothing here imports pytest.

The suite asks greedily and expects equal replies to equal requests. Checks that only ask share one open adapter.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

from harness.audio import AudioRef
from harness.core.generation import Level, build_generation
from harness.errors import FOREIGN, UnknownNameError
from harness.types import Adapter, AdapterInfo, Audio, Message, Request, Response, Text
from model_adapters.conformance.tools import (
    ABOUT_AUDIO,
    UNICODE,
    NonconformingError,
    TrackedClip,
    Verdict,
    ask,
    in_words,
    opened,
    require,
    synthetic_clips,
)

__all__ = ["AdapterConformance", "Check", "NonconformingError", "Verdict"]

TASK: Final = "conformance"
"""Task of all requests (``Request.item``), for adapters that look replies up."""
QUESTION: Final = "What can be heard in the recording, and what is said in it?"
MAX_NEW_TOKENS: Final = 24
TEXT_ONLY: Final = "declares text only"
PATIENCE: Final = 10.0
"""Seconds within which a cancelled request must be over."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one suite; call it. ``str()`` is its name."""

    name: str
    suite: AdapterConformance

    def __call__(self) -> Verdict:
        """Run it.

        Raises:
            NonconformingError: the adapter fails it, or its declared exception is not true.
        """
        return self.suite.run(self.name)

    def __str__(self) -> str:
        return self.name


class AdapterConformance:
    """The checks over one adapter.

    Args:
        make: makes the adapter, not yet opened; called several times.
        exceptions: check -> reason, for what the adapter cannot do.
        clips: at least three clips that differ audibly; default: synthetic ones of a second.
        expects: the reply that a request must get, where that is known (an echo, a stored reply).
        empty: makes an adapter and a request whose reply is empty. Default: stop strings make one.
    """

    CHECKS: Final = (
        "order",
        "unicode",
        "empty_reply",
        "audio_matters",
        "several_clips",
        "audio_only",
        "system_prompt",
        "stop_strings",
        "max_tokens",
        "failures_as_values",
        "cancellation",
        "no_audio_retained",
        "fingerprint_stable",
        "close_twice",
    )

    def __init__(
        self,
        make: Callable[[], Adapter],
        *,
        exceptions: Mapping[str, str] | None = None,
        clips: Sequence[Audio] | None = None,
        expects: Callable[[Request], str] | None = None,
        empty: Callable[[], tuple[Adapter, Request]] | None = None,
    ) -> None:
        for name in exceptions or {}:
            if name not in self.CHECKS:
                raise UnknownNameError("check", name, self.CHECKS)
        self._make = make
        self._exceptions = dict(exceptions or {})
        self._clips = list(clips if clips is not None else synthetic_clips())
        self._expects = expects
        self._empty = empty
        self._opened: tuple[Adapter, AdapterInfo] | None = None

    # --- running -----------------------------------------------------------------------------

    def checks(self) -> list[Check]:
        """Return all checks, for ``pytest.mark.parametrize``."""
        return [Check(name, self) for name in self.CHECKS]

    def run(self, name: str) -> Verdict:
        """Run one check by name.

        Raises:
            NonconformingError: the adapter fails it, or its declared exception is not true.
            UnknownNameError: no such check.
        """
        if name not in self.CHECKS:
            raise UnknownNameError("check", name, self.CHECKS)
        reason = self._exceptions.get(name)
        check: Callable[[], str | None] = getattr(self, f"check_{name}")
        if name in ABOUT_AUDIO and self._reads_only():
            check = lambda: TEXT_ONLY  # noqa: E731
        if reason is None:
            return Verdict(name, check())
        try:
            check()
        except NonconformingError:
            return Verdict(name, reason)
        raise NonconformingError(f"{name} passes, although an exception is declared: {reason}")

    def close(self) -> None:
        """Close the adapter that the checks share."""
        if self._opened is not None:
            adapter, self._opened = self._opened[0], None
            adapter.close()

    def __enter__(self) -> AdapterConformance:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- checks: each returns None, or why the adapter's own declaration excepts it --------------

    def check_order(self) -> str | None:
        """Check that replies belong to their requests, whatever else is asked at the same time and in which order."""
        requests = [
            self.request(f"order_{i}", clip, text=f"{QUESTION} Take number {i}, {'so ' * i}please.")
            for i, clip in enumerate([*self._clips, *self._clips])
        ]
        alone = [self._answer(request) for request in requests]
        require(len(set(alone)) > 1, f"all replies are equal ({alone[0]!r}): order cannot be seen")
        for turned in (requests, requests[::-1]):
            together = [self._text(response) for response in self._ask(turned)]
            wanted = alone if turned is requests else alone[::-1]
            require(together == wanted, f"asked together {together}, one by one {wanted}")
        return None

    def check_unicode(self) -> str | None:
        """Check that text of all scripts goes in and comes out whole."""
        reply = self._answer(self.request("unicode", self._clips[0], text=UNICODE))
        try:
            json.dumps(reply, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise NonconformingError(f"the reply cannot be written as UTF-8: {error}") from error
        return None

    def check_empty_reply(self) -> str | None:
        """Check that an empty reply is the text "", neither ``None`` nor an error."""
        if self._empty is not None:
            adapter, request = self._empty()
            with opened(adapter) as info:
                (response,) = ask(adapter, info, [request])
        else:
            reply = self._answer(self.request("empty_reply", self._clips[0]))
            require(reply != "", "the reply without stop strings is empty already")
            stopped = self.request("empty_reply", self._clips[0], until=[reply[0]])
            (response,) = self._ask([stopped])
        require(response.error is None, f"an error for an empty reply: {response.error}")
        require(response.text == "", f"expected the empty text, found {response.text!r}")
        return None

    def check_audio_matters(self) -> str | None:
        """Check that the same question about another clip gets another reply."""
        replies = {self._answer(self.request("audio_matters", clip)) for clip in self._clips}
        require(len(replies) > 1, f"every clip gets the reply {replies}: is the audio heard?")
        return None

    def check_several_clips(self) -> str | None:
        """Check that a request may have several clips, up to the declared number."""
        most = self._info().max_clips
        if most is not None and most < 2:
            return f"declares max_clips={most}"
        first, second = self._clips[:2]
        parts = (Text("First: "), first, Text(" Second: "), second, Text(f" {QUESTION}"))
        self._answer(self._request("several_clips", (Message("user", parts),)))
        return None

    def check_audio_only(self) -> str | None:
        """Check that a message may be audio alone, if that mode is declared."""
        if "audio" not in self._info().modes:
            return "declares no mode 'audio'"
        self._answer(self._request("audio_only", (Message("user", (self._clips[0],)),)))
        return None

    def check_system_prompt(self) -> str | None:
        """Check that a system prompt is accepted and makes a difference."""
        user = Message("user", (self._clips[0], Text(QUESTION)))
        plain, *others = (
            self._answer(self._request("system_prompt", (*system, user)))
            for system in (
                (),
                (Message("system", (Text("You are a helpful assistant."),)),),
                (Message("system", (Text("Answer with one word, in capital letters."),)),),
            )
        )
        require({plain} != {plain, *others}, f"with and without a system prompt: {plain!r}")
        return None

    def check_stop_strings(self) -> str | None:
        """Check that a reply ends before the first stop string of ``until``."""
        reply = self._answer(self.request("stop_strings", self._clips[0]))
        require(len(reply) > 1, f"the reply {reply!r} is too short to be cut")
        stop = reply[len(reply) // 2 :][:2]
        cut = self._answer(self.request("stop_strings", self._clips[0], until=["\x00", stop]))
        wanted = reply[: reply.find(stop)]
        require(cut == wanted, f"stop string {stop!r}: expected {wanted!r}, found {cut!r}")
        return None

    def check_max_tokens(self) -> str | None:
        """Check that ``max_new_tokens`` bounds a reply, and that the cut is reported as finish ``length``."""
        whole = self._answer(self.request("max_tokens", self._clips[0]))
        (response,) = self._ask([self.request("max_tokens", self._clips[0], max_new_tokens=1)])
        text = self._text(response, compare=None)
        require(len(text) < len(whole), f"one token: {text!r}; {MAX_NEW_TOKENS}: {whole!r}")
        require(response.finish == "length", f"a reply cut short has finish {response.finish!r}")
        return None

    def check_failures_as_values(self) -> str | None:
        """Check that a clip that cannot be read fails its own request, as a value, and no other."""
        bad = AudioRef(b"this is not audio", "broken.wav")
        good = [self.request(f"failures_{i}", self._clips[i]) for i in range(2)]
        try:
            first, broken, last = self._ask([good[0], self.request("broken", bad), good[1]])
        except FOREIGN as error:
            raise NonconformingError(f"raised {type(error).__name__}: {error}") from error
        self._text(first, compare=good[0])
        self._text(last, compare=good[1])
        require(broken.error is not None, f"an unreadable clip got the reply {broken.text!r}")
        assert broken.error is not None
        require(broken.text is None, f"an error with a text: {broken.text!r}")
        require(bool(broken.error.kind and broken.error.message), f"says nothing: {broken.error}")
        return None

    def check_cancellation(self) -> str | None:
        """Check that a cancelled request is over at once, and that the adapter goes on answering (``async`` style)."""
        adapter, info = self._open()
        if info.style != "async":
            return "declares style='batch': a batch is not cancelled, its process ends"
        request = self.request("cancellation", self._clips[0])

        async def scene() -> Response:
            for moment in (0.0, 0.01, 0.05):
                tasks = [asyncio.ensure_future(adapter.generate(request)) for _ in range(3)]
                await asyncio.sleep(moment)
                for task in tasks:
                    task.cancel()
                _, pending = await asyncio.wait(tasks, timeout=PATIENCE)
                require(not pending, f"a cancelled request is not over after {PATIENCE:.0f} s")
                for task in tasks:  # one that was answered before cannot be cancelled any more
                    wrong = None if task.cancelled() else task.exception()
                    require(wrong is None, f"a cancelled request raised {wrong!r}")
            return await asyncio.wait_for(adapter.generate(request), 6 * PATIENCE)

        self._text(asyncio.run(scene()), compare=request)
        return None

    def check_no_audio_retained(self) -> str | None:
        """Check that clips and samples are free once a request is answered, though its response is kept."""
        adapter, info = self._open()
        rate = info.sampling_rate
        responses: list[Response] = []
        marks: list[weakref.ref[Any]] = []
        for position, clip in enumerate(self._clips):
            tracked = TrackedClip(clip, rate)
            marks.append(weakref.ref(tracked))
            if tracked.samples is not None:
                marks.append(weakref.ref(tracked.samples))
            responses += ask(adapter, info, [self.request(f"retained_{position}", tracked)])
            del tracked
        gc.collect()
        alive = sum(mark() is not None for mark in marks)
        require(not alive, f"{alive} of {len(marks)} clips or sample arrays are still held")
        for response in responses:
            self._text(response, compare=None)
        return None

    def check_fingerprint_stable(self) -> str | None:
        """Check that two adapters of the same model have one fingerprint, and that what they declare can be recorded."""
        infos = [self._info()]
        adapter = self._make()
        with opened(adapter) as info:
            infos.append(info)
        first, second = (info.fingerprint for info in infos)
        require(bool(first) and first == second, f"fingerprints {first!r} and {second!r}")
        for info in infos:
            try:
                json.dumps(dict(info.description))
            except TypeError as error:
                raise NonconformingError(f"description is not JSON: {error}") from error
            require(info.style in ("async", "batch"), f"style {info.style!r}")
            require(info.concurrency >= 1, f"concurrency {info.concurrency}")
            require(bool(info.modes), "declares no mode at all")
        return None

    def check_close_twice(self) -> str | None:
        """Check that ``close`` may come before ``open``, and twice."""
        adapter = self._make()
        try:
            adapter.close()
            adapter.open()
            adapter.close()
            adapter.close()
        except FOREIGN as error:
            raise NonconformingError(f"close raised {type(error).__name__}: {error}") from error
        return None

    # --- asking ------------------------------------------------------------------------------

    def request(
        self, item: str, *clips: Audio, text: str = QUESTION, **generation: object
    ) -> Request:
        """Make a request with clips and a question; ``item`` is its id."""
        return self._request(item, (Message("user", (*clips, Text(text))),), **generation)

    def _request(self, item: str, messages: tuple[Message, ...], **generation: object) -> Request:
        if self._reads_only():
            messages = tuple(in_words(message) for message in messages)
        decoding = build_generation(
            Level({"max_new_tokens": MAX_NEW_TOKENS}, str), Level(generation, str)
        )
        clips = [p.path for m in messages for p in m.parts if isinstance(p, Audio)]
        texts = [p.text for m in messages for p in m.parts if isinstance(p, Text)]
        content = repr([item, clips, texts, sorted(generation.items())])
        key = hashlib.sha256(content.encode()).hexdigest()
        item_key = hashlib.sha256(item.encode()).hexdigest()
        return Request(key, messages, decoding, item=(TASK, item), item_key=item_key)

    def _open(self) -> tuple[Adapter, AdapterInfo]:
        if self._opened is None:
            adapter = self._make()
            self._opened = adapter, adapter.open()
        return self._opened

    def _info(self) -> AdapterInfo:
        return self._open()[1]

    def _reads_only(self) -> bool:
        return self._info().modes == {"text"}

    def _ask(self, requests: Sequence[Request]) -> list[Response]:
        return ask(*self._open(), requests)

    def _answer(self, request: Request) -> str:
        (response,) = self._ask([request])
        return self._text(response, compare=None if request.generation.stop else request)

    def _text(self, response: Response, compare: Request | None = None) -> str:
        require(response.error is None, f"expected a reply, found {response.error}")
        require(isinstance(response.text, str), f"expected a text, found {response.text!r}")
        text = str(response.text)
        if self._expects is not None and compare is not None:
            wanted = self._expects(compare)
            require(text == wanted, f"expected {wanted!r}, found {text!r}")
        return text
