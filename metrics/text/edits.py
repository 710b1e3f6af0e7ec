"""Word, character and mixed edits of one utterance, as sufficient statistics of WER, CER and MER.

The counts are those of jiwer 4 with its transforms for words and characters; rapidfuzz, on which jiwer stands, counts
without the alignment, which no metric needs and the report takes from jiwer. The texts are taken as given: normalise them first with one of
``metrics.text.normalizers``. A corpus rate is the sum of edits over the sum of reference lengths. Against an empty
reference every unit of the hypothesis is an insertion and the length is 0: such an utterance raises the corpus rate and
adds nothing to its denominator. No string raises; a reply of 1 MB against a sentence takes about 0.1 s.
"""

from __future__ import annotations

import re
from typing import Final

from harness.types import Stats
from metrics.text.normalizers import spaced_units
from metrics.witness import tell

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
    stats: Stats = {"edits": Levenshtein.distance(words, said), "length": len(words)}
    tell("words", hypothesis, stats, reference)
    return stats


def char_edits(reference: str, hypothesis: str) -> Stats:
    """Count substitutions, deletions and insertions between characters, and the reference's characters.

    Runs of white space count as one space, ends are stripped; spaces are characters.

    >>> char_edits("a cat", "a  bat ")
    {'edits': 1, 'length': 5}
    """
    from rapidfuzz.distance import Levenshtein

    text, said = _single_spaced(reference), _single_spaced(hypothesis)
    stats: Stats = {"edits": Levenshtein.distance(text, said), "length": len(text)}
    tell("characters", hypothesis, stats, reference)
    return stats


def mixed_edits(reference: str, hypothesis: str) -> Stats:
    """Count edits between mixed units, and the reference's units.

    A unit is a character of a script that is written without spaces (Han, kana, Thai and the like) or of Hangul, and a word of any other
    script. Source: the mixture error rate of WenetSpeech (arXiv 2110.03370, Mandarin characters and English words), with Hangul as in HiKE
    (arXiv 2509.24613).

    >>> mixed_edits("我想喝latte", "我想喝辣椒")
    {'edits': 2, 'length': 4}
    """
    return word_edits(spaced_units(reference), spaced_units(hypothesis))


def alignment(reference: str, hypothesis: str, *, characters: bool = False) -> list[list[str]]:
    """Return the steps from a reference to a hypothesis, as ``word_edits`` or ``char_edits`` count them.

    Args:
        reference: what was said.
        hypothesis: what was heard.
        characters: align characters instead of words.

    Returns:
        ``["=", words]``, ``["s", reference, hypothesis]``, ``["d", reference]`` or ``["i", hypothesis]``, in order.

    >>> alignment("the cat sat", "the bat sat up")
    [['=', 'the'], ['s', 'cat', 'bat'], ['=', 'sat'], ['i', 'up']]
    >>> alignment("on", "", characters=True)
    [['d', 'on']]
    """
    import jiwer

    compare = jiwer.process_characters if characters else jiwer.process_words
    said, heard = _single_spaced(reference), _single_spaced(hypothesis)
    if not said or not heard:
        return [["d", said]] if said else [["i", heard]] if heard else []
    found = compare(said, heard)
    join = "" if characters else " "
    steps = []
    for step in found.alignments[0]:
        left = join.join(found.references[0][step.ref_start_idx : step.ref_end_idx])
        right = join.join(found.hypotheses[0][step.hyp_start_idx : step.hyp_end_idx])
        kind = {"equal": "=", "substitute": "s", "delete": "d", "insert": "i"}[step.type]
        steps.append([kind, *((left, right) if kind == "s" else (left or right,))])
    return steps


def _single_spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _words(text: str) -> list[str]:
    return [word for word in _single_spaced(text).split(" ") if word]
