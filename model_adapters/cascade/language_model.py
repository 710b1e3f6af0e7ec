"""The language model behind ``cascade:ASR+LLM``: any adapter that takes text, asked with transcripts for clips.

In a message with text, every clip is replaced by ``TEMPLATE`` filled with its transcript. In a message that is audio
alone the speaker is the user, so the transcript stands as it is. An ``async`` adapter gets an event loop of its own in
a thread, which lives as long as the adapter, so that connections last from batch to batch; it is asked as soon as a
transcript is there, at most as many requests at a time as it declares.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Final

from harness.errors import UsageError
from harness.types import AdapterInfo, Message, Request, Response, Text
from model_adapters.registry import create, resolve
from model_adapters.services.pacing.patience import Waiting, waiting_of
from model_adapters.shared.loop_thread import LoopThread

TEMPLATE: Final = '[Transcript of the recording: "{transcript}"]'
_SLOT: Final = "{transcript}"


def insert_transcripts(
    messages: Sequence[Message], transcripts: Sequence[str], template: str = TEMPLATE
) -> tuple[Message, ...]:
    """Return the messages with a transcript in place of every clip, in order.

    >>> from harness.audio import AudioRef
    >>> clip = AudioRef(b"")
    >>> insert_transcripts([Message("user", (clip, Text(" Who speaks?")))], ["hello"])[0].parts
    (Text(text='[Transcript of the recording: "hello"]'), Text(text=' Who speaks?'))
    >>> insert_transcripts([Message("user", (clip,))], ["tell me a joke"])[0].parts
    (Text(text='tell me a joke'),)
    """
    left = iter(transcripts)
    found = []
    for message in messages:
        spoken = not any(isinstance(p, Text) and p.text.strip() for p in message.parts)
        parts: list[Text] = []
        for part in message.parts:
            if isinstance(part, Text):
                parts.append(part)
            elif spoken:
                parts.append(Text(f"\n{next(left)}" if parts else next(left)))
            else:
                parts.append(Text(template.replace(_SLOT, next(left))))
        found.append(Message(message.role, tuple(parts)))
    return tuple(found)


class LanguageModel:
    """An adapter that is asked with text only.

    Args:
        model: ``adapter:target``.
        arguments: its model arguments.
        template: what replaces a clip; has the slot ``{transcript}``.
        patience: seconds that a busy service may go without an answer.

    Raises:
        UsageError: no such adapter or argument, a cascade, or a template without its slot.
    """

    def __init__(
        self,
        model: str,
        arguments: Mapping[str, object],
        template: str,
        patience: float | None = None,
    ) -> None:
        if resolve(model).adapter == "cascade":
            raise UsageError("a cascade cannot be the language model of a cascade", where=model)
        if _SLOT not in template:
            raise UsageError(f"expected {_SLOT} in it", where=f"-M transcript_template={template}")
        self._adapter = create(model, arguments, patience=patience)
        self._template = template
        self._info: AdapterInfo | None = None
        self._loop: LoopThread | None = None
        self._slots = asyncio.Semaphore()

    def open(self) -> AdapterInfo:
        """Load it."""
        self._info = info = self._adapter.open()
        if info.style == "async":
            self._slots = asyncio.Semaphore(info.concurrency)
            self._loop = LoopThread("language-model")
            self._loop.start()
        return info

    @property
    def identity(self) -> str:
        """Its fingerprint, and a digest of the template."""
        assert self._info is not None
        digest = hashlib.sha256(self._template.encode()).hexdigest()
        return f"{self._info.fingerprint}:{digest[:8]}"

    def prompt(self, request: Request, transcripts: Sequence[str]) -> tuple[Message, ...]:
        """Return the messages of the request to the language model."""
        return insert_transcripts(request.messages, transcripts, self._template)

    def answer(self, requests: Iterable[Request]) -> list[Response]:
        """Answer requests in order; an ``async`` adapter works while the iterable makes the next."""
        if self._loop is None:
            ready = list(requests)
            return self._adapter.generate_batch(ready) if ready else []
        asked: list[Future[Response]] = []
        try:
            for request in requests:
                asked.append(self._loop.submit(self._ask(request)))
            return [future.result() for future in asked]
        finally:
            for future in asked:
                future.cancel()

    def waiting(self) -> Waiting | None:
        """Return for how long its service has been waited for, ``None`` while none is."""
        return waiting_of(self._adapter)

    def close(self) -> None:
        """End its event loop, which cancels what is in flight, and release it; may be called twice."""
        if self._loop is not None:
            self._loop.stop()
            self._loop = None
        self._adapter.close()

    async def _ask(self, request: Request) -> Response:
        async with self._slots:
            return await self._adapter.generate(request)
