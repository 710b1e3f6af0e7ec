"""Requests and clips for tests of ``hf``."""

from __future__ import annotations

from typing import Any

from harness.audio import AudioRef
from harness.types import Audio, Generation, Message, Request, Text
from tests.support import clips

QUESTION = "What animal can be heard?"


def request(*audio: Audio, text: str = QUESTION, system: str = "", **generation: Any) -> Request:
    """One user message of clips and a question, 12 tokens."""
    messages = [Message("user", (*audio, Text(text)))]
    if system:
        messages.insert(0, Message("system", (Text(system),)))
    names = " ".join(clip.path for clip in audio)
    return Request(
        f"{names}|{text}|{generation}",
        tuple(messages),
        Generation.from_arguments({"max_new_tokens": 12, **generation}),
        item=("task", names),
    )


def voice(seed: int, seconds: float = 2.0) -> AudioRef:
    """Noise with the envelope of speech."""
    return clips.ref(clips.speech_like(seconds, seed), f"voice-{seed}-{seconds}.wav")
