"""Corpus BLEU as sufficient statistics: n-gram counts of one utterance, BLEU of their sum.

sacreBLEU counts and combines (tokenizer 13a or another one of its, case kept, exponential smoothing, one reference). The
statistics of an utterance are its matching and total n-grams up to order 4 and both lengths, so BLEU
of a corpus, of a bootstrap sample or of a shard is a function of a sum. Values are fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from harness.types import Stats
from metrics.measures.measure import Matrix, Measure, column

TOKENIZER: Final = "13a"
ORDER: Final = 4
_MATCHED: Final = tuple(f"matched_{n}" for n in range(1, ORDER + 1))
_NGRAMS: Final = tuple(f"ngrams_{n}" for n in range(1, ORDER + 1))
_KEYS: Final = (*_MATCHED, *_NGRAMS, "hypothesis_length", "reference_length", "utterances")


@cache
def _scorer(tokenizer: str = TOKENIZER) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenizer)


def bleu_item(reference: str, hypothesis: str, tokenizer: str = TOKENIZER) -> Stats:
    """Return the statistics of one utterance.

    Args:
        reference: the right text.
        hypothesis: the reply.
        tokenizer: of sacreBLEU; the sums of one corpus have one.

    Raises:
        RuntimeError: the tokenizer needs a package that is not installed.

    >>> found = bleu_item("the cat sat on a mat", "the cat sat on the mat")
    >>> found["matched_1"], found["ngrams_1"], found["reference_length"]
    (5, 6, 6)
    """
    found = _scorer(tokenizer).corpus_score([hypothesis], [[reference]])
    return {
        **dict(zip(_MATCHED, found.counts, strict=True)),
        **dict(zip(_NGRAMS, found.totals, strict=True)),
        "hypothesis_length": found.sys_len,
        "reference_length": found.ref_len,
        "utterances": 1,
    }


@dataclass(frozen=True)
class CorpusBleu(Measure):
    """BLEU of a sum of utterances, as a fraction.

    >>> bleu = CorpusBleu("corpus_bleu", "ratio", (0.0, 1.0))
    >>> round(bleu.value(bleu_item("the cat sat on a mat", "the cat sat on the mat")), 4)
    0.5373
    """

    def value(self, total: Stats) -> float:
        """Return BLEU: 0 if the references have no words, as sacreBLEU has it; ``nan`` without utterances."""
        return _combine([float(total.get(key, 0)) for key in _KEYS])

    def examples(self) -> tuple[Stats, Stats]:
        """Return an utterance without a common word, and a literal one."""
        return bleu_item("a b c d e", "v w x y z"), bleu_item("a b c d e", "a b c d e")

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Return ``value`` of every row."""
        import numpy as np

        rows = np.stack([column(totals, keys, key) for key in _KEYS], axis=1)
        return np.array([_combine(row) for row in rows.tolist()])


def _combine(row: Sequence[float]) -> float:
    if not any(row):
        return math.nan  # no utterances; runs of 0.1 do not count them
    matched, ngrams, (hypothesis, reference, _) = (
        row[:ORDER],
        row[ORDER : 2 * ORDER],
        row[2 * ORDER :],
    )
    if not reference:
        return 0.0
    found = _scorer().compute_bleu(
        list(matched), list(ngrams), round(hypothesis), round(reference), smooth_method="exp"
    )
    return min(1.0, float(found.score) / 100)
