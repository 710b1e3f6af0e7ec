"""Scores that a judge excludes on its way to its own: "not a 5, since the date is missing, but a solid 4"."""

from __future__ import annotations

from typing import Final

from metrics.judge.ratings import QUALITY
from metrics.text import late as re

_N: Final = r"(?:an?\s+|the\s+)?(?:[1-5](?!\.\d)(?:/5)?|two|three|four|five)(?![\w/%])"
_OWN: Final = (
    r"(?:(?:but|so|thus|hence|therefore|then|yet|rather|instead|still|certainly|clearly|probably|likely|only|just|more\s+like|it\s+is|it's|this\s+is|that\s+(?:is|leaves|makes))\s+){0,4}"
    rf"(?=(?:an?\s+)?{QUALITY}(?:[1-5]|two|three|four|five)(?:\.\d)?(?:/5)?\s*(?:$|[.,;:!)-]|(?:is|because|since|as|for|overall|points?|stars?|out)\b))"
)
"""From an excluded score to the one that is given."""
_REASON: Final = r"(?:,?\s+(?:since|because|as|given|for|due\s+to|considering|owing\s+to)\s[^.;\n]{1,160}?,?\s+but\s+|\s+-\s[^.;\n]{1,120}?\s-\s+but\s+|\s+\([^().;\n]{1,120}\),?\s+but\s+)"
_THEN: Final = rf"(?:{_REASON}|\s*(?:[,;:.]|\s-)\s*|\s+(?=but\b|so\b|rather\b|and\s+so\b)){_OWN}"
_BUT: Final = re.compile(
    rf"(?<![\w\"'])(?:(?:certainly|clearly|surely|definitely|it\s+deserves)\s+)?(?:not\s+(?:quite\s+|really\s+|yet\s+)?(?=an?\s|[1-5](?:\s*[,:]|\s+but\b))|hardly\s+(?=an?\s)|no\s+|rather\s+than\s+|instead\s+of\s+|neither\s+{_N},?\s+nor\s+){_N}(?:,\s+(?:and\s+)?not\s+{_N}){{0,3}}{_THEN}",
    re.IGNORECASE,
)
"""A score that is denied, and what leads to the one that is given."""
_GO: Final = r"(?:would\s+not|wouldn't|will\s+not|won't|can\s*not|can't|could\s+not|couldn't|do\s+not|don't)\s+go\s+"
_LIMITS: Final = re.compile(
    rf"(?:\b(?:and|but|yet)\s+)?(?:(?:\bi\s+)?\b{_GO}(?:quite\s+)?(?:as|so)\s+(?:low|high|far(?:\s+(?:down|up))?)\s+as\s+(?:to\s+(?:give|say)\s+)?{_N}(?:\s+(?:or|nor)\s+(?:(?:as|so)\s+(?:low|high)\s+as\s+)?{_N})?"
    rf"|(?:\bi\s+)?\b(?:can\s*not|can't|could\s+not|couldn't|do\s+not|don't)\s+(?:justify|defend|support|see)\s+{_N}|\b(?:it\s+)?(?:would\s+be|is)\s+(?:wrong|unfair|unjust|generous|harsh|too\s+\w{{1,12}}|a\s+mistake)\s+to\s+give\s+(?:it\s+|this\s+)?{_N}"
    rf"|(?<!nothing\s)(?:\b(?:it|this|the\s+(?:reply|response|answer))\s+)?(?:\b(?:(?:falls?|comes?|stops?)\s+)?(?:(?:just|slightly|somewhat|well|far|a\s+(?:bit|little))\s+)?)short\s+of\s+(?:being\s+|deserving\s+|reaching\s+)?{_N}"
    rf"|\bneither\s+{_N},?\s+nor\s+{_N}"
    rf"|(?<!of\s)(?<![\w/.:]\s)(?<![\w/.:]){_N}\s+(?:(?:would\s+be|is|was|seems|feels)\s+)?(?:too\s+(?:harsh|kind|low|high|generous|strict|lenient|much|little|good|severe|hard)|out\s+of\s+the\s+question|not\s+(?:warranted|justified|deserved))\b"
    rf"|\b(?:too\s+\w{{1,12}}|not\s+\w{{1,12}}\s+enough)\s+for\s+{_N}"
    rf"|\b(?:(?:(?:more|less|better|worse|higher|lower)\s+than)|above|below)\s+{_N}(?!\s+(?!but\b|and\b|yet\b)[a-z])"
    rf"|\b(?:i\s+)?(?:rule|ruled)\s+out\s+{_N})",
    re.IGNORECASE,
)
"""A score that the one given is compared with, or that is ruled out."""
_COPULA: Final = re.compile(
    r"\b(?:is|was|be|'s|it|this|give|gives|deserves|gets|earns|say|call|score|rating|to|for|as)\s*[:=]?\s*$|'s\s*$",
    re.IGNORECASE,
)
_GONE: Final = "\x01"
_AROUND: Final = re.compile(rf"(?:{_GONE}(?:[\s,.;:]|-\s)*(?:(?:and|but|so|yet)\s+)?)+")
_PARTS: Final = (
    " go as", " go so", " go quite", "short of", "neither", "too ", "out of the question", "not warranted", "not justified", "not deserved", "enough for", "more than", "less than", "rather than",
    "better than", "worse than", "higher than", "lower than", "above", "below", "rule", "hardly a", "not a", "not 1", "not 2", "not 3", "not 4", "not 5", "not quite", "not really", "not yet", "instead of", "no 1", "no 2", "no 3", "no 4", "no 5", "justify", "defend", "support", "to give",
)  # fmt: skip
_NUMBER: Final = re.compile(r"(?<!\w)(?:[1-5]|two|three|four|five)(?!\w)", re.IGNORECASE)


def without_excluded(line: str) -> str:
    """Return a line without the scores that it excludes.

    >>> without_excluded("Not a 5, since the trip is missing, but a solid 4."), without_excluded("It is neither a 2 nor a 4, but a 3.")
    ('a solid 4.', 'It is a 3.')
    >>> without_excluded("Short of a 5: 4"), without_excluded("More than a 3, less than a 5: 4."), without_excluded("It has more than 3 facts.")
    ('4', '4.', 'It has more than 3 facts.')
    """
    low = line.lower()
    if not any(part in low for part in _PARTS) or not _NUMBER.search(line):
        return line
    line = _BUT.sub(_given, line)
    bare = _LIMITS.sub(_GONE, line)
    return _AROUND.sub(". ", bare).lstrip(" .,;:-") if bare != line else line


def _given(found: re.Match[str]) -> str:
    before = found.string[: found.start()]
    return "" if not before.strip() or _COPULA.search(before) else ". "
