"""From our messages and generation arguments to the JSON body of a chat request: pure, without a client.

Parts keep their order, so all layouts (text + audio, audio + text, audio alone, several clips) are sent as
they are rendered. A clip is an ``input_audio`` part (base64; with ``input_audio_url`` a data URL in the same place,
as DashScope asks) or an ``audio_url`` part (a data URL). Its stored bytes are sent as they are when they are wav, mp3 or flac; any other container, or another format on
request, is decoded to mono and encoded again, wav and flac as 16-bit PCM. The base64 of a clip is spliced into the
encoded JSON: escaping it as a string would take four times as long as making it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from harness.errors import UnknownNameError, UsageError
from harness.types import Audio, Message, Text
from model_adapters.audio_formats import AudioFormat, encode_clip

AudioPart = Literal["input_audio", "input_audio_url", "audio_url"]
SystemRole = Literal["system", "developer", "user"]
LengthField = Literal["max_completion_tokens", "max_tokens"]

MOST_STOPS: Final = 4
"""Stop strings that OpenAI takes; the rest is cut here."""
_MIME: Final = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac"}
_STREAM: Final = {"stream": True, "stream_options": {"include_usage": True}}
_MARK: Final = f"clip-{secrets.token_hex(16)}"
_LENGTH: Final = ("max_new_tokens", "max_gen_toks", "max_tokens", "max_completion_tokens")
_SAMPLING: Final = ("top_p", "top_k", "min_p")
_PENALTIES: Final = ("repetition_penalty", "presence_penalty", "frequency_penalty")
_NEUTRAL: Final[Mapping[str, float]] = {
    "num_beams": 1,
    "no_repeat_ngram_size": 0,
    "length_penalty": 1,
}
_KNOWN: Final = (
    *_LENGTH,
    *_SAMPLING,
    *_PENALTIES,
    *_NEUTRAL,
    *("temperature", "do_sample", "until", "seed"),
)


@dataclass(frozen=True, slots=True)
class BodyOptions:
    """What of a request the user chooses.

    Attributes:
        model: the service's name of the model.
        audio_format: ``as_is``, or the format that every clip is sent in.
        audio_part: which kind of part carries a clip.
        system_role: role of the system prompt; ``user`` puts it before the first user text.
        length_field: how the service calls the most tokens of an answer.
        stream: ask for a stream, where a service answers in no other way.
        omit: fields that are never sent (a reasoning model may refuse ``temperature``).
        extra: further fields of the body.
    """

    model: str
    audio_format: AudioFormat = "as_is"
    audio_part: AudioPart = "input_audio"
    system_role: SystemRole = "system"
    length_field: LengthField = "max_tokens"
    stream: bool = False
    omit: frozenset[str] = frozenset()
    extra: Mapping[str, Any] = field(default_factory=dict)


def stop_strings(generation: Mapping[str, Any]) -> tuple[str, ...]:
    r"""Strings that end an answer.

    >>> stop_strings({"until": ["\n\n", ""]}), stop_strings({"until": "END"}), stop_strings({})
    (('\n\n',), ('END',), ())
    """
    until = generation.get("until") or ()
    return tuple(stop for stop in ((until,) if isinstance(until, str) else until) if stop)


def generation_fields(
    generation: Mapping[str, Any], *, repeat: int = 0, length_field: LengthField = "max_tokens"
) -> dict[str, Any]:
    """Fields of the body for declared generation arguments, in lm-eval's or transformers' names.

    Greedy decoding is ``temperature`` 0; it is the default, as everywhere in the harness. A seed is moved by
    the number of the repeat.

    Raises:
        UnknownNameError: an argument that chat services do not have.
        UsageError: an argument that only local checkpoints have, with a value that matters.

    >>> generation_fields({"max_gen_toks": 16, "do_sample": False, "until": []})
    {'max_tokens': 16, 'temperature': 0}
    >>> generation_fields({"temperature": 0.7, "seed": 5}, repeat=2)
    {'temperature': 0.7, 'seed': 7}
    """
    for name, value in generation.items():
        if name not in _KNOWN:
            raise UnknownNameError(
                "generation argument", name, _KNOWN, hint=f"known: {', '.join(_KNOWN)}"
            )
        if name in _NEUTRAL and value not in (None, _NEUTRAL[name]):
            raise UsageError(f"chat services have no {name}; found {value!r}", where="--gen-kwargs")
    fields: dict[str, Any] = {}
    lengths = [generation[name] for name in _LENGTH if generation.get(name) is not None]
    if lengths:
        fields[length_field] = lengths[0]
    temperature, do_sample = generation.get("temperature"), generation.get("do_sample")
    sampled = (bool(temperature) if do_sample is None else bool(do_sample)) and temperature != 0
    if not sampled:
        fields["temperature"] = 0
    elif temperature is not None:
        fields["temperature"] = temperature
    for name in (*(_SAMPLING if sampled else ()), *_PENALTIES):
        if generation.get(name) is not None:
            fields[name] = generation[name]
    if generation.get("seed") is not None:
        fields["seed"] = int(generation["seed"]) + repeat
    if stops := stop_strings(generation):
        fields["stop"] = list(stops[:MOST_STOPS])
    return fields


def encode_body(
    messages: Sequence[Message], fields: Mapping[str, Any], options: BodyOptions
) -> bytes:
    """The body of a request, UTF-8 JSON.

    Raises:
        AudioError: a clip cannot be read, decoded or encoded.

    >>> encode_body([Message("user", (Text("Hello"),))], {"temperature": 0}, BodyOptions("m"))
    b'{"model":"m","messages":[{"role":"user","content":"Hello"}],"temperature":0}'
    """
    clips: list[bytes] = []
    body = {
        "model": options.model,
        "messages": [_message(message, options, clips) for message in _placed(messages, options)],
        **(_STREAM if options.stream else {}),
        **{name: value for name, value in fields.items() if name not in options.omit},
        **options.extra,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if not clips:
        return text.encode("utf-8", "replace")
    pieces = text.encode("utf-8", "replace").split(_MARK.encode())
    assert len(pieces) == len(clips) + 1
    joined = [pieces[0]]
    for clip, piece in zip(clips, pieces[1:], strict=True):
        joined += (clip, piece)
    return b"".join(joined)


def _placed(messages: Sequence[Message], options: BodyOptions) -> Sequence[Message]:
    """Messages with the system prompt where the service wants it."""
    if options.system_role != "user":
        return messages
    system = [part for message in messages if message.role == "system" for part in message.parts]
    others = [message for message in messages if message.role != "system"]
    for position, message in enumerate(others):
        if system and message.role == "user":
            parts = (*system, Text("\n\n"), *message.parts)
            return [*others[:position], Message("user", parts), *others[position + 1 :]]
    return others


def _message(message: Message, options: BodyOptions, clips: list[bytes]) -> dict[str, Any]:
    role = options.system_role if message.role == "system" else message.role
    if all(isinstance(part, Text) for part in message.parts):
        text = "".join(part.text for part in message.parts if isinstance(part, Text))
        return {"role": role, "content": text}
    return {
        "role": role,
        "content": [_part(part, options, clips) for part in joined_parts(message)],
    }


def joined_parts(message: Message) -> list[Text | Audio]:
    """Parts of a message in reading order, neighbouring texts joined.

    >>> joined_parts(Message("user", (Text("a"), Text("b"))))
    [Text(text='ab')]
    """
    parts: list[Text | Audio] = []
    for part in message.parts:
        if isinstance(part, Text) and parts and isinstance(parts[-1], Text):
            parts[-1] = Text(parts[-1].text + part.text)
        else:
            parts.append(part)
    return parts


def _part(part: Text | Audio, options: BodyOptions, clips: list[bytes]) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    import pybase64  # the standard library's needs longer for a clip than everything else here together

    content, name = encode_clip(part, options.audio_format)
    clips.append(pybase64.b64encode(content))
    url = f"data:{_MIME[name]};base64,{_MARK}"
    if options.audio_part == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": url}}
    data = _MARK if options.audio_part == "input_audio" else url
    return {"type": "input_audio", "input_audio": {"data": data, "format": name}}
