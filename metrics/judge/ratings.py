"""How judges say a score in a sentence: the words before the number."""

from __future__ import annotations

import re
from typing import Final

from metrics.judge.others import foreign
from metrics.judge.wording import TOLD

_WORD: Final = "one|two|three|four|five"
QUALITY: Final = r"(?:(?:solid|clear|strong|weak|firm|low|high|bare|generous|fair|good|decent|respectable|mere|full|definite|perfect|clean)\s+)?"
"""What a judge may call a score: "a solid 4"."""
DECIDES: Final = (
    r"(?:^\s*=\s*|\b(?:choose|chose|pick|picked|settled?|lands?|landed|landing|arrived?|ends?\s+up|ended\s+up|stays?|stands?|remains?|leaves?|leaving|amounts?|totals?|averages?|falls?|belongs?|fits?|comes?|sits?)\s+"
    rf"(?:(?:on|for|at|with|to|in|into|under|down|it|this|us|me|an?|the|just|only|level|band|tier|category|score|rating|grade|of)\s+){{0,5}}{QUALITY})"
)
"""Words that arrive at a score: "which leaves 3", "I land on 4", "it falls into level 2"."""
_BEFORE_NUMBER: Final = rf"(?!one\s+an?\s)(?=[\s\"'(\[{{<]*[+-]?(?:\d|(?:{_WORD})\b))"
RATES: Final = re.compile(
    r"\b(?:(?:rate|rated|giv(?:e|es|en|ing)|score|scored|scores(?!\"?\s*:)|grade|assign|assigned|award|awarded|deserves?|merits?|earns?|gets?|receives?"
    r"|(?:score|rating|grade|verdict)\s+(?:is|of|would be|should be))\b(?:\s+|[^.\n\d{|]{0,60}?(?:\b(?:an?|as|is|of|be|at|with|it|this|response|answer|reply)\s*:?\s+|[:=]\s*))"
    r"|\b(?:(?:so|the)\s+(?=total|average|mean)|weighted\s+|overall\s+|final\s+|rounded\s+)(?:total|average|mean|result|sum)(?:\s+score)?\s+(?:is|comes\s+to|equals|would\s+be)\s+|\bworth\s+(?:an?\s+)?|\bi\s+(?:think|believe|find|feel)\s+(?:that\s+)?an?\s+|\boverall,?\s+(?:an?\s+)?|\b(?:lands?|sits?|comes?\s+(?:in|out))\s+at\s+(?:an?\s+)?|\bput\s+(?:it|this)\s+at\s+(?:an?\s+)?|\b(?:i\s+)?lean(?:\s+towards?|\s+to)\s+(?:an?\s+)?|\b(?:response|answer|reply)\s+is\s+an?\s+(?:solid\s+|clear\s+|strong\s+|weak\s+)?|\bfinal\s+answer\s+is\s+|(?:i|i'd|i'll|i\s+would|i\s+will)\s+(?:go\s+with|lean(?:\s+towards?|\s+to)?|say|settle\s+on|choose|pick|call\s+(?:it|this))\s+(?:an?\s+)?"
    r"|(?:it|this(?:\s+one)?|that)(?:'s|\s+is|\s+(?:would|can\s+only|must|should|has\s+to)\s+be)\s+(?:an?\s+)?(?:solid\s+|clear\s+|strong\s+|weak\s+)?|(?:rating|score|grade)\s+for\s+[^.:\n\d]{1,40}\s(?:is|was)\s+)"
    rf"{QUALITY}{_BEFORE_NUMBER}",
    re.IGNORECASE,
)
DECIDED: Final = re.compile(rf"{DECIDES}{_BEFORE_NUMBER}", re.IGNORECASE)
AND_SO: Final = re.compile(
    rf"(?:[.!?;]|[-=]>|\b(?:so|thus|therefore|hence|now)\b|\b(?:on\s+balance|overall|all\s+in\s+all),)\s+(?:an?\s+)?{QUALITY}(?=(?:{_WORD}|[1-5](?:\.\d)?(?:\s*/\s*5)?)[.!]?$)",
    re.IGNORECASE,
)
SAID_TWICE: Final = re.compile(r"\b(?:one|two|three|four|five)\s*\(([1-5])\)", re.IGNORECASE)
"""A number in words and, in brackets, in digits."""
LABEL: Final = (
    r"outstanding|excellent|very\s+good|good|fair|average|mediocre|weak|poor|bad|very\s+poor"
)
"""A grade in words, before its number."""
FINAL: Final = re.compile(
    r"\W*(?:\w+\W+){0,2}(?:final|overall|total|weighted|revised|corrected|updated|adjusted)\b",
    re.IGNORECASE,
)
"""A key of the score that counts of several."""
_ENDS: Final = re.compile(r":\s+(?:an?\s+)?(?=[1-5](?:\s*/\s*5)?[.!]?$)", re.IGNORECASE)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_CLAUSE: Final = 160
"""Characters of the end of a line that are looked at."""


def ending(line: str) -> str | None:
    """Return the number that ends a line behind a colon and a clause of three words or more, unless that speaks of another.

    >>> ending("It is right. Good facts but weak style: 4.")
    '4.'
    >>> ending("Facts: 4"), ending("Style: 3, and facts: 5"), ending("Score of the baseline: 5"), ending("The reply ends with: 5")
    (None, None, None, None)
    """
    line = line[-_CLAUSE:]
    found = _ENDS.search(line, max(0, len(line) - 24))
    if found is None:
        return None
    clause = line[: found.start()].rpartition(". ")[2]
    if ":" in clause or len(_LETTERS.findall(clause)) < 3:
        return None
    if TOLD.search(clause) or foreign(clause, 0, len(clause)):
        return None
    return line[found.end() :]
