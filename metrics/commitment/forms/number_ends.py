"""What stands behind or in front of a number that is part of another one."""

from __future__ import annotations

from typing import Final

GOES_ON: Final = (
    r"(?!\s?[⁰¹²³⁴-⁹¼½¾⅐-⅞^])(?!\s?\*\*\s?\d)(?!\s+(?:and\s+)?(?:an?\s+)?(?:half|quarter|third|fifth|eighth)\b(?!-))(?!\s+(?:and\s+)?\d+/\d)"
    r"(?!\s+(?:squared|cubed|hundred|thousand|million|billion|point\s+\w+|to\s+the\s+power)\b)"
    r"(?!\s?(?:%|per ?cent)\s+(?:sure|certain|confident|positive)\b)"
)
"""A number that goes on is another one: ``10²``, two and a half, ``25 1/2``. "100 % sure" says how certain the reply is."""
PART_OF: Final = "".join(
    f"(?<!{part})"
    for part in (
        r"\d/",
        "half of ",
        "quarter of ",
        "third of ",
        "twice ",
        r"\^",
        "√",
        r"\bminus ",
        "hundred ",
        "hundred and ",
    )
)
_COUNTS: Final = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
HUNDREDS: Final = r"(?<!\d[ -])" + "".join(rf"(?<!\b{one}[ -])" for one in _COUNTS.split(" "))
"""Words before "hundred" that make it a larger number."""
