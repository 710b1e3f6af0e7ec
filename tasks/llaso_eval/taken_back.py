"""Where a reply takes back what it has said, without which a score, an age or a pitch that is withdrawn would count.

The words are closed lists. A clause takes back by its form ("I withdraw the accuracy score", "please ignore that") or by its words alone
("(void)", "Then again, I cannot say."); what is denied ("I withdraw nothing") or of something else ("the vowel is retracted") does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

WORDS: Final = "zero|one|two|three|four|five|six|seven|eight|nine|ten"
NUMBER: Final = rf"(?<![a-z\d.])(?:\d{{1,2}}(?:\.\d{{1,2}})?|(?:{WORDS})\b)(?![\d%])(?!\.\d)(?: ?/ ?10(?!\d)| out of (?:10(?!\d)|ten\b))?"
"""A score in digits or words, with the ten that it is out of."""
_MOST: Final = 12
"""Places of which the last are looked at."""
_GIVE_UP: Final = "(?:withdr[ae]wn?|retract(?:ed)?|rescind(?:ed)?|revoked?|recant(?:ed)?|annul(?:led)?|cancel(?:led)?|void(?:ed)?|scrap(?:ped)?|dr(?:op|opped)|delete[d]?|removed?|erased?|struck|strike|discard(?:ed)?|disown|unsay)"
_GIVEN_UP: Final = r"(?:withdrawn|retracted|rescinded|revoked|recanted|annulled|cancel?led|void(?:ed)?|null and void|scrapped|dropped|deleted|removed|erased|struck(?: out)?|discarded|disregarded|ignored|taken back|invalid|no longer valid|off the table|(?:just )?a (?:mistake|joke|slip)(?! (?:to|in|of|on|by|with|made|that)\b)|an error(?! (?:to|in|of|on|by|with|made|that)\b)|not (?:valid|to be (?:used|counted))|(?:just |all |only )?(?:made[- ]up|invented|placeholders?|fabricated|an example|examples|for (?:another|a different|the wrong)))"
_I: Final = r"\bi(?:'ve|'d|'ll|'m| have| would| must| will| should| want to| wish to| like to| need to| have to| am| hereby| now| therefore| rather| then| just| also| \w{3,12}ly){0,4} "
_IMPERATIVE: Final = r"(?:^|[.!?;,:(\n—-] ?|\b(?:and|so|please|actually|no|wait|sorry|but) )(?:disregard|ignore|forget(?: about)?|scratch|strike|discard|drop|cancel|delete|remove|void|omit|never ?mind) "
_NONE: Final = r"(?:unrated|unscored|ungraded|unmarked|withheld|omitted|open|out|blank|empty|aside|without a (?:score|mark))"
_ACTS: Final = r"(?:withdr(?:aw|awing|ew|awn)|retract(?:ing|ed)?|rescind(?:ing|ed)?|revok(?:e|ing|ed)|recant(?:ing|ed)?|annul(?:ling|led)?|cancel(?:l?ing|l?ed)?|void(?:ing|ed)?|scrap(?:ping|ped)?|disregard(?:ed)?|discard(?:ing|ed)?|remov(?:e|ing)|delet(?:e|ing)|t(?:ake|aking|ook) (?:back|(?:it|this|that|them|these|those|all(?: of)? ?(?:it|this|that|these|those)?|everything|(?:the|my|that) (?:\w+ ){0,3}?(?:scores?|ratings?|marks?|accuracy|prosody|fluency|\d+)) (?:all )?back))"
_CLAUSE: Final = r"(?:^|[.!?;:,()\[\]\n—])[ ]?(?:(?:(?:but|though|and|so|sorry|wait|actually|well|oh|hmm)\b,?|(?:no|nope),) ){0,3}"
_REFLECTS: Final = r"(?:(?:up)?on (?:further |second )?(?:reflection|thoughts?)|then again|after all|never ?mind|sorry|correction|no|nope|wait|actually|oops|hmm)"
_FREE: Final = r"(?:(?!\b(?:not|never|no|none|nothing|neither|without|cause|reason|need|if|total|overall|completeness)\b|n't)[^.!?;:,()\[\]\n\d])"
_STOP: Final = r"(?= ?(?:[.!?;:,()\[\]\n—]|\Z))"

_ANY_NUMBER: Final = re.compile(
    r"\d|[零一二两三四五六七八九十百]|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten)\b|teen|(?:twen|thir|for|four|fif|six|seven|eigh|nine)t|hundred|elev|twelve",
    re.IGNORECASE,
)
"""What may be taken back: nothing is before the first of them."""
_BORDERS: Final = re.compile(r"(?<=[a-z)\"])[.!?](?=\s+[A-Z][a-z]* )")
_HINTS: Final = re.compile(
    r"withdr|retract|resc|revok|recant|annul|cancel|void|scrap|refus|declin|card|regard|remov|delet|eras|back|ignor|forget|scratch|str[iu]|drop|disown|unsay|omit|mind|kidding|joking|joke|\bno\b|not\b|\bnope|none|n't|n/a|\bun[rs]|leav|withheld"
    r"|mistake|error|accident|abstain|against|made|invent|placeholder|fabricat|example|another|invalid|blank|empty|cannot|can be|zurück|gilt|hinfällig|ungültig|gestrichen|annul|retir|repren|reviens|ritiro|anulo"
    r"|收回|撤|作[废廢]|不|取|철회|취소|отзыва|отменя|беру"
)
"""Letters without which nothing is taken back; most replies have none of them, and the rules take a while."""


@cache
def _rules(names: str, nouns: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of clauses that take back what has one of the names, or is called by one of the nouns."""
    it = (
        rf"(?:(?:what i (?:said|gave|wrote) (?:about|for|on) )?(?:all (?:of )?)?(?:(?:the|my|that|this|its|her|his|their|these|those|both|all) )(?:\w+ ){{0,2}}?(?:(?:{names})(?: {nouns})?|{nouns})(?: (?:for|of|on|in) (?:the )?{names})?"
        rf"|(?:the|that|my) {NUMBER}(?: (?:for|in|on) (?:the )?{names})?|the (?:first|second|third|last) (?:one|score|mark|of (?:these|those|them))"
        r"|(?:all (?:of )?)?(?:that|this|it|these|those|them|everything)(?: one| all)?\b(?! (?:speaker|reader|word|clip|sound|sentence)))"
    )
    by_form = re.compile(
        rf"{_I}(?:{_GIVE_UP} {it}|t(?:ake|ook|aken|aking) (?:back {it}|{it} back)|no longer stand by {it}|(?:don't|do not) stand by {it}(?: any ?more| any longer)?)"
        rf"|{_IMPERATIVE}{it}"
        rf"|(?<!not )\b(?:consider|treat|regard|count) {it}(?: as)? (?:{_GIVEN_UP}|missing|not given|unrated)\b|\b(?:do not|don't) (?:use|count|take|trust) {it}(?! (?:\w+ly|as|for|to)\b)"
        rf"|\bi (?:hereby |now |must |have to |therefore )?(?:withdraw|withdrew|retract|revoke|rescind|recant|take back)(?= ?(?:[.,;!)\n]|\Z))"
        r"|[(\[,] ?(?:since |now |later |then )?(?:withdrawn|retracted|void|cancell?ed|invalid|n/a|not (?:valid|counted|rated))\b"
        rf"|\bnone of (?:these|those|the|my) (?:\w+ )?{nouns} (?:is|are|was|were|can|should|counts?|stands?|holds?)\b|\bi (?:made|have made|just made) (?:these|those|them|that|this|it|all of (?:this|that|these|those|them)) up\b"
        r"|(?:^|[.!?\n] ?)(?:just|only|i'm|i am|i was)(?: only| just)? (?:kidding|joking)\b"
        rf"|(?:\b(?:correction|edit|update|corrected|changed|revised|revision)(?: to)?[ :]{{1,2}}|(?:→|[-=]>) ?)(?:now )?(?:none|n/a|not applicable|no (?:{nouns}|{names})|unscored|unrated|withdrawn|not rated)\b"
        rf"|\b(?:won't|will not|cannot|can't|can not|could not|couldn't|refuse to|decline to|unable to|not able to|not going to|rather not)(?: \w{{2,12}}ly)? (?:(?:score|rate|judge|grade|mark|assess) (?:the |its |her |his )?{names}"
        rf"|(?:give|offer|provide|assign) (?:an?|any|the) (?:{names} {nouns}|{nouns} (?:for|on|of) (?:the |its )?{names}))(?! (?:above|below|over|under|higher|lower|better|beyond|more|less|any|as|so)\b)"
        rf"|(?<!of )\b{it} (?:(?:is|are|was|were|has been|have been|should be|must be|gets?|can be) )(?:hereby |now |also |therefore |to be ){{0,2}}{_GIVEN_UP}\b(?! (?:by|twice)\b)"
        rf"|\b{it} (?:no longer (?:holds?|stands?|counts?|applies|apply)|(?:does not|doesn't|do not|don't) (?:hold|stand|count)(?: any ?more| any longer)?)\b(?! (?:against|as|for|much|up)\b)"
        rf"|\b(?:give|award|assign|offer|there is|there's|there can be|have) (?:it |you )?(?:no (?:\w+ )?{nouns} (?:for|on|of) (?:the )?{names}|no {names} {nouns})(?! (?:above|below|over|under|higher|lower))"
        rf"|\bno {names} {nouns} (?:can|could|will|is|should) (?:be )?(?:given|awarded|assigned|possible)\b"
        rf"|\bno (?:{nouns}|rating) (?:can|could|will|is|should) (?:be )?(?:given|awarded|assigned|possible) (?:for|on) (?:the )?{names}"
        rf"|(?<![a-z]){names}(?: {nouns})?(?: here| itself)? (?:cannot|can't|can not|could not|couldn't|is not|isn't|will not|won't|should not|shouldn't)(?: really| actually)?(?: be)? (?:rated|scored|judged|assessed|graded|given|told)(?! (?:down|up|lower|higher|as|so|below|above|by|any))\b"
        rf"|(?<![a-z]){names}(?: {nouns})?[ ]?(?::|-|is|remains?|stays?)[ ]?(?:left )?(?:not (?:rated|scored|given|available)|n/a|none|withdrawn|{_NONE})(?! of)\b"
        rf"|\bleav(?:e|ing) (?:the |its )?{names}(?: {nouns})? {_NONE}\b|\bleav(?:e|ing) (?:it|this|that) {_NONE}\b|\brather not (?:score|rate|judge|grade|mark) (?:the |its )?(?:{names}|it|this|that)"
        rf"|\bnot (?:want to |wish to )?commit(?:ting)? to (?:an?|the|any) (?:{names} )?{nouns}|\bi (?:have|give|offer) (?:no (?:score|mark|rating)|none) (?:for|on) (?:it|this|that)\b"
        r"|(?<!nicht )\b(?:zieh|nehm)e (?:ich )?(?:diese|die|das|sie|es|alle)\b[^.!?\n]{0,40}\bzurück\b(?! nicht)|\b(?:nehme|ziehe) ich\b[^.!?\n]{0,30}\bzurück\b|\bzurückgezogen\b|\bgilt nicht mehr\b|\bj'annule\b(?! pas)|\b(?:hinfällig|ungültig|gestrichen)\b|\bje (?:la |le |les )?(?:retire|reprends|annule|reviens sur)\b(?! pas)|(?<!no )(?<!não )(?<!non )\b(?:retiro|anulo|annullo|ritiro)\b"
        r"|(?<!不)(?:收回|撤回|撤销|撤銷|作废|作廢)|不算数|不作数|分数?不算|取り消し(?:ます|ました)|撤回し|取り下げ|취소합니다|취소하겠|철회|(?<!не )\b(?:отзываю|отменяю)\b|(?<!не )\bберу\b[^.!?\n]{0,30}\bназад\b",
        re.IGNORECASE,
    )
    by_words = re.compile(
        rf"{_CLAUSE}(?:{_FREE}{{0,60}}\b)?(?:i|we|let me|let us|let's|please)\b{_FREE}{{0,30}}?\b{_ACTS}\b(?! (?:nothing|no|(?:the|an?|any|some|his|her|its|their) (?!{names}|{nouns}\b|last\b|first\b|whole\b|above\b|\d)\w+)\b)(?: (?:the |my |its )?{names}(?:(?:, | and |, and ){names}){{0,2}})?"
        rf"|{_CLAUSE}(?:the |my |that |this |above |its ){{0,2}}(?:{names} )?(?:(?:{nouns}|{names}|that one|that|this|it)(?: above| here)?(?:'s| is| are| was)? )(?:now |hereby ){{0,2}}{_GIVEN_UP}{_STOP}"
        rf"|{_CLAUSE}(?:{_REFLECTS} )?(?:the |my |that |this |above |its ){{0,3}}(?:{names} )?(?:{nouns}|{names}|it|this|that)(?: above)? (?:(?:should|must|can|may)(?: not|n't) (?:stand|count|be (?:used|counted|trusted|kept))|(?:was|were|is|are) (?:given |entered |put )?(?:by mistake|in error|by accident))\b"
        rf"|(?:{_CLAUSE}{_REFLECTS}[ ,:.]{{1,2}}|{_CLAUSE}(?:now )?{_REFLECTS} )(?:i (?:now |can |will |would )?(?:give|have|offer) )?(?:none|no (?:{names} )?(?:{nouns}|rating)|no {names}|unscored|unrated)(?: at all| here| then| for (?:it|this|that))?{_STOP}"
        rf"|{_CLAUSE}(?:{_FREE}{{0,60}}\b)?(?:and |but )?(?:i )?(?:now )?give none{_STOP}|{_CLAUSE}there (?:should|can|could|will|is to) be no (?:{names} )?{nouns}(?: here| for (?:it|this|that|{names}))?{_STOP}"
        rf"|{_CLAUSE}(?:{_REFLECTS}[ ,:]{{1,2}})?i(?: |(?='))(?:really |honestly |just )?(?:can't|cannot|can no longer|could not|couldn't|am not able to|am unable to|would rather not|'d rather not|no longer want to|will not|won't) (?:(?:say|tell|judge|rate|score|assess|determine|hear)(?: it| this| that| {names})?|give (?:an?|the|this|that|any|it) ?(?:{names} )?(?:{nouns})?(?: for (?:the )?{names})?)(?: after all| any ?more| now| here| either| at all){{0,2}}{_STOP}"
        rf"|\bi've thought about it again and would rather not\b|(?:regard|treat|consider|count) {names} as (?:not |un)(?:scored|rated|given)\b|(?<![a-z]){names}(?: {nouns})? (?:cannot|can't|could not|couldn't) be (?:determined|told|established|heard){_STOP}"
        rf"|{_CLAUSE}(?:please )?(?:ignore|disregard|scrap|strike)(?: that| this| it)?{_STOP}|(?:{_CLAUSE}| - ?)(?:later |since |now |score |rating )?(?:withdrawn|retracted|revoked|rescinded|void|cancell?ed)(?: again| later| after all| on reflection)?{_STOP}"
        rf"|\b(?:but|and|yet) (?:i )?(?:have |had )?(?:since |now |later )?(?:withdrawn?|withdrew|retracted|revoked|rescinded|taken) (?:it|that|this)\b"
        rf"|\bdecided against (?:giving|scoring|rating|judging)\b|{_CLAUSE}i abstain{_STOP}|\bi have no basis for (?:an?|this|that|the|any) (?:{names} )?{nouns}|\bi (?:shouldn't|should not) have (?:scored|rated|given|graded|judged) (?:this|it|that|{names})"
        rf"|\bi (?:do not|don't) want (?:this|it|that) to (?:count|stand)\b|{_CLAUSE}{_FREE}{{0,40}}\b(?:i|and) (?:now )?(?:give|have|offer|award) no (?:{nouns}|rating)(?: here| at all)?{_STOP}|{_CLAUSE}(?:that|this|it) should be (?:empty|blank|none|unrated|unscored)\b"
        rf"|{_CLAUSE}(?:that|this|it)(?:'s| is| was) not (?:an? )?(?:real|valid|true|serious|proper) {nouns}\b",
        re.IGNORECASE,
    )
    return by_form, by_words


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where sentences begin and end, each with the sign before it; no form goes beyond one."""
    start = 0
    for match in _BORDERS.finditer(text):
        yield start, match.end()
        start = match.end() - 1
    yield start, len(text)


def taken_back(text: str, names: str, nouns: str) -> list[tuple[int, int]]:
    """Return the last places at which a text takes something back, those that overlap as one.

    Args:
        text: a reply with plain apostrophes.
        names: regular expression of what has a value ("accuracy").
        nouns: regular expression of what the value is called ("scores?").

    >>> taken_back("Age: 35. I withdraw that answer.", "age", "answers?")
    [(7, 31)]
    >>> taken_back("Age: 35. I withdraw nothing.", "age", "answers?")
    []
    """
    low = text.lower()
    first = _ANY_NUMBER.search(text)
    if first is None:
        return []
    found = sorted(
        match.span()
        for start, end in _sentences(text)
        if end > first.start() and (len(low) != len(text) or _HINTS.search(low, start, end))
        for rule in _rules(names, nouns)
        for match in rule.finditer(text, start, end)
    )
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(apart[-1][1], end)
        else:
            apart.append((start, end))
    return apart[-_MOST:]
