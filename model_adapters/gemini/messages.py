"""From our messages and generation arguments to what ``google-genai`` sends: pure, without a client.

Parts keep their order, so all layouts (text + audio, audio + text, audio alone, several clips) are sent as they are
rendered; system prompts become the system instruction, which takes text alone. A clip is inline data. Its stored bytes
are sent as they are when Gemini takes their format (wav, mp3, flac, Ogg Vorbis, AIFF); any other container, or another format
on request, is decoded and encoded again. A request that is larger than a request may be is never made smaller here:
``Built.size`` says how large it is, and the client refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from harness.errors import UnknownNameError, UsageError
from harness.types import Audio, Generation, Message, Text
from model_adapters.services.generation import generation_fields
from model_adapters.shared.audio_formats import AudioFormat, encode_clip
from model_adapters.shared.parts import joined_parts

if TYPE_CHECKING:
    from google.genai import types

Safety = Literal["off", "default"]
ThinkingLevel = Literal["minimal", "low", "medium", "high", "xhigh"]

MIME: Final[Mapping[str, str]] = {
    "wav": "audio/wav",
    "mp3": "audio/mp3",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "aiff": "audio/aiff",
}
"""Types that Gemini's documentation lists, apart from AAC, which the harness cannot read."""
MOST_STOPS: Final = 5
"""Stop strings that Gemini takes; the rest is cut here."""
CATEGORIES: Final = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
"""Harm categories whose safety threshold can be set."""
_FIELDS: Final = {"max_tokens": "max_output_tokens", "stop": "stop_sequences"}
_CONFIG: Final = (
    *("temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty"),
    *_FIELDS.values(),
)
_NEUTRAL: Final[Mapping[str, float]] = {"repetition_penalty": 1, "min_p": 0}


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Parts of a request that the user chooses.

    Attributes:
        audio_format: ``as_is``, or the format that every clip is sent in.
        safety: ``off`` blocks nothing that can be left unblocked; ``default`` leaves it to the service.
        thinking_budget: most tokens of thought; 0 for no thought, -1 for the model's choice.
        thinking_level: the same for models that take a level.
        include_thoughts: ask for summaries of the thoughts; by default wherever thinking is asked for.
        omit: generation fields that are never sent.
    """

    audio_format: AudioFormat = "as_is"
    safety: Safety = "off"
    thinking_budget: int | None = None
    thinking_level: ThinkingLevel | None = None
    include_thoughts: bool | None = None
    omit: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.thinking_budget is not None and self.thinking_level is not None:
            raise UsageError(
                "thinking_budget and thinking_level are two ways to say one thing",
                hint="Gemini 2.5 takes a budget, newer models a level",
            )
        for name in sorted(self.omit - set(_CONFIG)):
            raise UnknownNameError(
                "generation field", name, _CONFIG, hint=f"known: {', '.join(_CONFIG)}"
            )


class Built(NamedTuple):
    """A request for ``generate_content``.

    Attributes:
        contents: the conversation.
        config: system instruction, generation, safety and thinking.
        size: bytes of text and of base64, near what the body will have.
    """

    contents: list[types.Content]
    config: types.GenerateContentConfig
    size: int


def config_fields(
    generation: Generation, *, repeat: int = 0, omit: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the fields of ``GenerateContentConfig`` for one answer.

    Greedy decoding and seed are those of ``generation_fields``.

    Raises:
        UnknownNameError: an argument that no service has.
        UsageError: an argument that Gemini does not have, with a value that matters.

    >>> config_fields(Generation(16, stop=("END",), extra={"presence_penalty": 0.5}))
    {'max_output_tokens': 16, 'temperature': 0, 'presence_penalty': 0.5, 'stop_sequences': ['END']}
    >>> config_fields(Generation(8, sampled=True, temperature=0.7, seed=5), repeat=2)
    {'max_output_tokens': 8, 'temperature': 0.7, 'seed': 7}
    """
    fields = generation_fields(generation, repeat=repeat, length_field="max_tokens")
    for name, neutral in _NEUTRAL.items():
        if fields.pop(name, neutral) != neutral:
            raise UsageError(
                f"Gemini has no {name}; found {generation.extra[name]!r}",
                where=f"--gen-kwargs {name}",
                hint="leave it out",
            )
    if "stop" in fields:
        fields["stop"] = list(generation.stop[:MOST_STOPS])
    renamed = {_FIELDS.get(name, name): value for name, value in fields.items()}
    return {name: value for name, value in renamed.items() if name not in omit}


def build_request(
    messages: Sequence[Message], fields: Mapping[str, Any], options: RequestOptions
) -> Built:
    """Build the arguments of ``generate_content``; needs the ``google-genai`` package.

    Raises:
        AudioError: a clip cannot be read, decoded or encoded.
        UsageError: a clip in the system prompt.

    >>> built = build_request([Message("user", (Text("Hello"),))], {"seed": 1}, RequestOptions())
    >>> built.contents[0].model_dump(exclude_none=True), built.config.seed
    ({'parts': [{'text': 'Hello'}], 'role': 'user'}, 1)
    """
    from google.genai import types

    size = 0
    contents: list[types.Content] = []
    system: list[types.Part] = []
    for message in messages:
        parts: list[types.Part] = []
        for part in _meaningful(message):
            if isinstance(part, Text):
                # a lone surrogate is no Unicode, and the client refuses it
                encoded = part.text.encode("utf-8", "replace")
                size += len(encoded)
                parts.append(types.Part(text=encoded.decode()))
            elif message.role == "system":
                raise UsageError(
                    "Gemini takes no clip in the system prompt",
                    hint="put the clip into the user's message",
                )
            else:
                content, name = encode_clip(part, options.audio_format, MIME.keys())
                size += base64_size(len(content))
                parts.append(types.Part(inline_data=types.Blob(data=content, mime_type=MIME[name])))
        if message.role == "system":
            system += [part for part in parts if part.text]
        else:
            role = "model" if message.role == "assistant" else "user"
            contents.append(types.Content(role=role, parts=parts))
    config = types.GenerateContentConfig(
        system_instruction=types.Content(role="user", parts=system) if system else None,
        safety_settings=_safety(options.safety),
        thinking_config=_thinking(options),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        should_return_http_response=True,
        **fields,
    )
    return Built(contents, config, size)


def base64_size(length: int) -> int:
    """Return the number of characters that this many bytes have as base64.

    >>> [base64_size(length) for length in (0, 1, 3, 4)]
    [0, 4, 4, 8]
    """
    return (length + 2) // 3 * 4


def _meaningful(message: Message) -> list[Text | Audio]:
    """Return parts without empty texts, which Gemini refuses; a message of nothing else keeps one."""
    parts = joined_parts(message)
    return [part for part in parts if not isinstance(part, Text) or part.text] or [Text("")]


def _safety(safety: Safety) -> list[types.SafetySetting] | None:
    from google.genai import types

    if safety == "default":
        return None
    return [
        types.SafetySetting(
            category=types.HarmCategory(f"HARM_CATEGORY_{name}"),
            threshold=types.HarmBlockThreshold.BLOCK_NONE,
        )
        for name in CATEGORIES
    ]


def _thinking(options: RequestOptions) -> types.ThinkingConfig | None:
    from google.genai import types

    budget, level = options.thinking_budget, options.thinking_level
    include = options.include_thoughts
    if include is None and (level is not None or budget not in (None, 0)):
        include = True
    if budget is None and level is None and include is None:
        return None
    fields: dict[str, Any] = {
        "thinking_budget": budget,
        "thinking_level": None if level is None else level.upper(),
        "include_thoughts": include,
    }
    return types.ThinkingConfig(
        **{name: value for name, value in fields.items() if value is not None}
    )
