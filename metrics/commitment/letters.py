"""Letter to text: the declared step between prompts that ask for a letter and the word-set rule.

Such prompts show ``A. text`` or ``(A) text`` and get a letter back, which the official rule never accepts.
``letter_to_text`` replaces a reply that gives one letter by that option's text; any other reply stays
as it is. The step is a cleaning of its own id, never part of scoring.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Final

from metrics.commitment.choices import compile_choices
from metrics.commitment.grammar import committed

CLEANING_ID: Final = "letter"

_BARE: Final = re.compile(r"[(\[\"'*]*([A-Za-z])[)\]\"'*.:]*")
_LED: Final = re.compile(r"[\"'*]*(?:[(\[]([A-Za-z])[)\]]|([A-Z])[.):])(?=\s|[\"'*])")
_SAID: Final = re.compile(
    r"(?:answer|option|choice)(?:\s+is)?\s*:?\s*[\"'*]*(?:[(\[]([A-Za-z])[)\]]|([A-Z])(?=[\s.,:;\"'*)]*$))",
    re.IGNORECASE,
)


def letter_to_text(response: str, options: Sequence[str]) -> str:
    """Return the text of the option whose letter a reply gives, else the reply unchanged.

    Read are a letter alone (``B``, ``(b)``, ``B.``), a letter before its text (``B. text``, ``(B) text``),
    and a letter after "answer", "option" or "choice" (``The answer is (B)``, ``Answer: B.``). A reply that
    begins with the word "A" is not a letter. A reply that names other options as well stays as it is.

    >>> letter_to_text("(B)", ["Man", "Woman"])
    'Woman'
    >>> letter_to_text("The correct answer is A.", ["Man", "Woman"])
    'Man'
    >>> letter_to_text("A", ["G", "A"])
    'G'
    >>> letter_to_text("A man", ["Man", "Woman"])
    'A man'
    >>> letter_to_text("(A) or (B)", ["Man", "Woman"])
    '(A) or (B)'
    """
    text = response.strip()
    match = _BARE.fullmatch(text) or _LED.match(text) or _SAID.search(text)
    if match is None:
        return response
    letter = next(group for group in match.groups() if group)
    index = string.ascii_uppercase.find(letter.upper())  # -1: a look-alike such as the Kelvin sign
    if not 0 <= index < len(options) or not _gives(response, options, index):
        return response
    return options[index]


def _gives(response: str, options: Sequence[str], index: int) -> bool:
    return committed(response, options, asked=True) == first_equal(options, index)


def first_equal(options: Sequence[str], index: int) -> int:
    """Return the first option of the same text as the one at an index."""
    return compile_choices(tuple(options)).same[index]
