r"""A judge's second thoughts: where a reply takes back what it said, and what is only considered.

A turn is one of three kinds. *Withdrawn*: "no wait", "scratch that", "I take that back"; what was said no longer counts, whatever follows. *Reconsidered*:
"wait,", "on reflection", "let me re-read"; a verdict in the words that follow counts, and if there is none, what was said stays. *Corrected*: "actually",
"I mean", "revised score:", "lowered from 4 to"; only a verdict right behind it counts. A turn between quotation marks is somebody else's.

What is only supposed, denied or was thought at first ("if it were shorter, I would give it a 5", "I was tempted to say 5, but") is taken out before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from metrics.judge.excluded import without_excluded
from metrics.judge.wording import KEYS, LEAD, TOLD
from metrics.text import late

Kind = Literal["withdrawn", "reconsidered", "corrected"]

_STOP: Final = r"(?=\s*(?:[,.;:!…—-]|$))"
_NAMED: Final = r"(?:\s+(?:final\s+)?(?:score|rating|verdict|result|judge?ment|answer|grade))?"
_TURN: Final = re.compile(
    rf"(?<![\w\"'])(?:(?P<withdrawn>no(?:,\s*|\s+)wait\b(?=\s*(?:[,.;:!…—-]|$)|\s+(?:[1-5]|it|that|this|i|i'd|the|yes|no|not|correct|incorrect|actually|make)\b)|wait,?\s+no\b|(?:scratch|strike|forget|disregard)\s+that\b{_STOP}|i\s+(?:take|took)\s+(?:that|it)\s+back\b|i\s+(?:withdraw|retract|revoke)\s+(?:that|this|my|the|it)\b)"
    rf"|(?P<reconsidered>(?<!\w )wait{_STOP}|(?:up)?on\s+(?:(?:further|closer|second|more\s+careful|deeper)\s+)?(?:reflection|reconsideration|thoughts?|re-?reading|inspection|review|consideration)\b"
    r"|(?:^|(?<=[.:;!?(…-]\s))actually(?=,)|(?:let|allow)\s+me\s+(?:to\s+)?(?:re-?(?:consider|read|check|think|vise|assess|evaluate|view|examine)|correct|fix|change|adjust|think\s+again)\b[^.:;\n]{0,24}"
    rf"|(?:after\s+)?re-?(?:considering|reading|checking|evaluating)\b|(?:thinking|reading|looking|checking)\s+(?:about\s+it\s+|at\s+it\s+)?again\b|(?:^|(?<=[.:;!?(…-]\s))hmm+\b|hold\s+on{_STOP}|(?:correction|edit|update){_STOP}|i\s+(?:stand|am)\s+corrected\b|my\s+mistake\b|i\s+(?:was\s+wrong|misread|made\s+a\s+mistake)\b)"
    rf"|(?P<corrected>(?:(?<=[.,;:!?(\n…-])|(?<=[.,;:!?(…-]\s)|^|(?<=\bbut\s)|(?<=\bor\s))(?:actually|rather(?!\s+than)|sorry|in\s+fact|make\s+(?:that|it)|better)\b"
    rf"|(?<=[.,;!?(…-]\s)no(?=[,:])|i\s+mean\b|(?:corrected|revised|updated|amended|adjusted|new){_NAMED}(?:\s+to)?\s*[:=]|oops\b"
    r"|(?:chang|lower|rais|upgrad|downgrad|reduc|adjust|revis|updat|bump|amend|drop|increas|decreas|switch|round)\w*\s+(?:(?:up|down|my|the|this|it|that|score|rating|verdict|judge?ment|from|[1-5](?:/5)?|yes|no|correct|incorrect)\s+){0,5}to\b))",
    re.IGNORECASE | re.MULTILINE,
)
_TURNING: Final = (
    "wait", "scratch", "withdraw", "retract", "revoke", "strike", "forget", "disregard", "back", "reflection", "thought", "re-", "reading", "review", "inspection", "consider", "let me", "allow me", "again",
    "hmm", "hold on", "correction", "corrected", "edit", "update", "mistake", "wrong", "misread", "actually", "rather", "sorry", "in fact", "no,", "no:", "make ", "better", "i mean",
    "revis", "amend", "adjust", "new", "oops", "chang", "lower", "rais", "grade", "reduc", "bump", "drop", "crease", "switch", "round", "checking", "evaluating", "stand", "reconsider",
)  # fmt: skip
"""Parts of words, of which every turn has one: most replies have none, and looking for turns is slow."""
_MOST: Final = 6
"""Turns of a reply that are looked at, from its end."""
_QUOTED: Final = re.compile(r"\"[^\"\n]{1,300}\"|(?<!\w)'[^'\n]{1,300}'(?!\w)")
_DOUBTFUL: Final = re.compile(
    r"\b(?:could|might|cannot|can't|not|never|if|to)\s+(?:be\s+)?$", re.IGNORECASE
)
_ANNOUNCED: Final = late.compile(
    rf"(?:^|(?<=[.!?]\s))[^:.!?\n]{{0,80}}?(?:{TOLD.pattern}|\b(?:student|speaker|quotation|antwort|réponse|respuesta|resposta|risposta)\b)[^:.!?\n]{{0,60}}(?::|\s-\s)|\b(?:follows|below|thus)[.!]?\n",
    re.IGNORECASE | re.MULTILINE,
)
"""What announces another's words: nobody knows where they end, so what follows is not a second thought of the judge."""
_GIVEN: Final = late.compile(
    rf"^[^\w\n]{{0,12}}(?:{LEAD})(?:{KEYS})\W{{0,4}}[:=]\W{{0,6}}(?:[1-5]\b|yes\b|no\b|correct\b|incorrect\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""A verdict under its key: what follows it is the judge's again."""
_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"')\]]*(?:\s|$)|\n")
_OWN: Final = (
    r"(?:[\W_]|\b(?:and|but|so|or|then|therefore|thus|well|hmm+|ok(?:ay)?|oh|yes|no|not|wait|however|yet|also|still|now|i|i'm|i'd|i'll|i've|we|my|me|let|must|should|would|will|have|has|had|need|want|to|am|is|was|be|an?|the|this|that|it|its|"
    r"after|on|upon|for|with|of|all|out|at|said|having|thinking|perhaps|maybe|sorry|actually|in|fact|first|second|closer|look|sight|glance|initial|final|overall|scores?|ratings?|grade|verdict|judge?ment|result|answer|conclusion|"
    r"explanations?|reason(?:s|ing)?|rationale|justification|analysis|evaluation|assessment|feedback|comments?|notes?|edit|update|correction|grounds|further|deeper|thoughts?|reflection|consideration|reconsideration|review|reading|inspection|one|two|three|four|five|\d+|points?|stars?|correct|incorrect|right|wrong|true|false)(?![\w'-]))*"
)
"""Words in which a judge speaks of its own verdict, and the verdict."""
_OWN_SENTENCE: Final = late.compile(rf"{_OWN}$", re.IGNORECASE)
_HEAD: Final = re.compile(r"^([^\n]{3,80}):\n", re.MULTILINE)
_OWN_CLAUSE: Final = late.compile(rf"(?:[,;(]|\s[–—-]|\bi\b){_OWN}$", re.IGNORECASE)
_ANNOUNCES: Final = late.compile(r"\b(?:as\s+follows|follows|below|thus)\W*$", re.IGNORECASE)
STANDS: Final = late.compile(
    r"\b(?:stands?|stick|keep|kept|remains?|unchanged|no change|still|confirm\w*|as before|stay\w*)\b",
    re.IGNORECASE,
)
"""Words after a turn that leave what was said."""

FILLER: Final = (
    r"(?:[\s,.:;…—\"'(\[-]|\b(?:i'd|i'll|i|we|would|will|should|must|it's|it|is|be|that's|that|this|make|say|said|call|give|go|with|at|an?|the|to|of|for|my|as|more|like|rather|well|so|then|"
    r"now|final|score|rating|grade|verdict|answer|result|judge?ment|response|down|up|just|really|probably|actually|sorry|lower|raise|change|set|think|no|wait|hmm|oops|mean)(?![\w'-]))*"
)
"""Words and signs between a turn and the verdict right behind it."""

_TENTATIVE: Final = late.compile(
    r"(?<![\w\"'])(?:(?:^|(?<=[.;:,]\s))(?:initially|at\s+first(?:\s+glance)?|originally)|i\s+(?:initially|first|originally)\s+(?:thought|said|guessed)|my\s+(?:first|initial)\s+(?:thought|impression|instinct|guess|reaction)|i\s+(?:was\s+(?:going|about|tempted|inclined)|wanted|first\s+thought|had\s+thought|considered|thought\s+about|thought\s+of)"
    r"|it\s+is\s+tempting|one\s+(?:could|might))\b[^.;\n]{0,160}?[,;]?\s*\b(?:but|however|yet|though|until|before)\b[,:]?\s*",
    re.IGNORECASE,
)
_NOT_QUITE: Final = late.compile(
    r"(?<![\w\"'])(?:not|almost|nearly|close\s+to|just\s+short\s+of|just\s+below)\s+(?:quite\s+|really\s+)?an?\s+[1-5]\s*,?\s*(?:but|so|yet|still)\b(?:\s+rather)?\s+",
    re.IGNORECASE,
)
_REST: Final = r"(?:(?!,\s*(?:so|but|yet|thus|therefore|hence|however)\b)[^.;\n]){0,120}"
"""Up to the end of a sentence, or to what is the case after all."""
_SUPPOSED: Final = late.compile(
    r"(?<![\w\"'])(?:if\s+(?!i\s+(?:must|have\s+to|had\s+to|were\s+to|am\s+to))|had\s+(?:it|this|the)\s|were\s+(?:it|this|the)\s|with(?:out)?\s+(?:a\s+)?(?:more|better|fewer|these|this|that|the)\s|unless\s|to\s+(?:get|earn|deserve|reach|receive)\s+an?\s)"
    r"[^.;\n]{0,120}?\b(?:would|could|might|needs?|must|i'd|it'd)\b"
    + _REST
    + r"|(?<![\w\"'])(?:an?\s+)?[1-5]\s+(?:would|could|might)\b[^.;\n]{0,120}"
    r"|\b(?:would|could|might)\s+(?:give|get|earn|deserve|rate|score|receive|be)\b[^.;\n\d]{0,40}[1-5](?:/5)?\s*,?\s*(?:only\s+)?if\b[^.;\n]{0,120}"
    r"|(?<![\w\"'])(?:others|some|(?:someone|somebody)(?:\s+(?:more\s+)?(?:else|strict|stricter|lenient|kinder|harsher|generous))?|one|many|people|another\s+\w+|an?\s+(?:lenient|strict|harsh|generous|kinder|stricter)\s+\w+)\s+(?:would|might|could|may)\b[^.;\n]{0,120}"
    r"|\b(?:would|might|could)\s+have\s+(?:given|rated|scored|earned|been|received|deserved|gotten)\b[^.;\n]{0,80}",
    re.IGNORECASE,
)
_DOUBTS: Final = (
    (("initial", "at first", "original", "my first", "i was", "i wanted", "i first", "i had", "i consider", "i thought", "tempting", "one could", "one might"), _TENTATIVE),
    (("not a", "not q", "not re", "almost", "nearly", "close to", "short of", "just below"), _NOT_QUITE),
    (("would", "could", "might", "may ", "need", "must", "i'd", "it'd"), _SUPPOSED),
)  # fmt: skip
"""Parts of words, of which what a pattern takes out has one, and the pattern."""


class Turn(NamedTuple):
    """A place where a judge thinks again: of which kind, what was said before, and what follows."""

    kind: Kind
    head: str
    tail: str


def turns(lines: Sequence[str]) -> list[Turn]:
    """Return the turns of the plain lines of a reply, the last one first.

    >>> [(turn.kind, turn.tail) for turn in turns(["Score: 4, no wait, 3"])]
    [('withdrawn', ', 3')]
    >>> turns(['It says "no wait, 3".']), turns(["5", "The reply said: Actually, 1."])
    ([], [])
    """
    text = "\n".join(lines)
    low = text.lower()
    found = list(_TURN.finditer(text)) if any(part in low for part in _TURNING) else []
    if not found:
        return []
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    given = [match.end() for match in _GIVEN.finditer(text)]
    kept: list[Turn] = []
    for match in reversed(found[-_MOST:]):
        start, end = match.span()
        if any(first < start and end <= last for first, last in quoted):
            continue
        if text.count('"', 0, start) % 2 and '"' in text[end:]:
            continue
        since = max((end for end in given if end <= start), default=0)
        if _announced(text, since, start) or not _own(text, start):
            continue
        kind: Kind = "corrected"
        if match["withdrawn"]:
            kind = "withdrawn"
        elif match["reconsidered"]:
            kind = "reconsidered"
        elif _DOUBTFUL.search(text[max(0, start - 24) : start]):
            continue
        kept.append(Turn(kind, text[:start], text[end:]))
    return kept


def _announced(text: str, since: int, start: int) -> bool:
    """Return whether something between two places of a reply announces another's words."""
    if _ANNOUNCED.search(text, since, start):
        return True
    heads = _HEAD.finditer(text, since, start)
    return any(_OWN_SENTENCE.match(head[1]) is None for head in heads)


def _own(text: str, start: int) -> bool:
    """Return whether what begins at a place of a reply is said by the judge, for all that stands before it."""
    before = text[:start]
    ends = [end.end() for end in _SENTENCE_END.finditer(before)]
    sentence = before[ends[-1] if ends else 0 :].strip()
    if not sentence:
        last = before.strip()[-80:]
        return not last.endswith(":") and _ANNOUNCES.search(last) is None
    if _OWN_SENTENCE.match(sentence):
        return True
    return TOLD.search(sentence) is None and _OWN_CLAUSE.search(sentence[-80:]) is not None


def said(lines: Sequence[str]) -> list[str]:
    """Return the lines without what is only supposed or was thought at first.

    >>> said(["At first I wanted to give a 5, but I give it a 2."]), said(["A 5 would need more detail. 4"])
    (['I give it a 2.'], ['4'])
    """
    return [_surely(without_excluded(line)) for line in lines]


def _surely(line: str) -> str:
    low = line.lower()
    for parts, pattern in _DOUBTS:
        if any(part in low for part in parts):
            line = pattern.sub("", line).lstrip(" .,;")
    return line
