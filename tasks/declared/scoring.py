"""Scoring of declared tasks: the rule of ``metadata.lalm.rule``, on the fields that it names. Strict readings only.

A reply that is missing, null, blank or no text is unparsed, and as wrong as its metric allows. Nothing leaves a denominator except an item of
a judged metric that was not judged.
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Scored
from metrics.commitment.closed import alias_part, choose, index_of
from metrics.instructions.arguments import InstructionError
from metrics.instructions.verdicts import evaluate
from metrics.judge.score_reader import FIVE_POINTS
from metrics.judge.verdict_reader import YES_NO
from metrics.measures.macro_f1 import confusion_item
from metrics.text.edits import char_edits, word_edits
from metrics.text.normalizers import NORMALIZERS, canonical_words, without_script_spaces
from metrics.text.numbers import spoken_number

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rule_of(doc: Document) -> Mapping[str, Any]:
    """Return the parameters of a document's rule."""
    rule: Mapping[str, Any] = doc["_params"]["rule"]
    return rule


# --- fields ----------------------------------------------------------------------------------


def _wrong(doc: Document, name: str, expected: str) -> InputFileError:
    found = repr(doc[name]) if name in doc else "missing"
    return InputFileError(
        f"field {name!r} is {found[:120]}, expected {expected}",
        where=str(doc.get("_where") or f"item {doc.get('_id')}"),
    )


def _text_of(doc: Document, name: str) -> str:
    value = doc.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, (str, int, float))
        or value != value  # a number that a table has left out
        or str(value).strip() == ""
    ):
        raise _wrong(doc, name, "a text")
    return str(value)


def _texts_of(doc: Document, name: str, separator: str) -> list[str]:
    """Return a list of texts: a list, or one cell with a separator between texts."""
    value = doc.get(name)
    if isinstance(value, str):
        cell = value.strip()
        if cell.startswith("["):
            try:
                value = json.loads(cell)
            except ValueError:
                value = cell.split(separator)
        else:
            value = cell.split(separator)
        if isinstance(value, list):
            value = [one.strip() if isinstance(one, str) else one for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = [value]
    if (
        not isinstance(value, list)
        or not value
        or any(isinstance(one, (dict, list)) for one in value)
    ):
        raise _wrong(doc, name, f"a list of texts, or texts with {separator!r} between them")
    return ["" if one is None else str(one) for one in value]


def _options_of(doc: Document, rule: Mapping[str, Any]) -> list[str]:
    declared = rule["options"]
    if isinstance(declared, str):
        found = _texts_of(doc, declared, rule["separator"])
        if len(found) < 2:
            raise _wrong(
                doc, declared, f"two or more options, with {rule['separator']!r} between them"
            )
        return found
    texts = ["" if doc.get(name) is None else str(doc[name]) for name in declared]
    while texts and not texts[-1].strip():  # a question with fewer options than columns
        texts.pop()
    if len(texts) < 2:
        raise _wrong(doc, declared[0], "two or more options")
    return texts


def _answers_of(doc: Document, rule: Mapping[str, Any]) -> list[str]:
    """Return the answers that a reply may contain; one without a word could be found in no reply."""
    texts = _texts_of(doc, rule["answers"], rule["separator"])
    if not all(canonical_words(text).strip() for text in texts):
        raise _wrong(doc, rule["answers"], "answers with a word or number in each of them")
    return texts


def _gold(doc: Document, rule: Mapping[str, Any], texts: Sequence[str]) -> int:
    """Return the index of the right option."""
    name, how = rule["answer"], rule["answer_is"]
    answer = _text_of(doc, name).strip()
    index: int | None = None
    if how == "text":
        index = index_of(answer, texts)
    elif how == "letter":
        letter = answer.strip("()[].: ").upper()
        index = _LETTERS.index(letter) if len(letter) == 1 and letter in _LETTERS else None
    elif answer.removesuffix(".0").isdecimal():
        index = int(answer.removesuffix(".0")) - int(how == "index1")
    if index is None or not 0 <= index < len(texts):
        listed = ", ".join(map(repr, texts[:8]))
        raise _wrong(
            doc, name, f"one of the options {listed}"
            if how == "text" else f"{how} of one of {len(texts)} options (rule.answer_is)"
        )  # fmt: skip
    return index


def _number_of(doc: Document, name: str) -> float:
    value = doc.get(name)
    try:
        number = (
            float(value)
            if isinstance(value, (int, float, str)) and not isinstance(value, bool)
            else None
        )
    except ValueError:
        number = None
    if number is None or abs(number) == float("inf") or number != number:
        raise _wrong(doc, name, "a finite number")
    return number


def _labels_of(doc: Document, rule: Mapping[str, Any]) -> list[str]:
    """Return the labels: declared ones, else those of the whole split."""
    declared = rule["labels"]
    labels: list[str] = list(
        declared if declared is not None else doc.get("_facts", {}).get("labels", ())
    )
    if index_of(_text_of(doc, rule["answer"]), labels) is None:
        raise _wrong(doc, rule["answer"], f"one of the labels {', '.join(map(repr, labels[:12]))}")
    return labels


def check(doc: Document) -> None:
    """Refuse a document whose fields the rule cannot read.

    Raises:
        InputFileError: file and line (or the item), field, what was found and what is expected.
    """
    reference(doc)
    rule = rule_of(doc)
    if rule["name"] == "instruction":
        try:
            evaluate(*_instructions(doc, rule), "", strict_reading=True)
        except InstructionError as error:
            raise _wrong(doc, rule["arguments"], f"arguments of IFEval ({error})") from error


def _instructions(doc: Document, rule: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    ids, arguments = doc.get(rule["ids"]), doc.get(rule["arguments"])
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
        raise _wrong(doc, rule["ids"], "a list of instruction ids")
    if not isinstance(arguments, list) or len(arguments) != len(ids):
        raise _wrong(doc, rule["arguments"], "a list with one mapping of arguments per instruction")
    given = [{k: v for k, v in (one or {}).items() if v is not None} for one in arguments]
    return ids, given


# --- what the engine asks --------------------------------------------------------------------


def reference(doc: Document) -> Any:
    """Return the reference: transcript, right option or label, number, answers, or instructions with arguments."""
    rule = rule_of(doc)
    name = rule["name"]
    if name == "option":
        texts = _options_of(doc, rule)
        return texts[_gold(doc, rule, texts)]
    if name == "label":
        labels = _labels_of(doc, rule)
        place = index_of(_text_of(doc, rule["answer"]), labels)
        return labels[place or 0]
    if name == "number":
        return _number_of(doc, rule["answer"])
    if name == "contains":
        return _answers_of(doc, rule)
    if name == "instruction":
        ids, arguments = _instructions(doc, rule)
        return [{"id": one, **given} for one, given in zip(ids, arguments, strict=True)]
    return _text_of(doc, rule["reference"])


def options(doc: Document) -> tuple[str, ...]:
    """Return the options or labels in order; none for other rules."""
    rule = rule_of(doc)
    if rule["name"] == "option":
        return tuple(_options_of(doc, rule))
    return tuple(_labels_of(doc, rule)) if rule["name"] == "label" else ()


def facts(docs: Sequence[Document]) -> dict[str, Any]:
    """Return what scoring must know of the split: labels, the error of a constant answer, and chance as an anchor.

    A metric whose anchors the task declares gets none here.
    """
    if not docs:
        return {}
    rule = rule_of(docs[0])
    declared = docs[0]["_params"].get("anchored", ())
    found: dict[str, Any] = {}
    anchors: dict[str, Any] = {}
    if rule["name"] == "option":
        anchors["accuracy"] = {
            "chance": round(statistics.fmean(1 / len(_options_of(doc, rule)) for doc in docs), 6)
        }
    elif rule["name"] == "label":
        labels = rule["labels"] or list(
            dict.fromkeys(_text_of(doc, rule["answer"]).strip() for doc in docs)
        )
        if rule["labels"] is None:
            found["labels"] = labels
        if len(labels) > 1:
            anchors["accuracy"] = {"chance": round(1 / len(labels), 6)}
    elif rule["name"] == "number":
        values = [_number_of(doc, rule["answer"]) for doc in docs]
        middle = statistics.median(values)
        error = statistics.fmean(abs(value - middle) for value in values)
        found["mae_ref"] = error
        if error > 0:
            anchors["mae"] = {"mae_ref": error}
    kept = {metric: value for metric, value in anchors.items() if metric not in declared}
    return found | ({"anchors": kept} if kept else {})


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the rule with a hash of its parameters, and of a text rule the normaliser, as parts of the signature."""
    if not docs:
        return {}
    rule = rule_of(docs[0])
    content = json.dumps(rule, sort_keys=True, ensure_ascii=False)
    parts = {"rule": f"{rule['name']}#{hashlib.sha256(content.encode()).hexdigest()[:6]}"}
    if "normalizer" in rule:
        parts["norm"] = rule["normalizer"]
    return parts | alias_part(docs[0].get("_aliases"))


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the slots of the judge prompt; ``None`` for a blank reply, which is wrong without a call."""
    if not isinstance(response, str) or not response.strip():
        return None
    slots = {slot: _text_of(doc, name) for slot, name in rule_of(doc)["slots"].items()}
    return {**slots, "response": response}


def judge_grade(doc: Document, reply: str) -> str | None:
    """Return the strict verdict of one judge reply as text, ``None`` if it cannot be read."""
    if rule_of(doc)["grade"] == "score":
        number = FIVE_POINTS.read(reply)
        return None if number is None else f"{number:g}"
    verdict = YES_NO.read(reply)
    return None if verdict is None else "yes" if verdict else "no"


# --- rules -----------------------------------------------------------------------------------


def score(doc: Document, response: Any, verdicts: Sequence[Any] | None) -> ItemScore:
    """Score one reply by the rule of its document.

    Args:
        doc: an item; ``_params["rule"]`` holds the rule.
        response: the reply; anything but text counts as a blank reply.
        verdicts: judge replies, ``None`` if nothing was judged; read by the rule ``judge`` alone.

    >>> item = {"answer": "12", "_params": {"rule": {"name": "number", "answer": "answer"}}}
    >>> score(item, "There are twenty of them.", None).metrics["mae"]["strict"].stats
    {'abs_error': 8.0, 'n': 1}
    """
    rule = rule_of(doc)
    reply = response.strip() if isinstance(response, str) else ""
    if rule["name"] == "judge":
        return _judged(rule, reply, verdicts)
    return _SCORERS[rule["name"]](doc, rule, reply)


def _one(correct: float) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def _strict(metrics: Mapping[str, Scored], extracted: Any, **details: Any) -> ItemScore:
    return ItemScore({name: {"strict": one} for name, one in metrics.items()}, extracted, details)


def _transcript(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    normalize = NORMALIZERS[rule["normalizer"]]
    said, heard = normalize(_text_of(doc, rule["reference"])), normalize(reply)
    characters = char_edits(without_script_spaces(said), without_script_spaces(heard))
    parsed = bool(heard)
    return _strict(
        {"wer": Scored(word_edits(said, heard), parsed), "cer": Scored(characters, parsed)},
        heard or None,
    )


def _choice(
    doc: Document, reply: str, texts: Sequence[str], gold: int, *, letters: bool
) -> tuple[dict[str, Scored], str | None]:
    verdict = choose(reply, texts, gold, doc.get("_aliases"), letters=letters)
    read = verdict.option is not None
    return {
        "accuracy": Scored(_one(verdict.correct), parsed=read),
        "abstention_rate": Scored(_one(not read)),
    }, texts[verdict.option] if verdict.option is not None else None


def _option(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    texts = _options_of(doc, rule)
    metrics, picked = _choice(doc, reply, texts, _gold(doc, rule, texts), letters=True)
    return _strict(metrics, picked)


def _label(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    labels = _labels_of(doc, rule)
    gold = index_of(_text_of(doc, rule["answer"]), labels)
    assert gold is not None
    metrics, picked = _choice(doc, reply, labels, gold, letters=False)
    metrics["macro_f1"] = Scored(confusion_item(labels[gold], picked), parsed=picked is not None)
    return _strict(metrics, picked)


def _number(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    number, gold = spoken_number(reply), _number_of(doc, rule["answer"])
    missed = float(doc.get("_facts", {}).get("mae_ref", 0.0))
    error = missed if number is None else abs(number - gold)
    return _strict({"mae": Scored({"abs_error": error, "n": 1}, parsed=number is not None)}, number)


def _contains(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    said = f" {canonical_words(reply)} "
    answers = _answers_of(doc, rule)
    wanted = [f" {canonical_words(answer)} " for answer in answers]
    there = [
        answer
        for answer, form in zip(answers, wanted, strict=True)
        if form.strip() and form in said
    ]
    right = len(there) == len(answers) if rule["match"] == "all" else bool(there)
    return _strict({"accuracy": Scored(_one(right), parsed=bool(said.strip()))}, there)


def _instruction(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    ids, arguments = _instructions(doc, rule)
    found = evaluate(ids, arguments, reply, strict_reading=True)
    kept = [name for name, passed in zip(ids, found.strict, strict=True) if passed == 1]
    return _strict({"if_rate": Scored(_one(len(kept) == len(ids)), parsed=bool(reply))}, kept)


def _judged(rule: Mapping[str, Any], reply: str, verdicts: Sequence[Any] | None) -> ItemScore:
    name = "judge_score" if rule["grade"] == "score" else "judged_accuracy"
    worst: dict[str, float] = {"score": 1.0, "n": 1} if rule["grade"] == "score" else _one(0)
    if verdicts is None:
        return _strict({name: Scored(None)}, None)
    if not reply:
        return _strict({name: Scored(worst, parsed=False)}, None)
    texts = [verdict for verdict in verdicts if isinstance(verdict, str)]
    if not verdicts:
        return _strict({name: Scored(None, parsed=False)}, None)
    if rule["grade"] == "score":
        numbers = [number for text in texts if (number := FIVE_POINTS.read(text)) is not None]
        if not numbers:
            return _strict({name: Scored(worst, parsed=False)}, None)
        value = statistics.fmean(numbers)
        return _strict({name: Scored({"score": value, "n": 1})}, value)
    found = [verdict for text in texts if (verdict := YES_NO.read(text)) is not None]
    if not found or 2 * sum(found) == len(found):
        return _strict({name: Scored(worst, parsed=False)}, None)
    right = 2 * sum(found) > len(found)
    return _strict({name: Scored(_one(right))}, "yes" if right else "no")


_SCORERS: Final[Mapping[str, Callable[[Document, Mapping[str, Any], str], ItemScore]]] = {
    "transcript": _transcript,
    "option": _option,
    "label": _label,
    "number": _number,
    "contains": _contains,
    "instruction": _instruction,
}
