"""Word edits with merged compounds, as kaldialign counts them: words that spell one word together match it at no cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from harness.types import Stats
from metrics.text.edits import word_edits
from metrics.witness import tell


def merged_edits(reference: str, hypothesis: str) -> Stats:
    """Count word edits where a run of two or more words matches the one word of the other side that it spells.

    The length is that of the reference before merging. Only the total is defined, not its kinds.

    >>> merged_edits("see the white paper snow now", "see the whitepapersnow now")
    {'edits': 0, 'length': 6}
    >>> merged_edits("a nice day", "an ice day")
    {'edits': 2, 'length': 3}
    """
    said, heard = reference.split(), hypothesis.split()
    down, across = _merges(said, frozenset(heard)), _merges(heard, frozenset(said))
    if not any(down) and not any(across):
        return word_edits(reference, hypothesis)
    stats: Stats = {"edits": _distance(said, heard, down, across), "length": len(said)}
    tell("words", hypothesis, stats, reference)
    return stats


Merges = Sequence[Sequence[tuple[int, str]]]
"""End of a run (exclusive) -> number of words and what they spell."""


def _merges(words: Sequence[str], targets: frozenset[str]) -> Merges:
    longest = max(map(len, targets), default=0)
    found: list[list[tuple[int, str]]] = [[] for _ in range(len(words) + 1)]
    for end in range(2, len(words) + 1):
        size = len(words[end - 1])
        start = end - 1
        while start and size + len(words[start - 1]) <= longest:
            start -= 1
            size += len(words[start])
            spelt = "".join(words[start:end])
            if spelt in targets:
                found[end].append((end - start, spelt))
    return found


def _distance(said: Sequence[str], heard: Sequence[str], down: Merges, across: Merges) -> int:
    """Return the distance; row by row, each row an array over the hypothesis."""
    import numpy as np

    numbers = {word: number for number, word in enumerate(dict.fromkeys((*said, *heard)))}
    columns = np.array([numbers[word] for word in heard], dtype=np.int64)
    steps = np.arange(len(heard) + 1, dtype=np.int64)
    kept = max((size for runs in down for size, _ in runs), default=1)
    rows = deque([steps.copy()], maxlen=kept + 1)
    jumps: dict[str, list[tuple[int, int]]] = {}
    for end, runs in enumerate(across):
        for size, spelt in runs:
            jumps.setdefault(spelt, []).append((end, size))
    for place, word in enumerate(said, start=1):
        above = rows[-1]
        row = above + 1
        row[1:] = np.minimum(row[1:], above[:-1] + (columns != numbers[word]))
        for size, spelt in down[place]:
            here = np.flatnonzero(columns == numbers[spelt]) + 1
            row[here] = np.minimum(row[here], rows[-size][here - 1])
        for end, size in jumps.get(word, ()):
            row[end] = min(row[end], above[end - size])
        rows.append(np.minimum.accumulate(row - steps) + steps)
    return int(rows[-1][-1])
