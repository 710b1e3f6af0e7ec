r"""Reader of Speech-IFEval judge replies, version ``speech_ifeval.3``.

The judge ends its reply with ``Result: YES`` or ``Result: NO``. The official pattern is kept exactly:
the first ``yes`` or ``no``, in any case and even as the start of a word, that follows ``result:`` and
exactly one white-space character; upstream stops at a reply without one. The strict reading is
`metrics.judge.verdict_reader.strict_result`. Source: the rules in README.md.
"""

from __future__ import annotations

import re
from typing import Final

PARSER_ID: Final = "speech_ifeval.3"
"""Changes whenever a stored judge reply could be read differently."""

_OFFICIAL: Final = re.compile(r"(?<=result:\s)(?:yes|no)", re.IGNORECASE)


def parse(reply: str) -> str | None:
    r"""Return the word that the official pattern finds, verbatim; ``None`` where upstream stops.

    >>> [parse(text) for text in ("Result: YES", "result:\nno", "Result: Not sure")]
    ['YES', 'no', 'No']
    >>> [parse(text) for text in ("Result: **YES**", "**Result:** YES", "Result:YES", "")]
    [None, None, None, None]
    """
    match = _OFFICIAL.search(reply)
    return match.group() if match else None
