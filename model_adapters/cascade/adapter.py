"""``cascade:ASR`` or ``cascade:ASR+LLM``: transcribe, then answer.

ASR is ``pocketsphinx``, ``faster-whisper:PATH_OR_NAME``, ``transformers:PATH_OR_ID`` or ``openai:MODEL``, a transcription
service. Without a language model the answer is made from the transcript by the rules of ``transcript_answers``: the
transcript itself, the option nearest to it, or the number in it, as ``Request.hints`` asks. LLM is any adapter that
takes text, such as ``openai:MODEL``; it gets the prompt with transcripts in the place of clips (``cascade_llm``), and its
arguments are given as ``-M llm.NAME=…``. Several clips of a request are transcribed one by one and joined by newlines.
The transcript is recorded in ``Response.extra["transcript"]``.

A transcript depends on its clip alone, so it is kept for further questions about the same clip (``transcripts``). A
service hears the clips of a batch, and of the next one, at the same time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from harness.errors import AudioError, UsageError
from harness.types import AdapterInfo, Audio, ErrorInfo, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter
from model_adapters.cascade.answers import answer_from_transcript
from model_adapters.cascade.language_model import LanguageModel
from model_adapters.cascade.parts import (
    LANGUAGE_MODEL_PREFIX,
    CascadeArguments,
    LanguageModelArguments,
    make_recogniser,
    sort_arguments,
    split_target,
)
from model_adapters.cascade.recognisers.base import HearingError, Recogniser, RefusedClipError
from model_adapters.cascade.transcripts import Transcripts
from model_adapters.registry import generation_argument
from model_adapters.services.pacing.patience import Waiting


class CascadeAdapter(BatchAdapter):
    """A recogniser that answers, by rule or through a language model."""

    takes_patience: ClassVar = True

    def __init__(self, target: str, **model_args: object) -> None:
        self._target, self._model = split_target(target)
        arguments = sort_arguments(model_args)
        label = f"cascade:{target}"
        own = read_arguments(CascadeArguments, arguments.cascade, adapter=label)
        self._language_model: LanguageModel | None = None
        if self._model is not None:
            chosen = read_arguments(LanguageModelArguments, arguments.language_model, adapter=label)
            self._template = chosen.transcript_template
            self._language_model = LanguageModel(
                self._model, arguments.theirs, self._template, own.patience
            )
        elif stray := arguments.for_a_language_model:
            raise UsageError(
                f"{label} has no language model, found -M {stray[0]}",
                hint=f"write {label}+openai:MODEL, or leave the argument out",
            )
        self._recogniser = make_recogniser(self._target, arguments.recogniser, own.patience)
        self._transcripts = Transcripts(self._recogniser, own.transcript_cache)

    @staticmethod
    def generation_argument(target: str, name: str) -> str | None:
        """Return the generation argument of the language model that ``-M llm.NAME`` is."""
        _, model = split_target(target)
        if model is None or not name.startswith(LANGUAGE_MODEL_PREFIX):
            return None
        return generation_argument(model, name.removeprefix(LANGUAGE_MODEL_PREFIX))

    @property
    def recogniser(self) -> Recogniser:
        """Return the recogniser that hears the clips."""
        return self._recogniser

    @property
    def transcripts(self) -> Transcripts:
        """Return the transcripts that are kept, and the recogniser behind them."""
        return self._transcripts

    def open(self) -> AdapterInfo:
        """Load the recogniser, and the language model if there is one."""
        fingerprint = f"cascade:{self._transcripts.open()}"
        description: dict[str, object] = {"recogniser": self._target, "language_model": None}
        if self._language_model is not None:
            info = self._language_model.open()
            fingerprint = f"{fingerprint}+{self._language_model.identity}"
            description["language_model"] = {"model": self._model, **info.description}
            description["transcript_template"] = self._template
        return AdapterInfo(
            fingerprint=fingerprint,
            sampling_rate=self._recogniser.sampling_rate,
            style="batch",
            description=description,
        )

    def waiting(self) -> Waiting | None:
        """Return for how long a service behind it has been waited for, ``None`` while none is."""
        parts = (self._recogniser, self._language_model)
        heard, answered = (None if part is None else part.waiting() for part in parts)
        if heard is not None and answered is None:
            return heard._replace(sent=max(1, heard.sent))  # the language model may be at work
        return answered

    def close(self) -> None:
        """Release recogniser and language model."""
        if self._language_model is not None:
            self._language_model.close()
        self._transcripts.close()

    def prepare_batch(self, requests: Sequence[Request]) -> None:
        """Have a service hear the clips of these requests."""
        self._transcripts.start(clip for request in requests for clip in _clips(request))

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """Answer requests: one response per request, in order."""
        self.prepare_batch(requests)
        if self._language_model is not None:
            return self._answer_with(self._language_model, requests)
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response:
        start = time.perf_counter()
        heard = self._hear(request)
        seconds = time.perf_counter() - start
        if isinstance(heard, Response):
            return heard
        transcript = "\n".join(heard)
        return Response(
            answer_from_transcript(transcript, request.hints),
            seconds=seconds,
            extra={"transcript": transcript},
        )

    def _answer_with(self, model: LanguageModel, requests: Sequence[Request]) -> list[Response]:
        heard: list[list[str] | Response] = []

        def prompts() -> Iterator[Request]:
            for request in requests:
                heard.append(found := self._hear(request))
                if not isinstance(found, Response):
                    yield replace(request, messages=model.prompt(request, found))

        replies = iter(model.answer(prompts()))
        return [
            found if isinstance(found, Response) else _with_transcript(next(replies), found)
            for found in heard
        ]

    def _hear(self, request: Request) -> list[str] | Response:
        """Transcribe the clips of a request; where that fails, return what the request ends with."""
        start = time.perf_counter()
        try:
            return [self._transcripts.of(clip) for clip in _clips(request)]
        except AudioError as error:
            info = ErrorInfo("audio", str(error))
            return Response(None, error=info, seconds=time.perf_counter() - start)
        except RefusedClipError:
            return Response("", finish="filter", seconds=time.perf_counter() - start)
        except HearingError as error:
            return Response(None, error=error.info, seconds=time.perf_counter() - start)


def _clips(request: Request) -> Iterator[Audio]:
    for message in request.messages:
        for part in message.parts:
            if not isinstance(part, Text):
                yield part


def _with_transcript(response: Response, transcripts: Sequence[str]) -> Response:
    extra = {**response.extra, "transcript": "\n".join(transcripts)}
    return replace(response, extra=extra)
