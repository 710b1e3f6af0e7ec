"""Official readings that a declared rule can name: what the scorer of a benchmark says of the same reply, bit-exact.

``rule: {name: option, official: words}`` adds the reading to the strict one. Each rule is described in the README of the benchmark that
it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from harness.types import MISSING, Document, ItemScore, Reading, Scored, Stats
from metrics.text.word_set import is_correct, words


class Ruling(NamedTuple):
    """Verdict of an official scorer on one item, under one metric.

    Attributes:
        stats: its statistics, ``None`` if it leaves the item out.
        parsed: whether it could read the reply.
        stops: whether the script would end with an exception here.
    """

    stats: Stats | None
    parsed: bool = True
    stops: bool = False


Rulings = Mapping[str, Ruling]
"""Metric -> ruling."""


def with_official(
    score: ItemScore, doc: Document, rule: Mapping[str, Any], response: Any
) -> ItemScore:
    """Return a score with the official reading of its rule.

    Args:
        score: the strict reading.
        doc: the item.
        rule: its rule, which names an official one.
        response: the reply as it is stored; ``MISSING`` if there is none.
    """
    found = _RULES[rule["official"]](doc, rule, response)
    metrics: dict[str, Mapping[Reading, Scored]] = dict(score.metrics)
    for name, ruling in found.items():
        official = Scored(None if ruling.stops else ruling.stats, parsed=ruling.parsed)
        metrics[name] = {"official": official, **metrics[name]}
    stopped = frozenset(name for name, ruling in found.items() if ruling.stops)
    return replace(score, metrics=metrics, aborted=score.aborted | stopped)


def _texts(doc: Document, declared: str | list[str]) -> list[str]:
    """Return the option texts as they are stored."""
    values = doc.get(declared) if isinstance(declared, str) else [doc.get(one) for one in declared]
    return [one for one in values or () if isinstance(one, str)]


def _word_set(doc: Document, rule: Mapping[str, Any], response: Any) -> Rulings:
    """MMAR, MMAU: every word of the answer, and none that only other options have."""
    if response is MISSING:
        return {"accuracy": Ruling(None, parsed=False)}
    levels: Mapping[str, list[str]] = rule.get("known") or {}
    unknown = any(name in doc and doc[name] not in values for name, values in levels.items())
    if not isinstance(response, str) or unknown:
        return {"accuracy": Ruling(None, parsed=False, stops=True)}
    texts = _texts(doc, rule["options"])
    said = words(response)
    right = is_correct(str(doc[rule["answer"]]), texts, response)
    read = right or any(words(text) and words(text) <= said for text in texts)
    return {"accuracy": Ruling({"correct": int(right), "n": 1}, parsed=read)}


_RULES: Final[Mapping[str, Callable[[Document, Mapping[str, Any], Any], Rulings]]] = {
    "words": _word_set,
}
