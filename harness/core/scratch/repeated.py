"""What occurs more than once in a sequence too long to remember: eight bytes an element, and only while it is looked for."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Final

_FEW: Final = 100_000


def repeated(words: array[int]) -> list[int]:
    """Return the places of 64-bit words that occur more than once, in order.

    Where words are hashes, these are the places of equal elements and, rarely, of others.

    Args:
        words: an array of type ``q`` or ``Q``.

    >>> repeated(array("q", [5, 7, 5, 8]))
    [0, 2]
    """
    if len(words) < _FEW:  # without numpy, which takes its time to load
        counts = Counter(words)
        return [place for place, word in enumerate(words) if counts[word] > 1]
    import numpy as np

    plain = np.frombuffer(words, dtype=np.int64)
    ordered = np.sort(plain)
    alike = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(alike):
        return []
    found: list[int] = np.flatnonzero(np.isin(plain, alike)).tolist()
    return found
