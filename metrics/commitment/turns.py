"""Turns of a masked reply that say more than their words one by one, in the plain form that the grammar reads.

``turned`` rewrites a folded reply whose mentions are placeholders, so that what it says of an option stands behind it: "everything
but ▢ is wrong" and "nothing but ▢ fits" become "▢ is correct", "everything but ▢ fits" becomes "▢ is wrong". So do comparisons ("▢
beats ▢"), verdicts in cells of a table, percentages of every option, second thoughts, and what some languages put behind the mention (``▢ではなく``,
``▢ नहीं``, ``▢ değil``). Every pattern looks at a bounded stretch, so the time is linear in the text.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.asides.denials import denied
from metrics.commitment.asides.elsewhere import aimed
from metrics.commitment.asides.looks import looked_at
from metrics.commitment.asides.rules import Rule, rewritten
from metrics.commitment.asides.scores import scored
from metrics.commitment.mentions import MENTION
from metrics.text import late

_X: Final = rf"[(\[\"'«「]{{0,2}}(?:(?:the )?(?:option|choice|answer|letter) |an? |the )?[(\[\"'«「]{{0,2}}(?P<x>{MENTION})[)\]\"'»」]{{0,2}}"
_ALONE: Final = rf"(?!\s*(?:,|/|&|\b(?:and|or|nor)\b)\s*(?:or |and )?[(\[\"']*{MENTION})"
_WRONG: Final = (
    r"(?:wrong|incorrect|false|excluded|ruled out|rule out|eliminated|eliminate|exclude|dismissed|discarded|rejected|implausible|impossible|unlikely|inaccurate|invalid"
    r"|distractors?|misleading|nonsense|crossed out|off the table|out of the question|out|contradicted|not|n't|cannot|can't|fails?|no sense)"
)
_HAS_WRONG: Final = late.compile(rf"(?:\b|(?=n't)){_WRONG}(?!\w)")
_EXCEPT: Final = r"(?:but(?: for)?|except(?: for)?|excepting|excluding|save(?: for)?|other than|else than|else but|apart from|aside from|besides|than|outside of|bar)"
_NOUNS: Final = r"(?:ones?|options?|choices?|answers?|candidates?|alternatives?|labels?|possibilit(?:y|ies)|things?|explanations?)"
_ALL_BUT: Final = late.compile(
    r"(?P<before>(?:\b(?:rul\w+ out|exclud\w+|eliminat\w+|reject\w*|dismiss\w*|discard\w*|cross\w* out)|(?:\bnot|n't|\bcannot|\bnever)(?: [\w']+){0,3}) )?"
    r"\b(?P<many>everything|anything|all|every|each|any|nothing|none|no(?! wait))(?: of)?(?: (?:the|these|those|them))?(?: (?:other|others|given|listed|remaining|rest))?"
    rf"(?: {_NOUNS})?,? {_EXCEPT} {_X}{_ALONE}(?P<said>(?:\s*,)?\s+[^.,;:!?\n\ue000-\uf000]{{1,60}})?"
)
_ALL_WRONG_BUT: Final = late.compile(
    r"\b(?P<many>everything|all|every|each|any|they|these|nothing|none|no)\b(?P<said>[^.,;:!?\n\ue000-\uf000]{1,50}?),? "
    rf"(?:but|except(?: for)?|save for|other than|apart from|aside from|besides) {_X}{_ALONE}(?=\s*(?:[.,;!\n]|\Z))"
)
_EXCEPT_FIRST: Final = late.compile(
    rf"(?:\A|(?<=[.;:!\n]))\s*(?:so |and |hence |thus )?(?:with the exception of|except(?: for)?|but for|apart from|aside from|besides|other than) {_X}\s*,?\s*"
    r"(?P<many>everything|all|every|each|any|they|the|nothing|none|no)\b(?P<said>[^.,;:!?\n\ue000-\uf000]{1,70})"
)
_NONE: Final = frozenset({"nothing", "none", "no"})


def _all_but(match: re.Match[str]) -> str:
    said = match["said"] or ""
    wrong = _HAS_WRONG.search(said) is not None
    before = match.groupdict().get("before") or ""
    excluded = before and not before.startswith(("not", "n't", "cannot", "never"))
    turns_it = match["many"] in _NONE or excluded or (before and match["many"].startswith("any"))
    right = wrong != bool(turns_it)
    return f" {match['x']} is {'correct' if right else 'wrong'} "


def _as_before(match: re.Match[str]) -> str:
    """Give a mention the verdict of what stands before it: "▢ is wrong, and so is ▢"."""
    before = match.string[max(0, match.start() - 80) : match.start()]
    said = before.rstrip(" .,;\n")
    said = said[max(said.rfind(sign) for sign in ".;\n") + 1 :]
    if "whether" in said:
        return f" whether {match['x']} "
    wrong = match["w"] in ("neither", "nor", "either") or _HAS_WRONG.search(said) is not None
    return f" {match['x']} is {'wrong' if wrong else 'also correct'} "


_ONLY: Final = rf"\bonly (?:the )?{_X}"
_NO_LESS: Final = r"(?:wrong|incorrect|false|excluded|ruled out|eliminated|impossible|implausible|contradicted|dismissed|discarded|rejected)"
_BETTER: Final = r"beats|outranks|outperforms|outscores|trumps|outweighs|defeats|wins (?:out )?(?:over|against)|is ahead of|surpasses|tops|edges out|is preferable to|is superior to|>{1,3}|more than"
_M: Final = MENTION
_CLOSE: Final = r"[)\]\"']{0,2}"
_OPENING: Final = r"[(\[\"']{0,2}"
_YES: Final = r"(?:yes|correct|right|true)"
_NO: Final = r"(?:no|wrong|false|incorrect)"

_RULES: Final[tuple[Rule, ...]] = (
    # all but one
    (late.compile(rf"\bwhat else (?:than|but|except|other than|if not|could it be(?: than| but| if not)?) {_X}\s*[?!.]*"), r" it is \g<x>. "),
    (late.compile(rf"\bif (?:it|this|that)(?:'s not| is not| isn't| was not| wasn't) {_X}\s*,? (?:then )?(?:i (?:don't|do not|wouldn't|really don't) know|i have no idea|i've no idea)[^.\n]{{0,40}}"), r" it is \g<x> "),
    (late.compile(rf"\bno (?:real |other )?alternatives? to {_X}"), r" \g<x> is correct "),
    (late.compile(rf"\b(?:can|could)(?: not|not|n't) (?:possibly )?be (?:anything|anyone|something)(?: else| other)? {_EXCEPT} {_X}"), r" it is \g<x> "),
    (_ALL_BUT, _all_but),
    (_EXCEPT_FIRST, _all_but),
    (_ALL_WRONG_BUT, _all_but),
    (late.compile(rf"{_ONLY} (?:(?:is|was|are|seems?) ?(?:not|n't)(?: \w+ly)? {_NO_LESS}|(?:can't|cannot|can not|couldn't|could not) be {_NO_LESS})"), r" \g<x> is correct "),
    (late.compile(rf"{_X} (?:is|was) the only {_NOUNS} (?:that |which )?(?:(?:does|do|did)(?: not|n't)|(?:is|was)(?: not|n't) (?!{_NO_LESS})|(?:cannot|can't|could not|couldn't) (?!be ))"), r" \g<x> is wrong "),
    (late.compile(rf"\bthe only {_NOUNS} (?:(?:that|which) )?(?:(?:is|are|was) )?(?:i |we )?(?:not|isn't|wasn't|can't|cannot|can not|couldn't|could not)(?: be)? (?:{_NO_LESS}|rule out|exclude|eliminate|dismiss|discard|reject)\b"), " the answer "),
    (late.compile(rf"\bthe only {_NOUNS} (?:(?:that|which) )?(?:(?:is|was|can be|could be) )?(?:{_NO_LESS}|(?:i|we|you) (?:can|could|would) (?:rule out|exclude|eliminate|dismiss|discard|reject))\b"), " the wrong option "),
    # comparisons
    (late.compile(rf"(?P<x>{_M}){_CLOSE} ?(?:(?:is|was) )?(?:no|not any|hardly any) (?:better|likelier|more \w+) than {_OPENING}(?={_M})"), r"\g<x> or "),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} ?(?<![-=])(?:{_BETTER}) ?{_OPENING}(?={_M})"), r"\g<x> rather than "),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} ?<(?![-=]) ?{_OPENING}(?={_M})"), r"\g<x> is less good than "),
    (late.compile(r"\b(?:worse|weaker|poorer|farther off) than\b|\binferior to\b"), "less good than"),
    (late.compile(rf"\b(?P<p>prefer|preferred|favou?r) {_X} (?:to|over) "), r"\g<p> \g<x> over "),
    (late.compile(rf"\b(?:i|we) like {_X} (?:better|more) than "), r"i choose \g<x> over "),
    (late.compile(rf"(?:\A|(?<=[.\n,;]))\s*(?:out )?of (?={_OPENING}{_M}{_CLOSE}(?:,| and| or))"), " between "),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} if [^.;\n\ue000-\uf000]{{1,40}}[,;] ?(?:and |or |but )?(?={_OPENING}{_M}{_CLOSE} (?:if|otherwise)\b|otherwise\b)"), r"\g<x> or "),
    (late.compile(rf"(?P<x>{_M}){_CLOSE},? (?:though|although|but|or|and)? ?(?:it |this |that )?(?:could|might|may|can) (?:just as well|equally(?: well)?|as easily|just as easily|as well) (?:also )?be (?={_OPENING}(?:an? |the )?{_M})"), r"\g<x> or "),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} (?:is|was|would be|comes?) (?:only |just )?(?:my |the |a )?(?:close |distant )?(?:second|third|fourth|last)(?: (?:choice|option|guess|pick|best|place))?(?=\s*(?:[.,;!\n]|\Z))"), r"\g<x> is wrong"),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} (?:is|would be|comes) (?:my |the )?(?:first|top)(?: (?:choice|option|guess|pick))?(?=\s*(?:[.,;!\n]|\Z))"), r"\g<x> is correct"),
    (late.compile(rf"\bmy (?:second|third|next) (?:choice|option|guess|pick) (?:is|would be|was|being) {_X}"), r" not \g<x> "),
    # second thoughts
    (late.compile(rf"(?P<x>{_M}){_CLOSE}\s*[.,;…—(-]{{1,6}}\s*(?:(?:oh|well|hmm|ah|or)[,.\s…]+)?(?:(?:no|nope|nah|er|erm|uh)(?: no| wait)*\s*[,.:;…—-]{{1,6}}|edit\s*:|make it)\s*(?={_OPENING}(?:the )?(?:it is |it's )?{_M})"), r"\g<x>, no wait, "),
    (late.compile(r"\b(?:updated|corrected|revised|amended|changed) (?:final )?(answer|choice|response)\b"), r"no wait, the \1"),
    (late.compile(rf"\bchang\w+ (?:my|the) (?:answer|choice|mind) from {_X} to "), r" \g<x>, no wait, "),
    (late.compile(r"\b(?:(?:i'm|i am|we are|we're) )?left with\b|\bthe (?:one|option|only one) (?:left|that remains|remaining) is\b"), " that leaves "),
    # verdicts next to a mention
    (late.compile(rf"(?P<x>{_M}){_CLOSE}\s*(?:option )?(?P<v>correct|wrong) (?:is|are)\b"), r"\g<x> is \g<v>"),
    (late.compile(rf"(?P<x>{_M}){_CLOSE}\s*\|\s*{_YES}\s*(?=\||\n|\Z)|(?P<y>{_M}){_CLOSE}[.)]\s+{_YES}\s*(?=\n|\Z)"), lambda m: f"{m['x'] or m['y']} is correct"),
    (late.compile(rf"(?P<x>{_M}){_CLOSE}\s*\|\s*{_NO}\s*(?=\||\n|\Z)|(?P<y>{_M}){_CLOSE}[.)]\s+{_NO}\s*(?=\n|\Z)"), lambda m: f"{m['x'] or m['y']} is wrong"),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} (?:(?:is )?out(?=\s*(?:[,.;\n]|\Z))|falls? (?:away|out)|drops? (?:away|out))"), r"\g<x> is wrong"),
    (late.compile(rf"(?P<x>{_M}){_CLOSE} (?:(?:is )?in(?=\s*(?:[,.;\n]|\Z))|alone (?:fits|works|is|matches|remains|makes)|(?:survives|passes|stays)(?=\s*(?:[,.;\n]|\Z)))(?!\w)"), r"\g<x> is correct"),
    (late.compile(rf"\bsoit {_X},? (?:ou )?soit (?={_OPENING}{_M})"), r"\g<x> or "),
    (late.compile(rf"{_X} hay(?: là)? (?={_OPENING}{_M})"), r"\g<x> or "),
    (late.compile(rf"\bya {_X} ya(?: da)? (?={_OPENING}{_M})"), r"\g<x> or "),
    (late.compile(rf"\b(?:and |but )?(?P<w>so|neither|nor|as) (?:is|are|does|do|was|were|would be|can|could be|has) {_X}(?: (?:one|option|label|choice|answer|class))?(?=\s*(?:[.,;!\n]|\Z))"), _as_before),
    (late.compile(rf"(?:(?<=[.;\n,])|\band ) ?{_X}(?: (?:one|option|label|choice|answer|class))?(?: (?:is|was|does))? (?P<w>too|as well|likewise|either)(?=\s*(?:[.,;!\n]|\Z))"), _as_before),
)  # fmt: skip

_OTHER_SCRIPTS: Final = late.compile(
    "[\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]|değil|dışında|hariç|yerine|şıkkı|seçene"
)
_IS_WRONG: Final = r" not \g<x>, "
_IS_RIGHT: Final = r" \g<x> is correct "
_BEHIND: Final[tuple[Rule, ...]] = (
    # Chinese
    (late.compile(rf"除(?:了|去)?{_X}(?:以外|之外|外)?[,，、\s]*(?:其他|其它|其余|别的|剩下)?的?(?:选项|选择|答案)?(?:全部|全|都|均|皆)?是?(?:不对|不正确|不是|不符合|不合适|不行|不可能|错|排除)"), _IS_RIGHT),
    (late.compile(rf"除(?:了|去)?{_X}(?:以外|之外|外)?[,，、\s]*(?:其他|其它|其余|别的)?的?(?:选项|选择|答案)?(?:全部|全|都|均|皆)"), _IS_WRONG),
    (late.compile(rf"(?:只有|唯有|仅有){_X}(?:是|才是)?(?:不对|不正确|不符合|错|不是|不合适)"), _IS_WRONG),
    (late.compile(rf"与其说是?{_X}[,，]?"), _IS_WRONG),
    (late.compile(rf"(?:比起|相比于?|相较于){_X}[,，]?"), _IS_WRONG),
    (late.compile(rf"(?P<x>{_M})比{_OPENING}{_M}{_CLOSE}更(?:为)?(?:合适|符合|可能|准确|贴切|合理|好|像)"), _IS_RIGHT),
    (late.compile(rf"(?:排除(?:了|掉)?)(?P<x>(?:{_M}|[、,，和与及])+)[,，;；]?(?:剩下|只剩|所以|因此|选)"), lambda m: "".join(f" not {c}, " for c in m["x"] if re.match(_M, c)) + " so "),
    (late.compile(rf"{_X}(?:是)?(?:错了|不对劲)"), _IS_WRONG),
    # Japanese
    (late.compile(rf"{_X}以外は?(?:すべて|全て|全部|みんな|どれも|全)?(?:間違|違|不正解|誤|正しく(?:ない|あり)|当てはまら|あり得|ありえ|除外)"), _IS_RIGHT),
    (late.compile(rf"{_X}以外は?(?:すべて|全て|全部|みんな|どれも|全)"), _IS_WRONG),
    (late.compile(rf"{_X}(?:だけ|のみ)(?:が|は)(?:間違|違|不正解|誤|正しく(?:ない|あり))"), _IS_WRONG),
    (late.compile(rf"{_X}しか(?:ない|あり(?:ません|得)|考えられ)"), _IS_RIGHT),
    (late.compile(rf"{_X}(?:が|は)(?:正しい|正解だ?)とは(?:思|言|限)\w{{0,2}}(?:いません|わない|えない|えません|らない|りません)"), _IS_WRONG),
    (late.compile(rf"{_X}、?(?:では|じゃ|で)(?:なく|ない)て?[、,]?"), _IS_WRONG),
    (late.compile(rf"{_X}(?:の(?:方|ほう))?より(?:も|は)?[、,]?(?=\s*{_OPENING}{_M})"), _IS_WRONG),
    (late.compile(rf"(?P<x>{_M})(?:と|や|、)(?P<y>{_M})(?:と|や|、)?(?P<z>{_M})?(?:は|を)(?:除外|除い|外)"), lambda m: "".join(f" not {m[n]}, " for n in "xyz" if m[n]) + " so "),
    # Korean
    (late.compile(rf"{_X}(?:을|를|이|가)? ?(?:외에는|외에|말고는|제외하고|제외한|빼고) ?(?:모두|다|전부|나머지는?)? ?(?:틀|아니|아닙|오답)"), _IS_RIGHT),
    (late.compile(rf"(?P<x>{_M})(?:와|과|,|하고) ?(?P<y>{_M})(?:을|를|은|는)? ?제외하고"), r" not \g<x>, not \g<y>, so "),
    (late.compile(rf"{_X}(?:을|를)? ?(?:외에는|외에|말고는|제외하고|빼고) ?(?:모두|다|전부)"), _IS_WRONG),
    (late.compile(rf"{_X}만 ?(?:틀|오답|아니|아닙)"), _IS_WRONG),
    (late.compile(rf"{_X}(?:이|가|은|는)? ?(?:틀렸|틀린|틀립|오답)"), _IS_WRONG),
    (late.compile(rf"{_X}(?:이|가)? ?아니(?:라|고),?"), _IS_WRONG),
    (late.compile(rf"{_X} ?(?:말고|대신에?),?"), _IS_WRONG),
    (late.compile(rf"{_X}보다는? ?(?={_OPENING}{_M})"), _IS_WRONG),
    (late.compile(rf"{_X}(?:나|이나|거나) (?={_OPENING}{_M})"), r"\g<x> or "),
    # Hindi
    (late.compile(rf"{_X} (?:को छोड़कर|के अलावा|के सिवा)(?P<said>[^.।\n\ue000-\uf000]{{0,40}})"), lambda m: f" {m['x']} is {'correct' if 'wrong' in m['said'] else 'wrong'} "),
    (late.compile(rf"{_X} (?:नहीं|के बजाय|की जगह|की बजाय)"), _IS_WRONG),
    # Turkish
    (late.compile(rf"{_X} (?:dışında|hariç)(?P<said>[^.\n\ue000-\uf000]{{0,40}})"), lambda m: f" {m['x']} is {'correct' if 'wrong' in m['said'] else 'wrong'} "),
    (late.compile(rf"{_X} (?:seçeneği |şıkkı )?(?:değil|yerine)"), _IS_WRONG),
)  # fmt: skip


def turned(text: str) -> str:
    r"""Return a masked, folded reply with its turns in plain form.

    >>> turned("everything but \ue800 is wrong.").strip()
    '\ue800 is correct .'
    """
    text = denied(looked_at(aimed(text)))
    text = rewritten(text, _RULES)
    if _OTHER_SCRIPTS.search(text):
        text = rewritten(text, _BEHIND)
    return scored(text)
