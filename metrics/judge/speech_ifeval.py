r"""Reader of Speech-IFEval judge replies, version ``speech_ifeval.1``.

The judge ends its reply with ``Result: YES`` or ``Result: NO``. The official pattern is kept exactly:
the first ``yes`` or ``no``, in any case and even as the start of a word, that follows ``result:`` and
exactly one white-space character; upstream stops at a reply without one. The strict reading takes the
last line that is not blank, without emphasis, brackets, quotes and full stops, and asks that it be the
word ``Result``, a colon and the whole word yes or no. Source: sections 3.2 and 5 of the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from metrics.judge.variants import json_field, unfenced

PARSER_ID: Final = "speech_ifeval.1"
"""Changes whenever a stored judge reply could be read differently."""

_OFFICIAL: Final = re.compile(r"(?<=result:\s)(?:yes|no)", re.IGNORECASE)
_STRICT: Final = re.compile(r"result: *(yes|no)", re.IGNORECASE)
_MARKUP: Final = dict.fromkeys(map(ord, "*`<>\"'.“”‘’"))


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


def parse_last_line(reply: str) -> bool | None:
    r"""Whether the last line that is not blank says yes; ``None`` if it says neither.

    >>> parse_last_line("It lists its steps.\n**Result:** <YES>.\n"), parse_last_line("Result: no")
    (True, False)
    >>> parse_last_line("Result: Not sure"), parse_last_line("Result: YES\nLet me know.")
    (None, None)
    """
    value = json_field(reply, ["result"])
    if isinstance(value, str):
        reply = f"Result: {value}"
    last = unfenced(reply).rstrip().rpartition("\n")[2]
    match = _STRICT.fullmatch(last.translate(_MARKUP).strip())
    return match[1].lower() == "yes" if match else None


def strict(replies: Sequence[str]) -> StrictVerdict:
    r"""The strict reading of a judge reply and its one repeat.

    >>> strict(["unclear", "Result: YES"]), strict(["unclear"])
    (StrictVerdict(yes=True, read=True), StrictVerdict(yes=False, read=False))
    """
    for reply in replies[:2]:
        verdict = parse_last_line(reply)
        if verdict is not None:
            return StrictVerdict(verdict, read=True)
    return StrictVerdict(yes=False, read=False)
