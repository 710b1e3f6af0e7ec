"""The scoring rules of LLaSO-Eval: one function per kind of data set, from an item to its statistics.

A rule gets an ``Item`` (reference, reply, data set, label lists) and gives a ``Part``: both readings of
its metrics, what it extracted, details for the sample record and the metrics whose official script
would have stopped. Rules are pure; ``tasks.llaso_eval.scoring`` picks and merges them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.types import MISSING, Reading, Scored
from metrics.commitment.closed import choose, index_of
from metrics.text.edits import char_edits, word_edits
from metrics.text.normalizers import canonical_words, without_script_spaces
from metrics.text.numbers import strict_number
from metrics.text.phonemes import ipa
from metrics.text.quantities import Quantity
from metrics.witness import explain
from tasks.llaso_eval import judge_reply as judge
from tasks.llaso_eval import (
    labels as llaso,
)
from tasks.llaso_eval import (
    phonemes as llaso_phonemes,
)
from tasks.llaso_eval import (
    spoken_numbers as llaso_numbers,
)
from tasks.llaso_eval.number_labels import Kind, about, plainly
from tasks.llaso_eval.pronunciation_scores import pronunciation_scores
from tasks.llaso_eval.sets import DataSet

Readings = dict[Reading, Scored]

EXACT: Final = {f"exact_{key}": key for key in llaso_numbers.PRONUNCIATION_KEYS}
"""Metric id -> the pronunciation score that must match."""
QUANTITIES: Final = {
    "age": Quantity(frozenset({"years"}), least=0, most=120, asked=(18.0, 80.0), decades=True),
    "pitch": Quantity(
        frozenset({"semitones", "notes"}),
        least=llaso_numbers.PITCHES[0],
        most=llaso_numbers.PITCHES[1],
        asked=llaso_numbers.PITCHES,
    ),
}
"""What the sets with numbers ask for: an age between 18 and 80, a MIDI pitch between 0 and 127."""


@dataclass(frozen=True, slots=True)
class Item:
    """Input of a rule.

    Attributes:
        gold: the reference, verbatim.
        response: the reply; anything but text is not an answer.
        entry: the data set.
        labels: raw labels of the official reading.
        strict_labels: raw labels of the strict reading.
        last: whether this is the last item of its file.
        aliases: further forms of labels that the task declares.
    """

    gold: str
    response: Any
    entry: DataSet
    labels: tuple[str, ...] = ()
    strict_labels: tuple[str, ...] = ()
    last: bool = False
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The reply as text, empty if it is not text."""
        return self.response if isinstance(self.response, str) else ""

    @property
    def written(self) -> str:
        """The reply as Python writes it; empty if it is missing."""
        return "" if self.response is MISSING else str(self.response)

    @property
    def answered(self) -> bool:
        """True if there is more than white space."""
        return bool(self.text.strip())

    def stopped(self, metrics: Sequence[str]) -> frozenset[str]:
        """Return the metrics of a reply that is not text: the official scripts stop at it."""
        return frozenset() if isinstance(self.response, str) else frozenset(metrics)


@dataclass(frozen=True, slots=True)
class Part:
    """Contribution of one rule to an item's score; see ``harness.types.ItemScore``."""

    metrics: dict[str, Readings]
    extracted: Any = None
    details: dict[str, Any] = field(default_factory=dict)
    aborted: frozenset[str] = frozenset()


def _share(correct: bool) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def closed(item: Item) -> Part:
    """Score accuracy and abstention rate."""
    strict_labels = item.strict_labels
    verdict = choose(
        plainly(item.response, strict_labels),
        strict_labels,
        index_of(item.gold, strict_labels),
        item.aliases,
        letters=False,
    )
    follows, correct = verdict.option is not None, verdict.correct
    details: dict[str, Any] = {
        "hits": sorted({llaso.strict_norm(strict_labels[index]) for index in verdict.named})
    }
    labels = llaso.label_set(item.labels)
    # the abstention script writes a reply that is no text as Python does, and takes a missing one for empty
    official_hits = llaso.official_hits(item.written, labels)
    details["official_hits"] = official_hits
    abstention = Scored(_share(len(official_hits) != 1), parsed=isinstance(item.response, str))
    accuracy = Scored(None, parsed=False)
    explain("abstention_rate", lambda: _found(official_hits))
    if isinstance(item.response, str):
        accuracy = Scored(_share(llaso.official_correct(item.response, item.gold, labels)))
        explain("accuracy", lambda: llaso.official_reason(item.text, item.gold, labels))
    return Part(
        {
            "accuracy": {"official": accuracy, "strict": Scored(_share(correct), parsed=follows)},
            "abstention_rate": {
                "official": abstention,
                "strict": Scored(_share(not follows), parsed=item.answered),
            },
        },
        None if verdict.option is None else llaso.strict_norm(strict_labels[verdict.option]),
        details,
        item.stopped(("accuracy",)),
    )


def _found(hits: Sequence[str]) -> str:
    """Return what the official abstention script found, in a sentence."""
    if not hits:
        return "no label as a whole word: it abstains"
    verdict = "it abstains" if len(hits) > 1 else "it answers"
    return f"as whole words: {', '.join(hits)}; {verdict}"


def transcript(item: Item) -> Part:
    """Score WER and CER; a reply without words or characters stops the official scripts."""
    gold, reply = canonical_words(item.gold), canonical_words(item.text)
    characters = without_script_spaces(gold), without_script_spaces(reply)
    metrics: dict[str, Readings] = {}
    right_order: dict[str, Any] = {}
    for metric, edits, strict in (
        ("wer", word_edits, (gold, reply)),
        ("cer", char_edits, characters),
    ):
        swapped = edits(item.text, item.gold)  # as shipped: the answer in the reference's place
        metrics[metric] = {
            "official": Scored(swapped if swapped["length"] else None, parsed=item.answered),
            "strict": Scored(edits(*strict), parsed=item.answered),
        }
        if not swapped["length"]:
            explain(metric, lambda: "the script stops at an empty reply")
        right_order[metric] = dict(edits(item.gold, item.text))
    aborted = frozenset(m for m, readings in metrics.items() if readings["official"].stats is None)
    return Part(metrics, reply, {"right_order": right_order}, aborted)


def phonemes(item: Item) -> Part:
    """Score PER; a last item without letters on one side stops the official script, on both it is dropped."""
    reply, gold = llaso_phonemes.letters(item.text), llaso_phonemes.letters(item.gold)
    edits = char_edits(ipa(item.gold), ipa(item.text))
    official = Scored(None, parsed=False)
    details: dict[str, Any] = {}
    if isinstance(item.response, str):
        rate = llaso_phonemes.phoneme_rate(gold, reply)  # as shipped: swapped
        official = Scored({"edits": rate, "length": 1}, parsed=item.answered)
        explain(
            "per",
            lambda: (
                f"rate between the letters of both texts, with the reply in the reference's place as shipped: {rate:.4g}"
            ),
        )
        details["right_order"] = {"per": llaso_phonemes.phoneme_rate(reply, gold)}
    dropped = item.last and not reply and not gold and isinstance(item.response, str)
    if dropped:
        official = Scored(None, parsed=item.answered)
    empty_last = item.last and not (reply and gold) and not dropped
    return Part(
        {"per": {"official": official, "strict": Scored(edits, parsed=item.answered)}},
        None,
        details,
        frozenset({"per"}) if empty_last else item.stopped(("per",)),
    )


def number(item: Item) -> Part:
    """Score the MAE of ages and pitches."""
    assert item.entry.mae_ref is not None
    pitch = item.entry.number == "pitch"
    official, value, target, stops = _official_error(item, pitch=pitch)
    explain(
        "mae",
        lambda: (
            f"the script reads {'no number' if value is None else value} in the reply, "
            f"{'no number' if target is None else f'{target:g}'} in the reference"
            f"{'' if official.stats else '; left out'}"
        ),
    )
    strict = Scored(None)
    if target is not None:
        kind: Kind = "pitch" if pitch else "age"
        found = strict_number(about(kind, item.text), QUANTITIES[kind])
        error = item.entry.mae_ref if found is None else abs(found - target)
        strict = Scored({"abs_error": error, "n": 1}, parsed=found is not None)
    return Part(
        {"mae": {"official": official, "strict": strict}},
        value,
        {"reference_value": target},
        frozenset({"mae"}) if stops else frozenset(),
    )


def _official_error(item: Item, *, pitch: bool) -> tuple[Scored, int | None, float | None, bool]:
    """Return the official statistics, the value read, the usable reference, and whether the script stops."""
    read = llaso_numbers.official_pitch if pitch else llaso_numbers.official_age
    low, high = llaso_numbers.PITCHES
    unread = Scored(None, parsed=False)
    try:
        target = read(item.gold)
        usable = None if target is None or (pitch and not low <= target <= high) else float(target)
    except OverflowError:
        return unread, None, None, True
    if not isinstance(item.response, str):
        return unread, None, usable, True
    try:
        value = read(item.response)
        if value is None or (pitch and not low <= value <= high):
            return unread, value, usable, False
        if target is None or usable is None:
            return Scored(None), value, usable, False
        error = abs(value - target)
        float(error)
    except OverflowError:
        return unread, None, usable, True
    return Scored({"abs_error": error, "n": 1}), value, usable, False


def pronunciation(item: Item) -> Part:
    """Score the exact match of the three pronunciation scores."""
    said = gold = None
    stops = item.stopped(tuple(EXACT))
    try:
        gold = llaso_numbers.pronunciation(item.gold)
        said = llaso_numbers.pronunciation(item.text)
    except OverflowError:  # a score of more than 4,300 digits, also one that a later one replaces
        stops = frozenset(EXACT)
    read = pronunciation_scores(item.text)
    metrics: dict[str, Readings] = {}
    for metric in EXACT:
        explain(metric, lambda: f"the script reads {said or 'no scores'}; the reference {gold}")
    for metric, key in EXACT.items():
        official = strict = None
        if gold is not None:
            strict = _share(read is not None and read[key] == gold[key])
            official = _share(said[key] == gold[key]) if said is not None else None
        metrics[metric] = {
            "official": Scored(official, parsed=said is not None),
            "strict": Scored(strict, parsed=read is not None),
        }
    return Part(metrics, said, {"reference_scores": gold, "strict_scores": read}, stops)


def judged(item: Item, verdicts: Sequence[Any] | None) -> Part:
    """Judge score 1-5: official from the first judge reply, strict from it or its one repeat."""
    if verdicts is None:
        return Part({"judge_score": {"official": Scored(None), "strict": Scored(None)}})
    first = judge.parse(verdicts[0]) if verdicts and isinstance(verdicts[0], str) else None
    official = Scored(None, parsed=False)
    if first is not None:
        official = Scored({"score": first, "n": 1})
        explain("judge_score", lambda: f"the first judge reply says Score: {first}")
    found = judge.StrictScore(judge.LOWEST, read=False)
    if item.answered:
        found = judge.strict([reply for reply in verdicts if isinstance(reply, str)])
    strict = Scored({"score": found.score, "n": 1}, parsed=found.read)
    return Part(
        {"judge_score": {"official": official, "strict": strict}},
        details={"judge_score": first, "judge_unread": bool(verdicts) and first is None},
    )


RULES: Final[dict[str, Callable[[Item], Part]]] = {
    "accuracy": closed,
    "wer": transcript,
    "per": phonemes,
    "mae": number,
    "exact_accuracy": pronunciation,
}
"""Rule by the first of the metrics that it gives; the judge score has its own."""
