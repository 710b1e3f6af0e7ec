"""Scoring of the quickstart suite; every metric has the strict reading only.

``doc["_params"]["kind"]`` chooses the rule. A reply that is missing, null, blank or no text is unparsed
and as wrong as its metric allows: all words deleted, a wrong option, ``mae_ref`` off, an instruction not
kept. Nothing leaves a denominator, nothing is drawn at random, no judge is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from harness.errors import InputFileError
from harness.types import Document, ItemScore, Positions, Scored
from metrics import vanilla
from metrics.commitment.closed import read
from metrics.commitment.listed import rearranged
from metrics.measures.macro_f1 import confusion_item
from metrics.text.edits import char_edits, word_edits
from metrics.text.normalizers import NORMALIZERS, without_script_spaces
from metrics.text.numbers import spoken_number
from tasks.quickstart.instructions import keeps


def score(doc: Document, response: Any, verdicts: Sequence[str] | None) -> ItemScore:
    """Score one reply.

    Args:
        doc: an item; ``_params`` holds ``kind`` and, by kind, ``normalizer`` or ``mae_ref``.
        response: the reply; anything but text counts as a blank reply.
        verdicts: unused, no metric of the suite is judged.

    >>> item = {"answer": 12, "_params": {"kind": "number", "mae_ref": 23.75}}
    >>> score(item, "There are twenty of them.", None).metrics["mae"]["strict"].stats
    {'abs_error': 8.0, 'n': 1}
    >>> score(item, "Many.", None).metrics["mae"]["strict"]
    Scored(stats={'abs_error': 23.75, 'n': 1}, parsed=False)
    """
    del verdicts
    reply = response.strip() if isinstance(response, str) else ""
    return _RULES[doc["_params"]["kind"]](doc, reply)


_READ: Final[Mapping[str, Mapping[str, tuple[str, Callable[[Any], bool]]]]] = {
    "transcription": {"text": ("text", lambda value: isinstance(value, str))},
    "number": {
        "answer": (
            "a finite number",
            lambda value: type(value) in (int, float) and abs(value) < float("inf"),
        )
    },
    "instruction": {
        "instruction_id": ("the id of a rule", lambda value: isinstance(value, str)),
        "kwargs": ("an object", lambda value: isinstance(value, dict)),
    },
}
_OPTIONS: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "options": (
        "a list of texts",
        lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    ),
    "answer": ("text", lambda value: isinstance(value, str)),
}


def annotate(docs: list[Document], origin: Literal["file", "data"]) -> None:
    """Check the fields that scoring reads.

    Raises:
        InputFileError: a field has another type; item and field are named.
    """
    del origin
    for doc in docs:
        kind = doc["_params"]["kind"]
        fields = _OPTIONS if kind in ("choice", "keyword") else _READ[kind]
        for name, (expected, fits) in fields.items():
            if name in doc and not fits(doc[name]):
                raise InputFileError(
                    f"field {name!r} is {doc[name]!r}, expected {expected}",
                    where=f"item {doc.get('_id')}",
                )


def options(doc: Document) -> tuple[str, ...]:
    """Return the options in prompt order; none for kinds without options."""
    return tuple(doc.get("options", ()))


def positions(doc: Document, response: Any) -> Positions:
    """Return where the options stand, the right one and the one that a reply commits to.

    >>> positions({"options": ["tea", "milk"], "answer": "milk", "_params": {"kind": "choice"}}, "A")
    Positions(options=2, gold=1, chosen=0)
    """
    texts = options(doc)
    if not texts:
        return Positions(0)
    gold = texts.index(doc["answer"]) if doc["answer"] in texts else None
    letters = doc["_params"]["kind"] == "choice"
    return Positions(len(texts), gold, read(response, texts, letters=letters).option)


def reorder(doc: Document, order: Sequence[int]) -> Document:
    """Return an item with its options in another order."""
    return {**doc, "options": rearranged(doc["options"], order)}


def reference(doc: Document) -> Any:
    """Return the sentence, right option, number, or the instruction with its arguments.

    >>> reference({"answer": 12, "_params": {"kind": "number", "mae_ref": 23.75}})
    12
    """
    kind = doc["_params"]["kind"]
    if kind == "transcription":
        return doc["text"]
    if kind == "instruction":
        return {"instruction_id": doc["instruction_id"], "kwargs": doc["kwargs"]}
    return doc["answer"]


def signature(docs: Sequence[Document]) -> dict[str, str]:
    """Return the normaliser of the text metrics, as a part of the signature.

    >>> signature([{"_params": {"kind": "transcription", "normalizer": "canonical"}}])
    {'norm': 'canonical'}
    """
    names = {doc["_params"].get("normalizer") for doc in docs} - {None}
    return {"norm": "+".join(sorted(names))} if names else {}


def _one(correct: bool) -> dict[str, float]:
    return {"correct": int(correct), "n": 1}


def _transcription(doc: Document, reply: str) -> ItemScore:
    normalize = NORMALIZERS[doc["_params"]["normalizer"]]
    said, heard = normalize(doc["text"]), normalize(reply)
    wer = Scored(word_edits(said, heard), parsed=bool(heard))
    characters = char_edits(without_script_spaces(said), without_script_spaces(heard))
    cer = Scored(characters, parsed=bool(heard))
    return ItemScore({"wer": {"strict": wer}, "cer": {"strict": cer}}, extracted=heard or None)


def _option_metrics(answer: str, picked: str | None) -> dict[str, Scored]:
    read = picked is not None
    return {
        "accuracy": Scored(_one(picked == answer), parsed=read),
        "abstention_rate": Scored(_one(not read)),
    }


def _choice(doc: Document, reply: str) -> ItemScore:
    index = read(reply, doc["options"]).option
    picked = None if index is None else doc["options"][index]
    metrics = _option_metrics(doc["answer"], picked)
    return ItemScore({name: {"strict": scored} for name, scored in metrics.items()}, picked)


def _keyword(doc: Document, reply: str) -> ItemScore:
    index = read(reply, doc["options"], letters=False).option
    picked = None if index is None else doc["options"][index]
    metrics = _option_metrics(doc["answer"], picked)
    metrics["macro_f1"] = Scored(confusion_item(doc["answer"], picked), parsed=picked is not None)
    return ItemScore({name: {"strict": scored} for name, scored in metrics.items()}, picked)


def _number(doc: Document, reply: str) -> ItemScore:
    number = spoken_number(reply)
    error = doc["_params"]["mae_ref"] if number is None else abs(number - doc["answer"])
    scored = Scored({"abs_error": error, "n": 1}, parsed=number is not None)
    return ItemScore({"mae": {"strict": scored}}, extracted=number)


def _instruction(doc: Document, reply: str) -> ItemScore:
    kept = keeps(reply, doc["instruction_id"], doc["kwargs"])
    scored = Scored(_one(kept), parsed=bool(reply))
    return ItemScore({"if_rate": {"strict": scored}}, extracted=kept)


_RULES: Final[Mapping[str, Callable[[Document, str], ItemScore]]] = {
    "transcription": _transcription,
    "choice": _choice,
    "keyword": _keyword,
    "number": _number,
    "instruction": _instruction,
}

process_results = vanilla.hook(score)
aggregate = vanilla.aggregate
