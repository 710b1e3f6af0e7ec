"""Synthetic test audio: tones, noise, silence and a speech-like signal, as arrays, bytes or files.

Everything is seeded, so that a clip's sha256 is the same in every run on one library version.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from harness.audio import AudioRef

RATE = 16_000
Samples = npt.NDArray[np.float32]


def tone(
    seconds: float = 1.0, frequency: float = 440.0, rate: int = RATE, level: float = 0.5
) -> Samples:
    """A sine of amplitude ``level``."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def noise(seconds: float = 1.0, seed: int = 0, rate: int = RATE) -> Samples:
    """White noise, standard deviation 0.1."""
    generator = np.random.default_rng(seed)
    return (0.1 * generator.standard_normal(round(seconds * rate))).astype(np.float32)


def silence(seconds: float = 1.0, rate: int = RATE) -> Samples:
    """Digital silence."""
    return np.zeros(round(seconds * rate), dtype=np.float32)


def speech_like(seconds: float = 1.0, seed: int = 0, rate: int = RATE) -> Samples:
    """A buzz with moving formants and syllable-like loudness: no words, but a voice to a front end."""
    generator = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = 110 + 20 * np.sin(2 * np.pi * 0.7 * time) + generator.uniform(-10, 10)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    voice = np.zeros_like(time)
    formants = [generator.uniform(*band) for band in ((300, 800), (900, 2200), (2300, 3200))]
    for harmonic in range(1, 30):
        frequency = harmonic * pitch
        gain = sum(np.exp(-(((frequency - formant) / 150) ** 2)) for formant in formants)
        voice += (gain + 0.02) * np.sin(harmonic * phase)
    syllables = 0.5 * (1 - np.cos(2 * np.pi * 4 * time))
    voice *= syllables
    return np.asarray(0.5 * voice / max(np.abs(voice).max(), 1e-9), dtype=np.float32)


def encoded(samples: Samples, rate: int = RATE, form: str = "WAV") -> bytes:
    """The clip as a file's bytes (``WAV``, ``FLAC``, ``OGG``)."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=form)
    return buffer.getvalue()


def write(path: Path, samples: Samples, rate: int = RATE) -> Path:
    """Write the clip; the container follows the suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)
    return path


def ref(samples: Samples, name: str = "clip.wav", rate: int = RATE) -> AudioRef:
    """The clip as a lazy reference that holds its bytes."""
    return AudioRef(encoded(samples, rate), name)
