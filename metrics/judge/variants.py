r"""What judges put around a verdict: code fences, JSON, quotation marks, emphasis.

Only the strict readers use this; official readers take a reply as it is. Nothing here guesses: the verdict
itself must still be the whole word or number that the judge was asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

_FENCE: Final = re.compile(r"\A\s*```[^\n`]*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_LONGEST_JSON: Final = 20_000
MARKUP: Final = "*_`\"'“”‘’ \t"
"""Quotation marks and emphasis around a verdict."""


def unfenced(reply: str) -> str:
    r"""A reply without the code fence around all of it.

    >>> unfenced("```text\nResult: YES\n```"), unfenced("a ``` b")
    ('Result: YES', 'a ``` b')
    """
    match = _FENCE.match(reply)
    return match[1] if match else reply


def json_field(reply: str, names: Sequence[str]) -> Any:
    r"""A field of a reply that is one JSON object, whatever the case of its name; else ``None``.

    >>> json_field('```json\n{"Explanation": "x", "Judgement": "correct"}\n```', ["judgement"])
    'correct'
    >>> json_field('He wrote {"Judgement": "correct"}', ["judgement"]) is None
    True
    """
    text = unfenced(reply).strip()
    if not text.startswith("{") or len(text) > _LONGEST_JSON:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    wanted = {name.lower() for name in names}
    found = [item for key, item in value.items() if key.lower() in wanted]
    return found[0] if len(found) == 1 else None
