r"""The strict reader of a judge's score: one rule for every benchmark with a numeric scale.

``5``, ``5.``, ``5.0``, ``5/5``, ``5 out of 5``, ``[[5]]``, ``**Score:** 5``, ``Rating: [5]``, a heading with the score below it, JSON and
``I would give it a 5.`` are 5. Places are looked at in this order, and the first one that holds anything decides:

1. the whole reply as a number;
2. what follows a second thought (`metrics.judge.second_thoughts`): ``Score: 4, no wait, 3`` is 3;
3. a line that begins with ``score`` or ``rating``; ``[[n]]``; a field of a JSON object;
4. a line that begins with another usual key, then such a key after a full stop or another break inside a line;
5. a line that is a score and nothing else, the number that begins the first line, and sentences that rate;
6. ``score`` anywhere in a line.

Of several scores under a key, one that is called final or overall counts. Else several different scores in one place, a range, a number off the scale and
another scale (``7/10``) are unread. What is denied, excluded, supposed, of another (`metrics.judge.others`) or of a listed scale (`metrics.judge.rubrics`) does not count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from metrics.judge.blocks import own_lines
from metrics.judge.conditions import unconditional
from metrics.judge.figures import (
    AGAIN,
    BRACKETED,
    LAST,
    NUMBER,
    RANGE,
    SCALE,
    SEPARATOR,
    SUM,
    WORDS,
)
from metrics.judge.others import after_no_score, foreign, of_others, without_quotations
from metrics.judge.plain_reply import plain_lines, plain_reply
from metrics.judge.ratings import AND_SO, DECIDED, FINAL, LABEL, RATES, SAID_TWICE, ending
from metrics.judge.rubrics import without_rubrics
from metrics.judge.second_thoughts import FILLER, STANDS, Turn, turns
from metrics.judge.wording import (
    ASPECTS,
    BREAK,
    CLOSE,
    DENIED,
    FORMER,
    KEYS,
    LEAD,
    NOTE,
    ON_SCALE,
    OPEN,
    PLAIN_KEYS,
    QUOTES,
    RATED,
    SUMMED,
    TAIL,
    WEIGHED,
)

_LONGEST_NUMBER: Final = 400


@dataclass(frozen=True, slots=True)
class _Found:
    value: float | None
    final: bool = False


@dataclass(frozen=True)
class ScoreReader:
    """Reads scores on a scale.

    Attributes:
        lowest: the lowest score of the scale.
        highest: the highest one.
        whole: whether only whole numbers are scores (``4.0`` is one).
        asked: pattern of the key that the judge was asked for.
    """

    lowest: int = 1
    highest: int = 5
    whole: bool = False
    asked: str = r"scores?|ratings?"

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        asked = rf"{OPEN}(?:{LEAD})(?:(?:{WEIGHED}|average|mean)\s+)?(?:{self.asked}){CLOSE}{NOTE}{CLOSE}"
        keyed = rf"{OPEN}(?:{LEAD})(?:{KEYS}|overall|(?:{WEIGHED}\s+)?(?:total|average|mean|sum)|marks?|points?|scoring|{SUMMED}){CLOSE}{NOTE}{CLOSE}"
        parts = {
            "number": NUMBER,
            "asked": rf"{asked}{SEPARATOR}",
            "keyed": rf"{keyed}{SEPARATOR}",
            "asked head": rf"{asked}\s*:?\s*$",
            "keyed head": rf"{keyed}\s*:?\s*$",
            "asked pair": rf"{asked}\s+(?=[^\s:]+(?:\s*(?:/|out of)\s*\S+)?$)",
            "inside": rf"{BREAK}{keyed}{SEPARATOR}",
            "anywhere": rf"(?<![\w\"'])(?:{self.asked}){CLOSE}{NOTE}{SEPARATOR}",
            "near": rf"{FILLER}(?={NUMBER})",
            "opens": rf"an?\s+(?:(?:solid|clear|strong|weak)\s+)?(?={NUMBER}(?:\s*/\s*5)?\s*[.!:;]\s)",
            "only": rf"(?:(?:an?\s+)?(?:solid|clear|strong|weak|definite|perfect|full|firm|high|low|good|mere|fair)\s+|an?\s+|(?:probably|likely|easily|clearly|definitely|i\s+think|i\s+guess)\s+(?:an?\s+)?|(?:(?:final|my)\s+)?(?:responses?|{PLAIN_KEYS})\s*[:=]\s*|(?:{LABEL})\s*(?:[:(=]|-\s)\s*)(?={NUMBER}[)\s/\w]{{0,12}}[.!]?$)",
        }
        return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in parts.items()}

    def read(self, reply: str) -> float | None:
        """Return the score of a judge reply, ``None`` if it commits to none or to several."""
        plain = plain_reply(reply)
        lines = [unconditional(without_quotations(x)) for x in without_rubrics(plain.lines)]
        lines = [SAID_TWICE.sub(r"\1", ON_SCALE.sub("", line)) for line in lines]
        outside = plain.outside if plain.fields else lines
        own = after_no_score(lines)
        for place in (
            self._bare(plain.answer),
            self._thought_again(plain.turns),
            self._line_starts(outside, "asked"),
            self._bracketed(plain.answer),
            self._in_json(plain.fields),
            self._line_starts(lines, "asked"),
            self._line_starts(lines, "keyed"),
            self._inside(own, "inside"),
            self._loose(own),
            self._inside(own, "anywhere"),
            self._concluded(own[-1:]),
            self._decided(own),
        ):
            if found := list(place):
                return _agreed(found)
        return None

    def read_key(self, reply: str) -> tuple[bool, float | None]:
        """Return whether a reply has the key that was asked for, and the score under it.

        >>> ScoreReader(asked="clarity").read_key("**Clarity**: [4] - well put")
        (True, 4.0)
        >>> ScoreReader(asked="clarity").read_key("Clarity: 3-4"), ScoreReader(asked="clarity").read_key("4")
        ((True, None), (False, None))
        """
        plain = plain_reply(reply)
        lines = plain.lines
        own = [line for line in lines if self._patterns["anywhere"].search(line)]
        for place in (
            self._thought_again(turns(own)),
            self._line_starts(lines, "asked"),
            self._in_json(plain.fields),
            self._inside(lines, "anywhere"),
        ):
            if found := list(place):
                return True, _agreed(found)
        return bool(own), None

    def _on_scale(self, value: float) -> float | None:
        if not math.isfinite(value) or not self.lowest <= value <= self.highest:
            return None
        return value if value == int(value) or not self.whole else None

    def _bare(self, text: str) -> Iterator[_Found]:
        if len(text) > _LONGEST_NUMBER:
            return
        try:
            value = float(text)
        except ValueError:
            return
        yield _Found(self._on_scale(value))

    def _bracketed(self, text: str) -> Iterator[_Found]:
        if "[[" not in text:
            return
        text = "\n".join(own_lines(text.split("\n")))
        own = QUOTES.sub(" ", text)
        for found in BRACKETED.finditer(own if BRACKETED.search(own) else without_quotations(text)):
            scale = found[2]
            fits = scale is None or int(scale) == self.highest
            yield _Found(self._on_scale(float(found[1])) if fits else None)

    def _in_json(self, fields: Sequence[tuple[str, Any]]) -> Iterator[_Found]:
        if not fields:
            return
        lead = r"(?:(?:final|overall|weighted)[_ ]?)?"
        kept: list[_Found] = []
        for names in (self.asked, f"{KEYS}|overall|average|mean|weighted[_ ]total"):
            pattern = re.compile(rf"{lead}(?:{names})", re.IGNORECASE)
            found = [
                _Found(one.value, FINAL.match(name.replace("_", " ")) is not None)
                for name, value in fields
                if pattern.fullmatch(name) and (one := self._json_value(value))
            ]
            if not kept or _agreed(found) is not None:
                kept = found
            if _agreed(kept) is not None:
                break
        yield from kept

    def _json_value(self, value: Any) -> _Found | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return _Found(self._on_scale(value) if abs(value) < 1e9 else None)
        if not isinstance(value, str):
            return None
        lines = plain_lines(value)
        return next(self._thought_again(turns(lines)), None) or self._value(" ".join(lines), 0)

    def _thought_again(self, thoughts: Iterable[Turn]) -> Iterator[_Found]:
        """Yield what the last second thought makes of the score; nothing if there is none."""
        for turn in thoughts:
            found = list(self._after(turn))
            if found:
                yield _Found(_agreed(found))
                return

    def _after(self, turn: Turn) -> Iterator[_Found]:
        """Yield the scores that follow a turn: under a key, right behind it, in a rating, at the very end."""
        lines = turn.tail.split("\n")
        own = lines[1:] if turn.kind == "corrected" else lines
        keyed = [*self._line_starts(own, "asked"), *self._line_starts(lines[1:], "keyed")]
        if not keyed and turn.kind != "corrected":
            keyed = list(self._inside(lines, "inside"))
        if keyed:
            yield from keyed
            return
        near = self._patterns["near"].match(lines[0])
        if (
            near
            and self._ends(lines[0], near.end())
            and (found := self._value(lines[0], near.end()))
        ):
            yield found
            return
        if turn.kind == "corrected":
            return
        rated = list(self._rated(lines))
        if not rated and (last := LAST.search(turn.tail)):
            rated = [found] if (found := self._value(turn.tail, last.end())) else []
        if rated:
            yield from rated
        elif turn.kind == "withdrawn" and not STANDS.search(turn.tail) and self._holds(turn.head):
            yield _Found(None)

    def _ends(self, line: str, start: int) -> bool:
        """Tell whether a number at a place of a line ends a clause, or begins a range."""
        match = self._patterns["number"].match(line, start)
        if match is None:
            return False
        end = (SCALE.match(line, match.end()) or match).end()
        return RATED.match(line, end) is not None or RANGE.match(line, end) is not None

    def _holds(self, head: str) -> bool:
        lines = [line for line in head.split("\n") if line.strip()]
        places = (
            self._line_starts(lines, "asked"),
            self._line_starts(lines, "keyed"),
            self._loose(lines),
        )
        return any(found.value is not None for place in places for found in place)

    def _value(self, line: str, start: int) -> _Found | None:
        """Read the score that begins at a place of a line; ``None`` if there is no number."""
        sum_ = SUM.match(line, start)
        match = self._patterns["number"].match(line, sum_.end() if sum_ else start)
        if match is None:
            return None
        word = match["number"].lower()
        value = float(WORDS.get(word, 0) or word)
        end = match.end()
        if scale := SCALE.match(line, end):
            if scale[1].lower() not in (str(self.highest), "five") and not re.fullmatch(
                rf"{self.highest}\.0+", scale[1]
            ):
                return _Found(None)
            end = scale.end()
        elif again := AGAIN.match(line, end):
            other = again["number"].lower()
            if float(WORDS.get(other, 0) or other) == value:
                end = again.end()
        each = ASPECTS.match(line, end)
        other = (each[1] or each[2]).lower() if each else word
        if float(WORDS.get(other, 0) or other) != value:
            return _Found(None)
        bound = "<" in match["open"] and not re.match(r"\s*(?:/\s*\d+\s*)?>", line[match.end() :])
        if match["sign"] == "-" or bound or RANGE.match(line, end):
            return _Found(None)
        return _Found(self._on_scale(value))

    def _line_starts(self, lines: Sequence[str], kind: str) -> Iterator[_Found]:
        for number, line in enumerate(lines):
            found = None
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if key := self._patterns[kind].match(line):
                if foreign(line, *key.span()):
                    continue
                found = self._value(line, key.end())
                if key.end() == len(line):
                    found = self._below(following)
            elif self._patterns[f"{kind} head"].match(line):
                found = self._below(following)
            elif kind == "asked" and (key := self._patterns["asked pair"].match(line)):
                found = self._value(line, key.end())
            if found is not None:
                yield _Found(found.value, FINAL.match(line) is not None)
                if kind == "asked" and key:
                    yield from self._again(line, key.end())

    def _again(self, line: str, start: int) -> Iterator[_Found]:
        """Yield further scores under the key in the same line, but those that it was changed from."""
        for key in self._patterns["anywhere"].finditer(line, start):
            found = self._value(line, key.end())
            if found is not None and not FORMER.search(
                line, max(start, key.start() - 40), key.start()
            ):
                yield _Found(found.value, FINAL.match(line, key.start()) is not None)

    def _below(self, line: str) -> _Found | None:
        """Read the score on the line below a key; an item of a numbered list does not count."""
        return None if re.match(r"\(?\d{1,2}[.)]\s+\S", line) else self._value(line, 0)

    def _inside(self, lines: Sequence[str], kind: str) -> Iterator[_Found]:
        found = [
            (key[0].count('"') % 2, value)
            for line in lines
            for key in self._patterns[kind].finditer(line)
            if (value := self._value(line, key.end())) is not None
            and not foreign(line, *key.span())
        ]
        own = [value for quoted, value in found if not quoted]
        yield from own or (value for _, value in found)

    def _loose(self, lines: Sequence[str]) -> Iterator[_Found]:
        """Yield the lines that are a score, the number that begins the first line, and ratings in sentences."""
        for number, line in enumerate(lines):
            match = self._patterns["number"].match(line)
            if match is not None:
                scale = SCALE.match(line, match.end())
                rest = line[(scale or match).end() :]
                again = AGAIN.match(line, match.end())
                rest = line[again.end() :] if again else rest
                alone = not rest.strip(" .!\"')]}>✔✘") or re.fullmatch(
                    r"\W*(?:points?|pts|stars?)\W*", rest, re.IGNORECASE
                )
                numbered = number + 1 < len(lines) and re.match(
                    r"\(?[2-9]\s*(?:(?:points?|pts|stars?)\s*)?[.):-]", lines[number + 1]
                )
                worded = not scale and match["number"].lower() in WORDS
                leads = number == 0 and not numbered and not worded
                if alone or (leads and (scale or TAIL.match(rest))):
                    found = self._value(line, 0)
                    if found is not None:
                        yield found
                    continue
                if number == 0 and RANGE.match(line, match.end()) and "?" not in line[:-1]:
                    yield _Found(None)
            if number == 0 and (opens := self._patterns["opens"].match(line)):
                if (found := self._value(line, opens.end())) is not None:
                    yield found
                continue
            if len(lines) == 1 and (only := self._patterns["only"].match(line)):
                if (found := self._value(line, only.end())) is not None:
                    yield found
                continue
            yield from self._rated([line])

    def _concluded(self, lines: Sequence[str]) -> Iterator[_Found]:
        """Yield the number that ends the last line, alone behind a sentence or behind "so"."""
        for line in lines:
            for end in AND_SO.finditer(line):
                if (found := self._value(line, end.end())) is not None:
                    yield found

    def _rated(self, lines: Sequence[str], verbs: re.Pattern[str] = RATES) -> Iterator[_Found]:
        for line in lines:
            for rates in verbs.finditer(line):
                found = self._value(line, rates.end())
                if found is None or not self._ends(line, rates.end()):
                    continue
                said = line[max(0, rates.start() - 60) : rates.end()]
                if not DENIED.search(said) and not of_others(line, *rates.span()):
                    yield found

    def _decided(self, lines: Sequence[str]) -> Iterator[_Found]:
        """Yield the last score that a sentence arrives at, or the number behind a colon that ends the reply."""
        found = list(self._rated(lines, DECIDED))[-1:]
        end = ending(lines[-1]) if lines and not found else None
        yield from [one] if end and (one := self._value(end, 0)) else found


def _agreed(found: Sequence[_Found]) -> float | None:
    """Return the one score of a place: of several the one that is called final."""
    for some in (found, [one for one in found if one.final]):
        values = {one.value for one in some}
        if len(values) == 1:
            return values.pop()
    return None


FIVE_POINTS: Final = ScoreReader()
"""Scores from 1 to 5, fractions too (VoiceBench)."""

FIVE_WHOLE_POINTS: Final = ScoreReader(whole=True)
"""Whole scores from 1 to 5 (LLaSO-Eval)."""
