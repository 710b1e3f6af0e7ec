r"""The part of a reply that is meant as the answer: without thinking, inside tags, boxes and JSON.

``answer_part`` drops closed blocks of thinking (an unclosed one has no answer yet), and takes the content of
``<answer>`` tags, in ``\boxed{}`` or under an answer key of a JSON object, if there is any. Several such
answers are all kept, one a line, so that contradictions stay visible. What is left loses its markup: bold,
code, LaTeX, headings, quotes, struck text. Nothing here knows the options.
"""

from __future__ import annotations

import json
from typing import Any, Final

from metrics.text import late as re
from metrics.text.canonical import canonical
from metrics.text.courtesy import without_courtesies

_DASHES: Final = str.maketrans(
    {
        **dict.fromkeys("―⸺", "—"),
        **dict.fromkeys(map(chr, range(0xE000, 0xF900)), "\ufffd"),
        **dict.fromkeys("‐‑‒–−", "-"),
        **dict.fromkeys("❌✗✘✖👎🚫⛔🔴", " ✘ "),
        **dict.fromkeys("✓✔✅☑👍🆗🟢", " ✔ "),
        **dict.fromkeys("⟪〈《⦅⟨", "("),
        **dict.fromkeys("⟫〉》⦆⟩", ")"),
        **{chr(0x1F150 + i): f" {chr(65 + i)} " for i in range(26)},
        **{chr(0x1F170 + i): f" {chr(65 + i)} " for i in range(26)},
        "→": " — ",
        "⇒": " — ",
        "\u00a0": " ",
        "\t": " ",
    }
)
_MARKS: Final = re.compile("[^\x00-\x7f]")
_CIRCLES: Final = (0x245F, 0x2775, 0x277F, 0x2789)
_CIRCLED: Final = re.compile(
    "(?:(?<=\\A)|(?<=answer )|(?<=answer: )|(?<=answer is )|(?<=答案)|(?<=答案是)|(?<=答案：)|(?<=选)|(?<=正解は)|(?<=정답은 ))([\u2460-\u2469\u2776-\u2793])(?=\\W*\\Z)",
    re.IGNORECASE,
)
"""A circled number as the whole answer: the number of an option."""
_BOXED_LETTER: Final = re.compile(
    "(?<![\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff](?![\U0001f1e6-\U0001f1ff])"
)
"""A regional indicator that is not part of a flag."""

_THINK: Final = (
    "think|thinking|thought|thoughts|reasoning|reason|reflection|analysis|scratchpad|seed:think"
)
_THOUGHTS: Final = re.compile(
    rf"<({_THINK})\b[^>]*>.*?</\1\s*>"
    r"|◁think▷.*?◁/think▷|\[think\].*?\[/think\]"
    r"|<\|begin_of_thought\|>.*?<\|end_of_thought\|>"
    r"|<\|channel\|>\s*analysis.*?(?=<\|channel\|>\s*final|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_THOUGHT_END: Final = re.compile(
    rf"</(?:{_THINK})\s*>|◁/think▷|\[/think\]|<\|end_of_thought\|>", re.IGNORECASE
)
_THOUGHT_START: Final = re.compile(
    rf"<(?:{_THINK})\b[^>]*>|◁think▷|\[think\]|<\|begin_of_thought\|>", re.IGNORECASE
)
_CONTROL: Final = re.compile(
    r"<\|channel\|>\s*final|<\|[^<>|]{1,40}\|>|</?s>|<[0-9]>|\[/?INST\]|<(?:bos|eos|pad|end_of_turn)>"
)
_TAGGED: Final = re.compile(
    r"<((?:(?:final|selected|chosen|correct|best|my|predicted)[_ -]?)?(?:answer|ans|choice|option|letter|label|prediction|final|output|result|response"
    r"|conclusion|correct|selected|selection|verdict)(?:[_ -](?:letter|option|choice|text|label))?)>"
    r"(.*?)(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BRACKET_TAGGED: Final = re.compile(
    r"\[(answer|ans|final|choice)\](.*?)\[/\1\]", re.IGNORECASE | re.DOTALL
)
_BRACKET_KEYS: Final = re.compile(
    r"\[(?:((?:final )?answer)|reason(?:ing)?|explanation|rationale|justification)\]:?",
    re.IGNORECASE,
)
"""Keys in brackets that nothing closes."""
_BOXED: Final = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{")
_LATEX_TEXT: Final = re.compile(
    r"\\(?:text|textbf|textit|textrm|texttt|mathrm|mathbf|mathsf|mathit|mathtt|mbox|emph|bold|bf|underline|large|Large|huge|ans|answer|operatorname)\s*\{([^{}]*)\}"
    r"|\{\\(?:bf|it|em|tt|large|Large|bfseries|itshape)\s+([^{}]*)\}|\\begin\{answer\}(.*?)\\end\{answer\}"
)
_LATEX_MARKS: Final = re.compile(
    r"\\[()\[\],;!]|\${1,2}|\\(?:quad|qquad|displaystyle|left|right)\b"
)
_FENCE: Final = re.compile(r"```[ ]*[\w+-]*[ ]*\n?|~~~[\w+-]*\n")
_DEEPEST: Final = 3
_CALL: Final = re.compile(
    r"\A\W*(?:print|return|final|submit|answer|choose|select|pick|predict|output|option|respond|reply|give)(?:[_ ]?(?:answer|option|choice|letter|label|final|result))?"
    r"\s*\(\s*(?:\w+\s*=\s*)?[\"']?([^()\n]{1,120}?)[\"']?\s*\)[\s;.`]*\Z",
    re.IGNORECASE,
)
"""A call of a function by which an answer is given; the whole reply."""
_STRUCK: Final = re.compile(r"~~[^~\n]+~~|<(del|s|strike)>.*?</\1>", re.DOTALL)
_UNTICKED: Final = re.compile(r"^[ >*+-]*(?:\[[ ]?\]|\([ ]\)|☐|⬜|○|◯)[ ].*$", re.MULTILINE)
_TICKED: Final = re.compile(r"^([ >*+-]*)(?:\[[xX]\]|\([xX]\))[ ]", re.MULTILINE)
_HTML: Final = re.compile(
    r"</?(?:answer|final_answer|response|em|strong|code|pre|span|div|ul|ol|li|h[1-6]|mark|br|center|font|table|tbody|thead|tr|td|th|dl|dt|dd)\b[^>]*/?>",
    re.IGNORECASE,
)
_HTML_ENDS: Final = re.compile(
    r"(</(?:li|p|tr|div|h[1-6]|dd|ol|ul|table)\s*>|<br\s*/?>)|(</(?:td|th)\s*>)|</dt\s*>",
    re.IGNORECASE,
)
"""Tags that end a line, a cell of a table, and a term that what follows explains."""
_SHORT_TAG: Final = re.compile(r"</?[biup]\s*/?>", re.IGNORECASE)
"""Tags that may also be a letter in angle brackets, ``<B>``: tags only where one is closed."""
_EMPHASIS: Final = re.compile(r"\*{1,3}|(?<![^\W_])_{1,3}(?=[^\s_])|(?<=[^\s_])_{1,3}(?![^\W_])|`+")
_HEADING: Final = re.compile(r"^[ ]{0,3}(?:#{1,6}[ ]+|>+[ ]?)+", re.MULTILINE)

_UNMARKED_NOT: Final = re.compile(
    r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|must|ca|wo)n ?t\b",
    re.IGNORECASE,
)

_ABBREVIATED: Final = re.compile(
    r"^\s*A\s*:\s*(?=[(\[*\"']+[A-Za-z][)\]*\"'.]+)|(?<=\n)\s*A\s*:\s*(?=[(\[*\"']*[A-Za-z][)\]*\"'.]*\s*$)"
)
"""``A: (B)``, and ``A: B`` after a ``Q:``: the first letter says what follows."""
_AFTER_QUESTION: Final = re.compile(r"(?:(?<=\n)|(?<=[?] ))\s*A\s*:\s*(?=\S)")
"""The answer to a question that the reply repeats."""

_POLITE: Final = re.compile(
    r"(?<=, )i(?:'m| am) afraid(?=[.!]|\s*$)|\bi(?:'m| am) afraid(?=,| (?:that|not|i|it|this|there)\b)",
    re.IGNORECASE,
)
"""Regret, not fear."""
_FEELING: Final = r"(?:happy|sad|angry|mad|furious|scared|afraid|fearful|frightened|terrified|disgusted|surprised|amazed|shocked|excited|joyful|glad|delighted|unhappy|upset|bored|nervous|calm|neutral|confused|tired|worried|proud|disappointed)"
_OWN_STATE: Final = re.compile(
    r"(?:(?<=\A)|(?<=[.!?\n])|(?<=[.!?] ))\s*(?:(?:oh|well|yes|no|wow|aw+|hmm),? )?(?:i(?:'m| am)(?: feeling)?|i feel|we(?:'re| are)|(?:that|this|it) (?:really )?makes (?:me|us)(?: feel)?|(?:i'm|i am) (?:so |very )?sorry(?: to hear)?(?: that)? you(?:'re| are| feel)"
    rf"|(?:please )?(?:don't|do not) (?:worry,? )?(?:be|feel)|don't worry,? be) (?:(?:so|very|really|just|also|quite|too|extremely|a (?:bit|little)|not|feeling|truly|such|still) ){{0,3}}(?:{_FEELING}|an? (?:man|woman|boy|girl|male|female)|male|female)"
    r"(?=\s*(?:[.!]|\Z|\n|(?:,? (?:too|for you|to hear|about|that|because|now|today)\b)))",
    re.IGNORECASE,
)
"""What who answers says of itself or to the speaker, as if spoken to."""
_I_FEAR: Final = re.compile(r"\bi fear(?=,? (?:that|i|it|this|not|so|there)\b)", re.IGNORECASE)

_KEYS: Final = (
    "answer final_answer finalanswer final correct_answer correctanswer best_answer ans choice final_choice selected_choice"
    " selected selection selected_option selectedoption selected_answer option chosen chosen_option correct_option letter"
    " option_letter answer_letter answer_text option_text choice_text text value label predicted_label prediction predicted"
    " predicted_answer response result output category class classification verdict decision conclusion answer_choice"
    " answer_option solution winner top1 top_1 top_choice best best_match best_option best_choice first_choice accepted final_label"
    " final_prediction top_prediction classified_as detected 答案 选项 最终答案 réponse reponse antwort respuesta risposta resposta 答え 回答 정답 ответ"
)
ANSWER_KEYS: Final = frozenset(_KEYS.split())
"""Keys of a JSON object under which an answer stands."""
_COMMENT_KEYS: Final = re.compile(
    r"reason|expl|rational|think|thought|analy|justif|confid|score|prob|evidence|descri|comment|note|question|options|choices"
    r"|transcri|summary|context|step|reject|wrong|incorrect|distract|eliminat|exclud|ruled|discard|dismiss|runner|second|alternat|\Aother|top_?[2-9]\Z|\Anot\Z|considered|candidate|\Atype\Z|\Atask\Z|\Aid\Z|\Amodel\Z"
)
_NO_ANSWER_KEYS: Final = re.compile(
    r"reject|wrong|incorrect|distract|eliminat|exclud|ruled|discard|dismiss|runner|second|alternat|considered|candidate|\Anot\Z"
)
_SHARE: Final = re.compile(r"\s*\d+(?:\.\d+)?(?:\s*%|/\d+)?\s*")
_PAIR: Final = re.compile(
    r"""["']([\w ]{1,24})["']\s*:\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|(\[[^\]\n]*\]|[^\s,}\]]+))"""
)


def prepare(text: str) -> str:
    """Return the canonical form with case, every character of which has a case fold of one character.

    >>> prepare("Ｂ – Straße")
    'B - Strasse'
    """
    if not text.isascii():
        text = _CIRCLED.sub(_option_number, text)
    text = canonical(text, casefold=False)
    if text.isascii():
        return text.replace("\t", " ")
    text = _BOXED_LETTER.sub(lambda m: f" {chr(ord(m[0]) - 0x1F1A5)} ", text.translate(_DASHES))
    return _MARKS.sub(_short_fold, text)


def _option_number(match: re.Match[str]) -> str:
    number = next(ord(match[1]) - first for first in _CIRCLES if 0 < ord(match[1]) - first < 11)
    return f"{match[0][:-1]}option {number}"


def _short_fold(match: re.Match[str]) -> str:
    folded = match[0].casefold()
    return folded if len(folded) > 1 else match[0]


def lower(text: str) -> str:
    """Return the case fold of a prepared text, character by character, so that offsets stay.

    >>> lower("STRASSE É")
    'strasse é'
    """
    if text.isascii():
        return text.lower()
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(c if len(f := c.casefold()) != 1 else f for c in text)


def answer_part(text: str, *, polite: bool = False) -> str:
    r"""Return what a prepared reply gives as its answer, without markup, and without courtesies unless options are ``polite``.

    >>> answer_part("<think>A or B?</think> The answer is **B**.")
    'The answer is B.'
    >>> answer_part(r"So it is $\boxed{\text{B}}$, not A.")
    'B'
    >>> answer_part('{"reason": "A is loud", "answer": "B"}')
    'B'
    """
    text = _without_thoughts(text)
    if text.startswith(("Q:", "Question:")):
        text = _AFTER_QUESTION.sub("Answer: ", text)
    if ":" in text and (text.startswith(("Q:", "Question:")) or text.lstrip().startswith("A")):
        text = _ABBREVIATED.sub("Answer: ", text)
    found = next(
        (one for one in (_tagged(text), _boxed(text), _json(text)) if one is not None), text
    )
    if "[" in found:
        found = _BRACKET_KEYS.sub(lambda m: "\nAnswer: " if m[1] else "\nReason: ", found)
    if (call := _CALL.match(found)) is not None:
        found = call[1]
    found = plain(found)
    return found if polite else impersonal(found)


def impersonal(text: str) -> str:
    """Return a plain text without what the one who answers says of itself: courtesies and its own feelings.

    >>> impersonal("I'm so sad. The singer is happy.")
    '. The singer is happy.'
    """
    return _I_FEAR.sub("", _OWN_STATE.sub("", without_courtesies(text)))


def plain(text: str) -> str:
    """Return a text without the marks of Markdown, LaTeX and HTML; struck and unticked text is dropped.

    >>> plain("## **B** (~~A~~)")
    'B ( )'
    """
    if "~~" in text or "<" in text:
        text = _HTML_ENDS.sub(lambda m: "\n" if m[1] else " | " if m[2] else ": ", text)
        text = _HTML.sub(" ", _STRUCK.sub(" ", text))
        if "</" in text or "<p>" in text:
            text = _SHORT_TAG.sub(" ", text)
    if "```" in text or "~~~" in text:
        text = _FENCE.sub("\n", text)
    if "\\" in text or "$" in text:
        for _ in range(3):
            text, changed = _LATEX_TEXT.subn(lambda m: m[1] or m[2] or m[3] or "", text)
            if not changed:
                break
        text = _LATEX_MARKS.sub("", text)
    if "[" in text or "(" in text or not text.isascii():
        text = _TICKED.sub(r"\1", _UNTICKED.sub("", text))
    if "*" in text or "_" in text or "`" in text:
        text = _EMPHASIS.sub("", text)
    if "afraid" in text:
        text = _POLITE.sub("", text)
    if "n t" in text or "nt" in text:
        text = _UNMARKED_NOT.sub(r"\1n't", text)
    if "#" in text or ">" in text:
        text = _HEADING.sub("", text)
    return text.strip()


def _without_thoughts(text: str) -> str:
    if not any(mark in text for mark in "<◁["):
        return text
    text = _THOUGHTS.sub(" ", text)
    ends = list(_THOUGHT_END.finditer(text))
    if ends:
        text = text[ends[-1].end() :]
    start = _THOUGHT_START.search(text)
    if start:
        text = text[: start.start()]
    return _CONTROL.sub(" ", text)


def _tagged(text: str, depth: int = 0) -> str | None:
    if depth > _DEEPEST or ("<" not in text and "[/" not in text):
        return None
    found = [match[2].strip() for match in _TAGGED.finditer(text)]
    found += [match[2].strip() for match in _BRACKET_TAGGED.finditer(text)]
    parts = [inner for part in found if (inner := _innermost(part, depth + 1))]
    return "\n".join(parts) if parts else None


def _innermost(text: str, depth: int) -> str:
    for found in (_tagged(text, depth), _boxed(text), _json(text)):
        if found is not None:
            return found
    return text


def _boxed(text: str) -> str | None:
    if "\\" not in text:
        return None
    parts = []
    end = 0
    for match in _BOXED.finditer(text):
        if match.start() < end:
            continue  # inside the box before
        depth, end = 1, match.end()
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        parts.append(text[match.end() : end - 1 if not depth else end].strip())
    parts = [part for part in parts if part]
    return "\n".join(parts) if parts else None


def _json(text: str) -> str | None:
    """Return the answer values of a JSON object, one a line; ``None`` if there is no such object."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start or "\\boxed" in text:
        return None
    body = text[start : end + 1]
    try:
        pairs = _leaves(json.loads(body))
    except (ValueError, RecursionError):
        pairs = [
            (match[1], next((group for group in match.groups()[1:] if group is not None), ""))
            for match in _PAIR.finditer(body)
        ]
    keyed = [(key.strip().casefold().replace(" ", "_").replace("-", "_"), v) for key, v in pairs]
    if len(keyed) > 1 and all(
        key not in ANSWER_KEYS and not _COMMENT_KEYS.search(key) and _SHARE.fullmatch(value)
        for key, value in keyed
    ):
        return None  # a share for every option
    if keyed and all(_NO_ANSWER_KEYS.search(key) for key, _ in keyed):
        return ""
    values = [value for key, value in keyed if key in ANSWER_KEYS]
    if values and not "".join(values).strip():
        return ""
    if not values:
        values = [value for key, value in keyed if key in ("correct", "right")]
    if not values:
        values = [value for key, value in keyed if not _COMMENT_KEYS.search(key)]
    values = [prepare(value).strip(" \"'[]") for value in values if value.strip()]
    return "\n".join(values) if values else None


def _leaves(value: Any, key: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _leaves(inner, str(name))]
    if isinstance(value, list):
        return [pair for inner in value for pair in _leaves(inner, key)]
    if isinstance(value, bool):
        return []
    if value is None:
        return [(key, "")]
    return [(key, str(value))]
