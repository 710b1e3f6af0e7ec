"""Readers of VoiceBench judge replies, version ``voicebench.3``.

Open subsets ask the judge for a score from 1 to 5, spoken question answering for Yes or No; both ask
three times. The official readers keep the official code's tolerance and its crashes (``None``); the
strict readers take a score or a verdict in every form that a reader understands (README.md).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from metrics.judge.score_reader import FIVE_POINTS
from metrics.judge.verdict_reader import YES_NO
from metrics.measures.sums import plain_sum

PARSER_ID: Final = "voicebench.3"
"""Changes whenever a stored judge reply could be read differently."""

LOWEST: Final = 1
"""What an unreadable vote counts in the strict reading."""

_BRACKETED: Final = re.compile(r"\[\[(\d+)\]\]")
_LONGEST_NUMBER: Final = 4000


def rating(reply: str) -> float | None:
    r"""Return a score as the official code reads it, whatever its range.

    Returns:
        The reply as a float, else the first ``[[digits]]``; ``None`` where the official run dies
        or its mean is no longer a number (``nan``, ``inf``; see `mean_is_no_number`).

    >>> rating(" 4.\n"), rating("Rating: [[3]]"), rating("1e1")
    (4.0, 3.0, 10.0)
    >>> rating("Score: 4"), rating("5/5"), rating("nan")
    (None, None, None)
    """
    value = _as_float(reply)
    return value if value is not None and math.isfinite(value) else None


def mean_is_no_number(replies: Sequence[str]) -> str | None:
    """Return the official code's output for votes whose mean is ``inf`` or ``nan``; ``None`` for any others.

    >>> mean_is_no_number(["inf", "3", "3"]), mean_is_no_number(["nan", "3"]), mean_is_no_number(["1e400", "4"])
    ('inf', 'nan', 'inf')
    >>> mean_is_no_number(["3", "4"]) is mean_is_no_number(["nan", "good"]) is None
    True
    """
    values = [_as_float(reply) for reply in replies]
    read = [value for value in values if value is not None]
    total = math.nan if {math.inf, -math.inf} <= set(read) else plain_sum(read)
    if len(read) < len(values) or not values or math.isfinite(total):
        return None
    return str(total)


def _as_float(reply: str) -> float | None:
    try:
        return float(reply)
    except ValueError:
        match = _BRACKETED.search(reply)
        if match is None or len(match[1]) > _LONGEST_NUMBER:
            return None
        try:
            return float(int(match[1]))
        except OverflowError:
            return None


def strict_rating(reply: str) -> float | None:
    r"""Read a score from 1 to 5 with the strict reader of all judges; ``None`` for none or several.

    >>> [strict_rating(text) for text in (" 5\n", "[[3]]", "4.", "**Score:** 2/5", "4.5")]
    [5.0, 3.0, 4.0, 2.0, 4.5]
    >>> [strict_rating(text) for text in ("6", "3 or 4", "7/10", "good")]
    [None, None, None, None]
    """
    return FIVE_POINTS.read(reply)


def majority_yes(replies: Sequence[str]) -> float:
    """Return the official vote: 1 if the most frequent reply, in lower case, is exactly ``yes``.

    Which of several most frequent replies wins depends on a hash seed upstream; each is taken to win
    equally often, so that three different replies with one ``yes`` count 1/3.

    Raises:
        ValueError: there is no reply (the official code stops as well).

    >>> majority_yes(["Yes", "no", "YES"]), majority_yes(["Yes.", "yes.", "yes"])
    (1.0, 0.0)
    >>> round(majority_yes(["yes", "no", "maybe"]), 3)
    0.333
    """
    winners = most_frequent(replies)
    return 1 / len(winners) if "yes" in winners else 0.0


def most_frequent(replies: Sequence[str]) -> tuple[str, ...]:
    """Return the most frequent replies in lower case, in order of first appearance.

    Raises:
        ValueError: there is no reply.

    >>> most_frequent(["No", "no", "Yes"])
    ('no',)
    """
    if not replies:
        raise ValueError("no judge reply to read")
    counts = Counter(reply.lower() for reply in replies)
    most = max(counts.values())
    return tuple(reply for reply, count in counts.items() if count == most)


def vote(reply: str) -> bool | None:
    """Read yes or no with the strict reader of all judges; ``None`` if the reply commits to neither.

    >>> vote('"Yes", it is.'), vote("Answer: No."), vote("Maybe"), vote("")
    (True, False, None, None)
    """
    return YES_NO.read(reply)


def strict_majority(replies: Sequence[str]) -> bool | None:
    """Return the majority of the readable votes; ``None`` for a tie or no readable vote.

    >>> strict_majority(["Yes.", "Maybe", "no", "yes"]), strict_majority(["yes", "no"])
    (True, None)
    """
    votes = [vote(reply) for reply in replies]
    yes, no = votes.count(True), votes.count(False)
    return None if yes == no else yes > no
