"""Declared cleaning of replies, by id; the id is in the signature (``clean:desta``).

A cleaning belongs to a prompt template: it removes the frame that the template asks the model to
write. It is applied when replies are generated with that template, or to stored replies on demand
(``--clean ID``), never silently. A cleaner gets the reply and the item's option texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


CLEANERS: Final[Mapping[str, Callable[[str, Sequence[str]], str]]] = MappingProxyType(
    {
        "none": keep,
        "desta": remove_desta_frame,
        "letter": letter_to_text,
        "think": without_reasoning,
    }
)
"""Cleaning id -> function."""
