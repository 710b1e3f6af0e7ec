"""Word and character edits of one utterance, as sufficient statistics of WER and CER.

The counts are those of jiwer 4 with its transforms for words and characters; rapidfuzz, on which jiwer stands, counts
without the alignment that no metric needs. The texts are taken as given: normalise them first with one of
``metrics.text.normalizers``. A corpus rate is the sum of edits over the sum of reference lengths. Against an empty
reference every unit of the hypothesis is an insertion and the length is 0: such an utterance raises the corpus rate and
adds nothing to its denominator. No string raises; a reply of 1 MB against a sentence takes about 0.1 s.
"""

from __future__ import annotations

import re
from typing import Final

from harness.types import Stats

_SPACES: Final = re.compile(r"\s\s+")


def word_edits(reference: str, hypothesis: str) -> Stats:
    """Count substitutions, deletions and insertions between words, and the reference's words.

    Runs of white space count as one space, words are what spaces separate.

    >>> word_edits("the cat sat", "the cat  sat down")
    {'edits': 1, 'length': 3}
    >>> word_edits("", "two words")
    {'edits': 2, 'length': 0}
    """
    from rapidfuzz.distance import Levenshtein

    words, said = _words(reference), _words(hypothesis)
    return {"edits": Levenshtein.distance(words, said), "length": len(words)}


def char_edits(reference: str, hypothesis: str) -> Stats:
    """Count substitutions, deletions and insertions between characters, and the reference's characters.

    Runs of white space count as one space, ends are stripped; spaces are characters.

    >>> char_edits("a cat", "a  bat ")
    {'edits': 1, 'length': 5}
    """
    from rapidfuzz.distance import Levenshtein

    text = _single_spaced(reference)
    return {"edits": Levenshtein.distance(text, _single_spaced(hypothesis)), "length": len(text)}


def _single_spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _words(text: str) -> list[str]:
    return [word for word in _single_spaced(text).split(" ") if word]
