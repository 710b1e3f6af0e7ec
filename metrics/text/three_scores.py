r"""Named scores of a reply, such as accuracy, prosody and fluency, in the forms in which models give them.

A name and its number belong together if the number follows the name ("Accuracy: 7", "accuracy is 7/10", a line of a
table), if it stands before the name ("7 for accuracy"), or if a row of names is followed by a row of as many numbers
(the columns of a table). Digits alone, with signs between them, are read in the order of the names. A score is unread where it is missing, a
range, an alternative, out of another number than 10, or given twice with different values.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Final, NamedTuple

from metrics.text.canonical import canonical
from metrics.text.cardinals import Number, numbers, plain
from metrics.text.numbers import takes_back
from metrics.text.reasoning import without_reasoning

_SCALE: Final = re.compile(
    r"\([ ]?\d{1,3}[ ]?(?:=|is|being|:)[ ]?(?:the )?(?:best|worst|perfect|lowest|highest|max\w*|min\w*)[^()\n]{0,40}\)|\[[ ]{0,3}[01][ ]{0,3}(?:-|to)[ ]{0,3}10[ ]{0,3}\]|\b(?:on|in|using|with|out of)?[ ]{0,3}(?:a|the)?[ ]{0,3}(?:scale|range)[ ]{0,3}(?:of|from|between)?[ ]{0,3}(?:\d+[ ]{0,3}(?:-|to|and)[ ]{0,3})?\d+"
    r"|\([ ]{0,3}(?:from[ ])?[01][ ]{0,3}(?:-|to)[ ]{0,3}10[ ]{0,3}\)|\b\d+[ -]point scale"
)
_OUT_OF: Final = re.compile(
    r"[ ]*\(?(?:/|out of|of|from|on)[ ]*(\d+(?:\.0+)?|ten)\b(?![ ]*/)(?:[ ]*points?)?"
)
_MARKUP: Final = re.compile(
    r"[*_`#]+|\\(?:text|mathrm|textbf)\b|[{}$]|^[ \t]*(?:[-•·+]|\d{1,2}[.)])[ \t]+", re.MULTILINE
)
_JOINED: Final = re.compile(
    r"(?<=[A-Za-z])_?(?=(?:Score|Rating|Mark|Points)s?(?![A-Za-z_]))|(?<=[A-Za-z])_(?=(?:score|rating|mark|points|SCORE|RATING)s?(?![A-Za-z_]))"
    r"|(?:(?<=pronunciation)|(?<=score)|(?<=rating)|(?<=PRONUNCIATION)|(?<=SCORE))_(?=[A-Za-z])|(?:(?<=[pP]ronunciation)|(?<=score)|(?<=rating))(?=[A-Z])"
)
"""The place in a key of data where two words meet: "accuracy_score", "fluencyScore"."""
_STRUCK: Final = re.compile(r"~~[^~\n]{1,80}~~|<(s|del|strike)>[^<>\n]{0,80}</\1>")
_LINK: Final = re.compile(
    r"[\s\"'()\[\]]*(?:(?:score|scores|scored|rating|level|value|mark|is|was|are|of|at|as|gets|receives|received|equals|"
    r"would be|should be|stands|given|rated|about|around|approximately|i'd say|the|a|an|also|just|only|为|為|是|は|が|:|=|-|->|→|—|\||,)"
    r"[\s\"'()\[\]]*)*\Z"
)
_FOR: Final = re.compile(
    r"[\s)]*(?:(?:points?|marks?)[ ]+)?(?:for|in|on|\(|-|:)[ ]*(?:the[ ]|its[ ]|their[ ])?[\"']?\Z"
)
_DOUBT: Final = re.compile(
    r"[ .,;?(]*(?:(?:or|to|-|and|/|&|up|at most|could be|might be|maybe|perhaps|possibly|或者?|到|至|または|또는|oder|bis|ou|à)[ ,]*){0,2}\Z"
)
_REASON: Final = re.compile(r"[ .,;]*(?:[ ]-[ ]|\band\b|[.,;(])[ ]*\Z")
_THINGS: Final = re.compile(
    r"[ ](?:of the (?:words|sounds|vowels|syllables)|points? (?:off|lost|deducted)|off\b)|[ ](?:[a-z-]+[ ]){0,2}(?:vowel|consonant|word|error|mistake|pause|stop|stress|sound|syllable|hesitation|phoneme|slip|filler|break|repetition|place|time|issue|problem|deviation|omission|substitution|insertion|letter|restart)(?:e?s)?\b"
)
"""A number that gives a reason ("8 - 2 vowels are off")."""
_REPLACED: Final = re.compile(
    r"\b(?:corrections?|correcting|(?:change|raise|lower|correct|revise)[ds]?|on reflection|sorry|wait|no|i meant?|actually|rather|oops|on second thoughts?)\b[\s,.:;-]*(?:(?:the|my|i|meant|that|make|it|is|no|wait|for)[\s,:]+){0,3}\Z"
)
"""What stands before a name whose score is given anew."""
_NOT_BUT: Final = re.compile(r"[\s,;(-]*not[ ]\d{1,2}(?:\.\d{1,4})?,?[ ]but[ ]")
_BOUND: Final = re.compile(
    r"(?:\b(?:at (?:the )?(?:least|most|best|worst)|below|above|under|over|up to|(?:more|less|better|worse|higher|lower) than)|(?<=[\s:=])[<>]|[≤≥])[ ]*\Z"
)
_OPEN: Final = re.compile(
    r"[ ]?\+|[ ](?:or|and) (?:more|less|higher|lower|better|above|below|up)\b"
)
"""A score that is only a bound."""
_BARE: Final = re.compile(
    r"[ )]*(?:[.,;!)\n]|\Z|-|\b(?:after|at|now|is|if|for|on|when|instead|overall|then)\b)"
)
"""What stands behind a number that counts nothing."""
_SIGNS: Final = re.compile(r"[\s.;]{0,20}\(?")
_MARK: Final = re.compile(r"[.)][ ]{0,3}")
_WHICH: Final = re.compile(
    r"\b(?:words?|sentence|line|second|syllable|speaker|listener|phrase|number|no\.) \Z"
)
"""A noun whose number tells which one is meant."""
_COUNT_OF: Final = re.compile(r"[ ](?:of|in) \Z")
_SECOND: Final = re.compile(
    r"\b(?:sorry|meant|oops|wait|correct(?:ed|ion)|revised|scratch|mistake[,.;:-]|pardon)"
)
_NOT: Final = re.compile(r"(?:\bnot|n't|\brather than|\binstead of)[ ]+(?:a |an )?\Z")
_LAST: Final = re.compile(r"[\s.,;:!)\]|\"']*(?:and|with)?[\s.,;:|*-]*\Z")
_SAID: Final = re.compile(r"[:=|][ ]*\Z|\bso[ ]+\Z|\bscore[ ](?:is|of)[ ]\Z")
_COUNTS: Final = re.compile(
    r"[ ](?!points?\b|out\b|because\b|since\b|as\b|due\b|and\b|with\b|but\b|for\b|which\b|while\b|or\b|to\b)[a-z]"
)
_ALTERNATIVE: Final = re.compile(r"[ ]*(?:or|to|-|/|或者?|到|至|または|또는|oder|bis|ou|à)[ ]*\Z")
_LONGEST_UNNAMED: Final = 500  # a longer reply without a name is prose, not a row of numbers
_FINAL: Final = re.compile(
    r"(?<!not )(?<!not my )(?<!not the )\b(?:my[ ]|the[ ])?(?:final|revised|corrected|updated|adjusted)[ ](?:scores?|ratings?|marks?|answers?|assessment)\b"
    r"(?:[ ](?:is|are))?[ ]*[:.-]?"
)
"""What follows counts alone, if it has all scores."""
_ONLY_NUMBERS: Final = re.compile(r"[\s,;:/|()\[\].-]*(?:(?:and)[\s,;]*)?")


def _tail(body: str, start: int, stop: int) -> str:
    """Return the text between two places, at most its last 80 characters."""
    return body[max(start, stop - 80) : stop]


class _Name(NamedTuple):
    start: int
    end: int
    key: str


def named_scores(text: str, names: Mapping[str, str], others: str) -> dict[str, float] | None:
    r"""Return the score of every name, ``None`` unless all of them are read.

    Args:
        text: the reply.
        names: key -> regular expression of its name; the order is that of numbers without names.
        others: regular expression of further names whose numbers are not asked for.

    >>> names = {"accuracy": "accuracy", "fluency": "fluen\\w+"}
    >>> named_scores("| Accuracy | Fluency |\n|---|---|\n| 7 | ten |", names, "total")
    {'accuracy': 7.0, 'fluency': 10.0}
    >>> named_scores("7 for accuracy and 10/10 for fluency", names, "total")
    {'accuracy': 7.0, 'fluency': 10.0}
    >>> named_scores("Accuracy: 7 or 8, fluency: 2", names, "total") is None
    True
    """
    text = _STRUCK.sub(" ", _JOINED.sub(" ", without_reasoning(text)))
    body = plain(canonical(text), grouped=False)
    body = re.sub(
        r"\n[\s|:+-]{0,200}-[\s|:+-]{0,200}(?=\n)", "", _SCALE.sub(" ", _MARKUP.sub("", body))
    )
    for final in [*_FINAL.finditer(body)][-1:]:
        if (read := _named(body[final.end() :], names, others)) is not None:
            return read
    return _named(body, names, others)


def _named(body: str, names: Mapping[str, str], others: str) -> dict[str, float] | None:
    places = [
        _Name(match.start(), match.end(), key)
        for key, pattern in (*names.items(), ("", others))
        for match in re.finditer(rf"(?<![a-z])(?:{pattern})(?![a-z])", body)
    ]
    places.sort()
    if not places and len(body) > _LONGEST_UNNAMED:
        return None
    found, ten = _plain_scores(body)
    if not places:
        return _unnamed(body, found, ten, list(names))
    for read in (_before, _columns, _behind):
        scores = read(body, places, found, ten)
        if scores is not None and all(key in scores for key in names):
            values = {key: scores[key] for key in names}
            return _complete(values)
    return None


def _complete(scores: Mapping[str, set[float | None]]) -> dict[str, float] | None:
    read: dict[str, float] = {}
    for key, values in scores.items():
        if len(values) != 1:
            return None
        (value,) = values
        if value is None:
            return None
        read[key] = value
    return read


Scores = dict[str, set[float | None]]


def _plain_scores(body: str) -> tuple[list[Number], dict[int, int]]:
    """Return the numbers without the ten of "7/10", and where the expression of each ends."""
    found: list[Number] = []
    ends: dict[int, int] = {}
    until = 0
    for number in numbers(body):
        if number.start < until or number.kind != "cardinal":
            continue
        out_of = _OUT_OF.match(body, number.end)
        if body[number.end : number.end + 2].strip().startswith(("%", "per")):
            number = Number(number.start, number.end, None)
        elif out_of is not None and not _tail(body, 0, number.start).rstrip().endswith("/"):
            until = out_of.end()
            whole = out_of[1] == "ten" or float(out_of[1]) == 10
            number = number if whole else Number(number.start, number.end, None)
        found.append(number)
        ends[number.start] = until = max(until, number.end)
    return found, ends


def _unnamed(
    body: str, found: Sequence[Number], ends: Mapping[int, int], keys: list[str]
) -> dict[str, float] | None:
    """Read a reply of nothing but numbers: as many as there are names, in digits, with a sign between them.

    Number words, and digits with spaces between them, are as likely what was heard.
    """
    if len(found) != len(keys) or not all(body[number.start].isdigit() for number in found):
        return None
    position = 0
    for number in found:
        gap = body[position : number.start]
        if not _ONLY_NUMBERS.fullmatch(gap) or (
            position and not gap.strip(" ") and "\n" not in gap
        ):
            return None
        position = ends[number.start]
    if not _ONLY_NUMBERS.fullmatch(body[position:]):
        return None
    return _complete({key: {number.value} for key, number in zip(keys, found, strict=False)})


def _before(
    body: str, places: Sequence[_Name], found: Sequence[Number], ends: Mapping[int, int]
) -> Scores | None:
    """Read "7 for accuracy": every name has a number right before it."""
    scores: Scores = {}
    starts = [number.start for number in found]
    for place in places:
        last = bisect_left(starts, place.start) - 1
        if last < 0 or not _FOR.fullmatch(_tail(body, ends[starts[last]], place.start)):
            if place.key:
                return None
            continue
        value = found[last].value
        if last and _ALTERNATIVE.fullmatch(_tail(body, ends[starts[last - 1]], starts[last])):
            value = None
        scores.setdefault(place.key, set()).add(value)
    return scores


def _columns(
    body: str, places: Sequence[_Name], found: Sequence[Number], ends: Mapping[int, int]
) -> Scores | None:
    """Read a row of names and a row of as many numbers, in either order."""
    reversed_row = _respectively(body, places, found, ends)
    if reversed_row is not None:
        return reversed_row
    after = [number for number in found if number.start >= places[-1].end]
    inside = [number for number in found if places[0].start < number.start < places[-1].end]
    distinct = len({place.key for place in places}) == len(places)
    if inside or not distinct or len(places) < 2 or len(after) != len(places):
        return None
    for one, other in pairwise(after):
        if not _ONLY_NUMBERS.fullmatch(body[ends[one.start] : other.start]):
            return None
    if re.search(r"\b(?:or|not)\b", body[places[0].start : after[-1].end]):
        return None
    return {place.key: {number.value} for place, number in zip(places, after, strict=True)}


def _respectively(
    body: str, places: Sequence[_Name], found: Sequence[Number], ends: Mapping[int, int]
) -> Scores | None:
    """Read "7, 10 and 2 for accuracy, prosody and fluency": nothing but signs within each row."""
    row = list(found[-len(places) :])
    if len(row) < max(2, len(places)) or row[-1].start > places[0].start:
        return None
    spans = [
        *((one.start, ends[one.start]) for one in row),
        *((one.start, one.end) for one in places),
    ]
    gaps = [body[one[1] : other[0]] for one, other in pairwise(spans)]
    if not re.fullmatch(r"[ ]*(?:points?[ ]*)?(?:for|in)[ ](?:the[ ])?", gaps.pop(len(row) - 1)):
        return None
    if not all(_ONLY_NUMBERS.fullmatch(gap) for gap in gaps):
        return None
    return {place.key: {number.value} for place, number in zip(places, row, strict=True)}


def _behind(
    body: str, places: Sequence[_Name], found: Sequence[Number], ends: Mapping[int, int]
) -> Scores | None:
    """Read "accuracy is 7": the number of a name stands between it and the next one."""
    scores: Scores = {}
    starts = [number.start for number in found]
    for index, place in enumerate(places):
        stop = places[index + 1].start if index + 1 < len(places) else len(body)
        inside = [
            number
            for number in found[bisect_left(starts, place.end) : bisect_left(starts, stop)]
            if not _NOT.search(_tail(body, place.end, number.start))
        ]
        if len(inside) > 1 and index + 1 < len(places):
            gap = body[ends[inside[-2].start] : inside[-1].start]
            if _SIGNS.fullmatch(gap) and _is_mark(body, inside[-1], index + 2, stop):
                inside.pop()
        inside = [
            number
            for number, following in zip_longest(inside, inside[1:])
            if following is None or not _is_replaced(body, ends, number, following)
        ]
        if inside:
            score = _score(body, place, inside, ends, stop)
            if place.key in scores and _REPLACED.search(_tail(body, places[0].end, place.start)):
                scores[place.key] = {score}
            scores.setdefault(place.key, set()).add(score)
    return scores


def _is_mark(body: str, number: Number, place: int, stop: int) -> bool:
    """Return whether a number is the mark of the next name in a list ("(2) prosody")."""
    return number.value == place and _MARK.fullmatch(body, number.end, stop) is not None


def _is_replaced(body: str, ends: Mapping[int, int], number: Number, following: Number) -> bool:
    """Return whether the next number takes the place of one, and does not count what was wrong."""
    gap = body[ends[number.start] : following.start]
    if _THINGS.match(body, ends[following.start]):
        return False
    return takes_back(gap) or _NOT_BUT.fullmatch(gap) is not None


def _score(
    body: str, place: _Name, inside: Sequence[Number], ends: Mapping[int, int], stop: int
) -> float | None:
    first, last = inside[0], inside[-1]
    said = _LAST.fullmatch(body[ends[last.start] : stop]) and _SAID.search(
        _tail(body, place.end, last.start)
    )
    if len(inside) > 1 and said and _COUNTS.match(body, ends[first.start]):
        return last.value  # "one word is off, so 7"
    if _LINK.match(body[place.end : first.start]):
        if _BOUND.search(_tail(body, place.end, first.start)) or _OPEN.match(
            body, ends[first.start]
        ):
            return None
        if _COUNT_OF.search(_tail(body, place.end, first.start)) and _THINGS.match(
            body, ends[first.start]
        ):
            return None
        if len(inside) == 1:
            return first.value
        gap = body[ends[first.start] : inside[1].start]
        if (inside[1].value or 0) < 0:
            return (
                last.value if said and len(inside) > 2 else first.value
            )  # "8, minus two for the vowels, so 6"
        if _THINGS.match(body, ends[inside[1].start]) and (
            _REASON.fullmatch(gap) or not _DOUBT.fullmatch(gap)
        ):
            return first.value
        if _SECOND.search(gap):
            return last.value if said else None
        if _DOUBT.fullmatch(gap):
            return None
        named = _WHICH.search(gap) or any(sign in gap for sign in '(:=|"\n')
        return None if not named and _BARE.match(body, ends[inside[1].start]) else first.value
    if _BOUND.search(_tail(body, place.end, last.start)) or _OPEN.match(body, ends[last.start]):
        return None
    return last.value if len(inside) == 1 or said else None
