r"""Reader of Dynamic-SUPERB judge replies, version ``dynamic_superb.3``.

The judge ends its reply with ``Result: YES`` or ``Result: NO``. The official pattern takes the first ``yes`` or ``no``,
in any case and even as the start of a word, after ``result:`` and any white space; without one the item
counts 0. The strict reading is Speech-IFEval's, with one repeat. Source: the rules in README.md.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.judge.verdict_reader import StrictVerdict, strict_result

__all__ = ["PARSER_ID", "StrictVerdict", "parse", "strict_result"]

PARSER_ID: Final = "dynamic_superb.3"
"""Changes whenever a stored judge reply could be read differently."""

_OFFICIAL: Final = re.compile(r"result:\s*(yes|no)")


def parse(reply: str) -> bool | None:
    r"""Return what the official pattern finds first; ``None`` if it finds nothing.

    >>> [parse(text) for text in ("Result: YES", "result:no", "Result: Not sure")]
    [True, False, False]
    >>> [parse(text) for text in ("**Result:** YES", "Result: <YES>", "Result: **YES**", "")]
    [None, None, None, None]
    """
    match = _OFFICIAL.search(reply.lower())
    return match[1] == "yes" if match else None
