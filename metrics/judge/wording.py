r"""How judges word a verdict or a score: keys, lead-ins, signs around them, hedges. Patterns that the readers put together; nothing is read here."""

from __future__ import annotations

import re
from typing import Final

KEYS: Final = (
    r"judge?ments?|verdicts?|results?|answers?|conclusions?|decisions?|evaluations?|assessments?|outcomes?"
    r"|determination|scores?|ratings?|grades?|correct(?:ness)?|final"
)
LEAD: Final = (
    r"(?:\(?\d{1,2}[.)]\s+)?(?:(?:so|thus|hence|therefore|finally|overall|(?:in )?(?:conclusion|summary)"
    r"|here(?: is|'s))[,:]?\s+)?(?:(?:the|my|our|your|final|overall|official|judge(?:'s)?|binary)\s+){0,3}"
)
OPEN: Final = r"""[\s"'(\[{<]{0,8}"""
CLOSE: Final = r"""["')\]}>]{0,6}"""
NOTE: Final = r"""(?:\s*[(\[][^()\[\]\n]{0,40}[)\]]|\s+(?:for|of)\s[^:\n]{1,40}?)?"""
BREAK: Final = r"""(?:[.!?;:,)\]}>|{]|\s-)\s*"""
SEPARATOR: Final = r"(?:\s*(?:(?:is|was)\s*)?(?:[:=|]{1,4}>?|-{1,4}>?)[\s:-]{0,6}|(?<=\])\s*)"

ADVERBS: Final = (
    r"(?:(?:clearly|indeed|definitely|certainly|factually|absolutely|completely|fully|entirely|therefore"
    r"|thus|totally|simply|a|an|also|judged|considered|deemed|rated|marked|as|100%)\s+){0,3}"
)
SUBJECT: Final = (
    r"(?:(?:the|this|that|its|it|both)\s+)?(?:(?:given|final|provided|predicted|candidate|candidate's|student's"
    r"|assistant's|model|model's|system's|ai's)\s+){0,3}"
    r"(?:response|answer|reply|output|prediction|candidate|model|statement|claim|choice|this|that|it)"
)
OUTCOME: Final = (
    r"(?:(?:the|my|our)\s+)?(?:(?:final|overall)\s+)?"
    r"(?:answer|verdict|judge?ment|result|conclusion|decision|evaluation|assessment)"
)
HEDGE: Final = re.compile(
    r"[\s,;:(-]*(?:but|though|although|however|yet)?[\s,]*(?:only|just|it is|is)?\s*"
    r"(?:partial|partly|mostly|somewhat|in part|to some|almost|nearly|incomplete"
    r"|not\s+(?:entire|full|complete|whol|quite|exact|total))",
    re.IGNORECASE,
)
CLAUSE: Final = re.compile(
    r"\s*(?:$|[.,;:!\"')\]}>(|-]|(?:because|since|as|for|given|based|due|the|this|that|it|its|it's|i|there|though"
    r"|although|but|and|in|on|with|when|according|per|they|he|she|we|you|all)\b)",
    re.IGNORECASE,
)
NOUN: Final = re.compile(
    r"\s+(answer|response|reply|choice|option|prediction|one|judge?ment|verdict|match)\s*(?:$|[.!,;(])",
    re.IGNORECASE,
)
CLAUSE_LENGTH: Final = 300
SENTENCE: Final = re.compile(r"(?:^|(?<=[.!?;:])\s+)")
CLAUSE_START: Final = re.compile(
    r",\s+(?:(?:and\s+)?(?:so|but|thus|therefore|hence)\s+)?(?=(?:the|this|it|its|that)\b)",
    re.IGNORECASE,
)
CONDITION: Final = re.compile(
    r"\b(?:if|whether|unless|when|once|assuming|suppose|supposing|provided|were|had)\b[^.!?;]*$",
    re.IGNORECASE,
)
LEAD_WORD: Final = re.compile(r"\W*(?:yes|no|correct|incorrect),\s+", re.IGNORECASE)
MARK: Final = re.compile(r"[\s.!\"')\]]*([✔✘])")
CONTRACTED: Final = re.compile(r"\b(is|was)n't\b", re.IGNORECASE)

ANSWERED: Final = re.compile(
    r"\b(?:answer(?:s|ed)|respond(?:s|ed)|repli(?:es|ed))\s+((?:in)?correct)ly\b", re.IGNORECASE
)
