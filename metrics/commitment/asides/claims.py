"""What others say of an option, what takes its place, and pairs of which one is left.

Rules for a masked, folded reply that run before all others: "most people choose ▢, and rightly so" chooses, "others heard ▢; they are
mistaken" denies, "▢ — revised to ▢" takes back, "in place of ▢ I would put ▢" turns, "▢ or ▢? The latter." and "between ▢ and ▢, and ▢ is
out" leave one. ``without_eras`` is for options that are ages by decade: a decade of history is nobody's age. The words are closed lists;
every pattern looks at a bounded stretch.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.asides.rules import Rule, rewritten
from metrics.commitment.mentions import MENTION, TEXT
from metrics.text import late

_M: Final = MENTION
_O: Final = r"[(\[\"']{0,2}(?:(?:the )?(?:option|choice|answer|letter) |an? |the )?[(\[\"']{0,2}"
_C: Final = r"[)\]\"']{0,2}"
_X: Final = rf"{_O}(?P<x>{_M}){_C}"
_Y: Final = rf"{_O}(?P<y>{_M}){_C}"
_END: Final = r"(?=\s*(?:[.!,;]|\Z))"
_MANY: Final = r"(?:(?:most|many|other|some|several|all|few|a lot of) (?:of the |of my |the )?(?:people|listeners|students|annotators|raters|models|users|experts|colleagues|candidates|readers|respondents|others)|everyone(?: else)?|everybody(?: else)?|others|the others|the (?:answer )?key|the (?:official |model )?solution|the (?:textbook|teacher|examiner|book)|my (?:colleague|friend|teacher|neighbou?r)s?|you)"
_CLAIM: Final = r"(?:(?:would|will|may|might|did|have|had|has|also|usually|often|probably|initially) ){0,2}(?:hear|heard|says?|said|chooses?|chose|chosen|picks?|picked|answers?|answered|thinks?|thought|believes?|believed|gives?|gave|went (?:for|with)|go (?:for|with)|hinted at|suggests?|suggested|proposed?|claims?|claimed|lists?|listed)(?: that| it is| it was| it's)?"
_AGREED: Final = r"(?:(?:and )?(?:quite |very )?rightly(?: so)?|(?:and )?correctly(?: so)?|(?:and |which |they |it |that |he |she |you )+(?:is|are|was|were|'re|'s) (?:quite |absolutely |all |indeed )?(?:right|correct)|(?:and |as |which )?i(?: fully| also| do| would| completely)? (?:agree|do(?: too| as well)?|concur)|(?:and )?so (?:do|would|did) i|as (?:do|would|did) i)(?: (?:with (?:it|that|them|him|her|you)|to|too|as well|so))?"
_MISTAKEN: Final = r"(?:but |yet |and |though |which |they |it |that |he |she |you |all )*(?:are|is|were|was|'re|'s) (?:all |simply |clearly |quite |both )?(?:mistaken|wrong|incorrect|in error|misled)|(?:but |yet |though )i (?:disagree|beg to differ|don't agree|do not agree)|(?:quite )?wrongly(?: so)?|mistakenly"
_OUT: Final = r"(?:is|was|can be|could be|must be|has been|being) (?:\w+ly )?(?:out|gone|discarded|excluded|ruled out|eliminated|dismissed|dropped|rejected|wrong|incorrect|impossible|implausible|unlikely|less (?:likely|plausible))|(?:does not|doesn't) (?:fit|match|work|apply)"
_SAYS: Final = r"(?:(?:i(?:'d| would|'ll| will)? (?:say|choose|pick|go (?:with|for)|take|select|answer)|it(?:'s| is| was)|this is|that's|definitely|clearly|probably|my answer is|the answer is)[,:]? )?"
_PUT: Final = r"(?:put|write|say|choose|pick|select|take|answer|go (?:with|for)|prefer|give|opt for|suggest|use|have)"


def _one_of_two(match: re.Match[str]) -> str:
    first = (match["w"] == "former") != (match["not"] is not None)
    return f" the answer is {match['x' if first else 'y']} "


def _left_of_two(match: re.Match[str]) -> str:
    if match["z"] not in (match["x"], match["y"]):
        return f" whether {match['x']} or {match['y']}; not {match['z']} "
    return f" the answer is {match['x'] if match['z'] == match['y'] else match['y']} "


CLAIMS: Final[tuple[Rule, ...]] = (
    # what others say
    (late.compile(rf"\b{_MANY} {_CLAIM}[ :,]{{1,2}}{_X}(?: here| instead)?\s*[,;.(—-]{{0,2}}\s*{_AGREED}{_END}"), r" i choose \g<x> "),
    (late.compile(rf"\b{_MANY} {_CLAIM}[ :,]{{1,2}}{_X}(?: here| instead)?\s*[,;.(—-]{{0,2}}\s*(?:{_MISTAKEN}){_END}"), r" not \g<x>; "),
    (late.compile(rf"\byou (?:hinted at|hinted|suggested|proposed|implied) {_X}(?=\s*[,;.] ?(?:but|yet|however|though)\b)"), r" not \g<x>"),
    (late.compile(rf"\b(?:steer|stay|keep|shy|back)(?:ing|ed|s)? (?:well |far )?(?:clear of|away from) {_X}"), r" not \g<x>"),
    # what takes the place
    (late.compile(rf"{_X}\s*(?:[,;]?\s*(?:(?:later|then|was|now|which i|i) )*(?:revised|corrected|amended)|(?:—|->|=>)\s*(?:(?:later|then|now|i) )*(?:revised|corrected|amended|updated|switched|changed))(?: it| that| this)? to (?={_O}{_M})"), r" \g<x>, no wait, "),
    (late.compile(rf"\b(?:revised|corrected|amended) from {_X} to (?={_O}{_M})"), r" \g<x>, no wait, "),
    (late.compile(rf"\b(?:in (?:place|lieu) of|instead of) {_X},? (?:i|we)(?:'d| would|'ll| will)? (?:rather )?{_PUT}(?: down)? (?={_O}{_M})"), r" not \g<x>, i choose "),
    # one of two
    (late.compile(rf"(?:\bbetween )?{_X}(?:,? (?:or|and|vs\.?|versus)) {_Y}\s*[?,;:.—]\s*{_SAYS}(?P<not>(?:certainly |definitely |clearly )?not )?the (?P<w>former|latter)(?: one| option)?{_END}"), _one_of_two),
    (late.compile(rf"\b(?:(?:it|this|that|the choice|the decision)(?: is|'s| was) (?:only )?(?:between|either)|(?:it |this )?(?:comes|boils|came|boiled|is|narrows|narrowed) (?:it )?down to|torn between) {_X},? (?:and|or) {_Y}\s*[,;.]? ?(?:and |but |with |yet |of which |where )?{_O}(?P<z>{_M}){_C} (?:{_OUT}){_END}"), _left_of_two),
    (late.compile(rf"{_X} out of (?:the |an? )?(?:(?:possible|maximum|max|maximal|top|full|total)(?: of)?) {_Y}"), r" \g<x>"),
    # what an option says, what a cue leads to
    (late.compile(rf"(?P<x>{_M}){_C}'s (?:own )?(?:description|text|wording|statement|content|account|explanation|claim|scenario) (?=(?:\w+ly |best )?(?:match(?:es)?|fits?|is|suits|describes|applies|agrees|corresponds|does|cannot|can't|contradicts)\b)"), r"\g<x> "),
    (late.compile(rf"\bas (?:if|though) [^:.;\n\ue000-\uf000]{{1,90}}:\s*(?={_O}{_M}{_C}\s*(?:[.!]|\Z))"), " the answer is "),
    (late.compile(rf"(?P<x>{_M}) (?:imitating|mimicking|copying|emulating|simulating|posing as) (?:an? |the )?(?:\w+ )?{_M}\s*[:—]\s*(?={_O}{_M}{_C}\s*(?:[.!]|\Z))"), " the answer is "),
    (late.compile(r",? if you (?:like|will)(?=\s*[,.;])"), " "),
    (late.compile(rf",? ?which (?:then |therefore |clearly )?(?:makes|made|renders|rendered) (?:it|this|that|him|her|them|the \w+) (?={_O}{_M}{_C}{_END})"), ", so it is "),
    (late.compile(rf"\bthe (?:topic|subject|theme|content|text|story|subject matter) (?:is|was|concerns|deals with|treats|covers)(?: about)? {_X}(?: \w+)?\s*[,;] (?:but |while |and |yet )?the (?=(?:accent|voice|tone|emotion|speaker|delivery|intonation|dialect)\b)"), r" whether \g<x>; the "),
    (late.compile(rf"\b(?:assuming|provided|presuming)(?: that)? (?:the (?:clip|recording|audio|file|sample|excerpt|transcript)|i (?:heard|understood|hear|understand))[^.,;:\n\ue000-\uf000]{{1,60}}, (?={_O}{_M})"), " so "),
    # other languages
    (late.compile(rf"{_X} (?:qui|que) (?:convient|correspond|fits|est (?:la |le )?(?:correcte?|juste|bonne?|vraie?))\b(?: le mieux)?|(?P<y>{_M}){_C},? (?:la que|el que|quella che|quello che|a que|o que) (?:mejor |meglio |melhor )?(?:encaja|fits|corresponde|corrisponde|conviene|convém|se ajusta|es correct[ao]|è corrett[ao])"), lambda m: f" {m['x'] or m['y']} is correct"),
    (late.compile(rf"(?P<x>{_M}){_C} (?:şıkkı|seçeneği|cevabı)?,? ?(?:doğru(?:dur)?|doğru (?:cevap|yanıt|seçenek)(?:tır|tir)?)\b"), r"\g<x> is correct"),
    # a list in quotes
    (late.compile(rf"\A\s*\"[^\"\n]{{0,120}}, [^\"\n]{{0,60}}\b(?:or|and) (?:\w+ ){{0,2}}{_M}\s*[.!]?\"\s*\Z"), " "),
)  # fmt: skip

_PAST: Final = r"(?:growing|grew|grown) up|born|raised|set|lived?|living|happen(?:s|ed|ing)|written|recorded|made|back"
_TOPIC: Final = r"(?:(?:talk|speak|read|write|sing|tell|report|think)(?:s|ing)?|spoke|told|text|story|song|book|film|article|sentence|passage|lecture|history|memories) (?:is )?(?:about|of|on)|about|remember(?:s|ed|ing)?|recall(?:s|ed|ing)?|(?:deal(?:s|t|ing)?|concerned) with|mention(?:s|ed|ing)?|describe(?:s|d)?|describing|during|since|(?:quote|quotation|song|hit|tune|story|film|movie|book|text|poem|speech|line|joke|advert|fashion|music|style|recording) (?:from|of|in)|dat(?:es|ing) (?:back )?(?:from|to)|(?:topic|subject|theme) (?:is|was|of)"
_ERAS: Final[tuple[Rule, ...]] = (
    (late.compile(rf"\b(?:{_PAST}) (?:up )?in the (?:early |late |mid[- ]?|19)?{TEXT}"), " then "),
    (late.compile(rf"\b(?:{_TOPIC}) the (?:early |late |mid[- ]?|roaring |swinging |golden )?{TEXT}"), " about then "),
    (late.compile(rf"\bthe (?:\w+ )?{TEXT} of (?:the|that|this) (?:last|past|previous|twentieth|nineteenth|20th|19th|century)\b"), " then "),
    (late.compile(rf"{TEXT}[ -]?(?:seconds?|secs?|s|minutes?|mins?|hours?|words?|times|people|percent|%|k?hz|db|ms|syllables?|sentences?|days?|weeks?|months?|kilomet\w+|km|miles?|met(?:er|re)s?|dollars?|euros?|pounds?|degrees?|items?|questions?|years? (?:ago|later|earlier|before|after|of (?!age\b)\w+))(?![a-z])"), " then "),
    (late.compile(rf"\b(?:when|since|while|until|after|before|back when|at the time) (?:he|she|they|i|we|it) (?:was|were|turned|got|became) (?:just |only |about |around )?{TEXT}"), " then "),
)  # fmt: skip


def without_eras(text: str) -> str:
    r"""Return a masked, folded reply about an age without the decades of history that it names.

    >>> ascii(without_eras("growing up in the \ue000, now in her \ue001"))
    "' then , now in her \\ue001'"
    """
    return rewritten(text, _ERAS)
