r"""Reader of Speech-IFEval judge replies, version ``speech_ifeval.2``.

The judge ends its reply with ``Result: YES`` or ``Result: NO``. The official pattern is kept exactly:
the first ``yes`` or ``no``, in any case and even as the start of a word, that follows ``result:`` and
exactly one white-space character; upstream stops at a reply without one. The strict reading takes the
verdict in every form that a reader understands, as a whole word, and of several the last one
(`metrics.judge.verdict_reader`). Source: sections 3.2 and 5 of the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from metrics.judge.verdict_reader import RESULT

PARSER_ID: Final = "speech_ifeval.2"
"""Changes whenever a stored judge reply could be read differently."""

_OFFICIAL: Final = re.compile(r"(?<=result:\s)(?:yes|no)", re.IGNORECASE)


class StrictVerdict(NamedTuple):
    """A verdict, and whether it was read (else it is no)."""

    yes: bool
    read: bool


def parse(reply: str) -> str | None:
    r"""The word that the official pattern finds, verbatim; ``None`` where upstream stops.

    >>> [parse(text) for text in ("Result: YES", "result:\nno", "Result: Not sure")]
    ['YES', 'no', 'No']
    >>> [parse(text) for text in ("Result: **YES**", "**Result:** YES", "Result:YES", "")]
    [None, None, None, None]
    """
    match = _OFFICIAL.search(reply)
    return match.group() if match else None


def parse_strict(reply: str) -> bool | None:
    r"""Read yes or no with the strict reader of all judges; ``None`` if the reply commits to neither.

    >>> parse_strict("It lists its steps.\n**Result:** <YES>.\n"), parse_strict("### Result\nno")
    (True, False)
    >>> parse_strict("Result: Not sure"), parse_strict("Result: yes / no")
    (None, None)
    """
    return RESULT.read(reply)


def strict(replies: Sequence[str]) -> StrictVerdict:
    r"""The strict reading of a judge reply and its one repeat.

    >>> strict(["unclear", "Result: YES"]), strict(["unclear"])
    (StrictVerdict(yes=True, read=True), StrictVerdict(yes=False, read=False))
    """
    for reply in replies[:2]:
        verdict = parse_strict(reply)
        if verdict is not None:
            return StrictVerdict(verdict, read=True)
    return StrictVerdict(yes=False, read=False)
