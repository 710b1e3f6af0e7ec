"""Scoring of MMAU: the official word-set rule, bit-exact, and the strict reading of letters and texts.

Official: a reply is right when it holds every word of the answer and no word that only distractors have
(README.md); items without a reply are in no denominator; a reply that is not text, an unknown task
or difficulty, and an unhashable sub-category are where upstream stops. Strict: every item counts, and the
reply must commit to the right option, by letter or by text (``metrics.commitment.grammar``). The test split's
answers are withheld: without an answer the score is absent in both readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from harness.errors import InputFileError
from harness.types import MISSING, Document, ItemScore, Positions, Scored
from metrics import vanilla
from metrics.commitment.closed import choose, index_of
from metrics.text.word_set import is_correct, reason, words
from metrics.witness import explain

TASKS: Final = ("sound", "music", "speech")
DIFFICULTIES: Final = ("easy", "medium", "hard")


def options(doc: Document) -> tuple[str, ...]:
    """Return the option texts in data order.

    Raises:
        InputFileError: the document has no list of texts.
    """
    choices = doc.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
        raise InputFileError(
            f"field 'choices' is {choices!r}, expected a list of texts",
            where=str(doc.get("_id") or doc.get("id")),
        )
    return tuple(choices)


def reference(doc: Document) -> str | None:
    """Return the right choice's text, ``None`` where it is withheld.

    Raises:
        InputFileError: the answer is there and no text.
    """
    answer = doc.get("answer")
    if answer is not None and not isinstance(answer, str):
        raise InputFileError(
            f"field 'answer' is {answer!r}, expected text: one of 'choices'",
            where=str(doc.get("_id") or doc.get("id")),
        )
    return answer or None


def positions(doc: Document, response: Any) -> Positions:
    """Return where the choices stand, the right one and the one that a reply commits to."""
    choices, answer = options(doc), reference(doc)
    gold = index_of(answer, choices)
    return Positions(len(choices), gold, choose(response, choices, gold).option)


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with its choices in another order."""
    return {**doc, "choices": [doc["choices"][place] for place in order]}


def _upstream_stops(doc: Document, response: Any) -> bool:
    """Return whether the official script would end with an exception on this item."""
    if response is MISSING:
        return False
    unknown = ("task" in doc and doc["task"] not in TASKS) or (
        "difficulty" in doc and doc["difficulty"] not in DIFFICULTIES
    )
    return (
        not isinstance(response, str)
        or unknown
        or isinstance(doc.get("sub-category"), (list, dict))
    )


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: an item with ``choices`` and ``answer``.
        response: the reply; ``MISSING`` if the record has no reply key.
        verdicts: unused, MMAU has no judge.

    >>> item = {"choices": ["Man", "Woman"], "answer": "Man", "task": "sound", "difficulty": "easy"}
    >>> score(item, "Man.", None).metrics["accuracy"]["official"]
    Scored(stats={'correct': 1, 'n': 1}, parsed=True)
    """
    del verdicts
    choices, answer = options(doc), reference(doc)
    said = words(response) if isinstance(response, str) else frozenset[str]()
    correct = isinstance(response, str) and answer is not None
    correct = correct and is_correct(str(answer), choices, response)
    if isinstance(response, str) and answer is not None:
        explain("accuracy", lambda: reason(answer, choices, response))
    read = correct or (
        bool(said) and any(words(choice) and words(choice) <= said for choice in choices)
    )
    stats = {"correct": int(correct), "n": 1}
    offered = choices if answer is None or answer in choices else (*choices, answer)
    verdict = choose(response, offered, index_of(answer, offered))
    strict = {"correct": int(verdict.correct), "n": 1}
    stops = answer is not None and _upstream_stops(doc, response)
    counted = answer is not None and response is not MISSING and not stops
    return ItemScore(
        metrics={
            "accuracy": {
                "official": Scored(stats if counted else None, parsed=read),
                "strict": Scored(
                    strict if answer is not None else None, parsed=verdict.option is not None
                ),
            }
        },
        extracted=None if verdict.option is None else offered[verdict.option],
        aborted=frozenset({"accuracy"}) if stops else frozenset(),
    )


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
