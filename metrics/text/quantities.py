"""What a question asks for as a number: the units that fit, the values that can be, the range that it names.

A number with the unit of another quantity ("25 Hz" where an age is asked for) is about something else, and so is a
calendar year ("born in 1990"). A number without a unit, or with a word that is not one, may be the answer. All searches
are local to the number, so reading stays linear.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_UNITS: Final = {
    "years": r"years?|yrs?|y/?o|ans?|jahre?n?|años?|anos?|anni|лет|год[а]?|岁|歲|歳|才|살",
    "time": r"milliseconds?|ms|secs?|seconds?|(?<= )s|mins?|minutes?|hours?|hrs?|days?|weeks?|fortnights?|months?|decades?|century|centuries"
    r"|millennia|sekunden?|minuten?|stunden?|tagen?|tage?|wochen?|monate?n?|secondes?|heures?|jours?|semaines?|mois|segundos?|minutos?|horas?|días?"
    r"|semanas?|mes(?:es)?|secondi|minuti|ore|giorni|mesi|секунды?|минуты?|месяц(?:а|ев)?|秒|分钟|小时|天|个月|個月|ヶ月|か月|초|개월",
    "frequency": r"[kmg]?hz|(?:kilo|mega)?hertz|cycles per second|bpm|beats per minute|赫兹|ヘルツ",
    "length": r"mm|cm|km|inch(?:es)?|feet|foot|ft|miles?|yards?|(?:kilo|centi|milli)?met(?:re|er)s?",
    "mass": r"[km]?gs?|kilos?|(?:kilo|milli)?grams?|lbs?|ounces?|oz|stones?|tons?|tonnes?|公斤",
    "loudness": r"db[a-z]?|decibels?",
    "share": r"%|percent|per cent|prozent|pour ?cent|por ?ciento|percentile",
    "money": r"[$€£¥₹₩]|usd|eur|gbp|dollars?|euros?|pounds?|cents?|yen|yuan|rupees?|bucks",
    "temperature": r"°(?:[ ]*[cf]\b)?|degrees?|celsius|fahrenheit|kelvin",
    "speed": r"mph|kmh|km/h|kph|m/s",
    "count": r"words?|people|persons|questions|chapters|speakers|voices|points?|times|clips?|syllables?|letters|items|steps|sentences|phonemes|pauses|samples|frames|bits?|bytes|[kmg]b|kbps|overtones|harmonics|partials|beats|bars|vowels|consonants",
    "semitones": r"semitones?|half[ -]?steps",
    "notes": r"notes?|keys?",
}
"""Quantity -> its units, as a regular expression in canonical form."""
LISTED: Final = (
    r"(?<!one )(?<!either )(?<!any )(?<!some )\b(?:out of|from|among|amongst|of)[ ](?:the[ ]|these[ ]|those[ ]|all[ ])*(?:(?:given|provided|listed|available|possible|offered|allowed)[ ])?"
    r"(?:options|choices|values|candidates|possibilities|alternatives)[ ]?(?:[(:\[]|are|were|of)?[ ]?\d+(?:[ ]?(?:,|/|and|or|,[ ]?and|,[ ]?or)[ ]?\d+){2,20}[)\]]?"
)
"""What a reply says it chose from: "out of the given options 127, 100 and 75"; at least three numbers."""
_CALENDAR: Final = re.compile(
    r"\b(?:born|since|in|year|circa|from)[ ](?:(?:in|around|about|the year|of)[ ]){0,2}\Z"
)
_YEARS: Final = range(1700, 2200)
_MONEY: Final = re.compile(r"[$€£¥₹₩][ ]?[-+]?\Z")
_BESIDE: Final = re.compile(r"[ ]?(?:years?|yrs?)?(?:[ ]old)?[ ,]*(?:and[ ])?\Z")


@dataclass(frozen=True)
class Quantity:
    """A quantity that a question asks for.

    Attributes:
        fits: the quantities whose units an answer may have; any unit if empty.
        least: the smallest value that can be.
        most: the largest value that can be.
        asked: the range that the question names; a reply that repeats it gives no number.
        decades: read "in their 40s" as the range 40 to 49.
    """

    fits: frozenset[str] = field(default=frozenset())
    least: float = -math.inf
    most: float = math.inf
    asked: tuple[float, float] | None = None
    decades: bool = False

    @cached_property
    def _misfit(self) -> re.Pattern[str] | None:
        if not self.fits:
            return None
        if unknown := self.fits - set(_UNITS):
            raise ValueError(f"units of {sorted(unknown)}; known are those of {sorted(_UNITS)}")
        others = "|".join(units for name, units in _UNITS.items() if name not in self.fits)
        return re.compile(rf"(?:[ ]|-(?=[a-z]))?(?:{others})(?![^\W\d_])")

    def holds(self, low: float, high: float) -> bool:
        """Return whether all from ``low`` to ``high`` can be the answer.

        >>> age = Quantity(least=0, most=120)
        >>> age.holds(25, 25), age.holds(25, 250), age.holds(-5, -5)
        (True, False, False)
        """
        return self.least <= low and high <= self.most

    def misfits(self, text: str, start: int, end: int, value: float | None) -> bool:
        """Return whether the number at ``text[start:end]`` is of another quantity, by its unit or as a calendar year.

        >>> age = Quantity(fits=frozenset({"years"}))
        >>> [age.misfits(text, 0, 2, 25) for text in ("25 hz", "25 years", "25%", "25 male")]
        [True, False, True, False]
        """
        if self._misfit is None:
            return False
        before = text[max(0, start - 24) : start]
        if before.endswith("$") and "$" in text[end : end + 40]:
            return False  # LaTeX
        if self._misfit.match(text, end) or _MONEY.search(before):
            return True
        return value in _YEARS and _CALENDAR.search(before) is not None

    def ends_otherwise(self, text: str) -> bool:
        """Return whether a number in words ends with a unit of another quantity; "cent" is the French hundred."""
        last = re.search(r"(?<= )[^ ]+\Z", text.strip(" .!"))
        return last is not None and last[0] != "cent" and self.misfits(last[0], 0, 0, None)

    def continues(self, gap: str) -> bool:
        """Return whether a number behind such a gap adds to the one before it ("25 years and 3 months")."""
        return _BESIDE.fullmatch(gap) is not None


ANY: Final = Quantity()
"""Any number, in any unit."""
