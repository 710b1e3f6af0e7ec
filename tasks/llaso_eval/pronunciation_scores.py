"""Accuracy, prosody and fluency of a reply, of which the sentences about them are first put into a plain order.

``metrics.text.three_scores`` reads a name and its number. Here, before that, numerals of Chinese and Japanese become digits; what a reader
other than the one that is heard would get is left out; "both 4" and "first 9, now I settle on 6" become a name and its number; "then 2 for
prosody" after "accuracy 2" does, too; and a score that is taken back goes, with its name, so that it counts only if it is given anew. The
words are closed lists, and every pattern looks at a bounded stretch of a reply.
"""

from __future__ import annotations

from typing import Final

from metrics.text import late as re
from metrics.text.reasoning import without_reasoning
from metrics.text.three_scores import named_scores
from tasks.llaso_eval.taken_back import NUMBER, taken_back

NAMES: Final = {
    "accuracy": "accura(?:cy|te)|准确[度性率]|準確[度性率]|正確[さ性度]|정확[도성]|genauigkeit|précision|precisi[óo]n|exactitud|precisão|precisione|точность",
    "prosodic": r"proso\w*|韵律|韻律|语调|語調|운율|просодия|интонация",
    "fluency": r"fluen\w*|流[利畅暢]度|流暢[さ性]|유창[성함도]|flüssigkeit|fluidité|fluidez|fluidità|беглость",
}
OTHERS: Final = r"total|overall|completeness|sum|average|(?<!\bi )mean|final|总分|總分|总体|整体|综合|完整[度性]|合計|総合|총점|gesamt\w*"
_LONGEST: Final = 20_000
"""Characters at the end of a reply in which sentences are put into order; a longer one is read as it is."""

_NAME: Final = f"(?:{'|'.join(NAMES.values())})"
_ENDS: Final = r"(?= ?(?:[.,;!?)\n]|\Z| ?(?:and|while|but|because|since|whereas|points?|marks?)\b))"
_ALONE: Final = r"(?! ?(?:or|to|and a|-|–|~|/|\+|%)(?:\b|(?<=\W)))"
"""Behind a number, what would make it one of two."""


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_KEYS: Final = {key: _pattern(pattern) for key, pattern in NAMES.items()}
_MENTION: Final = _pattern(rf"(?<![a-z]){_NAME}(?![a-z])")

# --- numerals -------------------------------------------------------------------------------------
_HAN: Final = "零一二三四五六七八九十"
_HAN_SCORE: Final = _pattern(
    rf"(?P<lead>(?:{_NAME})(?:得分|分数|分數|评分|評分|の点数|のスコア)?[ ]?(?:是|为|為|给|給|得|は|が|[:：])?[ ]?)(?P<numeral>[{_HAN}〇两])"
    r"(?:[ ]?[分点點](?:です|でした|だ)?)?(?=[\s。，、；;,.)）(（]|\Z)"
)
_HAN_SCALE: Final = re.compile(r"[（(]满分[^）)\n]{1,6}[）)]")
_HAN_DOUBT: Final = re.compile(r"[或~〜～]|可能|也许|也許|大概|不是|并非|かも|ではな|じゃな|恐らく")


def _digits(match: re.Match[str]) -> str:
    value = _HAN.find({"〇": "零", "两": "二"}.get(match["numeral"], match["numeral"]))
    return f"{match['lead']}{value}"


# --- scores of others -----------------------------------------------------------------------------
_OTHER: Final = (
    r"(?:(?:an?|any|every|the|most|other|many|some|her|his|their|your|my) )?(?:[a-z]{2,14} ){0,2}?(?:natives?(?:[ -]speakers?)?|native (?:reader|listener|adult|child)|professionals?|professional (?:reader|speaker|actor|announcer)s?|experts?|newsreaders?"
    r"|announcers?|actors?|learners|classmates?|peers|others|reference (?:speaker|reader|reading|recording|audio)|model (?:speaker|reader|reading|answer|recording)|(?:perfect|flawless|ideal|textbook|average|typical) (?:reading|reader|speaker|learner|student|performance|recording)|(?:previous|other|earlier|first|last) (?:speaker|reader|clip|learner|student|recording))"
)
_WOULD: Final = (
    r"(?:would|might|could|should|will|usually|normally|typically|always|often|generally)"
)
_GETS: Final = r"(?:gets?|scores?|has|have|had|be|is|receives?|reach(?:es)?|achieves?|earns?|obtains?|got|scored|land(?:s)? at|deserves?)"
_START: Final = r"(?:^|(?<=[.;!?\n,(] )|(?<=[.;!?\n(])|(?<=while )|(?<=whereas )|(?<=where )|(?<=but )|(?<=though )|(?<=although ))"
_END: Final = r"[^.;!?\n]{0,160}?(?=[.;!?\n](?!\d)|,? (?:but|while|whereas|yet|however)\b|, (?:this|here|the (?:learner|reader|speaker|clip|one)|i)\b|\Z)"
_OF_OTHERS: Final = _pattern(
    rf"{_START}(?:(?!the )(?!this )(?!that ){_OTHER}(?: {_WOULD})?|(?:the|this|that) (?:reference|model|other|previous|earlier|last) [a-z]{{4,10}}(?: {_WOULD})?|{_OTHER} {_WOULD})(?: [a-z]{{2,12}}ly)? {_GETS}\b{_END}"
)
"""A clause about what somebody else gets: it is never the score."""
_IF_OTHERS: Final = _pattern(
    rf"{_START}if (?:it|this|she|he|they|an?|the)\b[^.;!?\n]{{0,40}}?\b{_OTHER}\b[^.;!?\n]{{0,160}}"
    rf"|{_START}[^.;!?\n]{{0,120}}\b(?:is|are|would be)(?: about| roughly)? (?:what|the (?:scores?|ratings?|marks?) of) {_OTHER}\b[^.;!?\n]{{0,60}}"
)
"""A sentence of which the scores are those of somebody else."""
_BY_OTHERS: Final = _pattern(
    rf"{_START}(?:{_OTHER}|(?:an?|the|her|his|their|another|other) (?:teachers?|raters?|judges?|listeners?|examiners?)) {_WOULD} (?:\w+ )?(?:give|award|say|rate|put|grade)\b{_END}"
    rf"|{_START}(?:the )?(?:average|typical|usual|expected|target|required|maximum|minimum|best possible|passing) (?:{_NAME}|score|mark|rating|value)\b{_END}"
)
"""A clause about what others say: it is not the score if all of them are given elsewhere."""

# --- scores in other orders -----------------------------------------------------------------------
_LIST: Final = rf"{_NAME}(?:(?:, and|,| and| &| as well as) {_NAME}){{1,2}}"
_BOTH: Final = r"(?:both|each|all|alike|apiece|equally|the same)"
_VERB: Final = (
    r"(?:are|is|gets?|receives?|have|has|score|scores|earn|deserve|at|stand at|come out at|rated?)"
)
_SHARED: Final = _pattern(
    rf"(?:\b(?P<first>both|each of|all of) )?(?<![a-z])(?P<list>{_LIST})(?: (?:scores?|ratings?))?,?[ ]?:?(?: ?{_VERB})?(?P<mid> {_BOTH}(?: {_VERB})?)?(?: an?)? (?P<number>{NUMBER})(?P<last> (?:each|apiece|alike|both|as well)\b)?{_ALONE}{_ENDS}"
    rf"|(?P<lead>{NUMBER})(?P<each> (?:each|apiece|both))? (?:for|in|on) (?P<two>both )?(?P<names>{_LIST})(?P<tail> (?:alike|each|equally)\b)?(?![a-z])"
)


def _each(match: re.Match[str]) -> str:
    """Give each of some names the number that they share; a number that is not said of each stays."""
    parts = match.groupdict()
    if not any(parts[part] for part in ("first", "mid", "last", "each", "two", "tail")):
        return match[0]
    number = parts["number"] or parts["lead"]
    names = _MENTION.findall(parts["list"] or parts["names"] or "")
    return "; ".join(f"{name}: {number}" for name in names)


_SETTLES: Final = r"(?:(?<=\bi )(?<!would )|(?<=\bwe )|(?<=\bthen )|(?<=\band )|(?<=\bbut )|(?<=\bfinally )|(?<=\bnow )|(?<=\bhave )|(?<=, )|(?=final|my final|the final))(?:settle[ds]?(?: down)? (?:on|for|at)|end(?:ed)? up (?:at|with|on)|decide[ds]? (?:on|for)|land(?:ed)? (?:on|at)|opt(?:ed)? for|conclude with|come down to|finally(?: give| say)?|(?:my |the )?final (?:value|score|mark|answer|verdict)(?: is| of|:)?|now (?:give|say)|corrected? (?:it )?to|(?:lower|raise|change|revise)d? (?:it|this|that) to)"
_FIRST: Final = r"(?:first|initially|originally|started (?:out )?at|going to say|(?:i )?thought)"
_GAP: Final = rf"(?:(?!\b(?:not|never|nor|unless|if|maybe|perhaps|or|{_NAME})\b|n't)[^.!?\n\d])"
_SETTLED: Final = _pattern(
    rf"(?<![a-z])(?P<name>{_NAME})(?![a-z])(?:(?!{_NAME})[^.!?\n\d]){{0,60}}?{NUMBER}{_GAP}{{1,90}}?\b{_SETTLES} (?:an? |the )?(?P<number>{NUMBER}){_ALONE}(?! (?:if|unless|when|in case|were)\b)"
)
_UNSETTLED: Final = _pattern(
    rf"(?<![a-z]){_NAME}(?![a-z])(?=(?:(?!{_NAME})[^.!?\n]){{0,60}}\b(?:first|initially|originally) (?:\w+ )?(?:seemed|sounded|looked|appeared|felt)\b)(?:(?!{_NAME})[^.!?\n\d]){{0,60}}?{NUMBER},? but (?:(?!{_NAME}|\b{NUMBER})[^.!?\n]){{1,120}}(?=[.!?\n]|\Z)"
)


def _settled(match: re.Match[str]) -> str:
    """Keep the name and the number that a reply settles on, if the one before it was only the first."""
    text = match.string
    said = text[max(0, match.start() - 40) : match.start()].rpartition(".")[2] + match[0]
    return f"{match['name']}: {match['number']}" if _AT_FIRST.search(said) else match[0]


_AT_FIRST: Final = _pattern(rf"\b{_FIRST}\b")
_FOR: Final = _pattern(
    rf"(?<!or )(?<!to )(?<!minus )(?<!lost )(?<!lose )(?<!loses )(?<!deduct )(?<!deducted )(?<!off )(?<!dock )(?<!docked )(?<!subtract )(?<!add )(?<!plus )(?<!less )(?<!penalty of )(?<!deduction of )(?<!off of )(?<!down by )(?<![-–~/] )(?<![-–~/])(?P<number>{NUMBER})(?: points?| marks?)? for (?:the |its |their )?(?P<name>{_NAME})(?![a-z])(?![ ]{{0,2}}(?:score |rating )?(?:[:=]|is |at |of |gets )?[ ]{{0,2}}(?:an? )?{NUMBER})"
)
_NAMED_BEFORE: Final = _pattern(
    rf"(?<![a-z]){_NAME}(?: (?:score|rating))?[ ]?(?:is|was|[:=]|of|at|gets)?[ ]?\Z"
)


def _named_first(text: str) -> str:
    """Put "6 for prosody" as "prosody: 6" where other names stand before their numbers."""
    found = [
        match
        for match in _FOR.finditer(text)
        if not _NAMED_BEFORE.search(text[max(0, match.start() - 40) : match.start()])
    ]
    if not found or len(found) == sum(1 for _ in _MENTION.finditer(text)):
        return text
    for match in reversed(found):
        text = f"{text[: match.start()]}{match['name']}: {match['number']}{text[match.end() :]}"
    return text


# --- scores that are taken back -------------------------------------------------------------------
_SCORE: Final = r"(?:scores?|ratings?|marks?|points|grades?|values?|numbers?|figures?|verdicts?)"
_ENDS_ROW: Final = re.compile(r"[.;!?\n]")
_SAID: Final = re.compile(r'"[^"\n]{0,200}"')
_PLURAL: Final = _pattern(r"\b(?:all|these|those|them|everything|both|scores|ratings|marks)\b")
_ANEW: Final = _pattern(
    rf"[\s.,:;()—-]{{0,4}}(?:(?:and|but|so|i|i'd|i'll|it|that|would|will|now|instead|give|say|make|it's|is|that's|should|be|rather|actually|no|an?|the|score|mark|rating|of|to|with|for|replace|put|set|at|better|(?P<name>{_NAME}))[\s,:]{{1,3}}){{0,8}}(?P<number>{NUMBER})(?= ?(?:[.;,!\n)]|\Z))"
)
_BEFORE_NAME: Final = _pattern(rf"{NUMBER}(?: points?| marks?)? (?:for|in|on) (?:the |its )?\Z")
_NUMBERS: Final = _pattern(rf"{NUMBER}|[{_HAN}](?=[分点點])")


def _key(name: str) -> str:
    return next(key for key, pattern in _KEYS.items() if pattern.fullmatch(name))


def _without_taken_back(text: str) -> str:
    """Leave out the scores that a reply takes back, and their names; a new one in the same breath stays."""
    for start, end in reversed(taken_back(text, _NAME, _SCORE)):
        mentions = [(place, _key(place[0])) for place in _MENTION.finditer(text)]
        before = [one for one in mentions if one[0].start() < start]
        inside = {key for place, key in mentions if start <= place.start() < end}
        row = len(before) > 1 and not _ENDS_ROW.search(
            text, before[-2][0].end(), before[-1][0].start()
        )
        keys = inside or (
            set(NAMES) if _PLURAL.search(text, start, end) else {before[-1][1]} if before else set()
        )
        if {key for place, key in mentions if place.start() >= end} == set(NAMES):
            return text[end:]
        head, taken = _masked(text[:start], before, keys)
        if not taken:
            continue
        tail = text[end:]
        anew = _ANEW.match(tail)
        if (
            anew is not None
            and len(keys) == 1
            and (inside or not row)
            and keys.issuperset(map(_key, filter(None, [anew["name"]])))
        ):
            (key,) = keys
            name = next(place[0] for place, its in mentions if its == key)
            tail = f" {name}: {anew['number']}{tail[anew.end() :]}"
        text = head + tail
    return text


def _masked(
    head: str, mentions: list[tuple[re.Match[str], str]], keys: set[str]
) -> tuple[str, bool]:
    """Return a text with blanks in place of some names and their numbers, and whether there were numbers."""
    taken = False
    letters = list(head)
    for index, (place, key) in enumerate(mentions):
        if key not in keys:
            continue
        stop = mentions[index + 1][0].start() if index + 1 < len(mentions) else len(head)
        spans = [match.span() for match in _NUMBERS.finditer(head, place.end(), stop)]
        ahead = _BEFORE_NAME.search(head, max(0, place.start() - 40), place.start())
        following = _BEFORE_NAME.search(head, max(place.end(), stop - 40), stop)
        if following is not None and index + 1 < len(mentions):
            spans = [span for span in spans if span[0] < following.start()]
        if ahead is not None:
            spans.append((ahead.start(), place.start()))
        taken = taken or bool(spans)
        for start, end in [place.span(), *spans]:
            letters[start:end] = " " * (end - start)
    return "".join(letters), taken


def pronunciation_scores(text: str) -> dict[str, float] | None:
    """Return accuracy, prosody and fluency, ``None`` unless all three are read.

    Args:
        text: the reply.

    >>> pronunciation_scores("Accuracy 7, then 6 for prosody and 5 for fluency.")
    {'accuracy': 7.0, 'prosodic': 6.0, 'fluency': 5.0}
    >>> pronunciation_scores("Accuracy: 7. I withdraw that score. Prosody: 6. Fluency: 5.") is None
    True
    """
    if len(text) <= _LONGEST:
        text = _in_order(without_reasoning(text))
    return named_scores(text, NAMES, OTHERS)


def _in_order(text: str) -> str:
    plain = re.sub(r"[*`]+", "", text.replace("’", "'"))
    if len({_key(name) for name in _MENTION.findall(plain)}) < len(NAMES) and plain.isascii():
        return plain  # a name is missing: nothing that follows finds it
    if not plain.isascii() and not _HAN_DOUBT.search(plain):
        plain = _HAN_SCORE.sub(_digits, _HAN_SCALE.sub("", plain))
    plain = _SAID.sub(_unless_scored, plain)
    plain = _OF_OTHERS.sub(_if_scored, _IF_OTHERS.sub(_if_scored, plain))
    rest = _BY_OTHERS.sub(_if_scored, plain)
    if {_key(name) for name in _MENTION.findall(rest)} == set(NAMES):
        plain = rest
    plain = _SHARED.sub(_each, plain)
    plain = _SETTLED.sub(_settled, plain)
    plain = _UNSETTLED.sub("", plain)
    return _named_first(_without_taken_back(plain))


def _unless_scored(match: re.Match[str]) -> str:
    """Leave out what is quoted, unless it is a name or a number, as in data."""
    kept = " " not in match[0] or _MENTION.search(match[0]) or any(map(str.isdigit, match[0]))
    return match[0] if kept else '""'


def _if_scored(match: re.Match[str]) -> str:
    """Leave out a clause that names a score and a number."""
    scored = _MENTION.search(match[0]) and _NUMBERS.search(match[0])
    return "" if scored else match[0]
