"""Whose word a mention is, and whether a letter that is merely named is given as the answer.

``held`` rewrites a masked, folded reply: what somebody else says ("some would say ▢"), what is only supposed ("suppose it is ▢", "if the pitch
rises, ▢", "it would be ▢ if there were"), what is half right or a mistake, and two options side by side ("▢ plus ▢", "▢ followed by ▢")
lose the force of an answer. ``is_given`` looks at one letter in a sentence with other words: a letter is a name, so that "▢ is louder than",
"consider ▢" or "▢ describes a bell" say nothing, while "my money is on ▢" does. Every pattern looks at a bounded stretch.
"""

from __future__ import annotations

from typing import Final

from metrics.commitment.asides.keyed import keyed
from metrics.commitment.asides.rules import Rule, rewritten
from metrics.commitment.mentions import MENTION
from metrics.text import late as re

_M: Final = MENTION
_ANY: Final = re.compile(_M)
_O: Final = r"[(\[\"']{0,2}(?:(?:the )?(?:option|choice|answer|letter) |an? |the )?[(\[\"']{0,2}"
_C: Final = r"[)\]\"']{0,2}"
_HALF: Final = (
    r"(?:only |just |merely |at best )?(?:half|halfway|partly|partially|almost|nearly|hardly|barely|scarcely|remotely|not quite)"
    r"[ -](?:right|correct|true|accurate|fitting)"
)
_SAY: Final = (
    r"(?:say|says|said|think|thinks|thought|answer|answers|answered|pick|picks|picked|choose|chooses|chose|chosen|argue|argues|argued|claim|claims|claimed|believe|believes|believed|guess|guesses|guessed"
    r"|expect|expects|expected|assume|assumes|assumed|suggest|suggests|suggested|vote|votes|voted|go|goes|went|opt|opts|opted|label|labels|labell?ed|call|calls|called|select|selects|selected|prefer|prefers|preferred"
    r"|interpret|interprets|interpreted|take|takes|took|mistake|mistakes|mistook|suspect|suspects|suspected|conclude|concludes|concluded|propose|proposes|proposed|read|reads|lean|leans|insist|insists|insisted|reply|replies|replied|respond|responds|responded|see|sees|tend|tends|be tempted|fall)"
)
_WHO: Final = (
    r"(?:(?:some|many|most|other|several|few|a few|certain|untrained|casual|naive|careless|human)(?: (?:other )?(?:people|listeners|readers|annotators|raters|models|humans|persons|users|experts|viewers|students|folks|ears|of them|of us|might))?"
    r"|(?:an?|any|another|one) (?:(?:friend|colleague|acquaintance|relative|cousin|student|teacher) of mine|friend|colleague|acquaintance|teacher)|people|listeners|others|readers|annotators|raters|experts|one|someone|somebody|anyone|anybody|everyone|everybody|they|no one|nobody"
    r"|(?:my|his|her|their|our|your) (?:friend|colleague|teacher|brother|sister|wife|husband|neighbou?r|boss|mother|father|mum|mom|dad|professor|partner|roommate|classmate|assistant|coworker|co-worker)"
    r"|the (?:other|previous|last|first|second|naive|average|casual|human|wrong) (?:listener|model|annotator|rater|reader|observer|person|user|student|system|assistant)|(?:an?|another|any) (?:(?:naive|casual|careless|first|untrained|human|quick|inattentive|superficial|hasty|other|previous|last|second|different|lazy|less \w+|different|average|trained) )+(?:friend|listener|model|annotator|rater|reader|observer|person|user|student|colleague(?: of mine)?|expert|teacher|system|assistant|forum)|the (?:caption|metadata|file ?name|title|internet|web|forum|answer key))"
)
_PERSONAL: Final = r"(?:(?:i|we)(?! (?:could|were able|was able|had been able|had (?:heard|access|the audio|more)))|i'm|i'd|i've|i am|you|we're|you're|my|forced|pressed|pushed|asked|required|in doubt|not|anything|necessary|needed|possible|so|only one|one had|one has|one must|memory|there(?:'s| is) one|(?:it is|it's|it comes down to|it came down to) between)"
_LEAVES: Final = (
    r"(?:(?:but|though|although|yet|and|;|,|—|-)\s*)+(?:(?:honestly|really|frankly|however) )?(?:i (?:really |honestly |just |simply )?(?:can't|cannot|can not|couldn't|could not|am unable to|am not able to|don't|do not) (?:really )?(?:tell|say|decide|determine|confirm|verify|know|choose|commit)"
    r"|i(?:'m| am) not (?:able|in a position) to|(?:it's|it is|that's|that is) (?:hard|difficult|impossible|too hard) to (?:say|tell|know|decide)|there(?:'s| is) no way to|who knows)"
    r"(?! (?:exactly|why|more|which one of the two))"
)

_LIST: Final = rf"{_O}{_M}{_C}(?:(?:\s*,\s*(?:and |or |nor )?|\s+(?:and|or|nor|&) ){_O}{_M}{_C})+"
_BESIDE: Final[tuple[Rule, ...]] = (
    (re.compile(rf"\b(?:unlike|in contrast (?:to|with)|as opposed to|contrary to|other than|apart from|aside from|besides) (?P<l>{_LIST})(?=\s*,)"), lambda m: "".join(f" not {c}," for c in m["l"] if _ANY.match(c)).rstrip(",")),
    (re.compile(rf"\b(?:mostly|mainly|primarily|predominantly|chiefly|largely|(?:dominant|main|primary|prevailing|overall|principal|strongest|predominant|underlying|most prominent) \w+(?: here| conveyed| expressed| heard)? (?:is|was|seems(?: to be)?|appears to be|would be)) {_O}(?P<x>{_M}){_C},? (?:with|and|plus|alongside) (?:just |maybe |perhaps |also )?(?:an? )?(?:\w+ )?(?:bit|hint|touch|trace|some|little|dash|undertone|overtone|note|element|sign|tinge|touche)s?(?: of)? {_O}(?={_M})"), r" \g<x> rather than "),
    (re.compile(rf"(?P<x>{_M}){_C},? (?:plus|followed by|along with|together with|mixed with|combined with|alternating with|in addition to|and then|then|but also|(?:and|or) possibly|or possibly|or maybe|alternatively|or alternatively|with (?:just )?(?:an? )?(?:bit|hint|touch|trace|some|little|dash|undertone|tinge)s?(?: of)?) {_O}(?={_M})"), r"\g<x> or "),
    (re.compile(rf"\bas much (?:an? |the )?(?P<x>{_M}){_C} as {_O}(?={_M})"), r" \g<x> or "),
    (re.compile(rf"\b(?:not so much|less) (?:like )?{_O}(?P<x>{_M}){_C} (?:as|than) (?:like )?{_O}(?={_M})"), r" not \g<x>, but "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:is|sounds|seems|would be|was) (?:also |equally |quite )?(?:possible|plausible|likely|right|correct)(?:,? but|,? and|,? though|;|,| but) so (?:is|does|would|are) {_O}(?={_M})"), r"\g<x> or "),
    (re.compile(rf"(?P<x>{_M}){_C}\s*[,;.]?\s*(?:and |but |though |although )?{_O}(?P<y>{_M}){_C} (?:is|would(?: also)? be|could(?: also)? be|might(?: also)? be|works|fits|seems|may(?: also)? be|can(?: also)? be) (?:(?:be )?(?:also|equally|just as|as|too) (?:right|correct|possible|acceptable|plausible|valid|likely|fine|true|fitting|good|well|perfectly)(?: too| as well)?|(?:right|correct|possible|acceptable|plausible|valid|likely|fine|true|fitting|good|well|perfectly) (?:too|as well|also)|(?:be )?also|(?:be )?acceptable)(?=\s*(?:[.,;!\n]|\Z))"), r"\g<x> or \g<y>"),
    (re.compile(rf"\d[.)] {_O}(?P<x>{_M}){_C}[,;]? (?:and )?\d[.)] {_O}(?={_M})"), r"\g<x> or "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:loses(?: out)?|yields|is second|comes second|takes second place|is inferior) to (?={_O}{_M})"), r"\g<x> is less good than "),
    (re.compile(rf"(?P<x>{_M}){_C} first,? (?:and )?then (?={_O}{_M})"), r"\g<x> and "),
    (re.compile(rf"\bbetween (?P<o>{_O})(?P<x>{_M}){_C} (?:and|to|-) {_O}(?P=x)"), r" \g<x>"),
    (re.compile(rf"\b(?:while|whereas|although|though|whilst) (?:{_LIST})(?=[^.;,\n\ue000-\uf000]{{1,60}},)"), " while others"),
    (re.compile(rf"(?P<x>{_M}){_C}, (?:by (?:comparison|contrast)|in (?:comparison|contrast)|on the other hand|however|meanwhile|for its part|though|in turn|conversely|on the contrary), "), r"\g<x> "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:clearly |really )?stands out(?: here)?(?: as (?:the )?(?:correct|right|best|most \w+|clear \w+|only \w+|obvious \w+|answer))?(?=\s*(?:[.,;!\n]|\Z|as\b|because\b|since\b|answer\b|option\b|choice\b))"), r"\g<x> is correct"),
    (re.compile(rf"\b(?:which|this|that) (?:is|corresponds to|matches|would be|means|makes it|points to|leads to|leaves|gives|is what is) (?:the )?(?:option|choice|answer|letter) (?={_O}{_M})"), " so the answer is "),
    (re.compile(rf"\bnot only {_O}(?P<x>{_M}){_C},? but (?:also )?"), r" \g<x> or "),
    (re.compile(r"\b(?:on|using|within) (?:an? |the )?(?:scale|range) (?:of|from|between) [^.;\n ]{1,12} (?:to|and|-) [^.;\n ]{1,12}"), " "),
    (re.compile(r"\b(?:what makes (?:you|one|them|anyone) (?:think|say)|why would (?:it|one|you|anyone) (?:be|say|pick|choose)|who says|how could it be)\b"), " whether "),
)  # fmt: skip
_RULES: Final[tuple[Rule, ...]] = (
    # what is said by others, or in other cases
    (re.compile(rf"\b(?:in contrast to|unlike|contrary to)? ?(?:what )?\b(?<!the )(?<!no )(?<!only )(?<!just )(?!most likely\b){_WHO} (?:(?:would|might|may|could|will|can|often|also|easily|even|probably|likely|perhaps|sometimes|usually|typically|mistakenly|wrongly|first|instinctively|who|that|just|simply|have|has|had|tend to|tends to|of course|argue)\s+){{0,4}}{_SAY}\b(?! (?:the|that) (?:answer|words?|sentence)\b[^\ue000-\uf000]{{0,3}}:)"), " whether "),
    (re.compile(r"\b(?:you|one) (?:might|could|may|would) (?:\w+ly |well |even |also )?(?:think|thought|expect|say|assume|guess|argue|be tempted|suppose|believe|suspect|have thought|call|take)\b"), " whether "),
    (re.compile(r"\b(?:it(?:'s| is| was| would be| may be| might be)? )?(?:tempting|tempted|easy) to (?:say|choose|pick|answer|think|assume|guess|go with|conclude|select|call|hear|mistake|confuse)\b"), " whether "),
    (re.compile(r"\b(?:i (?:was|am|have been|'ve been) told(?! to)|i(?:'ve| have)? (?:read|heard) (?:that|somewhere|it said)|rumou?r has it|supposedly|allegedly|reportedly)\b"), " whether "),
    (re.compile(r"\baccording to (?:the |an?|some|my|his|her|their|other|another|what)? ?(?:(?:other|another|previous|first|last|second|few|some|naive) )*(?:listeners?|people|friends?|others|colleagues?|models?|annotators?|users?|students?|persons?|raters?|caption|metadata|file ?name|experts?|title|source|website|internet)\b,?"), " whether "),
    (re.compile(r"\b(?<!\bi )(?<!\bi'd )(?<!\bi would )(?:suppose|supposing|imagine|imagining|say for (?:example|instance)|pretend)\b"), " whether "),
    (re.compile(r"\b(?:let's|let us|let me|i'll|i will|we) (?:just |first |now |briefly |then |next )*(?:(?:say|assume|suppose|imagine|pretend) (?:it|this|that|the|for)|(?:consider|think about|look at|examine|check|start with|begin with|discuss|evaluate|compare)\b)|\b(?:let's|let us|let me) (?:just |first |now |briefly |then |next )*(?:test|try|weigh|contrast|go (?:through|over)|rule|see if|ask|listen|analy[sz]e|review|inspect|return to|turn to|recall|revisit|explore|assess|read|focus on)\b"), " whether "),
    (re.compile(rf"(?:\A|(?<=[.;:!\n]))\s*(?:now |next |first |then )?(?:consider|think (?:about|of)|look(?:ing)? at|compare|as for|regarding|concerning|with regard to|as to|examine|take(?= \S{1,12},? (?:for (?:example|instance)|first|as an example)\b)|what about|how about|listen for|turning to)(?= {_O}{_M})"), " whether "),
    (re.compile(rf"\b(?P<be>is|was|'s|as|be) (?:what|how|where) {_WHO} "), r"\g<be> not "),
    (re.compile(r"\bi (?:wish|wished|hope|hoped|had hoped|was hoping)\b(?: for| it| that)?"), " whether "),
    (re.compile(rf"(?:\A|(?<=[.;:!,\n]))\s*(?:(?:but|and|so|or|now) )?(?:if(?! {_PERSONAL}\b)|provided(?: that)?|providing|in case(?: of)?|assuming (?:there|the|it|a|no)\b|had (?:there|it|the|this|he|she|they)|were (?:it|there|the|this|he|she|they)|should (?:it|there|the|this|he|she|they))(?P<if>[^.;\n!?]{{1,90}}?)(?:,? then\b|,)(?!\s*(?:and|or|so|therefore|hence)\b)(?![^.;\n]{{0,40}}\b(?:must|has to|cannot|can't|isn't)\b)(?:\s*(?:i'd|i would|you'd|we'd|we would|you would|one would|i might|i could|i'll|i will)(?: \w+)? (?:say|choose|pick|answer|think|go (?:with|for)|guess|select|take))?"), r" whether\g<if> or "),
    (re.compile(rf"\s*[,;.]\s*(?:and |but )?(?:otherwise|or else|else|(?:if|when) not)[,:]? (?:(?:then|it is|it's|it would be|i(?:'d| would) say|(?:i(?:'d| would) )?(?:choose|pick|select|say|go with|answer|take)|the answer (?:is|would be)),? ){{0,2}}(?={_O}{_M})"), " or "),
    (re.compile(rf"(?P<x>{_M}){_C},? (?:unless|except (?:if|when)) [^.;,\n\ue000-\uf000]{{1,60}}, (?:in which case|then|when)(?: (?:it is|it's|it would be|the answer is|i(?:'d| would) say))? (?={_O}{_M})"), r" \g<x> or "),
    (re.compile(r"\bif (?:i|we) (?:must|have to|had to|need to|am forced to|were forced to)(?: \w+){0,3}\s*:"), " "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:(?:is|are|was)(?:n't| not)) (?:the same as |just |really |quite )?(?P<o>{_O})(?P<y>{_M})"), r" not \g<x>, not \g<y>"),
    (re.compile(rf"(?P<x>{_M}){_C} (?:would|should|might) (?:\w+ly |also |typically |usually |often |still |then |at least )?(?:be (?:\w+ly |much |far |a bit |a little |slightly |even |also )*(?!better\b|likelier\b|closer\b|answer\b|proper\b)(?:\w+er\b|more (?!likely|probable|plausible|appropriate|accurate|suitable|fitting|consistent|reasonable|logical)\w+|less \w+|\w+(?:ed|ing)\b(?! (?:here|in this|answer|choice|option|to be right)))|(?:sound|come|have|ring|stop|cease|pass|fade|end up|help|hurt|ruin|bother|wake|continue|arrive|drown|mask|cover|cause|create|echo|ring out|like|love|want|hear|notice|expect|show|imply|involve|produce|contain|include|feature|carry|last|start|begin|end|rise|fall|move|go|give|use|need|require|sit|lie|stand|speak|talk|say|play|look|feel|leave|decay|repeat|change|vary|stay|call|mean|bring|take|appear|lack|not|never)\b(?! (?:right|correct|best|it)\b)|n't\b)"), r" whether \g<x> when "),
    (re.compile(rf"(?P<x>{_M})(?P<c>{_C}[^.;\n\ue000-\uf000]{{0,80}}?)\b(?:so|which means|meaning|hence|therefore|thus|making) (?:this|that|it)(?: one| option)?(?:'s| is| must be)? (?:the |my )?(?:correct|right|best|final|answer)\b"), r"\g<x> is correct "),
    (re.compile(rf"(?P<x>{_M}){_C}\s*[:—-]\s*(?:not|un)[ -]?(?:supported|heard|present|audible|plausible|likely|possible|correct|right|applicable|matching|consistent|a match|it|true|mentioned|indicated)\b"), r"\g<x> is wrong"),
    (re.compile(r"\bwhat (?:remains|is left)(?: over)? is\b|\bwhat's left is\b"), " that leaves "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:is|remains) (?:the )?only (?:one|option|choice|answer|candidate|possibility) (?:that(?:'s| is| remains)? ?)?(?:left|remaining|standing|over)?(?=\s*(?:[.,;!\n]|\Z|after\b|once\b|when\b))"), r"\g<x> is correct"),
    (re.compile(r"\b(?:what (?:i|we) (?:hear|heard|perceive|can hear|actually hear|notice) is|(?:is|are) (?:clearly |typically |exactly )?(?:that|those|typical|characteristic) of|the (?:spoken |main |primary |dominant |correct )?(?:language|sound source|source)(?: spoken| of the sound| here)? (?:is|must be)|the (?:best|highest|top|winning) (?:score|rating|probability)(?: is| goes to|:)?|(?:best|highest|top|winning) (?:score|rating|probability)(?: is| goes to)?:?|the velocity is)(?= )"), r" so it is "),
    (re.compile(rf"(?:(?P<w>\b(?:would|could|might|may) (?:have been|be|fit) ){_O})?(?<!or )(?<!or  )(?P<x>{_M})(?P<c>{_C})(?(w),?) (?:would (?:be|fit|work|make sense|apply)(?: right| correct)? )?(?:only |but only )?(?:if(?! {_PERSONAL}\b)(?![^.;,\n\ue000-\uf000]{{0,20}}{_M})|had there been|had it been|provided that|as long as|were it|were there)\b"), r" whether \g<x> if "),
    (re.compile(rf"(?P<x>{_M}){_C},? (?:(?:is|would be|fits|works|applies|is right|is correct|would be right|would be correct|would fit|would work),? )?(?:but )?only (?:if|when|provided)\b"), r" whether \g<x> if "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:would|will) (?:then )?(?:require|need|imply|mean|involve|presuppose|demand|have (?:had )?|call for)\b"), r" whether \g<x>, when "),
    # what is not right, or not quite
    (re.compile(rf"(?P<x>{_M}){_C} (?:is|was|seems|sounds|looks|would be|are) {_HALF}\b"), r"\g<x> is wrong"),
    (re.compile(rf"(?P<x>{_M}){_C} (?:is|was|would be|seems|sounds|looks|are) (?:just |simply |far |a bit |a little |clearly |much |way |slightly |somewhat )*(?:too (?!bad|be)\w+|not \w+ enough|an? (?:trap|trick|mistake|red herring|error|decoy|lure|distraction|stretch|bluff|misreading|misnomer|overstatement|exaggeration)|off(?: the mark| base)?|out of (?:the (?:picture|question|running)|place)|overkill|beside the point|the opposite|nonsense|far-fetched|short of|mistaken|erroneous|over)(?=\s*(?:[.,;:!\n]|\Z|and\b|but\b|here\b|because\b|since\b|for\b|to\b))"), r"\g<x> is wrong"),
    (re.compile(rf"(?P<x>{_M}){_C} (?:clearly |just |simply |somewhat |rather )?(?:falls short|misses|overstates|understates|misrepresents|would (?:make no|not make|be nonsense|be a mistake|be an error|be misleading|be too|overstate|miss|contradict|conflict|clash)|overlooks|goes too far|would surprise|is belied|is refuted|is contradicted)\b"), r"\g<x> is wrong "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:was|had been|came|crossed|occurred|seemed) (?:to me )?(?:as )?(?:(?:my|the|an?|to|in) )?(?:first|initial|early|earlier|original|immediate|gut|previous) (?:thought|guess|instinct|idea|impression|hunch|reaction|answer|choice|pick|suspicion|assumption)\b"), r" whether \g<x>, "),
    (re.compile(rf"\b(?:saying|picking|choosing|answering|selecting|calling it|calling this|labelling it|labeling it|going with|opting for) (?P<o>{_O})(?P<x>{_M}){_C} (?:is|was|would be|would have been|seems|will be) (?:an? |to be |simply |plainly |clearly )*(?:mistake|error|wrong|incorrect|misreading|misleading|premature|a stretch|false|foolish|absurd)\b"), r" \g<x> is wrong "),
    (re.compile(r"\b(?:mistake|error|wrong|incorrect|mistaken|misleading|foolish|absurd|unreasonable|unwise|premature) (?:to|of|in) (?:choose|choosing|pick|picking|say|saying|answer|answering|select|selecting|call|calling|go|going|label|labelling|classify|hear|hearing|take|taking|think|thinking|assume|assuming)(?: (?:it|this|that|for|with))?\b"), " not "),
    (re.compile(rf"\b(?:those|anyone|anybody|whoever|people|everyone|everybody|all|listeners)(?: (?:who|that))? {_SAY}\b"), " whether "),
    (re.compile(r"\b(?:(?:speaks?|speaking|evidence|argues?|arguments?|counts?|points?|votes?|decide[sd]?|advise|rule[sd]?|i'm|i am|everything|it|is|are) (?:\w+ly )?against|disagree with|disagreed with|little (?:evidence |that )?(?:speaks for|points to|supports|suggests|for|to suggest|to support)|(?:few|no) (?:signs|cues|hints|clues) (?:of|for|point to)|far from|nothing like|ignored|ignoring|skip|skipped|mistaken for|mistake for|mistook for|confused? (?:it |this |that )?with|contrast(?:s|ed)? with|the alternative to|probability of)\b(?! all)"), " not "),
    (re.compile(r"\b(?:confus\w+|mistak\w+|mistook)\b(?! (?:for|it|this|that|if|about))"), " not "),
    (re.compile(rf"(?P<o>\b(?:could|might|may|can|perhaps|maybe|possibl[ey])\b[^.;\n\ue000-\uf000]{{0,24}})(?P<x>{_M})(?P<c>[^.;\n\ue000-\uf000]{{0,24}}?){_LEAVES}"), r" whether \g<x>\g<c>, i can't tell"),
    (re.compile(rf"\b(?:can't|cannot|can not|unable to|not able to) (?:listen|hear|process|access|play|analy[sz]e)\b[^.;\n\ue000-\uf000]{{0,40}},? but {_O}(?P<x>{_M}){_C} (?=is (?:a|the most|usually|often|one)\b|often|usually)"), r" whether \g<x> "),
    (re.compile(rf"(?P<x>{_M}){_C} (?:is|was|remains|seems|sounds|would be|looks|could be|might be|may be) (?:also |still |quite |certainly |at least |only |merely |just )*(?:(?:possible|plausible)(?!, (?:the (?:rest|others?)|all others|others|unlike)\b)|conceivable|imaginable|a possibility|one possibility|an option|one option|one of the (?:options|choices|possibilities|candidates)|a (?:good |strong |possible |plausible )?candidate|arguable|defensible|worth (?:considering|a thought))(?=\s*(?:[.,;!\n]|\Z|and\b|but\b|though\b|too\b|as well\b|here\b|yet\b|if\b))"), r" whether \g<x>"),
    # second thoughts
    (re.compile(r"[(\[]\s*(?:edit|edited|update|updated|corrected|correction|changed to|now)\s*[:,—-]?\s*"), ", no wait, "),
    (re.compile(rf"\b(?:(?:earlier|before|previously|just now|a moment ago|above),? (?:i|we) (?:had |have )?(?:said|wrote|answered|thought|chose|picked|told you|claimed|gave|put)|i (?:had |have )?(?:said|wrote|answered|chose|picked|put|gave)(?= {_O}{_M}{_C},? (?:earlier|before|above|previously|at first|initially|first)\b)|my (?:earlier|previous|prior|old|former|original|first|initial|preliminary) (?:answer|choice|guess|pick|response|thought|idea|assumption|impression|hunch)(?: (?:was|had been|is)|,|:)?)"), " whether "),
    (re.compile(r"\b(?:but|and|it's|which is|,)? ?\bnow (?=(?:it's|it is|i say|i think|i believe|i'd say|i would say|i choose|i pick|i'm|i am|my answer)\b)"), ", no wait, "),
    (re.compile(r"(?:\A|(?<=[.\n:;]))\s*the (?P<l>former|latter)(?=\s*(?:[.,;]|\Z))"), r" the \g<l> one"),
)  # fmt: skip

_PAIR: Final = re.compile(
    rf"\b(?:between|of|out of) {_O}(?P<x>{_M}){_C} (?:and|or) {_O}(?P<y>{_M}){_C}(?P<rest>[^.;\n\ue000-\uf000]{{0,40}}?)\bthe (?P<l>former|latter|first|second)\b"
)


def paired(text: str) -> str:
    r"""Return a masked, folded reply in which two options next to each other are two answers.

    >>> paired("\ue800 followed by \ue801")
    '\ue800 or \ue801'
    """
    text = keyed(text)
    text = _PAIR.sub(
        lambda m: f"{m['x'] if m['l'] in ('former', 'first') else m['y']} is correct, ", text
    )
    return rewritten(text, _BESIDE)


def held(text: str) -> str:
    r"""Return a masked, folded reply in which what nobody holds to be the answer has lost its force.

    >>> held("suppose it is \ue800.").strip()
    'whether  it is \ue800.'
    """
    return rewritten(text, _RULES)


_AFTER: Final = re.compile(
    rf"{_C}\s*(?:\Z|[.,;:!?\n—…(){{}}\[\]\"'/&+|<>=✔✘-]|[^\x00-\x7f]|"
    r"(?:because|since|imo|imho|as|due|based|given|rather|instead|over|not|but|and|or|nor|though|although|while|whereas|when|than|if|unless|for|with|it|is it|i|in|on|at|to|by|from|here|there|then|now|after|again|alone|only|indeed"
    r"|obviously|clearly|definitely|probably|maybe|perhaps|possibly|certainly|surely|without|all|no|yes|ok|please|thanks|thank|until|sagen|nehmen|wählen|tippen|being|sein|parce|car|weil|denn|porque|puisque|perché|always|every|both|that|who|which|where|of|among"
    r"|makes? (?:(?:the )?(?:most|perfect|more|complete|total|good|better|best) )?sense|gets|wins|stands out|at (?=\d)|has (?=\d)|has (?:the )?(?:(?:\w+ )?(?:correct|right|proper|most|strongest|best|highest|greatest|clearest|more|better|edge|advantage))"
    r"|(?:is|was|has been|gets|are|would be|will be|must be|should be|has to be|can be|seems|seems to be|appears to be)(?= (?:(?:\w+ly|most|more|best|quite|very|to|fully|well) )*(?:what|where|how|that|left|consistent|compatible|in line|fit|match|suit|supported|confirmed|favou?red|preferred|chosen|selected|picked|indicated|mine|it|here|heard|to be|in|on|at|said|meant|my|obvious|clear|the (?:one|way|only|winner|best|word|right|correct|answer|option|choice|label|emotion|sound|letter|most|one|closest|dominant|main|\w+ (?:i|that|we|which|of|in|heard|here|spoken|expressed))|certain|evident|sure|apparent|present|audible)\b)"
    r"|(?:must|should|has to|will|would|can|could|might|may) be(?=\s*(?:[.,;!\n]|\Z|it\b|the\b|right\b|correct\b))|(?:remains?|holds|survives|passes|applies|works|fits|suits|matches|agrees|prevails|follows|stays|endures|rings true|does|do|did|is it|it is|it must)\b"
    r"|(?:looks?|sounds?|seems?|appears?)(?= (?:like |to be |as )?(?:the |my |a |an |by far |more |most |very |quite )*(?:best|right|correct|plausible|likely|good|better|closest|perfect|obvious|accurate|fitting|appropriate|reasonable|answer|true|logical|winner|it)\b)"
    r"|(?:(?:is|was|seems|sounds|looks|feels|are) (?:\w+ly |far |much |even |a bit |a little )*(?:better|likelier|closer|nearer|stronger|safer|clearer|left|in|out|as (?:likely|good|plausible|probable|possible|fitting)|(?:more|most|less|least) \w+)|loses|beats|que|als|che|than|is(?= ?(?:\Z|[^\x00-\x7f]|[.!,])))\b"
    r"|(?:will(?= ?(?:[.,;!]|\Z))|will do|would (?:suit|do)|nails|ticks|aligns|takes it|comes? closest|comes out|hits the|feels (?:right|best|correct|true)|stands(?! for)|contains the answer|is the answer|gives the|does it|is playing|appears in|checks out|carries|leads|prevails|it shall|most closely|best (?:\w+s)|against all)\b"
    r"|(?:is|was|seems|looks|sounds) (?:(?:an?|the|my|quite|very|really|just|clear|clearly|by far|also|perfectly) )*(?:(?:\w+ly|good|great|perfect|close|exact|best|better|natural|safe|strong|excellent) )*(?:match|fit|winner|bet|guess|spot on|on point|good|fine|perfect|great|ideal|apt|solid|convincing|compelling|indisputable|undeniable|unmistakable|certain)\b"
    r"|(?:\w+ly )?(?:explains|describes|captures|reflects|represents|corresponds|expresses|conveys|names|identifies|summari[sz]es|answers|accounts)(?= (?:to |for )?(?:it|this|that|what|best|exactly|perfectly|well|the|all|everything|most|him|her|them|how)\b)"
    r"|(?:(?:is|are|was)(?:n't| not) (?:\w+ly )?(?:wrong|incorrect|false|impossible|unlikely|implausible|excluded|ruled out))\b|(?:correct|right|wrong|true|false)\b)(?!\w))"
)
"""What may follow a letter that is given as an answer."""
_JOINED: Final = re.compile(rf"{_C}(?:\s*(?:,|/|&|(?:,\s*)?(?:and|or))\s*{_O}{_M}{_C}){{1,25}}+")
_COMPARED: Final = re.compile(
    rf"{_C} (?:is|was|sounds|seems|looks|are|comes|happens|occurs|starts|ends) (?:(?:much|far|slightly|a bit|a little|clearly|also|just|even) )*(?:(?!better|likelier|closer|nearer|stronger|fitter|truer|safer|clearer)\w+er|more (?!likely|probable|plausible|appropriate|accurate|suitable|fitting|consistent|reasonable|logical|convincing|compelling|prominent|dominant|audible|noticeable|apparent|evident|pronounced|present)\w+|less (?!likely|probable|plausible|good|fitting|accurate)\w+|as (?!likely|good|plausible|probable|fitting|right|correct|accurate|possible)\w+|before|after|the (?:opposite|same|contrary|reverse)|(?:a|an|the|one|some) (?:kind|type|sort|form|part|subset|case|variant|synonym|version|example|word)|similar|identical|equal|different|close|next|prior|unlike|like)(?: (?:to|of|from|by|for))*(?: (?:than|as|to))? {_O}{_M}"
    rf"|{_C} (?:is|was|sounds) (?:\w+er|more \w+) (?:to|in|at|from|on) (?:the |an? )?(?!truth|mark|answer|answers|what|correct|right)\w+ than {_O}{_M}"
    rf"|{_C} (?:follows|precedes|resembles|includes|contains|implies|covers|excludes|interrupts|accompanies|overlaps|equals|means) {_O}{_M}"
)


def is_given(text: str, end: int) -> bool:
    r"""Return whether a letter that ends at a place of a sentence is given as an answer, as far as what follows tells.

    >>> is_given("\ue800 is louder than \ue801", 1), is_given("\ue800 because it rings", 1)
    (False, True)
    """
    joined = _JOINED.match(text, end)
    end = joined.end() if joined else end
    return _AFTER.match(text, end) is not None and _COMPARED.match(text, end) is None


def is_compared(text: str, end: int) -> bool:
    r"""Return whether two options are only compared in a way that answers nothing.

    >>> is_compared("\ue000 is louder than \ue001", 1)
    True
    """
    return _COMPARED.match(text, end) is not None
