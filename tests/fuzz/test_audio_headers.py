"""Clips of strangers: whatever their bytes say, decoding gives finite samples within bounds, or the clip's own error."""

from __future__ import annotations

import io
import random
from functools import cache
from typing import Any

import numpy as np
import soundfile

from harness.audio import LOUDEST, AudioRef
from harness.core.clip_honesty import MAX_CHANNELS, MAX_RATE, MIN_RATE
from harness.errors import AudioError
from tests.support.clips import tone
from tests.support.fuzzing.driver import fuzz
from tests.support.fuzzing.mutations import bent_bytes

RATE = 16_000
FORMS = (
    ("WAV", "PCM_16", 1), ("WAV", "PCM_16", 2), ("WAV", "FLOAT", 1), ("WAV", "IMA_ADPCM", 1), ("WAV", "GSM610", 1),
    ("WAVEX", "PCM_24", 1), ("RF64", "PCM_16", 1), ("W64", "PCM_16", 1), ("AIFF", "PCM_16", 1), ("AU", "PCM_16", 1),
    ("CAF", "PCM_16", 1), ("NIST", "PCM_16", 1), ("SVX", "PCM_16", 1), ("FLAC", "PCM_16", 1), ("OGG", "VORBIS", 1),
    ("OGG", "OPUS", 1), ("MP3", "MPEG_LAYER_III", 1), ("VOC", "PCM_16", 1), ("MAT5", "PCM_16", 1), ("XI", "DPCM_16", 1),
)  # fmt: skip


@cache
def clip(form: tuple[str, str, int]) -> bytes:
    container, subtype, channels = form
    samples = np.tile(tone(0.15, 300)[:, None], (1, channels))
    buffer = io.BytesIO()
    rate = 44_100 if container == "XI" else RATE
    soundfile.write(buffer, samples, rate, format=container, subtype=subtype)
    return buffer.getvalue()


def test_no_header_ends_in_anything_but_samples_or_the_clips_error(record_property: Any) -> None:
    def one(draw: random.Random) -> str:
        form = draw.choice(FORMS)
        data = bent_bytes(clip(form), draw, head=120)
        ref = AudioRef(data, name="clip")
        try:
            info = ref.info
            samples = ref.decode(draw.choice((None, RATE)))
        except AudioError as error:
            assert error.message and error.where == "clip"
            return "refused"
        assert samples.dtype == np.float32 and samples.ndim == 1 and len(samples)
        assert np.isfinite(samples).all() and float(np.abs(samples).max()) <= LOUDEST
        assert MIN_RATE <= info.sampling_rate <= MAX_RATE and 1 <= info.channels <= MAX_CHANNELS
        assert info.seconds > 0
        return "decoded"

    found = fuzz("audio headers", one, quick=600, record=record_property)
    assert found["refused"] and found["decoded"]
