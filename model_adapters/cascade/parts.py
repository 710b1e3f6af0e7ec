"""The parts that a ``cascade:`` target names: a recogniser, perhaps a language model, and which arguments belong to which part.

A recogniser declares its ``-M`` arguments here as a dataclass. Those of the language model are given as ``llm.NAME``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from harness.errors import UnknownNameError, UsageError
from model_adapters.arguments import read_arguments
from model_adapters.cascade.language_model import TEMPLATE
from model_adapters.cascade.recognisers.base import Recogniser
from model_adapters.cascade.recognisers.faster_whisper import FasterWhisper
from model_adapters.cascade.recognisers.pocketsphinx import PocketSphinx
from model_adapters.services.attempts import Bounds, bounds_of
from model_adapters.shared.audio_formats import AudioFormat

RECOGNISERS: Final = ("pocketsphinx", "faster-whisper", "transformers", "openai")
_EXAMPLES: Final = {
    "faster-whisper": "faster-whisper:PATH_OR_NAME, such as tiny.en",
    "transformers": "transformers:PATH_OR_ID, such as openai/whisper-large-v3",
    "openai": "openai:MODEL, such as whisper-1",
}
LANGUAGE_MODEL_PREFIX: Final = "llm."


@dataclass(frozen=True)
class CascadeArguments:
    """``-M`` arguments of every cascade.

    ``transcript_cache`` is an SQLite file; ``patience`` is for services behind it, in seconds.
    """

    transcript_cache: str | None = None
    patience: float | None = None


@dataclass(frozen=True)
class LanguageModelArguments:
    """``-M`` arguments of every ``cascade:ASR+LLM``, besides the recogniser's and ``llm.NAME``."""

    transcript_template: str = TEMPLATE


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
class TransformersArguments:
    """``-M`` arguments of ``cascade:transformers``; ``language`` is for multilingual Whisper."""

    revision: str | None = None
    language: str | None = None
    device: str | None = None
    dtype: str = "auto"


@dataclass(frozen=True)
class TranscriptionArguments(Bounds):
    """``-M`` arguments of ``cascade:openai``; ``timeout`` is in seconds."""

    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    language: str | None = None
    audio_format: AudioFormat = "as_is"
    concurrency: int = 16


def split_target(target: str) -> tuple[str, str | None]:
    """Split a target into recogniser and language model.

    >>> split_target("pocketsphinx+openai:gpt-4o"), split_target("faster-whisper:tiny.en")
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


@dataclass(frozen=True)
class SortedArguments:
    """The arguments of a cascade, by whom they are for.

    Attributes:
        cascade: see ``CascadeArguments``.
        language_model: see ``LanguageModelArguments``.
        theirs: of the language model, without their prefix.
        recogniser: the rest.
    """

    cascade: Mapping[str, object]
    language_model: Mapping[str, object]
    theirs: Mapping[str, object]
    recogniser: Mapping[str, object]

    @property
    def for_a_language_model(self) -> list[str]:
        """Names that make no sense without a language model, as the user wrote them."""
        return [*self.language_model, *(f"{LANGUAGE_MODEL_PREFIX}{name}" for name in self.theirs)]


def sort_arguments(arguments: Mapping[str, object]) -> SortedArguments:
    """Sort the arguments of a cascade.

    >>> sort_arguments({"llm.seed": 1, "language": "en"}).theirs
    {'seed': 1}
    """
    left = dict(arguments)
    theirs = {
        name.removeprefix(LANGUAGE_MODEL_PREFIX): left.pop(name)
        for name in arguments
        if name.startswith(LANGUAGE_MODEL_PREFIX)
    }
    own, language_model = (
        {field.name: left.pop(field.name) for field in fields(declared) if field.name in left}
        for declared in (CascadeArguments, LanguageModelArguments)
    )
    return SortedArguments(own, language_model, theirs, left)


def make_recogniser(
    target: str, arguments: Mapping[str, object], patience: float | None = None
) -> Recogniser:
    """Make the recogniser that ``target`` names, not yet loaded.

    Args:
        target: recogniser and model.
        arguments: of the recogniser.
        patience: seconds that a busy service may go without an answer.

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
        raise UsageError(f"{label} needs a model", hint=f"write cascade:{_EXAMPLES[name]}")
    if name == "faster-whisper":
        whisper = read_arguments(FasterWhisperArguments, arguments, adapter=label)
        return FasterWhisper(
            model,
            language=whisper.language,
            device=whisper.device,
            compute_type=whisper.compute_type,
            threads=whisper.threads,
        )
    if name == "transformers":
        from model_adapters.cascade.recognisers.checkpoint import TransformersRecogniser

        local = read_arguments(TransformersArguments, arguments, adapter=label)
        return TransformersRecogniser(
            model,
            revision=local.revision,
            language=local.language,
            device=local.device,
            dtype=local.dtype,
        )
    from model_adapters.cascade.recognisers.service import TranscriptionService
    from model_adapters.services.chat_client import ClientOptions

    remote = read_arguments(TranscriptionArguments, arguments, adapter=label)
    options = ClientOptions(**bounds_of(remote, ClientOptions))
    if patience is not None:
        options = replace(options, patience=patience)
    return TranscriptionService(
        model, options, language=remote.language, audio_format=remote.audio_format
    )
