"""The one number that a reply commits to; anything ambiguous is not a number.

``strict_number`` is the strict rule for ages, pitches and scores (LLaSO-Eval, Dynamic-SUPERB), where a range stands
for its mean; ``spoken_number`` is that of the quickstart suite, where a range is not a number and digits may be
grouped by commas. Both read digits and English words (``metrics.text.cardinals``), and replies that are one number in
words of another language (``metrics.text.number_words``). A reply commits to a number if

* it names only that one, however often;
* it names others as well, but only to exclude them ("25, not 30");
* it names others as well, and takes them back ("30? No, 25") or has it inside their range ("28 (25-30)");
* it names several and gives one of them as its answer ("…, so the answer is 25", "12 + 13 = 25").

Bounds ("over 25", "25+"), alternatives and numbers joined by a sign ("5/5", "10:30") commit to none. Neither
function returns an infinite or undefined value; both are linear in the text.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import zip_longest
from typing import Final, NamedTuple

from metrics.text import late as re
from metrics.text.canonical import canonical
from metrics.text.cardinals import MOST, Number, numbers, plain
from metrics.text.number_words import decades_in_english, number_in_words
from metrics.text.quantities import ANY, LISTED, Quantity
from metrics.text.reasoning import without_reasoning
from metrics.witness import tell

_FILLER: Final = (
    r"(?:(?:a|an|the|about|around|exactly|be|in|likely|really|quite|actually|simply|just|year|years|"
    r"number|midi|pitch|note|value|of|score|age|it|is)[ ]+){0,4}"
)
_EXCLUDED: Final = re.compile(
    r"(?:\bnot|n't|\bnever|\bneither|\b(?:nicht|kein\w*|pas|non|não|не)|\brather than|\binstead of|\bnor|\bas opposed to|\bunlike"
    r"|\b(?:all|any\w*|every\w*)(?: (?:ages?|values?|numbers?|years?))? (?:but|except|save)|\bexcept(?: for)?|\bapart from|\baside from|\bexcluding"
    r"|\b(?:first|initially|originally)[ ,]+(?:i )?(?:had )?(?:thought|guessed|said|assumed|believed|heard)(?: of| about| that)?"
    r"|\b(?:was going|were going|tempted) to (?:say|answer|guess))"
    rf"[ ]+{_FILLER}\Z"
)
_GOES_ON: Final = re.compile(rf"[ ,]*(?:,|\bor\b|\bnor\b)[ ]*{_FILLER}\Z")
_CORRECTED: Final = re.compile(
    r"(?:[ ]*years?(?:[ ]old)?)?[\s.,;:!?()—-]*(?:(?:oh|ah|well|but|or)[\s,.]+)?(?:no|nope|nein|wait|sorry|pardon|oops|whoops|erm?|hmm?|uh|my (?:mistake|bad)|(?:hold|hang) on|i'm sorry|i misspoke|typo|not quite|reconsidered|now|i take (?:that|it) back|correction|korrektur"
    r"|(?:which i'd |let me )?(?:lower|raise|change|correct|revise)(?: (?:that|it|this))? to|(?:corrected|changed|downgraded|upgraded|revised|raised|lowered|updated|amended|adjusted)(?= to\b|[ ]?:)|revised|rather|better|actually|i meant?|more (?:precisely|exactly|accurately|like)"
    r"|make (?:that|it)|scratch that|strike that|(?:on|upon|after) (?:second thoughts?|(?:further )?(?:reflection|listening))|let me (?:correct|rephrase|say)(?: that| myself)?|(?:(?:that|it|this|which) )?should (?:be|read|have been))\b"
    r"(?:[\s.,;:!?()—-]|\b(?:no|nope|wait|sorry|actually|rather|i mean|i think|i'd say|make|that's|that|it's|it|is|its|should be|would be|be|the|correct|i|meant|to|say|write|let|me|was|too|low|high|harsh|strict|generous|lenient|a|bit"
    r"|right|answer|probably|more|like|maybe|about|around|closer to|he's|she's|age|pitch|midi|number|value|hmm)\b)*"
    r"|[ )]*(?:years?(?:[ ]old)?)?[ ]*(?:[→⇒➜➔]|[-=]>)[ (]*"
)
"""What stands between a number that is taken back and the one in its place."""
_NEGATION: Final = re.compile(
    r"\b(?:no|not|non|nicht|kein\w*|pas|não|не|i(?: had|'d)? thought|i guessed"
    r"|(?:at first,?|initially,?|originally,?) i (?:said|counted|assumed|estimated|believed|guessed)|i (?:first|initially|originally) (?:said|counted|assumed|estimated|believed|guessed))\b[^.;\n]{0,24}\Z"
)
_CONTRAST: Final = re.compile(
    r"(?:[ ]*(?:years?(?:[ ]old)?|jahre|ans|años|anni|anos|лет))?[ ,]*(?:at first)?[ ,]*\b(?:but|sondern|sino|mais|bensì|ma|mas|а)\b(?! then| later)[^.;\n]{0,24}"
)
"""Behind a denied or taken back number, before the one in its place."""
_DENIED: Final = re.compile(
    r"[ ]*\?[ ]*(?:no|nope|wait|actually|rather|i (?:don't|do not|can't|cannot|am not|really don't) (?:know|tell|say|sure|certain))\b|[ ]*(?:years?(?: old)?[ ]*)?(?:is|was|would be|seems)?[ ]*"
    r"(?:is not|isn't|wasn't|was not|would not be|is wrong|is incorrect|is too|can be ruled out)\b"
)
_ASKED: Final = re.compile(
    r"(?:\A|[.!?\n])[ ]*(?:is|are|was|were|could|would|does|did|can) (?:it|this|that|the|he|she|they|there)\b[^.;:?\n]{0,60}\Z"
)
_ASKS: Final = re.compile(
    r"[^.;:\n]{0,40}\?(?![ ]*(?:yes|yep|yeah|correct|right|indeed|i think so|probably)\b)"
)
"""Before and behind a number that a reply only asks about."""
_BOUND: Final = re.compile(
    r"(?:\b(?:more|less|fewer|older|younger|greater|higher|lower|other|no later|larger|smaller) than"
    r"|\bover|\bunder|\bat (?:the )?(?:very )?(?:least|most)|\bup to|\babove|\bbelow|\bbeyond|\bexceed(?:s|ing)?|\bupwards? of"
    r"|\bmax(?:imum)?(?: of)?|\bmin(?:imum)?(?: of)?|\bnot (?:older|younger|more|less|higher|lower) than|\b(?:twice|thrice|double|half(?: of)?)|[<>≤≥])[ ]*\Z"
)
_OPEN: Final = re.compile(
    r"[ ]?\+(?![ ]*\d)|[ ]plus\b|[ ]?-?(?:some(?:thing|ish)?|odd)\b"
    r"|[ ,(—-]{1,4}(?:years?(?:[ ]old|[ ]of age)?,?[ ])?(?:or|and|perhaps|maybe|possibly) (?:even )?"
    r"(?:more|less|fewer|older|younger|above|below|over|under|higher|lower|up|upwards?|beyond)\b(?![ -]*(?:than|pitched|sounding|in)\b)"
    r"|[ ](?:years?[ ](?:old[ ])?)?(?:max(?:imum)?|min(?:imum)?|tops|at (?:the )?(?:very )?(?:most|least))\b"
)
_RANGE: Final = re.compile(
    r"[ \t]*[-~—〜][ \t]*|[ ](?:to|through|until|up to|à|bis|a|al|до|tot)[ ]|[到至から]{1,2}"
)
_AND: Final = frozenset({"and", "und", "et", "y", "e", "и"})
_SPACES: Final = re.compile(r"[ \t]+")
_BETWEEN: Final = re.compile(
    r"\b(?:between|entre|zwischen|tra|fra|между)[ ](?:the ages? of[ ]|about[ ])?(?:age[ ])?\Z"
)
_COMMITS: Final = re.compile(
    r"(?:\b(?:answer|result|total|estimate|prediction|conclusion|guess)\b(?:[ ]\w+){0,4}?[ ]*"
    r"(?:\bis|\bare|\bwas|\bwould be|:|=|\bequals)|\bmidi\b(?:[ ]\w+){0,6}?[ ]*(?:\bis|:|=|\bof)|\bmidi(?:[ ](?:note|pitch|number|value|no\.?)){0,2}"
    r"|=|\\boxed\{|\b(?:so|thus|hence|therefore)\b,?[ ]*(?:that's|it's|that is|it is|there are|i get|i count|we have|it makes)?)[ *$\"'(#]*"
    r"(?:about |approximately |around |exactly )?\Z"
)
_PRONOUN: Final = re.compile(
    r"\b(?:no|this|that|which|each|every|any|another) one\b|\bone (?:can|could|may|might)\b"
)
_ASIDE: Final = re.compile(
    r"\b(?:confidence|probability|certainty|likelihood)(?: level| score)?[\"' ]*(?:[:=]| is| of)?[ ]*(?:about |around )?"
    r"\d+(?:\.\d+)?(?:[ ]*%|[ ]*/[ ]*\d+|[ ]out of[ ]\d+)?"
    r"|(?:±|\+/-|\bgive or take|\bplus or minus)[ ]*(?:\d+(?:\.\d+)?|[a-z]+)\b(?:[ ]*years?)?"
    r"|\b\d+(?:\.\d+)?[ ]*(?:%|percent|/[ ]*\d+|out of \d+)[ ]*(?:sure|certain|confident|confidence|chance|probability|likely)\b"
    rf"|{LISTED}"
)
"""How sure a reply is of its number, how far off it may be, and what it was chosen from."""
_HERTZ: Final = re.compile(r"\b\d+(?:\.\d+)?[ ]*(?:hz|hertz)\b")
_TAKEN_BACK: Final = re.compile(
    r"(?:^|[.!?;,\n—-])[ ]*(?:(?:no|nope|wait|sorry|actually|oh|hmm|but|well|and|on second thoughts?)\b[ ,.!]*){0,4}"
    r"(?:(?:(?:that|this|it|which|i|my (?:answer|guess|estimate|reply))(?:'s|'m| is| was| am| were) (?:completely |totally |probably |just )?"
    r"(?:wrong|incorrect|mistaken|false|untrue|not (?:right|correct|true|it)|an error|a mistake|(?:a )?(?:joking|kidding|joke)))"
    r"|(?:that|this|it|which) isn't (?:right|correct|true)|i take (?:that|it) back|(?:scratch|strike|forget|ignore|disregard|never ?mind) (?:that|it)"
    r"|(?:just|only) (?:kidding|joking)|i (?:don't|do not) think so)\b(?![ ]+(?:to|if|about|only|because)\b)"
)
"""A sentence that takes back what stands before it."""
_LABEL: Final = re.compile(
    r"\b(?:speaker|person|voice|step|clip|audio|recording|file|sample|question|item|example|task|track)[ ]#?\Z"
)
"""A noun whose number tells which one is meant."""
_FIRST: Final = re.compile(r"\A\s*(?:1[.)]|\(1\))[ ]+(?=[^\n]*\d)")
"""The mark of a list with one line."""
_MOST_COUNTED: Final = 12
_NOUN: Final = re.compile(
    r"[ -](?!(?:years?|yrs?|y/?o|to|or|and|not|hz|hertz|midi|points?|out|percent|degrees|on|in|at|for|is|was|old|"
    r"rather|instead|but|because|since|as|i|hundred|thousand)\b)[a-z]"
)
_CENTURIES: Final = (17, 18, 19)
_LOOK_BACK: Final = 80
_ONE_SENTENCE: Final = 120
"""In a longer text a number inside a range is as likely about something else."""
_SEPARATORS: Final = str.maketrans({"٫": ".", "٬": ",", "،": ",", "。": ".", "、": ","})
_MARKUP: Final = re.compile(
    r"~~[^~\n]{1,80}~~|<(s|del|strike)>[^<>\n]{0,80}</\1>|</?[a-z][\w-]{0,20}/?>|\*{2,3}|(?<!\w)(?:\*|_{1,3})(?=\w)|(?<=\w)(?:\*|_{1,3})(?!\w)"
)
"""What is struck out, tags, and marks of emphasis around words."""


def strict_number(text: str, quantity: Quantity = ANY) -> float | None:
    """Return the only number of a text, or the mean of the only range.

    Args:
        text: a reply or a reference.
        quantity: what is asked for; a number of another quantity is not the answer. A frequency in hertz never is one
            next to "MIDI".

    >>> strict_number("about 25 years."), strict_number("-5"), strict_number("20 - 30")
    (25.0, -5.0, 25.0)
    >>> strict_number("twenty-five, not thirty"), strict_number("between 20 and 30")
    (25.0, 25.0)
    >>> strict_number("25 or 30") is None, strict_number("10²") is None
    (True, True)
    """
    found = _committed(text, quantity, ranges=True, grouped=False)
    tell("number", text, found, quantity.asked)
    return found


def spoken_number(text: str) -> float | None:
    """Return the only number of a text, in digits or English words up to 999,999.

    Digits may be grouped by commas and combine with ``hundred`` and ``thousand``; ``minus`` and
    ``negative`` before a number turn its sign. Words that could be read as two numbers ("two three",
    "twenty eleven") are two numbers; larger numbers ("two million") are not read.

    >>> spoken_number("there were twenty-three dogs"), spoken_number("1,250 books")
    (23.0, 1250.0)
    >>> spoken_number("on the twenty-first"), spoken_number("two and a half")
    (21.0, 2.5)
    >>> spoken_number("two of three") is None, spoken_number("two thirds") is None
    (True, True)
    """
    found = _committed(text, ANY, ranges=False, grouped=True)
    tell("number", text, found)
    return found


def _committed(text: str, quantity: Quantity, *, ranges: bool, grouped: bool) -> float | None:
    text = canonical(without_reasoning(text))
    other = number_in_words(text)
    if other is not None:
        fits = quantity.holds(other, other) and not quantity.ends_otherwise(text)
        return other if fits else None
    text = decades_in_english(text)
    text = _ASIDE.sub(" ", _FIRST.sub("", _MARKUP.sub(" ", text)))
    text = plain(_PRONOUN.sub(" ", text.translate(_SEPARATORS)), grouped=grouped)
    if "midi" in text:
        text = _HERTZ.sub(" ", text)
    found = _cardinals(text, numbers(text))
    if len(found) > MOST:
        return None
    found = _of(quantity, text, _standing(text, found))
    unlabelled = [
        one for one in found if not _LABEL.search(text, max(0, one.start - 20), one.start)
    ]
    found = unlabelled or found
    if ranges:
        found = [
            number
            for number, following in zip_longest(found, found[1:])
            if not _counts_things(text, number, following)
        ]
    kept: list[tuple[Number, float | None]] = []
    excluded = corrected = False
    last = 0
    for number, following in zip_longest(found, found[1:]):
        before = text[max(last, number.start - _LOOK_BACK) : number.start]
        again = excluded and not corrected and _GOES_ON.fullmatch(text[last : number.start])
        behind = text[number.end : number.end + _LOOK_BACK]
        gap = text[number.end : following.start] if following is not None else behind
        corrected = following is not None and (takes_back(gap) or _contrasts(before, gap))
        excluded = bool(
            _EXCLUDED.search(before)
            or again
            or corrected
            or _DENIED.match(behind)
            or (_ASKS.match(behind) and _ASKED.search(before))
        )
        if not excluded:
            unclear = number.kind == "decade" and not quantity.decades
            bound = _BOUND.search(before) or _OPEN.match(text, number.end)
            kept.append((number, None if unclear or bound else number.value))
        last = number.end
    spans = [
        span if quantity.holds(span.low, span.high) else _UNCLEAR
        for span in _ranges(text, kept, ranges=ranges, asked=quantity.asked)
    ]
    value = _agreed(spans, inside=len(text) <= _ONE_SENTENCE)
    if value is not None:
        return value
    answers = {
        number.value
        for index, (number, value) in enumerate(kept)
        if value is not None
        and quantity.holds(value, value)
        and _COMMITS.search(text[max(0, number.start - _LOOK_BACK) : number.start])
        and _stands_alone(text, kept, index)
    }
    return answers.pop() if len(answers) == 1 else None


def _standing(text: str, found: list[Number]) -> list[Number]:
    """Return the numbers behind the last sentence that takes back what was said."""
    voided = max((match.start() for match in _TAKEN_BACK.finditer(text)), default=0)
    return [number for number in found if number.start >= voided]


def _of(quantity: Quantity, text: str, found: list[Number]) -> list[Number]:
    """Return the numbers that may be of a quantity; "25 years and 3 months" is not one of years."""
    kept: list[Number] = []
    last = -1
    for number in found:
        if not quantity.misfits(text, number.start, number.end, number.value):
            kept.append(number)
        elif kept and kept[-1].end == last:
            gap = text[last : number.start]
            if _RANGE.fullmatch(gap) or gap.strip() == "or":
                kept.pop()
            elif quantity.continues(gap):
                kept[-1] = replace(kept[-1], value=None)
        last = number.end
    return kept


def takes_back(gap: str) -> bool:
    """Return whether the text between two numbers takes the first one back.

    >>> takes_back(", no wait, "), takes_back(" or ")
    (True, False)
    """
    return len(gap) <= _LOOK_BACK and _CORRECTED.fullmatch(gap) is not None


def _contrasts(before: str, gap: str) -> bool:
    """Return whether a denied number is followed by the one in its place ("not 30 but")."""
    short = len(gap) <= _LOOK_BACK
    return short and bool(_CONTRAST.fullmatch(gap)) and bool(_NEGATION.search(before))


def _cardinals(text: str, found: list[Number]) -> list[Number]:
    """Return the cardinals; where there is none, the ordinals, "second" only behind "the"."""
    cardinals = [number for number in found if number.kind != "ordinal"]
    if cardinals:
        return cardinals
    return [
        number
        for number in found
        if text[number.start : number.end] != "second"
        or text[max(0, number.start - 4) : number.start] == "the "
    ]


def _counts_things(text: str, number: Number, following: Number | None) -> bool:
    """Return whether a number word counts a noun that follows ("two notes"), and is not an answer."""
    if following is not None and following.start == number.end + 1:
        return False
    if text[number.start].isdigit() or number.value is None or number.value > _MOST_COUNTED:
        return False
    return _NOUN.match(text, number.end) is not None


class _Span(NamedTuple):
    """What a number or a range says: a value (``None`` where it is unclear) and its ends."""

    value: float | None
    low: float
    high: float


_UNCLEAR: Final = _Span(None, math.nan, math.nan)


def _agreed(spans: list[_Span], *, inside: bool) -> float | None:
    """Return the value that all spans have, or the only number if it lies in every range next to it and may do so."""
    points = {span.value for span in spans if span.low == span.high}
    if inside and len(points) == 1:
        (point,) = points
        if point is not None and all(span.low <= point <= span.high for span in spans):
            return point
    values = {span.value for span in spans}
    return values.pop() if len(values) == 1 else None


def _ranges(
    text: str,
    kept: list[tuple[Number, float | None]],
    *,
    ranges: bool,
    asked: tuple[float, float] | None,
) -> list[_Span]:
    """Return what is said in order: numbers, ranges with their mean if ``ranges``, and what is unclear."""
    spans: list[_Span] = []
    index = 0
    while index < len(kept):
        number, value = kept[index]
        if index + 1 < len(kept):
            other, end = kept[index + 1]
            gap = text[number.end : other.start]
            negative = (
                _SPACES.fullmatch(gap) and text[other.start] == "-" and other.end > other.start + 1
            )
            between = gap.strip() in _AND and _BETWEEN.search(
                text[max(0, number.start - 30) : number.start]
            )
            if _RANGE.fullmatch(gap) or negative or between:
                if end is not None and negative:
                    end = -end  # "20 -30": the sign is that of the range
                mean = None if _is_year(text, number, gap) else _mean(value, end)
                index += 2
                if mean is None or value is None or end is None:
                    spans.append(_UNCLEAR)
                elif index < len(kept) and _joined(text[other.end : kept[index][0].start]):
                    spans += [_Span(mean if ranges else None, value, end), _UNCLEAR]
                else:
                    named = (value, end) == asked
                    spans.append(_Span(mean if ranges and not named else None, value, end))
                continue
            if _joined(gap):
                value = None
        decade = 4.5 if number.kind == "decade" else 0.0
        spans.append(_UNCLEAR if value is None else _Span(value, value - decade, value + decade))
        index += 1
    return spans


def _is_year(text: str, number: Number, gap: str) -> bool:
    """Return whether a number word and one behind its hyphen may be a year: "nineteen-ninety"."""
    return gap == "-" and number.value in _CENTURIES and text[number.start].isalpha()


def _mean(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return None
    mean = math.fsum((one, other)) / 2
    return mean if math.isfinite(mean) else None


def _joined(gap: str) -> bool:
    """Return whether two numbers are one expression: a sign and no space between them."""
    return (bool(gap) and not any(sign.isspace() or sign.isalpha() for sign in gap)) or "/" in gap


def _stands_alone(text: str, kept: list[tuple[Number, float | None]], index: int) -> bool:
    """Return whether the number after an announcement is outside any alternative, range or sum."""
    number = kept[index][0]
    last = kept[index - 1][0].end if index else number.start
    before = text[max(last, number.start - _LOOK_BACK) : number.start]
    if re.search(r"\bor\b[^.;\n]*\Z", before):
        return False
    if index + 1 == len(kept):
        return True
    gap = text[number.end : kept[index + 1][0].start].strip()
    return bool(re.search(r"[.;\n)]|\bnot\b", gap))
