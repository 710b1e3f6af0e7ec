"""Hazard: audio lost, reordered or altered on its way into the body; arguments that change their meaning."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.audio import AudioRef
from harness.errors import AudioError, UnknownNameError, UsageError
from harness.types import Audio, Generation, Message, Text
from model_adapters.openai.messages import BodyOptions, encode_body
from model_adapters.services.generation import generation_fields
from model_adapters.shared.audio_formats import audio_format, encode_clip
from tests.support.budget import examples

RATE = 16_000


def clip(kind: str = "WAV", *, frequency: float = 440.0, channels: int = 1) -> AudioRef:
    time = np.arange(RATE // 4) / RATE
    tone = 0.3 * np.sin(2 * np.pi * frequency * time)
    buffer = io.BytesIO()
    soundfile.write(buffer, np.stack([tone] * channels, axis=1), RATE, format=kind)
    return AudioRef(buffer.getvalue())


def body(*messages: Message, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode_body(messages, {}, BodyOptions("m", **options)))
    return found


def content(*parts: Text | Audio, **options: Any) -> Any:
    return body(Message("user", parts), **options)["messages"][0]["content"]


def sent(part: dict[str, Any]) -> bytes:
    return base64.b64decode(part["input_audio"]["data"], validate=True)


def test_layouts_keep_their_order() -> None:
    one, two = clip(frequency=300), clip(frequency=600)
    text = Text("What is heard?")
    layouts: list[tuple[Text | Audio, ...]] = [
        (text, one),
        (one, text),
        (one,),
        (one, Text("and"), two, Text("?")),
        (two, one),
    ]
    for parts in layouts:
        found = content(*parts)
        assert len(found) == len(parts)
        for part, made in zip(parts, found, strict=True):
            if isinstance(part, Text):
                assert made == {"type": "text", "text": part.text}
            else:
                assert made["type"] == "input_audio"
                assert made["input_audio"]["format"] == "wav"
                assert sent(made) == part.read_bytes()


def test_text_alone_is_a_string_and_neighbours_are_joined() -> None:
    assert content(Text("a"), Text("b")) == "ab"
    assert content(Text("a"), Text("b"), clip())[0] == {"type": "text", "text": "ab"}


def test_audio_url_part() -> None:
    one = clip("FLAC")
    (part,) = content(one, audio_part="audio_url")
    head, _, data = part["audio_url"]["url"].partition(",")
    assert (part["type"], head) == ("audio_url", "data:audio/flac;base64")
    assert base64.b64decode(data, validate=True) == one.read_bytes()


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "AIFF"])
def test_input_audio_has_a_format_that_the_service_enumerates(kind: str) -> None:
    (part,) = content(clip(kind))
    assert part["input_audio"]["format"] == "wav" == audio_format(sent(part))
    samples, rate = soundfile.read(io.BytesIO(sent(part)), dtype="int16")
    expected, _ = soundfile.read(io.BytesIO(clip(kind).read_bytes()), dtype="int16")
    assert rate == RATE and (kind == "OGG" or np.array_equal(samples, expected))


def test_data_url_where_the_base64_stands() -> None:
    one = clip("MP3")
    (part,) = content(one, audio_part="input_audio_url")
    head, _, data = part["input_audio"]["data"].partition(",")
    assert (part["input_audio"]["format"], head) == ("mp3", "data:audio/mpeg;base64")
    assert base64.b64decode(data, validate=True) == one.read_bytes()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("system", [("system", "Be brief."), ("user", "Hello")]),
        ("developer", [("developer", "Be brief."), ("user", "Hello")]),
        ("user", [("user", "Be brief.\n\nHello")]),
    ],
)
def test_system_prompt(role: str, expected: list[tuple[str, str]]) -> None:
    messages = (Message("system", (Text("Be brief."),)), Message("user", (Text("Hello"),)))
    found = body(*messages, system_role=role)["messages"]
    assert [(message["role"], message["content"]) for message in found] == expected


def test_system_prompt_before_audio() -> None:
    messages = (Message("system", (Text("Be brief."),)), Message("user", (clip(), Text("What?"))))
    (message,) = body(*messages, system_role="user")["messages"]
    kinds = [part.get("text", part["type"]) for part in message["content"]]
    assert kinds == ["Be brief.\n\n", "input_audio", "What?"]


@pytest.mark.parametrize(
    ("kind", "wanted", "name"),
    [
        ("WAV", "as_is", "wav"),
        ("FLAC", "as_is", "flac"),
        ("MP3", "as_is", "mp3"),
        ("OGG", "as_is", "wav"),
        ("AIFF", "as_is", "wav"),
        ("FLAC", "wav", "wav"),
        ("MP3", "wav", "wav"),
        ("WAV", "flac", "flac"),
        ("WAV", "mp3", "mp3"),
    ],
)
def test_formats(kind: str, wanted: Any, name: str) -> None:
    stored = clip(kind)
    encoded, found = encode_clip(stored, wanted)
    assert found == name == audio_format(encoded)
    if kind.lower() == name:
        assert encoded == stored.read_bytes()
        return
    samples, rate = soundfile.read(io.BytesIO(encoded))
    assert rate == RATE
    assert samples.ndim == 1
    assert soundfile.info(io.BytesIO(encoded)).subtype in ("PCM_16", "MPEG_LAYER_III")
    spectrum = np.abs(np.fft.rfft(samples[: RATE // 4]))
    assert np.argmax(spectrum) * RATE / len(samples[: RATE // 4]) == pytest.approx(440, abs=8)


def test_lossless_formats_keep_every_sample() -> None:
    stored = clip("WAV")
    for wanted in ("flac", "wav"):
        encoded, _ = encode_clip(stored, wanted)
        samples, _ = soundfile.read(io.BytesIO(encoded), dtype="int16")
        expected, _ = soundfile.read(io.BytesIO(stored.read_bytes()), dtype="int16")
        assert np.array_equal(samples, expected)


def test_a_missing_file_is_an_audio_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="cannot read audio"):
        content(AudioRef(tmp_path / "absent.wav"))


@settings(deadline=None, max_examples=examples(80))
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_survives(texts: list[str]) -> None:
    parts: list[Text | Audio] = []
    for text in texts:
        parts += [Text(text), AudioRef(b"RIFF\0\0\0\0WAVE" + text.encode("utf-8", "replace"))]
    found = content(*parts)
    for text, made in zip(texts, found[::2], strict=True):
        assert made["text"].encode() == text.encode("utf-8", "replace")
    for text, made in zip(texts, found[1::2], strict=True):
        assert sent(made)[12:] == text.encode("utf-8", "replace")


@pytest.mark.parametrize(
    ("generation", "expected"),
    [
        ({}, {"temperature": 0}),
        ({"max_gen_toks": 8, "until": [], "do_sample": False}, {"max_tokens": 8, "temperature": 0}),
        ({"max_new_tokens": 8}, {"max_tokens": 8, "temperature": 0}),
        ({"temperature": 0.7, "top_p": 0.9}, {"temperature": 0.7, "top_p": 0.9}),
        ({"do_sample": True}, {}),
        ({"do_sample": False, "top_p": 0.9, "top_k": 3}, {"temperature": 0}),
        ({"seed": 5}, {"temperature": 0, "seed": 8}),
        ({"until": "\n"}, {"temperature": 0, "stop": ["\n"]}),
        ({"until": list("abcdef")}, {"temperature": 0, "stop": list("abcd")}),
        ({"num_beams": 1, "length_penalty": 1.0}, {"temperature": 0}),
        ({"repetition_penalty": 1.1}, {"temperature": 0, "repetition_penalty": 1.1}),
    ],
)
def test_generation_arguments(generation: dict[str, Any], expected: dict[str, Any]) -> None:
    found = generation_fields(Generation.from_arguments(generation), repeat=3)
    assert found == {"max_tokens": 512, **expected}


def test_generation_arguments_that_a_service_cannot_follow() -> None:
    with pytest.raises(UsageError, match="no num_beams"):
        generation_fields(Generation(extra={"num_beams": 4}))
    with pytest.raises(UnknownNameError, match="did you mean: temperature"):
        generation_fields(Generation(extra={"temprature": 1}))


def test_omitted_and_further_fields() -> None:
    options = BodyOptions("m", omit=frozenset({"temperature"}), extra={"top_k": 1, "seed": 2})
    fields = {"temperature": 0, "max_tokens": 4, "seed": 1}
    found = json.loads(encode_body([Message("user", (Text("x"),))], fields, options))
    del found["messages"]
    assert found == {"model": "m", "max_tokens": 4, "seed": 2, "top_k": 1}
