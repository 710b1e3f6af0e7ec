"""LLaSO-Eval phoneme error rate of one item, official reading.

The official sequence keeps only the letters A-Z of the upper-cased text and merges some of them by a
table that was made for other indices; every other IPA symbol is dropped. The official rate of a set is
the mean over items, and the script passes reference and answer swapped, so ``phoneme_rate`` names its
arguments by the place they take. The strict sequence is ``metrics.text.phonemes.ipa``. Source: the rules in README.md.
"""

from __future__ import annotations

import re
from typing import Final

from rapidfuzz.distance import Levenshtein

INDEX_MERGE: Final = {
    0: 3,
    2: 5,
    6: 5,
    7: 22,
    10: 27,
    13: 27,
    17: 36,
    18: 37,
    19: 38,
    20: 39,
    21: 27,
}
"""Official merging of alphabet positions (A=0 … Z=25); the rest maps to itself.

Made for the 61 phonemes of TIMIT; on letters it makes A=D, C=F=G, H=W and K=N=V."""

_NOT_A_LETTER: Final = re.compile("[^A-Z]+")
_MERGE: Final = {65 + letter: 65 + merged for letter, merged in INDEX_MERGE.items()}


def letters(text: str) -> str:
    """Return the official phoneme sequence: the letters A-Z of the upper-cased text, merged, one character each.

    Upper-casing comes first: sharp s gives SS, dotless i gives I, the fi ligature gives FI.

    >>> letters("ðə kæt") == letters("nt"), len(letters("ß"))
    (True, 2)
    """
    return _NOT_A_LETTER.sub("", text.upper()).translate(_MERGE)


def phoneme_rate(prediction: str, reference: str) -> float:
    """Return the official error rate of one item from two ``letters`` sequences.

    Args:
        prediction: what takes the place of the prediction (as shipped: the reference text).
        reference: what takes the place of the reference (as shipped: the model's answer).

    >>> phoneme_rate("AB", "ABBB"), phoneme_rate("", ""), phoneme_rate("AB", "")
    (0.5, 0.0, 1.0)
    """
    if not reference:
        return 1.0 if prediction else 0.0
    return Levenshtein.distance(prediction, reference) / len(reference)
