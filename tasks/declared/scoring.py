"""Scoring of declared tasks: the rule of ``metadata.lalm.rule``, on the fields that it names.

Readings are strict; a rule that names the official rule of a benchmark has that reading too (``tasks.declared.official``).

A reply that is missing, null, blank or no text is unparsed, and as wrong as its metric allows. Nothing leaves a denominator except an item of
a judged metric that was not judged.
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from harness.types import Document, ItemScore, Positions, Scored
from metrics.commitment.closed import alias_part, choose, index_of
from metrics.commitment.listed import position_of, slots
from metrics.instructions.arguments import InstructionError
from metrics.instructions.verdicts import evaluate
from metrics.judge.score_reader import FIVE_POINTS
from metrics.judge.verdict_reader import YES_NO
from metrics.measures.macro_f1 import confusion_item
from metrics.text.edits import char_edits, mixed_edits, word_edits
from metrics.text.normalizers import NORMALIZERS, canonical_words, without_script_spaces
from metrics.text.numbers import spoken_number
from tasks.declared.fields import (
    answers_of,
    instructions_of,
    labels_of,
    number_of,
    offered,
    options_of,
    present,
    reordered,
    rule_of,
    text_of,
    transcript_of,
    wanted_text,
    wrong,
)
from tasks.declared.official import strict_transcript, with_official
from tasks.declared.translation import (
    bleu_lacks,
    sacrebleu_part,
    strict_tokenizer,
    translated,
)


def check(doc: Document) -> None:
    """Refuse a document whose fields the rule cannot read.

    Raises:
        InputFileError: file and line (or the item), field, what was found and what is expected.
    """
    reference(doc)
    rule = rule_of(doc)
    if rule["name"] == "instruction":
        try:
            evaluate(*instructions_of(doc, rule), "", strict_reading=True)
        except InstructionError as error:
            raise wrong(doc, rule["arguments"], f"arguments of IFEval ({error})") from error


# --- what the engine asks --------------------------------------------------------------------


def reference(doc: Document) -> Any:
    """Return the reference: transcript, right option or label, number, answers, or instructions with arguments."""
    rule = rule_of(doc)
    name = rule["name"]
    if name == "option":
        texts, gold = offered(doc, rule)
        return texts[gold]
    if name == "label":
        labels = labels_of(doc, rule)
        place = index_of(text_of(doc, rule["answer"]), labels)
        return labels[place or 0]
    if name == "number":
        return number_of(doc, rule["answer"])
    if name == "contains":
        return answers_of(doc, rule)
    if name == "instruction":
        ids, arguments = instructions_of(doc, rule)
        return [{"id": one, **given} for one, given in zip(ids, arguments, strict=True)]
    if name in ("translation", "summary"):
        return wanted_text(doc, rule)
    return transcript_of(doc, rule) if name == "transcript" else text_of(doc, rule["reference"])


def lacking(parameters: Mapping[str, Any]) -> str | None:
    """Return what the official reading lacks on this machine: a word segmenter of the target language."""
    rule = parameters["rule"]
    if rule["name"] != "translation" or rule.get("official") is None:
        return None
    return bleu_lacks(rule.get("language"))


def options(doc: Document) -> tuple[str, ...]:
    """Return the options or labels in order; none for other rules."""
    rule = rule_of(doc)
    if rule["name"] == "option":
        return tuple(options_of(doc, rule))
    return tuple(labels_of(doc, rule)) if rule["name"] == "label" else ()


def positions(doc: Document, response: Any) -> Positions:
    """Return where options stand, the right one and the one that a reply commits to; none for rules without options."""
    rule = rule_of(doc)
    if rule["name"] != "option":
        return Positions(0)
    texts, gold = offered(doc, rule)
    picked = choose(response, texts, gold, doc.get("_aliases")).option
    shown = [text if place < len(options_of(doc, rule)) else "" for place, text in enumerate(texts)]
    return Positions(len(slots(shown)), position_of(gold, shown), position_of(picked, shown))


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with its options in another order; a gold letter or number follows.

    >>> rule = {"name": "option", "options": "choices", "answer": "gold", "answer_is": "letter", "separator": "|"}
    >>> found = reorder({"choices": ["tea", "milk"], "gold": "B", "_params": {"rule": rule}}, (1, 0))
    >>> found["choices"], found["gold"]
    (['milk', 'tea'], 'A')
    """
    return reordered(doc, rule_of(doc), order)


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
            "chance": round(statistics.fmean(1 / len(options_of(doc, rule)) for doc in docs), 6)
        }
    elif rule["name"] == "label":
        labels = rule["labels"] or list(
            dict.fromkeys(text_of(doc, rule["answer"]).strip() for doc in docs)
        )
        if rule["labels"] is None:
            found["labels"] = labels
        if len(labels) > 1:
            anchors["accuracy"] = {"chance": round(1 / len(labels), 6)}
    elif rule["name"] == "number":
        values = [number_of(doc, rule["answer"]) for doc in docs]
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
    if rule["name"] == "translation":
        parts["bleu"] = sacrebleu_part(rule.get("language"), official="official" in rule)
    if "normalizer" in rule:
        parts["norm"] = rule.get("official") or rule["normalizer"]
    return parts | alias_part(docs[0].get("_aliases"))


def judge_slots(doc: Document, response: Any) -> dict[str, str] | None:
    """Return the slots of the judge prompt; ``None`` for a blank reply, which is wrong without a call."""
    if not isinstance(response, str) or not response.strip():
        return None
    slots = {slot: text_of(doc, present(doc, name)) for slot, name in rule_of(doc)["slots"].items()}
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
    found = _SCORERS[rule["name"]](doc, rule, reply)
    return with_official(found, doc, rule, response) if rule.get("official") else found


def _one(correct: float) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def _strict(metrics: Mapping[str, Scored], extracted: Any, **details: Any) -> ItemScore:
    return ItemScore({name: {"strict": one} for name, one in metrics.items()}, extracted, details)


def _transcript(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    if rule.get("official"):
        return strict_transcript(doc, rule, reply)
    normalize = NORMALIZERS[rule["normalizer"]]
    said, heard = normalize(transcript_of(doc, rule)), normalize(reply)
    characters = char_edits(without_script_spaces(said), without_script_spaces(heard))
    parsed = bool(heard)
    found = {"wer": Scored(word_edits(said, heard), parsed), "cer": Scored(characters, parsed)}
    if rule.get("mixed"):
        found["mer"] = Scored(mixed_edits(said, heard), parsed)
    return _strict(found, heard or None)


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
    texts, gold = offered(doc, rule)
    metrics, picked = _choice(doc, reply, texts, gold, letters=True)
    return _strict(metrics, picked)


def _label(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    labels = labels_of(doc, rule)
    gold = index_of(text_of(doc, rule["answer"]), labels)
    assert gold is not None
    metrics, picked = _choice(doc, reply, labels, gold, letters=False)
    metrics["macro_f1"] = Scored(confusion_item(labels[gold], picked), parsed=picked is not None)
    return _strict(metrics, picked)


def _number(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    number, gold = spoken_number(reply), number_of(doc, rule["answer"])
    missed = float(doc.get("_facts", {}).get("mae_ref", 0.0))
    error = missed if number is None else abs(number - gold)
    return _strict({"mae": Scored({"abs_error": error, "n": 1}, parsed=number is not None)}, number)


def _contains(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    said = f" {canonical_words(reply)} "
    answers = answers_of(doc, rule)
    wanted = [f" {canonical_words(answer)} " for answer in answers]
    there = [
        answer
        for answer, form in zip(answers, wanted, strict=True)
        if form.strip() and form in said
    ]
    right = len(there) == len(answers) if rule["match"] == "all" else bool(there)
    return _strict({"accuracy": Scored(_one(right), parsed=bool(said.strip()))}, there)


def _instruction(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    ids, arguments = instructions_of(doc, rule)
    found = evaluate(ids, arguments, reply, strict_reading=True)
    kept = [name for name, passed in zip(ids, found.strict, strict=True) if passed == 1]
    return _strict({"if_rate": Scored(_one(len(kept) == len(ids)), parsed=bool(reply))}, kept)


def _translation(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    metrics = translated(reference(doc), reply, strict_tokenizer(rule.get("language")))
    return _strict(
        {name: Scored(stats, parsed=bool(reply)) for name, stats in metrics.items()}, reply or None
    )


def _summary(doc: Document, rule: Mapping[str, Any], reply: str) -> ItemScore:
    from metrics.measures.rouge_l import rouge_l

    del rule
    found = rouge_l(reference(doc), reply) if reply else 0.0
    return _strict({"rouge_l": Scored({"score": found, "n": 1}, parsed=bool(reply))}, reply or None)


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
    "translation": _translation,
    "summary": _summary,
}
