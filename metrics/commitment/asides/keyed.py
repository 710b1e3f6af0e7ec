"""What a key before a colon says of the options behind it, and the verdict next to each option of a list.

``keyed`` rewrites a masked, folded reply. "rejected: ▢, ▢" and "Incorrect order: ▢" deny, "selected: ▢" and "Top-1: ▢" choose,
"runner-up: ▢" and "Candidates: ▢, ▢" say nothing. "▢: does not fit" and "▢ - this holds" in a list in which every line has such a verdict
become "▢ is wrong" and "▢ is correct". The words are closed lists; every pattern looks at a bounded stretch.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.asides.rules import rewritten
from metrics.commitment.mentions import CLASH, MENTION
from metrics.text import late

_M: Final = MENTION
_O: Final = (
    r"[(\[\"'«「]{0,2}(?:(?:the )?(?:option|choice|answer|letter)s? |an? |the )?[(\[\"'«「]{0,2}"
)
_C: Final = r"[)\]\"'»」]{0,2}"
_LIST: Final = rf"(?P<list>{_O}{_M}{_C}(?:\s*(?:,|/|&|\+|\band\b|\bor\b|, and\b|, or\b)\s*{_O}{_M}{_C}){{0,25}})"
_NOUN: Final = (
    r"(?: (?:options?|choices?|answers?|orders?|statements?|sentences?|labels?|letters?|ones?|candidates?|match(?:es)?|fits?|items?|alternatives?|versions?"
    r"|readings?|claims?|guess(?:es)?|picks?|responses?|category|categories|class(?:es)?|emotions?|sounds?|instruments?|interpretations?|predictions?|form|case))?"
)
_BEGINS: Final = r"(?:(?<=\A)|(?<=[\n.;|,(!✔✘—]))[ \-*•>]{0,6}(?:(?:and|but|so|the|my|all|clearly|other|others|also|options?|choices?|answers?) ){0,3}"
_BAD: Final = (
    r"(?:wrong|incorrect|false|rejected|reject|discarded|discard|dismissed|dismiss|eliminated|eliminate|excluded|exclude|ruled out|rule out|crossed out|struck(?: out)?|removed|distractors?|unlikely"
    r"|least (?:likely|plausible|probable|suitable|fitting)|less (?:likely|plausible|probable)|implausible|unsupported|not (?:supported|heard|present|selected|chosen|correct|right|it|plausible|likely|matching|fitting|the answer|answer|an answer)"
    r"|worst|weakest|poorest|bad|poor|non-?matching|mismatch(?:ing|es)?|inconsistent|contradicted|unheard|absent|impossible|unsuitable|inappropriate|improbable|invalid|no match|skip(?:ped)?|ignored?|losers?|fails?|out|does not fit|do not fit|doesn't fit|don't fit)"
)
_GOOD: Final = (
    r"(?:correct|right|true|selected|chosen|accepted|accept|kept|keep|preferred|remaining|remains|the remaining|left(?: over)?|best|strongest|most (?:likely|plausible|probable|fitting|suitable)|likeliest|likely|plausible|supported"
    r"|matching|good|winner|top|survivor|heard|present|consistent|valid|fits|fitting|suitable|in|retained|confirmed|recommended|decided|decision|choice|verdict|pick|selection|what fits|inference)"
)
_OTHER: Final = (
    r"(?:runners?[- ]?up|close second|next best|second[- ]best|also[- ]ran|honou?rable mentions?|backup|fallback|plan b|candidates|possible answers|possibilities|alternatives?(?: (?:considered|label|answer|option))?|considered|also considered|to be (?:checked|confirmed|verified|decided)|tbc|tbd"
    r"|(?:other|further) (?:candidates?|options?|possibilit(?:y|ies)|contenders?)|remaining (?:candidates|options|possibilities|contenders)|contenders?|tempting|(?:secondary|minor|tertiary)(?: (?:emotion|label|answer|choice|class|sound|instrument))?|(?:second|third|fourth|last|2nd|3rd|4th) (?:choice|best|place|option|pick|candidate)|(?:top|rank|place|choice|guess|prediction|no\.?|number|#)[ -]?[2-9]|2nd|3rd|4th|silver|bronze|second|third|fourth|first impression"
    r"|first (?:pass|round|attempt|try|take|listen|hearing|thought|idea)|(?:round|pass|attempt|try|take) (?:one|1))"
)
_FIRST: Final = r"(?:(?:top|rank|place|choice|guess|prediction|#)[ -]?(?:1|one)|1st(?: (?:choice|place|guess|pick))?|first (?:choice|place|pick)|first(?=[^.\n]{0,60}\b(?:second|2nd)\s*:)|winner|gold|(?:primary|main|dominant|principal)(?: (?:emotion|label|answer|choice|class|sound|instrument|prediction))?)"
_SIGN: Final = r"\s*(?::|=|->|—|\|)\s*"
_WHY: Final = r"(?: \([^()\n\ue000-\uf000]{1,40}\))?"
_NOT: Final = late.compile(
    r"(?:n't|\bnot|\bcannot|\bnever|\bto|\bif|\bunless|\bwithout)\b[^.;\n\ue000-\uf000]{0,24}\Z"
)


def _each(marks: str, verdict: str) -> str:
    return "".join(f" {mark} is {verdict};" for mark in re.findall(_M, marks))


def _ruled_out(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 40) : match.start()]
    return match[0] if _NOT.search(before) else _each(match["list"], "wrong")


_RULES: Final = (
    (late.compile(rf"{_BEGINS}(?:\w+ of (?:them|these|the options|the four) )?{_BAD}{_NOUN}(?:(?: (?:is|are|here))?{_SIGN}| (?:is|are) ){_LIST}"), lambda m: _each(m["list"], "wrong")),
    (late.compile(rf"{_BEGINS}{_OTHER}{_SIGN}{_LIST}(?!\s*(?:is|was|because)\b)"), " others. "),
    (late.compile(rf"{_BEGINS}(?:{_GOOD}{_NOUN}|{_FIRST})(?: (?:is|are|here))?{_SIGN}{_LIST}"), lambda m: f" the answer is {m['list']}"),
    (late.compile(rf"\b(?:ranking|ranked|ranks?|order|ordered)\b[^\n\ue000-\uf000]{{0,40}}(?:[:(]|\b(?:is|are)\b)\s*1[.)] ?{_O}(?P<x>{_M}){_C}(?:\s*[,;]?\s*[2-9][.)] ?{_O}{_M}{_C}){{1,25}}"), r" the answer is \g<x> "),
    (late.compile(rf"(?:\b(?:in (?:the )?(?:descending )?order of (?:decreasing )?(?:likelihood|probability|plausibility|fit|confidence)|from (?:the )?(?:most|best|strongest|likeliest)(?: \w+)? to (?:the )?(?:least|worst|weakest)(?: \w+)?|(?:sorted|ranked|ordered|ranking|order)[^\n:\ue000-\uf000]{{0,16}}(?:best first|by (?:decreasing )?(?:likelihood|probability|fit|confidence|plausibility)|most likely first|descending)[^\n:\ue000-\uf000]{{0,6}}))\s*(?::|,|—)?\s*(?:it is |i would rank them |1[.)] ?)?{_O}(?P<x>{_M}){_C}(?:\s*(?:,|>|;|then|and|, and|, then|[2-9][.)])\s*{_O}{_M}{_C}){{1,25}}"), r" the answer is \g<x> "),
    (late.compile(rf"\b(?:cross|rul|eliminat|exclud|dismiss|discard|remov|reject|discount)(?:ing|ed|es|e|s)?(?: (?:out|off))? (?:both )?(?P<list>{_O}{_M}{_C}{_WHY}(?:, {_O}{_M}{_C}{_WHY}){{1,25}}(?:,? (?:and|or) {_O}{_M}{_C}{_WHY})?)(?=\s*(?:[.;:)\n]|\Z|,? (?:so|which|leaving|leaves|i|we|because|since|as|that)\b))"), _ruled_out),
)  # fmt: skip
_HINT: Final = late.compile(
    r"[:=|]|->| - |—|\bfrom (?:the )?(?:most|best|strongest)|\bin (?:the )?(?:descending )?order|\b(?:sorted|ranked|ranking|ordered) |s (?:is|are)\b|[gdte] out\b|(?:eliminat|exclud|dismiss|discard|remov|reject|discount)\w+ "
)

_HEAD: Final = late.compile(
    rf"(?:(?<=\A)|(?<=[\n;])|(?<=[.!✔✘] )|(?<=\n ))[ \-*•>|]*(?:\d[.)] )?(?:option |choice )?[(\[\"']{{0,2}}(?P<x>{_M})[)\]\"'.]{{0,3}}\s*(?:[:=|—-]|->)+\s*(?P<said>[^\n;\ue000-\uf000]{{1,200}})"
)
_AGAINST: Final = late.compile(
    r"n't\b|\b(?:no|not|never|none|nothing|nope|cannot|without|wrong|incorrect|false|untrue|unlikely|implausible|impossible|improbable|ruled out|excluded|eliminated|dismissed|discarded|reject(?:ed)?|absent|missing|lacks?|lacking|contradict\w*|conflict\w*|clash\w*"
    r"|inconsistent|unsupported|irrelevant|fails?|mismatch\w*|hardly|barely|unmentioned|far from|opposite|doubtful|out|incompatible|off|too \w+|low|poor|weak|less \w+|least \w+|misses|distractor|unrelated)\b"
)
_FOR: Final = late.compile(
    r"\b(?:yes|yep|correct|right|true|fits?|fitting|match(?:es|ed|ing)?|holds?|supported|consistent|plausible|likely|probable|best|strong|strongest|present|heard|audible|confirmed|agrees?|works?|applies|suits?|aligns?|high|good|perfect|perfectly|exactly"
    r"|makes sense|compatible|the answer|my answer|chosen|selected|accept(?:ed)?|winner|accurate|valid|keep|explains|clearly)\b"
)
_BOTH: Final = late.compile(
    r"\b(?:not|n't|cannot|can't|hardly|no)\b[^.;]{0,16}\b(?:wrong|incorrect|false|ruled out|excluded|impossible|implausible|unlikely|eliminated|dismissed)\b|\b(?:but|although|though|yet|however|partly|partially|half|somewhat|maybe|perhaps|only if|if|unclear|unsure|may|might|could|depends|would|not only|nothing but)\b"
)
"""Words that make a verdict one that says both."""


def keyed(text: str) -> str:
    r"""Return a masked, folded reply in which keys and verdicts of a list are plain sentences.

    >>> keyed("selected: \ue800\nrejected: \ue801").strip()
    'the answer is \ue800\n \ue801 is wrong;'
    """
    if not _HINT.search(text):
        return text
    text = _with_verdicts(text)
    return rewritten(text, _RULES)


def _with_verdicts(text: str) -> str:
    """Return a text in whose list of options every verdict is a plain one; unchanged if one line has none or says both."""
    lines = list(_HEAD.finditer(text))
    options = {line["x"] for line in lines}
    if len(lines) < 2 or len(options) < len(lines) or CLASH in options:
        return text
    verdicts = []
    for line in lines:
        said = line["said"]
        against, speaks_for = _AGAINST.search(said), _FOR.search(said)
        if _BOTH.search(said) or (against is None and speaks_for is None):
            return text
        verdicts.append("wrong" if against is not None else "correct")
    parts, end = [], 0
    for line, verdict in zip(lines, verdicts, strict=True):
        parts += [text[end : line.start()], f"\n{line['x']} is {verdict}.\n"]
        end = line.end()
    return "".join([*parts, text[end:]])
