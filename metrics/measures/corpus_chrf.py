"""Corpus chrF as sufficient statistics: character n-gram counts of one utterance, chrF2 of their sum.

Equal to sacreBLEU's chrF (orders 1 to 6, beta 2, case kept, white space removed, effective order, one reference). Of every order
an utterance has the n-grams of reply and reference and those they share, so chrF of a corpus, of a bootstrap sample or of a
shard is a function of a sum. Values are fractions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.types import Stats
from metrics.measures.measure import Matrix, Measure, column
from metrics.measures.sums import plain_sum

ORDER: Final = 6
BETA: Final = 2
_NAMES: Final = tuple(
    f"{what}_{n}" for n in range(1, ORDER + 1) for what in ("said", "wanted", "shared")
)
_KEYS: Final = (*_NAMES, "utterances")


def chrf_item(reference: str, hypothesis: str) -> Stats:
    """Return the statistics of one utterance.

    >>> found = chrf_item("a cat", "the cat")
    >>> found["said_1"], found["wanted_1"], found["shared_1"], found["shared_3"]
    (6, 4, 3, 1)
    """
    said, wanted = ("".join(text.split()) for text in (hypothesis, reference))
    found: dict[str, float] = {}
    for order in range(1, ORDER + 1):
        ours, theirs = _ngrams(said, order), _ngrams(wanted, order)
        # sacreBLEU counts no n-grams of a reply where the reference has none of this order
        found[f"said_{order}"] = ours.total() if theirs else 0
        found[f"wanted_{order}"] = theirs.total()
        found[f"shared_{order}"] = (ours & theirs).total()
    return {**found, "utterances": 1}


def _ngrams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))


@dataclass(frozen=True)
class CorpusChrf(Measure):
    """chrF2 of a sum of utterances, as a fraction.

    >>> chrf = CorpusChrf("corpus_chrf", "ratio", (0.0, 1.0))
    >>> round(chrf.value(chrf_item("the cat sat on a mat", "the cat sat on the mat")), 4)
    0.7208
    """

    def value(self, total: Stats) -> float:
        """Return chrF: 0 if nothing is shared; ``nan`` without utterances."""
        return _combine([float(total.get(key, 0)) for key in _KEYS])

    def examples(self) -> tuple[Stats, Stats]:
        """Return an utterance without a common character, and a literal one."""
        return chrf_item("abcdefgh", "stuvwxyz"), chrf_item("abcdefgh", "abcdefgh")

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Return ``value`` of every row."""
        import numpy as np

        rows = np.stack([column(totals, keys, key) for key in _KEYS], axis=1)
        return np.array([_combine(row) for row in rows.tolist()])


def _combine(row: Sequence[float]) -> float:
    if not any(row):
        return math.nan
    precisions, recalls = [], []
    for place in range(0, 3 * ORDER, 3):
        said, wanted, shared = row[place : place + 3]
        if said > 0 and wanted > 0:
            precisions.append(shared / said)
            recalls.append(shared / wanted)
    if not precisions:
        return 0.0
    precision, recall = plain_sum(precisions) / len(precisions), plain_sum(recalls) / len(recalls)
    if not precision + recall:
        return 0.0
    factor = BETA**2
    return min(1.0, (1 + factor) * precision * recall / (factor * precision + recall))
