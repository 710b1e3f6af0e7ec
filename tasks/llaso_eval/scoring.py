"""Scoring of LLaSO-Eval: every metric of its 44 data sets, in two readings.

``doc["_params"]["file"]`` names the data set and thereby the metrics. Official is what the shipped
scripts compute, the swapped arguments of WER, CER and PER included; where a script would stop (an empty
answer under WER, ``inf`` under pitch, a response that is no text) the official statistics are ``None``
and the metric is listed in ``aborted``. Strict counts every item with a readable reference. The label
list of a closed set depends on the whole file, so ``annotate`` puts it into each document. A stored
judge record may hold ``reference`` in place of ``conversations``. ``verdicts`` of ``None`` means that
nothing was judged; an empty list that the item needed no call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Reading, Scored
from metrics import llaso, llaso_numbers, llaso_phonemes, vanilla
from metrics.judge import llaso as judge
from metrics.normalizers import basic
from metrics.numbers import strict_number
from metrics.text_errors import char_edits, word_edits
from tasks.llaso_eval.sets import DataSet, get
from tasks.llaso_eval.speakers import cluster

Readings = dict[Reading, Scored]

EXACT: Final = {f"exact_{key}": key for key in llaso_numbers.PRONUNCIATION_KEYS}


@dataclass(slots=True)
class _Part:
    """What one rule contributes to an item's score."""

    metrics: dict[str, Readings]
    extracted: Any = None
    details: dict[str, Any] = field(default_factory=dict)
    aborted: frozenset[str] = frozenset()


# --- documents ---------------------------------------------------------------------------------


def reference(doc: Document) -> str:
    """The reference answer, verbatim.

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
    """The human turn, verbatim; empty if the document has none (a stored judge record)."""
    turns = doc.get("conversations")
    first = turns[0] if isinstance(turns, list) and turns else None
    value = first.get("value") if isinstance(first, dict) else None
    return value if isinstance(value, str) else ""


def annotate(docs: list[Document], origin: Literal["file", "data"]) -> None:
    """Give documents of one task what their scores need of the whole file.

    ``_labels`` is the official list: the references at hand for a stored file, as upstream, and the
    frozen list for the benchmark's data. ``_strict_labels`` is the frozen list if it has every
    reference at hand, else the references. ``_last`` marks the item whose emptiness stops the official
    PER script, ``_cluster`` names the speaker, or the clip where none is known.
    """
    if not docs:
        return
    entry = _data_set(docs[0])
    for doc in docs:
        doc.setdefault("_cluster", cluster(doc))
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
    """Further parts of the signature: label lists of a closed set, normalisers of transcripts.

    A label list is ``COUNT#HASH``: equal lists give equal parts, whether they come from a complete
    file or are the frozen ones. ``strict_labels`` appears where the strict reading uses another list
    than the official one. ``norm`` names the normalisers of the official and the strict reading.
    """
    if not docs:
        return {}
    entry = _data_set(docs[0])
    if "wer" in entry.metrics:
        return {"norm": "raw/basic"}
    if not entry.labels:
        return {}
    official, strict = (_list_id(labels) for labels in _label_lists(docs[0]))
    return {"labels": official} | ({} if strict == official else {"strict_labels": strict})


def options(doc: Document) -> tuple[str, ...]:
    """Labels of a closed set in the order in which the prompt names them, unnamed ones last.

    >>> options({"_params": {"file": "vctk_gender_classification_test"}, "conversations": [
    ...     {"from": "human", "value": "Male or female? <audio>"}, {"from": "gpt", "value": "Male."}]})
    ('Male.', 'Female.')
    """
    prompt = llaso.strict_norm(instruction(doc))

    def place(label: str) -> int:
        found = prompt.find(llaso.strict_norm(label))
        return found if found >= 0 else len(prompt)

    return tuple(sorted(_data_set(doc).labels, key=place))


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


# --- rules -------------------------------------------------------------------------------------


def _share(correct: bool) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def _closed(doc: Document, response: Any, entry: DataSet) -> _Part:
    """Accuracy and abstention rate."""
    del entry
    gold = reference(doc)
    official_list, strict_list = (llaso.label_set(labels) for labels in _label_lists(doc))
    text = response if isinstance(response, str) else ""
    hits = llaso.strict_hits(text, strict_list)
    follows = len(hits) == 1
    strict_correct = follows and hits[0] == llaso.strict_norm(gold)
    strict = (
        Scored(_share(strict_correct), parsed=follows),
        Scored(_share(not follows), parsed=bool(text.strip())),
    )
    details: dict[str, Any] = {"hits": hits}
    if isinstance(response, str):
        official_hits = llaso.official_hits(response, official_list)
        details["official_hits"] = official_hits
        official = (
            Scored(_share(llaso.official_correct(response, gold, official_list))),
            Scored(_share(len(official_hits) != 1)),
        )
    else:
        official = (Scored(None, parsed=False), Scored(None, parsed=False))
    return _Part(
        {
            "accuracy": {"official": official[0], "strict": strict[0]},
            "abstention_rate": {"official": official[1], "strict": strict[1]},
        },
        hits[0] if follows else None,
        details,
        _all_aborted(response, ("accuracy", "abstention_rate")),
    )


def _all_aborted(response: Any, metrics: Sequence[str]) -> frozenset[str]:
    """Every metric if the response is no text: the official scripts stop at it."""
    return frozenset() if isinstance(response, str) else frozenset(metrics)


def _transcript(doc: Document, response: Any, entry: DataSet) -> _Part:
    """WER and CER."""
    del entry
    gold = reference(doc)
    text = response if isinstance(response, str) else ""
    answered = bool(text.strip())
    normal_gold, normal = basic(gold), basic(text)
    metrics: dict[str, Readings] = {}
    right_order: dict[str, Any] = {}
    for metric, edits in (("wer", word_edits), ("cer", char_edits)):
        swapped = edits(text, gold)  # as shipped: the answer stands in the reference's place
        metrics[metric] = {
            "official": Scored(swapped if swapped["length"] else None, parsed=answered),
            "strict": Scored(edits(normal_gold, normal), parsed=answered),
        }
        right_order[metric] = dict(edits(gold, text))
    aborted = frozenset(m for m, readings in metrics.items() if readings["official"].stats is None)
    return _Part(metrics, normal, {"right_order": right_order}, aborted)


def _phonemes(doc: Document, response: Any, entry: DataSet) -> _Part:
    """PER."""
    del entry
    gold = reference(doc)
    text = response if isinstance(response, str) else ""
    answered = bool(text.strip())
    ours, theirs = llaso_phonemes.letters(text), llaso_phonemes.letters(gold)
    edits = char_edits(llaso_phonemes.phonemes(gold), llaso_phonemes.phonemes(text))
    official = Scored(None, parsed=False)
    details: dict[str, Any] = {}
    if isinstance(response, str):
        rate = llaso_phonemes.phoneme_rate(theirs, ours)
        official = Scored({"edits": rate, "length": 1}, parsed=answered)
        details["right_order"] = {"per": llaso_phonemes.phoneme_rate(ours, theirs)}
    stops = not isinstance(response, str) or (bool(doc.get("_last")) and not (ours and theirs))
    strict = Scored(edits, parsed=answered)
    return _Part(
        {"per": {"official": official, "strict": strict}},
        None,
        details,
        frozenset({"per"}) if stops else frozenset(),
    )


def _number(doc: Document, response: Any, entry: DataSet) -> _Part:
    """MAE of ages and pitches."""
    assert entry.mae_ref is not None
    pitch = entry.number == "pitch"
    low, high = llaso_numbers.PITCHES
    official, value, target, stops = _official_error(reference(doc), response, pitch=pitch)
    strict = Scored(None)
    if target is not None:
        text = response if isinstance(response, str) else ""
        number = strict_number(text)
        if number is not None and pitch and not low <= number <= high:
            number = None
        error = entry.mae_ref if number is None else abs(number - target)
        strict = Scored({"abs_error": error, "n": 1}, parsed=number is not None)
    return _Part(
        {"mae": {"official": official, "strict": strict}},
        value,
        {"reference_value": target},
        frozenset({"mae"}) if stops else frozenset(),
    )


def _official_error(
    gold: str, response: Any, *, pitch: bool
) -> tuple[Scored, int | None, float | None, bool]:
    """Official statistics, the value read, the usable reference, and whether the script stops."""
    read = llaso_numbers.official_pitch if pitch else llaso_numbers.official_age
    low, high = llaso_numbers.PITCHES
    unread = Scored(None, parsed=False)
    try:
        target = read(gold)
        usable = None if target is None or (pitch and not low <= target <= high) else float(target)
    except OverflowError:
        return unread, None, None, True
    if not isinstance(response, str):
        return unread, None, usable, True
    try:
        value = read(response)
        if target is None or value is None or usable is None:
            return Scored(None, parsed=value is not None), value, usable, False
        if pitch and not low <= value <= high:
            return unread, value, usable, False
        error = abs(value - target)
        float(error)
    except OverflowError:
        return unread, None, usable, True
    return Scored({"abs_error": error, "n": 1}), value, usable, False


def _pronunciation(doc: Document, response: Any, entry: DataSet) -> _Part:
    """Exact match of the three pronunciation scores."""
    del entry
    gold = llaso_numbers.pronunciation(reference(doc))
    said = llaso_numbers.pronunciation(response) if isinstance(response, str) else None
    metrics: dict[str, Readings] = {}
    for metric, key in EXACT.items():
        official = strict = None
        if gold is not None:
            strict = _share(said is not None and said[key] == gold[key])
            official = strict if said is not None else None
        metrics[metric] = {
            "official": Scored(official, parsed=said is not None),
            "strict": Scored(strict, parsed=said is not None),
        }
    details = {"reference_scores": gold}
    return _Part(metrics, said, details, _all_aborted(response, tuple(EXACT)))


def _judged(response: Any, verdicts: Sequence[Any] | None) -> _Part:
    """Judge score 1-5."""
    if verdicts is None:
        return _Part({"judge_score": {"official": Scored(None), "strict": Scored(None)}})
    first = judge.parse(verdicts[0]) if verdicts and isinstance(verdicts[0], str) else None
    official = Scored(None, parsed=False)
    if first is not None:
        official = Scored({"score": first, "n": 1})
    if isinstance(response, str) and response.strip():
        found = judge.strict([text for text in verdicts if isinstance(text, str)])
    else:
        found = judge.StrictScore(judge.LOWEST, read=False)
    strict = Scored({"score": found.score, "n": 1}, parsed=found.read)
    return _Part(
        {"judge_score": {"official": official, "strict": strict}},
        details={"judge_score": first, "judge_unread": bool(verdicts) and first is None},
    )


_RULES: Final[dict[str, Callable[[Document, Any, DataSet], _Part]]] = {
    "accuracy": _closed,
    "wer": _transcript,
    "per": _phonemes,
    "mae": _number,
    "exact_accuracy": _pronunciation,
}
"""Rule by the first of the metrics that it gives; the judge score has its own."""


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
    parts = [rule(doc, response, entry) for name, rule in _RULES.items() if name in entry.metrics]
    if entry.judged:
        reference(doc)
        parts.append(_judged(response, verdicts))
    found = {metric: readings for part in parts for metric, readings in part.metrics.items()}
    return ItemScore(
        metrics={metric: found[metric] for metric in entry.metrics},
        extracted=next((part.extracted for part in parts if part.extracted is not None), None),
        details={key: value for part in parts for key, value in part.details.items()},
        aborted=frozenset[str]().union(*(part.aborted for part in parts)),
    )


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
