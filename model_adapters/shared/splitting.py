"""Cutting a long clip where it is quiet, so that words stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SEARCH_SECONDS: Final = 5.0
"""How far before the end of a stretch a quiet moment is looked for."""
_FRAMES_PER_SECOND: Final = 50


def split_at_quiet(
    samples: npt.NDArray[np.float32], longest: float, rate: int
) -> list[npt.NDArray[np.float32]]:
    """Cut a clip into stretches of at most ``longest`` seconds, at the quietest moment near each end.

    The stretches are the clip: nothing is lost or repeated.

    Args:
        samples: mono samples.
        longest: seconds.
        rate: sampling rate in Hz.

    >>> import numpy as np
    >>> clip = np.ones(16_000 * 70, dtype=np.float32)
    >>> [len(part) / 16_000 <= 30 for part in split_at_quiet(clip, 30.0, 16_000)]
    [True, True, True]
    >>> sum(len(part) for part in split_at_quiet(clip, 30.0, 16_000)) == len(clip)
    True
    """
    import numpy as np

    limit = round(longest * rate)
    frame = rate // _FRAMES_PER_SECOND
    search = min(round(SEARCH_SECONDS * rate), limit // 2)
    parts = []
    while len(samples) > limit:
        tail = samples[limit - search : limit]
        frames = tail[: len(tail) // frame * frame].reshape(-1, frame)
        loudness = np.square(frames, dtype=np.float64).sum(axis=1)
        # The last of equally quiet frames, so that stretches stay long.
        quietest = len(loudness) - 1 - int(np.argmin(loudness[::-1]))
        cut = limit - search + quietest * frame + frame // 2
        parts.append(samples[:cut])
        samples = samples[cut:]
    return [*parts, samples]
