"""``lmms-eval``: letters in brackets, alone or before a dot, the last one of several; a random letter where there is none.

Source: EvolvingLMMs-Lab/lmms-eval, ``lmms_eval/tasks``: ``mmau/utils.py`` (a74c71f), ``mmsu/utils.py`` (082b872), ``mmar``, ``air_bench`` and
``voicebench/utils.py`` (75571cf). A draw counts as the share of its letters that are right. The prompts there ask for a letter; replies to other
prompts can be read, but were not what the rule is for. Its copy of MMAR has lettered options; here the letters follow the order of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from harness.core.scoring import Document
from harness.scoring.rules.choices import keyed, listed, verdict
from harness.scoring.rules.rule import CHOICE_KEYS, Ruling

_LETTERS: Final = "ABCD"
_ENDS: Final = ",.!?;:'"
_FEW_WORDS: Final = 5


def _trimmed(reply: str) -> str:
    for mark in _ENDS:
        reply = reply.strip(mark)
    return f" {reply} "


def _is_long(reply: str) -> bool:
    return len(_trimmed(reply).split()) > _FEW_WORDS


def _last(found: Sequence[str], place: Callable[[str], int]) -> str | None:
    """Return the candidate that stands last; the first of those that ``place`` does not find."""
    return max(found, key=place) if found else None


def _among(text: str, forms: Sequence[str], letters: Iterable[str]) -> tuple[str, list[str]]:
    """Return the first form that any letter has in the text, and the letters that have it."""
    known = tuple(letters)
    for form in forms:
        if found := [letter for letter in known if form.format(letter) in text]:
            return form, found
    return "", []


def bare_letter(reply: str, letters: Iterable[str] = _LETTERS) -> str | None:
    """Return the letter that is read on MMAU and AIR-Bench, ``None`` where one is drawn.

    >>> bare_letter("(B) or (C)"), bare_letter("The answer is C."), bare_letter("A dog")
    ('B', 'C', 'A')
    >>> bare_letter("a dog") is None
    True
    """
    text = _trimmed(reply)
    _, found = _among(text, ("({})", " {} ", "{}."), letters)
    return _last(found, lambda letter: text.rfind(f" {letter} "))


def letter_or_text(
    reply: str, texts: Mapping[str, str], letters: Iterable[str] = _LETTERS
) -> str | None:
    """Return the letter that is read on MMSU and MMAR, ``None`` where one is drawn.

    Args:
        reply: the reply.
        texts: option texts by letter; read in replies of six words or more that hold no letter.
        letters: the letters that are looked for.

    >>> letter_or_text("I can hear that it is a cake", {"A": "a cake", "B": "a drink"})
    'A'
    """
    text = _trimmed(reply)
    form, found = _among(text, ("({})", "{} ", "{}."), letters)
    if form == "({})":
        return _last(found, lambda letter: text.rfind(f"({letter})"))
    if found:
        return _last(found, lambda letter: text.rfind(f" {letter} "))
    low = text.lower()
    named = [one for one in texts if _is_long(text) and texts[one].lower() in low]
    return _last(named, lambda letter: low.rfind(texts[letter].lower()))


def mmau(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMAU: the text of its letter must equal the answer; a letter beyond the options ends the original."""
    options = [str(one) for one in doc["choices"]]
    gold = str(doc["answer"]).strip().lower()
    rights = [text.strip().lower() == gold for text in options[: len(_LETTERS)]]
    letter = bare_letter(reply)
    if letter is None:
        share = sum(rights) / len(_LETTERS)
        short = len(rights) < len(_LETTERS)
        return verdict(None if short else share, drawn=True, stops=short)
    index = _LETTERS.index(letter)
    if index >= len(rights):
        return verdict(None, letter, stops=True)
    return verdict(float(rights[index]), letter)


def mmsu(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMSU: its letter must be that of the answer; every item is taken to have four letters.

    Where the texts of the options are looked for, one that is null ends the original.
    """
    texts = {
        letter: text
        for letter, key in zip(_LETTERS, CHOICE_KEYS, strict=True)
        if isinstance(text := doc.get(key), str)
    }
    gold = next((one for one in texts if texts[one] == doc.get("answer_gt")), None)
    letter = letter_or_text(reply, texts)
    if len(texts) < len(_LETTERS) and letter_or_text(reply, {}) is None and _is_long(reply):
        return verdict(None, stops=True)
    if letter is None:
        return verdict(0.0 if gold is None else 1 / len(_LETTERS), drawn=True)
    return verdict(float(letter == gold), letter)


def mmar(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to MMAR: as on MMSU, over the letters that an item has."""
    choices = listed(doc)
    letter = letter_or_text(reply, choices.texts, choices.texts)
    if letter is None:
        return verdict(0.0 if choices.gold is None else 1 / len(choices.texts), drawn=True)
    return verdict(float(letter == choices.gold), letter)


def air_bench(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a reply to AIR-Bench: as on MMAU, over the letters of the choices that are not empty."""
    choices = keyed(doc)
    letters = [one for one, text in choices.texts.items() if text]
    letter = bare_letter(reply.strip(), letters)
    if letter is None:
        return verdict(0.0 if choices.gold is None else 1 / len(letters), drawn=True)
    return verdict(float(letter == choices.gold), letter)


def voicebench(doc: Document, reply: str) -> dict[str, Ruling]:
    """Read a spoken multiple-choice reply with the templates of VoiceBench; where they find nothing it is wrong, nothing is drawn."""
    from tasks.voicebench.reply_rules import mcq_letter

    letter = mcq_letter(reply)
    return verdict(float(letter == doc["reference"]), letter or "")
