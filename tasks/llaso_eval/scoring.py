"""Scoring of LLaSO-Eval: every metric of its 44 data sets, in two readings.

``doc["_params"]["file"]`` names the data set and thereby the metrics. Official is what the shipped
scripts compute, the swapped arguments of WER, CER and PER included; where a script would stop (an empty
answer under WER, ``inf`` under pitch, a response that is not text) the official statistics are ``None``
and the metric is listed in ``aborted``. Strict counts every item with a readable reference. The label
list of a closed set depends on the whole file, so ``annotate`` puts it into each document. A stored
judge record may hold ``reference`` in place of ``conversations``. ``verdicts`` of ``None`` means that
nothing was judged; an empty list that the item needed no call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Positions
from metrics import vanilla
from metrics.commitment.closed import alias_part, choose, index_of
from metrics.commitment.listed import Named, listed, places_of, relisted
from tasks.llaso_eval import judge_reply as judge
from tasks.llaso_eval import labels as llaso
from tasks.llaso_eval.number_labels import plainly
from tasks.llaso_eval.rules import RULES, Item, judged
from tasks.llaso_eval.sets import DataSet, get
from tasks.llaso_eval.speakers import cluster

# --- documents ---------------------------------------------------------------------------------


def reference(doc: Document) -> str:
    """Return the reference answer, verbatim.

    Raises:
        InputFileError: the document has none.

    >>> reference({"conversations": [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "I."}]})
    'I.'
    """
    turns = doc.get("conversations")
    value = doc.get("reference")
    if isinstance(turns, list) and len(turns) > 1 and isinstance(turns[1], dict):
        value = turns[1].get("value")
    if not isinstance(value, str):
        raise InputFileError(
            f"the reference is {value!r}, expected text in conversations[1].value or in reference",
            where=str(doc.get("_id") or doc.get("voice") or "document"),
        )
    return value


def instruction(doc: Document) -> str:
    """Return the human turn, verbatim; empty if the document has none (a stored judge record)."""
    turns = doc.get("conversations")
    first = turns[0] if isinstance(turns, list) and turns else None
    value = first.get("value") if isinstance(first, dict) else None
    return value if isinstance(value, str) else ""


def annotate(docs: list[Document], origin: Literal["file", "data"]) -> None:
    """Give documents of one task what their scores need of the whole file.

    ``_labels`` is the official list: the references at hand for a stored file, as upstream, and the
    frozen list for the benchmark's data. ``_strict_labels`` is the frozen list if it has every
    reference at hand, else the references. ``_last`` marks the item whose emptiness stops the official
    PER script, ``_cluster`` names the speaker, or the clip where none is known (unset if that would be
    one name for all items).
    """
    if not docs:
        return
    entry = _data_set(docs[0])
    clusters = [cluster(doc) for doc in docs]
    if len(set(clusters)) > 1:  # one name for every item is a placeholder, not a speaker
        for doc, name in zip(docs, clusters, strict=True):
            doc["_cluster"] = name
    if "per" in entry.metrics:
        docs[-1]["_last"] = True
    if not entry.labels:
        return
    at_hand = tuple(sorted({reference(doc) for doc in docs}))
    frozen = tuple(entry.labels)
    known = {llaso.strict_norm(label) for label in frozen}
    strict = frozen if all(llaso.strict_norm(label) in known for label in at_hand) else at_hand
    for doc in docs:
        doc["_labels"] = at_hand if origin == "file" else frozen
        doc["_strict_labels"] = strict


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the further parts of the signature: label lists of a closed set, normalisers of transcripts and phonemes.

    A label list is ``COUNT#HASH``: equal lists give equal parts, whether they come from a complete
    file or are the frozen ones. ``strict_labels`` appears where the strict reading uses another list
    than the official one. ``norm`` names the normalisers of the official and the strict reading.
    """
    if not docs:
        return {}
    entry = _data_set(docs[0])
    if "wer" in entry.metrics:
        return {"norm": "raw/canonical"}
    if "per" in entry.metrics:
        return {"norm": "letters/ipa"}
    if not entry.labels:
        return {}
    official, strict = (_list_id(labels) for labels in _label_lists(docs[0]))
    further = {} if strict == official else {"strict_labels": strict}
    return {"labels": official, **further, **alias_part(docs[0].get("_aliases"))}


def options(doc: Document) -> tuple[str, ...]:
    """Return the labels of a closed set in the order in which the prompt names them, unnamed ones last.

    >>> options({"_params": {"file": "vctk_gender_classification_test"}, "conversations": [
    ...     {"from": "human", "value": "Male or female? <audio>"}, {"from": "gpt", "value": "Male."}]})
    ('Male.', 'Female.')
    """
    prompt = llaso.strict_norm(instruction(doc))

    def place(label: str) -> int:
        found = prompt.find(llaso.strict_norm(label))
        return found if found >= 0 else len(prompt)

    return tuple(sorted(_data_set(doc).labels, key=place))


def positions(doc: Document, response: Any) -> Positions:
    """Return where the labels stand that the prompt lists, the right one and the one that a reply commits to."""
    labels, found = _listed(doc)
    if not found:
        return Positions(0)
    gold = index_of(reference(doc), labels)
    aliases = doc.get("_aliases") or {}
    picked = choose(plainly(response, labels), labels, gold, aliases, letters=False).option
    return Positions(len(found), *places_of(found, (gold, picked)))


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with the labels that its prompt lists in another order.

    >>> item = {"_params": {"file": "vctk_gender_classification_test"}, "conversations": [
    ...     {"from": "human", "value": "Male or female? <audio>"}, {"from": "gpt", "value": "Male."}]}
    >>> reorder(item, (1, 0))["conversations"][0]["value"]
    'female or Male? <audio>'
    """
    spans = [(one.start, one.end) for one in _listed(doc)[1]]
    first, *others = doc["conversations"]
    changed = {**first, "value": relisted(instruction(doc), spans, order)}
    return {**doc, "conversations": [changed, *others]}


def _listed(doc: Document) -> tuple[tuple[str, ...], tuple[Named, ...]]:
    """Return the labels of a closed set, and those that the prompt lists."""
    labels = _label_lists(doc)[1] if _data_set(doc).labels else ()
    return labels, listed(instruction(doc), tuple(map(llaso.strict_norm, labels)))


def _data_set(doc: Document) -> DataSet:
    return get(doc["_params"]["file"])


def _label_lists(doc: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    frozen = tuple(_data_set(doc).labels)
    official: tuple[str, ...] = doc.get("_labels", frozen)
    return official, doc.get("_strict_labels", official)


@lru_cache(maxsize=512)
def _list_id(labels: tuple[str, ...]) -> str:
    forms = llaso.label_set(labels)
    content = json.dumps([forms.official, [label for label, _ in forms.abstention]])
    return f"{len(forms.official)}#{hashlib.sha256(content.encode()).hexdigest()[:6]}"


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: a document of the benchmark; ``doc["_params"]["file"]`` names its data set.
        response: the reply; anything but text is unparsed (strict) and stops the official script.
        verdicts: judge replies (the second is the repeat), ``None`` if nothing was judged.

    Raises:
        InputFileError: the document has no reference.
        UnknownNameError: it names no data set.

    >>> doc = {"_params": {"file": "vctk_gender_classification_test"}, "reference": "Female."}
    >>> result = score(doc, "A female voice.", None).metrics["accuracy"]
    >>> result["official"].stats, result["strict"].stats
    ({'correct': 0, 'n': 1}, {'correct': 1, 'n': 1})
    """
    entry = _data_set(doc)
    labels, strict_labels = _label_lists(doc)
    last = bool(doc.get("_last"))
    aliases = doc.get("_aliases") or {}
    item = Item(reference(doc), response, entry, labels, strict_labels, last, aliases)
    parts = [rule(item) for name, rule in RULES.items() if name in entry.metrics]
    if entry.judged:
        parts.append(judged(item, verdicts))
    found = {metric: readings for part in parts for metric, readings in part.metrics.items()}
    return ItemScore(
        metrics={metric: found[metric] for metric in entry.metrics},
        extracted=next((part.extracted for part in parts if part.extracted is not None), None),
        details={key: value for part in parts for key, value in part.details.items()},
        aborted=frozenset[str]().union(*(part.aborted for part in parts)),
    )


# --- judge ---------------------------------------------------------------------------------------


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the values of the judge prompt's slots; ``None`` where no call is needed.

    The judge never sees the question.
    """
    if not isinstance(response, str) or not response.strip():
        return None
    return {"reference": reference(doc).strip(), "response": response.strip()}


def judge_grade(_doc: Document, reply: str) -> str | None:
    """Return the score of one judge reply in the strict reading, ``None`` if it cannot be read."""
    found = judge.strict([reply])
    return str(found.score) if found.read else None


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
