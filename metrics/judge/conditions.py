"""Scores that hang on who asks, on how a question is meant, or on what is judged: a reader takes none of them."""

from __future__ import annotations

from typing import Final

from metrics.judge.figures import WORDS
from metrics.text import late as re

_NUMBER: Final = r"(?<![\w./-])(?P<{}>[1-5](?:\.\d)?|two|three|four|five)(?:\s*/\s*5)?(?:\s+(?:points?|stars?))?(?![\w/]|\.\d|\s+(?!(?:points|stars|is|as|was|this|otherwise|always|perhaps)\b)[a-z]{{2,20}}s\b)"
_FIRST, _SECOND = _NUMBER.format("first"), _NUMBER.format("second")
_OTHER: Final = r"(?!(?:this|that|these|those|it|me|my|all|now|here|example|instance|comparison|reference|(?:the\s+|an?\s+)?(?:\w+\s+)?(?:repl(?:y|ies)|responses?|answers?|models?|candidates?|assistants?|outputs?|baselines?|systems?|judges?|graders?|raters?|reviewers?|scores?|ratings?|scale|total))\b)"
"""Not a reply and not a grader: their scores are not one score under two conditions."""
_GAP: Final = r"[^.;:!?\d\n]{1,80}?"
_JOIN: Final = r"[)\]]?\s*(?:[,;]|\.(?=\s+(?:otherwise|else|if|but|and|for|on|under|when)\b)|\s-)?\s*(?:(?:and|but|while|whereas|or|yet|though)\s+)?(?:only\s+)?"
_OF: Final = r"(?P<of>for|to|from|by|on|under|as|in(?:\s+terms\s+of)?|with|read|taken|viewed|seen|judged|measured|graded|understood|interpreted|said)"
_IF: Final = r"(?P<if>if|when|where|provided|assuming|given|were|should)"
_ELSE: Final = r"(?:otherwise|else|if\s+not|in\s+(?:the|any)\s+other\s+case|for\s+(?:everyone|anyone|everybody|anybody)\s+else|for\s+(?:the\s+)?others)\b"
_MANNER: Final = r"(?:strict|literal|loose|generous|charitabl|technical|practical|factual|stylistical|harsh|lenient|formal|narrow|broad|objective|subjective|grammatical|moral)l?y(?:\s+(?:speaking|read|taken|judged))?,?\s"
_PAIRS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_OF}\s+{_OTHER}{_GAP}(?P<colon>:\s*)?{_FIRST}[^.;!?\d\n]{{0,60}}?{_JOIN}(?:(?P=of)\s+{_OTHER}|{_ELSE})(?(colon){_GAP}:\s*|{_GAP}){_SECOND}",
        rf"\b{_IF}\s+(?!(?:i|we|anything|so|asked|pressed|forced)\b){_GAP}(?P<colon>:\s*)?{_FIRST}[^.;!?\d\n]{{0,60}}?{_JOIN}(?:(?P=if)\s|{_ELSE})(?(colon){_GAP}:\s*|{_GAP}){_SECOND}",
        rf"{_FIRST}\s*,?\s*\(?(?:{_OF}\s+{_OTHER}|{_IF}\s+(?!(?:i|we|anything|so|asked|pressed|forced)\b))[^.;:!?\d\n]{{1,80}}?{_JOIN}(?:(?:{_ELSE}|(?P=of)\s+{_OTHER}|(?P=if)\s){_GAP}{_SECOND}|(?:(?:it's|it\s+is|this\s+is)\s+)?(?:an?\s+)?{_NUMBER.format('third')}\s*,?\s*\(?(?:(?P=of)|(?P=if)|{_ELSE})\b)",
        rf"\b{_MANNER}{_GAP}{_FIRST}{_JOIN}{_MANNER}{_GAP}{_SECOND}",
    )
)
"""Two scores, each under a condition of its own."""
_MORE: Final = re.compile(
    rf"{_JOIN}(?:{_OF}\s+{_OTHER}[^,.;:!?\d\n]{{1,60}}?{_FIRST}|(?:an?\s+)?{_SECOND}\s+(?:for|if|when|on|by|under)\s+{_OTHER}[^,.;:!?\d\n]{{1,60}})",
    re.IGNORECASE,
)
"""A further one."""


def unconditional(line: str) -> str:
    """Return a line without different scores under different conditions.

    >>> unconditional("For a beginner this is worth a 5, for an expert a 3. Overall 4")
    '. Overall 4'
    >>> unconditional("For a beginner it is a 4, for an expert a 4."), unconditional("Rating: 4, for clarity and for depth.")
    ('For a beginner it is a 4, for an expert a 4.', 'Rating: 4, for clarity and for depth.')
    """
    for pair in _PAIRS:
        found = pair.search(line)
        if found is None or line[: found.start()].rstrip().endswith(("-", "+", "=")):
            continue
        numbers = found.groupdict()
        other = numbers.get("second") or numbers["third"]
        if _value(numbers["first"]) == _value(other):
            continue
        end = found.end()
        while more := _MORE.match(line, end):
            end = more.end()
        line = line[: found.start()] + line[end:]
    return line


def _value(number: str) -> float:
    return WORDS.get(number.lower()) or float(number)
