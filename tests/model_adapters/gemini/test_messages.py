"""Hazards: audio dropped, moved or mislabelled on its way to Gemini; an argument ignored that would change an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.audio import AudioRef
from harness.errors import AudioError, UnknownNameError, UsageError
from harness.types import Audio, Generation, Message, Role, Text
from model_adapters.gemini.messages import (
    CATEGORIES,
    MIME,
    Built,
    RequestOptions,
    build_request,
    config_fields,
)
from model_adapters.shared.audio_formats import audio_format
from tests.support import clips
from tests.support.packages import needs

pytestmark = needs("google.genai", extra="gemini")


def say(role: Role, *parts: str | Audio) -> Message:
    return Message(role, tuple(Text(part) if isinstance(part, str) else part for part in parts))


def build(*messages: Message, **options: Any) -> Built:
    return build_request(messages, {}, RequestOptions(**options))


def parts(built: Built) -> list[list[tuple[str, Any]]]:
    """Parts by message, as (text, words) or (MIME type, bytes)."""
    found = []
    for content in built.contents:
        row: list[tuple[str, Any]] = []
        for part in content.parts or []:
            blob = part.inline_data
            row.append(("text", part.text) if blob is None else (str(blob.mime_type), blob.data))
        found.append(row)
    return found


def stored(kind: str, frequency: float = 440.0) -> AudioRef:
    return AudioRef(clips.encoded(clips.tone(0.5, frequency), form=kind), f"clip.{kind.lower()}")


# --- reading order -----------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["AT", "TA", "A", "T", "ATA", "AAT", "TATAT"])
def test_parts_keep_their_order(layout: str) -> None:
    given: list[str | Audio] = [
        stored("WAV", 200.0 + 50 * place) if kind == "A" else f"text {place}"
        for place, kind in enumerate(layout)
    ]
    expected = [
        ("text", part) if isinstance(part, str) else ("audio/wav", part.read_bytes())
        for part in given
    ]
    assert parts(build(say("user", *given))) == [expected]


def test_roles_and_system_instruction() -> None:
    clip = stored("WAV")
    built = build(
        say("system", "Be brief."),
        say("user", clip, "Example?"),
        say("assistant", "dog"),
        say("user", "And this?", clip),
    )
    assert [content.role for content in built.contents] == ["user", "model", "user"]
    instruction = built.config.system_instruction
    assert instruction is not None and not isinstance(instruction, (str, list, dict))
    assert instruction.model_dump(exclude_none=True)["parts"] == [{"text": "Be brief."}]
    kinds = [[kind for kind, _ in row] for row in parts(built)]
    assert kinds == [["audio/wav", "text"], ["text"], ["text", "audio/wav"]]


def test_no_system_prompt_is_no_instruction() -> None:
    assert build(say("user", "a")).config.system_instruction is None
    assert build(say("system", ""), say("user", "a")).config.system_instruction is None


def test_a_clip_in_the_system_prompt_is_refused_and_not_dropped() -> None:
    with pytest.raises(UsageError, match="no clip in the system prompt"):
        build(say("system", "Hear: ", stored("WAV")), say("user", "What?"))


def test_empty_texts_are_left_out_unless_there_is_nothing_else() -> None:
    clip = stored("WAV")
    assert parts(build(say("user", "", clip, ""))) == [[("audio/wav", clip.read_bytes())]]
    assert parts(build(say("user", ""))) == [[("text", "")]]


def test_a_lone_surrogate_does_not_fail_the_request() -> None:
    assert parts(build(say("user", "a\ud800b ねこ"))) == [[("text", "a?b ねこ")]]


# --- formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "wanted", "mime"),
    [
        ("WAV", "as_is", "audio/wav"),
        ("FLAC", "as_is", "audio/flac"),
        ("MP3", "as_is", "audio/mp3"),
        ("OGG", "as_is", "audio/ogg"),
        ("AIFF", "as_is", "audio/aiff"),
        ("FLAC", "flac", "audio/flac"),
    ],
)
def test_formats_that_gemini_takes_are_sent_as_stored(kind: str, wanted: Any, mime: str) -> None:
    clip = stored(kind)
    assert parts(build(say("user", clip), audio_format=wanted)) == [[(mime, clip.read_bytes())]]


@pytest.mark.parametrize(
    ("kind", "wanted", "mime"),
    [
        ("CAF", "as_is", "audio/wav"),
        ("W64", "as_is", "audio/wav"),
        ("OGG", "wav", "audio/wav"),
        ("WAV", "flac", "audio/flac"),
        ("AIFF", "mp3", "audio/mp3"),
    ],
)
def test_other_formats_are_encoded_again(kind: str, wanted: Any, mime: str) -> None:
    clip = stored(kind)
    ((found, content),) = parts(build(say("user", clip), audio_format=wanted))[0]
    assert found == mime
    assert MIME[str(audio_format(content))] == mime
    samples = AudioRef(content, "sent").decode(clips.RATE)
    spectrum = np.abs(np.fft.rfft(samples[: clips.RATE // 4]))
    assert np.argmax(spectrum) * 4 == pytest.approx(440, abs=8)


def test_opus_is_not_sent_as_vorbis() -> None:
    # Gemini's list says Ogg Vorbis; the clips of quickstart are Opus in Ogg
    path = Path(__file__).resolve().parents[3] / "tasks" / "quickstart" / "clips"
    clip = AudioRef(path / "choice_01.opus")
    assert clip.read_bytes()[:4] == b"OggS"
    ((mime, content),) = parts(build(say("user", clip)))[0]
    assert mime == "audio/wav" and audio_format(content) == "wav"


def test_aac_is_not_taken_for_mp3() -> None:
    assert audio_format(b"\xff\xf1\x50\x80") is None
    assert audio_format(b"\xff\xf9\x50\x80") is None
    assert audio_format(b"\xff\xfb\x90\x00") == audio_format(b"\xff\xf3\x40\x00") == "mp3"


def test_a_clip_that_cannot_be_read_is_an_audio_error(tmp_path: Path) -> None:
    with pytest.raises(AudioError):
        build(say("user", AudioRef(tmp_path / "absent.wav")))


def test_size_is_that_of_the_body(tmp_path: Path) -> None:
    clip = stored("WAV")
    built = build(say("system", "S" * 50), say("user", clip, "ね" * 100))
    dumped = [content.model_dump(mode="json", exclude_none=True) for content in built.contents]
    body = len(json.dumps([dumped, "S" * 50], ensure_ascii=False).encode())
    assert 0 < body - built.size < 200  # names and brackets


# --- generation arguments ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generation", "expected"),
    [
        ({}, {"temperature": 0}),
        ({"max_new_tokens": 8}, {"max_output_tokens": 8, "temperature": 0}),
        ({"max_gen_toks": 8, "do_sample": False}, {"max_output_tokens": 8, "temperature": 0}),
        ({"temperature": 0.0, "top_p": 0.5, "top_k": 3}, {"temperature": 0}),
        ({"do_sample": True}, {}),
        (
            {"temperature": 0.7, "top_p": 0.9, "top_k": 40},
            {"temperature": 0.7, "top_p": 0.9, "top_k": 40},
        ),
        ({"seed": 7}, {"temperature": 0, "seed": 10}),
        (
            {"presence_penalty": 0.5, "frequency_penalty": -0.5},
            {"temperature": 0, "presence_penalty": 0.5, "frequency_penalty": -0.5},
        ),
        ({"until": "END"}, {"temperature": 0, "stop_sequences": ["END"]}),
        (
            {"until": list("abcdefg")},
            {"temperature": 0, "stop_sequences": ["a", "b", "c", "d", "e"]},
        ),
        ({"repetition_penalty": 1.0, "num_beams": 1, "min_p": 0.1}, {"temperature": 0}),
        ({"do_sample": True, "min_p": 0}, {}),
    ],
)
def test_generation_arguments(generation: dict[str, Any], expected: dict[str, Any]) -> None:
    found = config_fields(Generation.from_arguments(generation), repeat=3)
    assert found == {"max_output_tokens": 512, **expected}
    assert build_request([say("user", "a")], found, RequestOptions()).config.seed == expected.get(
        "seed"
    )


@pytest.mark.parametrize(
    "generation",
    [
        {"repetition_penalty": 1.2},
        {"do_sample": True, "min_p": 0.1},
        {"num_beams": 4},
        {"length_penalty": 2},
    ],
)
def test_what_gemini_does_not_have_is_refused(generation: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"have no|has no"):
        config_fields(Generation.from_arguments(generation))


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean: temperature"):
        config_fields(Generation(extra={"temprature": 1}))
    with pytest.raises(UnknownNameError, match="did you mean: temperature"):
        RequestOptions(omit=frozenset({"temprature"}))


def test_omitted_fields_are_not_sent() -> None:
    assert config_fields(Generation(8, seed=1), omit=frozenset({"temperature"})) == {
        "max_output_tokens": 8,
        "seed": 1,
    }


# --- safety and thinking -----------------------------------------------------------------------


def test_safety_filters_are_off_unless_left_to_the_service() -> None:
    settings = build(say("user", "a")).config.safety_settings
    assert settings is not None
    found = [(setting.category, setting.threshold) for setting in settings]
    assert found == [(f"HARM_CATEGORY_{name}", "BLOCK_NONE") for name in CATEGORIES]
    assert build(say("user", "a"), safety="default").config.safety_settings is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, None),
        ({"thinking_budget": 0}, {"thinking_budget": 0}),
        ({"thinking_budget": 512}, {"thinking_budget": 512, "include_thoughts": True}),
        ({"thinking_budget": -1}, {"thinking_budget": -1, "include_thoughts": True}),
        ({"thinking_level": "low"}, {"thinking_level": "LOW", "include_thoughts": True}),
        (
            {"thinking_level": "high", "include_thoughts": False},
            {"thinking_level": "HIGH", "include_thoughts": False},
        ),
        ({"include_thoughts": True}, {"include_thoughts": True}),
    ],
)
def test_thinking(options: dict[str, Any], expected: dict[str, Any] | None) -> None:
    found = build(say("user", "a"), **options).config.thinking_config
    assert (found and found.model_dump(exclude_none=True, mode="json")) == expected


def test_a_budget_and_a_level_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="two ways to say one thing"):
        RequestOptions(thinking_budget=5, thinking_level="low")


def test_the_package_is_told_to_send_once_and_to_hand_over_the_body() -> None:
    config = build(say("user", "a")).config
    assert config.should_return_http_response is True
    assert config.automatic_function_calling is not None
    assert config.automatic_function_calling.disable is True


def test_several_requests_share_nothing() -> None:
    messages: Sequence[Message] = [say("user", stored("WAV"), "a")]
    one = build_request(messages, {}, RequestOptions())
    other = build_request(messages, {}, RequestOptions())
    one.contents.clear()
    assert len(other.contents) == 1
