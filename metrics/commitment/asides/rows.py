"""Rows of mentions that name every option with nothing said about them: a list, not an answer."""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.choices import Choices
from metrics.commitment.cues import DENIED, LIST_GAP, PRAISED
from metrics.commitment.mentions import CLASH, MENTION, option_of

_MENTION: Final = re.compile(MENTION)
_AND: Final = re.compile(r"\b(?:and|or)\b")
_STOPS: Final = re.compile(r"[.\n?!]")
_ENDS: Final = re.compile(r"[.\n:;?!]")
_UNLISTED: Final = re.compile(
    r"(?:\b(?:not(?: \w+ly)?|neither|nor|no|rather than|instead of|except(?: for)?|rule[sd]? out|ruling out|unlike|(?:not|never|n't|avoid) (?:\w+ )?(?:pick|choose|select|say|go with|take|answer|call it)|exclud\w+|eliminat\w+|reject\w*|dismiss\w*|discard\w*|cross\w* (?:out|off)|remov\w+|discount\w*|other than|apart from|anything but|all but|nicht|pas|weder|ni|non)|n't(?: (?:pick|choose|select|say|go with|take|answer|call it))?|不是|并非|排除|除了)\s*[\"'(]*(?:an? |the )?$"
)


def without_lists(text: str, choices: Choices) -> str:
    """Return a text without the rows of mentions that name all options with nothing said about them."""
    if len(choices.distinct) < 2:
        return text
    marks = list(_MENTION.finditer(text))
    blanks: list[tuple[int, int]] = []
    start = 0
    while start < len(marks):
        seen: set[int] = set()
        end = start
        joined = False
        opening = marks[start].start()
        lead = _ENDS.split(text[max(0, opening - 200) : opening])[-1]
        crosses = LIST_GAP.fullmatch(lead) is not None  # else a sentence that says more
        while end < len(marks):
            if end > start:
                gap = text[marks[end - 1].end() : marks[end].start()]
                joined = joined or _AND.search(gap) is not None
                if not LIST_GAP.fullmatch(gap) or (
                    (seen >= choices.distinct and (_ENDS.search(gap) or (joined and "," in gap)))
                    or (not crosses and _STOPS.search(gap))
                ):
                    break
            if marks[end][0] != CLASH:
                seen |= option_of(marks[end][0], choices)
            end += 1
        left, right = start, end  # a mention denied or praised at an end is not part of the row
        if seen >= choices.distinct:
            left += _UNLISTED.search(text[max(0, opening - 60) : opening]) is not None
            left += left == start and _stands_before(text, marks[start:end], choices)
            after = marks[end - 1].end()
            right -= DENIED.match(text, after) is not None or PRAISED.match(text, after) is not None
        row = frozenset[int]().union(
            *(option_of(mark[0], choices) for mark in marks[left:right] if mark[0] != CLASH)
        )
        if row >= choices.distinct:
            blanks.append((marks[left].start(), marks[right - 1].end()))
        start = end
    for left, right in reversed(blanks):
        text = text[:left] + re.sub(MENTION, " ", text[left:right]) + text[right:]
    return text


def _stands_before(text: str, row: list[re.Match[str]], choices: Choices) -> bool:
    """Return whether the first mention of a row is an answer on a line of its own before a list of all options."""
    if len(row) <= len(choices.distinct) or "\n" not in text[row[0].end() : row[1].start()]:
        return False
    return [option_of(mark[0], choices) for mark in row[1:]] == [
        frozenset({option}) for option in sorted(choices.distinct)
    ]
