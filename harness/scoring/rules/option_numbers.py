"""``alarm``: a number between ``<answer>`` tags stands for an option; anything else is the first option.

Source: Blinorot/ALARM 67c6776, ``generate_vllm_mcqa.py`` and ``scripts/benchmarks/evaluation`` (arXiv 2603.09556).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.scoring import Document
from harness.scoring.rules.rule import CHOICE_KEYS, Ruling
from metrics.text.word_set import is_correct


def chosen(reply: str, options: Sequence[str]) -> str:
    """Return the text of the option that a reply stands for, or its number where there is no such option.

    Args:
        reply: the whole reply, reasoning included.
        options: option texts in the order of the data, at least one.

    >>> chosen("<answer> 02 </answer>", ["cat", "dog", "cow"]), chosen("I think a dog", ["cat", "dog", "cow"])
    ('cow', 'cat')
    >>> chosen("<answer>-1</answer>", ["cat", "dog", "cow"]), chosen("<answer>7</answer>", ["cat", "dog", "cow"])
    ('cow', '7')
    """
    text = reply.rpartition("<answer>")[2].partition("</answer>")[0].strip()
    try:
        number = int(text)
    except ValueError:
        number = 0
    try:
        return options[number]
    except IndexError:
        return str(number)


def _keyed(doc: Document) -> list[str]:
    """Return the texts of the choices that an item has; null is the text ``None``."""
    return [str(doc[key]) for key in CHOICE_KEYS if key in doc]


def exact(doc: Document, reply: str) -> dict[str, Ruling]:
    """Compare as for MMSU: texts are equal, in case too, apart from line feeds and outer spaces."""
    text = chosen(reply, _keyed(doc))
    return _accuracy(_plain(text) == _plain(str(doc.get("answer_gt"))), text)


def exact_or_first(doc: Document, reply: str) -> dict[str, Ruling]:
    """Compare as for AIR-Bench: as MMSU, but the text ``None`` is the first choice, and an item without a task is left out."""
    text = chosen(reply, _keyed(doc))
    if doc.get("task_name", "") is None:
        return {"accuracy": Ruling(None, text)}
    shown = str(doc.get("choice_a")) if text == "None" else text
    return _accuracy(_plain(shown) == _plain(str(doc.get("answer_gt"))), text)


def word_set(doc: Document, reply: str) -> dict[str, Ruling]:
    """Compare as for MMAU and MMAR: apply the word-set rule of the benchmark to the option's text."""
    options = [str(one) for one in doc["choices"]]
    text = chosen(reply, options)
    return _accuracy(is_correct(str(doc["answer"]), options, text), text)


def _plain(text: str) -> str:
    return text.strip().replace("\n", "")


def _accuracy(right: bool, read: str) -> dict[str, Ruling]:
    return {"accuracy": Ruling({"correct": int(right), "n": 1}, read)}
