"""Scales that a judge lists: what each score means, which gives no score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from metrics.judge.figures import WORDS
from metrics.text import late as re

_MARK: Final = re.compile(
    r"(?:^|(?<=[\n,;.:(|])[ \t]*|[,;]?[ \t]+and[ \t]+)(?:(?:score|rating|level|give|award)[ \t]+(?:an?[ \t]+)?|(?:an?[ \t]+)?[(\[\"']{0,2})"
    rf"(?P<number>[1-5]|{'|'.join(WORDS)})(?:[ \t]?/[ \t]?5)?(?:[ \t]*(?:points?|stars?))?[)\]\"']{{0,2}}"
    r"(?:(?P<firm>[ \t]*(?:[=:|]|-{1,2}>)|[ \t]+-(?=[ \t])|[ \t]*(?P<bracket>\()(?=[^()\d\n:]{2,60}\))|[ \t]+(?:means|stands[ \t]+for)\b)|[ \t]+(?:is|if|for|when)\b)",
    re.IGNORECASE,
)
"""A score and the sign or the word behind which its meaning stands."""
_ENDS: Final = frozenset([(5, 4), (1, 2), (1, 5), (5, 1)])
"""Two scores that make a scale, cut off or named by its ends."""
_LONGEST_LABEL: Final = 160
_NUMBERS: Final = frozenset("12345")
_IN_WORDS: Final = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
_LABEL: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"\d")
_CLOSE: Final = re.compile(r"[\n,.;)]|[-=]>")
_BRACKET: Final = re.compile(r"[^():]*\)[\s,;.…-]*(?:(?:and|to)\s*)?")
_YES: Final = r"[\"'(\[]?(?:yes|correct)[\"')\]]?"
_NO: Final = r"[\"'(\[]?(?:no|incorrect)[\"')\]]?"
_MEANS: Final = r"[ \t]*(?:=|-{1,2}>|(?:means|if|when|stands[ \t]+for)\b)[ \t]*[^\n,;=]{2,160}"
_SAYS: Final = r"[ \t]+(?:means|indicates|says|stands[ \t]+for)\b[^\n.;=]{2,160}"
_LEGEND: Final = re.compile(
    "|".join(
        rf"(?:^|(?<=[\n(:.;])[ \t]?|(?<=[\n(:.;][ \t])){first}{_MEANS}(?:[,;][ \t]*|\n|[ \t](?=and\b))(?:and[ \t]+)?{second}{_MEANS}"
        rf"|(?:^|(?<=\n)){first}[ \t]*:[^\n]{{2,160}}\n{second}[ \t]*:[^\n]{{2,160}}"
        rf"|(?:^|(?<=[\n.])[ \t]?){first}{_SAYS}[.;][ \t]*{second}{_SAYS}[.;]?"
        for first, second in ((_YES, _NO), (_NO, _YES))
    ),
    re.IGNORECASE,
)
"""What says when a verdict is yes and when it is no."""
_REST: Final = re.compile(r"[)\]]?[ \t]*[:,;.]?[ \t]*")
_EMPTY: Final = re.compile(r"\([ \t]*\)")


def without_rubrics(lines: Sequence[str]) -> list[str]:
    """Return lines without the scales that they list.

    >>> without_rubrics(["5 = perfect, 4 = good, 3 = fair. So a 4."]), without_rubrics(["Score: 2 (1 = bad, 5 = good)"])
    (['So a 4.'], ['Score: 2 '])
    >>> without_rubrics(["4: both facts are there", "1: Score: 4", "2: Reason: short"])
    ['4: both facts are there', '1: Score: 4', '2: Reason: short']
    """
    text = "\n".join(lines)
    if len(_NUMBERS.intersection(text)) < 2 and _IN_WORDS.search(text) is None:
        return [line for line in lines if line.strip()]
    for start, end in reversed(list(_rubrics(text))):
        if (not start or text[start - 1] == "\n") and (rest := _REST.match(text, end)):
            end = rest.end()
        text = text[:start] + text[end:]
    return [line for line in _EMPTY.sub("", text).split("\n") if line.strip()]


def without_legends(lines: Sequence[str]) -> list[str]:
    """Return lines without what says when a verdict is yes and when it is no.

    >>> without_legends(["Yes = right, No = wrong", "No"]), without_legends(["Result: YES if short, NO if long"])
    (['No'], ['Result:'])
    >>> without_legends(["correct: it names the pig", "Judgement: correct"])
    ['correct: it names the pig', 'Judgement: correct']
    """
    text = "\n".join(lines)
    if _LEGEND.search(text) is None:
        return list(lines)
    return [line for line in _LEGEND.sub("", text).split("\n") if line.strip()]


def _rubrics(text: str) -> Iterator[tuple[int, int]]:
    run: list[re.Match[str]] = []
    for mark in _MARK.finditer(text):
        if run and not _goes_on(text, run, mark):
            yield from _place(text, run)
            run = []
        run.append(mark)
    yield from _place(text, run)


def _number(mark: re.Match[str]) -> int:
    word = mark["number"].lower()
    return WORDS.get(word) or int(word)


def _goes_on(text: str, run: Sequence[re.Match[str]], mark: re.Match[str]) -> bool:
    """Tell whether a score is the next one of a scale: a label lies between, and the numbers go one way."""
    label = text[run[-1].end() : mark.start()]
    if label.rstrip().endswith(":") or (run[-1]["bracket"] and not _BRACKET.fullmatch(label)):
        return False
    if len(label) > _LONGEST_LABEL or _DIGIT.search(label) or not _LABEL.search(label):
        return False
    if (run[-1]["firm"] is None) != (mark["firm"] is None):
        return False
    numbers = [_number(one) for one in (*run, mark)]
    steps = {second - first for first, second in pairwise(numbers)}
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)


def _place(text: str, run: Sequence[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Yield where a scale begins and ends, if the scores are one."""
    numbers = tuple(_number(mark) for mark in run)
    if len(run) < 2 or (len(run) == 2 and (numbers not in _ENDS or run[0]["firm"] is None)):
        return
    last = run[-1].end()
    listed = all(text[: mark.start()].endswith("\n") or not mark.start() for mark in run[1:])
    end = text.find("\n", last) if listed else -1
    if not listed and (closing := _CLOSE.search(text, last)):
        end = closing.start()
    end = len(text) if end < 0 else end
    if not _LABEL.search(text, last, end) or _DIGIT.search(text, last, end):
        return
    yield run[0].start(), end
