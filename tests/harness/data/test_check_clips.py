"""``data check --deep`` names clips of which a model hears nothing, and files that are no clips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from harness.audio import AudioRef
from harness.data.check import silence
from tests.support.command import CommandResult
from tests.support.data import sakura

Cli = Callable[..., CommandResult]

RATE = 16_000
TONE = 0.4 * np.sin(np.arange(RATE) / 7)


def write(path: Path, *channels: np.ndarray[Any, Any]) -> Path:
    soundfile.write(path, np.stack(channels, axis=1), RATE, format="WAV")
    return path


@pytest.mark.parametrize(
    ("channels", "why"),
    [
        ((TONE,), ""),
        ((TONE, TONE), ""),
        ((TONE, -0.5 * TONE), ""),
        ((TONE * 0.001,), ""),
        ((TONE, 0 * TONE), ""),
        ((TONE, -TONE), "cancel"),
        ((TONE, TONE, -TONE, -TONE), "cancel"),
        ((0 * TONE,), "silent"),
        ((0 * TONE, 0 * TONE), "silent"),
        ((0 * TONE + 2**-15,), "silent"),
    ],
)
def test_silence_is_what_a_model_would_hear(
    channels: tuple[np.ndarray[Any, Any], ...], why: str, tmp_path: Path
) -> None:
    found = silence(AudioRef(write(tmp_path / "clip.wav", *channels)))
    assert (found is None) == (not why)
    assert why in (found or "")


def test_deep_check_names_file_fault_and_cure(cli: Cli, tmp_path: Path) -> None:
    audio = tmp_path / "Emotion" / "audio"
    sakura.write_audio(audio)
    sakura.write_csv(tmp_path / "Emotion")
    write(audio / "sad1.wav", TONE, -TONE)
    write(audio / "happy1.wav", 0 * TONE)
    (audio / "gone.wav").write_text("version https://git-lfs.github.com/spec/v1\n")
    shallow = cli("data", "check", "sakura", tmp_path, "-t", "sakura_emotion_single")
    assert "silent" not in shallow.out
    done = cli("data", "check", "sakura", tmp_path, "-t", "sakura_emotion_single", "--deep")
    assert done.code == 1
    lines = done.out.splitlines()
    anti = next(line for line in lines if "anti-phase" in line)
    silent = next(line for line in lines if "the clip is silent" in line)
    pointer = next(line for line in lines if "git-lfs" in line)
    assert anti.strip().startswith("silent:") and "sad1.wav" in anti
    assert "happy1.wav" in silent
    assert "gone.wav" in pointer and "git lfs pull" in pointer
