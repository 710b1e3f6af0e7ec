"""Declared cleaning of replies, by id; the id is in the signature (``clean:desta``).

A cleaning belongs to a prompt template: it removes the frame that the template asks the model to
write. It is applied when replies are generated with that template, or to stored replies on demand
(``--clean ID``), never silently. A cleaner gets the reply and the item's option texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from string import ascii_uppercase
from types import MappingProxyType
from typing import Final

from metrics.commitment.letters import letter_to_text
from metrics.text.reasoning import without_reasoning

DESTA_FRAME: Final = "The correct answer is: "
"""What MMAU's ``desta`` template makes a model write before its answer (README of ``tasks/mmau``)."""


def keep(response: str, options: Sequence[str] = ()) -> str:
    """Return the reply unchanged.

    >>> keep(" A ")
    ' A '
    """
    del options
    return response


def remove_desta_frame(response: str, options: Sequence[str] = ()) -> str:
    """Remove the frame of MMAU's ``desta`` template from the reply, and strip it.

    >>> remove_desta_frame('The correct answer is: "Man". ')
    '"Man".'
    """
    del options
    return response.replace(DESTA_FRAME, "").strip()


_LEAD_IN: Final = re.compile(
    r"(?:(?:sure|certainly|of course|okay|ok)[,.!:]?\s+)?"
    r"(?:here(?:'s|’s| is)\s+(?:the|a|your)\s+(?:\w+\s+)?(?:transcript|transcription|text)|(?:the\s+)?transcript(?:ion)?)"
    r"(?:\s+(?:of|for|from)\s+[^:\n]{1,60})?(?:\s+is)?\s*:",
    re.IGNORECASE,
)
_QUOTES: Final = {'"': '"', "“": "”", "«": "»", "'": "'"}


def remove_lead_in(response: str, options: Sequence[str] = ()) -> str:
    """Remove the sentence in which a chat model announces a transcript, and the quotes around the rest.

    >>> remove_lead_in('Sure! Here is the transcription of the audio: "He left."')
    'He left.'
    >>> remove_lead_in("the text said: no")
    'the text said: no'
    """
    del options
    text = response.strip()
    found = _LEAD_IN.match(text)
    if found is None:
        return text
    text = text[found.end() :].strip()
    closing = _QUOTES.get(text[:1])
    quoted = closing is not None and len(text) > 1 and text.endswith(closing)
    return text[1:-1].strip() if quoted else text


_ANSWER: Final = ("<answer>", "</answer>")
_THOUGHT: Final = "</think>"
_LONGEST: Final = 9
"""Digits of a number between tags."""


def _numbered(response: str) -> int | None:
    """Return the number between the last tags after the reasoning, ``None`` if there are no tags or no plain number."""
    opening, closing = _ANSWER
    said = response.rpartition(_THOUGHT)[2]
    _, tag, text = said.rpartition(opening)
    text, end, _ = text.partition(closing)
    text = text.strip()
    plain = tag and end and text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if plain else None


def option_number(response: str, options: Sequence[str] = ()) -> str:
    """Return the text of the option whose number, from 0, stands between ``<answer>`` tags; empty where there is none.

    Tags before the last ``</think>`` do not count. Source: the protocol of ALARM, strict (README of ``tasks/mmar``).

    >>> option_number("<think>2?</think> <answer> 01 </answer>", ["cat", "dog"])
    'dog'
    >>> option_number("1", ["cat", "dog"]), option_number("<answer>2</answer>", ["cat", "dog"])
    ('', '')
    """
    number = _numbered(response)
    return options[number] if number is not None and number < len(options) else ""


def option_number_letter(response: str, options: Sequence[str] = ()) -> str:
    """Return the letter of that option, for benchmarks that read letters; null choices have numbers and letters too.

    >>> option_number_letter("<answer>3</answer>"), option_number_letter("<answer>B</answer>")
    ('D', '')
    """
    del options
    number = _numbered(response)
    return ascii_uppercase[number] if number is not None and number < len(ascii_uppercase) else ""


CLEANERS: Final[Mapping[str, Callable[[str, Sequence[str]], str]]] = MappingProxyType(
    {
        "none": keep,
        "desta": remove_desta_frame,
        "letter": letter_to_text,
        "lead_in": remove_lead_in,
        "alarm": option_number,
        "alarm_letter": option_number_letter,
        "think": without_reasoning,
    }
)
"""Cleaning id -> function."""
