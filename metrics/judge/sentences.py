"""Sentences about a verdict: where their clauses begin, in plainer words, and those that arrive at a verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from metrics.judge.wording import (
    ANSWERED,
    CLAUSE_LENGTH,
    CLAUSE_START,
    CONDITION,
    CONTRACTED,
    LEAD_WORD,
    TO_BE_TAKEN,
    TOLD,
)

_MUST_BE: Final = re.compile(
    r"\b((?:verdict|judge?ment|result|answer|rating|decision|conclusion))\s+(?:(?:should|must|has\s+to|can\s+only|ought\s+to|will|is)\s+)(?:(?:therefore|thus|then|now|instead|hence)\s+)?(?:be\s+)?(?=[\"'(\[]?(?:not\s+)?(?:yes|no|correct|incorrect)\b)",
    re.IGNORECASE,
)
_NOT_BUT: Final = re.compile(
    r"\bnot\s+[\"']?(?:yes|no|correct|incorrect)[\"']?,?\s+but\s+(?:rather\s+)?(?=[\"']?(?:yes|no|correct|incorrect)\b)",
    re.IGNORECASE,
)
_RIGHT: Final = ("correct", "right", "true", "yes")
_WORD: Final = r"[\"'(]?(?P<{}>incorrect|correct|wrong|right|false|true|yes|no)[\"')]?"
_RATHER: Final = re.compile(
    rf"(?<![\w-]){_WORD.format('verdict')},?\s+(?:rather\s+than|as\s+opposed\s+to|instead\s+of|over|and\s+(?:certainly\s+|clearly\s+)?not)\s+{_WORD.format('other')}(?=\s*(?:$|[.!;](?:\s|$)))",
    re.IGNORECASE,
)
"""A verdict and the one that it is preferred to."""
_ARRIVES: Final = (
    r"(?:\bi(?:'d|'ll|\s+would|\s+will|\s+must|\s+have\s+to)?\s+(?:say|answer|vote|conclude(?:\s+with)?|go\s+with|come\s+down\s+on|settle\s+on|decide(?:\s+on|\s+for)?|choose|opt\s+for|arrive\s+at|end\s+up\s+(?:with|at))|\b(?:leads?|points?|adds?\s+up|comes?\s+down|amounts?)\s+to"
    r"|\b(?:this(?:\s+one)?|it|the\s+(?:reply|response|answer))\s+(?:gets|earns|deserves|merits|receives)|\?)\s*:?\s*(?:an?\s+)?"
)
_AGREES: Final = re.compile(
    r"\b(?:candidate|response|answer|prediction|reply|model|output)(?:'s\s+(?:answer|response|reply))?\s+(?:(?P<no>(?:does|do|did)\s+not\s+(?:match|agree\s+with|correspond\s+to|fit)|contradicts|differs\s+from|conflicts\s+with|is\s+(?:different\s+from|inconsistent\s+with|not\s+(?:the\s+same\s+as|equivalent\s+to|consistent\s+with)))"
    r"|(?:fully\s+|exactly\s+|clearly\s+)?(?:matches|agrees\s+with|corresponds\s+to|equals|is\s+(?:the\s+same\s+as|equivalent\s+to|consistent\s+with|identical\s+to)))\s+(?:the\s+)?(?:reference|ground[\s-]truth|gold|expected|correct|label|key)\b(?:\s+(?:answer|label|one))?\s*(?:$|[.!;,])",
    re.IGNORECASE,
)
_JUDGED: Final = re.compile(r"\b(?:the|this)\s+(?:response|reply|answer)\b", re.IGNORECASE)


def arrived(line: str, words: Sequence[str]) -> list[int]:
    """Return where the verdicts begin that a line arrives at, but those that it only reports.

    >>> arrived("So I would say YES.", ["yes", "no"]), arrived('The reply says: "I would say YES."', ["yes", "no"])
    ([15], [])
    """
    verdict = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    found = re.finditer(
        rf"{_ARRIVES}(?=[\"'(\[*]{{0,3}}(?:{verdict})[\"')\]*]{{0,3}}(?:\s+from\s+me)?\s*(?:$|[.!;,]))",
        line,
        re.IGNORECASE,
    )
    return [
        one.end()
        for one in found
        if not _told(line[: one.start()].rpartition(". ")[2], asked=one[0][0] == "?")
    ]


def _told(before: str, *, asked: bool) -> bool:
    before = _JUDGED.sub("", before)
    if asked:
        return ":" in before or '"' in before
    return before.rstrip().endswith(":") or TOLD.search(before) is not None


def agrees(line: str) -> bool | None:
    """Return whether a line says that an answer is the reference's or is not; ``None`` where it says neither.

    >>> agrees("The candidate matches the reference answer."), agrees("The answer contradicts the reference.")
    (True, False)
    >>> agrees("The candidate matches the reference to a degree.")
    """
    found = {match["no"] is None for match in _AGREES.finditer(line)}
    return found.pop() if len(found) == 1 else None


def clauses(line: str) -> set[int]:
    """Return where clauses behind a comma begin, but those that depend on a condition."""
    return {
        found.end()
        for found in CLAUSE_START.finditer(line)
        if not CONDITION.search(line, max(0, found.start() - CLAUSE_LENGTH), found.start())
    }


def after_lead(line: str) -> set[int]:
    """Return where the clause after a leading yes or no begins."""
    lead = LEAD_WORD.match(line)
    return {lead.end()} if lead else set()


def plainer(lines: Sequence[str]) -> list[str]:
    """Return lines in the words that the reader knows.

    >>> plainer(["Hence the verdict must be correct.", "The result is not NO but YES."])
    ['Hence the verdict is correct.', 'The result is YES.']
    """
    told = [
        TO_BE_TAKEN.sub(r"is \g<not>", line) if " be " in line or "counts as" in line else line
        for line in lines
    ]
    told = [ANSWERED.sub(r"is \1", CONTRACTED.sub(r"\1 not", line)) for line in told]
    told = [_NOT_BUT.sub("", _MUST_BE.sub(r"\1 is ", line)) for line in told]
    return [_RATHER.sub(_preferred, line) for line in told]


def _preferred(found: re.Match[str]) -> str:
    """Return the verdict alone, if the other one is its opposite."""
    verdict, other = found["verdict"].lower(), found["other"].lower()
    return found["verdict"] if (verdict in _RIGHT) != (other in _RIGHT) else found[0]
