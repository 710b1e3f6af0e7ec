"""The strict reader of verdicts of the form ``KEY: WORD`` on the last line of a judge reply."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from metrics.judge.variants import json_field, unfenced

_STRICT: Final = re.compile(r"result: *(yes|no)", re.IGNORECASE)


_MARKUP: Final = dict.fromkeys(map(ord, "*`<>\"'.“”‘’"))


class StrictVerdict(NamedTuple):
    """A verdict, and whether it was read (else it is no)."""

    yes: bool
    read: bool


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
