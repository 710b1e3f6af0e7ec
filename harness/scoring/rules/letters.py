"""``lmms-eval``: letters in brackets, alone or before a dot, the last one of several; a random letter where there is none.

Source: EvolvingLMMs-Lab/lmms-eval, ``lmms_eval/tasks/mmau/utils.py`` (a74c71f) and ``mmsu/utils.py`` (082b872). A draw counts as the share
of its letters that are right. The prompts there ask for a letter; replies to other prompts can be read, but were not what the rule is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from harness.core.scoring import Document
from harness.scoring.rules.rule import CHOICE_KEYS, Ruling

_LETTERS: Final = "ABCD"
_ENDS: Final = ",.!?;:'"
_FEW_WORDS: Final = 5


def _trimmed(reply: str) -> str:
    for mark in _ENDS:
        reply = reply.strip(mark)
    return f" {reply} "


def _last(found: Sequence[str], place: Callable[[str], int]) -> str | None:
    """Return the candidate that stands last; the first of those that ``place`` does not find."""
    return max(found, key=place) if found else None


def _among(text: str, forms: Sequence[str]) -> tuple[str, list[str]]:
    """Return the first form that any letter has in the text, and the letters that have it."""
    for form in forms:
        if found := [letter for letter in _LETTERS if form.format(letter) in text]:
            return form, found
    return "", []


def mmau_letter(reply: str) -> str | None:
    """Return the letter that is read on MMAU, ``None`` where one is drawn.

    >>> mmau_letter("(B) or (C)"), mmau_letter("The answer is C."), mmau_letter("A dog")
    ('B', 'C', 'A')
    >>> mmau_letter("a dog") is None
    True
    """
    text = _trimmed(reply)
    _, found = _among(text, ("({})", " {} ", "{}."))
    return _last(found, lambda letter: text.rfind(f" {letter} "))


def mmsu_letter(reply: str, texts: Mapping[str, str]) -> str | None:
    """Return the letter that is read on MMSU, ``None`` where one is drawn.

    Args:
        reply: the reply.
        texts: option texts by letter; read in replies of four words or more that hold no letter.

    >>> mmsu_letter("I can hear that it is a cake", {"A": "a cake", "B": "a drink"})
    'A'
    """
    text = _trimmed(reply)
    form, found = _among(text, ("({})", "{} ", "{}."))
    if form == "({})":
        return _last(found, lambda letter: text.rfind(f"({letter})"))
    if found:
        return _last(found, lambda letter: text.rfind(f" {letter} "))
    low = text.lower()
    named = [one for one in texts if len(text.split()) > _FEW_WORDS and texts[one].lower() in low]
    return _last(named, lambda letter: low.rfind(texts[letter].lower()))


def mmau(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMAU: the text of its letter must equal the answer; a letter beyond the options ends the original."""
    options = [str(one) for one in doc["choices"]]
    gold = str(doc["answer"]).strip().lower()
    rights = [text.strip().lower() == gold for text in options[: len(_LETTERS)]]
    letter = mmau_letter(reply)
    if letter is None:
        share = sum(rights) / len(_LETTERS)
        short = len(rights) < len(_LETTERS)
        return _accuracy(None if short else share, drawn=True, stops=short)
    index = _LETTERS.index(letter)
    if index >= len(rights):
        return _accuracy(None, letter, stops=True)
    return _accuracy(float(rights[index]), letter)


def mmsu(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMSU: its letter must be that of the answer; every item is taken to have four letters."""
    texts = {
        letter: text
        for letter, key in zip(_LETTERS, CHOICE_KEYS, strict=True)
        if isinstance(text := doc.get(key), str)
    }
    gold = next((one for one in texts if texts[one] == doc.get("answer_gt")), None)
    letter = mmsu_letter(reply, texts)
    if letter is None:
        return _accuracy(0.0 if gold is None else 1 / len(_LETTERS), drawn=True)
    return _accuracy(float(letter == gold), letter)


def _accuracy(
    right: float | None, read: str = "", *, drawn: bool = False, stops: bool = False
) -> dict[str, Ruling]:
    stats = None if right is None else {"correct": right, "n": 1}
    return {"accuracy": Ruling(stats, read, drawn, stops)}
