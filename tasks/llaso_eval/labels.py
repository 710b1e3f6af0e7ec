"""LLaSO-Eval closed sets: accuracy and abstention rate over a list of labels, both readings.

A ``LabelSet`` is what the references of one file (or the frozen list of a data set) amount to: the
normalised labels and one compiled pattern per label, built once per list and cached. Official accuracy
is a substring rule ("female" contains "male", so "female" is wrong when it is not an exact match);
official abstention counts whole-word hits and wants exactly one. The strict reading of both is the label
that the reply commits to (``metrics.commitment.grammar``). Nothing here is repaired: labels keep their typing
errors. Source: LLaSO (README.md), arXiv
2508.15418.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_WORD: Final = "[a-z0-9]"
"""The alphanumerics of the abstention rule (section 3.2 of the protocol)."""


def official_norm(text: str) -> str:
    """Lower case without full stops; white space stays.

    >>> official_norm(" U.S. English.")
    ' us english'
    """
    return text.lower().replace(".", "")


def abstention_label(reference: str) -> str:
    """Return the form in which the official abstention script searches a reference.

    >>> abstention_label(" Northern Irish.. ")
    'northern irish'
    """
    return reference.strip().lower().rstrip(". ").strip()


def strict_norm(text: str) -> str:
    """Return the official norm, stripped, with single spaces.

    >>> strict_norm(" New  Zealand. ")
    'new zealand'
    """
    return " ".join(official_norm(text).split())


def _pattern(label: str) -> re.Pattern[str]:
    """Return a pattern of whole words, ignoring case: long s and dotless i count as the letters s and i, as upstream."""
    return re.compile(f"(?<!{_WORD}){re.escape(label)}(?!{_WORD})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels of one data set, in the two forms that the official rules search for; built by ``label_set``.

    Attributes:
        official: distinct ``official_norm`` of the references, sorted.
        abstention: distinct ``abstention_label`` with their patterns, sorted.
    """

    official: tuple[str, ...]
    abstention: tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=512)
def label_set(references: tuple[str, ...]) -> LabelSet:
    """Compile the label list of a data set.

    Args:
        references: distinct raw references; order does not matter.

    >>> label_set(("Male.", "Female.")).official
    ('female', 'male')
    """
    searched = sorted({abstention_label(text) for text in references})
    return LabelSet(
        official=tuple(sorted({official_norm(text) for text in references})),
        abstention=tuple((label, _pattern(label)) for label in searched),
    )


def official_correct(reply: str, reference: str, labels: LabelSet) -> bool:
    """Return the official accuracy verdict of one reply.

    Exact match of the norms, or the reference's norm is a substring of the reply's and no other label
    is.

    >>> gender = label_set(("Male.", "Female."))
    >>> [official_correct(reply, "Female.", gender) for reply in ("FEMALE", "It is female.")]
    [True, False]
    """
    said, gold = official_norm(reply), official_norm(reference)
    if said == gold:
        return True
    return gold in said and not any(other in said for other in labels.official if other != gold)


def official_reason(reply: str, reference: str, labels: LabelSet) -> str:
    """Return what the official accuracy rule saw, in a sentence.

    >>> official_reason("It is female.", "Female.", label_set(("Male.", "Female.")))
    'the reply contains “female”, and also “male”'
    """
    said, gold = official_norm(reply), official_norm(reference)
    if said == gold:
        return "the reply is the label"
    if gold not in said:
        return f"the reply does not contain “{gold}”"
    others = [f"“{other}”" for other in labels.official if other != gold and other in said]
    return f"the reply contains “{gold}”, and {'also ' + ', '.join(others) if others else 'no other label'}"


def official_hits(reply: str, labels: LabelSet) -> list[str]:
    """Return the labels that the official abstention script finds; the item abstains unless there is exactly one.

    >>> official_hits("Northern Irish", label_set(("Irish.", "Northern Irish.")))
    ['irish', 'northern irish']
    >>> official_hits("male\u017f", label_set(("Male.",))), official_hits("ma\u017f", label_set(("mas",)))
    ([], ['mas'])
    """
    said = reply.strip().lower()
    return [label for label, pattern in labels.abstention if pattern.search(said)]
