"""Strict reading of VoiceBench's BBH replies: yes or no, in words or in the terms of the sub-task.

A reply that commits to the word (or, for hyperbaton, to the letter) is read as every closed answer is. Else
the last sentence that states the sub-task's own fact counts: a sentence is plausible or not, one ends at the
starting point or not, a person tells the truth or lies. A negation turns it; statements of both kinds at the
same place are unread.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.closed import choose, read
from metrics.commitment.frames import answer_part, lower, prepare

YES_NO: Final = ("yes", "no")
_ALIASES: Final = {"yes": ("true", "yeah", "yep", "correct"), "no": ("false", "nope", "incorrect")}
_NOT: Final = re.compile(
    r"\b(?:not|never|no|cannot|hardly|unlikely|fails? to|without|isn't|aren't|wasn't)\b|n't\b|\bfar from\b"
)
_TRUE: Final[dict[str, re.Pattern[str]]] = {
    "sports_understanding": re.compile(
        r"\b(?:plausible|possible|realistic|reasonable|makes? sense|sensible|believable|credible|likely|valid|could happen|feasible|accurate)\b"
    ),
    "navigate": re.compile(
        r"\b(?:return(?:s|ed)?|back|end(?:s|ed)? up|arrive[sd]?|are|be|is|bring(?:s)?|lead(?:s)?|facing|moved?)\b(?:(?!\bfrom\b)[^.;]){0,40}\b(?:at|to|in|where)\b[^.;]{0,24}"
        r"\b(?:start(?:ing|ed)?|original|initial|origin|began|begun|same (?:point|place|position|spot))\b"
    ),
    "web_of_lies": re.compile(
        r"\b(?:tell(?:s|ing)? (?:the |a )?truth|truthful|honest|truth[- ]?teller|says? the truth|is truthful|speaks? the truth)\b"
    ),
}
_FALSE: Final[dict[str, re.Pattern[str]]] = {
    "sports_understanding": re.compile(
        r"\b(?:implausible|impossible|unrealistic|unreasonable|nonsens\w+|infeasible|unlikely|far-fetched|improbable)\b"
    ),
    "navigate": re.compile(
        r"\b(?:away from|(?:steps?|units?|met(?:er|re)s?|paces?|feet|blocks?|spots?) from|(?:different|other) (?:point|place|position|spot|location))\b"
    ),
    "web_of_lies": re.compile(r"\b(?:lies|lying|lie|liar|dishonest|untruthful)\b"),
}
_DOUBT: Final = re.compile(
    r"\b(?:if|whether|unclear|can't (?:tell|say|determine)|cannot (?:tell|say|determine)|not (?:sure|clear|certain|possible to)|(?:don't|do not) know|hard to|impossible to|unable)\b|\?"
)
_LEADING_REASON: Final = re.compile(
    r"^\W*(?:because|since|as|although|while)\b[^,]*,(?: and\b[^,]*,)?"
)
_CONCLUDES: Final = re.compile(
    r"\b(?:so(?! (?:if|whether))|therefore|hence|thus|(?:which|that|this) (?:means|implies|shows))\b(?: that\b)?"
)
_RIGHT_SENTENCE: Final = re.compile(
    r"(?i)\bthe (?:correct|right|proper) sentence (?=(?:is|would be)\b)"
)
_NUMBERED_SENTENCE: Final = re.compile(r"(?i)\b(?:the )?(first|second) sentence\b")
_SENTENCE: Final = re.compile(r"[^.!?;\n]+[.!?;]*")
_QUOTED: Final = re.compile(r'"[^"\n]*"')
_TURN_TAG: Final = re.compile(r"^\s*<[123]>|<\|[^|>]*\|>")


def read_bbh(reply: str, subtask: str) -> int | None:
    """Return 1 for yes or (B), 0 for no or (A), ``None`` if the reply commits to neither.

    Args:
        reply: the reply.
        subtask: one of VoiceBench's four.

    >>> read_bbh("**Yes**", "navigate"), read_bbh("Bob must be lying.", "web_of_lies")
    (1, 0)
    >>> read_bbh("Sentence B has the correct order.", "hyperbaton"), read_bbh("He went to the casino", "navigate")
    (1, None)
    """
    if subtask == "hyperbaton":
        said = _RIGHT_SENTENCE.sub("the answer ", _TURN_TAG.sub("", reply))
        said = _NUMBERED_SENTENCE.sub(lambda m: f"({'AB'[m[1].lower() == 'second']})", said)
        return read(said, ("", "")).option
    option = choose(_TURN_TAG.sub("", reply), YES_NO, None, _ALIASES, letters=False).option
    if option is not None:
        return 1 - option
    return _stated(reply, subtask)


def _stated(reply: str, subtask: str) -> int | None:
    text = _QUOTED.sub(" ", lower(answer_part(prepare(reply))))
    verdict: int | None = None
    for match in _SENTENCE.finditer(text):
        sentence = _CONCLUDES.split(_LEADING_REASON.sub("", match[0]))[-1]
        if _DOUBT.search(sentence):
            continue
        sentence = re.split(r"\b(?:because|since|although|while)\b", sentence)[0]
        found = [(m, 1) for m in _TRUE[subtask].finditer(sentence)]
        found += [(m, 0) for m in _FALSE[subtask].finditer(sentence)]
        found = [
            (m, kind)
            for m, kind in found
            if not any(
                o.start() <= m.start() and m.end() <= o.end() and o is not m for o, _ in found
            )
        ]
        values = {
            kind
            ^ (
                _NOT.search(sentence[: m.end()].rsplit(",", 1)[-1]) is not None
                and "unlikely" not in m[0]
            )
            for m, kind in found
        }
        if len(values) == 1:
            verdict = values.pop()
        elif values:
            verdict = None
    return verdict
