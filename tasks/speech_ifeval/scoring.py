"""Scoring of Speech-IFEval: rule checks, judged behaviour, judged accuracy, and WER on an extract.

What applies to a document hangs on the document, as in the official scripts: ``if_rate`` by rule if it
has ``instruction_id_list``, from the judge's verdict if its ``metric`` is ``cot``; ``judged_accuracy`` if
``metric`` is ``accuracy``; ``wer`` of the judge's extract if it is ``wer``. A metric that does not apply
is null in both readings.

Official: a missing, null or non-text reply stops the rule checker, a judge reply that its pattern does
not cover stops the evaluator: the item has no statistics and the cell is incomplete. Strict: such a
reply, and a blank one, fails (WER: every word deleted); an unreadable judge reply may be repeated once
and then fails, and the checker rules are those of
``metrics.instructions.careful``. ``verdicts`` of ``None`` means that
nothing was judged; an empty list that the item was part of a judged run but needed no call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from harness.types import Document, ItemScore, Scored
from metrics import vanilla
from metrics.instructions import InstructionError, evaluate
from metrics.judge.verdict_reader import strict_result
from metrics.text.edits import word_edits
from metrics.text.normalizers import canonical_speech_ifeval
from metrics.text.normalizers import speech_ifeval as normalize
from metrics.witness import explain
from tasks.speech_ifeval import judge_reply as judge
from tasks.speech_ifeval.layout import PARTS

NORMALIZER: Final = "speech_ifeval/canonical_speech_ifeval"
"""Normalisers of ``wer``: official and strict reading."""
_JUDGED: Final = ("accuracy", "cot", "wer")
"""Values of ``metric`` whose documents a judge looks at."""

_FAILED: Final = {"correct": 0, "n": 1}


class _Result(NamedTuple):
    """One metric of one item; by default the metric does not apply."""

    official: Scored = Scored(None)
    strict: Scored = Scored(None)
    aborted: bool = False
    extracted: str | None = None
    details: Mapping[str, Any] = {}


def _share(correct: float) -> dict[str, float]:
    return {"correct": int(correct) if correct in (0.0, 1.0) else correct, "n": 1}


def reference(doc: Document) -> str:
    """Return the gold label; without one, the instruction ids; ``reasoning`` for chain of thought.

    >>> reference({"label": "Man", "instruction_id_list": ["detectable_format:title"]})
    'Man'
    """
    if doc.get("label") is not None:
        return str(doc["label"])
    return ", ".join(map(str, doc.get("instruction_id_list") or ["reasoning"]))


def item_id(doc: Document) -> str | None:
    """Return the id of a stored document whose record has none; chain of thought is named by its clip.

    >>> item_id({"id": 12, "metric": "wer", "instruction_id_list": ["startend:quotation"]})
    'closed/12'
    >>> item_id({"audio_filepath": "MMAU/a.wav", "metric": "cot"})
    'cot/MMAU/a.wav'
    """
    metric = doc.get("metric")
    if metric == "cot":
        part, own = "cot", doc.get("audio_filepath")
    elif metric == "open":
        part, own = "creative", doc.get("id")
    else:
        part = "closed" if "instruction_id_list" in doc else "closed_woprompt"
        own = doc.get("id")
    return None if own is None else f"{part}/{own}"


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the normaliser of ``wer``, as a part of the signature.

    >>> signature([{"metric": "wer"}]), signature([{"metric": "cot"}])
    ({'norm': 'speech_ifeval/canonical_speech_ifeval'}, {})
    """
    return {"norm": NORMALIZER} if any(doc.get("metric") == "wer" for doc in docs) else {}


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    r"""Score one reply.

    Args:
        doc: a Speech-IFEval document.
        response: the reply; anything but text is an item error of the official reading.
        verdicts: judge replies (the second one is the repeat), ``None`` if nothing was judged.

    >>> item = {"metric": "accuracy", "label": "Man", "kwargs": [{}],
    ...         "instruction_id_list": ["change_case:english_capital"]}
    >>> result = score(item, "A WOMAN", ["Result: NO"])
    >>> result.metrics["if_rate"]["strict"].stats, result.metrics["judged_accuracy"]["official"].stats
    ({'correct': 1, 'n': 1}, {'correct': 0, 'n': 1})
    """
    metric = doc.get("metric")
    results = dict.fromkeys(_metrics(doc), _Result())
    if "if_rate" in results:
        if doc.get("instruction_id_list"):
            results["if_rate"] = _ruled(doc, response)
        elif metric == "cot":
            results["if_rate"] = _judged("if_rate", response, verdicts)
    if "judged_accuracy" in results and metric == "accuracy":
        results["judged_accuracy"] = _judged("judged_accuracy", response, verdicts)
    if "wer" in results and metric == "wer":
        results["wer"] = _transcribed(doc, response, verdicts)
    details: dict[str, Any] = {}
    for result in results.values():
        details.update(result.details)
    return ItemScore(
        metrics={
            name: {"official": result.official, "strict": result.strict}
            for name, result in results.items()
        },
        extracted=next((r.extracted for r in results.values() if r.extracted is not None), None),
        details=details,
        aborted=frozenset(name for name, result in results.items() if result.aborted),
    )


def _metrics(doc: Document) -> tuple[str, ...]:
    return PARTS[doc.get("_params", {}).get("part", "closed")].metrics


# --- by rule -------------------------------------------------------------------------------------


def _ruled(doc: Document, response: Any) -> _Result:
    """Return all instructions of the document; official items hold one."""
    if not isinstance(response, str):
        return _Result(Scored(None, parsed=False), Scored(_FAILED, parsed=False), aborted=True)
    parsed = bool(response.strip())
    ids, kwargs = doc["instruction_id_list"], doc.get("kwargs") or []
    try:
        official = evaluate(ids, kwargs, response, "speech_ifeval")
        strict = evaluate(ids, kwargs, response, "speech_ifeval", strict_reading=True)
    except InstructionError as error:
        return _Result(
            Scored(None, parsed=False),
            _unchecked_upstream(ids, kwargs, response),
            aborted=True,
            details={"instruction_error": str(error)},
        )
    return _Result(
        Scored(_share(official.strict_all), parsed),
        Scored(_share(strict.strict_all), parsed),
        details={"followed": list(official.strict)},
    )


def _unchecked_upstream(ids: Any, kwargs: Any, response: str) -> Scored:
    """Return the strict reading of an item at which upstream stops; null arguments of other rules do not matter."""
    try:
        strict = evaluate(ids, kwargs, response, "speech_ifeval", strict_reading=True)
    except InstructionError:
        return Scored(_FAILED, parsed=False)
    return Scored(_share(strict.strict_all), bool(response.strip()))


# --- by judge ------------------------------------------------------------------------------------


def _replies(verdicts: Sequence[Any]) -> list[str]:
    return [verdict for verdict in verdicts if isinstance(verdict, str)]


def _is_blank(response: Any) -> bool:
    return not isinstance(response, str) or not response.strip()


def _judged(metric: str, response: Any, verdicts: Sequence[Any] | None) -> _Result:
    if verdicts is None:
        return _Result(aborted=not isinstance(response, str))
    word = judge.parse(verdicts[0]) if verdicts and isinstance(verdicts[0], str) else None
    if not isinstance(response, str) or not verdicts:
        official, aborted = Scored(None, parsed=False), not isinstance(response, str)
    elif word is None:
        official, aborted = Scored(None, parsed=False), True
    else:
        official, aborted = Scored(_share(word.lower() == "yes")), False
        explain(metric, lambda: f"after “Result:” the first judge reply says {word}")
    if _is_blank(response):
        strict = Scored(_FAILED, parsed=False)
    elif not verdicts:
        strict = Scored(None, parsed=False)
    else:
        verdict = strict_result(_replies(verdicts))
        strict = Scored(_share(verdict.yes), parsed=verdict.read)
    details = {"judge_unparsed": word is None} if verdicts else {}
    extracted = None if word is None else word.lower()
    return _Result(official, strict, aborted, extracted, details)


def _transcribed(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> _Result:
    if verdicts is None:
        return _Result(aborted=not isinstance(response, str))
    label = doc.get("label")
    if not isinstance(label, str):  # upstream stops at such an item, and nothing can be counted
        return _Result(Scored(None, parsed=False), Scored(None, parsed=False), aborted=True)
    gold, replies = normalize(label), _replies(verdicts)
    extract = normalize(replies[0]) if replies else None
    strict_gold = canonical_speech_ifeval(label)
    deleted = Scored(word_edits(strict_gold, ""), parsed=False)
    if not isinstance(response, str):
        official, aborted = Scored(None, parsed=False), True
    elif extract is None:
        official, aborted = Scored(None, parsed=False), bool(verdicts)
    else:
        official, aborted = Scored(word_edits(gold, extract)), False
    if _is_blank(response):
        strict = deleted
    elif extract is None:
        strict = deleted if verdicts else Scored(None, parsed=False)
    else:
        strict = Scored(word_edits(strict_gold, canonical_speech_ifeval(replies[0])))
    details: dict[str, Any] = {}
    if extract is not None and isinstance(response, str):
        details["extract_in_reply"] = extract in normalize(response)
    return _Result(official, strict, aborted, extract, details)


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the values of the judge prompt's slots; ``None`` where no call is needed."""
    metric = doc.get("metric")
    if metric not in _JUDGED or not isinstance(response, str):
        return None
    slots = {"question": str(doc.get("instruction", "")), "response": response}
    return slots | ({"ground_truth": str(doc.get("label"))} if metric == "accuracy" else {})


def judge_grade(doc: Document, reply: str) -> str | None:
    """Return the verdict of one judge reply in the strict reading, ``None`` if it cannot be read.

    An extract is a verdict of its own: the normalised text.
    """
    if doc.get("metric") == "wer":
        return normalize(reply)
    found = strict_result([reply])
    return ("yes" if found.yes else "no") if found.read else None


process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
