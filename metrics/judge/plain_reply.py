r"""Plain text of a judge reply: what is left without reasoning, markup, quotes' variants and emoji.

Only the strict readers use this; official readers take a reply as it is. Nothing here looks for a
verdict. The text keeps its words, digits, brackets and line breaks; a reasoning block, a code fence,
emphasis, LaTeX boxes, HTML and characters that no one sees go; full-width characters, typographic
quotes, dashes and arrows take their plain form. What is struck out goes with its words. A tick becomes ``✔``, a cross ``✘``, a row of stars a number
(``★★★★☆`` is ``4/5``), ``4 → 3`` a correction. Keys and verdicts of other languages become English (`metrics.judge.languages`).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from metrics.judge.blocks import own_lines
from metrics.judge.languages import english_key, in_english
from metrics.judge.others import without_quotations
from metrics.judge.rubrics import without_legends
from metrics.judge.second_thoughts import Turn, said, turns
from metrics.judge.sentences import plainer
from metrics.text import late as re

LONGEST: Final = 20_000
"""Characters of a longer reply are read from its first and its last half of this."""

_NAMES: Final = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|analysis)"
_CLOSED: Final = re.compile(
    rf"[<\[]/{_NAMES}\s*[>\]]|<\|channel\|>\s*final\s*<\|message\|>", re.IGNORECASE
)
_OPEN: Final = re.compile(rf"[<\[]{_NAMES}\s*[>\]]|<\|channel\|>\s*analysis", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(?=[*_#])")
_FENCE: Final = re.compile(r"```[\w+-]*")
_LATEX: Final = re.compile(
    r"\\(?:boxed|fbox|mbox|emph|underline|(?:text|math)(?:bf|it|rm|tt|sf)?)\s*\{([^{}\n]{0,400})\}"
)
_LATEX_MARKS: Final = re.compile(r"\\[()\[\]]|\$")
_TAG: Final = re.compile(r"<(/?)([a-z]\w{0,14})(?:\s[^<>\n]{0,80})?\s*/?>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"<\w{1,20}\s(?:[^<>\n]{0,60}?\s)?(score|rating|grade|verdict|judge?ment|result)\s*=\s*[\"']([^\"'<>\n]{1,20})[\"'][^<>\n]{0,60}>",
    re.IGNORECASE,
)
"""A tag with the verdict as an attribute."""
_EMPHASIS: Final = re.compile(r"[*`~]+|(?<![^\W_])_+|_+(?![^\W_])")
_DECORATION: Final = re.compile(r"(?:[>#|•·●▪◦‣\s]+|[-+](?=\s))+")
_QUOTE: Final = re.compile(r"^[ \t]*>.*(?:\n.*\S.*)*", re.MULTILINE)
"""A quoted paragraph, with the lines that go on without the mark."""
_STRUCK: Final = re.compile(
    r"(?<!~)~~(?!~)[^~\n]{1,200}~~(?!~)|<(s|del|strike)>[^<>\n]{0,200}</\1>", re.IGNORECASE
)
_END_OF_TURN: Final = re.compile(
    r"<\|(?:eot_id|im_end|im_start|end|endoftext|end_of_text|eos|return|eom_id)\|>|<(?:end_of_turn|eos|pad|/?s)>"
)
_BOX: Final = re.compile(r"[☐□○◯⬜]|\[ ?\]|\( ?\)")
_TICK: Final = r"(?:(?:[☑☒✅✔●◉🔘]\ufe0f?|\[[xX✓✔]\]|\([xX]\)) {0,2})"
_BOXES: Final = re.compile(
    rf"(?:(?:[-*•] {{0,2}})?(?:{_TICK}|(?:{_BOX.pattern}) {{0,2}})(?:[1-5](?:/5)?|yes|no|correct|incorrect)\b[ \t,;|/]{{0,8}}\n?[ \t]{{0,4}}){{2,10}}",
    re.IGNORECASE,
)
_TICKED: Final = re.compile(rf"{_TICK}([\w/]+)")
"""A row of boxes and what stands behind the ticked ones."""
_STARS: Final = re.compile(r"(?:[\u2605\u2b50\U0001f31f\u2606]\ufe0f? ?){2,}")
_TWICE: Final = re.compile(r"(?<![\d.])([1-5])(?:\.0)?(?: ?/ ?5)? {1,3}(?=\1/5(?!\d))")
_FRACTION: Final = re.compile(r"\\[dt]?frac\{(\d)\}\{(\d{1,2})\}")
_SIDE: Final = r"(?:[1-5](?:\.\d)?(?:/5)?|yes|no|correct|incorrect|true|false|right|wrong)"
_ARROW: Final = "\ue000"
_OTHER: Final = rf"[\"'(\[{{*_`]{{0,4}}(?:(?:score|rating|result|verdict|judge?ment|answer)\s*[:=]\s*)?{_SIDE}(?!\w)"
_REPLACED: Final = re.compile(rf"\s*(?:<\w{{1,6}}>)?{_OTHER}", re.IGNORECASE)
_CHANGED: Final = re.compile(
    rf"(?<![\w.])(?P<from>{_SIDE})(?:[\"')\]}}]{{0,3}})\s*(?:{_ARROW}|[-=]>)\s*(?={_OTHER})",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"[-:|\s]*--[-:|\s]*")
_BREAKS: Final = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "hr", "output"})
_INLINE: Final = frozenset(
    {"b", "i", "em", "strong", "span", "u", "s", "code", "pre", "mark", "td", "ins"}
)
_FIELDS: Final = frozenset(
    [
        "judgement",
        "judgment",
        "verdict",
        "result",
        "answer",
        "score",
        "rating",
        "grade",
        "conclusion",
        "decision",
        "final",
        "final_score",
        "final_rating",
        "final_answer",
        "final_verdict",
    ]
)
_OVERALL: Final = ("overall", "total", "final", "overall score", "final score", "weighted total")
_OBJECT: Final = re.compile(r"^[ \t>*-]*\[?\s{0,9}(\{)", re.MULTILINE)
_TOKEN: Final = re.compile(r"[\"'{}\[\],:]|\s+|[^\s\"'{}\[\],:]+")
_CLOSING: Final = {
    quote: re.compile(rf"(?<!\\){quote}(?=\s{{0,20}}[:,}}\]])") for quote in ("'", '"')
}
_CONSTANTS: Final = {"True": "true", "False": "false", "None": "null"}
_MAX_OBJECTS: Final = 8
_MAX_DEPTH: Final = 4

_GROUPS: Final = (
    ('"', "“”„‟«»‹›「」『』＂〝〞"),
    ("'", "‘’‚‛′´"),
    ("[", "【〔《〈"),
    ("]", "】〕》〉"),
    ("-", "‐‑‒–−"),
    (" - ", "—―"),
    (_ARROW, "→⇒⟶➡➜➔►▶"),
    (" ✔ ", "✅✔☑✓👍"),
    (" ✘ ", "❌✖✘✗❎👎"),
    ("/", "⁄∕"),
    (". ", "。।"),
    (", ", "，、،"),
)


class _Characters(dict[int, str | None]):
    """What a character becomes; categories are looked up once each."""

    def __missing__(self, code: int) -> str | None:
        category = unicodedata.category(chr(code))
        unseen = category == "Cf" or 0xFE00 <= code <= 0xFE0F or code == 0x20E3
        found: str | None = chr(code)
        if unseen or 0x1F3FB <= code <= 0x1F3FF:
            found = None
        elif category == "So":
            found = " "
        self[code] = found
        return found


_CHARACTERS: Final = _Characters({ord(c): form for form, chars in _GROUPS for c in chars})


def after_reasoning(reply: str) -> str:
    r"""Return what follows the last closed reasoning block, up to one that stays open; what precedes the block if nothing follows it.

    >>> after_reasoning("<think>Result: NO?</think>\nResult: YES").strip()
    'Result: YES'
    >>> after_reasoning("<think>Result: NO"), after_reasoning("<score>4</score><reason>3 facts</reason>")
    ('', '<score>4</score>')
    """
    if "<" not in reply and "[" not in reply:
        return reply
    start = end = 0
    for block in _CLOSED.finditer(reply):
        opening = _OPEN.search(reply, end, block.start())
        start, end = opening.start() if opening else end, block.end()
    rest = reply[end:]
    if start and not rest.strip():
        return reply[:start]
    unclosed = _OPEN.search(rest)
    return rest[: unclosed.start()] if unclosed else rest


class PlainReply(NamedTuple):
    """A reply in the forms that readers look at.

    Attributes:
        answer: what follows the reasoning, as it was typed.
        lines: the plain lines, as of `plain_lines`, without what is another's (`metrics.judge.blocks`) or only supposed (`metrics.judge.second_thoughts.said`).
        fields: names (in lower case) and values of the last JSON object that starts a line, nested ones too; objects as Python prints them
            (``'score': 4``) and a comma before the end are read as well.
        outside: the lines without that object: a judge may quote one before its verdict.
        turns: second thoughts, the last one first; of a reply with an object those behind it.
    """

    answer: str
    lines: list[str]
    fields: list[tuple[str, Any]]
    outside: list[str]
    turns: list[Turn]


@lru_cache(maxsize=8)
def plain_reply(reply: str) -> PlainReply:
    r"""Return a reply in the forms that readers look at; kept for the next reader of the same reply, so not to be changed.

    >>> plain_reply('He wrote\n{"Judgement": "correct"}\nJudgement: incorrect')[2:4]
    ([('judgement', 'correct')], ['He wrote', 'Judgement: incorrect'])
    >>> plain_reply("[{'评分': 4, 'why': 'it\\'s good',}]").fields, plain_reply('He wrote {"Score": 4}').fields
    ([('score', 4), ('why', "it's good")], [])
    """
    answer = after_reasoning(reply)
    value, before, after = _last_object(reply)
    lines = _own(reply)
    if value is None:
        own = _QUOTE.sub("", reply) if ">" in reply else reply
        thoughts = turns(_own(own) if own != reply else lines)
        return PlainReply(answer, lines, [], lines, thoughts)
    behind = _own(after)
    outside = [*_own(before), *behind]
    return PlainReply(answer, lines, list(_fields(value, _MAX_DEPTH)), outside, turns(behind))


@lru_cache(maxsize=8)
def plain_verdict(reply: str) -> tuple[PlainReply, list[str]]:
    r"""Return a plain reply, and its lines as a reader of verdicts takes them: without legends and others' words; kept as well.

    >>> plain_verdict('Yes = right, No = wrong\nThe model says "yes". Result: No')[1]
    ['The model says "". Result: No']
    """
    plain = plain_reply(reply)
    return plain, [without_quotations(line) for line in plainer(without_legends(plain.lines))]


def _own(reply: str) -> list[str]:
    return said(own_lines(plain_lines(reply)))


def plain_lines(reply: str) -> list[str]:
    r"""Return the lines of a reply that are not blank, without markup.

    >>> plain_lines("### Result\n- **YES** ✅")
    ['Result', 'YES ✔']
    >>> plain_lines("<think>hm</think><result>NO</result> \\boxed{5}")
    ['result: NO', '5']
    >>> plain_lines("评分：~~5~~ ４分\n★★★☆☆"), plain_lines("Result: NO → YES")
    (['score: 4 points', '3/5'], ['Result: NO, no wait, YES'])
    """
    text = after_reasoning(_shortened(reply))
    if "~~" in text or "<" in text:
        text = _END_OF_TURN.sub("\n", _STRUCK.sub(_struck, text))
    if _BOX.search(text):
        text = _BOXES.sub(_ticked, text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _STARS.sub(_counted, text).translate(_CHARACTERS))
    text = _FENCE.sub("\n", _ESCAPED.sub("", text) if "\\" in text else text)
    if "\\" in text or "$" in text:
        for _ in range(3):
            text, count = _LATEX.subn(r" \1 ", text)
            if not count:
                break
        text = _LATEX_MARKS.sub(" ", _FRACTION.sub(r" \1/\2 ", text))
    if "=" in text and "<" in text:
        text = _ATTRIBUTE.sub(r" \1: \2 ", text)
    text = _EMPHASIS.sub("", _TAG.sub(_untagged, text) if "<" in text else text)
    if _ARROW in text or "->" in text or "=>" in text:
        text = _CHANGED.sub(r"\g<from>, no wait, ", text).replace(_ARROW, ": ")
    if "/5" in text:
        text = _TWICE.sub("", text)
    lines = []
    for line in text.splitlines():
        start = _DECORATION.match(line)
        kept = " ".join(line[start.end() if start else 0 :].split()).rstrip("| ")
        if kept:
            lines.append(kept)
    lines = in_english("\n".join(lines)).split("\n") if lines else []
    return [*lines, *_cells(lines)]


def _struck(words: re.Match[str]) -> str:
    return " no wait, " if _REPLACED.match(words.string, words.end()) else " "


def _ticked(boxes: re.Match[str]) -> str:
    chosen = _TICKED.findall(boxes[0])
    return f"{chosen[0]}\n" if len(chosen) == 1 else boxes[0]


def _counted(stars: re.Match[str]) -> str:
    full = sum(stars[0].count(star) for star in "\u2605\u2b50\U0001f31f")
    empty = stars[0].count("\u2606")
    return f" {full}/{full + empty if empty or full > 5 else 5} " if full + empty <= 10 else " "


def _cells(lines: list[str]) -> Iterator[str]:
    """Yield ``name: value`` for the known names in the head of a table of one row, or in its last row if that is the overall one."""
    for place, line in enumerate(lines[:-2]):
        if "|" in line and _RULE.fullmatch(lines[place + 1]):
            rows = lines[place + 2 : place + 4]
            cells = [cell.strip() for cell in rows[0].split("|")]
            names = [name.strip() for name in line.split("|")]
            if len(cells) == len(names) and (len(rows) == 1 or "|" not in rows[1]):
                yield from (
                    f"{name}: {cell}"
                    for name, cell in zip(names, cells, strict=True)
                    if name.lower().removeprefix("final ") in _FIELDS
                )
                continue
            *_, last = (row for row in lines[place + 2 :] if "|" in row)
            cells = [cell.strip() for cell in last.split("|")]
            if len(cells) == len(names) and cells[0].lower() in _OVERALL:
                yield from (
                    f"Overall {name}: {cell}"
                    for name, cell in zip(names, cells, strict=True)
                    if name.lower() in ("score", "rating")
                )


def _shortened(reply: str) -> str:
    if len(reply) <= LONGEST:
        return reply
    return reply[: LONGEST // 2] + " … " + reply[-LONGEST // 2 :]


def _untagged(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name in _FIELDS:
        return "\n" if tag[1] else f"\n{tag[2].replace('_', ' ')}: "
    if name in _BREAKS:
        return "\n"
    return "" if name in _INLINE else tag[0]


def _last_object(reply: str) -> tuple[Any, str, str]:
    """Return the last object that starts a line, and what is before and behind it."""
    text = after_reasoning(reply) if len(reply) <= LONGEST else ""
    if "{" not in text:
        return None, reply, ""
    text = _FENCE.sub("\n", _ESCAPED.sub("", text) if "\\" in text else text)
    starts = [found.start(1) for found in _OBJECT.finditer(text)]
    for start in reversed(starts[-_MAX_OBJECTS:]):
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            form, end = _strict_form(text, start)
            try:
                value = json.loads(form)
            except (ValueError, RecursionError):
                continue
        return value, text[:start], text[end:]
    return None, reply, ""


def _strict_form(text: str, start: int) -> tuple[str, int]:
    """Return an object in Python's form, or with commas too many, as JSON, and where it ends; an empty text if it does not."""
    parts: list[str] = []
    depth = 0
    place = start
    while token := _TOKEN.match(text, place):
        place = token.end()
        form = token[0]
        if form in _CLOSING:
            end = _CLOSING[form].search(text, place)
            if end is None:
                break
            inner = text[place : end.start()]
            form = f'"{inner}"' if form == '"' else json.dumps(inner.replace("\\'", "'"))
            place = end.end()
        elif form in "}]":
            while parts and (parts[-1].isspace() or parts[-1] == ","):
                parts.pop()
        depth += (form in "{[") - (form in "}]")
        parts.append(_CONSTANTS.get(form, form))
        if not depth:
            return "".join(parts), place
    return "", start


def _fields(value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth:
        for key, item in value.items():
            name = english_key(key.strip()).lower()
            yield name, item
            if isinstance(item, dict) and "value" in item:
                yield name, item["value"]
            yield from _fields(item, depth - 1)
