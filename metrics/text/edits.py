"""Word and character edits of one utterance, as sufficient statistics of WER and CER.

jiwer counts, with its transforms passed explicitly because their defaults differ between versions. The
texts are taken as given: normalise them first with one of ``metrics.text.normalizers``. A corpus rate is the
sum of edits over the sum of reference lengths. Against an empty reference every unit of the
hypothesis is an insertion and the length is 0: such an utterance raises the corpus rate and adds
nothing to its denominator. No string raises; a reply of 1 MB against a sentence takes about 0.1 s.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from harness.types import Stats
from metrics.witness import tell


def word_edits(reference: str, hypothesis: str) -> Stats:
    """Count substitutions, deletions and insertions between words, and the reference's words.

    Runs of white space count as one space, words are what spaces separate.

    >>> word_edits("the cat sat", "the cat  sat down")
    {'edits': 1, 'length': 3}
    >>> word_edits("", "two words")
    {'edits': 2, 'length': 0}
    """
    import jiwer

    output = jiwer.process_words(reference, hypothesis, _words(), _words())
    stats = _stats(output)
    tell("words", hypothesis, stats, reference)
    return stats


def char_edits(reference: str, hypothesis: str) -> Stats:
    """Count substitutions, deletions and insertions between characters, and the reference's characters.

    Runs of white space count as one space, ends are stripped; spaces are characters.

    >>> char_edits("a cat", "a  bat ")
    {'edits': 1, 'length': 5}
    """
    import jiwer

    output = jiwer.process_characters(reference, hypothesis, _characters(), _characters())
    stats = _stats(output)
    tell("characters", hypothesis, stats, reference)
    return stats


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

    if characters:
        process, transform, join = jiwer.process_characters, _characters(), ""
    else:
        process, transform, join = jiwer.process_words, _words(), " "
    output = process(reference, hypothesis, transform, transform)
    said, heard = output.references[0], output.hypotheses[0]
    steps = []
    for chunk in output.alignments[0]:
        left = join.join(said[chunk.ref_start_idx : chunk.ref_end_idx])
        right = join.join(heard[chunk.hyp_start_idx : chunk.hyp_end_idx])
        kind = {"equal": "=", "substitute": "s", "delete": "d", "insert": "i"}[chunk.type]
        steps.append([kind, *((left, right) if kind == "s" else (left or right,))])
    return steps


def _stats(output: Any) -> Stats:
    return {
        "edits": output.substitutions + output.deletions + output.insertions,
        "length": output.substitutions + output.deletions + output.hits,
    }


@cache
def _words() -> Any:
    import jiwer

    return jiwer.Compose(
        [jiwer.RemoveMultipleSpaces(), jiwer.Strip(), jiwer.ReduceToListOfListOfWords()]
    )


@cache
def _characters() -> Any:
    import jiwer

    return jiwer.Compose(
        [jiwer.RemoveMultipleSpaces(), jiwer.Strip(), jiwer.ReduceToListOfListOfChars()]
    )
