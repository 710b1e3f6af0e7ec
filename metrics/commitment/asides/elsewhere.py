"""Options that are named for something else: an intention given up, another question, a truth about all such things, a topic.

``aimed`` rewrites a masked, folded reply in which an option does not answer this question ("I was going to say ▢ until …", "▢ was the answer to the
previous question", "a ▢ voice is hard to spot", "a text about ▢ with a ▢ accent"), or in which one stands out by what is said of another
("▢ is a distractor, ▢ is not"; "▢, specifically ▢"). The words are closed lists; every pattern looks at a bounded stretch.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.asides.claims import CLAIMS
from metrics.commitment.asides.rules import Rule, rewritten
from metrics.commitment.mentions import MENTION, TEXT
from metrics.text import late

_M: Final = MENTION
_O: Final = r"[(\[\"']{0,2}(?:(?:the )?(?:option|choice|answer|letter) |an? |the )?[(\[\"']{0,2}"
_C: Final = r"[)\]\"']{0,2}"
_X: Final = rf"{_O}(?P<x>{_M}){_C}"
_CHOOSE: Final = r"(?:answer|say|pick|choose|select|suggest|write|go (?:with|for)|opt for|settle (?:on|for)|reply|respond)"
_ITEM: Final = (
    r"(?:(?:the|your|my|that|an?) (?:previous|earlier|preceding|prior|other|last|next|different)|another|some other) "
    r"(?:question|item|one|clip|recording|sample|example|audio|task|problem|round|exercise)"
)
_CALLED: Final = r"(?:(?:the |my )?(?:right |correct )?(?:answer|choice|option|one)|right|correct)"
_WRONG: Final = r"(?:(?:is|was|are|were) (?:both |all |clearly |just |only |simply )?(?:an? )?(?:distractors?|decoys?|traps?|red herrings?|wrong|incorrect|false|ruled out|excluded|implausible|impossible)|(?:does not|doesn't|did not|didn't|do not|don't) (?:fit|match|work|apply))"
_EXCLUDE: Final = r"(?:exclude|excluded|drop|dropped|eliminate|eliminated|reject|rejected|discard|discarded|remove|removed|rule (?:\w+ )?out|ruled out|cross (?:\w+ )?out|crossed out|strike|dismiss|dismissed)"
_HARD: Final = r"(?:hard|harder|difficult|impossible|trickier|tricky)"
_FIND: Final = r"(?:tell|spot|detect|recogni[sz]e|identify|distinguish|fake|prove)"
_JUDGE: Final = rf"(?:{_FIND}|hear|judge|decide|know|say)"
_QUESTION: Final = r"(?:question|issue|challenge|difficulty|trouble|problem|point|reason)"
_NARROWS: Final = r"(?:(?:or )?(?:more )?(?:specifically|precisely|exactly)|to be (?:more )?(?:precise|specific|exact)|in particular|namely)"
_GROUP: Final = r"(?: (?:accent|isles|islands|english|region|origin|group|family|variety|dialect|emotion|instrument|sound|speaker|voice))?"
_QUOTE: Final = r"(?:\"[^\"\n]{1,120}\"|(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){1,120}'(?!\w))"
_BEGINS: Final = r"(?:(?<=\A)|(?<=[.!\n;,]))\s*(?:and |but |so |thus |hence |therefore )?,?\s?"
_NAMED: Final = r"(?:material|substance|object|thing|animal|organ|instrument|sound|emotion|language|place|person|plant|planet|tool|device|source|cause|process|answer)"
_ANY: Final = late.compile(_M)


def _concluded(match: re.Match[str]) -> str:
    """Call the last sentence the answer where most options were talked about before."""
    before = set(_ANY.findall(match.string, 0, match.start()))
    return f" the answer is {match['x']}" if len(before) > 2 and match["x"] in before else match[0]


_RULES: Final[tuple[Rule, ...]] = (
    # an intention given up
    (late.compile(rf"\bi (?:was|had been|have been) (?:just |already |really |almost |quite |all )*(?:(?:going|about|ready|set|inclined|tempted|prepared|close|tending) to|(?:leaning|tending) towards?|(?:going|opting|voting) (?:for|with)) (?:{_CHOOSE} )?{_X},? (?:until|till|before|but|when|except that)\b"), r" whether \g<x>, no wait, "),
    # the one that is excluded
    (late.compile(rf"\b(?:if (?:(?:i|we|you|one) )?(?:had to|have to|has to|were to|was to|could|must|should)|were (?:i|we|one) to|had i to|if (?:one|an option) (?:must be|has to be|had to be)) {_EXCLUDE}\b[^.;:!?\n\ue000-\uf000]{{0,30}}?[,:]? ?(?:then )?(?:(?:it|that|this)(?:'d| would| is|'s|'ll| will)(?: be)? )?{_X}"), r" not \g<x> "),
    (late.compile(rf"\b(?:the |my )?(?:first|easiest|safest) (?:one |option |label )?to (?:go|{_EXCLUDE})(?: out)?(?: is| would be| was|:) {_X}"), r" not \g<x> "),
    (late.compile(rf"{_X} (?:is|was|would be) (?:the|an?) (?:(?:one|first|only|very) )?(?:thing|option|label|answer|choice|candidate|one)?,? ?(?:that |which )?(?:i|we|you|one)(?:'d| would| could| can| will|'ll)? (?:\w+ly |definitely |rather |like to )?{_EXCLUDE}\b"), r" not \g<x> "),
    (late.compile(rf"{_X} (?:is|was|would be) (?:the|an?) (?:(?:one|first|only|easiest|safest) )?(?:thing|option|label|answer|choice|candidate|one)? ?(?:to (?:be )?{_EXCLUDE}|that (?:should|must|can|could) be {_EXCLUDE})\b"), r" not \g<x> "),
    (late.compile(rf"\b(?:telling|distinguishing|separating|discerning|to (?:tell|distinguish|separate|discern)) {_O}(?P<y>{_M}){_C} (?:from|and) {_X}"), r" whether \g<y> or \g<x> "),
    (late.compile(rf"{TEXT} (?=(?:hard|tough|tricky|difficult|easy|quick) to (?:{_JUDGE}|call|make out)\b)"), " "),
    # another question
    (late.compile(rf"{_X} (?:is|was|had been|were) {_CALLED} (?:(?:to|for|in|on|of) {_ITEM}|(?:the )?(?:last|previous) time|the time before)\b"), r" whether \g<x> "),
    (late.compile(rf"\b(?:the |my )?(?:right |correct )?(?:answer|choice) (?:to|for|in|on|of) {_ITEM}(?: was| had been|\s*:) {_X}"), r" whether \g<x> "),
    (late.compile(rf"\b{_ITEM}'s (?:right |correct )?answer (?:was|had been) {_X}"), r" whether \g<x> "),
    (late.compile(rf"\b(?:to|for|in|on|with) {_ITEM},? (?:it|this|that|{_CALLED}) (?:was|had been) {_X}"), r" whether \g<x> "),
    # what is said of another option
    (late.compile(rf"(?P<before>{_M}{_C} {_WRONG}\s*[.,;:—]\s*(?:but |while |whereas )?){_X} (?:is|was|does|did)(?:n't| not)(?=\s*(?:[.;:,!\n—]|\Z))(?!\s*[.;:,]\s*(?:and |nor |neither )?{_O}{_M})"), r"\g<before>\g<x> is correct"),
    (late.compile(rf"(?P<x>{_M}){_C} (?:is|was) (?:clearly |just |only |simply )?an? (?:decoy|trap|red herring)\b"), r"\g<x> is wrong"),
    (late.compile(r"\b(?:the|my) (?:real|actual|genuine) (?=(?:answer|choice)\b)"), "the correct "),
    (late.compile(rf"(?<!not )(?<!no )(?P<y>{TEXT}){_GROUP},? [(]?{_NARROWS}[,:]? (?:(?:from|in|of) [a-z ]{{1,30}}: )?(?={_O}{TEXT})(?!{_O}(?P=y){_C},? {_NARROWS})"), " "),
    (late.compile(rf"\bmore than anything(?: else)?[,:]? (?=[^.;:\n\ue000-\uf000]{{0,30}}{_M})"), " the answer is "),
    # what holds of all such things
    (late.compile(rf"\bthe (?P<x>{TEXT}) (?P<noun>{_QUESTION}) (?=(?:here )?(?:is|was|remains) (?:that|whether|if|how|what|who|which|to|settled|open)\b)"), r"the \g<noun> "),
    (late.compile(rf"\b(?:takes?|needs?|requires?) an? (?:\w+ )?{TEXT} (?:\w+ ){{1,3}}to {_JUDGE}\b"), "takes one to tell"),
    (late.compile(rf"\ban? (?P<x>{TEXT})(?: \w+)? (?:can be \w+|is easy to {_FIND})\s*[,;]? (?:but |and |while |whereas |yet )?an? (?P=x)(?: \w+)? (?:is|are|would be|can|cannot|can't) (?:not\b|(?:\w+ )?{_HARD}(?: to {_FIND})?|be\b)"), " some are easy "),
    (late.compile(rf"\ban? {TEXT}(?: \w+)? (?:is|are|would be|can be) (?:much |far |often |usually |always |even |very |quite )*{_HARD} to {_FIND}\b(?! here\b)"), " some are hard "),
    # a topic
    (late.compile(rf"\babout (?:the |an? |some |her |his |their |my )?{TEXT}(?=[^.;\n\ue000-\uf000]{{1,40}}\b(?:with|in) (?:an? |the |his |her |their )?(?:\w+ )?{TEXT} (?:accent|voice|tone|dialect|english|intonation)\b)"), " about it "),
    (late.compile(rf"(?P<x>{TEXT}) (?P<noun>accent|voice|tone|dialect),? (?:and|who|while) (?:[a-z]+ ){{1,6}}about (?:the |an? |some )?{TEXT}"), r"\g<x> \g<noun>"),
    (late.compile(rf"(?P<x>{TEXT}) for {_QUOTE}"), r"\g<x>"),
    (late.compile(rf"{_BEGINS}(?:the|this) (?:right |correct )?{_NAMED} (?:is|must be|has to be) {_X}\s*[.!]*\s*\Z"), _concluded),
)  # fmt: skip
_RULES_BEFORE: Final = (*CLAIMS, *_RULES)
_TOO_LITTLE: Final = late.compile(
    r"(?P<begins>\A|[.!?\n])(?P<said>[^.!?\n]{0,200}\b(?:more|better|likelier|closer|stronger|ahead|slightly|marginally|edges out|beats|leads)\b[^.!?\n]{0,120}?"
    r"(?:(?:\b(?:neither|none|nothing|no option|not)|n't)\b[^.;!?\n\ue000-\uf000]{0,40}? enough (?:for me |for us )?|\btoo (?:little|weak|small|close|thin)\b[^.;!?\n\ue000-\uf000]{0,24} )(?:to (?:give (?:an|any) answer|answer|commit(?: to)?|choose|decide|settle|pick|name one|call)|for an answer)"
    r"[^.;!?\n\ue000-\uf000]{0,24})[.!\s]*\Z"
)
"""A last sentence that prefers one option, but not enough to give it."""
_NEITHER: Final = late.compile(
    r"(?P<begins>\A|[.!?\n])(?P<said>[^.!?\n]{0,300}?(?:\b(?:but|though|yet|although|while|however)\b|[;,—]) ?(?:in (?:fact|truth) |really |actually |honestly |strictly )?"
    r"(?:neither|none)(?: of (?:them|these|those|the (?:two|three|four|options|choices|labels|answers))| one| option)?(?: (?:really|truly|actually|fully))? "
    r"(?:fits?|appl(?:y|ies)|match(?:es)?|works?|(?:is|are) (?:really )?(?:right|correct|true|the answer))(?: here|,? though|,? really|,? however)?)[.!\s]*\Z"
)
"""A last sentence that prefers one option, but calls none right."""
_HINT: Final = late.compile(
    r" enough |\b(?:neither|none)\b|\btoo (?:little|weak|small|close|thin)\b"
)
_TAIL: Final = 480
"""Characters at the end in which that sentence is looked for."""
_STOPS: Final = late.compile(r"[,;:]")
_COMMITS: Final = late.compile(
    r"\b(?:answer is|final|i (?:choose|pick|select|answer|say)|i(?:'d|'ll| would| will) \w+|so)\b"
)


def aimed(text: str) -> str:
    r"""Return a masked, folded reply in which options named for something else have lost the force of an answer.

    >>> aimed("\ue800 was the answer to the previous question. this one is \ue801").strip()
    'whether \ue800 . this one is \ue801'
    """
    text = rewritten(text, _RULES_BEFORE)
    if _HINT.search(text) is None:
        return text
    tail = max(0, len(text) - _TAIL)
    little = _TOO_LITTLE.search(text, tail) or _NEITHER.search(text, tail)
    if little is None or _COMMITS.search(little["said"]):
        return text
    open_row = _STOPS.sub(" or ", little["said"])
    return f"{text[: little.end('begins')]} whether {open_row}"
