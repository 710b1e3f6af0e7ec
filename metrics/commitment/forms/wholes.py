"""The whole of a number in a reply: a part of a longer number ("100²", "one hundred and five") is not that number."""

from __future__ import annotations

from typing import Final

_ONES: Final = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS: Final = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: Final = frozenset({*_ONES, *_TEENS, *_TENS, "hundred"})
_SHARES: Final = "".join(
    rf"(?<!\b{share} of )(?<!\b{share} of a )" for share in ("half", "third", "quarter")
)
_SCALED: Final = (
    "".join(rf"(?<!\b{one} )(?<!{one}-)" for one in (*_ONES[1:], *_TEENS, *_TENS))
    + r"(?<!\d )(?<!\d-)"
)
_SMALL: Final = "|".join((*_TENS, *_TEENS, *_ONES))
_GOES_ON: Final = (
    r"(?!\s+and\s+(?:a|one|two|three|1/\d|3/4)[ -]?(?:half|third|quarter|fifth|thirds|quarters)s?\b(?!-))"
    r"(?!\s+(?:and\s+)?\d{1,2}/\d{1,2}(?![\d/]))"
    r"(?!\s?(?:%|per ?cent)\s+(?:sure|certain|confident|positive)\b)"
    r"(?!\s+(?:squared|cubed|hundred|thousand|million|billion|to the power)\b)"
)
_DIGITS_GO_ON: Final = r"(?![²³¹⁰⁴-⁹½⅓⅔¼¾⅛⅜⅝⅞^])(?!\s[½⅓⅔¼¾⅛⅜⅝⅞])"


def whole_before(word: str) -> str:
    """Return a pattern of what may not stand before a number: a sign, a share ("half of"), a factor ("two hundred").

    >>> whole_before("dog")
    ''
    """
    if word == "hundred":
        return _SCALED + _SHARES
    if not (word[0].isdigit() or word in _WORDS):
        return ""
    own = r"(?<!\b1/)" if word[0].isdigit() else r"(?<!hundred )(?<!hundred and )(?<!hundred-and-)"
    return rf"(?<!√)(?<!\^)(?<!\bminus ){_SHARES}{own}"


def whole_after(word: str) -> str:
    """Return a pattern of what may not follow a number: a power, a fraction, further number words, certainty ("100 % sure").

    >>> import re
    >>> bool(re.search("25" + whole_after("25"), "25³")), bool(re.search("25" + whole_after("25"), "25."))
    (False, True)
    """
    if word[0].isdigit():
        return _DIGITS_GO_ON + _GOES_ON + (r"(?!/\d)" if word == "1" else "")
    if word not in _WORDS:
        return ""
    words = r"(?!\s+point\s+(?:zero|" + "|".join(_ONES) + r")\b)"
    if word == "hundred":
        words += rf"(?![\s-]+(?:and\s+)?(?:{_SMALL})\b)"
    elif word in _TENS:
        words += rf"(?![\s-](?:{'|'.join(_ONES)})\b)"
    return _GOES_ON + words
