r"""LLaSO-Eval answers that are numbers: age, MIDI pitch and the three pronunciation scores.

``official_age``, ``official_pitch`` and ``pronunciation`` read what the shipped scripts read, their
quirks included (any hyphen makes a range, "adult" is 22, a later score of a key wins). Text they cannot
read gives ``None``; where the script itself would stop with an exception they raise ``OverflowError``.
The strict reading of a number is ``metrics.text.numbers.strict_number``. All of them take time linear in the
length of the text: the shipped patterns are cubic on hostile replies, so they are matched piecewise here,
and a test holds the result equal to the plain patterns. Source: the rules in README.md.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import Final, Literal

PronunciationKey = Literal["accuracy", "prosodic", "fluency"]
PRONUNCIATION_KEYS: Final[tuple[PronunciationKey, ...]] = ("accuracy", "prosodic", "fluency")
PITCHES: Final = (0, 127)
ADULT: Final = 22
"""The age that the official script gives to a reply with "adult" and no digit."""

_DIGITS: Final = re.compile(r"\d+")
_DECIMALS: Final = re.compile(r"\d+\.?\d*")
_KEY: Final = re.compile("accuracy|proso|fluency")
_LINK: Final = re.compile("is|:|=|as")
_SCORE_FIRST: Final = re.compile(r"(?<!\d)(\d++)\s*+for\s*+(accuracy|proso|fluency)")


def official_age(text: str) -> int | None:
    """Return the age in years as the shipped script reads it; ``None`` also for a range beyond a float's.

    >>> [official_age(text) for text in ("34 years", "20-25", "GPT-4 says 32", "an adult", "old")]
    [34, 22, 18, 22, None]
    """
    text = text.strip()
    if (whole := _int(text)) is not None:
        return whole
    found = [match.group() for match in islice(_DIGITS.finditer(text), 2)]
    if not found:
        return ADULT if "adult" in text.lower() else None
    values = [_int(digits) for digits in found]
    if "-" in text and len(values) == 2:
        low, high = values
        try:
            return None if low is None or high is None else round((low + high) / 2)
        except OverflowError:  # the script drops the item
            return None
    return values[0]


def official_pitch(text: str) -> int | None:
    """Return the MIDI pitch as the shipped script reads it; the caller drops what is outside ``PITCHES``.

    Raises:
        OverflowError: the whole text is an infinite or huge number, where the script would stop.

    >>> [official_pitch(text) for text in ("60", "59.5", "60-64", "MIDI 71", "C sharp")]
    [60, 60, 62, 71, None]
    """
    text = text.strip()
    if (whole := _int(text)) is not None:
        return whole
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        return None if math.isnan(number) else round(number)
    values = [float(match.group()) for match in islice(_DECIMALS.finditer(text), 2)]
    if not values:
        return None
    try:
        return round(sum(values) / 2) if "-" in text and len(values) == 2 else round(values[0])
    except OverflowError:  # the script drops the item
        return None


def _int(text: str) -> int | None:
    """Return ``int`` of a text, ``None`` where it raises ``ValueError`` (also beyond 4,300 digits)."""
    try:
        return int(text)
    except ValueError:
        return None


def pronunciation(text: str) -> dict[PronunciationKey, int] | None:
    """Return the three pronunciation scores of a text, ``None`` unless all three are found.

    Raises:
        OverflowError: a score has more digits than Python turns into a number; the script stops there.

    >>> pronunciation("Accuracy is 7, prosodic is 10, fluency is 2 total score is 5.")
    {'accuracy': 7, 'prosodic': 10, 'fluency': 2}
    >>> pronunciation("3 for accuracy, 4 for prosody, 9 for fluency")
    {'accuracy': 3, 'prosodic': 4, 'fluency': 9}
    >>> pronunciation("accuracy 7, prosody 10, fluency 2") is None
    True
    """
    lowered = text.lower()
    scores = _key_first(lowered)
    if len(scores) != len(PRONUNCIATION_KEYS):
        scores = {match[2]: _score(match[1]) for match in _SCORE_FIRST.finditer(lowered)}
    values = {_name(key): value for key, value in scores.items()}
    if len(values) != len(PRONUNCIATION_KEYS):
        return None
    return {key: values[key] for key in PRONUNCIATION_KEYS}


def _score(digits: str) -> int:
    value = _int(digits)
    if value is None:
        raise OverflowError(f"a score of {len(digits)} digits")
    return value


def _key_first(text: str) -> dict[str, int]:
    r"""Return the matches of ``(accuracy|proso|fluency).*?(?:is|:|=|as).*?(\d+)``, one line at a time.

    Lazy matching takes the first link after the key and the first digits after the link; if a line
    has none, no later key of that line has any either.
    """
    scores: dict[str, int] = {}
    for line in text.split("\n"):
        position = 0
        while (
            (key := _KEY.search(line, position))
            and (link := _LINK.search(line, key.end()))
            and (digits := _DIGITS.search(line, link.end()))
        ):
            scores[key.group()] = _score(digits.group())
            position = digits.end()
    return scores


def _name(key: str) -> PronunciationKey:
    if key == "accuracy":
        return "accuracy"
    return "prosodic" if key == "proso" else "fluency"
