r"""The strict reader of a judge's score: one rule for every benchmark with a numeric scale.

``5``, ``5.``, ``5.0``, ``5/5``, ``5 out of 5``, ``[[5]]``, ``**Score:** 5``, ``Rating: [5]``, a heading with the score below it, JSON and
``I would give it a 5.`` are 5. Places are looked at in this order, and the first one that holds anything decides:

1. the whole reply as a number; ``[[n]]``; a field of a JSON object;
2. a line that begins with ``score`` or ``rating``, then one that begins with another usual key;
3. such a key after a full stop or another break inside a line;
4. a line that is a score and nothing else, the number that begins the first line, and sentences that rate;
5. ``score`` anywhere in a line.

Several different scores in one place, a range, a number off the scale and another scale (``7/10``) are unread.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from metrics.judge.plain_reply import after_reasoning, json_fields, outside_json, plain_lines
from metrics.judge.verdict_reader import BREAK, CLOSE, KEYS, LEAD, NOTE, OPEN

_WORDS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_NUMBER: Final = rf"{OPEN}(?P<sign>[+-]?)(?P<number>\d{{1,9}}(?:\.\d{{1,9}})?|{'|'.join(_WORDS)})(?![\w])(?!\.\d|,\d)"
_SCALE: Final = re.compile(
    rf"{CLOSE}\s*\(?\s*(?:/|out\s+of|of)\s*(?:a\s+(?:total|maximum|possible)\s+(?:of\s+)?)?{OPEN}(\d+(?:\.0)?|five|ten)\b",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(
    rf"{CLOSE}\s*(?:(?:-|~|:|\||/|to|or|and|through|vs\.?|&)\s*(?:an?\s+)?{OPEN}(?:\d|one\b|two\b|three\b|four\b|five\b|a\s+half)"
    rf"|,?\s+{OPEN}[1-5](?:\.\d)?{CLOSE}\s*(?:$|[,.;])|\s+\d/\d|%|\+(?!\w)|\?)",
    re.IGNORECASE,
)
_LONGEST_NUMBER: Final = 400
_BRACKETED: Final = re.compile(
    r"\[\[\s*([+-]?\d{1,9}(?:\.\d{1,9})?)\s*(?:/\s*(\d+)\s*)?\]\]", re.ASCII
)
_ASKED: Final = r"scores?|ratings?"
_SEPARATOR: Final = r"\s*(?:(?:is|was)\s*)?(?:[:=|]{1,4}>?|(?:\s-{1,4}>?|->)(?=\s))\s*"
_RATES: Final = re.compile(
    r"\b(?:rate|rated|give|gives|given|score|scored|scores|grade|assign|assigned|award|awarded|deserves?|merits?|earns?|gets?"
    r"|receives?|(?:score|rating|grade)\s+(?:is|of|would be|should be))\b(?:\s+|[^.\n\d]{0,60}?"
    r"(?:\b(?:an?|as|is|of|be|at|with|it|this|response|answer|reply)\s*:?\s+|[:=]\s*))(?=[\s\"'(\[{<]*[+-]?(?:\d|one\b|two\b|three\b|four\b|five\b))",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(r"\s*(?:$|[-:,;(]|\.\s*$|\.\s+\D|points?\b|stars?\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    value: float | None


@dataclass(frozen=True)
class ScoreReader:
    """Reads scores on a scale.

    Attributes:
        lowest: the lowest score of the scale.
        highest: the highest one.
        whole: whether only whole numbers are scores (``4.0`` is one).
    """

    lowest: int = 1
    highest: int = 5
    whole: bool = False

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        asked = rf"{OPEN}(?:{LEAD})(?:{_ASKED}){CLOSE}{NOTE}{CLOSE}"
        keyed = rf"{OPEN}(?:{LEAD})(?:{KEYS}|overall|total|marks?|points?){CLOSE}{NOTE}{CLOSE}"
        parts = {
            "number": _NUMBER,
            "asked": rf"{asked}{_SEPARATOR}",
            "keyed": rf"{keyed}{_SEPARATOR}",
            "asked head": rf"{asked}\s*:?\s*$",
            "keyed head": rf"{keyed}\s*:?\s*$",
            "asked pair": rf"{asked}\s+(?=[^\s:]+(?:\s*(?:/|out of)\s*\S+)?$)",
            "inside": rf"{BREAK}{keyed}{_SEPARATOR}",
            "anywhere": rf"(?<![\w\"'])(?:{_ASKED}){CLOSE}{NOTE}{_SEPARATOR}",
        }
        return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in parts.items()}

    def read(self, reply: str) -> float | None:
        """Return the score of a judge reply, ``None`` if it commits to none or to several."""
        outside = plain_lines(outside_json(reply))
        for place in (
            self._bare(reply),
            self._line_starts(outside, "asked"),
            self._bracketed(reply),
            self._in_json(reply),
        ):
            if values := {found.value for found in place}:
                return values.pop() if len(values) == 1 else None
        lines = plain_lines(reply)
        for place in (
            self._line_starts(lines, "asked"),
            self._line_starts(lines, "keyed"),
            self._inside(lines, "inside"),
            self._loose(lines),
            self._inside(lines, "anywhere"),
        ):
            if values := {found.value for found in place}:
                return values.pop() if len(values) == 1 else None
        return None

    def _on_scale(self, value: float) -> float | None:
        if not math.isfinite(value) or not self.lowest <= value <= self.highest:
            return None
        return value if value == int(value) or not self.whole else None

    def _bare(self, reply: str) -> Iterator[_Found]:
        text = after_reasoning(reply)
        if len(text) > _LONGEST_NUMBER:
            return
        try:
            value = float(text)
        except ValueError:
            return
        yield _Found(self._on_scale(value))

    def _bracketed(self, reply: str) -> Iterator[_Found]:
        for found in _BRACKETED.finditer(after_reasoning(reply)):
            scale = found[2]
            fits = scale is None or int(scale) == self.highest
            yield _Found(self._on_scale(float(found[1])) if fits else None)

    def _in_json(self, reply: str) -> Iterator[_Found]:
        fields = json_fields(reply)
        other = re.compile(rf"(?:(?:final|overall)[_ ]?)?(?:{KEYS}|overall)", re.IGNORECASE)
        asked = re.compile(rf"(?:(?:final|overall)[_ ]?)?(?:{_ASKED})", re.IGNORECASE)
        for names in (asked, other):
            found = [self._json_value(value) for name, value in fields if names.fullmatch(name)]
            if any(found):
                yield from (one for one in found if one)
                return

    def _json_value(self, value: Any) -> _Found | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return _Found(self._on_scale(value) if abs(value) < 1e9 else None)
        if not isinstance(value, str):
            return None
        return self._value(" ".join(plain_lines(value)), 0)

    def _value(self, line: str, start: int) -> _Found | None:
        """Read the score that begins at a place of a line; ``None`` if there is no number."""
        match = self._patterns["number"].match(line, start)
        if match is None:
            return None
        word = match["number"].lower()
        value = float(_WORDS.get(word, 0) or word)
        end = match.end()
        if scale := _SCALE.match(line, end):
            if scale[1].lower() not in (str(self.highest), f"{self.highest}.0", "five"):
                return _Found(None)
            end = scale.end()
        if match["sign"] == "-" or _RANGE.match(line, end):
            return _Found(None)
        return _Found(self._on_scale(value))

    def _line_starts(self, lines: Sequence[str], kind: str) -> Iterator[_Found]:
        for number, line in enumerate(lines):
            found = None
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if key := self._patterns[kind].match(line):
                found = self._value(line, key.end())
                if key.end() == len(line):
                    found = self._value(following, 0)
            elif self._patterns[f"{kind} head"].match(line):
                found = self._value(following, 0)
            elif kind == "asked" and (key := self._patterns["asked pair"].match(line)):
                found = self._value(line, key.end())
            if found is not None:
                yield found

    def _inside(self, lines: Sequence[str], kind: str) -> Iterator[_Found]:
        for line in lines:
            for key in self._patterns[kind].finditer(line):
                if (found := self._value(line, key.end())) is not None:
                    yield found

    def _loose(self, lines: Sequence[str]) -> Iterator[_Found]:
        """Yield the lines that are a score, the number that begins the first line, and ratings in sentences."""
        for number, line in enumerate(lines):
            match = self._patterns["number"].match(line)
            if match is not None:
                scale = _SCALE.match(line, match.end())
                rest = line[scale.end() if scale else match.end() :]
                alone = not rest.strip(" .!\"')]}>✔✘") or re.fullmatch(
                    r"\W*(?:points?|stars?)\W*", rest, re.IGNORECASE
                )
                numbered = number + 1 < len(lines) and re.match(
                    r"\(?[2-9]\s*[.):]", lines[number + 1]
                )
                if alone or (number == 0 and not numbered and (scale or _TAIL.match(rest))):
                    found = self._value(line, 0)
                    if found is not None:
                        yield found
                    continue
                if number == 0 and _RANGE.match(line, match.end()):
                    yield _Found(None)
            for rates in _RATES.finditer(line):
                found = self._value(line, rates.end())
                if found is not None:
                    yield found


FIVE_POINTS: Final = ScoreReader()
"""Scores from 1 to 5, fractions too (VoiceBench)."""

FIVE_WHOLE_POINTS: Final = ScoreReader(whole=True)
"""Whole scores from 1 to 5 (LLaSO-Eval)."""
