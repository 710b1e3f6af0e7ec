"""The other number of a phrase, singular or plural, and the lasting form of a deed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_LONGEST: Final = 4
"""Words of the longest phrase that has another number."""
_EDGES: Final = " \n.,;:!?\"'()[]-"
_PLAIN_WORD: Final = re.compile(r"[a-z]{3,}")


def other_number(text: str, kept: Collection[str]) -> list[str]:
    """Return a phrase of a few words in the other number; nothing if it ends in one of the words that are ``kept``.

    >>> other_number("a church bell", ())
    ['church bells']
    """
    words = text.strip(_EDGES).split()
    if not 0 < len(words) <= _LONGEST or not _PLAIN_WORD.fullmatch(words[-1]):
        return []
    if words[0] in ("a", "an", "the"):
        words = words[1:]
    if not words or words[-1] in kept:
        return []
    *head, noun = words
    return [" ".join([*head, form]) for form in _of_noun(noun)]


_PAIRS: Final = (
    "mitochondrion/mitochondria bacterium/bacteria nucleus/nuclei fungus/fungi cactus/cacti stimulus/stimuli criterion/criteria"
    " phenomenon/phenomena ovum/ova larva/larvae alga/algae vertebra/vertebrae antenna/antennae mouse/mice louse/lice goose/geese"
    " foot/feet tooth/teeth child/children man/men woman/women person/people wolf/wolves knife/knives wife/wives leaf/leaves"
    " hoof/hooves half/halves shelf/shelves thief/thieves axis/axes crisis/crises hypothesis/hypotheses thesis/theses"
)
"""Nouns of an irregular plural."""
_IRREGULAR: Final[dict[str, str]] = {
    one: many for one, _, many in (pair.partition("/") for pair in _PAIRS.split())
}
_OTHER: Final = _IRREGULAR | {many: one for one, many in _IRREGULAR.items()}


def _of_noun(noun: str) -> list[str]:
    if noun in _OTHER:
        return [_OTHER[noun]]
    if noun.endswith(("ss", "us", "is", "ics", "news", "series", "species")):
        return [f"{noun}es"] if noun.endswith("ss") else []
    if noun.endswith("ies") and len(noun) > 4:
        return [f"{noun[:-3]}y"]
    if noun.endswith(("ches", "shes", "sses", "xes")):
        return [noun[:-2]]
    if noun.endswith("s"):
        return [noun[:-1]] if len(noun) > 3 else []
    if noun.endswith(("ch", "sh", "x", "z")):
        return [f"{noun}es"]
    return [f"{noun[:-1]}ies"] if re.search(r"[^aeiou]y$", noun) else [f"{noun}s"]


_DOER: Final = re.compile(r"(?:(?:an?|the) )?(?P<doer>[a-z]+(?: [a-z]+)?) (?P<verb>[a-z]{2,}s)")
_PEOPLE: Final = ("someone", "somebody")
_PRONOUN: Final = re.compile(
    r"(?:he|she|it) (?!says|means|seems|sounds|looks|thinks)(?P<verb>[a-z]{3,}s)"
)


def ongoing(text: str) -> list[str]:
    """Return "a door slams" as "door slamming" and the like, "it rises" as "rising"; nothing for another text.

    >>> ongoing("a door slams"), ongoing("it rises"), ongoing("car doors")
    (['door slamming', 'door is slamming', 'door was slamming'], ['rising'], [])
    """
    bare = text.strip(_EDGES)
    short = _PRONOUN.fullmatch(bare)
    found = short or _DOER.fullmatch(bare)
    if found is None or not (short or found.start("doer") or found["doer"] in _PEOPLE):
        return []
    stem = found["verb"][:-1]
    if stem.endswith(("s", "u", "i")):
        return []
    if stem.endswith("ie"):
        stem = f"{stem[:-2]}y"
    elif stem.endswith("e") and not stem.endswith(("ee", "oe", "ye")):
        stem = stem[:-1]
    elif re.fullmatch(r"[^aeiou]+[aeiou][^aeiouwxy]", stem):
        stem += stem[-1]
    if short:
        return [f"{stem}ing"]
    return [f"{found['doer']}{be} {stem}ing" for be in ("", " is", " was")]
