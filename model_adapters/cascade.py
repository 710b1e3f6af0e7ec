"""``cascade:ASR`` or ``cascade:ASR+LLM``: transcribe, then answer.

ASR is ``pocketsphinx`` or ``faster-whisper:PATH_OR_NAME``. Without a language model the answer is made
from the transcript by the rules of ``transcript_answers``: the transcript itself, the option nearest to it,
or the number in it, as ``Request.hints`` asks. LLM is any adapter that takes text, such as ``openai:MODEL``; it gets
the prompt with transcripts in the place of clips (``cascade_llm``), and its arguments are given as ``-M llm.NAME=…``.
Several clips of a request are transcribed one by one and joined by newlines. The transcript is recorded in
``Response.extra["transcript"]``.

A transcript depends on its clip alone, so it is kept for further questions about the same clip.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from harness.errors import AudioError, UnknownNameError, UsageError
from harness.types import AdapterInfo, Audio, ErrorInfo, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter
from model_adapters.cascade_llm import TEMPLATE, LanguageModel
from model_adapters.recognisers import SAMPLING_RATE, FasterWhisper, PocketSphinx, Recogniser
from model_adapters.transcript_answers import answer_from_transcript

RECOGNISERS: Final = ("pocketsphinx", "faster-whisper")
_KEPT: Final = 4096
_PREFIX: Final = "llm."


@dataclass(frozen=True)
class PocketSphinxArguments:
    """``-M`` arguments of ``cascade:pocketsphinx``: none."""


@dataclass(frozen=True)
class FasterWhisperArguments:
    """``-M`` arguments of ``cascade:faster-whisper``; ``threads`` 0 leaves the choice to the library."""

    language: str | None = None
    device: str = "cpu"
    compute_type: str = "int8"
    threads: int = 0


@dataclass(frozen=True)
class LanguageModelArguments:
    """``-M`` arguments of every ``cascade:ASR+LLM``, beside the recogniser's and ``llm.NAME``."""

    transcript_template: str = TEMPLATE


class CascadeAdapter(BatchAdapter):
    """A recogniser that answers, by rule or through a language model."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._target, self._model = _split(target)
        arguments, own, theirs = _sort_arguments(model_args)
        self._language_model: LanguageModel | None = None
        if self._model is not None:
            chosen = read_arguments(LanguageModelArguments, own, adapter=f"cascade:{target}")
            self._template = chosen.transcript_template
            self._language_model = LanguageModel(self._model, theirs, self._template)
        elif stray := [*own, *(f"{_PREFIX}{name}" for name in theirs)]:
            raise UsageError(
                f"cascade:{target} has no language model, found -M {stray[0]}",
                hint=f"write cascade:{target}+openai:MODEL, or leave the argument out",
            )
        self._recogniser = _recogniser(self._target, arguments)
        self._transcripts: OrderedDict[str, str] = OrderedDict()

    def open(self) -> AdapterInfo:
        """Load the recogniser, and the language model if there is one."""
        fingerprint = f"cascade:{self._recogniser.open()}"
        description: dict[str, object] = {"recogniser": self._target, "language_model": None}
        if self._language_model is not None:
            info = self._language_model.open()
            fingerprint = f"{fingerprint}+{self._language_model.identity}"
            description["language_model"] = {"model": self._model, **info.description}
            description["transcript_template"] = self._template
        return AdapterInfo(
            fingerprint=fingerprint,
            sampling_rate=SAMPLING_RATE,
            style="batch",
            description=description,
        )

    def close(self) -> None:
        """Release recogniser and language model."""
        if self._language_model is not None:
            self._language_model.close()
        self._recogniser.close()
        self._transcripts.clear()

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """One response per request, in order."""
        if self._language_model is not None:
            return self._answer_with(self._language_model, requests)
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response:
        start = time.perf_counter()
        heard = self._hear(request)
        seconds = time.perf_counter() - start
        if isinstance(heard, ErrorInfo):
            return Response(None, error=heard, seconds=seconds)
        transcript = "\n".join(heard)
        return Response(
            answer_from_transcript(transcript, request.hints),
            seconds=seconds,
            extra={"transcript": transcript},
        )

    def _answer_with(self, model: LanguageModel, requests: Sequence[Request]) -> list[Response]:
        heard: list[list[str] | ErrorInfo] = []

        def prompts() -> Iterator[Request]:
            for request in requests:
                heard.append(found := self._hear(request))
                if not isinstance(found, ErrorInfo):
                    yield replace(request, messages=model.prompt(request, found))

        replies = iter(model.answer(prompts()))
        return [
            Response(None, error=found)
            if isinstance(found, ErrorInfo)
            else _with_transcript(next(replies), found)
            for found in heard
        ]

    def _hear(self, request: Request) -> list[str] | ErrorInfo:
        """Transcripts of the clips of a request."""
        try:
            return [
                self._transcribe(part)
                for message in request.messages
                for part in message.parts
                if not isinstance(part, Text)
            ]
        except AudioError as error:
            return ErrorInfo("audio", str(error))

    def _transcribe(self, clip: Audio) -> str:
        key = clip.sha256
        if key in self._transcripts:
            self._transcripts.move_to_end(key)
            return self._transcripts[key]
        transcript = self._recogniser.transcribe(clip.decode(SAMPLING_RATE))
        self._transcripts[key] = transcript
        if len(self._transcripts) > _KEPT:
            self._transcripts.popitem(last=False)
        return transcript


def _with_transcript(response: Response, transcripts: Sequence[str]) -> Response:
    extra = {**response.extra, "transcript": "\n".join(transcripts)}
    return replace(response, extra=extra)


def _split(target: str) -> tuple[str, str | None]:
    """Recogniser and language model.

    >>> _split("pocketsphinx+openai:gpt-4o"), _split("faster-whisper:tiny.en")
    (('pocketsphinx', 'openai:gpt-4o'), ('faster-whisper:tiny.en', None))

    Raises:
        UsageError: what follows ``+`` is no ``adapter:target``.
    """
    name, _, path = target.partition(":")
    if "+" not in name and Path(path).expanduser().exists():  # a folder may have a + in its name
        return target, None
    recogniser, plus, _ = target.partition("+")
    if not plus:
        return target, None
    if found := re.search(r"\+(?=\w+:)", target):
        return target[: found.start()], target[found.end() :]
    model = target.removeprefix(f"{recogniser}+")
    raise UsageError(
        f"cascade:{target}: the language model {model!r} is not of the form adapter:target",
        hint=f"write cascade:{recogniser}+openai:MODEL, or cascade:{recogniser} to answer by rule",
    )


def _sort_arguments(
    arguments: Mapping[str, object],
) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    """Arguments of the recogniser, ours, and those of the language model without their prefix."""
    ours = {field.name for field in fields(LanguageModelArguments)}
    sorted_: tuple[dict[str, object], ...] = ({}, {}, {})
    for name, value in arguments.items():
        if name.startswith(_PREFIX):
            sorted_[2][name.removeprefix(_PREFIX)] = value
        else:
            sorted_[1 if name in ours else 0][name] = value
    return sorted_[0], sorted_[1], sorted_[2]


def _recogniser(target: str, arguments: Mapping[str, object]) -> Recogniser:
    """The recogniser that ``target`` names.

    Raises:
        UnknownNameError: no such recogniser or argument.
        UsageError: a model is missing.
    """
    name, _, model = target.partition(":")
    if name not in RECOGNISERS:
        raise UnknownNameError(
            "recogniser", name, RECOGNISERS, hint=f"known recognisers: {', '.join(RECOGNISERS)}"
        )
    label = f"cascade:{name}"
    if name == "pocketsphinx":
        read_arguments(PocketSphinxArguments, arguments, adapter=label)
        if model:
            raise UsageError(
                f"{label} has one model, found {model!r}", hint="write cascade:pocketsphinx"
            )
        return PocketSphinx()
    if not model:
        raise UsageError(
            f"{label} needs a model",
            hint="write cascade:faster-whisper:PATH_OR_NAME, such as tiny.en",
        )
    chosen = read_arguments(FasterWhisperArguments, arguments, adapter=label)
    return FasterWhisper(
        model,
        language=chosen.language,
        device=chosen.device,
        compute_type=chosen.compute_type,
        threads=chosen.threads,
    )
