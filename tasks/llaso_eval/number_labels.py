"""Velocities, ages and pitches: a reply in the plain words that the readers of labels and of numbers know.

``plainly`` rewrites a reply before it is read against labels that are numbers, ``about`` before its one number is read. A reply that is one number in words of another language becomes that
number; "no one in their fifties" and "nowhere near 75" become "not …"; a number of something else (``75 Hz``, "note number 75", "25
syllables", "her teenage son", ``25/3``) and a bound ("louder than 50") name no label. The words are closed lists; every pattern looks at a
bounded stretch, so reading stays linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from metrics.text import late as re
from metrics.text.canonical import canonical
from metrics.text.number_words import decades_in_english, number_in_words
from metrics.text.quantities import LISTED, Quantity
from tasks.llaso_eval.taken_back import taken_back

Kind = Literal["velocity", "age", "pitch"]
_QUANTITIES: Final = {
    "velocity": Quantity(frozenset({"notes"})),
    "age": Quantity(frozenset({"years"})),
}
_TENS: Final = r"(?:twent|thirt|fou?rt|fift|sixt|sevent|eight|ninet)"
_X: Final = (
    rf"(?:(?:early|mid|late)[ -])?(?:{_TENS}(?:ies\b|y(?:[ -](?:one|two|three|four|five|six|seven|eight|nine|something))?\b)|teens?\b|teenage(?:rs?|d)?\b|adolescents?\b"
    r"|(?:one |a )?hundred(?: (?:and )?twenty[ -]seven)?\b|\d{2,3}(?!\d)(?:'?s\b)?)"
)
"""A label, or a number in the place of one."""
_PERSON: Final = r"(?:person|man|woman|one|speaker|voice|adult|human|individual|somebody|someone|lady|guy|boy|girl|kid|child|velocity|value|number)"
_FILL: Final = (
    r"(?:(?:an?|the|in|of|at|to|be|being|as|for|like|aged|around|about|his|her|their|its|is|it|this|that|it's|they're|they are|he's|she's|he|she|they|someone|somebody|anyone"
    r"|anybody|person|people|persons|men|women|man|woman|speaker|voice|velocity|value|number|close|near|say|call|with|would|my|our|your|these|those)[ ]){0,7}"
)
_NO_ONE: Final = rf"(?:no[ -]one|nobody|none|no (?:(?!doubt|question)\w+ )?{_PERSON})"
_STOP: Final = r"(?=[ ]*(?:[.!,;:\n—]|-{2}|\Z))"
_RELATIVE: Final = r"(?:sons?|daughters?|brothers?|sisters?|nephews?|nieces?|grandsons?|granddaughters?|grandchild(?:ren)?|cousins?|stepsons?|children|kids|students|pupils|mother|mum|mom|father|dad|grandmother|grandfather|wife|husband|uncle|aunt|boss|neighbou?r)"
_LOUDER: Final = r"(?:louder|softer|quieter|harder|stronger|weaker|gentler|lighter|heavier|higher|lower|greater|bigger|smaller|more|less|faster|slower)"
_OTHER_NAME: Final = (
    r"(?:(?:midi )?note[ _]?(?:number|no\.?)|midi (?:note|pitch|key)(?:[ _]?number)?|(?:midi|key) (?:number|no\.?)|pitch(?:[ _](?:number|value|class))?|bpm|tempo|duration|sample rate"
    r"|tonhöhe|hauteur|altura|altezza|высота|音高|音程|음높이)"
)
_PLACE: Final = r"(?<!this )(?<!the )(?<!\ba )(?<!given )(?<!audio )\b(?:channel|program(?:me)?|preset|patch|sample|octave|track|bank|controller|clip|bar|measure|version)(?: number| no\.?)?\"? ?[#:=]? ?"
"""A noun whose number tells which one is meant; "the velocity in this sample is 75" is another matter."""
_IS: Final = r"(?: number| value)?[\"')]{0,2} ?(?:is|was|of|at|=|:|equals|reads|shows|\||von|ist|est|de|es|è|是|为|は|が)?(?: about| around| exactly| de| von)?(?: midi)? ?[\"'(]{0,2}(?:midi )?"
_MONTH: Final = r"(?:january|february|april|june|july|august|september|october|november|december)"
_OF_NONE: Final = r"(?<!of the )(?<!of this )(?<!of that )(?<!of a )(?<!for the )(?<!for this )(?<!on the )(?<!in the )(?<!in this )(?<!at the )(?<!at this )"
"""Not "the velocity of the note is 75"."""
_PLAIN_NUMBER: Final = r"(?<![\d.])\d{2,3}(?![\d%])(?!\.\d)"


def _no_number_before(match: re.Match[str]) -> str:
    """Leave a bound out, but not one in a clause about another number ("100 is louder than 75")."""
    clause = _CLAUSE.split(match.string[max(0, match.start() - 120) : match.start()])[-1]
    return match[0] if any(map(str.isdigit, clause)) else "bounded"


_CLAUSE: Final = re.compile(r"[.;:,!?\n]")
_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _rule(pattern: str, by: str | Callable[[re.Match[str]], str]) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), by


_EXACT: Final[tuple[_Rule, ...]] = (
    _rule(
        r"\boder (?=(?:zwanz|drei(?:ß|ss)|vierz|fünfz|sechz|siebz|achtz|neunz)igern\b)",
        "oder in den ",
    ),
    _rule(rf"\bnot (?:too |very |so |all that )?far (?:off|from) {_FILL}(?={_X})", "about "),
    _rule(rf"\bno other (?:\w+ )?(?:than|but) {_FILL}(?={_X})", "exactly "),
    _rule(rf"\bno (?:less|more) (?:and|or|nor) no (?:more|less) than (?={_X})", "exactly "),
)
_DENIALS: Final[tuple[_Rule, ...]] = (
    _rule(rf"\b{_NO_ONE}(?: here| there)?(?: (?:who|that)(?:'s| is| was| sounds?| seems?)?)? (?:in|of|at|aged|around) {_FILL}(?={_X})", "not "),
    _rule(rf"\b{_NO_ONE}(?: here)? (?!doubt|den(?:y|ies)|disagree|dispute|else)(?:[a-z]{{2,12}}s|hear|say|guess|would (?!doubt|deny|disagree|dispute)[a-z]{{2,12}}) {_FILL}(?={_X})", "not "),
    _rule(rf"(?P<x>{_X}) (?:is|was|are) the (?:one|only|last) (?:\w+ ){{1,3}}(?:it|he|she|they|this|that) (?:can't|cannot|isn't|is not|aren't|could not|couldn't)\b", r"not \g<x>"),
    _rule(rf"\bno (?:kid|child|boy|girl|adult) or (?={_X})", "not "),
    _rule(rf"\b(?:none|nothing) (?:of |in |about |here|there)(?:[\w']+ ){{0,4}}?(?:is|are|was|sounds?|suggests?|points?|fits?|matches|indicates?|says?) {_FILL}(?={_X})", "not "),
    _rule(rf"\bnone of {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:by no (?:means|stretch(?: of the imagination)?)|in no (?:way|case|event|universe|world|sense)|(?:a long way|miles|far|light-years) (?:away )?from|under no (?:circumstances?|conditions?)|on no account|(?:nowhere|not anywhere) (?:near|close to)|not even close to|scarcely|not remotely|no (?:kind|sort) of) {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:there's |there is |with )?(?:no|zero|not a|not the slightest|hardly any) (?:chance|possibility|probability|likelihood|sign|hint|trace) (?:of|that|for)? ?{_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:there's |there is )(?:no|zero) (?:chance|possibility|way) {_FILL}(?={_X})", "not "),
    _rule(rf"\bthe last (?:thing|age|value|number|decade|answer) (?:that )?(?:i|one|anyone)(?:'d| would) (?:\w+ )?is {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:out of the question|impossible|inconceivable|unthinkable) that {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:(?:well|far|just|clearly|long) (?:short of|past|beyond|before|under|over|above|below)|too (?:young|old|soft|loud|hard|quiet)(?: (?:for|to))) {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:few|hardly any|not many|not one|not (?:a|one) single) (?:people|persons?|men|women|man|woman|speakers?|voices?) {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:odd|unusual|strange|rare|untypical|atypical|surprising) (?:for|of|in) {_FILL}(?={_X})", "not "),
    _rule(rf"(?<!n't be )(?<!cannot be )(?<!not be )(?<!not )(?<!n't )\b(?:every|any)(?:one|body|thing) (?:but|except) {_FILL}(?={_X})", "not "),
    _rule(rf"\b(?:outside(?: of)?|rarely|seldom) {_FILL}(?={_X})", "not "),
    _rule(rf"(?P<x>{_X}) ?[–—-]{{1,2}} ?(?:hardly|scarcely|never|no way|not)\b{_STOP}", r"not \g<x>"),
    _rule(rf"(?P<x>{_X}) (?:can|could|should|must|may) be (?:crossed (?:off|out)|struck(?: off| out)?|dropped|dismissed|discarded|left out|scratched)\b", r"not \g<x>"),
    _rule(rf"(?P<x>{_X}),? (?:it|this|that|he|she|they) (?:is|are|was) (?:\w+ly )?not\b{_STOP}", r"not \g<x>"),
)  # fmt: skip
_HEARER: Final = r"(?:you|one|i|we|people|anyone|anybody|somebody|someone|many|some|it|he|she|they)"
_AFTER_ALL: Final = r"(?=[^\n]{0,24}?[ ,.;:!—-](?:don't|do not) (?:let|be)\b|[^\n]{0,24}?[.;:!—-] ?(?:but|in fact|actually|listen|on (?:a )?(?:second|closer)|however|yet)\b|[^\n]{0,24}?, (?:but|yet|though)\b)"
"""What says that the first impression was wrong."""
_LEFT: Final[tuple[_Rule, ...]] = (
    _rule(rf"\b(?:has|have|having|with|'s) (?:his|her|their) (?P<x>{_X}) behind (?:him|her|them)\b", r"not \g<x>;"),
    _rule(rf"(?<!not )(?<!n't )(?<!yet )(?<!never )(?<!hardly )\b(?:left|leaving|leaves|outgrown|outgrew|said goodbye to|waved goodbye to|put) (?:his|her|their|the) (?:[a-z]{{3,9}} )?(?P<x>{_X})(?: years)?(?: (?:well|long|far|just))?(?: behind)?(?: (?:him|her|them)\b)?", r"not \g<x>;"),
    _rule(rf"\b(?:his|her|their|the) (?P<x>{_X}) (?:are|lie|is) (?:now |well |long |already |clearly |just |far ){{0,3}}(?:behind|over|past)\b(?: (?:him|her|them)\b)?", r"not \g<x>"),
    _rule(rf"(?<!not )(?<!n't )(?<!yet )(?<!hardly )\b(?:past|out of|beyond|done with) (?:his|her|their) (?P<x>{_X})(?= (?:and|but) )|(?<!not )(?<!n't )(?<!yet )(?<!hardly )\b(?:past|out of|done with) (?:his|her|their) (?P<y>{_X})(?=,)", lambda match: f"not {match['x'] or match['y']};"),
    _rule(rf"\b(?:at|on|upon) (?:a )?first (?:hearing|listen(?:ing)?|glance|sight|impression|blush)?,? ?{_HEARER}(?:'d| would| might| could|'ll| will| may)? (?:\w+ly )?(?:say|guess|think|bet|assume|believe|imagine|expect|sounds?(?: like)?|seems?(?: like)?) {_FILL}(?P<x>{_X}){_AFTER_ALL}", r"not \g<x>"),
    _rule(rf"\b(?:you|one|people|anyone|many|some)(?:'d| would| might| could| may) (?:\w+ly )?(?:say|guess|think|bet|assume|believe|imagine|expect) {_FILL}(?P<x>{_X})(?=[^\n]{{0,24}}?[ ,.;:!—-](?:don't|do not) (?:let|be)\b)", r"not \g<x>"),
    _rule(r"\b(?:don't|do not) (?:be (?:fooled|misled|deceived|taken in|tricked)|let (?:that|this|it|the \w+) (?:fool|mislead|deceive|trick|confuse) you)\b(?: by [^.;:!?\n]{1,60})?", "really"),
)  # fmt: skip
"""A decade that is over, and one that is only heard at first."""
_LEFT_HINTS: Final = re.compile(
    r"left|leav|outgr|goodbye|put |behind|past|over|out of|beyond|done with|first|fool|misled|deceiv|trick|taken in|don't|do not"
)
_AGES: Final[tuple[_Rule, ...]] = (
    _rule(rf"\b(?:an?|the|his|her|their|my|your|our|its) (?:{_TENS}(?:y|ies)[ -]|\d\d[ -]|teen)[\w-]{{0,12}}(?: old)? {_RELATIVE}\b", "relative"),
    _rule(rf"\b(?:his|her|their|my|your|our) {_RELATIVE},? (?:who )?(?:is |was |(?:now )?)(?:aged |in )?(?:his |her |their )?{_X}", "relative"),
    _rule(r"\b(?:speak|talk|sing|read|write|shout|listen)(?:s|ing)? (?:to|with|about|for) (?:an? |the |his |her |their |some |one of )?(?:\w+ )?(?:teenagers?|teens)\b", "speaks"),
    _rule(rf"\b(?:text|story|sentence|content|passage|topic|book|song|transcript)(?: here| itself)? (?:is|talks|tells|speaks) (?:about|of) [^.;,:\n]{{0,30}}?{_X}", "text is about it"),
    _rule(rf"\b(?:life|music|times?|things|fashion|politics|days|youth|school|love|war) in the (?:early |late |mid[- ]?)?{_TENS}ies\b", "life then"),
    _rule(rf"\b(?:born|raised|grew up|set|recorded|written|lived?|back|happened|songs?|hits?|music|films?) (?:in|of|from) the (?:early |late |mid[- ]?)?(?:(?:19)?\d0'?s|{_TENS}ies)\b", "then"),
    _rule(rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b|\b{_MONTH} \d{{1,2}}(?!\d)", "that day"),
    _rule(r"(?<!\d)(?P<x>\d\d)-?ish\b", r"\g<x>"),
    _rule(rf"{_OF_NONE}\b(?:recording|clip|audio|song|file|car|house|building|tape|record|company) is (?:about |only )?\d\d years old", "recording is old"),
    _rule(r"\b(?:(?:room|take|clip|track|sample|recording|audio|file|item|question|chapter|page|line|bus|route|channel|figure|verse|the number|gate|platform|episode|lesson|flight|highway|interstate|road|studio|apartment|version|sample #)"
          r"|(?:duration|temperature|speed|volume|pitch|frequency|length|tempo)(?: is| was|:| =| of)?) ?\d\d(?![\d-]| years)", "it"),
    _rule(r"\b(?:for|after|in|since|over|within|during|every|last|past|next) (?:about |nearly |almost |more than )?\d\d years\b(?! old| of age)|(?<!\d)\d\d years (?:ago|later|earlier|before|of (?:experience|service|marriage|teaching|work|war))\b", "then"),
    _rule(r"(?<![\d/.])\d{1,3} ?/ ?\d{1,4}(?!\d)|(?<![\d:])\d{1,2}:\d\d(?![\d:])", "it"),
)  # fmt: skip
_VELOCITIES: Final[tuple[_Rule, ...]] = (
    _rule(LISTED, " "),
    _rule(r"(?<![\d/.])\d{1,3} ?/ ?(?!(?:127|128|100)(?!\d))\d{1,4}(?!\d)|(?<![\d:])\d{1,2}:\d\d(?![\d:])|(?<!\d)\d{1,3} (?:out )?of \d{1,4} (?:people|listeners|times|cases|notes|samples)\b", "it"),
    _rule(rf"(?P<lead>{_OF_NONE}(?<!\w)(?:\"|')?{_OTHER_NAME}{_IS})\d{{1,3}}(?!\d|\.\d)(?! ?/)", r"\g<lead>it"),
    _rule(rf"(?P<lead>{_PLACE})\d{{1,3}}(?!\d|\.\d)", r"\g<lead>it"),
    _rule(r"(?<!\d)[01] ?(?:to|-|–|and) ?127(?!\d)|\bthe max(?:imum)?(?: value| velocity)? (?:is|of|being|would be) 127(?!\d)|(?<!\d)127 (?:is|being) the (?:max(?:imum)?|highest|largest|top)(?: possible)?(?: midi)?(?: value| velocity)?(?= ?(?:[.,;]|\Z))", "the scale"),
    _rule(r"(?<!\d)\d{1,3} (?:divided by|times|plus|minus|multiplied by) \d{1,3}(?!\d)", "it"),
    _rule(rf"\b(?:{_LOUDER} than|above|below|over|under|beyond) (?:an? )?{_PLAIN_NUMBER}", _no_number_before),
    _rule(rf"\bbetween (?:an? )?{_PLAIN_NUMBER} (?:and|&) (?:an? )?{_PLAIN_NUMBER}", "between two"),
)  # fmt: skip
_DECADES: Final[tuple[_Rule, ...]] = (
    _rule(
        rf"\b(?:older|younger|more|less) than (?:an? )?(?:\d0|{_TENS}y)(?![\w-])", _no_number_before
    ),
    _rule(rf"\bbetween (?:\d0|{_TENS}y) and (?:\d0|{_TENS}y)(?![\w-])", "between two"),
)
_BARE_NAME: Final = _rule(
    rf"(?P<lead>{_OF_NONE}(?<!midi )\b(?:note|key|midi)\"?{_IS})\d{{1,3}}(?!\d|\.\d)", r"\g<lead>it"
)
_VELOCITY: Final = re.compile(
    r"(?:\bvel\b|velocit|velocidad|vélocité|anschlag)\w*[^\d\n]{0,24}\d", re.IGNORECASE
)
_PITCHES: Final[tuple[_Rule, ...]] = (
    _rule(
        rf"(?P<lead>{_OF_NONE}\b(?:velocity|vel|vélocité|velocidad|velocità|velocidade|anschlagstärke|tempo|bpm|duration|loudness|volume){_IS})\d{{1,3}}(?!\d|\.\d)",
        r"\g<lead>it",
    ),
    _rule(rf"(?P<lead>{_PLACE})\d{{1,3}}(?!\d|\.\d)", r"\g<lead>it"),
)
_OTHERS: Final[dict[Kind, tuple[_Rule, ...]]] = {
    "velocity": _VELOCITIES,
    "age": _AGES,
    "pitch": _PITCHES,
}
_ROUND: Final = {
    "veinti": 20, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "sessenta": 60, "oitenta": 80,
}  # fmt: skip
_AND_SOME: Final = re.compile(
    rf"\b(?P<tens>{'|'.join(_ROUND)}) (?:y|e) (?:pocos|tantos|muchos|pico|algo|largos|poucos|muitos|bastantes)\b(?: (?:largos|años|anos)\b)?",
    re.IGNORECASE,
)
"""Spanish and Portuguese years of a decade: "setenta y pocos años"."""
_NO_AGE: Final = re.compile(
    r"\b(?:no|não|nunca|ni|nem|sin|tampoco|hace|hacía|desde|durante|há|faz|tras|después|depois)\b|\?",
    re.IGNORECASE,
)
_YOUTH: Final = re.compile(
    r"[\"'*_ ]{0,3}(?:(?:je (?:pense|crois|dirais) que |creo que |diría que |penso che |direi che |acho que |ich (?:denke|glaube|würde sagen),? )?(?:c'est|il s'agit d(?:e |')|on dirait|es|se trata de|parece(?: ser)?|suena como|è|sembra|si tratta di|é|trata-se de|soa como|das ist|es ist|es handelt sich um|das klingt nach|klingt nach|wohl|vermutlich|sicher|sans doute|probablement|probablemente|probabilmente|provavelmente|quizá|elle est|il est)[ ,]{0,2}){0,3}"
    r"(?:(?:un|une|una|uno|uma|um|eine?[mnrs]?|d'une?|la|la voix d'|la voz de|a voz de|la voce di|une voix d'|una voz de|una voce di|uma voz de|die stimme) ?){0,2}(?:un'|l'|d'|d'un |d'une |una? |uma? |eine[rs] )?"
    r"(?:adolescente?s?|ado|jugendliche[rn]?|teenagerin|halbwüchsige[rn]?|quinceañer[oa])(?: [a-zäöüéèíóãç]{1,12})?[\"'*_ .!…]{0,4}",
    re.IGNORECASE,
)
"""A reply that names a teenager in French, Spanish, Italian, Portuguese or German, and nothing else."""
_YOUTH_HINTS: Final = re.compile("ado|jugendl|teenagerin|halbw|quincea")
_SPOKEN: Final = rf"{_TENS}y(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?(?!\w)"
_NUMBER: Final = re.compile(
    rf"(?<![\w.,/-])(?:(?:\d{{1,3}}|{_SPOKEN}) ?(?:-|–|to|or|and) ?)?(?:\d{{2,3}}(?![\d/])(?!\.\d)|{_SPOKEN})",
    re.IGNORECASE,
)
_VERBS: Final = (
    "is|was|as|this|sounds|seems|feels|fits|suits|matches|works|makes|looks|appears|has|does|goes|comes|gives|remains|stands|describes|corresponds|points|means|represents|reflects"
    "|gets|wins|captures|lies|sits|agrees|aligns|explains|satisfies|equals|beats|falls|leads|follows|ranks|scores|prevails|applies|holds|serves|suggests|indicates|needs|takes|strikes"
    "|hits|stays|tells|says|allows|covers|resembles|approximates|characteri[sz]es|conveys|checks|lands|tops|answers|expresses|best|perhaps|plus|always|unless|across|versus|his"
    "|its|yes|thus|hence|less|class|us|units|years|yrs|somethings|ans|años|anos"
)
"""Words in "s" behind a number that it does not count."""
_COUNTED: Final = re.compile(
    rf" (?!(?:{_VERBS})\b)(?:[a-z]{{3,20}}s\b|[a-z]{{3,20}} (?:words|sounds|lines|items|letters|syllables|people|times|sentences)\b)"
)
"""A plural behind a number, which then counts."""
_SHARE: Final = re.compile(r" ?(?:%|percent\b)")
_ANY_NUMBER: Final = re.compile(
    rf"\d|{_TENS}|igern\b|teen|adolesc|hundred|\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
    re.IGNORECASE,
)
"""Letters without which no number is rewritten: most prose has none."""
_SENTENCES: Final = re.compile(r"(?<=[a-z)\"][.!?])(?=\s+[A-Z][a-z]* )")
"""Where a sentence in words ends; the rules look into one at a time."""
_LONGEST: Final = 100_000
_LONGEST_ANSWER: Final = 5_000
"""Characters of a reply in which an answer that is taken back is looked for."""
_NAMES: Final = "(?:age|pitch|velocity|decade)"
_NOUNS: Final = r"(?:answers?|guess(?:es)?|estimates?|replies|reply|labels?|numbers?|values?|figures?|choices?|verdicts?|statements?)"
_ONE_SENTENCE: Final = re.compile(r"[^.!?\n]{1,100}[.!]?\s*", re.DOTALL)
_NO_VELOCITY: Final = re.compile(
    r"\b(?:tonhöhe|hauteur|altura|altezza|высота|pitch)|音高|音程|음높이|\b(?:ans|jahre?|años|anos|anni|лет)\b|[岁歲歳才살]"
)
_SUPPOSED: Final = re.compile(r"(?:si|s'il|wenn|falls|se|если|als|eğer)\b|如果|もし|만약")


def plainly(reply: object, labels: Sequence[str]) -> object:
    """Return a reply in plain words if the labels are numbers, else the reply.

    Args:
        reply: the reply; anything but text stays.
        labels: the labels as the data spells them.

    >>> plainly("Die Anschlagstärke beträgt fünfzig.", ["25", "50"]), plainly("75 Hz", ["25", "75"])
    ('50', 'it Hz')
    >>> plainly("No one in their fifties.", ["Twenties", "Fifties"]), plainly("25 dogs", ["Cat", "Dog"])
    ('not fifties.', '25 dogs')
    """
    kind = _kind(labels)
    if kind is None or not isinstance(reply, str) or _bare(reply) in map(_bare, labels):
        return reply
    if (said := _in_words(reply, kind)) is not None:
        return said
    text = _ages_in_english(reply) if kind == "age" else reply
    if kind == "age" and not any("+" in label for label in labels):
        text = _rewritten(text, _DECADES)
    return about(kind, text)


def about(kind: Kind, reply: str) -> str:
    """Return a reply without the numbers that are of something else, with what it excludes behind "not".

    >>> about("pitch", "velocity 100, note 60"), about("age", "Hardly 25; her teenage son is here")
    ('velocity it, note 60', 'Hardly 25; relative is here')
    """
    text = reply[-_LONGEST:].replace("’", "'")
    if _ANY_NUMBER.search(text) is None:
        return text
    text = _kept(text)
    others = _OTHERS[kind]
    if kind == "age" and _LEFT_HINTS.search(text.lower()):
        text = _rewritten(text, _LEFT)
    if kind == "velocity" and _VELOCITY.search(text):
        others = (_BARE_NAME, *others)
    rules = (*_EXACT, *others)

    def plain(piece: str) -> str:
        if _ANY_NUMBER.search(piece) is None:
            return piece
        piece = _rewritten(piece, rules)
        if kind in _QUANTITIES:
            piece = _NUMBER.sub(lambda match: _of_the_kind(match, kind), piece)
        return _rewritten(piece, _DENIALS)

    return "".join(map(plain, _SENTENCES.split(text)))


def _ages_in_english(reply: str) -> str:
    """Return a reply with decades and youths of other languages in the English form."""
    text = decades_in_english(reply)
    if len(text) <= 200:
        if _YOUTH_HINTS.search(text.lower()) and _YOUTH.fullmatch(text.strip()):
            return "teenager"
        if _AND_SOME.search(text) and not _NO_AGE.search(text):
            return _AND_SOME.sub(lambda match: f"{_ROUND[match['tens'].lower()]}s", text)
    return text


def _kept(text: str) -> str:
    """Return what a reply says behind the last clause that takes its answer back."""
    backs = taken_back(text, _NAMES, _NOUNS) if len(text) <= _LONGEST_ANSWER else []
    return f"it{text[backs[-1][1] :]}" if backs else text


def _rewritten(text: str, rules: Sequence[_Rule]) -> str:
    for pattern, by in rules:
        text = pattern.sub(by, text)
    return text


def _kind(labels: Sequence[str]) -> Literal["velocity", "age"] | None:
    """Return what the labels are numbers of: ``velocity``, ``age`` or nothing."""
    if not labels:
        return None
    if all(label.isdigit() for label in labels):
        return "velocity"
    return "age" if any(label.casefold().strip(".") in _AGE_LABELS for label in labels) else None


def _bare(text: str) -> str:
    return text.strip(" .\n").casefold()


_AGE_LABELS: Final = frozenset({"twenties", "fifties", "20-24"})


def _in_words(reply: str, kind: str) -> str | None:
    """Return the number, in digits, that a reply of one sentence consists of in words of another language."""
    text = (
        canonical(reply[:200])
        if len(reply) <= 200 and _ONE_SENTENCE.fullmatch(reply.strip())
        else ""
    )
    if not text or _SUPPOSED.match(text) or (kind == "velocity" and _NO_VELOCITY.search(text)):
        return None
    value = number_in_words(text)
    if value is None or not value.is_integer() or _QUANTITIES[kind].ends_otherwise(text):
        return None
    return f"{value:g} years old" if kind == "age" else f"{value:g}"


def _of_the_kind(match: re.Match[str], kind: str) -> str:
    """Return a number as it stands, or "it" where a unit or a plural behind it says that it counts something else."""
    text = match.string
    behind = text[match.end() : match.end() + 40].lower()
    if _SHARE.match(behind) and text[max(0, match.start() - 4) : match.start()].rstrip(
        " "
    ).endswith((":", "=", "(")):
        return match[0]  # a share of the label before it
    other = _QUANTITIES[kind].misfits(behind, 0, 0, None) or _COUNTED.match(behind)
    return "it" if other else match[0]
