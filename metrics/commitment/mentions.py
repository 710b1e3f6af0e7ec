"""Where a reply names an option: by its text, by its letter, by its number.

``mask`` replaces every mention by one placeholder character, so that the grammar of ``commitment`` sees
sentences like ``the answer is ▢, not ▢``. Option texts count wherever they stand as whole words. A letter
counts only where a reader takes it for one: in brackets or quotes, alone, at the end of a sentence, after
"option" or "answer is", before "is correct", next to other letters; the article ``a`` and the pronoun ``I``
do not. Weak forms (``no``, ``one``, ``none``) need a place where an answer is expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from metrics.commitment.choices import LATIN, WORD, Choices, form_key
from metrics.commitment.forms.places import with_places
from metrics.commitment.languages import translate
from metrics.text import late as re

TEXT_BASE: Final = 0xE000
LETTER_BASE: Final = 0xE800
CLASH: Final = "\uf000"
"""Placeholder of a letter and a text side by side that belong to different options."""
TEXT: Final = "[\ue000-\ue7ff]"
LETTER: Final = "[\ue800-\uefff]"
MENTION: Final = "[\ue000-\uf000]"
_LIMIT: Final = 0x800

_CONTENT: Final = (
    "(?:own )?(?:description|text|wording|statement|content|account|explanation|claim|scenario)"
)
"""What belongs to an option: "B's description"."""
_SINGLE: Final = re.compile(
    rf"(?<![{LATIN}_])(?<![{LATIN}]')[A-Za-z](?![{LATIN}_])(?!'(?!s {_CONTENT}\b)[A-Za-z])|(?<!{WORD})[АВСЕΑΒΕ](?!{WORD})"
)
_LOOKALIKES: Final = str.maketrans("АВСЕΑΒΕ", "ABCEABE")
_NOUN: Final = (
    r"(?:options?|choices?|letters?|sentences?|statements?|versions?|phrases?|alternatives?|items?|candidates?|opción|opcion|opção|opzione|scelta|réponse|reponse"
    r"|choix|antwort|auswahl|respuesta|resposta|risposta|lettre|buchstabe|letra|lettera|вариант|ответ|буква|alternativa"
    r"|选项|選項|选择|選擇|選択肢|선택지|보기|الخيار|الإجابة|विकल्प)"
)
_AFTER_NOUN: Final = re.compile(
    rf"(?:\b|(?<=[^{LATIN}])){_NOUN}\s*(?:number\s+|no\.?\s+)?[\"'(\[:=]*\s*$"
)
_AFTER_SAID: Final = re.compile(
    r"(?:answer|choice|option|letter|label|guess|pick|selection|response|verdict|solution|one)\s*"
    r"(?:is|as|was|would be|will be|must be|should be|has to be|:|=|-)\s*(?:probably|likely|definitely|clearly|therefore|simply)?"
    r"\s*:?\s*[\"'(\[]*$|\banswer\s+$"
)
_AFTER_VERB: Final = re.compile(
    r"\b(?:is|it's|its|that's|be|was|choose|chose|chosen|choosing|pick|picked|select|selected|say|guess|with|for|not|n't|neither|nor|either"
    r"|both|between|or|and|than|of|except|out|over|but|versus|vs|if|whether|so|then|thus|therefore|hence|maybe|perhaps"
    r"|probably|likely|possibly|definitely|clearly|obviously|surely|certainly|wait|actually|instead|rather|finally|only|just|eliminate"
    r"|exclude|reject|prefer|whereas|while|würde|nehme|wähle|sage|choisis|prends|dirais|elijo|diría|escolho|diria|scelgo|kies|ich|like|answer|consider|considering|as|besides|(?:apart|aside|answer|choice) from|excluding|ya|much|about|regarding|compare|comparing|contrasting|weighing|versus|against|avoid|take|taking|mark|tick|circle|opt|rank|rate|place|put|score|saying|picking|choosing|the|\w+ly)\s*[:,]?\s*$|(?:^|[\n.!?;:,—(=✔✘<>])\s*$"
)
_FOLLOWED: Final = re.compile(
    r"\s+(?:\w+ly\s+|also\s+|just\s+|best\s+)?(?:is|was|are|isn't|won't|wouldn't|didn't|shouldn't|hasn't|scores?|through|says|means|reads|emerges|refers|ranks|tops|receives|earns|comes|takes|edges|hits|prevails|ticks|checks|carries|leads|will|both|imo|imho|then|without|by (?:a|far|the|elimination|process)\b|for|with|on (?:the (?:following|basis|grounds)|these|those)\b|as far|under|despite|works|explains|agrees|remains?|equal|even|wins|applies|suits|stands|holds|points|belongs|make|do|sounded|seems?|looks?|sounds?|appears?|fits?|matches|has|follows|gives|shows|gets|represents|reflects|captures|corresponds|would|could|can|cannot|can't|might|may|must|should|because|since"
    r"|due|even|although|though|while|whereas|here|all the|to me|no|yes|nehmen|wählen|sagen|and|or|nor|but|not|rather|instead|over|than|describes|best|dışında|hariç|değil|yerine|şıkkı|seçeneği|cevabı|doğru|doğrudur|ya|to(?= [a-z](?!\w))|soit|hay|alone|if|maybe|probably|perhaps|possibly|too|beats|outranks|outperforms|trumps|outweighs|surpasses|survives?|passes|fails?|stays|drops|falls|more than|better than|\d+(?:\.\d+)?(?= ?(?:%|points|pts|votes|stars|of\b|out\b|percent))|with (?:low|high|medium|moderate|some|full|\d)|(?:correct|wrong|right|false|true|in|out)(?=\s*(?:is\b|are\b|[.,;!]|$))|doesn't|does|makes|it is|i (?:think|believe|guess|would|am|say)|in my|as (?:the|it|he|she|they)|ist|est|es|è|é|sein|parce|car(?= (?:il|elle|on|ce|ça|le|la|les|l'|c'|un|une|je|nous|cette|cet|son|sa)(?!\w))|porque|puisque)\b"
)
_CLOSED: Final = re.compile(
    r"\s*(?:$|=\s*(?:(?:\d{1,2}|100|0?\.\d+)(?![\d])|(?:wrong|right|correct|incorrect|true|false|yes|no)\b)|//|#\s|[\n.!?;,:)}\]\"'—|✔✘،؛।]|-(?:\s|$)|[。、，．])"
)
_WORD_AFTER: Final = re.compile(rf"\s+[{LATIN}]")
_NAMES: Final = re.compile(
    r"\b(?:vitamin|plan|hepatitis|type|grade|class|group|section|key of|notes?|chords?|key|team|terminal|platform|room|gate|spice"
    r"|minor|major|mr|mrs|ms|dr|prof|(?<!confident )(?<!confidence )(?<!lock )(?<!locking )(?<!locked )in|(?<!apart )(?<!aside )(?<!answer )(?<!choice )from|(?:(?<!answer )(?<!choice )from \S+|moves?|modulat\w+|transpos\w+|tuned|shift\w*|chang\w+|up|(?<!comes )(?<!boils )(?<!came )(?<!boiled )down) to|part|point|figure|appendix|model|drive|category|track|level|movement|symphony in)\.?\s+$|[a-z]-$"
)
_MUSIC: Final = re.compile(
    r"\s*(?:major|minor|flat|sharp|natural|maj|min|chord|note|string|clef)\b|[#♯♭]|\+(?!\s?[a-z])|-[^\W_]|\d"
)
_JOIN: Final = r"\s*(?:\(?(?:and |but |, )?not|vs\.?|versus|as well as|als|que|che|over|rather than|instead of|,|/|&|\+|\||={1,2}|~|≈|<{1,3}|>{1,3}|and|or|nor|,\s*and|,\s*or|and/or|or/and|und|oder|et|ou|y|o|e|и|或|和|、|与)\s*[(\"']*"
_JOINED_BEFORE: Final = re.compile(
    rf"{MENTION}[)\]\"'.]*{_JOIN}(?:\s*(?:not|rather|option|choice)\s+)?$"
)
_JOINED_AFTER: Final = re.compile(
    rf"[)\]\"']*{_JOIN}(?:{MENTION}|(?<=[\s(\"'/+,&|])[A-Z](?![{LATIN}']))"
)
_NO_LETTER: Final = re.compile(
    r"(?:\bdegrees?|°|º|\b(?:mr|mrs|ms|dr)\.?|\bchords? (?:is|was)|(?:\A|[\n.]\s?)i)\s*$"
)
"""What stands before a unit, an initial or a chord."""
_REMARK: Final = re.compile(
    r"\s*(?:\((?![a-z]+\) [a-z])|\[[a-z ]+[:\]]|[\u2600-\u265f\u2670-\u27bf\U0001f300-\U0001faff])"
)
"""A remark in brackets; no article stands before one."""
_FOREIGN: Final = re.compile(r"\s+[\u0370-\u1fff\u2e80-\ud7af]")
"""A word of another script; no article stands before one."""
_NEXT_LETTER: Final = re.compile(r"\s+[A-HJ-Z](?![0-9A-Za-z'])")
_INITIAL: Final = re.compile(r"(?:^|[\s.])[a-z]\.$")
_BEFORE_WIDE: Final = 48
_PAIR: Final = re.compile(
    rf"({LETTER})([)\]\"':,\-— ]{{0,4}}(?:option |the |an? |is |\()?\"?|[.)\]:\"' \n]{{0,5}}|\s?\|\s?|,? (?:which|that) (?:says|reads|states)[:,]? \"?)({TEXT})"
    rf"|({TEXT})([\"'.,:]?\s*(?:[-—,]\s*)?[(\[]\s*(?:option |choice |answer )?)({LETTER})(?=[)\]])"
)
_BRACKETS: Final = {
    "(": ")",
    "[": "]",
    "{": "}",
    "<": ">",
    "【": "】",
    "「": "」",
    '"': '"',
    "'": "'",
}


def option_of(mark: str, choices: Choices) -> frozenset[int]:
    """Return the options that a placeholder stands for; a clash stands for all."""
    code = ord(mark)
    if mark == CLASH:
        return choices.distinct | {-1}
    return frozenset({code - (LETTER_BASE if code >= LETTER_BASE else TEXT_BASE)})


def mask(text: str, low: str, choices: Choices) -> str:
    """Return the folded reply with a placeholder for each mention of an option.

    Args:
        text: the prepared reply, with case.
        low: the same, folded, of equal length.
        choices: the compiled options.
    """
    if choices.pattern is not None:
        text, low = _replace(text, low, choices.pattern, choices.forms)
    said = low
    text, low = translate(text, low)
    if choices.pattern is not None and low != said:  # "ja" is "yes" now
        text, low = _replace(text, low, choices.pattern, choices.forms)
    if choices.weak_pattern is not None:
        text, low = _replace_weak(text, low, choices)
    if choices.labels or any(len(key) == 1 for key in choices.weak):
        text, low = _replace_letters(text, low, choices)
        if choices.weak_pattern is not None:  # again: a word beside a letter that was found
            text, low = _replace_weak(text, low, choices)
    if choices.labels:
        low = with_places(low, choices.same, choices.forms, LETTER_BASE, counted=choices.counted)
    return _merge(low)


def _replace(
    text: str, low: str, pattern: re.Pattern[str], forms: Mapping[str, int]
) -> tuple[str, str]:
    cased, folded, end = [], [], 0
    for match in pattern.finditer(low):
        option = forms.get(form_key(match[0]))
        if option is None or option >= _LIMIT:
            continue
        mark = chr(TEXT_BASE + option)
        cased += [text[end : match.start()], mark]
        folded += [low[end : match.start()], mark]
        end = match.end()
    return "".join([*cased, text[end:]]), "".join([*folded, low[end:]])


def _replace_weak(text: str, low: str, choices: Choices) -> tuple[str, str]:
    assert choices.weak_pattern is not None
    for _ in range(2):
        spans = []
        for match in choices.weak_pattern.finditer(low):
            before = low[max(0, match.start() - _BEFORE_WIDE) : match.start()]
            after = low[match.end() : match.end() + 24]
            if _is_answer_place(before, after, match[0]):
                spans.append((match.start(), match.end(), choices.weak[form_key(match[0])]))
        if not spans:
            break
        text, low = _put(text, low, spans, TEXT_BASE)
    return text, low


def _is_answer_place(before: str, after: str, word: str) -> bool:
    """Return whether an ordinary word stands where an answer is expected."""
    opened = before.rstrip(" ")
    if opened and after and _BRACKETS.get(opened[-1:]) == after[:1]:
        return True
    closed = _CLOSED.match(after) is not None
    starts = re.search(r"(?:^|[\n.!?;:—])[\s>•\-\"']*$", before) is not None
    if word == "no" and _CORRECTED.search(before) and re.match(rf"\s*,\s*{MENTION}", after):
        return False
    if word in ("no", "yes") and re.search(rf"{MENTION}[)\]\"']*\s*\?\s*$", before):
        return False  # the reply answers its own question
    if word in _OPENING and re.match(
        rf"\s*(?:option )?{MENTION}.{{0,12}}\b(?:nor|and|or)\b", after
    ):
        return False
    if word in _OF_ALL and starts and _OF_THEM.match(after):
        return True
    if starts and (closed or re.match(rf"\s*[(\[]?\s*{MENTION}", after)):
        return True
    if starts and word in ("no", "yes") and _SUBJECT.match(after):
        return True
    if closed and _touches_unspaced(opened[-1:]):
        return True
    if word in _ALONE and opened.endswith(",") and re.match(r"\s*(?:[.!]\s*)?(?:$|\n)", after):
        return True
    if starts and re.match(rf"\s*(?:or|and|/|,)\s*{MENTION}", after):
        return True
    if starts and re.match(r"\s+(?:because|since|rather than|not|instead of|over)\b", after):
        return True
    if _SAID_COLON.search(before):
        return True
    if not closed and not _AFTER_WEAK.match(after):
        return bool(re.search(rf"{LETTER}[)\].:=\s\-]{{1,4}}$", before))
    return bool(
        _AFTER_SAID.search(before)
        or _JOINED_BEFORE.search(before)
        or re.search(
            r"\b(?:is|it's|be|was|say|says|said|think|believe|guess|choose|pick|select|with|therefore|so|thus|hence|then|are|probably|likely|maybe|perhaps|lean|leaning|definitely|only|just|exactly|but"
            rf"|not|answer|option|sounds?|seems?|of|conclude|rather than|instead of|(?:it is|it's|that's|that is|be|say) an? (?:(?:clear|definite|firm|hard|simple|big) )?)\s*[,:]?\s*$|{LETTER}[)\].:,=\s\-]{{1,4}}$",
            before,
        )
    )


def _put(
    text: str, low: str, spans: list[tuple[int, int, int]], base: int | None
) -> tuple[str, str]:
    """Put placeholders in place of spans; without a base, the third member is the placeholder's code."""
    cased, folded, end = [], [], 0
    for start, stop, option in spans:
        mark = chr(option if base is None else base + option)
        cased += [text[end:start], mark]
        folded += [low[end:start], mark]
        end = stop
    return "".join([*cased, text[end:]]), "".join([*folded, low[end:]])


def _replace_letters(text: str, low: str, choices: Choices) -> tuple[str, str]:
    for _ in range(3):
        spans = []
        for match in _SINGLE.finditer(text):
            letter = match[0].translate(_LOOKALIKES)
            label = choices.labels.get(letter.upper())
            weak = choices.weak.get(letter.lower())
            if weak is None and (
                label is None or _NO_LETTER.search(low[max(0, match.start() - 16) : match.start()])
            ):
                continue
            kind = _letter_kind(text, low, match.start(), letter)
            if not kind:
                continue
            if weak is not None and (kind != "label" or label is None):
                spans.append((match.start(), match.end(), TEXT_BASE + weak))
            elif label is not None:
                spans.append((match.start(), match.end(), LETTER_BASE + label))
        if not spans:
            break
        text, low = _put(text, low, spans, None)
    return text, low


def _letter_kind(text: str, low: str, at: int, letter: str) -> str:
    """Return ``label`` if only a letter can be meant, ``said`` if it is named as an answer, else empty."""
    before, after = low[max(0, at - _BEFORE_WIDE) : at], low[at + 1 : at + 25]
    upper = letter.isupper()
    wordlike = letter in "aAI" or (not upper and letter in "ieoyu")
    previous, following = before[-1:], after[:1]
    if previous in _BRACKETS and previous and following == _BRACKETS[previous]:
        if previous in "\"'":
            return "said"
        return "" if re.search(rf"(?<!\bp)(?<=[{LATIN}])[(\[]$", before) else "label"
    if _INITIAL.search(before):
        return ""
    starts = re.search(r"(?:^|[\n.!?;:—(|])[\s>•\-\"'(\[]*$", before) is not None
    closed = _CLOSED.match(after) is not None or (upper and _REMARK.match(after) is not None)
    followed = _FOLLOWED.match(after) is not None
    article = bool(_WORD_AFTER.match(after)) and not followed
    if wordlike and re.match(rf" +{TEXT}", after) and not _AFTER_NOUN.search(before):
        return ""
    if re.match(r"\.[a-z]", after) or re.search(rf"[{LATIN}]/$", before):
        return ""
    if following in ")]" and following and (starts or previous == " "):
        return "label"
    if _AFTER_NOUN.search(before) and (not article or not wordlike):
        return "label"
    if upper and before.endswith(("option ", "choice ", "letter ", "statement ")):
        return "label"
    if (
        _AFTER_NOUN.search(before)
        and upper
        and letter == "A"
        and text[at + 1 : at + 3].strip().isupper()
    ):
        return "label"
    if _AFTER_SAID.search(before) and (closed or (followed and upper) or not wordlike):
        return "" if _MUSIC.match(after) else "said"
    if (
        starts
        and re.match(rf"\s*[.:)\-—,]*\s*[\"'(]?{TEXT}", after)
        and ((upper and not (wordlike and after[:1] == " ")) or after[:1] in ".:)")
    ):
        return "label" if after[:1] in ".:)" else "said"
    if starts and (upper or after[:1] in ".)" or not after.strip()) and closed:
        return "label" if after[:1] in ".:)" and after[1:].strip() else "said"
    if _touches_unspaced(previous) or _touches_unspaced(following):
        return "said" if upper or letter not in "ai" else ""
    if _MUSIC.match(after):
        return ""
    if _JOINED_BEFORE.search(before) and (closed or followed or not article):
        return "said"
    if upper and (
        re.search(rf"{LETTER}\s+$", before)
        or (starts and _NEXT_LETTER.match(text[at + 1 : at + 4]))
    ):
        return "said" if closed or not article or _NEXT_LETTER.match(text[at + 1 : at + 4]) else ""
    if upper and _JOINED_AFTER.match(text[at + 1 : at + 25]) and not _NAMES.search(before):
        return "said"
    if not upper:
        if letter in "ai":
            return "said" if closed and _LOWER_PLACE.search(before) else ""
        return "said" if (closed and _LOWER_PLACE.search(before)) or (starts and followed) else ""
    if _NAMES.search(before):
        return ""
    foreign = re.match(r"\s+[^\x00-\x7f]", after) is not None
    if closed or (
        foreign
        and (not wordlike or _FOREIGN.match(after) or re.search(r"[^\x00-\x7f]\s+$", before))
    ):
        return "said"
    if followed and letter == "A" and not _NOUNLIKE.match(after):
        return "said"
    if followed and (not wordlike or letter == "A"):
        return "said" if starts or not wordlike or _AFTER_VERB.search(before) else ""
    if not wordlike and _AFTER_VERB.search(before) and not article:
        return "said"
    return "said" if not wordlike and _AFTER_VERB.search(before) else ""


_NOUNLIKE: Final = re.compile(
    r"\s+(?:\w+ly\s+)?(?:best|make|do|can|must|might|will|for|as|so|works|no|all)\b"
)
"""Words that may also follow the article."""
_CORRECTED: Final = re.compile(rf"{MENTION}[)\]\"']*\s*[.,;!?—-]{{1,3}}\s*$")
_SAID_COLON: Final = re.compile(r"(?:answer|conclusion|verdict|choice|label|result)\s*:\s*[\"']?$")
_AFTER_WEAK: Final = re.compile(
    r"\s+(?:because|since|as|due|rather|instead|not|but|indeed|thank|thanks|based|here|over|(?:from|for) me)\b"
)
_ALONE: Final = frozenset(
    ("no", "yes", "one", "none", "both", "neither", "first", "second", "third", "last", "true", "false")
)  # fmt: skip
"""Weak forms that are an answer after a comma at the end of a sentence."""
_OF_ALL: Final = frozenset(["neither", "both"])
_OF_THEM: Final = re.compile(
    r"\s+(?:of (?:them|these|the two)\b|(?:the )?(?:speakers|people|men|women|voices|singers|sounds|instruments)\b|are\b|were\b)"
)
"""What follows "both" and "neither" where they are the answer."""
_OPENING: Final = frozenset(["neither", "both", "either", "all"])
"""Weak forms that open a row of mentions."""
_SUBJECT: Final = re.compile(r"\s+(?:it|there|this|that|the|i|he|she|they|we|you)\b")
_LOWER_PLACE: Final = re.compile(
    r"\b(?:choose|chose|pick|select|go with|going with|say|guess|is|not|than|it's|its|w/)\s*[\"']?$"
)


def _touches_unspaced(char: str) -> bool:
    return bool(char) and "\u2e80" <= char <= "\ud7af"


def _merge(low: str) -> str:
    """Merge a letter and the text next to it into one placeholder; a clash if they are two options."""

    def one(match: re.Match[str]) -> str:
        letter, text = (match[1], match[3]) if match[1] else (match[6], match[4])
        same = ord(letter) - LETTER_BASE == ord(text) - TEXT_BASE
        return (text if same else CLASH) + ("" if match[1] else " ")

    return _PAIR.sub(one, low)
