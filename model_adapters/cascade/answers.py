"""From a transcript to an answer without a language model: pure functions.

A recogniser cannot read a prompt. What it can do for a task is declared by ``Hints.answer``: give back the
transcript, the option nearest to it, or the number said in it. These are the rules, kept apart from any
recogniser so that they can be tested and reused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from harness.types import Hints

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_DIGITS: Final = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|(?<![\w.])\d+(?:\.\d+)?")
_SMALL: Final = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
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
    )
}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES: Final = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}


def answer_from_transcript(transcript: str, hints: Hints) -> str:
    """Derive a recogniser's answer from its transcript.

    >>> answer_from_transcript("the cat sat", Hints("option", ("a dog", "the cat")))
    'the cat'
    >>> answer_from_transcript("there are twelve boxes", Hints("number"))
    '12'
    >>> answer_from_transcript("no figure here", Hints("number"))
    'no figure here'
    """
    if hints.answer == "option" and hints.options:
        return nearest_option(transcript, hints.options)
    if hints.answer == "number":
        return number_in(transcript) or transcript
    return transcript


def nearest_option(transcript: str, options: Sequence[str]) -> str:
    """Return the option that the transcript says, or comes nearest to saying.

    An option that occurs word for word wins; of several, the one with the most words. Otherwise every
    stretch of the transcript of about the option's length is compared with it, letter by letter, and the
    best similarity wins. Ties, and a transcript that resembles nothing, go to the first.

    >>> nearest_option("we heard something about water on the radio", ["music", "water"])
    'water'
    >>> nearest_option("it is close because of this now", ["after a fire", "because of the snow"])
    'because of the snow'
    >>> nearest_option("", ["yes", "no"])
    'yes'
    """
    words = _words(transcript)
    scores = [_similarity(words, _words(option)) for option in options]
    return options[max(range(len(options)), key=lambda index: (scores[index], -index))]


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def _similarity(words: list[str], option: list[str]) -> float:
    """Rate a resemblance with at most 100, a literal occurrence with 100 and its number of words."""
    from rapidfuzz import fuzz

    if not words or not option:
        return 0.0
    size, text = len(option), " ".join(option)
    if any(words[start : start + size] == option for start in range(len(words) - size + 1)):
        return 100.0 + size
    best = 0.0
    for length in {max(1, size - 1), size, size + 1}:
        for start in range(max(1, len(words) - length + 1)):
            window = " ".join(words[start : start + length])
            best = max(best, fuzz.ratio(window, text, score_cutoff=best))
    return best


class _Found(NamedTuple):
    value: str
    start: int
    words: int


def number_in(text: str) -> str | None:
    """Return the number in a text, in digits, ``None`` without a number.

    Digits and English number words count. Of several numbers the one said with the most words wins, since
    a short one is more often misheard (``to``, ``for``); then any other than a bare ``one``, which is more
    often a pronoun; then the first.

    >>> number_in("he worked there twenty-one years")
    '21'
    >>> number_in("one of them had fifty")
    '50'
    >>> number_in("it costs two thousand three hundred and five dollars")
    '2305'
    >>> number_in("about 1,250.5 metres")
    '1250.5'
    """
    found = [*_digit_numbers(text), *_word_numbers(text)]
    if not found:
        return None
    best = max(found, key=lambda number: (number.words, number.value != "1", -number.start))
    return best.value


def _digit_numbers(text: str) -> list[_Found]:
    return [
        _Found(match.group().replace(",", ""), match.start(), 1) for match in _DIGITS.finditer(text)
    ]


def _word_numbers(text: str) -> list[_Found]:
    tokens = [(match.group().lower(), match.start()) for match in _WORD.finditer(text)]
    found: list[_Found] = []
    position = 0
    while position < len(tokens):
        value, used = _parse([word for word, _ in tokens[position:]])
        if used:
            found.append(_Found(str(value), tokens[position][1], used))
        position += used or 1
    return found


def _parse(words: list[str]) -> tuple[int, int]:
    """Return the value of the longest number at the start of ``words``, and how many words it has (0 for none)."""
    total = position = 0
    smallest = 0
    while True:
        offset = position + (1 if position and words[position : position + 1] == ["and"] else 0)
        group, used = _parse_hundreds(words[offset:])
        if not used:
            return total, position
        scale = _SCALES.get(words[offset + used]) if offset + used < len(words) else None
        if scale is None:
            return (total + group, offset + used) if position else (group, used)
        if smallest and scale >= smallest:
            return total, position
        total, position, smallest = total + group * scale, offset + used + 1, scale


def _parse_hundreds(words: list[str]) -> tuple[int, int]:
    """Parse a number below 1000 at the start of ``words``: ``three hundred and five``, ``a hundred``."""
    hundreds = used = 0
    if words[:2] == ["a", "hundred"]:
        hundreds, used = 100, 2
    elif words[1:2] == ["hundred"] and 1 <= _SMALL.get(words[0], 0) <= 19:
        hundreds, used = 100 * _SMALL[words[0]], 2
    if used:
        offset = used + (1 if words[used : used + 1] == ["and"] else 0)
        rest, count = _parse_tens(words[offset:])
        return (hundreds + rest, offset + count) if count and rest else (hundreds, used)
    return _parse_tens(words)


def _parse_tens(words: list[str]) -> tuple[int, int]:
    """Parse a number below 100 at the start of ``words``."""
    if not words:
        return 0, 0
    first = words[0]
    if first in _TENS:
        unit = _SMALL.get(words[1], 0) if len(words) > 1 else 0
        return (_TENS[first] + unit, 2) if 1 <= unit <= 9 else (_TENS[first], 1)
    return (_SMALL[first], 1) if first in _SMALL else (0, 0)
