"""Pictures of a clip, small enough that a page of a thousand items holds them: its waveform and its spectrogram.

Both are made from the clip as most models hear it, at 16 kHz. Levels are relative to the loudest place of the clip, so a
quiet clip has a picture too.
"""

from __future__ import annotations

import base64
import itertools
from typing import Any, Final, NamedTuple

from harness.audio import AudioRef
from harness.errors import HarnessError
from harness.report.html.embedding import packed_bytes

RATE: Final = 16_000
"""Samples a second."""
POINTS: Final = 180
"""Points of a waveform."""
_WINDOW: Final = 512
_FRAMES: Final = 8
"""Windows that a column of a spectrogram is the mean of, at most."""
_RANGE: Final = 70.0
"""Decibels from the loudest place to the lowest level."""
_LEVELS: Final = 15


class Grid(NamedTuple):
    """Size of a spectrogram: columns in time, bands in frequency, mel-spaced from 0 to 8 kHz."""

    columns: int
    bands: int


FINE: Final = Grid(240, 40)
COARSE: Final = Grid(96, 24)


class Pictures(NamedTuple):
    """Pictures of a clip, as text.

    Attributes:
        wave: ``POINTS`` peaks from 0 to 255 as base64.
        spectrum: two levels from 0 to 15 in a byte, column by column, the lowest band first; deflated, as base64. ``None`` if not asked for.
    """

    wave: str
    spectrum: str | None = None


def pictures(content: bytes, grid: Grid | None) -> Pictures | None:
    """Return the pictures of an encoded clip, ``None`` if it does not decode or holds no sample.

    Args:
        content: the file.
        grid: the size of its spectrogram; ``None`` makes none.
    """
    try:
        samples = AudioRef(content).decode(RATE)
    except HarnessError:
        return None
    if not len(samples):
        return None
    return Pictures(_wave(samples), None if grid is None else _spectrum(samples, grid))


def _wave(samples: Any) -> str:
    import numpy as np

    loud = np.abs(samples)
    edges = np.linspace(0, len(loud), POINTS + 1).astype(int)[:-1]
    peaks: Any = np.maximum.reduceat(loud, np.minimum(edges, len(loud) - 1))
    top = float(peaks.max())
    scaled = np.sqrt(peaks / top) * 255 if top > 0 else peaks * 0
    return base64.b64encode(scaled.astype(np.uint8).tobytes()).decode("ascii")


def _spectrum(samples: Any, grid: Grid) -> str:
    levels = spectrogram(samples, grid).reshape(-1)
    return packed_bytes(((levels[0::2] << 4) | levels[1::2]).tobytes())


def spectrogram(samples: Any, grid: Grid) -> Any:
    """Return levels from 0 to 15, an array of ``grid.columns`` times ``grid.bands``.

    Args:
        samples: the clip at ``RATE``.
        grid: the size.

    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    >>> int(spectrogram(tone, COARSE)[48].argmax())  # 1,000 mel of 2,840 are in the ninth of 24 bands
    8
    """
    import numpy as np

    padded = np.pad(samples, (0, max(_WINDOW - len(samples), 0)))
    each = min(max((len(padded) - _WINDOW) // (grid.columns * _WINDOW // 2), 1), _FRAMES)
    starts = np.linspace(0, len(padded) - _WINDOW, grid.columns * each).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[starts]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW).astype(np.float32))) ** 2
    power = power.reshape(grid.columns, each, -1).mean(axis=1)
    bands = np.stack([power[:, low:high].mean(axis=1) for low, high in _bands(grid.bands)], axis=1)
    loudest = float(bands.max())
    if loudest <= 0:
        return np.zeros((grid.columns, grid.bands), np.uint8)
    decibels = 10 * np.log10(bands / loudest + 1e-12)
    return np.clip(np.rint((decibels / _RANGE + 1) * _LEVELS), 0, _LEVELS).astype(np.uint8)


def _bands(number: int) -> list[tuple[int, int]]:
    """Return the frequency bins of each band, at least one, from its first to behind its last."""
    bins = _WINDOW // 2 + 1
    top = _mel(RATE / 2)
    edges = [
        round(_hertz(top * place / number) / (RATE / 2) * (bins - 1)) for place in range(number + 1)
    ]
    return [(min(low, bins - 1), max(high, low + 1)) for low, high in itertools.pairwise(edges)]


def _mel(hertz: float) -> float:
    import math

    return 2595 * math.log10(1 + hertz / 700)


def _hertz(mel: float) -> float:
    return float(700 * (10 ** (mel / 2595) - 1))
