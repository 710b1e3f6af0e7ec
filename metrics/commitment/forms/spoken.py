"""Amounts, times and metres as they are spoken, and options that are all places: "six-eight", "a quarter to seven", "at the bank"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

_EDGES: Final = " \n.,;:!?\"'()[]-"
_MONEY: Final = re.compile(r"(?P<sign>[€£])?\s?(?P<whole>\d{1,2})(?:\.(?P<cents>\d{2}))?")
"""An amount; the sign of the dollar is gone, as a mark of formulas."""
_CLOCK: Final = re.compile(r"(?P<hour>1[0-2]|0?[1-9]):(?P<minute>[0-5]\d)(?P<half>\s?[ap]\.?m)?")
_METRE: Final = re.compile(r"(?P<beats>[2-9]|1[0-9])/(?P<unit>2|4|8|16)(?: time)?")
_TEMPO: Final = re.compile(r"(?P<number>\d{1,3})\s?bpm")
_PLACE: Final = re.compile(r"(?:in|at|on|inside) (?:an?|the) (?P<noun>[a-z]{3,}(?: [a-z]{3,})?)")
_UNITS: Final = {"€": ("euro", "cents"), "£": ("pound", "pence"), "": ("dollar", "cents")}


def spoken_forms(text: str, texts: Sequence[str], in_words: Callable[[int], str]) -> list[str]:
    """Return an amount, time, metre or tempo in spoken words, a place in other words for "in"; nothing for another text.

    Args:
        text: the option, folded.
        texts: all options, folded; places count only where all are places.
        in_words: a number below a hundred in words.

    >>> spoken_forms("6/8", ("6/8", "3/4"), {6: "six", 8: "eight"}.__getitem__)
    ['six-eight', 'six eight', 'six-eight time', 'six over eight']
    """
    bare = text.strip(_EDGES)
    money = _MONEY.fullmatch(bare)
    if money and (money["sign"] or money["cents"]):
        return _amount(money, in_words)
    if clock := _CLOCK.fullmatch(bare):
        return _time(int(clock["hour"]), int(clock["minute"]), in_words)
    if metre := _METRE.fullmatch(bare):
        beats, unit = in_words(int(metre["beats"])), in_words(int(metre["unit"]))
        return [
            f"{beats}-{unit}",
            f"{beats} {unit}",
            f"{beats}-{unit} time",
            f"{beats} over {unit}",
        ]
    if tempo := _TEMPO.fullmatch(bare):
        number = int(tempo["number"])
        said = _hundreds(number, in_words)
        beats_ = ("beats per minute", "beats a minute")
        return [f"{form} {unit}" for form in (str(number), *said) for unit in beats_]
    place = _PLACE.fullmatch(bare)
    if place and len(texts) > 1 and all(_PLACE.fullmatch(other.strip(_EDGES)) for other in texts):
        return [
            f"{where} {article} {place['noun']}"
            for where in ("in", "at", "inside")
            for article in ("a", "an", "the")
        ]
    return []


def _amount(money: re.Match[str], in_words: Callable[[int], str]) -> list[str]:
    whole, cents = int(money["whole"]), int(money["cents"] or 0)
    unit, coin = _UNITS[money["sign"] or ""]
    wholes = in_words(whole)
    unit = unit if whole == 1 else f"{unit}s"
    if not cents:
        return [f"{wholes} {unit}", f"{whole} {unit}"]
    rest = in_words(cents)
    return [
        f"{wholes} {unit} and {rest} {coin}",
        f"{wholes} {unit} {rest}",
        f"{wholes} {unit} and {rest}",
        f"{whole} {unit} and {cents} {coin}",
        f"{whole}.{money['cents']} {unit}",
        f"{wholes} {rest}",
    ]


def _time(hour: int, minute: int, in_words: Callable[[int], str]) -> list[str]:
    this, after = in_words(hour), in_words(hour % 12 + 1)
    if not minute:
        return [f"{this} o'clock", f"{hour} o'clock"]
    minutes = in_words(minute) if minute > 9 else f"oh {in_words(minute)}"
    found = [f"{this} {minutes}"]
    if minute == 30:
        found.append(f"half past {this}")
    elif minute < 30:
        found += [f"quarter past {this}"] * (minute == 15) + [f"{in_words(minute)} past {this}"]
    else:
        found += [f"quarter to {after}"] * (minute == 45) + [f"{in_words(60 - minute)} to {after}"]
    return found


def _hundreds(number: int, in_words: Callable[[int], str]) -> list[str]:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return [in_words(number)]
    lead = [f"{in_words(hundreds)} hundred", *(["a hundred"] if hundreds == 1 else [])]
    if not rest:
        return lead
    ends = in_words(rest)
    return [form for one in lead for form in (f"{one} and {ends}", f"{one} {ends}")] + [
        f"{in_words(hundreds)} {ends}"
    ]
