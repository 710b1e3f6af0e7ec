"""Who lies: the last plain statement of a reply about the person that a question of BBH's web of lies asks for.

A statement names the person, or ends what was said of the person ("Jerry is honest, but Ryan is not"). What somebody says, claims
or supposes does not count, and neither does what is said of somebody else.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from metrics.text import late as re
from tasks.voicebench.facts import not_so

_ASKED, _OTHER, _CONTENT = "\uf8e0", "\uf8e1", "\uf8e2"
_P: Final = f"[{_ASKED}{_OTHER}]"
_PERSON: Final = re.compile(_P)
_QUESTION: Final = re.compile(
    r"\b(?:[Dd]oes|[Dd]o|[Ii]s|[Dd]id|[Cc]an|[Ww]ill) ([A-Z][\w'-]*) (?:really |actually )?(?:tell|say|speak|lie\b|lying|honest|truthful|a liar|a truth)"
)
_NAMED: Final = re.compile(
    r"\b([A-Z][\w'-]*?)(?:'s)? (?:says?|said|tells?|lies?|is|does|must|claims?|statement|cannot|can't|isn't|doesn't)\b"
)
_CAPITALISED: Final = re.compile(r"\b[A-Z][\w-]*")
_ORDINARY: Final = (
    "A An All Also Although And Answer As Assume At Based Because Both But By Claim Conclusion Consider Determine "
    "Each Either Even Every Everyone Everybody Final Finally First For From Given He Hence Here His How However I "
    "If In It Its Just Last Let Liar Lie Logic Maybe My Neither Next No Nobody None Not Now Of Okay On One Only Or "
    "Our Perhaps Person Premise Question Second She Since So Step Suppose Sure Tells That The Their Then There "
    "Therefore These They Third This Those Though Thus To True Truth Unless Well What When Whether Which While Who "
    "Yes Yeah You We False Option Statement Statements Lies Does Is Do Say Says After Before Once Overall"
)
_NO_NAMES: Final = frozenset(_ORDINARY.split())
"""Words with a capital at the beginning of a sentence."""
_TRUE: Final = r"(?:(?:tell|tells|telling|told|speak|speaks|speaking|say|says|saying) (?:the |a )?truth|truthful(?:ly)?|honest(?:ly)?|truth[- ]?tellers?|sincere|dit la vérité|sagt die wahrheit|dice la verdad|dice la verità|diz a verdade)"
_FALSE: Final = r"(?:lie|lies|lied|lying|liars?|dishonest|untruthful|ment|lügt|miente|mente)"
_SAYS: Final = r"(?:says?|said|saying|claim(?:s|ed|ing)?|stat(?:es?|ed|ing)|assert(?:s|ed|ing)?|insist(?:s|ed|ing)?|declare[sd]?|maintain(?:s|ed)?|think(?:s|ing)?|believe[sd]?|argue[sd]?|report(?:s|ed)?|suggest(?:s|ed|ing)?)"
_SAID: Final = re.compile(
    rf"(?P<own>\b(?:i|we|you|one|don't|not|i'd|we'd|i'll|can|could|would|to|let's)(?: \w+ly)? )?\b{_SAYS}(?: that)? (?:{_P}|he\b|she\b|they\b)(?:(?! and | so | but )[^,.;:!?\n—]){{0,30}}?\b(?:{_TRUE}|{_FALSE})\b"
    rf"|\baccus(?:es|ed|ing) {_P} of (?:lying|being \w+(?: \w+)?)|\b(?:calls?|called|calling) {_P} (?:an? )?(?:{_TRUE}|{_FALSE})\b"
    rf"|\b(?:says|said|claims?|claimed|pretends?|tries|wants) to (?:be )?(?:an? )?(?:{_TRUE}|{_FALSE})\b|\baccording to {_P}(?:'s \w+)?,? (?:{_P}|he\b|she\b)[^,.;:!?\n—]{{0,30}}?\b(?:{_TRUE}|{_FALSE})\b"
    rf"|'s (?:statement|claim|assertion|testimony|accusation|words?)(?: that {_P}(?:(?! and | so | but )[^,.;:!?\n—]){{0,30}}?\b(?:{_TRUE}|{_FALSE})\b| (?:about|on|regarding) {_P})?"
)
_LABELLED: Final = re.compile(
    rf"({_P})(?:'s status)?\s*(?:[:=(→|—-]|->)+\s*(?:is |an? |the )?(?:(✔|truth\w*(?:[- ]?teller)?|true|honest|t|tells? the truth)|(✘|liar|lies?|lying|false|f|dishonest|untruthful))(?!\w)"
)
_LIST: Final = re.compile(
    rf"{_P}(?:(?:, {_P})+,)? (?:and|nor|or|&) {_P}|{_P}(?:, {_P})+ (?:and|nor|or|&) {_P}"
)
_LIKEWISE: Final = re.compile(
    rf",? ?(?:\band )?\b(?:so|as|neither|nor|likewise) (?:does|do|is|are|must|did|would) ({_P})"
)
_PARTS: Final = re.compile(
    r"[,;:()\u2014]|\b(?:but|and|so(?! that\b)|therefore|thus|hence|however|yet|which (?:means|implies|shows|makes)|(?:that|this) (?:means|implies)|meaning|while|whereas|because|since|although|though|if|when|unless|whether|or)\b"
)
_BREAKS: Final = re.compile(
    r"but|so|therefore|thus|hence|however|yet|which \w+|that \w+|this \w+|meaning"
)
_DEPENDENT: Final = frozenset(("because", "since", "although", "though", "if", "when", "unless", "whether"))  # fmt: skip
_OPEN: Final = frozenset(("if", "when", "unless", "whether"))
_DOUBT: Final = re.compile(
    r"\b(?:suppos\w+|assum\w+|imagine|pretend|let's say|unclear|uncertain|depends|provided|as long as|sometimes|in one case|in some cases|not enough|insufficient|isn't enough|(?:can't|cannot|can not|couldn't|could not|not possible to|impossible to|unable to|no way to|hard to|difficult to|need to|trying to|asked to|have to|enough \w+ to|want to) (?:be )?(?:tell(?! the)|sa(?:y|id)|know|known|decided?|determined?|find|figure|work|conclude|establish|check|see|confirm|verify|prove|guarantee|be sure)|not (?:sure|clear|certain)|(?:don't|do not|doesn't) know|question is)\b"
)
_NOT: Final = re.compile(
    r"\b(?:not|never|no|cannot|neither|nobody|no one|none|hardly|fails? to|failed to|pas|nicht|non|não)\b|n't\b"
)
_EVERYBODY: Final = re.compile(
    r"\b(?:everyone|everybody|nobody|no one|none of (?:them|these)|they all|all of (?:them|these)|all (?:three|four|five|six)|each of them)\b"
)
_EXCEPT: Final = re.compile(rf"\b(?:except(?: for)?|but|other than|apart from|besides) ({_P})")
_PRONOUN: Final = re.compile(r"\b(?:he|she|they|that person|this person|the person)\b")
_PREDICATE: Final = re.compile(
    rf"\b(?:(?P<t>{_TRUE})|(?P<f>{_FALSE})|(?:is|was|be|'s|isn't|not|n't|\w+ly|being)\s+(?:(?P<right>right|correct|true|accurate)|(?P<wrong>an? lie|wrong|incorrect|false|untrue|mistaken)))\b"
)
_ENDED: Final = re.compile(
    rf"\A\s*(?:(?P<that>not) )?(?P<p>{_P}|he\b|she\b)(?P<be> (?:is|does|do|are|must be|can|would|will|has)?(?: not|n't)?|(?:isn't|doesn't)?)(?P<too> (?:too|as well|also|likewise|either))?(?: one)?[^\w{_CONTENT}]*\Z"
)
_OTHERS: Final = re.compile(r"\bthe (?:others|other (?:two|three|four)|rest)\b")
_ANSWERS: Final = re.compile(r"\W*(?:(?:so|thus|therefore|hence|then)\W+)?(?:yes|no)\b(?! one\b)")
"""A beginning that answers the question, so that "he does not" does, too."""
_BARE: Final = re.compile(rf"\W*(?:\w+ )?{_P}\W*")
"""A name, before what is put in about it: "Ryan, unlike Tamika, ..."."""
_IF_FOLLOWED: Final = re.compile(
    r"\bif (?:we|you|one|i) (?:\w+ly )?(?:follow|go by|trace|apply|work|go|look|think|reason|trust|do|take|put)\b[^,.;:]{0,60},"
)
_TITLED: Final = re.compile(
    rf"\b(?:(truth\w*(?:[- ]?tellers?)?|honest|telling the truth)|(?:liars?|lying))\s*:\s*{_P}(?:(?:,| and| &|, and) {_P}){{0,8}}(?!\s*[:=(])"
)
_MAYBE: Final = re.compile(
    r"\b(?:may or may not|might or might not|could or could not)\b|\b(?:may|might|could)\b(?=[^.;]{0,40} or (?:(?:he|she) )?(?:(?:may|might|could) )?not\b)"
)
_LONGEST: Final = 800
"""Most characters of a sentence that are read, its last ones."""
_HEARD: Final = re.compile(rf"\A\s*(?:and )?{_P}\s*{_CONTENT}\s*\Z")
"""A condition that is a premise of the question: what somebody says."""
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")


class Statement(NamedTuple):
    """Statement of a reply on the person: 1 for the truth, 0 for a lie, ``None`` for neither; and where the sentence ends."""

    value: int | None
    end: int


def asked_person(prompt: str) -> str | None:
    """Return the name of the person whose truthfulness a question asks for.

    >>> asked_person("Tamika lies. Ryan says Tamika lies. Does Ryan tell the truth?")
    'Ryan'
    """
    found = _QUESTION.findall(prompt)
    return found[-1] if found else None


def asked_itself(reply: str, prompt: str) -> str:
    """Return a reply without the questions that it answers itself: those about others, and whether the person lies, the answer turned.

    >>> asked_itself("Does Jerry lie? Yes. Does Ryan tell the truth? No.", "Jerry lies. Does Ryan tell the truth?")
    ' Does Ryan tell the truth? No.'
    """
    person = asked_person(prompt)
    others = set(_NAMED.findall(prompt)) - {person} - _NO_NAMES
    if person is None or not others or "?" not in reply:
        return reply
    names = "|".join(map(re.escape, sorted(others)))
    reply = re.sub(
        rf"[^.?!\n]{{0,80}}\b(?:{names})\b(?![^.?!\n]{{0,80}}\b{re.escape(person)}\b)[^.?!\n]{{0,80}}\?\s*(?:yes|no)\b[,.]?",
        "",
        reply,
        flags=re.IGNORECASE,
    )
    return re.sub(
        rf"(?:[^.?!\n]{{0,80}}\b{re.escape(person)}\b[^.?!\n]{{0,40}}|\b(?:is|does|he|she)\b[^.?!\n]{{0,20}})\b(?:lie|lies|lying|liar|dishonest)\b[^.?!\n]{{0,20}}\?\s*(yes|no)\b",
        lambda m: "No" if m[1].lower() == "yes" else "Yes",
        reply,
        flags=re.IGNORECASE,
    )


def stated(text: str, low: str, prompt: str) -> Statement:
    """Return the last statement on the person whom a question asks for; on anybody where it names nobody.

    Args:
        text: the prepared answer part of a reply, with case.
        low: the same, folded, of equal length.
        prompt: the question.
    """
    marked = _marked(text, low, prompt)
    said = Statement(None, -1)
    reader = _Reader()
    for match in _SENTENCE.finditer(marked):
        value = reader.read(match[0][-_LONGEST:])
        if value is not None or reader.torn:
            said = Statement(value, match.end())
    return said


def _marked(text: str, low: str, prompt: str) -> str:
    """Return the folded reply with one sign for the person that is asked about, and another one for everybody else."""
    person = asked_person(prompt)
    names = {name.lower(): _OTHER for name in _NAMED.findall(prompt) if name not in _NO_NAMES}
    if person is None:
        names = {
            name.lower(): _ASKED for name in _CAPITALISED.findall(text) if name not in _NO_NAMES
        }
    else:
        names[person.lower()] = _ASKED
    if not names:
        return low
    pattern = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.sub(rf"\b(?:{pattern})\b", lambda m: names[m[0]], low)


def _group(match: re.Match[str]) -> str:
    return _ASKED if _ASKED in match[0] and " or " not in match[0] else _OTHER


def _content(match: re.Match[str]) -> str:
    if match.groupdict().get("own"):
        return match[0]
    return f"'s {_CONTENT}" if match[0].startswith("'s") else _CONTENT


class _Reader:
    """The reading of a reply, sentence by sentence and part by part."""

    def __init__(self) -> None:
        self.topic = _ASKED
        self.subject = ""
        self.torn = False
        self.kind = 1  # of the question: does the person tell the truth?
        self.value: int | None = None
        self.claimed = False
        self.bare = False
        self.seen = ""

    def read(self, sentence: str) -> int | None:
        """Return what the next sentence says of the asked person at last."""
        named = _PERSON.search(sentence)
        self.topic = self.topic if named is None else named[0]
        self.subject, self.claimed, self.torn = "", False, False
        self.bare, self.seen = False, ""
        if _ANSWERS.match(sentence):
            self.kind, self.value = 1, None
        if sentence.rstrip().endswith("?"):
            return None
        text = _IF_FOLLOWED.sub(" ", sentence)
        text = not_so(_MAYBE.sub("whether", text))
        text = _TITLED.sub(lambda m: f"; {_group(m)} is {'honest' if m[1] else 'a liar'}; ", text)
        text = _LABELLED.sub(lambda m: f"{m[1]} is {'honest' if m[2] else 'a liar'}, ", text)
        text = _LIST.sub(_group, _SAID.sub(_content, text))
        text = _LIKEWISE.sub(r"; \1 too;", text)
        verdict: int | None = None
        lead, end, doubted, either = "", 0, False, False
        cuts = [(cut.start(), cut.end(), cut[0]) for cut in _PARTS.finditer(text)]
        for start, stop, cut in [*cuts, (len(text), len(text), "")]:
            part = text[end:start]
            conditional = cut in ("if", "unless") or part.rstrip().endswith("only")
            if _BREAKS.fullmatch(lead):
                doubted = False
            doubted = (
                doubted
                or (lead in _OPEN and not _HEARD.search(part))
                or _DOUBT.search(part) is not None
            )
            value = self._part(part)
            if value is not None and not doubted and not conditional and lead not in _DEPENDENT:
                if verdict is not None and verdict != value and either:
                    self.torn = True
                    return None
                verdict = value
            either = either or cut == "or" or "either" in part
            lead, end = cut, stop
        return None if self.torn else verdict

    def _part(self, part: str) -> int | None:
        """Return what one part says of the asked person, and remember what it says of anybody."""
        if not part.strip():
            return None
        named = _PERSON.search(part)
        inserted, self.bare = (
            self.bare and part[: named.start() if named else 0].strip() != "",
            False,
        )
        if named is not None:
            self.subject = self.subject if inserted else named[0]
            self.seen += named[0]
            self.bare = _BARE.fullmatch(part) is not None
        ended = _ENDED.match(part)
        if ended is not None:
            return self._ended(ended)
        found: set[int] = set()
        for match in _PREDICATE.finditer(part):
            if (match["right"] or match["wrong"]) and not self._may_judge(part, match):
                continue
            kind = int(bool(match["t"] or match["right"]))
            denied = len(_NOT.findall(part[: match.end()])) % 2
            self.kind, self.value = kind, kind ^ denied
            who, turn = self._who(part, match)
            if who == _ASKED:
                found.add(self.value ^ turn)
        self.claimed = _CONTENT in part or (self.claimed and named is None)
        if len(found) > 1:
            self.torn = True
        return found.pop() if len(found) == 1 else None

    def _may_judge(self, part: str, match: re.Match[str]) -> bool:
        """Return whether "right" or "false" is said of a person or of what the person says."""
        before = part[: match.start()]
        return (
            self.claimed
            or _CONTENT in before
            or re.search(rf"\bwhat {_P} says\b", before) is not None
            or (
                re.search(rf"{_P}$", before.rstrip()) is not None
                and match["right"] in (None, "right", "correct")
            )
        )

    def _who(self, part: str, match: re.Match[str]) -> tuple[str, int]:
        """Return whom a predicate is said of, and 1 if an exception turns it."""
        before = part[: match.start()]
        if _EVERYBODY.search(before) is not None:
            spared = _EXCEPT.search(before)
            return _ASKED, int(spared is not None and spared[1] == _ASKED)
        if _OTHERS.search(before) is not None:
            return (_OTHER if _ASKED in self.seen else _ASKED), 0
        named = _PERSON.findall(before)
        if named:
            return (named[0] if _CONTENT in before else named[-1]), 0
        after = re.match(
            rf"(?: (?:here|among them))? (?:is|are|must be|would be) (?:only )?({_P})",
            part[match.end() :],
        )
        if after is not None:
            return after[1], 0
        if _PRONOUN.search(before) is not None:
            return self.subject or self.topic, 0
        return self.subject, 0

    def _ended(self, match: re.Match[str]) -> int | None:
        """Return what "but Ryan is not" says after "Jerry is honest"."""
        if match["that"] or match["too"]:
            if self.value is None:
                return None
            value = self.value ^ int(match["that"] is not None)
        elif match["be"].strip():
            value = self.kind ^ int("not" in match["be"] or "n't" in match["be"])
        else:
            return None
        who = match["p"] if _PERSON.match(match["p"]) else self.subject or self.topic
        return value if who == _ASKED else None
