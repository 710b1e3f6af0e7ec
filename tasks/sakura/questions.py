"""The options that stand inside a SAKURA instruction as ``(a) x (b) y (c) z``, and the gold answer among them."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Final

_MARKER: Final = re.compile(r"(?<!\w)\(([a-zA-Z])\)")
_LETTERS: Final = string.ascii_lowercase


def gold_index(answer: str, options: Sequence[tuple[str, str]]) -> int | None:
    """Return the position of a gold answer such as ``" (d) angry"``; ``None`` if it fits no option.

    Args:
        answer: the answer as stored: letter and text, or the text alone; outer spaces do not count.
        options: (letter, text) pairs of the instruction, as ``parse_inline_options`` reads them.

    >>> gold_index(" (b) Dog", [("a", "cat"), ("b", "Dog")])
    1
    >>> gold_index("(c) Dog", [("a", "cat"), ("b", "Dog")]) is None
    True
    """
    text = answer.strip()
    for index, (letter, option) in enumerate(options):
        if text in (f"({letter}) {option}", option):
            return index
    for index, (letter, _) in enumerate(options):
        if text.startswith(f"({letter})"):
            return index
    return None


def parse_inline_options(text: str) -> tuple[tuple[str, str], ...]:
    """Return the options of a prompt with ``(a) x (b) y (c) z``.

    The last run of markers that begins with ``(a)`` and goes on letter by letter is taken; the text of
    an option ends at the next marker of the run, that of the last one at the end of its line.

    Returns:
        (lower-case letter, option text) pairs in order; empty if there are fewer than two.

    >>> parse_inline_options("Who speaks? (a) Female (b) Male")
    (('a', 'Female'), ('b', 'Male'))
    >>> parse_inline_options("No options here.")
    ()
    """
    return tuple((letter, text[start:end]) for letter, start, end in inline_spans(text))


def inline_spans(text: str) -> tuple[tuple[str, int, int], ...]:
    """Return the options of a prompt as (lower-case letter, start, end of the text) triples.

    >>> inline_spans("(a) Female (b) Male")
    (('a', 4, 10), ('b', 15, 19))
    """
    run: list[re.Match[str]] = []
    best: list[re.Match[str]] = []
    for marker in _MARKER.finditer(text):
        letter = marker[1].lower()
        if letter == "a":
            run = [marker]
        elif run and len(run) < len(_LETTERS) and letter == _LETTERS[len(run)]:
            run.append(marker)
        if len(run) > 1:
            best = run
    spans = []
    for number, marker in enumerate(best, start=1):
        last = number == len(best)
        end = len(text) if last else best[number].start()
        value = text[marker.end() : end].lstrip()
        start = end - len(value)
        value = value.partition("\n")[0] if last else value
        spans.append((marker[1].lower(), start, start + len(value.strip().rstrip(",;").rstrip())))
    return tuple(spans)
