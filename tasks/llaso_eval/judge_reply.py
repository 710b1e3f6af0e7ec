"""Reader of LLaSO-Eval judge replies, version ``llaso.3``.

The benchmark ships a judge prompt but no parser; the judge was told to write ``Score: <1-5>`` on the
first of two lines, so the rule is a house rule that all 34,942 released judgements satisfy. The official
reading takes the first reply, wherever in it the score stands; what cannot be read is left out, as
nothing is ever asked again upstream. The strict reading takes one whole score in every form that a reader
understands (`metrics.judge.score_reader`), may use one repeat, and then counts the lowest score.
Source: the rules in README.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from metrics.judge.score_reader import FIVE_WHOLE_POINTS

PARSER_ID: Final = "llaso.3"
"""Changes whenever a stored judge reply could be read differently."""

LOWEST: Final = 1

_SCORE: Final = re.compile(
    r"(?<![^\W_])score[*_\s]*:[*_\s]*([1-5])(?:/5|\.0)?(?!\d|\.\d)",
    re.IGNORECASE,
)


class StrictScore(NamedTuple):
    """A score, and whether it was read (else it is the lowest one)."""

    score: int
    read: bool


def parse(reply: str) -> int | None:
    r"""Return the first score of a judge reply, ``None`` if there is none.

    >>> [parse(text) for text in ("Score: 4\nExplanation: close.", "**Score:** 2/5", "score: 3.0")]
    [4, 2, 3]
    >>> [parse(text) for text in ("Score: 3.5", "Score: 10", "Score = 5", "ERROR: timeout", "")]
    [None, None, None, None, None]
    """
    match = _SCORE.search(reply)
    return int(match[1]) if match else None


def parse_strict(reply: str) -> int | None:
    r"""Read the score with the strict reader of all judges; ``None`` for none, several or a fraction.

    >>> parse_strict("## Score\n2"), parse_strict("I would give it a 4 out of 5.")
    (2, 4)
    >>> parse_strict("Score: 4-5"), parse_strict("Score: 3.5"), parse_strict("Score: 3\nScore: 4")
    (None, None, None)
    """
    score = FIVE_WHOLE_POINTS.read(reply)
    return None if score is None else int(score)


def strict(replies: Sequence[str]) -> StrictScore:
    """Return the strict reading of a judge reply and its one repeat.

    >>> strict(["unclear", "Score: 4"]), strict(["unclear"])
    (StrictScore(score=4, read=True), StrictScore(score=1, read=False))
    """
    for reply in replies[:2]:
        score = parse_strict(reply)
        if score is not None:
            return StrictScore(score, read=True)
    return StrictScore(LOWEST, read=False)
