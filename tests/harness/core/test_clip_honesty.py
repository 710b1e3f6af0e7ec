"""Clips that end before they announce, headers that were never filled in, files that are no audio: in every format."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from harness.audio import AudioRef
from harness.errors import AudioError

RATE = 16_000
ANNOUNCED = (
    ("MP3", None), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("AU", None), ("AIFF", None), ("W64", None), ("RF64", None), ("CAF", None), ("FLAC", None),
    ("WAV", None), ("NIST", None), ("SVX", None), ("VOC", None), ("AVR", None), ("MAT4", None), ("MAT5", None), ("MPC2K", None), ("WVE", "ALAW"),
)  # fmt: skip
"""Formats that say how long a clip is. PVF, IRCAM, PAF and XI do not."""


def encoded(container: str, subtype: str | None = None) -> bytes:
    """Three seconds of a noisy tone."""
    draw = np.random.default_rng(0)
    count = 3 * RATE
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(count) / RATE)
    stream = io.BytesIO()
    soundfile.write(
        stream, tone + 0.01 * draw.standard_normal(count), RATE, format=container, subtype=subtype
    )
    return stream.getvalue()


@pytest.mark.parametrize(("container", "subtype"), ANNOUNCED)
@pytest.mark.parametrize("share", [0.6, 0.97])
def test_a_clip_shorter_than_it_announces_is_an_error(
    container: str, subtype: str | None, share: float, tmp_path: Path
) -> None:
    whole = encoded(container, subtype)
    assert len(AudioRef(whole, "whole").decode()) == 3 * RATE
    path = tmp_path / "cut.bin"
    path.write_bytes(whole[: int(len(whole) * share)])
    for clip in (AudioRef(path), AudioRef(path.read_bytes(), "cell 3")):
        with pytest.raises(AudioError) as found:
            clip.decode()
        text = str(found.value)
        assert str(path) in text or "cell 3" in text
        assert "BytesIO" not in text and not re.search(r"opening \d", text)


def wav(riff: int, data: int) -> bytes:
    """A WAV with other sizes in its header."""
    whole = encoded("WAV", "PCM_16")
    assert whole[36:40] == b"data"
    return (
        whole[:4]
        + riff.to_bytes(4, "little")
        + whole[8:40]
        + data.to_bytes(4, "little")
        + whole[44:]
    )


@pytest.mark.parametrize(
    ("riff", "data"),
    [
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFDB),
        (0x7FFFF024, 0x7FFFF000),  # SoX to a pipe
        (0x80000023, 0x7FFFFFFF),
        (0, 0),
        (0, 96_000),
        (96_036, 0),
    ],
)
def test_headers_of_streams_are_no_truncation(riff: int, data: int) -> None:
    clip = AudioRef(wav(riff, data), "stream.wav")
    assert clip.info.seconds == 3.0
    assert np.abs(clip.decode()).max() > 0.2


def test_a_wav_without_samples_stays_without_samples() -> None:
    empty = wav(36, 0)[:44]
    tagged = empty + b"LIST" + (4).to_bytes(4, "little") + b"INFO"
    for whole in (empty, tagged):
        with pytest.raises(AudioError, match="no samples"):
            AudioRef(whole, "empty.wav").decode()


@pytest.mark.parametrize(
    ("content", "what", "cure"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "git-lfs pointer", "git lfs pull"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML", "fetch the file again"),
        (b"\n <html>", "HTML", "fetch"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42" + b"\0" * 90, "m4a", "ffmpeg"),
        (b"\0\0\0\x20ftypisom\0\0\0\0" + b"\0" * 90, "MPEG-4", "ffmpeg"),
        (b"\x1aE\xdf\xa3" + b"\0" * 40, "WebM", "ffmpeg"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + b"\0" * 40, "wma", "ffmpeg"),
        (b"#!AMR\n" + b"\x3c" * 40, "AMR", "ffmpeg"),
        (b"PK\x03\x04" + b"\0" * 40, "zip", "unpack"),
        (b"\x93NUMPY" + b"\0" * 40, "NumPy", "WAV"),
        (b'{"error": "not found"}', "JSON", "fetch"),
        (b"\0" * 400, "zero bytes", "fetch"),
        ("träge Wörter".encode(), "text file", "fetch"),
        (bytes(range(128, 256)) * 4, "Format not recognised", ""),
    ],
)  # fmt: skip
def test_a_file_that_is_no_audio_is_called_what_it_is(
    content: bytes, what: str, cure: str, tmp_path: Path
) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(content)
    messages = []
    for clip in (AudioRef(path), AudioRef(content, str(path))):
        with pytest.raises(AudioError) as found:
            _ = clip.info
        messages.append(str(found.value))
        assert what in found.value.message and cure in (found.value.hint or "")
    assert messages[0] == messages[1]
    assert messages[0].startswith(str(path))


def test_the_peak_of_the_channels_is_not_that_of_their_mix(tmp_path: Path) -> None:
    tone = 0.5 * np.sin(np.arange(RATE) / 5)
    path = tmp_path / "antiphase.flac"
    soundfile.write(path, np.stack([tone, -tone], axis=1), RATE)
    clip = AudioRef(path)
    assert np.abs(clip.decode()).max() < 1e-4
    assert clip.channel_peak() == pytest.approx(0.5, abs=0.01)
