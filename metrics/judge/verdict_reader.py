r"""The strict reader of a judge's verdict, yes or no: one rule for every benchmark.

A careful reader takes the verdict in whatever form a judge writes it: any markup, a heading, a table row,
JSON, ``Result: YES``, ``Verdict - correct``, the word alone, ``The response is incorrect.`` Places are looked at
in this order, and the first one that holds anything decides:

1. what follows a second thought (`metrics.judge.second_thoughts`): ``correct. No wait, incorrect`` is incorrect;
2. a field of a JSON object, unless a line outside it gives the verdict that was asked for;
3. a line that begins with the key that the judge was asked for, then one that begins with another usual key
   (verdict, result, judgement, answer, conclusion, …);
4. such a key after a full stop or another break inside a line;
5. the first line, the last line and whole sentences, which must agree with each other;
6. the asked key anywhere in a line, outside quotation marks.

Of several verdicts in one place the last one counts. What commits to nothing is unread, never
guessed: ``partially correct``, ``yes / no``, ``Result: N/A``, ``YES?``, ``no verdict``. ``not correct`` is incorrect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from metrics.judge.others import foreign, repeats_item
from metrics.judge.plain_reply import PlainReply, plain_lines, plain_verdict
from metrics.judge.second_thoughts import FILLER, STANDS, Turn, turns
from metrics.judge.sentences import after_lead, agrees, arrived, clauses, plainer
from metrics.judge.wording import (
    ADVERBS,
    BREAK,
    CLAUSE,
    CLAUSE_LENGTH,
    CLOSE,
    HEDGE,
    KEYS,
    LEAD,
    MARK,
    NAMED,
    NOTE,
    NOUN,
    OPEN,
    OUTCOME,
    OWNED,
    PLAIN_KEYS,
    SENTENCE,
    SEPARATOR,
    SUBJECT,
)
from metrics.witness import tell


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict found in one place: yes, no, or one that commits to neither."""

    value: bool | None


@dataclass(frozen=True)
class VerdictReader:
    """Reads verdicts of one judge format.

    Attributes:
        yes: words of the positive verdict, the first one is what the judge was asked for.
        no: words of the negative verdict.
        keys: pattern of the keys that the judge was asked for; none for a bare verdict.
        about_reply: whether ``The response is correct.`` is a verdict of this judge.
    """

    yes: Sequence[str]
    no: Sequence[str]
    keys: str = "(?!)"
    about_reply: bool = True

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        words = "|".join(
            re.escape(word) for word in sorted((*self.yes, *self.no), key=len, reverse=True)
        )
        own = "|".join(map(re.escape, (*self.yes[:1], *self.no[:1])))
        filler = (
            rf"(?:(?:i\s+(?:find|think|believe|say)\s+)?{SUBJECT}\s+(?:is|was)\s+"
            r"|i(?:'d|\s+would)?\s+(?:say|(?:call|consider|judge|deem|find|rate|mark)\s+(?:it|this))\s+(?:is\s+|as\s+)?)?"
        )
        note = rf"(?:\s*[(\[]\s*(?:{words})\s*(?:/|\||\bor\b)\s*(?:{words})\s*[)\]]|(?!\s*[(\[]\s*(?:{words})\b){NOTE})?"  # a bracketed verdict is no note
        any_key = rf"{OPEN}(?:{LEAD})(?:{KEYS}|{self.keys}){CLOSE}{note}{CLOSE}"
        asked = rf"{OPEN}(?:{LEAD})(?:{self.keys})s?{CLOSE}{note}{CLOSE}"
        plain = own if not self.about_reply else words
        parts = {
            "value": rf"{OPEN}(?:[✔✘]\s*)?(?:{filler})(?P<neg>not\s+)?(?:{ADVERBS})(?P<word>{words})(?![\w?])(?!-\w)",
            "mark": rf"{OPEN}(?P<mark>[✔✘]){CLOSE}\s*(?:$|[.,;:!-])",
            "any word": rf"\b(?:{words})\b",
            "asked": rf"{asked}(?P<sep>{SEPARATOR})",
            "keyed": rf"{any_key}(?P<sep>{SEPARATOR})",
            "asked head": rf"{asked}\s*:?\s*$",
            "keyed head": rf"{any_key}\s*:?\s*$",
            "asked pair": rf"{asked}\s+(?P<pair>(?!is\b|was\b)\S+)$",
            "inside": rf"{BREAK}{any_key}(?P<sep>{SEPARATOR})",
            "anywhere": rf"(?<![\w\"'])(?:{self.keys})s?{CLOSE}{NOTE}(?P<sep>{SEPARATOR})",
            "end": rf"(?:^|[.,;:!?-]\s*|\s)(?:(?:so|thus|therefore|hence|overall|i\s+(?:say|conclude))[:,]?\s+){{1,2}}"
            rf"(?P<tail>(?:{words})[.!\s\"']*)$|(?:[.!?;-])\s+(?P<tail2>(?:{words})[.!\s\"']*)$",
            "sentence": rf"(?:(?:so|thus|hence|therefore|overall|in conclusion|in summary)[,:]?\s+)?"
            rf"(?:(?:i|we)\s+(?:would\s+|can\s+|must\s+)?(?:say|judge|conclude|think|believe|find|determine)\s+(?:that\s+)?|(?:it\s+follows|this\s+(?:means|implies))\s+that\s+)?"
            rf"(?:(?:{OUTCOME})\s+(?:is|was|would be|should be)\s*:?\s+(?P<out>(?:that\s+)?)"
            rf"|(?:{NAMED}|{SUBJECT})(?:\s+(?:is|was)|'s(?!\s+(?:\w+\s+)?(?:{OWNED})\b))\s+)",
            "as": rf"(?:so\s+)?i(?:'d|'ll|\s+would|\s+will)?\s+(?:say|answer|vote|go\s+with)\s*:?\s+(?=(?:{words})[.!\"')]*\s*(?:$|[.,;]))|(?:so\s+)?i\s+(?:would\s+|'d\s+)?(?:judge|consider|deem|mark|rate|find|grade|evaluate|classify)"
            rf"\s+(?:{SUBJECT})\s+(?:as|to be)?\s*",
            "plain": rf"(?:{plain})",
            "plain key": rf"{OPEN}(?:{LEAD})(?:(?:responses?|{PLAIN_KEYS}){CLOSE}{SEPARATOR}(?={OPEN}(?:{words})[\s\"')\]}}>.!✔✘]*$)|(?:{PLAIN_KEYS}){CLOSE}{SEPARATOR}(?={OPEN}(?:{words}){CLOSE}(?:[.!]\s|,\s+(?:since|because|as)\b|\s[(-])))",
            "near": rf"{FILLER}(?=(?:not\s+)?(?:{ADVERBS})(?:{plain})[\"')\]}}>]{{0,4}}\s*(?:$|[.!;,:)(✔✘]|-\s))",
        }
        return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in parts.items()}

    def read(self, reply: str) -> bool | None:
        """Return the verdict of a judge reply, ``None`` if it commits to none."""
        plain, lines = plain_verdict(reply)
        if (found := self._thought_again(plain.turns)) is not None:
            return found.value
        if (found := self._in_json(plain.fields)) is not None and not self._asked_outside(plain):
            return found.value
        for place in (
            self._line_starts(lines, "asked"),
            self._line_starts(lines, "keyed"),
            self._inside(lines, "inside"),
        ):
            if (found := _last(place)) is not None:
                return found.value
        values = list(self._loose(lines))
        if values:
            verdicts = {found.value for found in values}
            return verdicts.pop() if len(verdicts) == 1 else None
        found = _last(self._inside(lines, "anywhere")) or _last(self._arrived(lines))
        if found is None:
            return agrees(lines[0]) if self.about_reply and len(lines) == 1 else None
        return found.value

    def _arrived(self, lines: Sequence[str]) -> Iterator[Found]:
        for line in lines:
            for start in arrived(line, (*self.yes[:1], *self.no[:1])):
                if (found := self._value(line, start)) is not None:
                    yield found

    def _asked_outside(self, plain: PlainReply) -> bool:
        """Tell whether a line outside the JSON object gives the verdict under the key that was asked for."""
        found = self._line_starts(plainer(plain.outside), "asked")
        return any(one.value is not None for one in found)

    def _thought_again(self, thoughts: Iterable[Turn]) -> Found | None:
        """Return what the last second thought makes of the verdict; ``None`` if there is none."""
        for turn in thoughts:
            if (found := self._after(turn)) is not None:
                return found
        return None

    def _after(self, turn: Turn) -> Found | None:
        """Read the verdict that follows a turn: under a key, right behind it, at the very end."""
        lines = plainer(turn.tail.split("\n"))
        own = lines[1:] if turn.kind == "corrected" else lines
        for place in (
            self._line_starts(own, "asked"),
            self._line_starts(lines[1:], "keyed"),
            self._inside([] if turn.kind == "corrected" else lines, "inside"),
        ):
            if (found := _last(place)) is not None and found.value is not None:
                return found
        if near := self._patterns["near"].match(lines[0]):
            found = self._value(lines[0], near.end())
            if found is not None and (found.value is not None or turn.kind != "corrected"):
                return found
        if turn.kind == "corrected":
            return None
        places = self._loose(["", *lines]) if turn.kind == "withdrawn" else self._closes(lines[-1])
        values = {found.value for found in places if found.value is not None}
        if not values and turn.kind == "reconsidered":
            start = max((found.end() for found in SENTENCE.finditer(lines[-1])), default=0)
            told = self._sentence(lines[-1], start)
            values = {one.value for one in told if one.value is not None}
        if len(values) == 1:
            return Found(values.pop())
        taken = turn.kind == "withdrawn" and not STANDS.search(turn.tail)
        before = plainer(turn.head.split("\n"))
        held = (_last(self._line_starts(before, "keyed")), *self._loose(before))
        return Found(None) if taken and any(held) else None

    def _in_json(self, fields: Sequence[tuple[str, Any]]) -> Found | None:
        if not fields:
            return None
        asked = re.compile(rf"(?:{self.keys})s?", re.IGNORECASE)
        other = re.compile(rf"(?:(?:is|final|overall)[_ ]?)?(?:{KEYS})", re.IGNORECASE)
        plain = re.compile(rf"(?:(?:my|final)[_ ]?)?(?:responses?|{PLAIN_KEYS})", re.IGNORECASE)
        repeated = repeats_item([f"{name}:" for name, _ in fields])
        for names, closed in ((asked, True), (other, False), (plain, False))[
            : 2 if repeated else 3
        ]:
            places = [value for name, value in fields if names.fullmatch(name)]
            found = [self._json_value(value) for value in places if not isinstance(value, dict)]
            readable = [one for one in found if one is not None]
            if readable:
                return readable[-1]
            if found and closed:
                return Found(None)
        return None

    def _json_value(self, value: Any) -> Found | None:
        if isinstance(value, bool):
            return Found(value)
        if not isinstance(value, str):
            return None
        lines = plain_lines(value)
        return self._thought_again(turns(lines)) or self._value(" ".join(lines), 0)

    def _value(self, line: str, start: int) -> Found | None:
        """Read the verdict that begins at a place of a line; ``None`` if there is no verdict word."""
        match = self._patterns["value"].match(line, start)
        if match:
            yes = match["word"].lower() in self.yes
            rest = line[match.end() : match.end() + CLAUSE_LENGTH]
            if not self._committed(match["word"], rest):
                return Found(None)
            if match["neg"]:
                if match["word"].lower() in ("yes", "no") or not yes:
                    return Found(None)
                # "not completely correct" is no more than a hedge
                bare = match[0][match.start("neg") - match.start() :].lower().split()
                return Found(None if len({*bare} - {"a", "an"}) > 2 else False)
            return Found(yes)
        if mark := self._patterns["mark"].match(line, start):
            return Found(mark["mark"] == "✔")
        rest = line[start : start + CLAUSE_LENGTH]
        if self._patterns["any word"].search(rest):
            if end := self._patterns["end"].search(rest):
                return self._value((end["tail"] or end["tail2"]).strip(), 0)
            return Found(None)
        return None

    def _committed(self, word: str, rest: str) -> bool:
        """Return whether the words after a verdict word leave it a verdict."""
        other = "|".join(map(re.escape, self.no if word.lower() in self.yes else self.yes))
        either = (
            rf"[^\w\n]{{0,4}}(?:/|\||\bor\b|\bvs\b|\bnor\b)[^\w\n]{{0,4}}(?:not|{other})\b"
            rf"|[^\w\n]{{1,4}}(?:and|but|yet)[^\w\n]{{1,4}}(?:(?:also|maybe|then\s+again)\s+)?(?:{other})\b"
            rf"|\s+(?:for|in|on|as\s+to|about|regarding)\b[^.\n]{{1,60}}(?:[,;]\s*(?:but\s+|and\s+)?|\s(?:but|and)\s+)(?:{other})\s+(?:for|in|on|as\s+to|about|regarding)\b"
            rf"|[^\w\n]{{1,4}}(?:and[^\w\n]{{1,4}})?(?:{other})[\s\"')\]}}>]*(?:[.!;?|]|$)"
        )
        if re.match(either, rest, re.IGNORECASE) or HEDGE.match(rest):
            return False
        if mark := MARK.match(rest):
            return (mark[1] == "✔") == (word.lower() in self.yes)
        if word.lower() == "yes" or (word.isupper() and len(word) > 1):
            return True
        noun = NOUN.match(rest)
        if noun is not None:
            return word.lower() != "no" or noun[1].lower() == "match"
        return CLAUSE.match(rest) is not None

    def _line_starts(self, lines: Sequence[str], kind: str) -> Iterator[Found]:
        for number, line in enumerate(lines):
            if key := self._patterns[kind].match(line):
                found = self._value(line, key.end())
                if found is None and key.end() == len(line) and number + 1 < len(lines):
                    found = self._value(lines[number + 1], 0)
            elif self._patterns[f"{kind} head"].match(line) and number + 1 < len(lines):
                found = self._value(lines[number + 1], 0)
                if found is not None and found.value is None and kind == "keyed":
                    found = None
            elif kind == "asked" and (key := self._patterns["asked pair"].match(line)):
                found = self._value(key["pair"], 0)
            else:
                continue
            if found is not None and (kind == "asked" or found.value is not None):
                yield found

    def _inside(self, lines: Sequence[str], kind: str) -> Iterator[Found]:
        for number, line in enumerate(lines):
            for key in self._patterns[kind].finditer(line):
                found = self._value(line, key.end())
                if found is None and key.end() == len(line) and number + 1 < len(lines):
                    found = self._value(lines[number + 1], 0)
                if found is not None and not foreign(line, *key.span()):
                    yield found

    def _loose(self, lines: Sequence[str]) -> Iterator[Found]:
        """Yield the verdicts of the first line, the last line and whole sentences."""
        if not lines:
            return
        yield from self._plainly_keyed(lines)
        for line in dict.fromkeys((lines[0], lines[-1])):
            match = self._patterns["value"].match(line)
            alone = match is not None and not line[match.end() :].strip(" .!\"')]}>✔✘")
            mark = self._patterns["mark"].match(line)
            if alone or mark or (line is lines[0] and self._leads(line)):
                found = self._value(line, 0)
                if found is not None and (alone or mark or found.value is not None):
                    yield found
                if line is lines[-1] and not alone:
                    yield from self._at_end(line)
            elif line is lines[-1]:
                yield from self._at_end(line)
        for line in lines:
            starts = {found.end() for found in SENTENCE.finditer(line)} | after_lead(line)
            for start in starts | clauses(line):
                yield from self._sentence(line, start)

    def _plainly_keyed(self, lines: Sequence[str]) -> Iterator[Found]:
        """Yield the verdicts alone behind a key that what is judged may have too, if the reply repeats nothing that is judged."""
        keys = [self._patterns["plain key"].match(line) for line in lines]
        if any(keys) and not repeats_item(lines):
            for line, key in zip(lines, keys, strict=True):
                if key and (found := self._value(line, key.end())) is not None:
                    yield found

    def _at_end(self, line: str) -> Iterator[Found]:
        """Yield the verdict word that ends a line."""
        if end := self._patterns["end"].search(line):
            tail = (end["tail"] or end["tail2"]).strip(" .!\"'")
            yield Found(tail.lower() in self.yes)

    def _closes(self, line: str) -> Iterator[Found]:
        """Yield the verdict word that ends a line, behind a colon too."""
        _, colon, rest = line.rpartition(": ")
        yield from self._at_end(f"- {rest}" if colon else line)

    def _leads(self, line: str) -> bool:
        """Return whether a line begins with a verdict word that is not part of a phrase."""
        match = re.match(rf"{OPEN}(?:[✔✘]\s*)?(?:not\s+)?(?P<word>[^\W\d_]+)", line, re.IGNORECASE)
        if match is None or match["word"].lower() not in (*self.yes, *self.no):
            return False
        return match["word"].lower() not in ("right", "true", "false", "wrong", "y", "n")

    def _sentence(self, line: str, start: int) -> Iterator[Found]:
        match = self._patterns["sentence"].match(line, start)
        if match is None:
            match = self._patterns["as"].match(line, start)
        if match is None:
            return
        found = self._value(line, match.end())
        if found is None:
            return
        if match.groupdict().get("out") is None and not self.about_reply:
            return
        direct = self._patterns["value"].match(line, match.end())
        if direct is not None or found.value is None:
            yield found


def _last(found: Iterator[Found]) -> Found | None:
    last = None
    for one in found:
        last = one
    return last


_POSITIVE: Final = ("correct", "right", "true", "accurate", "正确", "正確")
_NEGATIVE: Final = ("incorrect", "wrong", "false", "inaccurate", "错误", "錯誤", "不正确", "不正確")

CORRECTNESS: Final = VerdictReader(
    yes=(*_POSITIVE, "yes"), no=(*_NEGATIVE, "no"), keys=r"judge?ment"
)
"""Judges that were asked for ``Judgement: correct`` or ``incorrect`` (SAKURA)."""

RESULT: Final = VerdictReader(
    yes=("yes", "y", "true", "correct", "是"),
    no=("no", "n", "nope", "false", "incorrect", "否"),
    keys="result",
    about_reply=False,
)
"""Judges that were asked for ``Result: YES`` or ``NO`` (Speech-IFEval, Dynamic-SUPERB)."""

YES_NO: Final = VerdictReader(
    yes=("yes", "y", "yeah", "yep", "yup", "affirmative", "absolutely", *_POSITIVE, "是"),
    no=("no", "n", "nope", "nah", *_NEGATIVE, "否"),
)
"""Judges that were asked for the word Yes or No alone (VoiceBench)."""


class StrictVerdict(NamedTuple):
    """A verdict, and whether it was read (else it is no)."""

    yes: bool
    read: bool


def strict_result(replies: Sequence[str]) -> StrictVerdict:
    r"""Read ``Result: YES`` or ``NO`` from a judge reply, or from its one repeat if only that can be read.

    >>> strict_result(["unclear", "Result: YES"]), strict_result(["Result: yes / no"])
    (StrictVerdict(yes=True, read=True), StrictVerdict(yes=False, read=False))
    """
    for reply in replies[:2]:
        verdict = RESULT.read(reply)
        tell("verdict", reply, verdict)
        if verdict is not None:
            return StrictVerdict(verdict, read=True)
    return StrictVerdict(yes=False, read=False)
