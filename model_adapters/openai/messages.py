"""From our messages and generation arguments to the JSON body of a chat request: pure, without a client.

Parts keep their order, so all layouts (text + audio, audio + text, audio alone, several clips) are sent as
they are rendered. A clip is an ``input_audio`` part (base64; with ``input_audio_url`` a data URL in the same place,
as DashScope asks) or an ``audio_url`` part (a data URL). Its stored bytes are sent as they are when the part may have
their format: wav and mp3 in ``input_audio``, whose formats are enumerated, flac too in a data URL. Anything else, or
another format on request, is decoded to mono and encoded again, wav and flac as 16-bit PCM. The base64 of a clip is spliced into the
encoded JSON: escaping it as a string would take four times as long as making it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from harness.types import Audio, Message, Text
from model_adapters.services.generation import LengthField
from model_adapters.shared.audio_formats import COMMON, AudioFormat, encode_clip
from model_adapters.shared.parts import joined_parts

AudioPart = Literal["input_audio", "input_audio_url", "audio_url"]
SystemRole = Literal["system", "developer", "user"]

ACCEPTED: Final[Mapping[AudioPart, frozenset[str]]] = {
    "input_audio": frozenset({"wav", "mp3"}),
    "input_audio_url": COMMON,
    "audio_url": COMMON,
}
"""Formats that are sent as stored. OpenAI's documentation enumerates those of ``input_audio.format``."""
_MIME: Final = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac"}
_STREAM: Final = {"stream": True, "stream_options": {"include_usage": True}}
_MARK: Final = f"clip-{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True)
class BodyOptions:
    """Parts of a request that the user chooses.

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


def encode_body(
    messages: Sequence[Message], fields: Mapping[str, Any], options: BodyOptions
) -> bytes:
    """Encode the body of a request as UTF-8 JSON.

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
    """Return the messages with the system prompt where the service wants it."""
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


def _part(part: Text | Audio, options: BodyOptions, clips: list[bytes]) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    import pybase64  # the standard library's needs longer for a clip than everything else here together

    content, name = encode_clip(part, options.audio_format, ACCEPTED[options.audio_part])
    clips.append(pybase64.b64encode(content))
    url = f"data:{_MIME[name]};base64,{_MARK}"
    if options.audio_part == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": url}}
    data = _MARK if options.audio_part == "input_audio" else url
    return {"type": "input_audio", "input_audio": {"data": data, "format": name}}
