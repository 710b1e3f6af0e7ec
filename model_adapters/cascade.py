"""``cascade:ASR``: transcribe, then answer.

ASR is ``pocketsphinx`` or ``faster-whisper:PATH_OR_NAME``. Without a language model the answer is made
from the transcript by the rules of ``transcript_answers``: the transcript itself, the option nearest to it,
or the number in it, as ``Request.hints`` asks. Several clips of a request are transcribed one by one and
joined by newlines. The transcript is recorded in ``Response.extra["transcript"]``.

A transcript depends on its clip alone, so it is kept for further questions about the same clip.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import AudioError, UnknownNameError, UsageError
from harness.types import AdapterInfo, Audio, ErrorInfo, Request, Response, Text
from model_adapters.arguments import read_arguments
from model_adapters.base import BatchAdapter
from model_adapters.recognisers import SAMPLING_RATE, FasterWhisper, PocketSphinx, Recogniser
from model_adapters.transcript_answers import answer_from_transcript

RECOGNISERS: Final = ("pocketsphinx", "faster-whisper")
_KEPT: Final = 4096


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


class CascadeAdapter(BatchAdapter):
    """A recogniser that answers."""

    def __init__(self, target: str, **model_args: object) -> None:
        self._target = target
        self._recogniser = _recogniser(target, model_args)
        self._transcripts: OrderedDict[str, str] = OrderedDict()

    def open(self) -> AdapterInfo:
        """Load the recogniser."""
        return AdapterInfo(
            fingerprint=f"cascade:{self._recogniser.open()}",
            sampling_rate=SAMPLING_RATE,
            style="batch",
            description={"recogniser": self._target, "language_model": None},
        )

    def close(self) -> None:
        """Release the recogniser."""
        self._recogniser.close()
        self._transcripts.clear()

    def generate_batch(self, requests: Sequence[Request]) -> list[Response]:
        """One response per request, in order."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Response:
        start = time.perf_counter()
        clips = [
            part
            for message in request.messages
            for part in message.parts
            if not isinstance(part, Text)
        ]
        try:
            transcript = "\n".join(map(self._transcribe, clips))
        except AudioError as error:
            failure = ErrorInfo("audio", str(error))
            return Response(None, error=failure, seconds=time.perf_counter() - start)
        return Response(
            answer_from_transcript(transcript, request.hints),
            seconds=time.perf_counter() - start,
            extra={"transcript": transcript},
        )

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


def _recogniser(target: str, arguments: Mapping[str, object]) -> Recogniser:
    """The recogniser that ``target`` names.

    Raises:
        UnknownNameError: no such recogniser or argument.
        UsageError: a model is missing, or a language model is asked for.
    """
    name, _, model = target.partition(":")
    if "+" in target and not (model and Path(model).expanduser().exists()):
        recogniser, _, language_model = target.partition("+")
        raise UsageError(
            f"cascade:{target}: answering by a language model ({language_model!r}) is not available yet",
            hint=f"use cascade:{recogniser}, which answers from the transcript by rule",
        )
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
