"""Dialect and emotion labels of Arabic speech: accuracy, abstentions, macro-F1. All of it is the harness's own definition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.types import Document, ItemScore, Scored
from metrics import vanilla
from metrics.measures.macro_f1 import confusion_item
from tasks.arabic.labels import read_label


def reference(doc: Document) -> str:
    """Return the right label."""
    label: str = doc["reference"]
    return label


def options(doc: Document) -> tuple[str, ...]:
    """Return the labels, in the order of the manifest."""
    return tuple(doc["labels"])


def facts(docs: Sequence[Document]) -> dict[str, Any]:
    """Return the labels that have items, and anchors: a guess among the labels, the best constant answer.

    >>> items = [{"reference": name, "labels": ["a", "b", "c"]} for name in "aaab"]
    >>> facts(items)["anchors"]["macro_f1"]["floor"]
    0.428571
    """
    if not docs:
        return {}
    counts = Counter(doc["reference"] for doc in docs)
    most = max(counts.values()) / len(docs)
    floor = 2 * most / (1 + most) / len(counts)
    anchors: dict[str, Any] = {"accuracy": {"chance": round(1 / len(docs[0]["labels"]), 6)}}
    if floor < 1:
        anchors["macro_f1"] = {"floor": round(floor, 6), "ceil": 1.0}
    return {"gold_labels": sorted(counts), "anchors": anchors}


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the number of labels and the form of words, as parts of the signature."""
    if not docs:
        return {}
    return {"labels": str(len(docs[0]["labels"])), "norm": "ar-norm-1"}


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply. A label without items is wrong and no class of the mean.

    >>> item = {"reference": "سعيد", "labels": ["سعيد", "حزين"], "aliases": {"سعيد": ["happy"]}}
    >>> score(item, "Happy!", None).extracted
    'سعيد'
    """
    del verdicts
    reply = response if isinstance(response, str) else ""
    named = read_label(reply, doc["labels"], doc.get("aliases") or {})
    gold = reference(doc)
    known = (doc.get("_facts") or {}).get("gold_labels")
    counted = named if known is None or named in known else None
    read = named is not None
    scores = {
        "accuracy": Scored({"correct": int(named == gold), "n": 1}, parsed=read),
        "abstention_rate": Scored({"correct": int(not read), "n": 1}),
        "macro_f1": Scored(confusion_item(gold, counted), parsed=read),
    }
    return ItemScore({name: {"strict": one} for name, one in scores.items()}, named)


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
