"""Generated replies and arguments that reach every branch of the 25 rules."""

from __future__ import annotations

import random
from typing import Any

FRAGMENTS = (
    "My answer is yes.", "My answer is no", "<<A title>>", "<< >>", "<<a", "b>>", "<<<x>>>",
    "* one", "*", "**", "***", "******", "*bold*", "**bold**", "* *", "- dash", "-", "• dot",
    "1. first", "2) second", "\\n", "\n", "\n\n", " \n ", "\t", " ", "  ", "\u00a0", "\u2028",
    "[name]", "[", "]", "[a\nb]", "P.S. note", "p. s. note", "P.P.S more", "p. p. s", "PS",
    "Section 1", "SECTION 2", "Section  3", "section 4", "```json", "```", '{"a": 1}', "[1, 2]",
    "42", "NaN", '"', "'", '"quoted"', "Hello, world.", "hello world", "HELLO WORLD", "NASA",
    "I", "U.S.A.", "Dr. Who went home.", "e.g. this", "Really?", "No!", "Wait...", "Any other questions?",
    "the cat", "The Cat", "cats", "dog", "DOG.", "écoute", "Das ist ein Haus.", "これは日本語です。",
    "repeat me", "Repeat Me", "aaa", "zZ", "!", "#", "a,b", "،", "x" * 40, "word " * 30, "K", "İ",
)  # fmt: skip

CHOICES: dict[str, tuple[Any, ...]] = {
    "keywords": (["cat"], ["cat", "dog"], ["c.t", "hello"], ["(the|a) cat"]),
    "keyword": ("cat", " hello ", "a", "c[aA]t"),
    "forbidden_words": (["cat"], ["dog", "dog"], ["NASA", "wor.d"], ["a"]),
    "frequency": (1, 2, 3, 0),
    "letter": ("a", "Z", "l"),
    "let_frequency": (1, 4, 9, 0),
    "language": ("en", "de", "ja"),
    "num_sentences": (1, 2, 4, 6),
    "num_words": (1, 5, 12, 30),
    "num_paragraphs": (1, 2, 3, 4),
    "nth_paragraph": (1, 2, 3),
    "first_word": ("hello", "The", "my", "das"),
    "num_placeholders": (0, 1, 2),
    "postscript_marker": ("P.S.", "P.P.S", "PS", " p.s. ", "P.P.S."),
    "num_bullets": (0, 1, 2, 3),
    "num_highlights": (0, 1, 2, 3),
    "section_spliter": ("Section", "SECTION", " section "),
    "num_sections": (0, 1, 2),
    "prompt_to_repeat": ("repeat me", "Hello, world.", "HELLO"),
    "end_phrase": ("Any other questions?", "cats", " No! ", "world"),
    "capital_frequency": (0, 1, 2, 4),
}


def reply(rng: random.Random) -> str:
    """A short reply; now and then one that is wrapped or cased as a whole."""
    text = rng.choice(("", " ")).join(rng.choices(FRAGMENTS, k=rng.randint(1, 9)))
    shape = rng.randrange(8)
    if shape == 0:
        return f'"{text}"'
    if shape == 1:
        return text.upper()
    if shape == 2:
        return text.lower()
    if shape == 3:
        return f"```json\n{rng.choice(FRAGMENTS)}\n```"
    return text


def arguments(rng: random.Random, names: list[str]) -> dict[str, Any]:
    """Complete arguments for one instruction."""
    return {
        name: rng.choice(CHOICES[name])
        if name in CHOICES
        else rng.choice(("less than", "at least"))
        for name in names
    }
