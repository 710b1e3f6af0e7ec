"""The gold answer of a SAKURA question among the options that stand inside its instruction."""

from __future__ import annotations

from collections.abc import Sequence


def gold_index(answer: str, options: Sequence[tuple[str, str]]) -> int | None:
    """Position of a gold answer such as ``" (d) angry"``; ``None`` if it fits no option.

    Args:
        answer: the answer as stored: letter and text, or the text alone; outer spaces do not count.
        options: (letter, text) pairs of the instruction, as ``metrics.text.options`` reads them.

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
