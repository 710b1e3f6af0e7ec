r"""Plain text of a judge reply: what is left without reasoning, markup, quotes' variants and emoji.

Only the strict readers use this; official readers take a reply as it is. Nothing here looks for a
verdict. The text keeps its words, digits, brackets and line breaks; a reasoning block, a code fence,
emphasis, LaTeX boxes, HTML and characters that no one sees go; full-width characters, typographic
quotes, dashes and arrows take their plain form. A tick becomes ``✔``, a cross ``✘``.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from metrics.text import late as re

LONGEST: Final = 20_000
"""Characters of a longer reply are read from its first and its last half of this."""

_NAMES: Final = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|analysis)"
_CLOSED: Final = re.compile(
    rf"[<\[]/{_NAMES}\s*[>\]]|<\|channel\|>\s*final\s*<\|message\|>", re.IGNORECASE
)
_OPEN: Final = re.compile(rf"[<\[]{_NAMES}\s*[>\]]|<\|channel\|>\s*analysis", re.IGNORECASE)
_FENCE: Final = re.compile(r"```[\w+-]*")
_LATEX: Final = re.compile(
    r"\\(?:boxed|fbox|mbox|emph|underline|(?:text|math)(?:bf|it|rm|tt|sf)?)\s*\{([^{}\n]{0,400})\}"
)
_LATEX_MARKS: Final = re.compile(r"\\[()\[\]]|\$")
_TAG: Final = re.compile(r"<(/?)([a-z]\w{0,14})(?:\s[^<>\n]{0,80})?\s*/?>", re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"[*`~]+|(?<![^\W_])_+|_+(?![^\W_])")
_DECORATION: Final = re.compile(r"(?:[>#|•·●▪◦‣\s]+|[-+](?=\s))+")
_BREAKS: Final = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "hr"})
_INLINE: Final = frozenset(
    {"b", "i", "em", "strong", "span", "u", "s", "code", "pre", "mark", "td"}
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
    ]
)
_MAX_OBJECTS: Final = 8
_MAX_DEPTH: Final = 4

_GROUPS: Final = (
    ('"', "“”„‟«»‹›「」『』＂〝〞"),
    ("'", "‘’‚‛′´"),
    ("[", "【〔《〈"),
    ("]", "】〕》〉"),
    ("-", "‐‑‒–−"),
    (" - ", "—―"),
    (": ", "→⇒⟶➡➜➔►▶"),
    (" ✔ ", "✅✔☑✓👍"),
    (" ✘ ", "❌✖✘✗❎👎"),
    ("/", "⁄∕"),
    (". ", "。"),
    (", ", "，、"),
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
    r"""Return what follows the last closed reasoning block, up to one that stays open.

    >>> after_reasoning("<think>Result: NO?</think>\nResult: YES").strip()
    'Result: YES'
    >>> after_reasoning("<think>Result: NO")
    ''
    """
    end = 0
    for block in _CLOSED.finditer(reply):
        end = block.end()
    rest = reply[end:]
    unclosed = _OPEN.search(rest)
    return rest[: unclosed.start()] if unclosed else rest


def plain_lines(reply: str) -> list[str]:
    r"""Return the lines of a reply that are not blank, without markup.

    >>> plain_lines("### Result\n- **YES** ✅")
    ['Result', 'YES ✔']
    >>> plain_lines("<think>hm</think><result>NO</result> \\boxed{5}")
    ['result: NO', '5']
    """
    text = after_reasoning(_shortened(reply)).translate(_CHARACTERS)
    text = unicodedata.normalize("NFKC", text)
    text = _FENCE.sub("\n", text)
    for _ in range(3):
        text, count = _LATEX.subn(r" \1 ", text)
        if not count:
            break
    text = _LATEX_MARKS.sub(" ", text)
    text = _EMPHASIS.sub("", _TAG.sub(_untagged, text))
    lines = []
    for line in text.splitlines():
        start = _DECORATION.match(line)
        kept = " ".join(line[start.end() if start else 0 :].split()).rstrip("| ")
        if kept:
            lines.append(kept)
    return lines


def _shortened(reply: str) -> str:
    if len(reply) <= LONGEST:
        return reply
    return reply[: LONGEST // 2] + " … " + reply[-LONGEST // 2 :]


def _untagged(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name in _FIELDS:
        return "\n" if tag[1] else f"\n{tag[2]}: "
    if name in _BREAKS:
        return "\n"
    return "" if name in _INLINE else tag[0]


def json_fields(reply: str) -> list[tuple[str, Any]]:
    r"""Return names (in lower case) and values of the last JSON object that starts a line, nested ones too.

    >>> json_fields('Here it is:\n```json\n{"Explanation": "x", "Judgement": "correct"}\n```')
    [('explanation', 'x'), ('judgement', 'correct')]
    >>> json_fields('He wrote {"Judgement": "correct"}'), json_fields("[" * 9999)
    ([], [])
    """
    return list(_fields(_last_object(reply)[0], _MAX_DEPTH))


def outside_json(reply: str) -> str:
    r"""Return a reply without its last JSON object that starts a line: a judge may quote one before its verdict.

    >>> outside_json('He wrote\n{"Judgement": "correct"}\nJudgement: incorrect').split("\n")
    ['He wrote', '', 'Judgement: incorrect']
    """
    return _last_object(reply)[1]


def _last_object(reply: str) -> tuple[Any, str]:
    text = after_reasoning(reply) if len(reply) <= LONGEST else ""
    text = _FENCE.sub("\n", text)
    starts = [found.start(1) for found in re.finditer(r"^[ \t>*-]*(\{)", text, re.MULTILINE)]
    for start in reversed(starts[-_MAX_OBJECTS:]):
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        return value, text[:start] + text[end:]
    return None, reply


def _fields(value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth:
        for key, item in value.items():
            yield key.strip().lower(), item
            yield from _fields(item, depth - 1)
