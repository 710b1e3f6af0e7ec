"""What third parties test with: a scripted model, the conformance suite, real and synthetic clips.

``mock:BEHAVIOUR`` is the scripted model on the command line; ``MockAdapter`` is its class. ``AdapterConformance`` holds
what every adapter owes the runner. Nothing here imports pytest.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.audio import AudioRef
from model_adapters.conformance import AdapterConformance, NonconformingError
from model_adapters.mock.adapter import MockAdapter

__all__ = ["AdapterConformance", "MockAdapter", "NonconformingError", "speech_clips", "tone"]


def speech_clips() -> Mapping[str, AudioRef]:
    """Return the packaged clips of the quick-start suite: English sentences, 16 kHz mono, a few seconds each.

    >>> clips = speech_clips()
    >>> len(clips) >= 10, next(iter(clips.values())).sampling_rate
    (True, 16000)
    """
    folder = Path(__file__).resolve().parents[1] / "tasks" / "quickstart" / "clips"
    return {path.stem: AudioRef(path) for path in sorted(folder.iterdir()) if path.is_file()}


def tone(
    seconds: float = 1.0,
    frequency: float = 440.0,
    sampling_rate: int = 16_000,
    path: str | Path | None = None,
) -> AudioRef:
    """Make a sine of amplitude 0.5.

    Args:
        seconds: duration.
        frequency: in Hz.
        sampling_rate: in Hz.
        path: where to write it as WAV; by default it stays in memory.

    >>> tone(0.25).seconds
    0.25
    """
    import soundfile

    time = np.arange(round(seconds * sampling_rate)) / sampling_rate
    samples = (0.5 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)
    if path is not None:
        soundfile.write(path, samples, sampling_rate, format="WAV")
        return AudioRef(Path(path))
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sampling_rate, format="WAV")
    return AudioRef(buffer.getvalue(), "tone.wav")
