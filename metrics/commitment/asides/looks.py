"""What was only looked at: options that were considered, first impressions, second looks, comparisons.

``looked_at`` rewrites a masked, folded reply. "I also considered ▢" and "(runner-up: ▢)" name no answer, "at second glance ▢" takes back what was
said before, "comparing ▢ and ▢, …" and "despite hints of ▢, …" give no answer, but what comes after them may. Every pattern looks
at a bounded stretch.
"""

from __future__ import annotations

from typing import Final

from metrics.commitment.asides.rules import Rule, rewritten
from metrics.commitment.mentions import LETTER, MENTION, TEXT
from metrics.text import late

_M: Final = MENTION
_O: Final = (
    r"[(\[\"'«「]{0,2}(?:(?:the )?(?:option|choice|answer|letter)s? |an? |the )?[(\[\"'«「]{0,2}"
)
_C: Final = r"[)\]\"'»」]{0,2}"
_X: Final = rf"{_O}(?P<x>{_M}){_C}"
_Y: Final = _X.replace("<x>", "<y>")
_Z: Final = _X.replace("<x>", "<z>")
_LIST: Final = rf"{_O}{_M}{_C}(?:\s*(?:,|/|&|\band\b|\bor\b|, and\b|, or\b)\s*{_O}{_M}{_C}){{0,25}}"
_LOOK: Final = r"(?:sight|glance|listen|listening|hearing|look|blush|impression|pass)"
_CLOSER: Final = r"(?:second|third|closer|further|another|a second|a closer|another|repeated|more careful|a more careful|careful)"
_SEEN: Final = r"(?:is|was|were|are|does|did|has|can|could) ?(?:not|n't)\b"
_WINS: Final = (
    r"(?:is|was|seems|looks|sounds|remains|appears|feels)(?: to be)?(?: \w+ly| quite| by far| also)? (?:the |my |an? )?(?:(?:clear|very|single|overall|obvious) )?(?:strongest|nearest|closest|safest|clearest|soundest|surest|likeliest|wisest|neatest|truest|stronger|better|likelier|closer|safer|sounder)(?: (?:answer|option|candidate|match|fit|choice|one|contender|bet|guess|pick|call|interpretation|reading|explanation|description|of (?:the )?(?:two|three|four|lot|bunch|options|choices|them|these|all)))?"
    r"|(?:is|was|seems|looks|sounds|would be|feels)(?: \w+ly| quite)? (?:like )?(?:the |my |an? )?(?:front-?runner|favou?rite|way to go|right call|safe bet|bang on|about right|spot-on|preferable|backed(?: up)?(?: by [^.;,\n\ue000-\uf000]{1,30})?|borne out(?: by [^.;,\n\ue000-\uf000]{1,30})?|top pick|top choice|pick of the bunch|correct call|logical conclusion|natural choice|obvious winner|clear winner|best of the bunch|dead on|the money)"
    r"|(?:takes|wins|gets) (?:the )?(?:prize|cake|day|gold|point|race|lot|contest)|carries the day|comes out (?:on top|ahead|best|first)|hits the (?:nail on the head|mark|spot)|(?:ticks|checks|meets|satisfies) (?:all|every) (?:of )?(?:the )?(?:box(?:es)?|criteri(?:a|on)|conditions?|clues?)|fits the bill|fits like a glove|gets (?:my|the) (?:vote|nod|pick)|has (?:my|the) vote|would make (?:the )?(?:most|more|best|better|perfect) sense|leads the (?:pack|field)|is on the money|is where it's at|does the trick|edges (?:it|ahead)|has the edge|it is"
)
_RULES: Final[tuple[Rule, ...]] = (
    # remarks in brackets
    (late.compile(rf"[(\[]\s*(?:with )?(?:runner[- ]?up|second(?:[- ](?:choice|best|place|option|guess|pick))?|2nd(?: choice)?|alternatives?(?: considered)?|also considered|next best|close second|considered|other candidates?|vs\.?|versus|instead of|over|unlike|cf\.?|rather than|as opposed to)\s*:?\s*{_LIST}[^()\[\]\n]{{0,60}}[)\]]"), " "),
    (late.compile(rf"[(\[]\s*(?:though |although |but |while |even if |and )?{_X} (?:was|is|came|seemed|would be|sounds) (?:also |very |quite |an? |the |my |rather |too |pretty )*(?:tempting|close|runner[- ]up|second|less \w+|close second|next|similar|considered|not far off|second choice|next best)\b[^()\[\]\n]{{0,40}}[)\]]"), " "),
    # considered
    (late.compile(rf"\b(?:i|we)(?:'d|'ve| had| have| did)?(?: (?:\w+ly|also|first|even|just|did|only|at first)){{0,2}} (?:considered|consider|weighed|entertained|toyed with|debated|contemplated|hesitated over|thought (?:about|of)|looked at|was tempted by|were tempted by|played with)(?: (?:both|either|choosing|picking|saying|going with))? (?={_O}{_M})"), " whether "),
    (late.compile(rf"\b(?:(?:need|have|want|ought|going) to|must|should|let's|let us|let me)(?: (?:also|first|now|next|carefully|briefly))? (?:consider|examine|look (?:closely )?at|think about|analy[sz]e|weigh|go through) (?={_O}{_M}{_C}(?! (?:right|correct|as|to be|the (?:right|correct|best|answer))\b))"), " whether "),
    (late.compile(rf"\b(?:others|other people|other listeners)(?: (?:would|might|may|could))?(?: (?:say|pick|choose|hear|answer|prefer))?,? (?={_O}{_M}{_C}\s*(?:[.;!\n]|\Z))"), " whether "),
    (late.compile(rf"\b(?:having|after|besides|other than|apart from)? ?(?:(?:briefly |also )?(?:considering|having considered|weighing|entertaining|debating|contemplating)) (?={_LIST}\s*(?:[.,;)\n]|\Z))"), " whether "),
    (late.compile(rf"\b(?:other|further|the other|some other)? ?(?:options?|choices?|answers?|alternatives?|candidates?)(?: that)? (?:i |we )?(?:also )?considered (?:were|was|are|is|include[sd]?) (?={_O}{_M})"), " whether "),
    (late.compile(rf"\b(?:i |we )?(?:\w+ly )?(?:almost|nearly) (?:said|chose|picked|went (?:with|for)|wrote|answered|put|opted for|selected|thought(?: it was)?) (?={_O}{_M})"), " whether "),
    (late.compile(rf"\bfor a (?:brief |short |split )?(?:moment|second|while|minute|instant),? (?:i|we) (?:had )?(?:thought|believed|assumed|considered|suspected|wondered|heard)[^.;\n\ue000-\uf000]{{0,16}}(?={_O}{_M})"), " whether "),
    (late.compile(rf"\b(?:i|we)(?:'d| had)? (?:\w+ly )?(?:thought|assumed|believed|figured|supposed|expected)[^.;\n\ue000-\uf000]{{0,20}}{_X},? (?:until|till|before|at first|initially|for a (?:moment|second)|but then)\b"), r" whether \g<x>, no wait, "),
    (late.compile(r"\btell me (?:more )?(?:about|if|whether|what|why|how)\b|\b(?:need|needs|needed|require|want) (?:(?:some|much|far|a) )?(?:more|further|additional|longer|clearer|better)\b[^.;,\n\ue000-\uf000]{0,40}\b(?:to|before)\b"), " whether "),
    (late.compile(rf"\b(?:let us|let's|let me|i'll|we|i will) (?:just |first |now |for now )?(?:assume|suppose|say for (?:example|instance)|imagine)(?: that)? (?={_O}{_M})"), " whether "),
    (late.compile(r"\b(?:very |quite |most )?(?:often|usually|commonly),? (?:it(?:'s| is)|this is|that's|that is)\b|\bin (?:most|many|such|similar) (?:cases|recordings|clips),? (?:it|this|that)(?:'s| is)\b"), " whether "),
    (late.compile(r"\b(?:some|others|many|people|a few|listeners|most people|many people|some people)(?: (?:may|might|could|would|will|sometimes|often|do|also|perhaps)){0,2} (?:hear|perceive|find|feel|detect|sense)\b"), " whether "),
    (late.compile(rf"\b(?:primarily|mainly|mostly|first and foremost|above all|predominantly),? {_X}[,;]? (?:and |but |then )?(?:secondarily|to a lesser (?:extent|degree)|less so|with some|then|also some|only slightly) (?={_O}{_M})"), r" it is \g<x> rather than "),
    (late.compile(r"\b(?:used to be|was once|would love to be|pretend(?:s|ing)? to be|tr(?:y|ies|ying) (?:not )?to (?:be|sound)|want(?:s)? to be)\b"), " whether "),
    (late.compile(rf"\b(?:pros|cons|advantages|disadvantages|drawbacks|arguments?|points?) (?:of|for|against|in favou?r of) (?={_O}{_M})"), " whether "),
    (late.compile(rf"\bgive {_LIST} (?:equal|even|the same|identical)\b"), " whether "),
    (late.compile(rf"\bif you (?:mean|meant|ask about|asked about|consider|take|look at|listen to|refer to|focus on)\b[^.;\n\ue000-\uf000]{{1,60}}?,(?: (?:it is|it's|then|i'd say))? (?={_O}{_M})"), " whether "),
    (late.compile(r"\b(?:need|needs|have|has|want) to (?:hear|listen|play|check)\b[^.;\n\ue000-\uf000]{0,40}\bbefore\b"), " whether "),
    (late.compile(rf"\b(?:question|prompt|task|list|instruction|user|text of the question) (?:also |only |just )?(?:offers|lists|mentions|gives|provides|includes|contains|names) (?={_O}{_M})"), " whether "),
    (late.compile(rf"{_X} (?:is|was) (?:also |only |just )?(?:one of|among|listed (?:as|among)|mentioned (?:as|among)|given as|offered as) (?:the |an? )?(?:\w+ )?(?:options?|choices?|answers?|candidates?|possibilit(?:y|ies)|labels?)\b"), r" whether \g<x>,"),
    (late.compile(rf"{_O}{LETTER}{_C},? (?:only |just |clearly )?(?:says|reads|means|stands for|denotes|refers to|mentions|claims|states|talks about|lists|proposes)(?: that)?(?: it is| it's| there is)?[:,]? {_O}{TEXT}{_C}"), " that option "),
    # questions that ask nothing
    (late.compile(rf"\b(?:how (?:do|can|did) (?:i|we) (?:know|tell)(?: that)?|who (?:would|could|can) (?:doubt|deny)(?: that)?|what(?: else)? (?:is|could|can) it(?: be)?,? if not|what makes me (?:think|say|sure)(?: that)?)(?: (?:it is|it's|this is))? {_X}\s*\?"), r" it is \g<x>. "),
    (late.compile(rf"\b(?:checking|check|testing|test|trying|try|what of|how about|what about) {_X}\s*[.:…—-]{{1,3}}\s*(?P<v>yes|no|nope|yep|fits|doesn't fit)\b"), lambda m: f" {m['x']} is {'correct' if m['v'] in ('yes', 'yep', 'fits') else 'wrong'}"),
    # first looks and second ones
    (late.compile(rf"\b(?:at|on|upon|from) (?:a |the |my )?first {_LOOK}\b,?(?=[^\n]{{0,160}}?{_M}[^\n]{{0,200}}?{_M})"), " whether "),
    (late.compile(rf",? (?:but |yet )?(?:(?:at|on|upon|after|with) {_CLOSER} {_LOOK}),? (?:it|that|this) {_SEEN}"), ", but that is wrong "),
    (late.compile(rf",?\s*(?:but |yet |and )?\b(?:at|on|upon|after|with) {_CLOSER} {_LOOK}\b,?"), ", no wait, "),
    (late.compile(rf"\b(?:second|third|next|new) (?:impression|pass|round|attempt|try|take|listen|hearing)\s*(?::|is|was|says|gives)(?= ?{_O}{_M})|\b(?:round|pass|attempt|try|take) (?:two|2|three|3)\s*:"), ", no wait, "),
    (late.compile(rf"\bfirst,? (?:i (?:hear|heard|thought(?: of)?|said|picked) )?{_X}[,;]? (?:but |and )?then (?:i )?(?:realis|realiz|notic|heard|saw|changed|corrected|switched|understood|it turned out)\w*(?: (?:that )?(?:it|this)(?: was| is|'s)?)?"), r" whether \g<x>, no wait, "),
    (late.compile(rf"\bfirst,? (?:i (?:hear|heard|thought(?: of)?|said|picked) )?{_X}[,;] ?(?=(?:but |and )?(?:after|upon|on) (?:re-?)?listening\b)"), r" whether \g<x>; "),
    (late.compile(rf"\b(?:initially|originally|at first|to begin with),? (?:it (?:is|was|seemed|sounded like) )?{_X}[,;]? (?:but |and |yet )?(?:now|then|later|eventually|finally|in the end|ultimately)\b"), r" whether \g<x>, no wait, "),
    (late.compile(r"\b(?:let me|let's|i'll|i will) (?:just )?(?:listen|check|hear it|play it|look|think)(?: (?:to it|it))?(?: once)? (?:again|more)\b|\b(?:after |upon |on |when )?(?:re-?listening|listening (?:again|once more|a second time|twice|more closely))\b|(?:(?<=[.;\n])|(?<=\. ))\s*(?:no, |hmm, )?(?:that|this|it) (?:can't|cannot|can not) be (?:right|it|correct)\b"), ", no wait, "),
    (late.compile(rf"\b(?:i'd |i would |i'll |i |let me |please )?change (?:(?:that|it|my answer|the answer) )?(?:from )?{_X} (?:to|into) (?={_O}{_M})"), r" not \g<x>, no wait, "),
    (late.compile(rf"{_X}\s*(?:=>|—|->|<-)\s*{_O}(?P<y>{_M}){_C}\s*[(\[](?:corrected|fixed|changed|edited|updated|revised|correction|final)\b[^()\n]{{0,20}}[)\]]"), r" \g<y> "),
    (late.compile(rf"{_X}\s*[.,;…—-]+\s*(?:hm+,? |oh,? |well,? |actually,? |no,? )*(?:(?:on (?:reflection|second thoughts?)|come to think of it|thinking again|after all),? no|no(?: wait)?|wait,? no|actually,? no|nope|(?:no,? )?(?:wait,? )?(?:that|this|it) (?:is|'s|was)(?:n't| not)? (?:wrong|incorrect|not right|not it|a mistake|right))\s*[.!…]*\s*\Z"), r" whether \g<x> "),
    # comparisons and what speaks for others
    (late.compile(rf"(?:(?<=\A)|(?<=[.;:\n])|(?<=[.;:] ))\s*(?:so |and )?(?:when |after |having |on |upon |in )?(?:an? |the )?(?:direct )?(?:compar(?:ing|ed|ison)|contrast(?:ing|ed)?|weigh(?:ing|ed)|hearing)(?: of| between| up)? {_O}{_M}{_C}(?:[^.;\n\ue000-\uf000]{{1,12}}{_O}{_M}{_C}){{1,5}}\s*,"), " so "),
    (late.compile(rf"\b(?:despite|in spite of|regardless of|for all)\b[^.,;\n\ue000-\uf000]{{0,40}}{_LIST}\s*,"), " "),
    (late.compile(rf"{_X} notwithstanding,?"), " "),
    (late.compile(rf"\b(?:as )?(?:tempting|plausible|likely|close|good|attractive|appealing|similar) as {_X} (?:may|might|is|seems|sounds|looks)(?: be| seem| sound| look)?,?"), " "),
    (late.compile(rf"\b(?:with|once) {_LIST} (?:being |is |are )?(?:out of the (?:picture|way|question|running)|out|gone|excluded|eliminated|ruled out|discarded),?"), " "),
    (late.compile(rf"\bnot {_X}\s*[-—]\s+(?=(?:(?:it|she|he|this|that)(?:'s| is) |they're )?{_O}{_M})"), r" not \g<x>; "),
    (late.compile(rf"{_X},? (?:is )?the (?:wrong|incorrect|false) (?:one|answer|option|choice)\b"), r" \g<x> is wrong"),
    (late.compile(rf"\bwithout (?:an? |any |the )?(?:\w+ )?(?:hint|trace|sign|sound|mention|evidence|suggestion|touch|indication|note)s? (?:of|for) {_X}"), r" not \g<x>"),
    (late.compile(rf"{_X} or (?:one of the others?|another(?: one)?|something else|some other|any of the others|none(?: of them)?)\b"), r" whether \g<x>"),
    (late.compile(rf"\bagainst {_X},? (?:and|but) (?:for|in favou?r of|points? to|towards?) (?={_O}{_M})"), r" against \g<x>, but it is "),
    (late.compile(rf"\bless (?:like )?{_X},? (?:and |but )?more (?:like )?(?={_O}{_M})"), r" not \g<x>, but "),
    (late.compile(rf"\bleav(?:e|ing) {_X} (?:blank|out|empty|alone|unfilled|untouched|aside|unanswered)\b(?:,? (?:and|but))?"), r" not \g<x>; "),
    (late.compile(rf"(?P<x>{_M})(?: \w+){{0,2}}\s*[:(,—-]\s*(?:{_M}|one|the first)(?: (?:time|sound|at|in|during|near|on|by|before|after|from|with|when|right|very))[^.\n\ue000-\uf000]{{0,60}}\b(?:and|then|,) (?:again|then|another|one|a second|{_M}|the other|the second)(?! is\b)"), r" it is \g<x>, "),
    (late.compile(rf"\bi like {_X} (?:the )?(?:best|most)\b"), r" i choose \g<x> "),
    # in favour, or not
    (late.compile(rf"\b(?:runner[- ]?up|backup|second[- ]best|second choice)(?: is|:)? (?={_O}{_M})|\banswer\s*[:=]\s*(?:null|none|unknown|undecided|n/a|tbd|\?)(?!\w)"), " whether "),
    (late.compile(rf"\b(?:the|her|his|their|its) (?:words?|content|text|wording|lyrics|sentence|message|statement)(?: \w+)? (?:is|are|sounds?|seems?|looks?)(?: \w+ly| quite| rather)? {_X}[,;.]?(?: but| yet| while| whereas| and| though)?(?= [^.;\n\ue000-\uf000]{{0,24}}(?:voice|tone|delivery|intonation|prosody|speaker|melody)\b)"), r" whether \g<x>; "),
    (late.compile(r"\b(?:is|was|'s) (?:\w+ )?(?:claimed|said|supposed|rumou?red|alleged|reported|assumed|believed|thought|meant) to be\b|\b(?:wikipedia|google|the (?:prompt|question|task|instructions?|dictionary|user)) (?:says|claims|states|tells)\b|\b(?:is|'s|comes|boils|came|boiled) down to (?=[^.;\n\ue000-\uf000]{0,20}[\ue000-\uf000][^.;\n\ue000-\uf000]{1,16}[\ue000-\uf000])"), " whether "),
    (late.compile(rf"{_X}[.!]\s*(?:hm+,?|then again,?|or,?|but,?|well,?|wait,?)\s*{_Y}\s*\?\s*\Z|{_Z} through (?={_O}{_M})"), lambda m: f" {m['x']} or {m['y']}" if m["x"] else f" {m['z']} or "),
    (late.compile(rf"{_X} (?:clearly |then |soon |thus )?emerges as (?:the )?(?:\w+ )?(?:best|answer|winner|most \w+|correct|right|favou?rite|strongest)(?: (?:one|option|answer|choice|candidate|match))?"), r" \g<x> is correct"),
    (late.compile(rf"\bstrong(?:er|est)? (?:evidence|support|case|signs?|cues?) (?:for|of) {_X}[,;]? (?:and |but |with )?(?:(?:only |much |far )?(?:weak(?:er)?|little|less|no) (?:evidence|support|case|signs?|cues?) (?:for|of)|(?:almost )?none for|(?:only )?weak for) (?={_O}{_M})"), r" it is \g<x> rather than "),
    (late.compile(rf"\b(?:with|for) (?={_O}{_M}{_C}[,]? (?:we|you|one|i)(?:'d| would) (?:\w+ )?(?:hear|expect|get|have|see|need)\b)"), " whether "),
    (late.compile(rf"\bask (?:me )?(?:again )?about (?={_O}{_M})"), " whether "),
    (late.compile(rf"{_X},? (?:only (?:holds|fits|works|applies|matches) (?:for|in|during|at|to|with)\b|at (?:most|best)(?=\s*(?:[.,;!\n]|\Z))|has (?:its|some|certain) (?:merits?|appeal|points?|attractions?)\b|(?:is|would be) (?:just|only|merely|no more than|at best) (?:an? )?(?:\w+ )?(?:guess|speculation|hunch|possibility|assumption|conjecture)\b)"), r" whether \g<x> "),
    (late.compile(rf"{_X} (?:is|would be) (?:overstating|exaggerating|understating|pushing|stretching) (?:it|things|the point)\b|{_Y}[^.;\n\ue000-\uf000]{{0,16}}\s*[;,—]\s*(?:but |yet )?(?:it|that|this)(?: is|'s) (?:wrong|incorrect|false|not right|not correct|a trap|misleading)(?=\s*(?:[.!\n]|\Z))"), lambda m: f" {m['x'] or m['y']} is wrong"),
    (late.compile(r"\b(?:one|you|people|we|listeners) (?:might|could|may|would) be (?:led|inclined|tempted|forgiven|fooled|misled)\b"), " whether "),
    (late.compile(rf"\bon (?:the )?one hand,? (?:it is |it's |i hear )?{_X}[,;]? (?:but |and )?on the other(?: hand| side)?,? (?:it is |it's |i hear )?(?={_O}{_M}{_C}\s*(?:[.!]|\Z|\n))"), r" \g<x> or "),
    (late.compile(rf"\b(?:almost|nearly|not quite|close to|similar to|something like|a (?:bit|little) like|somewhat like|reminiscent of) {_X},? (?:but|yet|though) (?:not quite|different|not the same|not exactly|not really|it (?:isn't|is not)|not)\b|(?:(?<=\A)|(?<=[.;:,\n])|(?<=[.;:,] )|(?<=it is )|(?<=it's ))(?:rather |quite |just )?the (?:very |exact )?(?:opposite|contrary|reverse|antithesis) of {_Y}|\bi (?:was wrong about|withdraw|retract) {_Z}"), lambda m: f" not {m['x'] or m['y'] or m['z']}"),
    (late.compile(rf"\bmentions? {_X} (?:only |just |merely )?(?:in passing|briefly)\b"), r" mentions whether \g<x>, "),
    (late.compile(rf"\b(?:could|can) (?:hardly|scarcely|barely) be (?:anything|anyone|something)(?: else| other)? (?:but|than|except) {_X}|\bno way (?:that )?(?:it|this|that)(?:'s not| is not| isn't) {_Y}|\b(?:no (?:mistaking|denying|missing)|(?:can't|cannot|hard to) (?:mistake|miss|overlook))(?: that)?(?: (?:it is|it's|this is))? {_Z}"), lambda m: f" it is {m['x'] or m['y'] or m['z']} "),
    (late.compile(rf"\b(?:i(?:'d| would) be (?:very |quite |really |greatly )?(?:surprised|astonished|amazed|shocked)|i(?:'d| would|'ll) eat my (?:hat|shoes)|it would (?:surprise|astonish|shock) me) if (?:it|this|that)(?: were not| weren't| was not| wasn't| is not| isn't|'s not) {_X}"), r" it is \g<x> "),
    (late.compile(rf"{_X} as (?:being )?(?:clearly |obviously |definitely |plainly )?(?:wrong|incorrect|false|unlikely|implausible|irrelevant|a distractor)\b"), r" \g<x> is wrong"),
    (late.compile(r"\bi (?:would|'d|would have|'d have) expect(?:ed)?\b|\bi'd expect\b"), " whether "),
    (late.compile(rf"{_X} would(?: have)? (?:be|been) (?:expected|typical|usual|normal|natural|appropriate for)\b|{_Y},? (?:but|yet|though) (?:i (?:don't|do not|can't|cannot|didn't|couldn't) (?:hear|see|find|detect|sense)(?: (?:it|that|any|them|one))?|the \w+ (?:doesn't|don't|does not|do not|didn't|did not))\s*(?=[.!\n]|\Z)"), lambda m: f" whether {m['x'] or m['y']} "),
    (late.compile(rf"\btoo \w+ (?:for|to be) {_X}"), r" not \g<x>"),
    (late.compile(rf"\bonly {_X} (?:is|seems|remains|looks|sounds) (?:possible|plausible|conceivable|left|viable)\b"), r" \g<x> is correct"),
    (late.compile(rf"\b(?:nothing|little|no argument|no evidence) (?:speaks|argues|counts|stands|to speak) against {_X}|\bnothing (?:contradicts|rules out|excludes|is wrong with) {_Y}|\b(?:i )?(?:see|have|find) no reason to (?:doubt|reject|question|exclude|dismiss) {_Z}"), lambda m: f" {m['x'] or m['y'] or m['z']} is correct"),
    (late.compile(r"\bi (?:don't|do not|can't|cannot|wouldn't|would not|never) (?:doubt|question|dispute)(?: for a (?:moment|second))?(?: that)?(?: (?:it is|it's|this is))?|\bi (?:couldn't|could not) agree more with\b"), " i choose "),
    (late.compile(rf"\b(?:rank|rate|place|put|score|rated|ranked)s? {_X} (?:as (?:the )?)?(?:first|highest|best|top|at the top|number one|most \w+)(?!\w)"), r" i choose \g<x> "),
    (late.compile(rf"\b(?:rank|rate|place|put|score|rated|ranked)s? {_X} (?:as (?:the )?)?(?:last|lowest|worst|at the bottom|least \w+)(?!\w)"), r" \g<x> is wrong "),
    (late.compile(rf"{_X} (?:ranks|comes|scores|is ranked|rates|is rated|is|places|stands) (?:first|highest|best|top|number one|(?:at the |the |on )?top of (?:my|the) list|at the top)(?=\s*(?:[.,;!\n]|\Z))|{_Y} (?:tops (?:my|the) list|(?:receives|gets|has|earns|achieves) the (?:top|highest|best) (?:score|rating|mark|probability|likelihood))"), lambda m: f" {m['x'] or m['y']} is correct"),
    (late.compile(rf"{_X} (?:ranks|comes|scores|is ranked|rates|is rated|places|stands) (?:last|lowest|worst|at the bottom)|{_Y} (?:receives|gets|has|earns|achieves) the (?:lowest|worst|poorest) (?:score|rating|mark|probability|likelihood)"), lambda m: f" {m['x'] or m['y']} is wrong"),
    (late.compile(r"\bmy (?:first|top|number one|preferred|favou?red) (?:choice|pick|option) (?:is|would be)\b"), " i choose "),
    (late.compile(r"\bmy (?:last|least \w+|worst)(?: (?:choice|pick|option|favou?rite|answer))? (?:is|would be)\b|\b(?:i'm|i am) (?:not (?:\w+ )?(?:happy|comfortable|satisfied|convinced|impressed|persuaded)|unhappy|dissatisfied|unconvinced) (?:with|by|that|of)\b|\b(?:i )?regret(?:s|ted)? (?:choosing|picking|saying|answering|selecting|having said|having chosen)\b|\b(?:no|little|hardly any) (?:good )?reasons? to (?:choose|pick|say|select|answer|prefer|assume|believe|think)\b"), " not "),
    (late.compile(r"\b(?:used to|once) (?:think|believe|assume)\b|\blet(?:'s| us) hope\b|\byou (?:probably|likely|may|might|must|surely|seem to|will|appear to|clearly) (?:think|believe|expect|assume|want|prefer)\b"), " whether "),
    (late.compile(rf"{_X} (?:only |just |also )?(?:comes up|appears|occurs|is mentioned|is named|is listed|stands|is) in the (?:question|prompt|options|list|choices|answers|instructions?)\b"), r" whether \g<x>,"),
    (late.compile(rf"{_X}\s*[,:—?-]? (?:no way|no chance|not a chance|by no means|as if)(?=\s*(?:[.!,]|\Z))"), r" \g<x> is wrong"),
    (late.compile(rf"\bto (?:choose|pick|say|answer|select|justify|accept|arrive at|get) {_X},? (?:one|you|we|i)(?:'d)? (?:would|must|need|have)\b"), r" whether \g<x>, "),
    (late.compile(r"\bonly (?:someone|somebody|an? \w+|people|those)\b[^.,;\n\ue000-\uf000]{0,40}\b(?:would|could|might|will) (?:choose|pick|say|think|answer|select|hear|take|go for)\b"), " not "),
    # what wins
    (late.compile(rf"{_X} (?:comes out ahead of|edges out|edges|wins out over|comes out better than|is ahead of|scores higher than|scores better than|does better than|fits better than|outdoes|outshines) (?={_O}{_M})"), r"\g<x> rather than "),
    (late.compile(rf"{_X} (?:clearly |easily |narrowly |just |simply |definitely )?(?:{_WINS})(?=\s*(?:[.,;:!)\n]|\Z|because\b|since\b|as\b|for\b|here\b|over\b|of\b|to me\b|from\b|by\b|and\b|among\b|in my\b|with\b|when\b|while\b|whereas\b))"), r"\g<x> is correct"),
    (late.compile(rf"{_X}\s*(?:[-—,;(]|\.)\s*(?:rationale|reason(?:ing)?|explanation|justification)\s*:"), r"\g<x>. because "),
    (late.compile(r"\byou (?:can't|cannot|won't|will not) go wrong with\b|\b(?:i'm|i am|we are|count me) (?:on team|in for|team)\b|\b(?:i'll |i'd |we |let's |i )?lock(?:ing|ed)? (?:in|on)\b"), " i choose "),
)  # fmt: skip
_GIVES_UP: Final = late.compile(
    r"(?:\A|[.;:!?,\n—])\s*(?:but |so |and |honestly |really |sorry,? )*(?:i (?:really |just |honestly )?(?:give up|(?:cannot|can't|can not|could not|couldn't|am unable to|am not able to) (?:settle|decide|commit|choose|pick|tell)(?: (?:on|to|for|between|which))*(?: (?:either|any|one|it is|the two|them|one of them|a single one))?)|who knows|(?:it is|it's) (?:anyone's|anybody's) guess|take your pick|(?:it is|it's) impossible to (?:decide|choose|say|tell)(?: which)?)\s*[.!…]*\s*\Z"
)
"""The end of a reply that names several options and settles on none."""
_ANY: Final = late.compile(_M)
_STOPS: Final = late.compile(r"[.;:!?,\n—]+")


def looked_at(text: str) -> str:
    r"""Return a masked, folded reply in which options that were only looked at have lost the force of an answer.

    >>> looked_at("\ue800 (runner-up: \ue801)").strip()
    '\ue800'
    """
    text = rewritten(text, _RULES)
    gives_up = _GIVES_UP.search(text)
    if gives_up and len(set(_ANY.findall(text, 0, gives_up.start()))) > 1:
        return "whether " + _STOPS.sub(" or ", text[: gives_up.start()])
    return text
