"""Readers of VoiceBench judge replies, version ``voicebench.1``.

Open subsets ask the judge for a score from 1 to 5, spoken question answering for Yes or No; both ask
three times. The official readers keep the official code's tolerance and its crashes (``None``); the
strict readers take only what the judge was asked for (README.md).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from metrics.judge.variants import MARKUP, json_field, unfenced

PARSER_ID: Final = "voicebench.1"
"""Changes whenever a stored judge reply could be read differently."""

LOWEST: Final = 1
"""What an unreadable vote counts in the strict reading."""

_BRACKETED: Final = re.compile(r"\[\[(\d+)\]\]")
_STRICT: Final = re.compile(r"(?:\[\[([1-5])\]\]|([1-5]))", re.ASCII)
_EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")
_LONGEST_NUMBER: Final = 4000


def rating(reply: str) -> float | None:
    r"""A score as the official code reads it, whatever its range.

    Returns:
        The reply as a float, else the first ``[[digits]]``; ``None`` where the official run dies
        or its mean is no longer a number (``nan``, ``inf``).

    >>> rating(" 4.\n"), rating("Rating: [[3]]"), rating("1e1")
    (4.0, 3.0, 10.0)
    >>> rating("Score: 4"), rating("5/5"), rating("nan")
    (None, None, None)
    """
    try:
        value = float(reply)
    except ValueError:
        match = _BRACKETED.search(reply)
        if match is None or len(match[1]) > _LONGEST_NUMBER:
            return None
        try:
            value = float(int(match[1]))
        except OverflowError:
            return None
    return value if math.isfinite(value) else None


def strict_rating(reply: str) -> int | None:
    r"""An integer from 1 to 5, alone or in double brackets; ``None`` for anything else.

    >>> strict_rating(" 5\n"), strict_rating("[[3]]"), strict_rating("4."), strict_rating("6")
    (5, 3, None, None)
    """
    match = _STRICT.fullmatch(_bare(reply, "score"))
    return int(match[1] or match[2]) if match else None


def _bare(reply: str, field: str) -> str:
    """A reply without the fence, the JSON object or the emphasis around it."""
    value = json_field(reply, [field])
    if isinstance(value, str | int) and not isinstance(value, bool):
        reply = str(value)
    return unfenced(reply).strip().strip(MARKUP)


def majority_yes(replies: Sequence[str]) -> float:
    """The official vote: 1 if the most frequent reply, in lower case, is exactly ``yes``.

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
    """The most frequent replies in lower case, in order of first appearance.

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
    """The first word of a reply without its punctuation: yes, no, or ``None`` for anything else.

    >>> vote('"Yes", it is.'), vote("No."), vote("Maybe"), vote("")
    (True, False, None, None)
    """
    words = _bare(reply, "answer").split(maxsplit=1)
    word = _EDGES.sub("", words[0]).lower() if words else ""
    return {"yes": True, "no": False}.get(word)


def strict_majority(replies: Sequence[str]) -> bool | None:
    """The majority of the readable votes; ``None`` for a tie or no readable vote.

    >>> strict_majority(["Yes.", "Maybe", "no", "yes"]), strict_majority(["yes", "no"])
    (True, None)
    """
    votes = [vote(reply) for reply in replies]
    yes, no = votes.count(True), votes.count(False)
    return None if yes == no else yes > no
