"""What stands behind or in front of a number that is part of another one."""

from __future__ import annotations

from typing import Final

GOES_ON: Final = (
    r"(?!\s?[⁰¹²³⁴-⁹¼½¾⅐-⅞^])(?!\s?\*\*\s?\d)(?!\s+(?:and\s+)?(?:an?\s+)?(?:half|quarter|third|fifth|eighth)\b)(?!\s+(?:and\s+)?\d+/\d)"
    r"(?!\s+(?:squared|cubed|hundred|thousand|million|billion|point\s+\w+|to\s+the\s+power)\b)"
)
"""A number that goes on is another one: ``10²``, two and a half, ``25 1/2``."""
PART_OF: Final = "".join(
    f"(?<!{part})" for part in (r"\d/", "half of ", "quarter of ", "third of ", "twice ")
)
