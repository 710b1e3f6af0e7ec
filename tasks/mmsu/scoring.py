"""Scoring of MMSU: the official letter rule, bit-exact, and the strict reading of letters and texts.

Official: a reply is stripped and its lines joined; its first character, else its last but one, is the letter
(README.md); a reply that gives no letter, or is not text, is in no denominator; a missing or empty
one counts as wrong. Strict: every item counts, and the reply must commit to the right choice, by letter or by
text (``metrics.commitment.grammar``). Null choices are not options; the option text "None" is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from harness.types import MISSING, Document, ItemScore, Positions, Scored
from metrics import vanilla
from metrics.commitment.closed import choose, index_of
from metrics.commitment.listed import filled, position_of, rearranged, slots
from metrics.witness import explain

LETTERS: Final = "ABCD"


class Reading(NamedTuple):
    """Official reading of a reply: in the denominator or not, and its letter."""

    counted: bool
    letter: str | None = None


def read_letter(response: Any) -> Reading:
    r"""Read a reply as the official scorer does.

    >>> read_letter("B. because"), read_letter("The answer is C.")
    (Reading(counted=True, letter='B'), Reading(counted=True, letter='C'))
    >>> read_letter("The answer is C"), read_letter(" \n")
    (Reading(counted=False, letter=None), Reading(counted=True, letter=None))
    """
    if response is MISSING:
        return Reading(counted=True)
    if not isinstance(response, str):
        return Reading(counted=False)
    text = response.strip().replace("\n", "")
    if text in ("", "None"):
        return Reading(counted=True)
    if text[0] in LETTERS:
        return Reading(counted=True, letter=text[0])
    if len(text) > 1 and text[-2] in LETTERS:
        return Reading(counted=True, letter=text[-2])
    return Reading(counted=False)


def _reason(response: Any, read: Reading, chosen: Any) -> str:
    """Return what the official rule saw, in a sentence."""
    if not read.counted:
        return "neither the first character nor the last but one is a letter from A to D: left out"
    if read.letter is None:
        return "an empty reply counts as wrong"
    place = "first" if response.strip()[0] == read.letter else "last but one"
    return f"the {place} character is {read.letter}, which stands for “{chosen}”"


def _choice(doc: Document, letter: str) -> Any:
    """Return the text of a choice; null is ``None``, an absent key the empty text (as upstream)."""
    return doc.get(f"choice_{letter.lower()}", "")


def options(doc: Document) -> tuple[str, ...]:
    """Return the real options with their letters, in order: ``("A. a cake", "C. a drink")``."""
    texts = ((letter, _choice(doc, letter)) for letter in LETTERS)
    return tuple(f"{letter}. {text}" for letter, text in texts if isinstance(text, str) and text)


def positions(doc: Document, response: Any) -> Positions:
    """Return where the real options stand, the right one and the one that a reply commits to.

    >>> item = {"choice_a": "cake", "choice_b": None, "choice_c": "tea", "choice_d": None, "answer_gt": "tea"}
    >>> positions(item, "C")
    Positions(options=2, gold=1, chosen=1)
    """
    texts = [text if filled(text := _choice(doc, letter)) else "" for letter in LETTERS]
    gold = index_of(doc.get("answer_gt"), texts) if doc.get("answer_gt") else None
    verdict = choose(response, texts, gold, asked=True)
    return Positions(
        len(slots(texts)), position_of(gold, texts), position_of(verdict.option, texts)
    )


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with its real options in another order; null choices keep their letters."""
    names = [f"choice_{letter.lower()}" for letter in LETTERS]
    there = [name for name in names if name in doc]
    values = rearranged([doc[name] for name in there], order)
    return {**doc, **dict(zip(there, values, strict=True))}


def reference(doc: Document) -> Any:
    """Return the text of the right choice."""
    return doc.get("answer_gt")


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: an item with ``choice_a`` to ``choice_d`` (two may be null) and ``answer_gt``.
        response: the reply; ``MISSING`` if the record has no reply key.
        verdicts: unused, MMSU has no judge.

    >>> item = {"choice_a": "cake", "choice_b": None, "choice_c": "None", "choice_d": None, "answer_gt": "None"}
    >>> score(item, "C", None).metrics["accuracy"]["strict"]
    Scored(stats={'correct': 1, 'n': 1}, parsed=True)
    >>> score(item, "I am not sure", None).metrics["accuracy"]["official"]
    Scored(stats=None, parsed=False)
    """
    del verdicts
    counted, letter = reading = read_letter(response)
    gold = doc.get("answer_gt", "")
    chosen = None if letter is None else _choice(doc, letter)
    explain("accuracy", lambda: _reason(response, reading, chosen))
    matches = letter is not None and bool(chosen == gold)
    official = {"correct": int(matches), "n": 1} if counted else None
    choices = tuple(text if isinstance(text := _choice(doc, name), str) else "" for name in LETTERS)
    verdict = choose(response, choices, index_of(gold, choices) if gold else None, asked=True)
    strict = {"correct": int(verdict.correct), "n": 1}
    return ItemScore(
        metrics={
            "accuracy": {
                "official": Scored(official, parsed=letter is not None),
                "strict": Scored(strict, parsed=verdict.option is not None),
            }
        },
        extracted=letter,
        details={} if verdict.option is None else {"committed": LETTERS[verdict.option]},
    )


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
