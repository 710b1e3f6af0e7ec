"""A copy of LLaSO-Eval: a handful of invented items with the oddities of the official files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

GENDER = "vctk_gender_classification_test"


def clip(form: str = "WAV", seconds: float = 0.3) -> bytes:
    buffer = io.BytesIO()
    wave = 0.3 * np.sin(np.linspace(0, 200, int(16_000 * seconds)))
    soundfile.write(buffer, wave, 16_000, format=form)
    return buffer.getvalue()


def entry(
    voice: str, gold: str, prompt: str = "Male or female?<audio>", **more: Any
) -> dict[str, Any]:
    turns = [{"from": "human", "value": prompt}, {"from": "gpt", "value": gold}]
    return {"voice": [voice], "conversations": turns, **more}


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_copy(root: Path) -> None:
    """The documented layout with what is odd about it."""
    items = [
        entry("vctk/wav48/p301\\p301_001_mic1.flac", "Female.", id="7"),
        entry("vctk/wav48/p301\\p301_002_mic1.flac", " Female.", id="7", metadata={"age": 20}),
        entry("vctk/wav48/p302\\p302_001_mic1.flac", "Male."),
        entry("vctk/wav48/p303\\gone.flac", "Male."),
        entry("..\\outside.flac", "Male."),
        entry("vctk/wav48/p302\\p302_001_mic1.flac", "Male."),
    ]
    write(root / "text_audio" / f"{GENDER}.json", json.dumps(items, indent=1).encode())
    write(root / "vctk/wav48/p301/p301_001_mic1.flac", clip("FLAC"))
    write(root / "vctk/wav48/p301/p301_002_mic1.flac", clip("MP3"))  # named .flac
    write(root / "text_audio/vctk/wav48/p302/p302_001_mic1.flac", clip("FLAC"))
    write(root.parent / "outside.flac", clip("FLAC"))
    lines = [
        entry(
            "dolly_instruction\\9_EN-AU_1.0_5.wav",
            "Two\u2028lines\x85.",
            "<audio>Duck facts.",
            id="9",
        ),
        entry("dolly_instruction\\8_EN-AU_1.0_5.wav", "One.", "No marker", id="9"),
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n"
    write(root / "audio_text" / "dolly_instruction_0_test.json", b"\xef\xbb\xbf" + text.encode())
    for number in (8, 9):
        write(root / f"dolly_instruction/{number}_EN-AU_1.0_5.wav", clip())
