"""Dynamic-SUPERB's metrics: exact match, edit rates on raw replies, slots, one number.

Official functions keep what upstream does, quirks included: exact match strips the reply and not the
label; edit rates count on upper-cased text whose words are separated by single spaces, so that a double
space is an empty word; the slot value rate takes the reply for the reference. Strict functions mend
that. Source: the rules in README.md. Nothing here raises on a string, except
``slots`` on text that is not a slot string, which is where upstream stops.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from harness.types import Stats
from metrics.text.normalizers import NORMALIZERS, canonical_words, without_script_spaces
from metrics.text.phonemes import arpabet
from metrics.witness import listening, tell

Slots = Mapping[str, Sequence[str]]
"""Slot type -> its values, in order."""

_SLOT_RATE_CAP: Final = 100
_QUOTES: Final = "\"'`“”‘’«»"


class SlotError(ValueError):
    """A text is not of the form ``type: value, type: value``."""


# --- exact match -------------------------------------------------------------------------------


def official_match(reply: str, label: str) -> bool:
    """Return the exact match of phase 1: the reply is stripped, the label is not.

    >>> official_match(" YES ", "Yes"), official_match("Yes.", "Yes"), official_match("Yes", "Yes ")
    (True, False, False)
    """
    return reply.strip().lower() == label.lower()


def strict_norm(text: str) -> str:
    r"""Lower case, NFKC, single spaces, without surrounding quotes and trailing full stops.

    >>> strict_norm(' "Yes." '), strict_norm("New\nYork .")
    ('yes', 'new york')
    """
    text = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return text.lstrip(f"{_QUOTES} ").rstrip(f"{_QUOTES}. ")


# --- edit rates --------------------------------------------------------------------------------


def official_word_edits(reference: str, hypothesis: str) -> Stats:
    """Count edits between upper-cased words that single spaces separate.

    >>> official_word_edits("a cat", "A  cat.")
    {'edits': 2, 'length': 2}
    """
    return _edits(reference.upper().split(" "), hypothesis.upper().split(" "), "words")


def official_char_edits(reference: str, hypothesis: str) -> Stats:
    """Count edits between all upper-cased characters, spaces included; the length may be 0.

    >>> official_char_edits("a cat", "A hat")
    {'edits': 1, 'length': 5}
    """
    return _edits(reference.upper(), hypothesis.upper(), "characters")


def strict_word_edits(reference: str, hypothesis: str, norm: str = "canonical") -> Stats:
    """Count edits between words of normalised text.

    Args:
        reference: the reference.
        hypothesis: the reply.
        norm: a name of ``metrics.text.normalizers.NORMALIZERS``.

    >>> strict_word_edits("l\u2019e\u0301te\u0301", "L'été.")
    {'edits': 0, 'length': 2}
    """
    normalize = NORMALIZERS[norm]
    return _edits(normalize(reference).split(), normalize(hypothesis).split(), "words")


def strict_char_edits(reference: str, hypothesis: str) -> Stats:
    """Count edits between characters of canonical text, without the spaces of scripts that need none.

    >>> strict_char_edits("a cat", "A hat!"), strict_char_edits("今天，很好", "今天很 好")
    ({'edits': 1, 'length': 5}, {'edits': 0, 'length': 4})
    """
    return _edits(_characters(reference), _characters(hypothesis), "characters")


def strict_phoneme_edits(reference: str, hypothesis: str) -> Stats:
    """Count edits between ARPAbet phonemes, without notation and stress.

    >>> strict_phoneme_edits("HH AH L OW", "/hh ah0 l ow1/")
    {'edits': 0, 'length': 4}
    """
    return _edits(arpabet(reference), arpabet(hypothesis), "words")


def _characters(text: str) -> str:
    return without_script_spaces(canonical_words(text))


def _edits(
    reference: Sequence[str], hypothesis: Sequence[str], kind: Literal["words", "characters"]
) -> dict[str, float]:
    from rapidfuzz.distance import Levenshtein

    stats: dict[str, float] = {
        "edits": Levenshtein.distance(reference, hypothesis),
        "length": len(reference),
    }
    if listening():
        join = " " if kind == "words" else ""
        tell(kind, join.join(hypothesis), stats, join.join(reference))
    return stats


# --- slots -------------------------------------------------------------------------------------


def slots(text: str) -> Slots:
    r"""Return the types and values of a slot string; white space around pieces, types and values is stripped.

    Raises:
        SlotError: a piece, once stripped, does not hold exactly one ``": "`` (an empty value never does).

    >>> slots("city: Rome, day : May 1,  city: Oslo\n")
    {'city': ['Rome', 'Oslo'], 'day': ['May 1']}
    """
    found: dict[str, list[str]] = {}
    for piece in text.split(", "):
        kind, *values = piece.strip().split(": ")
        if len(values) != 1:
            raise SlotError(f"{piece!r} is not of the form 'type: value'")
        found.setdefault(kind.strip(), []).append(values[0].strip())
    return found


def slot_type_f1(reference: Slots, hypothesis: Slots) -> float:
    """Return the F1 of the two sets of types; 1 if both are empty.

    >>> slot_type_f1({"a": ["x"], "b": ["y"]}, {"a": ["z"]})
    0.6666666666666666
    """
    if not reference and not hypothesis:
        return 1.0
    shared = len(set(reference) & set(hypothesis))
    return 2 * shared / (len(reference) + len(hypothesis))


def official_slot_edits(reference: Slots, hypothesis: Slots) -> Stats:
    """Return the character edits of slot values with the two sides swapped, as shipped.

    A candidate whose rate is 100 or more is never taken; the empty text is then.

    Raises:
        ZeroDivisionError: an empty value of a type that both sides have.

    >>> official_slot_edits({"city": ["Rome"], "day": ["May"]}, {"city": ["Roma"]})
    {'edits': 1, 'length': 4}
    >>> official_slot_edits({"city": ["Rome" * 50]}, {"city": ["x"]})
    {'edits': 1, 'length': 1}
    """
    return _slot_edits(hypothesis, reference, official_char_edits, cap=_SLOT_RATE_CAP)


def strict_slot_edits(reference: Slots, hypothesis: Slots) -> Stats:
    """Return the character edits of slot values, reference and hypothesis in their places.

    >>> strict_slot_edits({"city": ["rome"], "day": ["may"]}, {"city": ["roma"]})
    {'edits': 4, 'length': 7}
    """

    def edits(value: str, candidate: str) -> Stats:
        return _edits(value, candidate, "characters")

    filled = {kind: [value for value in values if value] for kind, values in reference.items()}
    return _slot_edits(filled, hypothesis, edits)


def _slot_edits(
    targets: Slots,
    candidates: Slots,
    edits: Callable[[str, str], Stats],
    *,
    cap: float = math.inf,
) -> dict[str, float]:
    """Compare every target value with the best candidate of its type with a rate below the cap, pooled."""
    summed: dict[str, float] = {"edits": 0, "length": 0}
    for kind, values in targets.items():
        for value in values:
            pairs = [edits(value, candidate) for candidate in candidates.get(kind, ())]
            usable = [pair for pair in pairs if pair["edits"] / pair["length"] < cap]
            best = (
                min(usable, key=lambda pair: pair["edits"] / pair["length"])
                if usable
                else edits(value, "")
            )
            summed["edits"] += best["edits"]
            summed["length"] += best["length"]
    return summed


# --- label quirks ------------------------------------------------------------------------------


def joined_labels(doc: Mapping[str, object]) -> str:
    """Join ``label``, ``label2``, … with commas up to the first that is absent or null.

    >>> joined_labels({"label": "question", "label2": "statement", "label3": None, "label4": "x"})
    'question,statement'
    """
    found: list[str] = []
    for name in ("label", *(f"label{number}" for number in range(2, 100))):
        value = doc.get(name)
        if value is None:
            break
        found.append(str(value))
    return ",".join(found)


def unique_labels(label: str) -> str:
    """Return a label that is a written list, without repetitions in first-seen order, as ``[a, b]``.

    A label that is not such a list is kept as it is.

    >>> unique_labels("['cough', 'laughter', 'cough']"), unique_labels("cough")
    ('[cough, laughter]', 'cough')
    """
    import ast

    try:
        entries = ast.literal_eval(label)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return label
    if not isinstance(entries, (list, tuple)):
        return label
    return f"[{', '.join(dict.fromkeys(map(str, entries)))}]"
