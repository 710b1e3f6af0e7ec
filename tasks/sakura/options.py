"""Options inside SAKURA instructions, and the judge-free rule that reads which of them a reply names.

An instruction ends with its options: ``… (a) cat (b) dog``. ``letter_or_text`` (protocol, section 5) says
that a reply names an option by its letter in parentheses or by its text as whole words; letter case and
punctuation do not matter, and an option whose words lie inside a longer named option is not named by it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_MARK: Final = re.compile(r"\(\s*([a-z])\s*\)", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")


class Option(NamedTuple):
    """One option: its letter (lower case) and its text."""

    letter: str
    text: str


def parse_options(instruction: str) -> tuple[Option, ...]:
    """Options of an instruction, in order; empty if it has none.

    Letters must follow each other from ``(a)``; other parentheses are part of an option's text.

    >>> parse_options("Which animal is it? (a) cat (b) vitamin (d) (c) dog")
    (Option(letter='a', text='cat'), Option(letter='b', text='vitamin (d)'), Option(letter='c', text='dog'))
    """
    starts: list[tuple[int, int]] = []
    position = 0
    for letter in _LETTERS:
        index = instruction.find(f"({letter})", position)
        if index < 0:
            break
        position = index + 3
        starts.append((index, position))
    ends = [start for start, _ in starts[1:]] + [len(instruction)]
    return tuple(
        Option(letter, instruction[begin:end].strip())
        for letter, (_, begin), end in zip(_LETTERS, starts, ends, strict=False)
    )


def gold_letter(answer: str, options: tuple[Option, ...]) -> str | None:
    """Letter of a gold answer such as ``" (d) angry"``; ``None`` if it fits no option.

    >>> gold_letter(" (b) Dog", parse_options("Which? (a) cat (b) Dog"))
    'b'
    >>> gold_letter("Dog", parse_options("Which? (a) cat (b) Dog"))
    'b'
    """
    text = answer.strip()
    for option in options:
        if text in (f"({option.letter}) {option.text}", option.text):
            return option.letter
    match = re.match(r"\(([a-z])\)", text)
    letter = match.group(1) if match else None
    return letter if any(option.letter == letter for option in options) else None


def _padded(text: str) -> str:
    """Words in lower case, each with a space of its own on both sides."""
    return "".join(f" {word} " for word in _WORD.findall(text.lower()))


def named_options(reply: str, options: tuple[Option, ...]) -> tuple[str, ...]:
    """Letters of the options that a reply names, in option order.

    >>> options = parse_options("Which is it? (a) Male (b) Female")
    >>> named_options("The speaker is female.", options)
    ('b',)
    >>> named_options("(A) or (B)", options)
    ('a', 'b')
    >>> named_options("b", options)
    ()
    """
    marks = {letter.lower() for letter in _MARK.findall(reply)}
    named = {option.letter for option in options if option.letter in marks}
    words = _padded(reply)
    texts = {option.letter: _padded(option.text) for option in options}
    for needle in sorted(set(texts.values()), key=len, reverse=True):
        if needle and needle in words:
            named.update(letter for letter, text in texts.items() if text == needle)
            words = words.replace(needle, "\0")
    return tuple(option.letter for option in options if option.letter in named)
