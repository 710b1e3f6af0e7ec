"""What controls do to a clip: mono samples in, mono samples of the same rate out, deterministic by a seed.

Random numbers come from numpy's legacy generator, whose stream is frozen, so a clip is the same in every version of numpy.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Samples = npt.NDArray[np.float32]

QUIET_NOISE: Final = 0.01
"""RMS of the noise that is added to a clip without sound, where no ratio exists."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A lossy form of audio: container and coding of libsndfile, and the rate (Hz) it works at, ``None`` for the clip's own."""

    format: str
    subtype: str
    rate: int | None = None


CODECS: Final[Mapping[str, Codec]] = {
    "ulaw": Codec("WAV", "ULAW"),
    "alaw": Codec("WAV", "ALAW"),
    "phone": Codec("WAV", "ULAW", 8_000),
    "gsm": Codec("WAV", "GSM610", 8_000),
    "mp3": Codec("MP3", "MPEG_LAYER_III", 16_000),
    "vorbis": Codec("OGG", "VORBIS"),
    "opus": Codec("OGG", "OPUS", 16_000),
}


def silence(samples: Samples, rate: int, value: float, seed: int) -> Samples:
    """Return as many zeros."""
    import numpy as np

    del rate, value, seed
    return np.zeros_like(samples)


def noise(samples: Samples, rate: int, value: float, seed: int) -> Samples:
    """Add white noise at a signal-to-noise ratio of ``value`` dB over the whole clip; a sum over 1 is scaled down."""
    import numpy as np

    del rate
    drawn = np.random.RandomState(seed).standard_normal(len(samples))
    level = _rms(samples)
    wanted = level / 10 ** (value / 20) if level > 0 else QUIET_NOISE
    return _bounded(samples + drawn * wanted)


def speed(samples: Samples, rate: int, value: float, seed: int) -> Samples:
    """Return the clip ``value`` times as fast, pitch included."""
    import numpy as np
    import soxr

    del seed
    found = soxr.resample(samples, rate * value, rate, quality="HQ")
    return np.ascontiguousarray(found, dtype=np.float32) if len(found) else samples[:1]


def reverb(samples: Samples, rate: int, value: float, seed: int) -> Samples:
    """Put the clip into a room whose sound decays by 60 dB in ``value`` seconds; loudness and length stay.

    The room is noise with an exponential decay after the direct sound (Polack's model), as loud in all as the direct sound.
    """
    import numpy as np
    from scipy.signal import fftconvolve

    length = max(2, int(rate * value))
    time = np.arange(length) / rate
    tail = np.random.RandomState(seed).standard_normal(length) * np.exp(-6.9078 * time / value)
    tail[0] = 0.0
    room = tail / np.sqrt(np.sum(tail**2))
    room[0] = 1.0
    wet = fftconvolve(samples.astype(np.float64), room)[: len(samples)]
    before, after = _rms(samples), _rms(wet)
    return _bounded(wet * (before / after) if after > 0 else wet)


def through_codec(samples: Samples, rate: int, name: str) -> Samples:
    """Encode and decode once; rate and number of samples stay."""
    import numpy as np
    import soundfile
    import soxr

    codec = CODECS[name]
    own = codec.rate or rate
    sent = soxr.resample(samples, rate, own, quality="HQ") if own != rate else samples
    coded = io.BytesIO()
    soundfile.write(coded, sent, own, format=codec.format, subtype=codec.subtype)
    coded.seek(0)
    heard, _ = soundfile.read(coded, dtype="float32")
    back = soxr.resample(heard, own, rate, quality="HQ") if own != rate else heard
    found = np.zeros(len(samples), np.float32)
    kept = min(len(samples), len(back))
    found[:kept] = back[:kept]
    return _bounded(found)


SOUNDS: Final[Mapping[str, Callable[[Any, int, float, int], Any]]] = {
    "silence": silence,
    "noise": noise,
    "speed": speed,
    "reverb": reverb,
}


def wav(samples: Samples, rate: int) -> bytes:
    """Return samples as the bytes of a mono WAV file of 16 bits."""
    import numpy as np
    import soundfile

    whole = np.clip(np.rint(np.asarray(samples, np.float64) * 32767), -32768, 32767).astype(
        np.int16
    )
    file = io.BytesIO()
    soundfile.write(file, whole, rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def _rms(samples: Any) -> float:
    import numpy as np

    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def _bounded(samples: Any) -> Samples:
    import numpy as np

    peak = float(np.max(np.abs(samples))) if len(samples) else 0.0
    found: Samples = np.asarray(samples / peak if peak > 1 else samples, dtype=np.float32)
    return found
