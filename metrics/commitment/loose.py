"""An option of several words that a reply names in words of its own order: the last resort of the grammar."""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.choices import Choices, form_key
from metrics.commitment.cues import CUE, QUESTION_TAG

_LONGEST_LOOSE: Final = 4_000
_NOBODY: Final = frozenset(("nobody", "nothing", "none", "no"))
SENTENCE: Final = re.compile(r"[^.!?;。！？；؟…\n]*(?:[.!?。！？；;؟…]+|\n|$)")
"""A sentence or line of a text."""


def by_words(low: str, choices: Choices) -> int | None:
    """Return the only option of several words all of which stand close together, in any order, in a plain sentence.

    A word that only another option has speaks against it, as in the official rule of MMAU.
    """
    if not any(choices.words) or len(low) > _LONGEST_LOOSE:
        return None
    found: set[int] = set()
    for match in SENTENCE.finditer(low):
        tokens = form_key(match[0]).split()
        said = frozenset(tokens)
        named = {
            option
            for option, words in enumerate(choices.words)
            if words and words <= said and _close(tokens, words)
        }
        if not named:
            continue
        if QUESTION_TAG.search(match[0]) or any(
            cue.lastgroup in ("negation", "hypothesis", "correction", "turn")
            for cue in CUE.finditer(match[0])
        ):
            return None
        if said & _NOBODY and any(len(choices.words[option]) == 1 for option in named):
            return None
        for option in named:
            others = frozenset[str]().union(
                *(words for other, words in enumerate(choices.words) if other != option)
            )
            if said & (others - choices.words[option]):
                return None
        found |= named
    return found.pop() if len(found) == 1 else None


def _close(tokens: list[str], words: frozenset[str]) -> bool:
    """Return whether some stretch of tokens, at most twice as long and two more, holds all words."""
    room = 2 * len(words) + 2
    places = [i for i, token in enumerate(tokens) if token in words]
    return any(words <= frozenset(tokens[start : start + room]) for start in places)
