"""Numbers in the replies of judges: how a score is typed, the scale behind it, and what makes it a range."""

from __future__ import annotations

import re
from typing import Final

from metrics.judge.wording import CLOSE, OPEN

WORDS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_WORD: Final = "|".join(WORDS)
NUMBER: Final = rf"(?P<open>{OPEN})(?P<sign>[+-]?)(?P<number>\d{{1,9}}(?:\.\d{{1,9}})?|{_WORD})(?![\w])(?!\.\d|,\d|\s+(?:hundred|thousand|million|point\s+(?:\d|zero|oh|six|seven|eight|nine|{_WORD})))"
"""A number in digits or words, and what opens it."""
SCALE: Final = re.compile(
    rf"{CLOSE}\s*\(?\s*(?:/|(?:(?:points?|stars?)\s+)?out\s+of|over|of|on\s+(?:a|the)\s+scale\s+(?:of|to|from)(?:\s+1\s*(?:to|-))?)\s*(?:the\s+(?=\d\s+points))?(?:a\s+(?:total|maximum|possible)\s+(?:of\s+)?)?{OPEN}(\d+(?:\.0+)?|five|ten)\b",
    re.IGNORECASE,
)
"""What says of which scale the number before it is."""
RANGE: Final = re.compile(
    rf"{CLOSE}\s*(?!(?:-|:)\s+(?:{_WORD})\s+(?!points?\b|stars?\b|out\b|or\b|to\b|of\s+(?:five|5)\b|because\b|since\b|as\b|and\b|but\b|for\b|on\b)[a-z])(?:(?:-|~|:|\||/|to|or|and|through|vs\.?|&)\s*(?:an?\s+)?{OPEN}(?:\d|(?:{_WORD})\b|a\s+half)"
    rf"|\s*\(\s*or\s+{OPEN}[1-5]|,?\s*(?:(?:or|and)\s+)?(?:maybe|perhaps|possibly|probably|even|almost|nearly)\s+(?:an?\s+)?{OPEN}(?:[1-5]|(?:{_WORD})\b)"
    rf"|,?\s+{OPEN}(?:[1-5](?:\.\d)?|{_WORD}){CLOSE}\s*(?:$|[,.;])|\s+[1-5]\s+[1-5]\b|\s*(?:points?\s+)?minus\s+\w|\s+\d/\d|\s+[<>]\s|\s*%|\+(?!\w)|\?)",
    re.IGNORECASE,
)
"""What makes the number before it one of several, or doubtful."""
AGAIN: Final = re.compile(
    rf"{CLOSE}\s*[(\[=]\s*(?P<number>[1-5]|{_WORD})\s*[)\]]?\s*(?=$|[,.;])", re.IGNORECASE
)
"""The number before it once more: "four (4)"."""
BRACKETED: Final = re.compile(
    r"\[\[\s*([+-]?\d{1,9}(?:\.\d{1,9})?)\s*(?:/\s*(\d+)\s*)?\]\]", re.ASCII
)
SEPARATOR: Final = r"\s*(?:(?:is|was)\s*)?(?:[:=|]{1,4}>?|\.{3}|(?:\s-{1,4}>?|->)(?=\s))\s*"
"""Between a key and its score."""
LAST: Final = re.compile(
    rf"(?:^|[.!?;:\n]|\bso|\bthus|\btherefore)\s*(?=[\"'(\[]{{0,4}}(?:[1-5](?:\.\d)?(?:\s*/\s*5)?|{_WORD})[\s\"')\].!]*\Z)",
    re.IGNORECASE,
)
"""Where the number begins that ends a text."""
SUM: Final = re.compile(
    rf"{OPEN}(?=[^=\n]{{0,80}}(?:[+*x×]|\s-\s))\d[\d.\s()+*x×·/%-]{{1,80}}=\s*(?={OPEN}\d)",
    re.IGNORECASE,
)
"""A sum or a product up to what it makes: "0.5 x 4 + 0.5 x 3 = "."""
