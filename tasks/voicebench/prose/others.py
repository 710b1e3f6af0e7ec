"""What a reply says of another athlete, or of another way, than the one that is asked about."""

from __future__ import annotations

from typing import Final

from metrics.text import late as re

_WHO: Final = r"(?:players?|athletes?|stars?|persons?|people|men|man|women|woman|sports?(?:person|man|woman)?|teams?|pros?|professionals?|quarterbacks?|pitchers?|batters?|hitters?|golfers?|swimmers?|gymnasts?|goalies?|goalkeepers?|keepers?|strikers?|receivers?|linebackers?|boxers?|drivers?|skaters?|footballers?|cricketers?|sprinters?|runners?|cyclists?|skiers?|fighters?|forwards?|defenders?|midfielders?|leagues?|names?|ones?)"
_ANOTHER: Final = re.compile(
    rf"(?<!\blike )(?<!\bas )(?<!\bthan )\b(?:(?:another|any other|some other|every other|all other|most other|many other|other|a different|different|most|many) (?:[\w-]+ ){{0,2}}?{_WHO}\b"
    rf"|for the right {_WHO}\b|(?:for|of|about|with|from) (?:another(?! (?:reason|word|thing)\b)|others\b|some\b(?! (?:reasons?|time)\b))|(?:someone|somebody|anyone|anybody|everyone|everybody|no one|nobody) else\b"
    r"|(?:für|bei) (?:einen?|einem|eine) andere[nr]?\b|pour (?:un|une) autre\b|pour (?:d'autres|quelqu'un d'autre)\b|para (?:otr[oa]s?|alguien más)\b)"
)
_SUPPOSED: Final = re.compile(
    r"\b(?:would|could|might|may|wäre|würde|serait|sería)\b|\w'd\b|\A\W*(?:plausible|possible|realistic|believable|reasonable) (?:for|of|with|about)\b"
)
_FOR: Final = re.compile(
    r"(?<!\blike )\b(?:for|of|about|with|from|by|in the case of|für|bei|pour|para)\s+(?!(?:him|her|them|he|she|they|this|that|these|those|the|it|its|his|their|me|you|us|all|sure|real|example|instance|certain|course|now|once|fact|any|such|most|more|less|no|not|how|what|which|some|many|much|one|two|every|each)\b)(?:(?:an?|einen?|einem|eine|une?|una)\s+)?(?P<who>[^\W\d_][\w'-]*)"
)
_LEAD: Final = re.compile(r"\A\W*(?:but |and |so )?(?:for|of|about|with|said of|in the case of|from)\b[^,]{1,50}\Z")  # fmt: skip
_LIKE: Final = re.compile(r"\b(?:like|such as)\s+(?P<who>[^\W\d_][\w'-]*)")
_YES_FOR: Final = re.compile(
    rf"\b(?i:yes|no|sure),?\s+(?:(?:but|only|maybe|perhaps|probably)\s+)?(?:for|with|of|about|in the case of|if (?:it|this|that|he|she) (?:were|was|is)(?: about)?)\s+(?P<who>(?:an?|another|other|some other|any other|a different|most)\s+(?:[\w-]+\s+){{0,2}}?{_WHO}\b(?:\s+(?:like|such\s+as)\s+[\w ]{{1,30}})?|(?:someone|somebody|anyone|anybody) else\b|others\b|[A-Z][\w'-]+\s+[A-Z][\w'-]+)"
)
"""A yes or a no, and for whom."""
_OTHER_WAY: Final = re.compile(
    r"\b(?:another|a different|different|other|any other|some other) (?:[\w-]+ )?(?:routes?|paths?|turns?|sets?|ways?|instructions?|directions?|orders?|walks?|combinations?|sequences?)\b"
)
_NOT: Final = r"(?:\s+not|n't)?"
_IS: Final = rf"(?:'s|'re|\s+(?:is|are|does|do|would|will|was|did|has|could|can)){_NOT}"
_TURNS: Final = re.compile(
    r"\A\W*(?:and |but |though |yet |while |whereas )?(?:not (?:here\b|(?:for|of|about|with|in|from) (?P<denied>[^,.;]{1,50}))"
    rf"|(?:said of|as for|for|of|about|with|in|from|when it comes to) (?P<who>[^,.;]{{1,50}}?),? (?:it|that|this|they|you|we){_IS}(?: really| actually| simply)?"
    rf"|(?:it|that|this){_IS} (?:for|with) (?P<to>[^,.;]{{1,50}})"
    rf"|as it (?:is|stands),? (?:it|that|this|you|we){_IS}|(?:this|that|these|those)(?: (?:one|ones|route|path|set|way|sequence|time|case))?{_IS}|(?P<he>he|she|they)(?: (?:could|can|would|does|did)(?: not|n't)| cannot|can't))\W*\Z"
)
_THIS: Final = frozenset(("him", "her", "them", "this", "these", "that", "his", "here", "our", "your"))  # fmt: skip
_DENIES: Final = re.compile(r"\b(?:not|cannot)\b|n't\b")
_SPLIT: Final = re.compile(
    r"[,;.]\s+(?=(?:and |but |yet |while |whereas )?(?:not (?:for|of|about|with|in|from) [^,.;:]{1,50}|(?:said of|as for|for|of|about|with|in|when it comes to) [^,.;:]{1,50}?,? (?:it|that|this|they|you|we)"
    rf"{_IS}(?: really| actually| simply)?|as it (?:is|stands),? (?:it|that|this|you|we){_IS})\W*(?:[,.;:\n]|\Z))"
)


def parted(text: str) -> str:
    """Return a folded text in which what is said of somebody by "not for him" or "for him it isn't" follows a "but".

    >>> parted("it would be plausible for others; for him it isn't.")
    "it would be plausible for others but for him it isn't."
    """
    return _SPLIT.sub(" but ", text) if " for " in text or "," in text or ";" in text else text


def turned(part: str, kind: int, own: frozenset[str] = frozenset()) -> int | None:
    """Return what a clause such as "for him it isn't" says next to a sign of a kind; ``None`` for any other clause.

    >>> turned("for lebron james it isn't", 1, frozenset(["lebron"])), turned(" not for him.", 1)
    (0, 0)
    >>> turned("for another player it isn't", 1), turned("not for me to say", 1)
    (None, None)
    """
    found = _TURNS.match(part)
    if found is None or (found["he"] and not kind):
        return None
    whom = found["denied"] or found["who"] or found["to"]
    if whom is not None and own.union(_THIS).isdisjoint(map(_name, whom.split()[:1])):
        return None
    return kind ^ int(_DENIES.search(part) is not None)


def of_another(text: str, start: int, end: int, own: frozenset[str]) -> bool:
    """Tell whether words of a text are said of another one than who is asked about.

    Args:
        text: a folded part of a sentence.
        start: where the words begin.
        end: where they end.
        own: the folded names of the question; empty if it is not about a person.

    >>> of_another("it would be plausible for another player", 12, 21, frozenset(["messi"]))
    True
    >>> of_another("it would be plausible for messi", 12, 21, frozenset(["messi"]))
    False
    """
    begin = text.rfind(",", 0, start) + 1
    stop = text.find(",", end)
    lead = text[text.rfind(",", 0, begin - 1) + 1 : begin - 1] if begin else ""
    clause = text[begin : stop if stop >= 0 else len(text)]
    if _LEAD.match(lead):
        clause = f"{lead} {clause}"
    supposed = _SUPPOSED.search(clause) is not None
    if any(_name(found["who"]) in own for found in _LIKE.finditer(clause)):
        return False
    if _ANOTHER.search(clause) or (supposed and _OTHER_WAY.search(clause)):
        return True
    whom = [_name(found["who"]) for found in _FOR.finditer(clause)] if own else []
    return supposed and bool(whom) and own.isdisjoint(whom)


def without_others(reply: str, own: frozenset[str]) -> str:
    """Return a reply without the yes and the no that it gives for somebody else.

    Args:
        reply: the reply, with case.
        own: the folded names of the question.

    >>> without_others("Yes for Tom Brady, no for LeBron James.", frozenset(["lebron", "james"]))
    'no for LeBron James.'
    >>> without_others("Yes, for a football player.", frozenset(["messi"])), without_others("Yes, for sure.", frozenset(["messi"]))
    ('.', 'Yes, for sure.')
    """

    def theirs(found: re.Match[str]) -> str:
        words = {_name(word.lower()) for word in found["who"].split()}
        return found[0] if own & words else ""

    return _YES_FOR.sub(theirs, reply).lstrip(" ,;") if own else reply


def _name(word: str) -> str:
    return word.removesuffix("'s")
