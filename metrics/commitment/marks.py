"""Signs that judge an option: ticks and crosses next to it, and the one line of a list that stands out.

``stands_out`` looks at a reply before its markup is taken off: of several lines that begin with a letter, the only one in bold, behind an
arrow or before one is the chosen one. ``judged`` looks at a masked reply: a tick or cross belongs to the option before it, or to the
one after it where the first sign of the reply comes before all options. Of several options joined by "or" and the like it judges the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from metrics.commitment.mentions import MENTION

GOOD: Final = "✔"
BAD: Final = "✘"
_LETTERED: Final = re.compile(
    r"[ \t]*(?:[-*•]\s+)?(?P<point>(?:—|->|=>|>>|👉|➡|▶|►|➤|🎯|🔘|●|◉)\s*)?(?P<bold>\*\*|__)?[(\[]?(?P<letter>[A-Za-z])[).:\]]"
)
_POINTED_AT: Final = re.compile(r"(?:<-{1,3}|<={1,3}|←|⬅|👈)\s*\Z|(?P<bold>\*\*|__)[.\s]*\Z")
_MENTION: Final = re.compile(MENTION)
_REMARKED: Final = re.compile(
    rf"(?<={MENTION})[)\]\"'.]{{0,2}}\s*[(\[]\s*(?:(?:this|that|it) is )?(?:the |my )?(?:yes|correct|right|true|answer|choice|selected|chosen|final|pick|(?:by far )?(?:the )?(?:most (?:likely|probable|plausible)|likeliest|strongest|top)|best)"
    r"(?: (?:answer|option|choice|one|pick|match|fit|guess|candidate))?\s*[)\]]"
    rf"|(?<={MENTION})[)\]\"'.]{{0,2}}\s*(?:<-{{1,3}}|<={{1,3}}|←|<<|-{{1,3}}>|=>|#)\s*(?:(?:this|that|it) is )?(?:the |my )?(?:yes|correct|right|true|answer|choice|selected|chosen|final|pick|best)"
    r"(?: (?:answer|option|choice|one|pick))?(?=\s*(?:$|\n|[.!]))"
)
_REFUTED: Final = re.compile(
    rf"(?<={MENTION})[)\]\"'.]{{0,2}}\s*[(\[]\s*(?:(?:this|that|it) is )?(?:wrong|incorrect|false|no|not (?:correct|right)|rejected|excluded|ruled out|eliminated)\s*[)\]]"
)
_BARE_LINE: Final = re.compile(
    rf"^((?:\d{{1,2}}[.)] ?)?[^\w\n{GOOD}{BAD}]*{MENTION})[.)\]\"' |]*$", re.MULTILINE
)
"""A line with an option and nothing said about it, in a list in which one is ticked."""
_JOINED: Final = re.compile(r"[)\]\"']{0,2}\s*(?:[,/;&]|\b(?:and|or|but|vs)\b)")
_SIGN: Final = re.compile(f"[{GOOD}{BAD}]")


def stands_out(text: str) -> str:
    r"""Return a reply with a tick behind the one line of lettered options that stands out, if there is one.

    >>> stands_out("A. Man\n**B. Woman**\nC. Child")
    'A. Man\n**B. Woman** ✔\nC. Child'
    """
    lines = text.split("\n")
    letters: dict[str, list[int]] = {}
    out = []
    for number, line in enumerate(lines):
        begins = _LETTERED.match(line)
        if begins is None:
            continue
        letters.setdefault(begins["letter"], []).append(number)
        ends = _POINTED_AT.search(line)
        if begins["point"] or (ends and (not ends["bold"] or begins["bold"])):
            out.append(number)
    if len(out) != 1 or len(letters) < 2 or any(len(places) > 1 for places in letters.values()):
        return text
    lines[out[0]] += f" {GOOD}"
    return "\n".join(lines)


def judged(text: str) -> str:
    r"""Return a masked reply with its ticks and crosses in words.

    >>> judged("\ue800 ✘\n\ue801 ✔")
    '\ue800 is wrong \n\ue801 is correct '
    """
    if _REMARKED.search(text) is not None:
        text = _REFUTED.sub(f" {BAD}", _REMARKED.sub(f" {GOOD}", text))
    signs = list(_SIGN.finditer(text))
    if not signs:
        return text
    if sum(sign[0] == GOOD for sign in signs) == 1:
        text = _BARE_LINE.sub(r"\1 is wrong", text)
        signs = list(_SIGN.finditer(text))
    mention = _MENTION.search(text)
    if mention is None or (
        {sign[0] for sign in signs} == {GOOD} and len(signs) > 1 and _all_have_one(text, signs)
    ):
        return _SIGN.sub(" ", text)
    leads = signs[0].start() < mention.start()
    parts, end = [], 0
    borders = [sign.start() for sign in signs]
    for number, sign in enumerate(signs):
        words = "correct" if sign[0] == GOOD else "wrong"
        if leads:
            stop = borders[number + 1] if number + 1 < len(signs) else len(text)
            line_end = text.find("\n", sign.end(), stop)
            stop = line_end if line_end >= 0 else stop
            named = list(_MENTION.finditer(text, sign.end(), stop))
            if not named:
                parts.append(text[end : sign.start()] + " ")
                end = sign.end()
                continue
            at = named[0].end()
            parts.append(f"{text[end : sign.start()]}{text[sign.end() : at]} is {words} ")
            end = at
        else:
            start = max(end, text.rfind("\n", 0, sign.start()) + 1)
            named = list(_MENTION.finditer(text, start, sign.start()))
            if not named:
                parts.append(text[end : sign.start()] + " ")
                end = sign.end()
                continue
            at = _judged_one(text, named, sign).end()
            between = text[at : sign.start()].strip(" :.-|)]\"'")
            parts.append(f"{text[end:at]} is {words} {between}")
            end = sign.end()
    return "".join([*parts, text[end:]])


def _judged_one(text: str, named: Sequence[re.Match[str]], sign: re.Match[str]) -> re.Match[str]:
    """Return which of the options before a sign it judges: the first of its line, of joined ones ("▢ or ▢ ✔") the last."""
    joined = len(named) > 1 and _JOINED.match(text, named[0].end())
    near = not text[named[-1].end() : sign.start()].strip(" .)]\"'")
    return named[-1] if joined and near else named[0]


def _all_have_one(text: str, signs: list[re.Match[str]]) -> bool:
    """Return whether a text has as many signs as mentions, so that they are bullets."""
    return len(signs) >= len(set(_MENTION.findall(text)))
