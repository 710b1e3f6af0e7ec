"""Hazards: a small file that takes gigabytes; half a clip scored as a whole one; a decoder that ends the run."""

from __future__ import annotations

import contextlib
import io
import struct

import numpy as np
import pytest
import soundfile

from harness.audio import AudioRef
from harness.core import clip_honesty
from harness.errors import AudioError
from tests.support.clips import encoded, tone

RATE = 16_000


def written(container: str, subtype: str, *, rate: int = RATE, channels: int = 1) -> bytes:
    samples = np.tile(tone(2.0, 300)[:, None], (1, channels))
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=container, subtype=subtype)
    return buffer.getvalue()


ANNOUNCED = [
    ("WAV", "PCM_16"), ("WAVEX", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("AIFF", "PCM_16"),
    ("AU", "PCM_16"), ("W64", "PCM_16"), ("RF64", "PCM_16"), ("CAF", "PCM_16"), ("SVX", "PCM_16"),
    ("NIST", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"),
]  # fmt: skip


@pytest.mark.parametrize(("container", "subtype"), ANNOUNCED)
@pytest.mark.parametrize("kept", [0.9, 0.6])
def test_a_clip_shorter_than_it_announces_is_an_error(
    container: str, subtype: str, kept: float
) -> None:
    whole = written(container, subtype)
    assert len(AudioRef(whole).decode()) >= 2 * RATE - 1
    with pytest.raises(AudioError):
        AudioRef(whole[: int(len(whole) * kept)]).decode(RATE)


@pytest.mark.parametrize(("container", "subtype"), [("WAV", "GSM610"), ("XI", "DPCM_16")])
def test_a_clip_that_cannot_be_sought_is_read(container: str, subtype: str) -> None:
    rate = 44_100 if container == "XI" else RATE
    assert len(AudioRef(written(container, subtype, rate=rate)).decode()) > RATE


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFF0])
def test_a_streamed_wav_of_unknown_size_is_read(size: int) -> None:
    data = bytearray(encoded(tone(0.5, 300)))
    data[4:8] = data[40:44] = struct.pack("<I", size)
    assert len(AudioRef(bytes(data)).decode()) == RATE // 2


def header(data: bytes, *, channels: int = 1, rate: int = RATE) -> bytes:
    """A WAV with another header."""
    changed = bytearray(data)
    changed[22:24] = struct.pack("<H", channels)
    changed[24:28] = struct.pack("<I", rate)
    return bytes(changed)


@pytest.mark.parametrize(
    ("channels", "rate", "said"),
    [
        (1, 655_350, "655350 Hz"),
        (1, 1, "1 Hz"),
        (1024, RATE, "1024 channels"),
        (1, 2**31 - 1, "Hz"),
    ],
)
def test_channels_and_rate_are_bounded_before_decoding(channels: int, rate: int, said: str) -> None:
    clip = AudioRef(header(written("WAV", "PCM_16"), channels=channels, rate=rate))
    for use in (clip.decode, lambda: clip.seconds):
        with pytest.raises(AudioError, match=said):
            use()


def test_samples_are_bounded_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are no bound: at a high rate an allowed duration is a hundred times the memory."""
    monkeypatch.setattr(clip_honesty, "MAX_SAMPLES", RATE)
    monkeypatch.setattr(
        soundfile.SoundFile, "read", lambda *_, **__: pytest.fail("samples were decoded")
    )
    with pytest.raises(AudioError, match=r"32000 samples at 16000 Hz"):
        AudioRef(written("FLAC", "PCM_16")).decode()


@pytest.mark.parametrize(
    ("peak", "taken"), [(1.5, True), (32_768.0, True), (1e6, False), (3e38, False)]
)
def test_samples_far_beyond_one_are_damage(peak: float, taken: bool) -> None:
    samples = tone(0.1, 300)
    samples[50] = -peak
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="WAV", subtype="FLOAT")
    clip = AudioRef(buffer.getvalue())
    if taken:
        assert float(clip.decode().min()) == -peak
    else:
        with pytest.raises(AudioError, match="expected -1 to 1"):
            clip.decode()


def test_a_header_that_points_before_the_file_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """libsndfile seeks wherever a damaged header says; what its callback raises would be printed as a traceback."""
    whole = written("AIFF", "PCM_16")
    for place in (38, 39, 40, 41):
        data = bytearray(whole)
        data[place] = 0xFF
        with contextlib.suppress(AudioError):
            AudioRef(bytes(data)).decode()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("error", [ValueError, TypeError, ZeroDivisionError, MemoryError, OSError])
def test_whatever_a_decoder_raises_is_the_clips_error(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("from the decoder")

    monkeypatch.setattr(soundfile.SoundFile, "read", fail)
    with pytest.raises(AudioError, match="cannot decode audio"):
        AudioRef(written("WAV", "PCM_16")).decode()
