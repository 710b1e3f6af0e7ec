"""What a reply says of the facts of two sub-tasks of BBH: whether a sentence is plausible, and whether one is back at the start.

The last part of a reply that states the fact counts. A negation turns it, two turn it back; what is asked, supposed, or said of
the way and not of its end does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from metrics.text import late as re
from tasks.voicebench.prose.others import of_another, parted, turned
from tasks.voicebench.prose.steps import Walk

Match = re.Match[str]


class Sign(NamedTuple):
    """Words that state the fact, or deny it.

    Attributes:
        pattern: the words.
        kind: 1 for the fact, 0 for its opposite.
        holds: whether the words bring their own negation, as in "no steps away".
        weak: whether they say nothing next to others before them.
    """

    pattern: re.Pattern[str]
    kind: int
    holds: bool = False
    weak: bool = False


_WHERE: Final = (
    r"(?:(?:the |your |our |my |his |her |their |its |that |this |an? )?(?:exact |very |same |actual |exactly )*"
    r"(?:start(?:ing|ed)?(?:[ -](?:point|position|place|spot|location|line|square))?\b|origin(?:al)?\b|initial (?:point|position|place|spot|location)|beginning\b|home\b|base\b|point of departure|departure point|square one)"
    r"|(?:exactly |precisely |just |right )?where (?:you|we|i|they|one|he|she|it)(?:'d| had)?(?: \w+ly| first)? (?:start\w*|beg[au]n|begin|set (?:off|out)|left|came from|departed|were (?:at|in) the (?:start|beginning|outset))"
    r"|(?:the |that |this )?(?:exact |very )?same (?:point|place|position|spot|location)|(?:the )?(?:point|place|position|spot|location)(?: that| which| where| from which)? (?:you|we|i|they|it) (?:start\w*|beg[au]n|left|set out|set off|came)"
    r"|\(0, ?0\))"
)
_STEPS: Final = r"(?:steps?|units?|met(?:er|re)s?|paces?|feet|blocks?|spots?|squares?)"
_COUNT: Final = r"(?:[1-9]\d*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|several|some|a few)"
_SIDE: Final = r"(?:left|right|north|south|east|west|northeast|northwest|southeast|southwest|front|ahead|behind|outside|short|past|beyond|forward|back(?:ward)?s?|off|side)"
_STATE: Final = (
    r"(?:return\w*|get(?:s|ting)?|got|gotten|comes?|came|coming|go(?:es)?|went|makes? it|made it|end(?:s|ed|ing)?(?: up)?|finish\w*|arriv\w+|land\w*|w(?:ind|ound)s? up|stops?|find (?:yourself|ourselves)|turn out to be|are|'re|be|is|'s|am|'m|were|been|stand\w*|bring\w*|brought"
    r"|leads?|led|takes?|puts?|leaves?|places?|moved?|reach\w*|walk\w*|back|facing)"
)
_BETWEEN: Final = r"(?:(?!\b(?:from|of|to|at|in)\b)[^.;,:]){0,32}?"
_RETURNED: Final = (
    Sign(re.compile(rf"\b{_STATE}(?:n't)?\b{_BETWEEN}(?<![\w-])(?:(?:at|to|in|on|into) (?:exactly |precisely |right )?{_WHERE}|where (?:you|we|i|they|one|he|she|it)(?:'d| had)?(?: \w+ly| first)? (?:start\w*|beg[au]n|begin|set (?:off|out)|left|came from|were (?:at|in) the (?:start|beginning|outset)))"), 1),
    Sign(re.compile(rf"\b(?<!starting )(?<!start )(?<!initial )(?<!original )(?:position|point|location|place|spot|destination|endpoint|coordinates)s?\b(?:(?!\bfrom\b)[^.;,:]){{0,30}}?\b(?:is|are|be|equals?|matches|was|coincides? with)(?:n't| not)? (?:\w+ly |also |just |indeed |back |again )*(?:the same as |the same |identical to |equal to |at |as |in )*{_WHERE}"), 1),
    Sign(re.compile(rf"\b(?:which|that|this|it)(?: is|'s| was| would be| isn't| wasn't)(?: not| also| exactly| indeed| just| again| back at)* (?:the same as )?{_WHERE}"), 1),
    Sign(re.compile(rf"(?<!\bthe )\b(?:the )?same as {_WHERE}"), 1),
    Sign(re.compile(rf"\breach\w* (?:exactly )?{_WHERE}"), 1),
    Sign(re.compile(r"\b(?:return(?:s|ed)?|(?:come|came|comes|get|gets|got|gotten|are|be|been|'re|made it|make it|makes it|end up|ends up|wind up)(?: not|n't)?(?: \w+ly| right| all the way)? back)(?: again| there| here)?(?=\W*\Z|,? (?:because|since|after)\b)"), 1),
    Sign(re.compile(r"\bnowhere (?:near|close)\b"), 0, holds=True),
    Sign(re.compile(rf"\b{_COUNT} (?:more )?{_STEPS} to go\b"), 0),
    Sign(re.compile(r"\b(?:displacement|distance|change) of (?:zero|0|no)\b"), 1, holds=True),
    Sign(re.compile(r"\bfull circle\b|\b(?:bring|take|lead|get|put)s? (?:you|us|me)(?: \w+ly| right| all the way)? back(?=\W*\Z)|\b(?:take|bring|lead|get)s? (?:you|us|me)(?: \w+)? home\b|\b(?:back|return\w*) (?:to|at) it\b"), 1),
    Sign(re.compile(r"\b(?:net|total|overall|resulting) (?:displacement|movement|distance|change|effect|result|shift)(?: \w+){0,4}?\s*(?:is|of|was|:|=|being|comes to|equals)?\s*(?:exactly |therefore |thus |just )?(?:zero|0(?![.\d])|nothing|none)\b(?! steps? (?:left|right))"), 1, holds=True),
    Sign(re.compile(r"\b(?:zero|0|no)(?: net| overall| total)? (?:displacement|change|difference|movement)\b"), 1, holds=True),
    Sign(re.compile(r"\b(?:in|at|on) the (?:exact |very )?same (?:point|place|position|spot|location)\b"), 1),
    Sign(re.compile(r"\b(?:start\w*|initial|original|begin\w*)\b[^.;,]{0,40}\b(?:are|is)(?:n't| not)?(?: both)?(?: \w+ly)? (?:the same|identical|equal|one and the same)\b(?! (?:as|to|way|direction|distance)\b)"), 1),
    Sign(re.compile(r"\b(?:start\w*|initial|original|begin\w*)\b[^.;,]{0,40}\b(?:are|is)(?:n't| not)?(?: \w+ly)? (?:different|distinct|far apart)\b"), 0),
    Sign(re.compile(rf"\b(?:zero|0|no) (?:{_STEPS}|distance|net \w+)(?: away)?(?: \w+)? (?:from|away)\b(?: from)?(?: {_WHERE})?"), 1, holds=True),
    Sign(re.compile(rf"\bdistance (?:from|to) {_WHERE}(?: \w+)? (?:is|=|would be|equals|comes to)(?: \w+ly)? (?:zero|0)\b"), 1, holds=True),
    Sign(re.compile(r"\b(?:everything|all (?:of )?(?:the |these |your |those )?(?:moves|steps|movements|motions)|it all|(?:moves|steps|movements) all)\b[^.;,:]{0,24}\bcancel\w*"), 1),
    Sign(re.compile(r"\b(?:net|total|overall|resulting) (?:displacement|movement|distance|change|shift)(?: \w+){0,4}?\s*(?:is|of|was|:|=|being|comes to|equals)\s*(?:exactly |therefore |thus |just )?" + _COUNT + r"\b"), 0),
    Sign(re.compile(rf"\baway from {_WHERE}"), 0),
    Sign(re.compile(rf"\b{_COUNT} {_STEPS}(?:(?!\b(?:and|then)\b)[^.;,:]){{0,30}}?\b(?:away|off|out|short|ahead|apart|too far)\b"), 0),
    Sign(re.compile(rf"\b(?:{_STEPS}|{_SIDE}|distance)(?: \w+){{0,3}}? (?:from|of) {_WHERE}|\bdistance to {_WHERE}"), 0),
    Sign(re.compile(rf"\b(?:short|ahead|past|beyond|off|outside|wide|behind|before)(?: of)? {_WHERE}|\b(?:short|ahead|left|right) of it\b|\bto (?:the|its) (?:left|right|north|south|east|west|side)\b"), 0, weak=True),
    Sign(re.compile(r"\b(?:different|other|another|new|wrong) (?:point|place|position|spot|location)\b|\b(?:somewhere|someplace) (?:else|different)\b|\belsewhere\b|\boff course\b"), 0),
    Sign(re.compile(rf"\b(?:different|differs|far|distinct|off) from {_WHERE}"), 0),
    Sign(re.compile(r"\b(?:more|another|further|additional|extra)\b[^.;:]{0,40}\bto (?:return|get back|go back|be back|come back|get home|reach|end up back)"), 0),
    Sign(re.compile(r"\bto (?:return|get back|go back|be back|come back|reach|end up back)\b[^.;:]{0,60}\b(?:would|'d|need|have to|must)\b[^.;:]{0,40}\b(?:more|another|further|additional|extra)\b"), 0),
    Sign(re.compile(r"\b(?:leaving|leaves|left with) (?:you |us )?(?:(?:with|at) )?(?:a (?:net|displacement)|" + _COUNT + r")\b"), 0),
)  # fmt: skip
_SO: Final = Sign(
    re.compile(
        r"\b(?:i|you|we|one)(?:'d| would| wouldn't| do| don't| can| can't| cannot| could)?(?: not| \w+ly)? (?:say|think|believe|guess|suppose) (?:so\b(?! (?:\w+ly|far|much|many)\b)|that(?=\W*\Z))"
    ),
    1,
    weak=True,
)
_IT: Final = r"(?:it|that|this|(?:the |this |that |your )?(?:\w+ )?(?:sentence|statement|claim|scenario|phrase))"
_PLAUSIBLE: Final = (
    Sign(re.compile(r"(?<!\bare )\b(?:(?:plausible|possible)(?! (?:that )?(?:you|i)\b)|realistic|(?:reasonable|sensible|accurate)(?! (?!sentence|statement|claim|scenario|thing|description|phrase|event|to\b|for\b|that\b|in\b|because|since|as\b|and\b|enough|here\b)\w)|believable|credible|(?<!more )likely(?! to\b)|valid|feasible|conceivable|imaginable|logical|legit|legitimate|plausibel|plausibile|plausível|verosímil|vraisemblable|creíble|crédible|posible|possibile|möglich)\b(?! only\b)"), 1),
    Sign(re.compile(r"\bmakes? (?:(?!no\b|little\b)\w+ ){0,3}?sense\b|\bmaking (?:perfect |good |complete )?sense\b"), 1),
    Sign(re.compile(rf"\b{_IT}(?:'s| is| was| sounds?| seems?| looks?| isn't| doesn't (?:sound|seem|look))(?: not)?(?: (?:an?|quite|pretty|very|all|just|\w+ly)){{0,3}} (?:normal|fine|okay|ok|alright|right|common|ordinary|unremarkable|natural|legal)\b"), 1),
    Sign(re.compile(rf"(?:(?<!\bas )\b(?:{_IT}|these|such (?:an? )?\w+|(?:the |a )?kinds? of things?|something)(?: (?:that|which))?|(?:\bcan|\bcould|\bmight|\bmay|\bwould|n't|\bnot|\bnever|\bcannot|\bway|\brarely|\bseldom|\bhardly|\bthings? that))(?: [\w']+){{0,3}}? (?:happen(?:s|ed|ing)?|occur(?:s|red)?)\b(?! to (?:be|have|know|play|like)\b| only\b| when\b| if\b| that\b)"), 1, weak=True),
    Sign(re.compile(r"\b(?:(?:i|we|you|one|anyone|anybody|everyone|everybody|nobody|no one|people)(?:'d|'ll)?(?: \w+n't| \w+){0,2}? )(?:believe|buy|accept|imagine|picture|see)(?: in)? (?:it|that|this)(?=\W*\Z|,| happening\b| because\b| since\b| at all\b| easily\b)"), 1, weak=True),
    Sign(re.compile(r"\b(?:implausible|impossible|unrealistic|unreasonable|nonsens\w+|infeasible|unfeasible|unlikely|far[- ]fetched|improbable|inconceivable|unthinkable|unimaginable|absurd|ridiculous|ludicrous|illogical|unbelievable|invalid|inaccurate|preposterous|unplausibel|inverosímil|invraisemblable|imposible|impossibile|unmöglich)\b"), 0),
    Sign(re.compile(r"\bmak(?:es?|ing) (?:absolutely )?(?:no|little|zero) sense\b|\bout of the question\b|(?:\bnot|n't)(?: \w+ly)? how (?:it|that|this|basketball|things)\b"), 0, holds=True),
    Sign(re.compile(rf"\b(?:check|add|hold|stack)s? (?:up|out|water)\b|\brings? true\b|\b{_IT} (?:can|could|might|must|may)(?:'t|n't|not| not)? be true\b"), 1),
    Sign(re.compile(r"\black(?:s|ing)? (?:any |all )?(?:plausibility|sense|credibility|logic|realism)\b|\b(?:no|zero|not an?|little) (?:\w+ )?(?:chance|likelihood|probability)\b|\b(?:likelihood|probability|chances?|odds)\b[^.;,]{0,30}\b(?:is|are) (?:\w+ )?(?:zero|nil|0|slim|low|negligible)\b|(?:\bnot|n't)(?: \w+ly)? an? (?:\w+ )?thing\b"), 0, holds=True),
    Sign(re.compile(r"\ba (?:good|high|fair|decent|real|strong) (?:chance|likelihood|probability)\b"), 1),
    Sign(re.compile(r"\bsomething (?:that )?(?:you|one|we|people|i|he|she|they|\w+|\w+ \w+)(?:'d| would|'ll| will| could| can)(?: \w+ly| ever)? (?:hear|see|say|expect|read|do)\b"), 1, weak=True),
    Sign(re.compile(r"\b(?:could|can|cannot|can't|couldn't|would never|wouldn't)(?: not| never| \w+ly| well| very)*(?: have)? (?:do|done) (?:that|this|so|it)\b"), 1),
    Sign(re.compile(r"\b(?:trouble|difficulty|hard time) (?:believing|imagining|picturing|seeing|accepting)\b"), 0),
    Sign(re.compile(r"\beasy to (?:believe|imagine|picture|accept)\b"), 1),
    Sign(re.compile(r"\A\W*(?:no way|hardly|not likely|not at all|never|of course not|(?:definitely|absolutely|certainly|probably) not|not (?:really|quite))\W*\Z"), 0, holds=True),
    Sign(re.compile(r"\b(?:hard|difficult|tough) (?:for me )?to (?:believe|imagine|picture|see|accept|buy)\b"), 0),
    Sign(re.compile(r"(?:\bnothing|\bnot|n't)(?: \w+){0,2}? (?:odd|strange|weird|unusual|wrong|surprising|off|remarkable)\b(?: about\b| with\b| in\b| at all\b|\W*\Z)|\bno (?:problem|issue)s? with\b"), 1, holds=True, weak=True),
    Sign(re.compile(r"\bdoubt(?:ful)?\b"), 1),  # a negation of its own
)  # fmt: skip
_SIGNS: Final = {"navigate": (*_RETURNED, _SO), "sports_understanding": (*_PLAUSIBLE, _SO)}
_UNDOUBTED: Final = re.compile(
    r"(?i)\b(?:(?:there(?: is|'s|s| can be| will be)|i (?:have|see)|leaves?|has) )?(?:(?:absolutely|really|simply) )?(?:no|without(?: an?| any| the)?|beyond(?: an?| any| all)?)(?: (?:real|shadow of an?|shadow of|slightest|possible|reasonable|room for))* (?:doubts?|question|problem|denying|disputing|dispute|argument)\b(?! of\b| with\b| to\b)(?: at all)?(?: (?:about|in) (?:it|that|this|my mind))?(?: that\b)?"
)
_LED: Final = re.compile(r"\A\W*(?:(?:so|and|well|then|thus|therefore)\W+)?(?:no|nope|nah|yes|yeah|yep)\b(?! (?:way|sense|reason|one|steps?|distance|chance|longer|problem|doubt|es|creo|parece|tiene|puede|sería|hay)\b)[\s,.:;—-]*")  # fmt: skip
_FOLLOWS: Final = re.compile(
    r"\bif (?:you|we|one|i|someone) (?:(?:were to|was to|do|does|actually|just) )?(?:follow|carry out|execute|perform|go through|obey|do|complete|take)s?\b(?! not\b)[^,.;:]{0,60}?(?:instructions?|directions?|steps|moves|movements|them|commands?)\b(?: exactly| correctly| step by step| as given| in order)*"
)
_PARTS: Final = re.compile(
    r";|—|:|\b(?:but|however|yet|(?<!say )(?<!think )(?<!believe )(?<!guess )(?<!suppose )so(?! (?:if|whether|far|much|many|close|that)\b)|therefore|thus|hence|consequently|(?:which|that|this) (?:means|implies|shows|puts|makes|leaves|brings|takes)(?: that)?|meaning(?: that)?|and then)\b"
)
_LEADING: Final = re.compile(
    r"\A\W*(?:because|since|as|although|though|even though|while|given(?: that)?|despite|considering(?: that)?)\b[^,]*,(?: and\b[^,]*,)?"
)
_BEHIND: Final = re.compile(
    r"\b(?:because|since|although|though|even though|while|whereas|given that|(?<!same )(?<!just )as (?=(?:the|it|he|she|they|you|we|there|his|her|your|these|those|this|that|in)\b))"
)
_DOUBT: Final = re.compile(
    r"\b(?:if|whether|unclear|depends?|depending|either way|may or may not|might or might not|or (?:(?:you|it|they|we) )?(?:(?:might|may|could) )?not|could or could not|(?:can't|cannot|can not|couldn't|could not|unable to|not possible to|impossible to|hard to|difficult to|tough to|not able to|need to|have to|trying to|tries to|wants? to|asked to|supposed to) (?:be )?(?:tell|sa(?:y|id)|determined?|decided?|know|known|judge|answer|assess|evaluate|figure|work out|find out|check|see if|see whether|verify|confirm|prove|guarantee)"
    r"|not (?:sure|clear|certain)|unsure|(?:don't|do not|didn't|did not) know|an? (?:more )?(?:plausible|realistic|believable) \w+ (?:must|should|has to|needs to|would)|(?:you|one|people|some|someone|we|they) (?:might|may|could|would)(?: \w+ly| well)? (?:think|expect|assume|say|guess|find|call|consider|believe(?! (?:it|that|this)\b)|argue|suppose|be tempted)|seems? at first|at first|imagine(?! (?:it|that|this)\b)|suppose|supposing|assum\w+|pretend|question is|let me|let's|let us|(?:you|we|one) (?:could|should) (?:return|go|get|come)\b|\A\W*(?:please )?(?:go|return|come)(?: back)? to\b|(?:perhaps|maybe|possibly)\b[^.;]{0,60}\b(?:perhaps|maybe|possibly) not|plausib\w+ means|(?:before|until|when|once|unless) (?:you|we) (?:return|get back|are back|come back)|returning\b[^.;]{0,60}\b(?:means|requires)|to be (?:plausible|possible|realistic|believable|reasonable))\b|\?"
)
_SEEMS: Final = re.compile(
    r"\b(?:seems?|appears?|looks|considered|deemed|believed|likely|sounds?) to be\b"
)
_NOT: Final = re.compile(
    r"\b(?:not(?! (?:only|just|merely|simply)\b)|never|no(?! less)|nothing|nobody|no one|nowhere|cannot|pas|nicht|kein\w*|non|não|less than|hardly|scarcely|barely|rarely|seldom|fails? to|failed to|without|none|doubt(?:ful)?)\b|n't\b(?! (?:just|only)\b)|\bfar from\b"
)
_ENDED: Final = re.compile(
    r"\A\W*(?:and |really |actually |in fact |clearly )*(?:it|that|this|you|we|they|one)(?:'s| is| are|'re| do| does| would| will| did| has| have)?(?: really| actually| simply)?(?: not|n't)\W*\Z"
)
_MOVES: Final = re.compile(r"\b(?:take|walk|go|move|turn|make)s?\b|\b(?:you|we|then) step\b")
_NEXT: Final = re.compile(
    rf"\A\W*(?:and )?(?:then|next|finally|after (?:that|this)|now|lastly)\b[^.;]*\b(?:(?:take|walk|go|move|step)s?\b[^.;]*\b{_STEPS}\b|turns?\b[^.;!]*\Z)"
)
_SO_FAR: Final = re.compile(
    r"\b(?:now|so far|at this point|after (?:this|that|step|the (?:first|second|third)))\b"
)
"""Of a place on the way; what is walked after it leads on."""
_PLACED_FIRST: Final = re.compile(
    r"\b(?:you|we|i)(?:'re| are| am)\b(?! back)[^.;]*\b(?:facing|looking)\b"
)
_INFINITIVE: Final = re.compile(r"(?<!seem )(?<!seems )(?<!appear )(?<!going )(?<!out )(?<!manage )(?<!us )(?<!you )(?<!able )(?<!fail )(?<!fails )\bto (?:get |go |come |be |end up |make it )?\Z")  # fmt: skip
_REST: Final = re.compile(
    r"\b(?:are|'re|is|be|am|were|end(?:s|ed)?(?: up)?|finish\w*|land\w*|w(?:ind|ound)s? up|leaves?|leaving|puts?|stands?|get|return)\b|'re\b"
)
_CLAUSE: Final = re.compile(r"[^.!?;,:\n—]+?(?= because\b| since\b| as\b|[.!?;,:\n—]|\Z)")
_TORN: Final = -1
"""Of a sentence that states both."""
_SENTENCE: Final = re.compile(r"[^.!?;\n]+[.!?;]*")
_NAMED_START: Final = re.compile(r"\b(?:start(?:ing)?(?: point| position| place)?|origin)\W*\Z")
_TAG: Final = re.compile(
    r",? (?:doesn't|isn't|does|is|wouldn't|don't|right|no),?(?: (?:it|that|you))?\s*\?"
)
_ANSWERED: Final = re.compile(
    r"\A\W*(?:(?:(?P<no>(?:\w+ly )?not(?: (?:at all|really|in the least|remotely|likely|exactly|quite|even close))?|hardly|no|nope|never)|absolutely|definitely|yes|sure|certainly|totally|of course|very(?: much so)?|entirely|perfectly)\W*\Z)"
)
_YOU_DO: Final = re.compile(
    r"\A\W*(?:yes|no)?\W*(?:you|we) (?:do|would|will)(?: indeed)?(?: not|n't)?\W*\Z"
)
_FIRST: Final = re.compile(
    r"\A\W*(?:first|initially|to (?:begin|start) with)\b(?! i\b)(?!.*\b(?:so|but|therefore)\b)"
)
_WRONG: Final = re.compile(r"\bnot\b|n't\b|\b(?:false|untrue|wrong|incorrect)\b")
_ANYTHING_BUT: Final = re.compile(r"\banything but\b")
_NOTHING_BUT: Final = re.compile(r"\bnothing but\b")
_LONGEST: Final = 800
"""Most characters of a sentence that are read, its last ones."""
_NEITHER: Final = re.compile(r"\bneither\b[^.;]{0,80}\bnor\b")
_NOT_SO: Final = re.compile(
    r"\b(?:it|that)(?:'s| is| isn't)(?: not)? (?:false|untrue|true|wrong|incorrect|the case|right)(?: to say)? that\b"
)
_OTHER_SPORT: Final = re.compile(
    r"\A.{0,200}?\b(?:in|for) (?:an? |the )?(?:\w+ )?(?:football|basketball|baseball|soccer|hockey|tennis|golf|cricket|rugby)(?: players?| game| match)?,? (?:but|though|yet|however)\b"
)
_SHORT: Final = 40
_CASED_WORD: Final = re.compile(r"[^\W\d_]+")
_QUOTED: Final = re.compile(r'"[^"\n]*"')


def without_idioms(text: str) -> str:
    """Return a text without "no doubt", "no question about it" and the like, whose "no" answers nothing.

    >>> without_idioms("There's no doubt about it: it's plausible.")
    ": it's plausible."
    """
    return _UNDOUBTED.sub("", text)


def not_so(text: str) -> str:
    """Return a folded text with "it is false that" as a plain negation.

    >>> not_so("it's not true that it is plausible")
    'not it is plausible'
    """
    return _NOT_SO.sub(lambda m: "not" if len(_WRONG.findall(m[0])) == 1 else "", text)


def stated(low: str, subtask: str, prompt: str = "") -> int | None:
    """Return 1 if a reply says that the fact holds, 0 if that it does not, ``None`` if it says neither.

    Args:
        low: the folded answer part of a reply.
        subtask: ``navigate`` or ``sports_understanding``.
        prompt: the question; the words of its sentence may be said again with a "could" or a "never".

    >>> stated("you end up 3 steps west of the start, so you haven't come back.", "navigate")
    0
    """
    signs = _SIGNS[subtask]
    own: frozenset[str] = frozenset()
    if subtask == "sports_understanding":
        signs += _said_again(prompt)
        own = names(prompt)
    verdict: int | None = None
    so_far = False
    walk = Walk(prompt)
    sentences = [m[0][-_LONGEST:] for m in _SENTENCE.finditer(_plain(low))]
    for number, sentence in enumerate(sentences):
        said = _sentence(_LED.sub("", sentence), signs, own)
        if number and sentences[number - 1].endswith("?"):
            answered = _ANSWERED.match(sentence)
            asked = _signs(sentences[number - 1][:_SHORT], signs) if answered else []
            if answered and len(asked) == 1 and len(sentences[number - 1]) < _SHORT:
                said = asked[0][1].kind ^ int(answered["no"] is not None)
        if subtask == "navigate":
            if number + 1 < len(sentences) and _PLACED_FIRST.search(sentence):
                continue
            if _FIRST.search(sentence):
                continue
            if walk.on_the_way(sentence):
                said = None if said is None else _TORN
            if said is None and (_NEXT.search(sentence) or (so_far and _MOVES.search(sentence))):
                said = _TORN
        elif verdict is not None and said not in (verdict, None) and "would" in sentence:
            continue  # in another sport
        if said is not None:
            verdict = None if said == _TORN else said
            so_far = walk.midway or _SO_FAR.search(sentence) is not None
    return verdict


@lru_cache(maxsize=64)
def _said_again(prompt: str) -> tuple[Sign, ...]:
    """Return the signs of a sentence that a reply says again: "he could score", "players never score"."""
    quoted = _QUOTED.findall(prompt)
    words = _CASED_WORD.findall(quoted[-1] if quoted else "")
    stems = {re.escape(w[: max(4, len(w) - 3)]) for w in words if len(w) > 3 and w.islower()}
    if not stems:
        return ()
    names = [re.escape(w.lower()) for w in words if w[0].isupper()]
    deed = rf"(?: \w+ly| well| very| ever)*(?: have| be| been)*(?: \w+){{0,2}} (?:{'|'.join(sorted(stems))})\w*"
    return (
        Sign(re.compile(rf"\b(?:{'|'.join(('he', 'she', 'they', *names))}) (?:\w+ly )?(?:could|can|may|might){deed}"), 1),
        Sign(re.compile(rf"(?:\bcannot|\bnever|\bnot|n't){deed}"), 1),
    )  # fmt: skip


@lru_cache(maxsize=64)
def names(prompt: str) -> frozenset[str]:
    """Return the folded names of the sentence that is asked about."""
    quoted = _QUOTED.findall(prompt)
    words = _CASED_WORD.findall(quoted[-1] if quoted else "")
    return frozenset(word.lower() for word in words if word[0].isupper())


def contradicts(low: str, subtask: str, answer: int) -> bool:
    """Return whether a reply begins with a yes or a no whose own sentence states the opposite.

    Args:
        low: the folded answer part of a reply.
        subtask: ``navigate`` or ``sports_understanding``.
        answer: what the reply answers, 1 for yes.

    >>> contradicts("yes, it's implausible.", "sports_understanding", 1)
    True
    """
    begun = _LED.match(low)
    if begun is None or answer != int("y" in begun[0]):
        return False
    said = _CLAUSE.match(low, begun.end())
    return said is not None and _sentence(said[0][:_LONGEST], _SIGNS[subtask]) == 1 - answer


def _plain(low: str) -> str:
    """Return a folded reply without quotations, question tags and idioms whose negation is another one than it seems."""
    text = _TAG.sub(".", _QUOTED.sub(" ", without_idioms(low)))
    text = parted(not_so(text))
    return _NOTHING_BUT.sub(" ", _ANYTHING_BUT.sub("not", text))


def _sentence(
    sentence: str, signs: Sequence[Sign], own: frozenset[str] = frozenset()
) -> int | None:
    """Return what a sentence states at last of those whom the question names."""
    verdict: int | None = None
    kind: int | None = None
    if other := _OTHER_SPORT.match(sentence):
        kind = next((sign.kind for _, sign in _signs(other[0], signs)), None)
        sentence = sentence[other.end() :]
    for part in _PARTS.split(_FOLLOWS.sub(" ", sentence)):
        ended = _ENDED.match(part) or _YOU_DO.match(part)
        if ended and (kind is not None or _YOU_DO.match(part)):
            verdict = (1 if kind is None else kind) ^ int(_NOT.search(part) is not None)
            continue
        told = None if kind is None else turned(part, kind, own)
        if told is not None:
            verdict = told
            continue
        found = _signs(part, signs)
        if _NEITHER.search(part):
            kinds = {sign.kind for _, sign in found}
            verdict = 1 - kinds.pop() if len(found) > 1 and len(kinds) == 1 else _TORN
            continue
        kind = found[-1][1].kind if found else kind
        main = _BEHIND.split(_LEADING.sub("", part))[0]
        if _DOUBT.search(_SEEMS.sub(" is ", main)):
            continue
        values = {
            _value(main, sign, at)
            for at, sign in _signs(main, signs)
            if not of_another(main, *at.span(), own)
        }
        if values:
            verdict = values.pop() if len(values) == 1 else _TORN
    return verdict


def _signs(text: str, signs: Sequence[Sign]) -> list[tuple[Match, Sign]]:
    """Return the words of a text that state or deny the fact, from left to right, none inside another."""
    found = [(m, sign) for sign in signs for m in sign.pattern.finditer(text)]
    if signs is _SIGNS["navigate"]:
        found = [(m, sign) for m, sign in found if not _on_the_way(text, m, sign)]
    if any(not sign.weak for _, sign in found):
        found = [(m, sign) for m, sign in found if not sign.weak]
    whole = [
        (m, sign)
        for m, sign in found
        if not any(
            o is not m and o.start() <= m.start() and m.end() <= o.end() and o[0] != m[0]
            for o, _ in found
        )
    ]
    return sorted(whole, key=lambda pair: pair[0].start())


def _on_the_way(text: str, match: Match, sign: Sign) -> bool:
    """Return whether words belong to a step of the way, or to what it would take to get back."""
    before = text[: match.start()]
    if sign.kind:
        return _INFINITIVE.search(before) is not None or _NAMED_START.search(before) is not None
    moved = [m.end() for m in _MOVES.finditer(before)]
    return bool(moved) and _REST.search(before, moved[0]) is None and _REST.search(match[0]) is None


def _value(text: str, sign: Sign, match: Match) -> int:
    """Return what words say with the negations in their own stretch of the text."""
    begin = text.rfind(",", 0, match.start()) + 1
    end = match.start() if sign.holds else match.end()
    return sign.kind ^ (len(_NOT.findall(text[begin:end])) % 2)
