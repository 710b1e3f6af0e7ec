"""Reader of SAKURA judge replies, version ``sakura.3``.

A judge reply holds an explanation and a judgement on lines of their own. The official pattern is kept
exactly: case-sensitive keys, one space after each colon, a verdict that ends at a blank line or at
the end of the text. A reply that the pattern or the two verdict words do not cover is *invalid*; it
counts as "not correct" and is never repaired. The official reading takes the first reply; the strict
reading may use one identical repeat when the first is invalid (README.md). It reads a
verdict in every form that a reader understands, and of several the last one, so that a judge which
quotes the model's own verdict is read right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from metrics.judge.verdict_reader import CORRECTNESS

PARSER_ID: Final = "sakura.3"
"""Changes whenever a stored judge reply could be read differently."""

_EXPLANATION: Final = "Explanation: "
_JUDGEMENT: Final = "\nJudgement: "

Verdict = Literal["correct", "incorrect"]


class Judgement(NamedTuple):
    """Content of one judge reply.

    Attributes:
        verdict: ``correct``, ``incorrect``, or ``None`` for an invalid reply.
        raw: the text in the verdict's place, verbatim; ``None`` if the pattern did not match.
        explanation: the judge's reason, verbatim; ``None`` if the pattern did not match.
    """

    verdict: Verdict | None
    raw: str | None = None
    explanation: str | None = None

    @property
    def valid(self) -> bool:
        """True if the reply could be read."""
        return self.verdict is not None


def parse(reply: str) -> Judgement:
    r"""Read one judge reply with the official pattern.

    >>> parse("Explanation: it names the right city.\nJudgement: Correct\n").verdict
    'correct'
    >>> parse('Explanation: it names the right city.\nJudgement: "correct"').valid
    False
    >>> parse("Judgement: correct")
    Judgement(verdict=None, raw=None, explanation=None)
    """
    # The same reading as a lazy pattern over both keys, in linear time on any reply.
    start = reply.find(_EXPLANATION)
    end = reply.find(_JUDGEMENT, start + len(_EXPLANATION)) if start >= 0 else -1
    if end < 0:
        return Judgement(None)
    explanation = reply[start + len(_EXPLANATION) : end]
    raw, blank_line, _ = reply[end + len(_JUDGEMENT) :].partition("\n\n")
    if not blank_line:
        raw = raw.removesuffix("\n")
    word = raw.strip().lower()
    if word == "correct":
        return Judgement("correct", raw, explanation)
    if word == "incorrect":
        return Judgement("incorrect", raw, explanation)
    return Judgement(None, raw, explanation)


def parse_strict(reply: str) -> Judgement:
    r"""Read the verdict with the strict reader of all judges (`metrics.judge.verdict_reader`).

    >>> [parse_strict(text).verdict for text in (
    ...     '**Judgement:** "Correct".', '{"Explanation": "x", "Judgement": "incorrect"}',
    ...     "Explanation: it wrote\nJudgement: correct\nJudgement: incorrect, for it is a cow.")]
    ['correct', 'incorrect', 'incorrect']
    >>> [parse_strict(text).verdict for text in (
    ...     "Judgement: partially correct", "Judgement: correct or incorrect", "The correct answer is b.")]
    [None, None, None]
    """
    first = parse(reply)
    correct = CORRECTNESS.read(reply)
    verdict: Verdict | None = None
    if correct is not None:
        verdict = "correct" if correct else "incorrect"
    return Judgement(verdict, first.raw, first.explanation)


def official(replies: Sequence[str]) -> Judgement:
    r"""Return the official reading: the first reply and no other.

    Raises:
        ValueError: there is no reply.

    >>> official(["unclear", "Explanation: x\nJudgement: correct"]).valid
    False
    """
    if not replies:
        raise ValueError("no judge reply to read")
    return parse(replies[0])


def strict(replies: Sequence[str]) -> Judgement:
    r"""Return the strict reading: the first reply, or its one repeat if only that can be read.

    Raises:
        ValueError: there is no reply.

    >>> strict(["unclear", "Explanation: x\nJudgement: correct"]).verdict
    'correct'
    """
    if not replies:
        raise ValueError("no judge reply to read")
    first = parse_strict(replies[0])
    if first.valid or len(replies) < 2:
        return first
    second = parse_strict(replies[1])
    return second if second.valid else first
