"""Scoring of Dynamic-SUPERB: one rule per kind of data set, in two readings.

``doc["_params"]["rule"]`` names the rule. Official is what upstream computes; where it would stop (a reply
that is not text, a slot string without ``": "``, an empty reference under CER) the official statistics are
``None`` and the metric is listed in ``aborted``. Regression has no official reading: upstream lets a
model with an unpublished prompt read the number. Label lists were never published, so they are taken from
the whole split at hand (``facts`` puts them into the manifest). ``verdicts`` of ``None`` means that
nothing was judged; an empty list that the item needed no call.
"""

from __future__ import annotations

import hashlib
import json
import re
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Positions
from metrics import vanilla
from metrics.commitment.closed import alias_part, choose, index_of
from metrics.commitment.listed import Named, listed, places_of, relisted
from metrics.text.numbers import strict_number
from tasks.dynamic_superb import judge_reply as judge
from tasks.dynamic_superb.reply_rules import joined_labels, strict_norm, unique_labels
from tasks.dynamic_superb.rules import RULES, Item
from tasks.dynamic_superb.words import aliases_of

LISTED: Final = "DynamicSuperb/HEARSoundEventDetection_DCASE2016Task2"
"""The set whose label is a written list."""
_MAX_OPTIONS: Final = 100
_PLAIN_NUMBER: Final = re.compile(r"\s*[+-]?\d+(?:\.\d+)?\s*")
_NORMS: Final = {
    "cer": "upper/canonical",
    "per": "upper/arpabet",
    "slots": "upper/canonical",
    "bleu": "13a/canonical",
}
"""Normalisers of the official and the strict reading by rule."""


# --- documents ---------------------------------------------------------------------------------


def reference(doc: Document) -> str:
    """Return the reference: the label; several labels, or a written list of them, as the judge is given them.

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
        return joined_labels(doc)
    listed = (doc.get("_params") or {}).get("data_set") == LISTED
    return unique_labels(label) if listed else label


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
    """Return the id of a stored record that has none."""
    return doc.get("file")


def facts_of(references: Sequence[str], rule: str) -> dict[str, Any]:
    """Return what scoring and normalisation need of all references of a split.

    >>> facts_of(["yes", "no", "yes"], "exact")
    {'labels': ['no', 'yes'], 'anchors': {'accuracy': {'chance': 0.5}}}
    >>> facts_of(["walk", "run", "run", "walk"], "decided")["labels"], facts_of(["a", "b c"], "decided")
    (['run', 'walk'], {'form': 'text'})
    >>> facts_of(["1", "2", "6"], "number")
    {'mae_ref': 1.6666666666666667, 'anchors': {'mae': {'mae_ref': 1.6666666666666667}}}
    """
    if rule == "exact":
        labels = sorted(set(references))
        distinct = len({strict_norm(label) for label in labels})
        if distinct < 2:  # a file of one label has no chance level
            return {"labels": labels}
        return {"labels": labels, "anchors": {"accuracy": {"chance": 1 / distinct}}}
    if rule == "judged":
        labels = sorted(set(references))
        return {"labels": labels if len(labels) <= _MAX_OPTIONS else []}
    if rule == "decided":
        return _decide(references)
    if rule == "number":
        numbers = [number for text in references if (number := strict_number(text)) is not None]
        if numbers:
            median = statistics.median(numbers)
            error = statistics.fmean(abs(number - median) for number in numbers)
            return {"mae_ref": error, **({"anchors": {"mae": {"mae_ref": error}}} if error else {})}
    return {}


def _decide(references: Sequence[str]) -> dict[str, Any]:
    """Return the form of an answer that the labels of a split show: numbers, a list of labels, or free text."""
    if references and all(_PLAIN_NUMBER.fullmatch(text) for text in references):
        return {"form": "numbers", **facts_of(references, "number")}
    known = facts_of(references, "exact")
    distinct = len({strict_norm(label) for label in known["labels"]})
    if 2 <= distinct <= _MAX_OPTIONS and 2 * distinct <= len(references):
        return {"form": "labels", **known}
    return {"form": "text"}


def facts(docs: Sequence[Document]) -> dict[str, Any]:
    """Return the facts of an annotated split, for the manifest."""
    return dict(docs[0].get("_split", {})) if docs else {}


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the further parts of the signature: the label list as ``COUNT#HASH``, the normalisers of a text metric."""
    if not docs:
        return {}
    rule = docs[0]["_params"]["rule"]
    if rule == "wer":
        return {"norm": f"upper/{docs[0]['_params'].get('norm', 'canonical')}"}
    if rule in _NORMS:
        return {"norm": _NORMS[rule]}
    labels = _labels(docs[0])
    if rule != "exact" and not (rule == "decided" and labels):
        return {}
    digest = hashlib.sha256(json.dumps(list(labels)).encode()).hexdigest()[:6]
    return {"labels": f"{len(labels)}#{digest}", **alias_part(aliases_of(docs[0]))}


def options(doc: Document) -> tuple[str, ...]:
    """Return the labels that the instruction names, in its order; all labels if it names fewer than two.

    >>> options({"instruction": "Is it speech? Answer yes or no.", "_split": {"labels": ["no", "yes"]}})
    ('yes', 'no')
    """
    labels = _labels(doc)
    text = str(doc.get("instruction", "")).lower()
    places = {label: text.find(label.lower()) for label in labels}
    named = sorted((label for label in labels if places[label] >= 0), key=places.__getitem__)
    return tuple(named) if len(named) > 1 else labels


def positions(doc: Document, response: Any) -> Positions:
    """Return where the labels stand that the instruction lists, the right one and the one that a reply commits to."""
    labels, found = _listed(doc)
    if not found:
        return Positions(0)
    gold = index_of(reference(doc), labels)
    aliases = aliases_of(doc)
    picked = choose(response, labels, gold, aliases, letters=False).option
    return Positions(len(found), *places_of(found, (gold, picked)))


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with the labels that its instruction lists in another order.

    >>> item = {"instruction": "Answer yes or no.", "_params": {"rule": "exact"}, "_split": {"labels": ["no", "yes"]}}
    >>> reorder(item, (1, 0))["instruction"]
    'Answer no or yes.'
    """
    spans = [(one.start, one.end) for one in _listed(doc)[1]]
    return {**doc, "instruction": relisted(str(doc["instruction"]), spans, order)}


def _listed(doc: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Named, ...]]:
    """Return the labels of a closed set, and those that the instruction lists."""
    labels = _labels(doc) if doc["_params"]["rule"] in ("exact", "judged", "decided") else ()
    return labels, listed(str(doc.get("instruction", "")), labels) if labels else ()


def _labels(doc: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple((doc.get("_split") or {}).get("labels", ()))


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: a document; ``doc["_params"]["rule"]`` names its rule.
        response: the reply; anything but text is not an answer and stops the official scorer.
        verdicts: judge replies (the second is the repeat), ``None`` if nothing was judged.

    Raises:
        InputFileError: the document has no label.

    >>> doc = {"label": "Yes", "_params": {"rule": "exact"}, "_split": {"labels": ["No", "Yes"]}}
    >>> found = score(doc, "Yes, it is.", None).metrics["accuracy"]
    >>> found["official"].stats, found["strict"].stats
    ({'correct': 0, 'n': 1}, {'correct': 1, 'n': 1})
    """
    params = doc["_params"]
    split, aliases = doc.get("_split") or {}, aliases_of(doc)
    norm = params.get("norm", "canonical")
    item = Item(reference(doc), response, split, verdicts, norm, aliases)
    part = RULES[params["rule"]](item)
    return ItemScore(part.metrics, part.extracted, part.details, part.aborted)


# --- judge -------------------------------------------------------------------------------------


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the values of the judge prompt's slots; ``None`` where no call is needed."""
    if doc["_params"]["rule"] != "judged" or not isinstance(response, str) or not response.strip():
        return None
    return {
        "question": str(doc.get("instruction", "")),
        "ground_truth": reference(doc),
        "response": response,
    }


def judge_grade(_doc: Document, reply: str) -> str | None:
    """Return the verdict of one judge reply in the strict reading, ``None`` if it cannot be read."""
    found = judge.strict_result([reply])
    return ("yes" if found.yes else "no") if found.read else None


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
