"""Reader of LLaSO-Eval judge replies, version ``llaso.1``.

The benchmark ships a judge prompt but no parser; the judge was told to write ``Score: <1-5>`` on the
first of two lines, so the rule is a house rule that all 34,942 released judgements satisfy. The official
reading takes the first reply, wherever in it the score stands; what cannot be read is left out, as
nothing is ever asked again upstream. The strict reading asks for the score on the first line, may use one
repeat, and then counts the lowest score. Source: the rules in README.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from metrics.judge.variants import json_field, unfenced

PARSER_ID: Final = "llaso.1"
"""Changes whenever a stored judge reply could be read differently."""

LOWEST: Final = 1
HIGHEST: Final = 5

_SCORE: Final = re.compile(
    r"(?<![^\W_])score[*_\s]*:[*_\s]*([1-5])(?:/5|\.0)?(?!\d|\.\d)",
    re.IGNORECASE,
)


class StrictScore(NamedTuple):
    """A score, and whether it was read (else it is the lowest one)."""

    score: int
    read: bool


def parse(reply: str) -> int | None:
    r"""The first score of a judge reply, ``None`` if there is none.

    >>> [parse(text) for text in ("Score: 4\nExplanation: close.", "**Score:** 2/5", "score: 3.0")]
    [4, 2, 3]
    >>> [parse(text) for text in ("Score: 3.5", "Score: 10", "Score = 5", "ERROR: timeout", "")]
    [None, None, None, None, None]
    """
    match = _SCORE.search(reply)
    return int(match[1]) if match else None


def parse_first_line(reply: str) -> int | None:
    r"""The score on the first line that is not blank.

    >>> parse_first_line("\nScore: 2\n"), parse_first_line("Explanation: good.\nScore: 2")
    (2, None)
    """
    value = json_field(reply, ["score"])
    if isinstance(value, int) and not isinstance(value, bool):
        return value if LOWEST <= value <= HIGHEST else None
    return parse(unfenced(reply).strip().split("\n", 1)[0])


def strict(replies: Sequence[str]) -> StrictScore:
    """The strict reading of a judge reply and its one repeat.

    >>> strict(["unclear", "Score: 4"]), strict(["unclear"])
    (StrictScore(score=4, read=True), StrictScore(score=1, read=False))
    """
    for reply in replies[:2]:
        score = parse_first_line(reply)
        if score is not None:
            return StrictScore(score, read=True)
    return StrictScore(LOWEST, read=False)
