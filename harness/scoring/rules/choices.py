"""What the rules for multiple choice share: options of an item by letter, the right ones, and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from harness.core.scoring import Document
from harness.scoring.rules.rule import CHOICE_KEYS, Ruling

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Choices(NamedTuple):
    """Options of an item.

    Attributes:
        texts: option texts by letter, in the order of the data; null choices are left out.
        answer: the text of the right one.
    """

    texts: Mapping[str, str]
    answer: str

    @property
    def gold(self) -> str | None:
        """The first letter whose text is the answer."""
        return next((one for one, text in self.texts.items() if text == self.answer), None)


def listed(doc: Document) -> Choices:
    """Return the options of an item of MMAU or MMAR."""
    texts = dict(zip(ALPHABET, map(str, doc["choices"]), strict=False))
    return Choices(texts, str(doc["answer"]))


def keyed(doc: Document) -> Choices:
    """Return the options of an item of MMSU or AIR-Bench."""
    return Choices(dict(_keyed(doc)), str(doc.get("answer_gt")))


def _keyed(doc: Document) -> Iterator[tuple[str, str]]:
    for letter, key in zip(ALPHABET, CHOICE_KEYS, strict=False):
        value: Any = doc.get(key)
        if value is not None:
            yield letter, str(value)


def spoken(doc: Document) -> Choices:
    """Return the options of a multiple-choice item of VoiceBench: four letters whose texts are spoken."""
    return Choices(dict.fromkeys("ABCD", ""), str(doc["reference"]))


def verdict(
    right: float | None, read: str = "", *, drawn: bool = False, stops: bool = False
) -> dict[str, Ruling]:
    """Return a ruling on accuracy; ``None``: the item is left out."""
    stats = None if right is None else {"correct": right, "n": 1}
    return {"accuracy": Ruling(stats, read, drawn, stops)}
