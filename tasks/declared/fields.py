"""Fields of a declared item, as its rule names them: texts, lists of options, the right one, numbers, labels, instructions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.errors import InputFileError
from harness.types import Document
from metrics.commitment.closed import index_of
from metrics.commitment.listed import rearranged, slots
from metrics.text.normalizers import canonical_words

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rule_of(doc: Document) -> Mapping[str, Any]:
    """Return the parameters of a document's rule."""
    rule: Mapping[str, Any] = doc["_params"]["rule"]
    return rule


def wrong(doc: Document, name: str, expected: str) -> InputFileError:
    """Return the error about a field of an item."""
    found = repr(doc[name]) if name in doc else "missing"
    return InputFileError(
        f"field {name!r} is {found[:120]}, expected {expected}",
        where=str(doc.get("_where") or f"item {doc.get('_id')}"),
    )


def present(doc: Document, names: str) -> str:
    """Return which field of ``a|b`` an item has, the last one if none.

    >>> present({"category": "birds", "transcript": None}, "transcript|category")
    'category'
    """
    found = names.split("|")
    return next((one for one in found if doc.get(one) not in (None, "")), found[-1])


def text_of(doc: Document, name: str) -> str:
    """Return a field that holds a text or a number, as text.

    Raises:
        InputFileError: it is missing, blank or of another kind.
    """
    value = doc.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, (str, int, float))
        or str(value).strip() == ""
        or value != value  # a number that a table has left out
    ):
        raise wrong(doc, name, "a text")
    return str(value)


def wanted_text(doc: Document, rule: Mapping[str, Any]) -> str:
    """Return the reference of a translation or summary; of several fields that a rule names, the first that is there.

    Raises:
        InputFileError: it is missing, blank or of another kind.
    """
    names: str | list[str] = rule["reference"]
    return text_of(doc, present(doc, names if isinstance(names, str) else "|".join(names)))


def texts_of(doc: Document, name: str, separator: str) -> list[str]:
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
        raise wrong(doc, name, f"a list of texts, or texts with {separator!r} between them")
    return ["" if one is None else str(one) for one in value]


def options_of(doc: Document, rule: Mapping[str, Any]) -> list[str]:
    """Return the options of an item.

    Raises:
        InputFileError: there are fewer than two, or one in a cell is empty.
    """
    declared = rule["options"]
    if isinstance(declared, str):
        found = texts_of(doc, declared, rule["separator"])
        if len(found) < 2:
            raise wrong(
                doc, declared, f"two or more options, with {rule['separator']!r} between them"
            )
        if isinstance(doc[declared], str) and not all(map(str.strip, found)):
            raise wrong(doc, declared, "options none of which is empty")
        return found
    texts = ["" if doc.get(name) is None else str(doc[name]) for name in declared]
    while texts and not texts[-1].strip():  # a question with fewer options than columns
        texts.pop()
    if len(texts) < 2:
        raise wrong(doc, declared[0], "two or more options")
    return texts


def gold_of(doc: Document, rule: Mapping[str, Any], texts: Sequence[str]) -> int:
    """Return the index of the right option."""
    name, how = rule["answer"], rule["answer_is"]
    answer = text_of(doc, name).strip()
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
        raise wrong(
            doc, name, f"one of the options {listed}"
            if how == "text" else f"{how} of one of {len(texts)} options (rule.answer_is)"
        )  # fmt: skip
    return index


def offered(doc: Document, rule: Mapping[str, Any]) -> tuple[list[str], int]:
    """Return the options and the index of the right one; with an official rule the answer may stand outside them."""
    texts = options_of(doc, rule)
    answer = doc.get(rule["answer"])
    outside = isinstance(answer, str) and answer.strip() and index_of(answer, texts) is None
    if outside and rule.get("official") and rule["answer_is"] == "text":
        return [*texts, str(answer)], len(texts)
    return texts, gold_of(doc, rule, texts)


def reordered(doc: Document, rule: Mapping[str, Any], order: Sequence[int]) -> Document:
    """Return an item with its options in another order; empty fields stay, an answer by letter or number follows.

    Args:
        doc: the item.
        rule: its rule.
        order: for each position among the options that are not blank, which one moves there.
    """
    declared, texts = rule["options"], options_of(doc, rule)
    places = slots(texts)
    changed = dict(doc)
    if isinstance(declared, str):
        value = doc[declared]
        changed[declared] = rearranged(value if isinstance(value, list) else texts, order, _shown)
    else:
        for place, source in zip(places, order, strict=True):
            changed[declared[place]] = doc[declared[places[source]]]
    if rule["answer_is"] != "text":
        gold = gold_of(doc, rule, texts)
        if gold in places:
            there = places[list(order).index(places.index(gold))]
            changed[rule["answer"]] = _moved(doc[rule["answer"]], rule["answer_is"], gold, there)
    return changed


def _shown(value: Any) -> bool:
    return value is not None and bool(str(value).strip())


def _moved(answer: Any, how: str, before: int, after: int) -> Any:
    """Return an answer by letter or number that names another option, in the form that it has."""
    if how == "letter":
        letter = _LETTERS[before]
        for old, new in ((letter, _LETTERS[after]), (letter.lower(), _LETTERS[after].lower())):
            if old in answer:
                return answer.replace(old, new, 1)
    if isinstance(answer, str):
        shift = int(how == "index1")
        return answer.replace(str(before + shift), str(after + shift), 1)
    return answer + (after - before)


def number_of(doc: Document, name: str) -> float:
    """Return a field that holds a finite number.

    Raises:
        InputFileError: it does not.
    """
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
        raise wrong(doc, name, "a finite number")
    return number


def labels_of(doc: Document, rule: Mapping[str, Any]) -> list[str]:
    """Return the labels: declared ones, else those of the whole split."""
    declared = rule["labels"]
    labels: list[str] = list(
        declared if declared is not None else doc.get("_facts", {}).get("labels", ())
    )
    if index_of(text_of(doc, rule["answer"]), labels) is None:
        raise wrong(doc, rule["answer"], f"one of the labels {', '.join(map(repr, labels[:12]))}")
    return labels


def instructions_of(
    doc: Document, rule: Mapping[str, Any]
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the instruction ids of an item and their arguments, without nulls.

    Raises:
        InputFileError: the lists are malformed.
    """
    ids, arguments = doc.get(rule["ids"]), doc.get(rule["arguments"])
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
        raise wrong(doc, rule["ids"], "a list of instruction ids")
    if not isinstance(arguments, list) or len(arguments) != len(ids):
        raise wrong(doc, rule["arguments"], "a list with one mapping of arguments per instruction")
    given = [{k: v for k, v in (one or {}).items() if v is not None} for one in arguments]
    return ids, given


def transcript_of(doc: Document, rule: Mapping[str, Any]) -> str:
    """Return the reference transcript of an item; only a rule with an official reading may have a blank one.

    Raises:
        InputFileError: there is none.
    """
    declared = rule["reference"]
    names = [declared] if isinstance(declared, str) else declared
    name = next((one for one in names if one in doc), names[0])
    value = doc.get(name)
    if rule.get("official") and isinstance(value, str):
        return value
    return text_of(doc, name)


def answers_of(doc: Document, rule: Mapping[str, Any]) -> list[str]:
    """Return the answers that a reply may contain; one without a word could be found in no reply.

    Raises:
        InputFileError: there is none, or one without a word.
    """
    texts = texts_of(doc, rule["answers"], rule["separator"])
    if not all(canonical_words(text).strip() for text in texts):
        raise wrong(doc, rule["answers"], "answers with a word or number in each of them")
    return texts
