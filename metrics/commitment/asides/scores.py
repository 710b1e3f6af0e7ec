"""Scores of options: shares, points, stars and grades, of which the largest chooses.

``scored`` looks at a masked, folded reply in which every option that is named has one score of the same kind ("▢: 70%, ▢: 30%", "▢ scores 2 of 5,
▢ scores 4 of 5", "P(▢)=0.7, P(▢)=0.2", "▢ ★★★ ▢ ★"); the best one may be named once more at the end. Ranks, where less is better, do not count.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.mentions import MENTION
from metrics.text import late

_M: Final = MENTION
_CLOSE: Final = r"[)\]\"']{0,2}"
_GRADES: Final = {
    "very low": 0, "very unlikely": 0, "low": 1, "unlikely": 1, "medium": 2, "moderate": 2, "possible": 2, "high": 3, "likely": 3, "very high": 4, "very likely": 4,
}  # fmt: skip
_SCORE: Final = late.compile(
    rf"(?P<x>{_M}){_CLOSE}(?:[^\ue000-\uf000\n\d%★☆⭐]{{0,28}}?(?<![\d.])(?P<number>\d{{1,3}}(?:\.\d{{1,4}})?|\.\d{{1,4}})\s?"
    r"(?P<unit>%|percent\b|per cent\b|(?:/|out of|of)\s?\d{1,3}|points?\b|pts?\b|stars?\b|votes?\b)?(?![\w%]|\.\d|\s?(?:s|secs?|seconds?|k?hz|db|bpm|times|years?|minutes?|notes?|people|speakers?)\b)"
    rf"|\s?[:=|(—-]?\s?(?P<stars>[★☆⭐]{{1,10}})|\s*[:=|(-]\s*(?P<grade>{'|'.join(sorted(_GRADES, key=len, reverse=True))})\s*(?=[,;.|)\n}}]|\Z))"
)
_BEFORE: Final = late.compile(
    rf"(?<![\d.])(?P<number>\d{{1,3}}(?:\.\d{{1,4}})?)\s?(?P<unit>%|percent|per cent|points?)(?: (?:for|on|to|sure (?:it's|it is|of)|(?:chance|probability|likelihood|confidence) (?:of|for|in|that it is)))? (?:an? |the |option )?(?P<x>{_M})"
)
_SCORED: Final = late.compile(
    r"\b(?:scor\w+|ratings?|rated?|probabilit\w+|likelihoods?|confidences?|points?|votes?|weights?|p\()"
)
_REVERSED: Final = late.compile(
    r"\b(?:rank\w*|errors?|distances?|loss|penalt\w+|places?|positions?|costs?|top[- ]?\d)\b"
)
_HINT: Final = late.compile(r"[\d★☆⭐]|\b(?:low|unlikely|high|likely|medium|moderate)\b")
_ANY: Final = late.compile(_M)


def scored(text: str) -> str:
    r"""Return a text in which every option has a score with the best one called right; any other text as it is.

    >>> scored("\ue800: 0.2, \ue801: 0.8")
    '\ue801 is correct'
    """
    if not _HINT.search(text):
        return text
    found = list(_BEFORE.finditer(text)) or list(_SCORE.finditer(text))
    if len(found) < 2:
        return text
    ranked, told = _REVERSED.search(text) is not None, _SCORED.search(text) is not None
    kinds = {_kind(one, ranked=ranked, told=told) for one in found}
    if len(kinds) > 1 or None in kinds:
        return text
    scores = [(one["x"], _value(one)) for one in found]
    best = max(score for _, score in scores)
    named = _ANY.findall(text)
    if len(named) == len(scores) + 1 and (named[-1], best) in scores:
        named.pop()  # the best one is named again
    first = [option for option, score in scores if score == best]
    if len(named) != len(scores) or len(first) > 1 or len(set(named)) < len(named):
        return text
    return f"{first[0]} is correct"


def _kind(one: re.Match[str], *, ranked: bool, told: bool) -> str | None:
    """Return what a score counts in; ``None`` if a bare number does not count.

    Args:
        one: the score.
        ranked: whether the reply speaks of ranks.
        told: whether it calls its numbers scores.
    """
    said = one.groupdict()
    if said.get("stars"):
        return "stars"
    if said.get("grade"):
        return "grade"
    unit = (one["unit"] or "").replace("out of", "/").replace("of", "/").replace(" ", "")
    if unit:
        return "%" if unit in ("%", "percent") else unit.rstrip("s")
    if ranked:
        return None
    decimal = "." in one["number"] and float(one["number"]) <= 1
    return "" if decimal or one["number"] in ("0", "1") or told else None


def _value(one: re.Match[str]) -> float:
    said = one.groupdict()
    if stars := said.get("stars"):
        return float(len(stars) - stars.count("☆"))
    return float(_GRADES[said["grade"]] if said.get("grade") else one["number"])
