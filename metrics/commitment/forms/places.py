"""Options named by their place: "the second one", "option 2", "number three"."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final

_ORDINALS: Final = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1,
}  # fmt: skip
_PLACE: Final = "|".join(_ORDINALS)
_COUNT: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_NUMBER: Final = r"(?:\d{1,2}|one|two|three|four|five)"
_PLACE_ENDS: Final = (
    r"(?=\s*(?:$|[.,;:!)\n✔✘\"']|(?:is|was|seems|sounds) (?:the |clearly |most |definitely )*(?:correct|right|wrong|incorrect|false|true|best|answer|likely|plausible)\b|fits\b"
    r"|(?:isn't|doesn't|not|but|rather|instead|over|or|and|nor|than|because|since|as)\b|(?:in|on|from) (?:the|your|this) (?:list|options)\b"
    r"|of (?:the )?(?:given |listed )?(?:two|three|four|five|options|choices|answers|list)\b))"
)
_ORDINAL: Final = re.compile(
    rf"(?:the\s+)?\b(?<!my )(?<!your )(?<!our )(?P<noun>{_PLACE})\s+(?:option|entry (?:in|on|of) (?:the|your|this) list(?: of \w+)?|(?:choice|alternative|answer)(?!\s*[:=]\s*\S))\b"
    rf"|\b(?:option|choice|alternative)s?\s+(?:number\s+|no\.?\s*|#\s*)?\(?(?P<number>{_NUMBER})\b\)?(?:(?P<joint>\s*(?:,|/|&|and|or)\s*)(?P<second>{_NUMBER})\b(?=\s*(?:$|[.,;!\n]|(?:are|is|were|fits?|can|could|may|might|seem|do|does)\b)))?"
)
"""A place among the options, named as such."""
_PLACED: Final = re.compile(
    rf"(?:the\s+)?\b(?P<noun>{_PLACE})\s+(?:one|item|candidate|possibility)\b{_PLACE_ENDS}"
    rf"|(?:(?<=\A)|(?<=[\n.:;,(✔✘])|(?<=\bis)|(?<=\b(?:it's|pick|than))|(?<=\bchoose)|(?<=\bselect)|(?<=\b(?:say|not|but|nor))|(?<=\bwith)|(?<=\bor)|(?<=\beither)|(?<=\bboth)|(?<=\bneither))\s*the (?P<alone>{_PLACE}){_PLACE_ENDS}"
    rf"|\A\W*(?P<whole>{_PLACE})\W*\Z"
    rf"|(?:(?<![\ue000-\uf000] is )\b(?:number|nr\.?|no\.)\s*|(?<!\w)#\s?)(?P<number>{_NUMBER})\b(?!\.\d|\s*[:=]\s*\S){_PLACE_ENDS}"
)
"""A place that is named without the word option; it counts where no option has such a word or number itself."""


def with_places(
    low: str, same: Sequence[int], forms: Container[str], base: int, *, counted: bool
) -> str:
    """Return a folded reply with placeholders for options that are named by their place.

    Args:
        low: the folded reply.
        same: for each option, the first one of equal text.
        forms: keys of the forms of all options; a number among them does not mean a place.
        base: code of the placeholder of the first letter.
        counted: whether a number or an ordinal is part of an option, so that only "option 2" and the like is a place.
    """

    def letter(place: str) -> str | None:
        index = _ORDINALS[place] if place in _ORDINALS else (_COUNT.get(place) or int(place)) - 1
        index = len(same) - 1 if place == "last" else index
        if not 0 <= index < min(len(same), 0x800):
            return None
        if place not in _ORDINALS and str(index + 1) in forms:
            return None
        return chr(base + same[index])

    def mark(match: re.Match[str]) -> str:
        named = match.groupdict()
        place = named["noun"] or named.get("alone") or named.get("whole") or named["number"]
        found = letter(place)
        further = letter(named["second"]) if found and named.get("second") else None
        if found is None or (named.get("second") and further is None):
            return match[0]
        return found + (f"{named['joint']}{further}" if further else "")

    low = _ORDINAL.sub(mark, low)
    return low if counted else _PLACED.sub(mark, low)
