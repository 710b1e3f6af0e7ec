"""Scoring of Dynamic-SUPERB: one rule per kind of data set, in two readings.

``doc["_params"]["rule"]`` names the rule. Official is what upstream computes; where it would stop (a reply
that is no text, a slot string without ``": "``, an empty reference under CER) the official statistics are
``None`` and the metric is listed in ``aborted``. Regression has no official reading: upstream lets a
model with an unpublished prompt read the number. Label lists were never published, so they are taken from
the whole split at hand (``facts`` puts them into the manifest). ``verdicts`` of ``None`` means that
nothing was judged; an empty list that the item needed no call.
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Reading, Scored, Stats
from metrics import dynamic_superb as rules
from metrics import vanilla
from metrics.bleu import bleu_item
from metrics.judge import dynamic_superb as judge
from metrics.normalizers import basic
from metrics.numbers import strict_number

Readings = dict[Reading, Scored]

LISTED: Final = "DynamicSuperb/HEARSoundEventDetection_DCASE2016Task2"
"""The set whose label is a written list."""
_MAX_OPTIONS: Final = 100
_WRONG: Final = {"correct": 0, "n": 1}


# --- documents ---------------------------------------------------------------------------------


def reference(doc: Document) -> str:
    """The reference: the label; several labels, or a written list of them, as the judge is given them.

    Items with ``label2`` are known of one set (dialogue acts of SLUE-HVB), which is not in the organisers' list.

    Raises:
        InputFileError: the document has no label.

    >>> reference({"label": "Yes", "_params": {"data_set": "DynamicSuperb/X"}})
    'Yes'
    """
    label = doc.get("label")
    if isinstance(label, (int, float)) and not isinstance(label, bool):
        label = str(label)
    if not isinstance(label, str):
        raise InputFileError(
            f"the label is {label!r}, expected text", where=str(doc.get("_id") or "document")
        )
    if doc.get("label2") is not None:
        return rules.joined_labels(doc)
    listed = (doc.get("_params") or {}).get("data_set") == LISTED
    return rules.unique_labels(label) if listed else label


def annotate(docs: list[Document], origin: Literal["file", "data"]) -> None:
    """Give documents of one task what their scores need of the whole split, as ``_split``.

    It comes from the manifest (``_facts``) if a run is scored again, else from the documents.
    """
    del origin
    if not docs:
        return
    known = docs[0].get("_facts")
    if known is None:
        known = facts_of([reference(doc) for doc in docs], docs[0]["_params"]["rule"])
    for doc in docs:
        doc["_split"] = known


def item_id(doc: Document) -> Any:
    """The id of a stored record that has none."""
    return doc.get("file")


def facts_of(references: Sequence[str], rule: str) -> dict[str, Any]:
    """What scoring and normalisation need of all references of a split.

    >>> facts_of(["yes", "no", "yes"], "exact")
    {'labels': ['no', 'yes'], 'anchors': {'accuracy': {'chance': 0.5}}}
    >>> facts_of(["1", "2", "6"], "number")
    {'mae_ref': 1.6666666666666667, 'anchors': {'mae': {'mae_ref': 1.6666666666666667}}}
    """
    if rule == "exact":
        labels = sorted(set(references))
        return {"labels": labels, "anchors": {"accuracy": {"chance": 1 / len(labels)}}}
    if rule == "judged":
        labels = sorted(set(references))
        return {"labels": labels if len(labels) <= _MAX_OPTIONS else []}
    if rule == "number":
        numbers = [number for text in references if (number := strict_number(text)) is not None]
        if numbers:
            median = statistics.median(numbers)
            error = statistics.fmean(abs(number - median) for number in numbers)
            return {"mae_ref": error, **({"anchors": {"mae": {"mae_ref": error}}} if error else {})}
    return {}


def facts(docs: Sequence[Document]) -> dict[str, Any]:
    """The facts of an annotated split, for the manifest."""
    return dict(docs[0].get("_split", {})) if docs else {}


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Further parts of the signature: the label list as ``COUNT#HASH``, the normalisers of a text metric."""
    if not docs:
        return {}
    rule = docs[0]["_params"]["rule"]
    if rule in ("wer", "cer", "per", "slots", "bleu"):
        return {"norm": "13a/basic" if rule == "bleu" else "upper/basic"}
    if rule != "exact":
        return {}
    labels = _labels(docs[0])
    digest = hashlib.sha256(json.dumps(list(labels)).encode()).hexdigest()[:6]
    return {"labels": f"{len(labels)}#{digest}"}


def options(doc: Document) -> tuple[str, ...]:
    """Labels that the instruction names, in its order; all labels if it names fewer than two.

    >>> options({"instruction": "Is it speech? Answer yes or no.", "_split": {"labels": ["no", "yes"]}})
    ('yes', 'no')
    """
    labels = _labels(doc)
    text = str(doc.get("instruction", "")).lower()
    places = {label: text.find(label.lower()) for label in labels}
    named = sorted((label for label in labels if places[label] >= 0), key=places.__getitem__)
    return tuple(named) if len(named) > 1 else labels


def _labels(doc: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple((doc.get("_split") or {}).get("labels", ()))


# --- rules -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """What a rule may look at."""

    gold: str
    response: Any
    doc: Mapping[str, Any]
    verdicts: Sequence[Any] | None

    @property
    def text(self) -> str:
        """The reply as text, empty if it is none."""
        return self.response if isinstance(self.response, str) else ""

    @property
    def answered(self) -> bool:
        """Whether there is more than white space."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Part:
    """What a rule gives; see ``harness.types.ItemScore``."""

    metrics: dict[str, Readings]
    extracted: Any = None
    details: dict[str, Any] = field(default_factory=dict)
    aborted: frozenset[str] = frozenset()


def _share(correct: bool) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def _pair(
    metric: str, item: Item, official: Callable[[], Stats], strict: Stats
) -> tuple[Readings, frozenset[str]]:
    """Both readings of a text metric; the official one stops where ``official`` raises."""
    try:
        found = official() if isinstance(item.response, str) else None
    except (rules.SlotError, ZeroDivisionError):
        found = None
    readings: Readings = {
        "official": Scored(found, parsed=found is not None and item.answered),
        "strict": Scored(strict, parsed=item.answered),
    }
    return readings, frozenset() if found is not None else frozenset({metric})


def exact(item: Item) -> Part:
    """Phase 1: exact match; strictly also the only label that the reply names."""
    said = rules.strict_label(item.text, item.gold, _labels(item.doc))
    strict = Scored(_share(said == rules.strict_norm(item.gold)), parsed=said is not None)
    stopped = not isinstance(item.response, str)
    official = (
        Scored(None, parsed=False)
        if stopped
        else Scored(_share(rules.official_match(item.text, item.gold)), parsed=item.answered)
    )
    return Part(
        {"accuracy": {"official": official, "strict": strict}},
        said,
        aborted=frozenset({"accuracy"}) if stopped else frozenset(),
    )


def judged(item: Item) -> Part:
    """Phase 2 classification: the judge's verdict; official from its first reply, strict also from one repeat."""
    metric = "judged_accuracy"
    stopped = frozenset() if isinstance(item.response, str) else frozenset({metric})
    if item.verdicts is None:
        return Part({metric: {"official": Scored(None), "strict": Scored(None)}}, aborted=stopped)
    replies = [reply for reply in item.verdicts if isinstance(reply, str)]
    said = judge.parse(replies[0]) if replies else None
    found = judge.strict(replies)
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
        return Part({metric: readings}, basic(item.text), aborted=aborted)

    return rule


def slots(item: Item) -> Part:
    """Slot filling: F1 of slot types, character error rate of slot values."""
    gold, said = rules.strict_slots(item.gold), rules.strict_slots(item.text)

    def types() -> Stats:
        f1 = rules.slot_type_f1(rules.slots(item.gold), rules.slots(item.text))
        return {"score": f1, "n": 1}

    f1, stopped = _pair("slot_f1", item, types, {"score": rules.slot_type_f1(gold, said), "n": 1})
    cer, also = _pair(
        "slot_cer",
        item,
        lambda: rules.official_slot_edits(rules.slots(item.gold), rules.slots(item.text)),
        rules.strict_slot_edits(gold, said),
    )
    plain = {kind: list(values) for kind, values in said.items()}
    return Part({"slot_f1": f1, "slot_cer": cer}, plain, aborted=stopped | also)


def bleu(item: Item) -> Part:
    """Speech translation: corpus BLEU."""
    readings, aborted = _pair(
        "corpus_bleu",
        item,
        lambda: bleu_item(item.gold, item.text),
        bleu_item(basic(item.gold), basic(item.text)),
    )
    return Part({"corpus_bleu": readings}, aborted=aborted)


def number(item: Item) -> Part:
    """Regression, strict only: absolute error, and the share of replies without exactly one number.

    Such a reply counts with the error of always answering the median, which is skill 0; ``details.valued``
    says which items have a number, for the plain error over those.
    """
    target, found = strict_number(item.gold), strict_number(item.text)
    error: Stats | None = None
    if target is not None:
        missed = (item.doc.get("_split") or {}).get("mae_ref", 0.0)
        error = {"abs_error": missed if found is None else abs(found - target), "n": 1}
    return Part(
        {
            "mae": {"strict": Scored(error, parsed=found is not None)},
            "abstention_rate": {"strict": Scored(_share(found is None), parsed=item.answered)},
        },
        found,
        {"reference_value": target, "valued": found is not None},
    )


RULES: Final[dict[str, Callable[[Item], Part]]] = {
    "exact": exact,
    "judged": judged,
    "wer": _edit_rule("wer", rules.official_word_edits, rules.strict_word_edits),
    "per": _edit_rule("per", rules.official_word_edits, rules.strict_word_edits),
    "cer": _edit_rule("cer", rules.official_char_edits, rules.strict_char_edits),
    "slots": slots,
    "bleu": bleu,
    "number": number,
}
"""Rule by the name that a task's ``dataset_kwargs`` give."""


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: a document; ``doc["_params"]["rule"]`` names its rule.
        response: the reply; anything but text is no answer and stops the official scorer.
        verdicts: judge replies (the second is the repeat), ``None`` if nothing was judged.

    Raises:
        InputFileError: the document has no label.

    >>> doc = {"label": "Yes", "_params": {"rule": "exact"}, "_split": {"labels": ["No", "Yes"]}}
    >>> found = score(doc, "Yes, it is.", None).metrics["accuracy"]
    >>> found["official"].stats, found["strict"].stats
    ({'correct': 0, 'n': 1}, {'correct': 1, 'n': 1})
    """
    part = RULES[doc["_params"]["rule"]](Item(reference(doc), response, doc, verdicts))
    return ItemScore(part.metrics, part.extracted, part.details, part.aborted)


# --- judge -------------------------------------------------------------------------------------


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """What the judge prompt is filled with; ``None`` where no call is needed."""
    if doc["_params"]["rule"] != "judged" or not isinstance(response, str) or not response.strip():
        return None
    return {
        "question": str(doc.get("instruction", "")),
        "ground_truth": reference(doc),
        "response": response,
    }


def judge_grade(_doc: Document, reply: str) -> str | None:
    """The verdict of one judge reply in the strict reading, ``None`` if it cannot be read."""
    found = judge.strict([reply])
    return ("yes" if found.yes else "no") if found.read else None


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
