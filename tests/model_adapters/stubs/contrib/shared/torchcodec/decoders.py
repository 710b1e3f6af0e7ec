"""Stub of torchcodec 0.8.1: decodes the wav files that the modules write."""

from dataclasses import dataclass
from typing import Any

from stub_tools import read_wav


@dataclass
class AudioSamples:
    """Third party: torchcodec.AudioSamples."""

    data: Any
    pts_seconds: float
    duration_seconds: float
    sample_rate: int


class AudioDecoder:
    """Third party: torchcodec.decoders.AudioDecoder."""

    def __init__(self, source, *, stream_index=None, sample_rate=None, num_channels=None):
        """Third party: torchcodec.decoders.AudioDecoder; raw encoded bytes are a source."""
        self._samples, self._rate = read_wav(source)

    def get_all_samples(self):
        """Third party: torchcodec.decoders.AudioDecoder.get_all_samples."""
        seconds = len(self._samples) / self._rate
        return AudioSamples(self._samples[None], 0.0, seconds, self._rate)
