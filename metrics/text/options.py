"""Multiple choice without a judge: the options inside a prompt, and the option that a reply names.

The rule is ``letter_or_text`` of ``tasks/sakura/README.md``: a reply is read if it names exactly
one option, by its letter in parentheses or by its text as whole words. Both sides are compared under
NFKC, without regard to case, with typographic quotes as ASCII ones and runs of white space as one
space; punctuation at the ends of an option does not count. It is a control beside judged accuracy and
blind to meaning: a reply that denies an option names it, and a language code such as ``it`` is named
by the English word.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from typing import Final

from metrics.text.labels import Hit, outermost, whole_word_hits

_QUOTES: Final = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_EDGES: Final = ".,;:!?\"'"
_MARKER: Final = re.compile(r"(?<!\w)\(([a-zA-Z])\)")
_LETTERS: Final = string.ascii_lowercase


def letter_or_text(response: object, options: Sequence[str]) -> int | None:
    """Index of the only option that a reply names, else ``None``.

    A letter together with its own text names one option, a letter with the text of another one
    names two. An option inside a longer named option is ignored (``male`` in ``male voice`` when both
    are options). Equal option texts cannot be told apart by text, only by letter.

    Args:
        response: the reply; anything but a string names nothing.
        options: option texts in prompt order; the letters are a, b, c, ...

    >>> letter_or_text("The answer is (B) Male.", ["Female", "Male"])
    1
    >>> letter_or_text("A female voice.", ["Male", "Female"])
    1
    >>> letter_or_text("(a) Male", ["Female", "Male"]) is None
    True
    """
    if not isinstance(response, str):
        return None
    text = _fold(response)
    texts = [_fold_option(option) for option in options]
    letters = [f"({letter})" for letter in _LETTERS[: len(options)]]
    hits = [
        Hit(hit.start, hit.end, hit.phrase + len(letters)) for hit in whole_word_hits(text, texts)
    ]
    hits += [
        Hit(match.start(), match.end(), index)
        for index, letter in enumerate(letters)
        for match in re.finditer(re.escape(letter), text)
    ]
    named: set[int] | None = None
    for index in {hit.phrase for hit in outermost(hits)}:
        if index < len(letters):
            candidates = {index}
        else:
            phrase = texts[index - len(letters)]
            candidates = {number for number, other in enumerate(texts) if other == phrase}
        named = candidates if named is None else named & candidates
    return named.pop() if named is not None and len(named) == 1 else None


def parse_inline_options(text: str) -> tuple[tuple[str, str], ...]:
    """Options that stand in a prompt as ``(a) x (b) y (c) z``.

    The last run of markers that begins with ``(a)`` and goes on letter by letter is taken; the text of
    an option ends at the next marker of the run, that of the last one at the end of its line.

    Returns:
        (lower-case letter, option text) pairs in order; empty if there are fewer than two.

    >>> parse_inline_options("Who speaks? (a) Female (b) Male")
    (('a', 'Female'), ('b', 'Male'))
    >>> parse_inline_options("No options here.")
    ()
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
    options = []
    for number, marker in enumerate(best, start=1):
        if number < len(best):
            value = text[marker.end() : best[number].start()]
        else:
            value = text[marker.end() :].lstrip().partition("\n")[0]
        options.append((marker[1].lower(), value.strip().rstrip(",;").rstrip()))
    return tuple(options)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold()
    return " ".join(folded.split())


def _fold_option(option: str) -> str:
    folded = _fold(option)
    return folded.strip(_EDGES + " ") or folded
