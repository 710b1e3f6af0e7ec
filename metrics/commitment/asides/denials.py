"""Denials, bounds and quotations around a mention, in the plain words that the grammar reads.

``denied`` rewrites a masked, folded reply: an absence ("devoid of ▢", ``没有▢``, "▢ отсутствует"), a negation of a language that the
grammar does not know ("nie ▢", "bukan ▢"), a bound ("at least ▢", "▢ or more"), what is taken back, and what the clip says in quotes
("the text says 'I am so ▢'"). Every pattern looks at a bounded stretch.
"""

from __future__ import annotations

import re
from typing import Final

from metrics.commitment.asides.rules import HintedRule, Rule, hinted, rewritten
from metrics.commitment.mentions import LETTER, MENTION, TEXT
from metrics.text import late

_M: Final = MENTION
_O: Final = r"[(\[\"'«「]{0,2}(?:(?:the |an? )?(?:option|choice|answer|letter) |an? |the |any )?[(\[\"'«「]{0,2}"
_C: Final = r"[)\]\"'»」]{0,2}"
_X: Final = rf"{_O}(?P<x>{_M}){_C}"
_OUT: Final = r"(?=\s*(?:[.,;:!?\n)]|\Z))"
_STOP: Final = r"(?=\s*(?:[.,;:!?\n)]|\Z))"
_FILL: Final = r"(?:(?!(?:but|and|so|or|if|not|other|anything|better|rather|never|doubt|deny|denies|dispute|disagree|wrong|question)\b|[a-z]+n't\b)[a-z']+ ){0,6}?"
"""Words between a denial and what it denies: none that turns it, and no sign."""
_NOUN: Final = r"(?:thing|word|option|answer|one|label|choice|guess)"
_QUOTE: Final = r"(?:\"[^\"\n]{1,240}\"|(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){1,240}'(?!\w))"
_SPEAKS: Final = (
    rf"\b(?:(?:speaker|person|man|woman|boy|girl|text|transcript|transcription|voice|he|she|they|lyrics?|words?|utterance|line|sentence|phrase|content|statement|singer|caller|speech|clip|recording|audio)|(?<={_M}))"
    r"(?: here| spoken| themselves| literally| actually| alone)? (?:says?|said|saying|reads?|is|are|was|were|states?|stated|goes|utters?|uttered|claims?|shouts?|sings?)(?: that| something like)?[\s,:]{0,3}"
)


def _unquoted(match: re.Match[str]) -> str:
    said = match["said"]
    others = _WORDS.sub("", said)
    return match["lead"] + ("that " if len(others) > 1 else said)


_WORDS: Final = late.compile(rf"[^\w\ue000-\uf000]+|{_M}|\b(?:an?|the|option|choice)\b")
_RULES: Final[tuple[Rule, ...]] = (
    (late.compile(rf"(?P<lead>{_SPEAKS})(?P<said>{_QUOTE})"), _unquoted),
    (late.compile(rf"\b(?:devoid of|free (?:of|from)|bereft of|empty of|(?:an? |the )?(?:complete |total |clear )?(?:absence|lack) of|lacking(?: in)?) {_X}"), r" not \g<x>"),
    (late.compile(rf"(?P<x>{_M}){_C} (?:is|was|would be) [^.\n\ue000-\uf000]{{1,60}}\.\s*(?:but |and )?(?:they|those people|most people)(?:'d be|'re| are| would be| were) (?:mistaken|wrong)\b"), r" \g<x> is wrong."),
    (late.compile(rf"{_X}(?P<e>[^.!\n\ue000-\uf000]{{0,20}}[.!;,])\s*(?:sorry, |but |no, )?i (?:take (?:that|it|this) back|retract (?:that|it|this)|withdraw (?:that|it|this)|was (?:wrong|mistaken)(?! (?:to doubt|not)))(?: now)?"), r" not \g<x>\g<e> no wait, "),
    (late.compile(rf",? but (?:it|this|that|she|he|they)? ?(?:might|may|could|can)(?: also| possibly| just as well| even)* be {_X}{_OUT}"), r", whether it is \g<x>"),
    # bounds
    (late.compile(rf"(?<!{_M} )\b(?:at least|at most|no (?:more|fewer|less) than|more than|fewer than|less than|up to|a minimum of|a maximum of) (?P<x>{TEXT})(?!\s+(?:likely|correct|right))"), r" whether \g<x>"),
    (late.compile(rf"(?P<x>{TEXT}) or (?:more|fewer|less|above|below|over|under|higher|lower)\b"), r" whether \g<x>"),
    # negations of other languages
    (late.compile(rf"(?<!\w)(?:nie jest|to nie|nie|bukanlah|bukan|tidak|ikke|ikkje|niet|inte|ei ole|není|nije|nem|niet de|niet het) {_X}"), r" not \g<x>"),
    (late.compile(rf"(?<!\w)no (?:está|esta|estaba|parece|suena|se siente|siente|hay)(?: (?:muy|tan|nada))? {_X}"), r" not \g<x>"),
    (late.compile(rf"(?<!\w)(?:sin|sem|senza|ohne|sans|без|zonder|bez|utan|uten) {_X}"), r" not \g<x>"),
)  # fmt: skip
_NEVER: Final[tuple[HintedRule, ...]] = (
    (("nothing ", "none ", "no "), late.compile(rf"\b(?:nothing|no (?:other )?(?:option|choice|answer|label|one)|none(?: of (?:them|these|the others))?)(?: else| here)? (?:fits?|matches|works|sounds|is|does|comes|suits) (?:it )?(?:better|closer|likelier|nearer|more \w+) (?:than|to) {_X}"), r" \g<x> is correct"),
    (("other than",), late.compile(rf"\b(?:can't|cannot|can not|couldn't|could not) be (?:anything |anyone |something )?other than {_X}"), r" \g<x> is correct"),
    (("by no ", "in no ", "under no ", "on no ", "at no ", "nowhere ", "not anywhere ", "way from", "way away from", "miles ", "light-years "), late.compile(rf"\b(?:by no (?:means|stretch(?: of the imagination)?)|in no (?:way|case|event|world|sense|respect)|under no (?:circumstances?|conditions?)|on no account|(?:nowhere|not anywhere) (?:near|close to)|(?:a long way|miles|light-years) (?:away )?from|at no (?:point|time|moment)) {_FILL}{_X}"), r" not \g<x>"),
    (("scarcely", "hardly", "seldom", "rarely"), late.compile(rf"\b(?:scarcely|hardly|seldom|rarely) (?:(?:is|was) (?:it|this|that) |(?:be |call(?:ed)? ))?{_X}"), r" not \g<x>"),
    (("no ", "zero ", "hardly ", "not a ", "slightest ", "the least ", "little "), late.compile(rf"\b(?:no|zero|not the slightest|not the least|hardly any|hardly a|not a|little) (?:chance|possibility|probability|likelihood|prospect|way|sign|hint|trace|indication|suggestion|evidence)(?: (?:here|at all|whatsoever))? (?:(?:of|that|for) )?{_FILL}{_X}"), r" not \g<x>"),
    (("none ", "nothing "), late.compile(rf"\b(?:none|nothing) (?:of|in|about|here|there|at all) ?(?:[\w']+ ){{0,5}}?(?:is|are|was|were|sounds?|suggests?|points?|fits?|matches|indicates?|says?|speaks|supports?|favou?rs?|implies|conveys|makes) {_FILL}{_X}"), r" not \g<x>"),
    (("no one", "no-one", "nobody", "no person", "no speaker", "no man", "no woman", "no voice", "no listener"), late.compile(rf"\b(?:no one|no-one|nobody|no (?:person|speaker|man|woman|voice|listener))(?: here| there| in (?:the|this) \w+)? (?:is|was|sounds?|seems?|appears?|feels?) {_FILL}{_X}"), r" not \g<x>"),
    ((" last ",), late.compile(rf"\bthe (?:very )?last {_NOUN} (?:that )?(?:(?:i|one|anyone|you|anybody|we)(?:'d| would| could) \w+(?: \w+)?|to (?:come to mind|choose|pick|say))(?: is| would be|:) {_X}"), r" not \g<x>"),
    ((" that ",), late.compile(rf"\b(?:out of the question|impossible|inconceivable|unthinkable|doubtful|improbable|implausible|untrue|wrong|false)(?: to me)? that {_FILL}{_X}"), r" not \g<x>"),
    (("refuse", "decline", "hesitate", "reluctant", "dare "), late.compile(rf"\bi (?:refuse|decline|hesitate|would hesitate|am reluctant|would not dare) to (?:say|choose|pick|select|call (?:it|this|that)|go (?:with|for)|answer)(?: that it is| it is)? {_X}"), r" not \g<x>"),
    ((" not", "n't"), late.compile(rf"{_O}(?P<x>{LETTER}){_C},? (?:it|this|that) (?:(?:is|are|was|were) (?:\w+ly )?not|isn't|aren't|wasn't|ain't){_STOP}"), r" not \g<x>"),
    (("hardly", "scarcely", "never", "no way", "not", "n't"), late.compile(rf"{_X}\s*(?:[,:?—–-]|\.{{2,3}}){{1,2}} ?(?:hardly|scarcely|never|no way|i (?:really )?(?:think|believe|guess) not|i don't (?:really )?think so|certainly not|surely not|absolutely not|definitely not){_STOP}"), r" not \g<x>"),
)  # fmt: skip
"""Never, nowhere, nothing: each with parts of words of which what it finds has one."""
_OTHER_SCRIPTS: Final = late.compile("[\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_NOT_IN_HAN: Final = (
    r"(?:并没有?|没有?|沒有?|并不|并未|毫无|毫不|缺乏|不存在|(?<![要差得不是对])不|(?<!毫)无|未)"
)
_BEHIND: Final[tuple[Rule, ...]] = (
    (late.compile(rf"{_X}(?:である|だという|という)?の?可能性(?:は|が|も)(?:かなり|とても|非常に|極めて|最も|ほとんど|まず)?(?:低|小さ|薄|な[いさ]|無|ありません|も?あ(?:る|ります)(?:が|けど|けれど)、?(?:低|小さ))"), r" not \g<x>, "),
    (late.compile(rf"{_X}的?(?:可能性|概率|几率|機率)(?:都|也|非常|比较|相对|较|很|更|最)?(?:小|低|不大|不高|微乎其微|几乎没有)"), r" not \g<x>, "),
    (late.compile(rf"{_X}(?:일|의|인)? ?가능성(?:은|이) ?(?:매우 |아주 |거의 |훨씬 |더 )?(?:낮|적|작|없|희박)"), r" not \g<x>, "),
    (late.compile(rf"{_NOT_IN_HAN}(?:很|太|怎么|那么|特别|是|感到|觉得|显得|表现出|任何|在|带有|含有|听起来|有){{0,3}}的?{_X}"), r" not \g<x>"),
    (late.compile(rf"{_X}(?:の(?:感情|気持ち|要素))?(?:は|が|も|では)(?:まったく|全く|ほとんど)?(?:ありません|ない|なく|なさそう|感じられ(?:ない|ません)|見られ(?:ない|ません)|聞こえ(?:ない|ません)|含まれ(?:ない|ません|てい(?:ない|ません)))"), r" not \g<x>, "),
    (late.compile(rf"{_X}(?:의 감정)?(?:이|가|은|는|도)? ?(?:전혀 )?(?:아니(?:다|에요|예요|야|며)|아닙니다|없(?:다|습니다|어요|음|고|으며)|(?:느껴|들리|보이)지(?:지)? 않\w*)"), r" not \g<x>, "),
    (late.compile(rf"{_X} (?:отсутствует|отсутствуют|не (?:слыш|ощущ|чувств|присутств|выраж|прослеж|заметн)\w*|нет{_OUT})"), r" not \g<x>"),
)  # fmt: skip


def denied(text: str) -> str:
    r"""Return a masked, folded reply with such denials in plain form.

    >>> denied("the tone is devoid of \ue800.")
    'the tone is  not \ue800.'
    """
    text = hinted(rewritten(text, _RULES), _NEVER)
    if _OTHER_SCRIPTS.search(text):
        text = rewritten(text, _BEHIND)
    return text
