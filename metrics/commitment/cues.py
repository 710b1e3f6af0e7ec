"""The words by which a reply commits to an option, denies it, leaves it open or corrects itself.

Each group is a regular expression over a folded reply in which placeholders stand for mentions. The words are
those of English and, for the common turns of answers, of Chinese, German, French, Spanish, Portuguese,
Italian, Russian, Japanese, Korean and Arabic. ``CUE`` finds them in one pass; the name of the group that
matched is the kind of cue. Order matters: a longer or rarer turn comes before the word it begins with.
"""

from __future__ import annotations

from typing import Final

from metrics.commitment.mentions import MENTION
from metrics.text import late as re

M: Final = MENTION

IDIOMS: Final = re.compile(
    r"\b(?:no|little|hardly any|scarcely any) (?:real )?(?:doubt|question)\b|\bi(?:'m| am) afraid\b(?! of)|\bwithout (?:a |any )?(?:shadow of a )?doubt\b|\bbeyond (?:a |any )?(?:reasonable )?doubt\b"
    r"|\bif i(?:'m| am) not mistaken\b|\b(?:i(?:'m| am) |i was )?not (?:\w+ )?(?:entirely |completely |totally |absolutely |100% |quite |very |fully |really |so )?"
    r"(?:sure|certain|confident|positive)(?! (?:if|whether|which|what|who|how|about|(?:that )?(?:it|this|that|he|she|they|there)(?:'s| is| was| are)))\b|\bnot to mention\b|\bnot only\b|\bnothing (?:but|other than)\b|\bnone other than\b"
    r"|\bno other than\b|\bwhy not\b|\bnot surprisingly\b|\bmore often than not\b|\bif not\b"
    r"|\b(?:amongst?|from|out of|of|between|given|considering|looking at) (?:all )?(?:(?:the|these|those|your|all) )(?:\w+ ){0,3}?(?:options|choices|labels|categories|alternatives|possibilities|candidates|answers)"
    r"(?: (?:here|above|below|given|provided|listed|available|offered|you gave|you provided|presented))*\b"
    r"|\bif i (?:had|have|were|was) to (?:\w+ ){0,3}?(?:choose|guess|pick|select|say|decide|answer)(?: (?:one|just one|an? \w+|between them))?\b"
    r"|\bif you (?:want|need|insist on|require|ask for|prefer|must have)\b[^,:.\n]{0,40}|\btl;?dr\b:?"
    r"|\b(?:by |through |via |using )?(?:an? |the )?(?:simple )?(?:process|method) of elimination\b|\bby elimination\b"
    r"|\bif in doubt\b|\bif (?:forced|pressed|anything|pushed|required)(?: to (?:choose|guess|pick|answer|decide))?\b"
)
"""Turns whose words would be misread one by one."""

_NOUN: Final = (
    r"(?:answer|option|choice|label|letter|solution|response|selection|prediction|classification|guess|verdict|decision|pick"
    r"|conclusion|category|result|match|alternative|candidate|one)"
)
_KIND: Final = (
    r"(?:final|correct|right|best|most \w+|likel(?:y|iest)|closest|only|proper|appropriate|suitable|accurate|true|"
    r"chosen|selected|my|logical|fitting|obvious|clear)"
)
_GROUPS: Final[dict[str, str]] = {
    "final": (
        r"\b(?:my |the |so )?(?:final|ultimate|overall|definitive) (?:answer|choice|decision|verdict|selection|guess|pick|conclusion)\b"
        r"|\bin (?:conclusion|summary|the end|short)\b|\bto (?:conclude|sum up|summari[sz]e)\b|\bconclusion\s*:|\bultimately\b"
        r"|最终答案|综上(?:所述)?|总之|\bréponse finale\b|\bendgültige antwort\b|\brespuesta final\b|\bresposta final\b|\brisposta finale\b"
        r"|最終的?な?(?:答え|回答)|최종 ?(?:답|정답|답변)|\bокончательный ответ\b|الإجابة النهائية"
    ),
    "correction": (
        r"\b(?:no,? )?(?:wait|hold on|hang on)\b|\bno(?=\s*[,—])|\bscratch that\b|\b(?:on|upon|after|with) (?:a )?(?:second thoughts?|reflection|(?:second|closer|further|another|repeated|careful) (?:listen\w*|look|hearing|thought|time|analysis|inspection)|closer \w+|further \w+|reconsideration)\b"
        r"|\bi (?:mean|meant)\b|\blet me (?:correct|reconsider|rephrase|re-?evaluate|rethink|revise|change|fix)\b|\bmy (?:mistake|bad)\b|\boops\b"
        r"|\bmake that\b|\bor rather\b|\bcorrection\b|\b(?:i )?(?:take|took) (?:that|it) back\b|\bchanged? my (?:mind|answer)\b|\bi was wrong\b"
        r"|\bi stand corrected\b|(?:^|(?<=[.;,—\n]))\s*(?:actually|sorry|apologies|hmm,? no)\b|不对[,，]|等等|\bnein,? warte\b|\bnon,? attends\b|\bno,? espera\b"
    ),
    "hypothesis": (
        rf"\b(?:if|whether|unless)\b|\beither\b(?=[^.;\n]{{0,60}}{M}[^.;\n]{{0,30}}\bor\b)|\b(?:first|initial|gut) (?:instinct|thought|guess|impression|idea|reaction|choice|answer|pick) (?:was|is|would be|had been|said)\b"
        r"|\b(?:initially|at first|originally|to begin with),? (?:i|we) (?:had |have |'d |was |were )?(?:\w+ly )?(?:assum|thought|think|consider|believ|guess|pick|chose|choos|lean|suspect|said|went|took|expect|felt|imagin|suppos|favou?r|select)\w*|\b(?:i|we)(?:'d| had)? (?:initially|originally|briefly|at first) \w+|\b(?:it|that|this|which) (?:\w+ )?depends\b|\bdepending on\b|\b(?:as|i am|i'm) (?:just |only )?an? (?:ai|artificial|large|text|language|virtual|machine)\b|\b(?:can(?:'t|not)|could(?:n't| not)|unable to|impossible to|hard to|difficult to|not possible to|not able to|challenging to|tricky to"
        r"|don't know how to|cannot reliably|can't reliably)\s+(?:\w+ ){0,2}?(?:tell|determine|say|identify|distinguish|know|decide|choose|pick|judge|classify|be sure|discern|answer|conclude|confirm|be certain)\b"
        r"|\b(?:don't|do not|didn't|doesn't) (?:know|have)\b|\b(?:unsure|uncertain|undecided|torn|unclear|ambiguous|undetermined|confused)\b|\bnot (?:sure|certain|clear|know)\b"
        rf"|\b(?:between|amongst?|from)\b(?=[^.;\n]{{0,40}}{M}[^.;\n]{{0,30}}\b(?:and|or|to)\b)|\b(?:one of (?:the following|these|those|them)|(?:any|either one|some|all|each|both|neither|which|none) of (?:the following|these|those|them|{M}))"
        r"|\b(?:the |possible |available |given |your |answer )?(?:options|choices|alternatives|candidates|possibilities|labels|categories)\b(?: \w+){0,3}?(?: (?:are|were|include|being)\b|\s*:)"
        rf"|\b(?:choose|select|pick|choosing|classify|respond|reply|answer) (?:\w+ ){{0,3}}?(?:from|between|among|one of)\b(?! the (?:audio|voice|sound))|\bcould (?:also |just )?(?:be|fit|well be) (?:either|any)\b|\b(?:could|can|might) (?:also |equally |just as well )?(?:argue|make a case|be argued|defend)\b|\bquestion asks?\b|\b(?:you )?asked\b"
        rf"|\bboth\b(?= [(\"']*{M}[)\"']* (?:and|&)\b)|\bmix(?:ture|ed)? of\b(?=[^.;\n]{{0,30}}{M}[^.;\n]{{0,30}}\b(?:and|or)\b)|\bcombination of\b|\b(?:i would|would) have (?:been|said)\b|是否|还是不|无法(?:确定|判断)|不(?:确定|知道)"
    ),
    "negation": (
        r"\bcan(?:'t|not) (?:fully |entirely |completely )?(?:rule out|exclude|eliminate)\b"
        r"|\b(?:not|never|cannot|cant|dont|isnt|doesnt|arent|wasnt|nor|neither|hardly|rather than|instead of|in place of|as opposed to|opposed to|unlike|in contrast (?:to|with)|contrary to"
        r"|rule[sd]? out|ruling out|eliminat\w+|exclud\w+|reject\w*|dismiss\w*|discard\w*|disregard\w*|cross(?:ed|es|ing)? (?:out|off)|remov(?:e|ed|ing)|discount(?:ed|ing)?|set aside|leav(?:e|ing) out|except(?: for)?|excepting|save for|other than|apart from|aside from"
        r"|besides|anything but|everything but|(?:any|every|all)(?: \w+)? but|refus\w+ to|declin\w+ to|unwilling to|least (?:likely|plausible|probable|suitable|fitting)|but not|than|lack(?:s|ing)?|absence of|absent|unlikely|less likely|implausible|doubt|false that|incorrect to say|wrong to say|avoid(?:ed)?"
        rf"|the (?:wrong|incorrect|worst|weakest|poorest|least \w+) (?:answers?|options?|choices?|candidates?|match(?:es)?|ones?)|nothing (?:\w+ ){{0,3}}(?:to|towards?|for|of|like|is|says|in|suggests?|indicates?|implies|supports?|resembles?)|strike(?: out)?|compared (?:with|to)|no to|ignore|forget|different from|distinct from|differ from|no longer)\b|n't\b|\b(?:no|zero|non)[ -](?=(?:clear |real |evident |audible |obvious |actual )?{M})|(?<={M}) over(?= )|(?<={M}) (?:als|que|che|do que)(?= )|\bwithout (?:an? |any |the )?(?={M})"
        r"|\bno (?:sign|evidence|indication|trace|sound|hint|presence|mention|way)s?\b(?: of| that| it)?|不是|并非|不选|不會|不会|排除|除了|而不是|而非|\b(?:nicht|kein(?:e|en|er|es)?|weder|statt|anstatt|außer|ausser)\b"
        r"|\b(?:pas|plutôt que|au lieu de|sauf|ni|non pas|excepté)\b|\bno (?:es|son|era|creo|puede ser)\b|\b(?:en lugar de|en vez de|excepto|menos)\b|\bnon è\b|\b(?:invece di|anziché|tranne)\b|\bnão (?:é|pode)\b|\b(?:em vez de|exceto)\b"
        r"|(?<!\w)не(?!\w)|(?<!\w)(?:кроме|вместо)(?!\w)|ليس(?:ت)?|لا(?= )|وليس"
    ),
    "turn": (
        r"\b(?:but|however|(?<!not )(?<!as )yet|nevertheless|nonetheless|instead|rather|on the other hand|in contrast|still|then again|that said)\b|\b(?:sondern|aber|jedoch|doch|mais|sino|pero|ma|bensì|mas|porém)\b|而是|但是?|不过|然而"
        r"|(?<!\w)(?:а|но)(?!\w)|بل|لكن|\b(?:it|this|that|which) must be\b"
    ),
    "therefore": (
        r"\b(?:so|therefore|thus|hence|consequently|accordingly|as a result|that leaves|which leaves|leaving|leaves|this leaves|this means|it follows|meaning|which means|this (?:suggests|indicates|points to)|overall|finally|daher|deshalb|donc|alors|por (?:lo )?(?:tanto|eso)|portanto|quindi|dunque|entonces)\b"
        r"|所以|因此|因而|故选?|した?がって|よって|따라서|그러므로|поэтому|لذلك"
    ),
    "choosing": r"\band (?:then |would |will |so )?(?:say|choose|chose|pick|picked|select|selected|go (?:with|for)|went (?:with|for)|take|took|settled? (?:on|for)|answer|keep|kept|conclude|concluded|decided? (?:on|for))\b",
    "answer": (
        rf"\b(?:{_KIND} )+(?:{_NOUN}|emotion|speaker|sound|instrument|accent|gender|source)\b|\b(?:answer|prediction|verdict|selection|classification)\b(?! (?:the|your|this|that|a|questions?)\b)"
        r"|\b(?:option|choice|label|category|pick|guess|vote|response|match)(?= (?:is|would be|here|that|should|must|seems|to)\b| ?:)"
        r"|\b(?:i|we|i'd|i'll|i'm|i am|i would|i will|let's|i have|i've|would|will|'d|to|can)\s+(?:(?!not\b|never\b|cannot\b|refuse|decline|avoid|hardly)\w+ ){0,2}?(?:choose|chose|chosen|choosing|pick|picked|picking|select|selected|selecting|vote|opt for|opting for|opted for|go(?:ing)? (?:with|for)|went with"
        r"|settl(?:e|ed|ing) (?:on|for)|conclude|classify|label|categori[sz]e|lean(?:ing)? (?:towards?|to)|stick(?:ing)? with|bet on|answer)\b|\b(?:choosing|selecting|picking|going (?:with|for))\b"
        r"|\b(?:is|are|be|was|been) (?:best |most accurately |most likely |therefore )?(?:classified|categori[sz]ed|labell?ed|identified|recogni[sz]ed|described) as\b"
        r"|答案|答[:：]|正确选项|选(?:择|項|项)?|應選|選擇|\b(?:la |die |a )?(?:réponse|antwort|lösung|respuesta|resposta|risposta)\b|答え|正解|回答|정답|답은|답|الإجابة|الجواب|(?<!\w)ответ(?!\w)|उत्तर|जवाब|ตอบ|คำตอบ|đáp án|cevap|odpowiedź|antwoord|svaret?"
    ),
    "aside": (
        r"\b(?:because|since|due to|given(?: that)?|considering|based on|judging (?:by|from)|owing to|thanks to|for (?:example|instance)|e\.?g\.?|such as|although|though|even though|despite|in spite of|albeit"
        r"|which(?! is (?:option|choice|letter|answer|the answer|also)\b)|who(?=\s+(?:is|are|was|has|had|speaks?|says?|sounds?|seems?))|weil|da|denn|obwohl|parce que?|puisque|car|bien que|porque|ya que|aunque|embora|perché|poiché|anche se)\b"
        rf"|(?<=, )as (?=[\"'(]*{M}[\"')]* (?:is|was|would|has|does|sounds|seems)\b)"
        r"|\bas (?=(?:the|it|there|he|she|they|this|we|his|her|its|you|indicated|evidenced|shown|heard|suggested|described|mentioned)\b)|\bdescribes?\b|\bincludes?\b|\brefers? to\b|因为|由于|虽然|尽管|因為|雖然|потому что|так как|хотя|لأن"
    ),
    "meanwhile": r"\b(?:while|whereas|when|where|whilst|während|alors que|mientras|mentre|enquanto)\b",
    "belief": (
        r"\b(?:i|i'd|we|my|would) (?:(?!not\b|never\b|cannot\b)\w+ ){0,2}?(?:think|believe|say|guess|suppose|suspect|feel|hear|assume|bet|reckon|estimate)\b|\b(?:probably|likely|definitely|clearly|certainly|surely|obviously|undoubtedly|evidently|apparently|seemingly|possibly|maybe|perhaps)\b"
    ),
    "colon": r":(?!\S)|:(?=[\ue000-\uf000])",
    "stop": r"[;—]|[.!?\n]+",
    "comma": r"[,，、،]",
    "mention": M,
}

CUE: Final = re.compile(
    r"(?:(?<![a-z0-9])|(?=n't|[,:;.!?\n])|(?=[^\x00-\x7f]))(?:"
    + "|".join(f"(?P<{name}>{body})" for name, body in _GROUPS.items())
    + ")"
)
CORRECTION: Final = re.compile(_GROUPS["correction"])

_VERB: Final = r"(?:is|are|was|were|would be|(?:can|could|should|must)(?: \w+ly)? be|will be|needs to be|has been|have been|may be|might be|seems?(?: to be)?|looks?|sounds?|appears?(?: to be)?|being)"
_SURE_VERB: Final = _VERB.replace("may be|might be|", "").replace("can|could|", "")
DENIED: Final = re.compile(
    rf"[)\]\"'.]*(?:\s*(?:,|/|and|or|nor|&|,\s*and|,\s*or)\s*[(\"']*{M}[)\]\"']*){{0,25}}+\s*,?\s*(?:(?:option|choice|label)s?\s+)?"
    rf"(?:(?:both |all |also |just |simply |clearly |definitely |probably |certainly )*"
    rf"(?:{_VERB}\s+(?:\w+ly\s+|all\s+|both\s+|just\s+|also\s+|quite\s+|a\s+|an\s+|the\s+|very\s+)*(?:wrong|incorrect|false|untrue|unlikely|implausible|impossible|inaccurate|invalid|inconsistent|excluded|eliminated"
    r"|rejected|ruled out|dismissed|discarded|out of the question|out of place|out(?! of)|least \w+|off the table|absent|missing|irrelevant|unrelated|unsupported|inappropriate|unsuitable|improbable|incompatible|distractors?|misleading)\b"
    rf"|(?:{_VERB}|do|does|did|can|could|would|will|should|might|may|has|have|had|must)\s*(?:\w+\s+)?(?:not|never|n't)\b(?!\s+(?:only|wrong|incorrect|false|unlikely|impossible|implausible|ruled out|excluded))"
    r"|(?:cannot|can't|couldn't|isn't|aren't|wasn't|weren't|doesn't|don't|didn't|won't|wouldn't|shouldn't|hasn't|haven't|mustn't|lacks?|fails?|contradicts?|conflicts?)\b|would be (?:less|wrong|a stretch)\b|would (?:surprise|astonish)\b|makes? (?:no|little) sense\b|(?:is|are) out\b(?! of)|has no\b|have no\b|can go\b|goes away\b|is less\b)"
    r"|\(?\s*(?:[:=—-]\s*)?(?:wrong|incorrect|false|no|not|x)\s*(?:[).,;\n—}]|$)|,\s*no\s*[.!]?\s*$|\(?\s*(?:[:=—-]\s*)?(?:wrong|incorrect|false)\s*$"
    r"|(?:は?(?:違い|違う|間違|ちがい)|不对|不是(?=\s*(?:$|[。，,.;；!！]))|是?错(?:误)?的?|不正确|不符合|可以排除|被排除|以外|じゃな|では?(?:あり|な)|でない|ではありません|(?:이|가|은|는)? ?아(?:니|닙|닌)|ist (?:falsch|nicht)|(?:est faux|n'est pas|est incorrect)|(?:no es|es incorrect|es falso)|(?:è sbagliat|non è)|(?:não é|está errad)|неверн|не подходит|неправильн|خطأ|خاطئ))"
)
"""What follows a mention, or a list of mentions, that is denied."""

PRAISED: Final = re.compile(
    rf"[)\]\"'.]*(?:\s*(?:,|/|and|or|nor|&|,\s*and|,\s*or)\s*[(\"']*{M}[)\]\"']*){{0,25}}+\s*,?\s*(?:(?:option|choice|answer|label)\s+)?(?:(?:both|all|also)\s+)*(?:{_SURE_VERB}|as)\s+(?:\w+ly\s+|very\s+|quite\s+|indeed\s+|by far\s+|also\s+|the\s+|a\s+|an\s+|far\s+|much\s+|my\s+|therefore\s+|thus\s+)*(?:(?:one\s+)?(?:that|which)\s+(?:is|fits)\s+)?"
    r"(?:correct|right(?! hand| side)|true|accurate|valid|best|better|answer|most (?:likely|probable|plausible|appropriate|accurate|suitable|fitting|consistent|reasonable|logical|compelling|relevant|dominant|prominent)"
    r"|more (?:likely|probable|plausible|appropriate|accurate|suitable|fitting|consistent|reasonable|logical)|likeliest|likely|final|choice|pick|closest|(?:correct|right|best) (?:answer|option|choice|one))\b"
    r"|[)\]\"'.]*\s*[:=—-]\s*(?:yes|correct|right|true)\b|[)\]\"'.]*(?:\s*(?:,|/|&|,?\s*(?:and|or))\s*[(\"']*"
    rf"{M}[)\]\"']*){{0,25}}+\s+(?:fits?|match(?:es)?|suits?|appl(?:ies|y)|works?|describes it|wins|it is(?=\s*(?:[.!,;]|$))|yes)(?!\w)(?:\s+(?:best|better|most|well|perfectly))?|[)\]\"'.]*\s*(?:正确|是对的|是正确|最(?:合适|符合|可能)|が正解|が正しい|이 정답|가 정답|이 맞|가 맞|ist (?:richtig|korrekt)|est (?:correct|la bonne|juste)|es (?:correct|la respuesta)|è (?:corrett|giust)|está corret)"
)
"""What follows a mention that is called right."""

_GOOD: Final = (
    r"(?:right|correct|likely|plausible|possible|fine|true|good|valid|acceptable|reasonable)"
)
_FIT: Final = rf"(?:fits?|works?|match(?:es)?|applies|suits?|makes sense|is {_GOOD}|would (?:fit|work|be {_GOOD}))"
ALSO: Final = re.compile(
    rf"{M}[)\]\"']* (?:also|equally|likewise) {_FIT}|{M}[)\]\"']* (?:is|would be|seems|could be) (?:also|equally|just as|likewise) {_GOOD}|{M}[)\]\"']* {_FIT} (?:too|as well|also|equally|just as well|likewise)\b"
    rf"|\A\s*(?:or|and|alternatively|or else|otherwise)\b,?(?: (?:maybe|perhaps|possibly|also|even|it (?:is|could be|might be)))*,? [(\"']*(?:an? |the |option )?{M}[)\"']*\s*[.!]?\s*\Z"
    rf"|\b(?:could|might|may|can) (?:(?:also|equally|just as well|as well) be (?:an? |the |option )?{M}|be (?:also )?(?:an? |the |option )?{M}[)\"']* (?:too|as well|also|equally)\b)"
)
"""An option that is right next to the one that was said before."""
FITS: Final = re.compile(
    r"\b(?:fits?|match(?:es)?|suits?|appl(?:ies|y)|works?|likely|probable|plausible|consistent|accurate|reasonable|valid)\b(?! (?:best|better))"
)
"""Praise that several options may have; "so ▢" behind it decides."""
QUESTION_TAG: Final = re.compile(r"[?？؟]")
LIST_GAP: Final = re.compile(
    r"(?:[\s,;/|.&:()\[\]\"'•·*+=，、；。-]|\b(?:and|or|nor|und|oder|et|ou|y|o|e|и|или|option|choice|the|an?|vs)\b|和|或|或者|还是|\d{1,2}[.)]|\b[a-z][.)](?=\s))*"
)
"""What may stand between the members of a bare list."""
FILLER: Final = re.compile(
    r"\b(?:the|an?|option|choice|answer|letter|label|probably|likely|maybe|perhaps|definitely|certainly|clearly|possibly|most|i|think|believe|guess|say|would|it's|it|is|that|this|that's|sure|yes|ok|okay|well|no|wait|actually|sorry|correction|rather|surely|obviously|just|simply|here"
    r"|are|sounds?|seems?|like|to|me|be|i'd|my|of|hmm|um|so|voice|accent|speaker|emotion|sound|one|final|correct|response|certainly|of course)\b|[^\w\ue000-\uf000]+"
)
"""Words that do not make a reply more than its mention."""

ANSWERED: Final = re.compile(
    rf"({M})[)\]\"']*\s*\?+\s*(?:yes|yep|correct|right|true|exactly|indeed|absolutely|definitely|certainly|of course|sure|(?:much |far |quite |very |most )?(?:more )?(?:likely|plausible|probable|fitting)|likelier|that fits|it fits|fits|that's it|i'd say so|i would say so|i think so)\b"
)
"""A question that the reply itself answers."""
ASKED: Final = re.compile(r"\b(?:asked|asks|question)\b[^,;:]*$")
LESS_THAN: Final = re.compile(r"(?<=less)\s+\w+ than\b")
OPENS_LIST: Final = re.compile(r"(?:\b(?:are|were|these|those|following)|:)$")
OPEN_ROW: Final = re.compile(r"\s*(?:…|\.{2,})\s*or\b|\s+as well as\s+|\s+(?:vs\.?|versus)\s+")
"""Turns that put two answers side by side."""
DENIED_AT_LAST: Final = re.compile(
    r"\s*,?\s*(?:(?:that|this|it|they)(?:'s| is|'d be| would be| was| are| must be)? (?:wrong|incorrect|false|not (?:right|correct|it|true|the)|a mistake|misleading|mistaken|isn't|can't be|cannot be|doesn't)\b|no\s*[.!]*\s*$)"
)

EXCLUDES: Final = re.compile(
    r"\b(?:rul\w+ out|exclu\w+|eliminat\w+|dismiss\w*|discard\w*|discount\w*|reject\w*|remov\w+|cross\w* (?:out|off)|str(?:ike|uck) (?:out|off)|wrong|incorrect|false|distractors?|impossible|implausible|fails?|(?:do|does)(?: not|n't) (?:fit|match|work|apply|hold)|out)\b"
)
"""Words by which options are excluded for good, so that the one that is left is chosen."""
ONLY_TOGETHER: Final = re.compile(
    r"\b(?:both|together|at once|at the same time|unless|if|until|easily|yet|sure|certain|(?:cannot|can't|not|n't) (?:both|all)|hard|difficult|maybe|perhaps|probably|might|may|could)\b"
)
"""Words that make an exclusion a weaker one."""

LIST_AFTER_COMMA: Final = re.compile(
    rf"\s*(?:and then|then|and|or|nor|und|oder|et|ou|y|o|和|或)?\s*(?:[(\"']|option |choice |an? |the )*{M}[)\]\"']*\s*(?:,|$|[.;]|and\b|or\b|nor\b|und\b|oder\b|et\b|ou\b)"
)
CONJOINED: Final = re.compile(
    rf"\s*(?:[(\"']|option |an? |the )*{M}[^.;]{{0,200}}?\b(?:and|or|nor|und|oder|et|ou|y|o)\b\s*(?:[(\"']|option |an? |the )*{M}|\s*(?:and|or|nor)\b"
)
