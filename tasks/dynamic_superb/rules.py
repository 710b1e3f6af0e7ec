"""The scoring rules of Dynamic-SUPERB: one function per kind of data set, from an item to its statistics.

A rule gets an ``Item`` (reference, reply, what is known of the split, judge replies) and gives a ``Part``: both
readings of its metrics, what it extracted, details for the sample record and the metrics whose official
scorer would have stopped. Rules are pure; ``tasks.dynamic_superb.scoring`` picks them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.types import Reading, Scored, Stats
from metrics.commitment.closed import choose, index_of
from metrics.measures.corpus_bleu import bleu_item
from metrics.measures.macro_f1 import confusion_item
from metrics.text.normalizers import canonical_words
from metrics.text.numbers import strict_number
from metrics.witness import explain
from tasks.dynamic_superb import judge_reply as judge
from tasks.dynamic_superb import reply_rules as metrics
from tasks.dynamic_superb import slot_strings

Readings = dict[Reading, Scored]

_WRONG: Final = {"correct": 0, "n": 1}


@dataclass(frozen=True, slots=True)
class Item:
    """Input of a rule."""

    gold: str
    response: Any
    split: Mapping[str, Any]
    verdicts: Sequence[Any] | None = None
    norm: str = "canonical"
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The reply as text, empty if it is not text."""
        return self.response if isinstance(self.response, str) else ""

    @property
    def answered(self) -> bool:
        """True if there is more than white space."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Part:
    """Result of a rule; see ``harness.types.ItemScore``."""

    metrics: dict[str, Readings]
    extracted: Any = None
    details: dict[str, Any] = field(default_factory=dict)
    aborted: frozenset[str] = frozenset()


def _share(correct: bool) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def _pair(
    metric: str,
    item: Item,
    official: Callable[[], Stats],
    strict: Stats,
    *,
    parsed: bool | None = None,
) -> tuple[Readings, frozenset[str]]:
    """Return both readings of a text metric; the official one stops where ``official`` raises."""
    try:
        found = official() if isinstance(item.response, str) else None
    except (metrics.SlotError, ZeroDivisionError):
        found = None
    readings: Readings = {
        "official": Scored(found, parsed=found is not None and item.answered),
        "strict": Scored(strict, parsed=item.answered if parsed is None else parsed),
    }
    return readings, frozenset() if found is not None else frozenset({metric})


def _label(item: Item) -> tuple[str | None, bool]:
    """Return the label that a reply commits to, in the strict norm, and whether it is the right one."""
    labels = tuple(item.split.get("labels", ()))
    offered = labels if item.gold in labels else (*labels, item.gold)
    verdict = choose(
        item.response, offered, index_of(item.gold, offered), item.aliases, letters=False
    )
    said = None if verdict.option is None else metrics.strict_norm(offered[verdict.option])
    return said, verdict.correct


def exact(item: Item) -> Part:
    """Score phase 1: exact match; strictly the label that the reply commits to."""
    said, correct = _label(item)
    strict = Scored(_share(correct), parsed=said is not None)
    stopped = not isinstance(item.response, str)
    explain("accuracy", lambda: _matched(item))
    official = (
        Scored(None, parsed=False)
        if stopped
        else Scored(_share(metrics.official_match(item.text, item.gold)), parsed=item.answered)
    )
    return Part(
        {"accuracy": {"official": official, "strict": strict}},
        said,
        aborted=frozenset({"accuracy"}) if stopped else frozenset(),
    )


def _matched(item: Item) -> str:
    same = metrics.official_match(item.text, item.gold)
    return f"the reply, in lower case, is{'' if same else ' not'} “{item.gold.lower()}”"


def judged(item: Item) -> Part:
    """Score phase 2 classification: the judge's verdict; official from its first reply, strict also from one repeat."""
    metric = "judged_accuracy"
    stopped = frozenset() if isinstance(item.response, str) else frozenset({metric})
    if item.verdicts is None:
        return Part({metric: {"official": Scored(None), "strict": Scored(None)}}, aborted=stopped)
    replies = [reply for reply in item.verdicts if isinstance(reply, str)]
    said = judge.parse(replies[0]) if replies else None
    found = judge.strict_result(replies)
    if replies:
        explain(metric, lambda: _result(said))
    if stopped:
        official = Scored(None, parsed=False)
    elif item.verdicts or not item.answered:
        official = Scored(_share(bool(said)), parsed=said is not None)
    else:
        official = Scored(None, parsed=False)  # an answer that was never judged
    if not item.answered:
        strict = Scored(_WRONG, parsed=False)
    else:
        stats = _share(found.yes) if item.verdicts else None
        strict = Scored(stats, parsed=found.read)
    details = {"judge_unread": said is None} if replies else {}
    return Part({metric: {"official": official, "strict": strict}}, None, details, stopped)


def _result(said: bool | None) -> str:
    if said is None:
        return "“result: yes” or “result: no” is not in the first judge reply: counts as wrong"
    return f"after “result:” the first judge reply says {'yes' if said else 'no'}"


def _edit_rule(
    metric: str,
    official: Callable[[str, str], Stats],
    strict: Callable[[str, str], Stats],
) -> Callable[[Item], Part]:
    def rule(item: Item) -> Part:
        def count() -> Stats:
            found = official(item.gold, item.text)
            if not found["length"]:
                raise ZeroDivisionError
            return found

        readings, aborted = _pair(metric, item, count, strict(item.gold, item.text))
        return Part({metric: readings}, canonical_words(item.text), aborted=aborted)

    return rule


def words(item: Item) -> Part:
    """Score the word error rate; where the strict one drops vowel marks, ``wer_marked`` counts them."""
    part = _edit_rule(
        "wer",
        metrics.official_word_edits,
        lambda gold, reply: metrics.strict_word_edits(gold, reply, item.norm),
    )(item)
    if item.norm == "canonical_unmarked":
        marked = Scored(metrics.strict_word_edits(item.gold, item.text), parsed=item.answered)
        part.metrics["wer_marked"] = {"strict": marked}
    return part


def slots(item: Item) -> Part:
    """Score slot filling: F1 of slot types, character error rate of slot values.

    A reply without a slot is unparsed and has F1 0, also against a reference that cannot be read. A reference
    without slots is met by a reply that says that there are none.
    """
    gold = slot_strings.read(item.gold)
    said = slot_strings.read(item.text, frozenset(gold or ()))
    readable = said is not None and item.answered

    def types() -> Stats:
        right, found = metrics.slots(item.gold), metrics.slots(item.text)
        explain(
            "slot_f1",
            lambda: (
                f"slot types: {', '.join(found) or 'none'}; the reference has {', '.join(right) or 'none'}"
            ),
        )
        return {"score": metrics.slot_type_f1(right, found), "n": 1}

    def values() -> Stats:
        edits = metrics.official_slot_edits(metrics.slots(item.gold), metrics.slots(item.text))
        explain(
            "slot_cer",
            lambda: (
                f"{edits['edits']:g} edits over {edits['length']:g} characters of the reply's slot values, each against the nearest of the reference"
            ),
        )
        return edits

    right = gold if gold is not None or item.gold.strip() else {}
    score = 0.0 if right is None or said is None else metrics.slot_type_f1(right, said)
    f1, stopped = _pair("slot_f1", item, types, {"score": score, "n": 1}, parsed=readable)
    cer, also = _pair(
        "slot_cer",
        item,
        values,
        metrics.strict_slot_edits(right or {}, said or {}),
        parsed=readable,
    )
    details = {"reference_unreadable": True} if right is None else {}
    return Part({"slot_f1": f1, "slot_cer": cer}, said, details, aborted=stopped | also)


def bleu(item: Item) -> Part:
    """Score speech translation: corpus BLEU."""
    explain("corpus_bleu", lambda: "corpus BLEU of the texts as they stand; an item has no verdict")
    readings, aborted = _pair(
        "corpus_bleu",
        item,
        lambda: bleu_item(item.gold, item.text),
        bleu_item(canonical_words(item.gold), canonical_words(item.text)),
    )
    return Part({"corpus_bleu": readings}, aborted=aborted)


def number(item: Item) -> Part:
    """Score regression, strict only: absolute error, and the share of replies without exactly one number.

    Such a reply counts with the error of always answering the median, which is skill 0; ``details.valued``
    says which items have a number, for the plain error over those.
    """
    target, found = strict_number(item.gold), strict_number(item.text)
    error: Stats | None = None
    if target is not None:
        missed = item.split.get("mae_ref", 0.0)
        error = {"abs_error": missed if found is None else abs(found - target), "n": 1}
    return Part(
        {
            "mae": {"strict": Scored(error, parsed=found is not None)},
            "abstention_rate": {"strict": Scored(_share(found is None), parsed=item.answered)},
        },
        found,
        {"reference_value": target, "valued": found is not None},
    )


def decided(item: Item) -> Part:
    """Score what the labels of the split decide, strict only: a label, a number, or nothing (``facts_of``)."""
    form = item.split.get("form")
    readings: dict[str, Scored] = dict.fromkeys(
        ("accuracy", "macro_f1", "mae", "abstention_rate"), Scored(None)
    )
    found: float | str | None = None
    if form == "numbers":
        part = number(item)
        readings |= {name: given["strict"] for name, given in part.metrics.items()}
        found = part.extracted
    elif form == "labels":
        said, correct = _label(item)
        gold = metrics.strict_norm(item.gold)
        found, parsed = said, said is not None
        readings["accuracy"] = Scored(_share(correct), parsed=parsed)
        readings["macro_f1"] = Scored(confusion_item(gold, said), parsed=parsed)
        readings["abstention_rate"] = Scored(_share(not parsed), parsed=item.answered)
    return Part(
        {name: {"strict": given} for name, given in readings.items()}, found, {"form": form}
    )


RULES: Final[dict[str, Callable[[Item], Part]]] = {
    "exact": exact,
    "judged": judged,
    "wer": words,
    "per": _edit_rule("per", metrics.official_word_edits, metrics.strict_phoneme_edits),
    "cer": _edit_rule("cer", metrics.official_char_edits, metrics.strict_char_edits),
    "slots": slots,
    "bleu": bleu,
    "number": number,
    "decided": decided,
}
"""Rule by the name that a task's ``dataset_kwargs`` give."""
