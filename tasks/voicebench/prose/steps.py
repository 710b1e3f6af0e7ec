"""The steps of a way that a reply lists: what it says of a place counts only once the last one is walked."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from metrics.text import late as re

_STEP: Final = re.compile(
    r"\A\W*(?:(?:step )?\d{1,2}\W+)?(?:(?:first|then|next|now|and|finally|start:|(?P<told>you|we))[,:]?\s+){0,2}(?:take|walk|go|move|turn|step(?! \d)|face)\b"
)
_NUMBERED: Final = re.compile(
    r"\A\W*(?:(?:(?:step|move|instruction) )?(?P<number>\d{1,2})[.):](?!\d)|(?P<bare>\d{1,2})\s*\Z)"
)
_MOVE: Final = re.compile(r"\b(?:take|walk|go|move|turn|(?<!a )(?<!one )(?<!1 )step(?! \d))\b")
_INSTRUCTION: Final = re.compile(r"(?:\A|[.:?!\n])\s*(?:take|walk|go|move|turn|step)\b")
_CONCLUDES: Final = re.compile(
    r"\b(?:so|therefore|thus|hence|final(?:ly)?|in total|overall|net|end(?:s|ed|ing)? up|conclusion|in the end|result)\b"
)
_TELLS: Final = re.compile(r"\b(?:returns?|returned|not|never)\b|n't\b")
"""What is said of the whole way next to a list of its steps."""


class Walk:
    """The place in a list of steps, sentence by sentence.

    Args:
        prompt: the question with its instructions; without any, no step is known to be the last one.
    """

    def __init__(self, prompt: str) -> None:
        self.length = _length(prompt)
        self.walked = 0
        self.listed = 0
        self.listing = False

    @property
    def midway(self) -> bool:
        """True if some of the steps have been told, and not all of them."""
        told = max(self.walked, self.listed)
        return told > 0 and (self.length == 0 or told < self.length)

    def on_the_way(self, sentence: str) -> bool:
        """Return whether a folded sentence belongs to a step after which others come.

        >>> walk = Walk("Take 5 steps. Turn left. Take 5 steps.")
        >>> walk.on_the_way("1."), walk.on_the_way(" take 5 steps: you are 5 steps from the start.")
        (True, True)
        >>> walk.on_the_way("2."), walk.on_the_way(" turn left."), walk.on_the_way(" you do not return.")
        (True, True, False)
        """
        numbered = _NUMBERED.match(sentence)
        if numbered is not None:
            self.listed = int(numbered["number"] or numbered["bare"])
        step = _STEP.match(sentence)
        if step is not None:
            self.walked += len(_MOVE.findall(sentence))
        elif numbered is None and (not self.listing or _TELLS.search(sentence)):
            return False
        if numbered is not None or step is not None:
            self.listing = step is None or step["told"] is None
        return self.midway and _CONCLUDES.search(sentence) is None


@lru_cache(maxsize=64)
def _length(prompt: str) -> int:
    """Return how many instructions a question gives."""
    return len(_INSTRUCTION.findall(prompt.lower()))
