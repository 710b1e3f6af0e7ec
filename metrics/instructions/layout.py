"""Marks of layout as a careful reader sees them: bullets, dividers, highlights, sections, titles, placeholders, JSON.

What was typed for a mark decides nothing: an escaped or full-width asterisk is one, and so is the line ``* * *``. A mark
that means something else does not count: emphasis at the beginning of a line, or ``[ ]`` as a placeholder. All functions
are linear in the text.
"""

from __future__ import annotations

import html
import itertools
import json
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from metrics.text import late as re
from metrics.text.canonical import canonical

_INDENT: Final = r"^[^\S\n]*(?:>[^\S\n]?){0,4}[^\S\n]*"
_BULLET: Final = re.compile(
    rf"{_INDENT}(?:\\?[*+-](?![*+-])(?![^\s*+-][^\n*]*\*)(?=[^\S\n]*[^\W\d]|[^\S\n]+\S)"
    r"|[•‣◦▪●○■□·∙⁃–—✓✔➤►∗⁎◆◇♦❖★☆✦✶✱➢➔➜➡→⇒▶▸▹◉◎⦁⦿»・‧☐☑☒✅❌✗✘][^\S\n]*(?=\S))",
    re.MULTILINE,
)
_NUMBERED: Final = re.compile(r"^[^\S\n]*\(?\d{1,3}[.):][^\S\n]*(?=\S)", re.MULTILINE)
_RULE: Final = re.compile(r"^[^\S\n]*(?:\\?[*_–—-][^\S\n]*){3,}$", re.MULTILINE)
_DIVIDER_LINE: Final = re.compile(
    r"^[^\S\n]*\\?\*[^\S\n]*\\?\*[^\S\n]*\\?\*[^\S\n]*$", re.MULTILINE
)
_PARTING_LINE: Final = re.compile(r"^[^\S\n]*(?:\\?\*[^\S\n]*){6}$", re.MULTILINE)
_BOLD_ITALIC: Final = re.compile(r"(?<![\w*])\*\*\*(?=[^\s*])([^*\n]+)\*\*\*(?![\w*])")
_STARRED: Final = re.compile(r"(?<![\w*\\])(\*{1,3})(?![\s*])[^*\n]+\1(?![\w*])")
_UNDERLINED: Final = re.compile(r"(?<![\w_\\])(_{1,3})(?![\s_])[^_\n]+\1(?![\w_])")
_BLANK_LINES: Final = re.compile(r"\n(?:[^\S\n]*\n)+")
_LIST_MARK: Final = re.compile(r"[\W_]*|\d{1,3}[.)]")
_OUTER: Final = re.compile(r"^[\W_]+|[\W_]+$")
_SQUARE: Final = re.compile(r"\[([^\[\]\n]*)\]")
_ANSWER: Final = re.compile(r"my answer is (yes|no|maybe)(?=[.!]|$|\n)")
_LABEL: Final = (
    r"\s*#?\s*(?P<label>\d+|[ivx]{1,5}|one|two|three|four|five|six|seven|eight|nine|ten)(?![^\W_])"
)
_ANGLES: Final = str.maketrans({"＜": "<", "＞": ">"})
_TITLE_LINE: Final = re.compile(r"[\s*_#]*[«《≪⟪]([^\n]*)[»》≫⟫][\s*_]*")
_TITLE: Final = re.compile(r"(?<!<)<{2,}+((?:(?!<<|>>)[^\n])+)>{2,}+")
_LINK: Final = re.compile(
    r"\[[^\[\]\n]*\]\((?=[^()\s]*[/.#:@?])(?:[^()\s]|\([^()\s]*\))+(?:[ ](?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
)
_LINK_BY_NAME: Final = re.compile(r"\[([^\[\]\n]*)\]\[([^\[\]\n]*)\]")
_LINK_NAMED: Final = re.compile(r"^[ ]{0,3}\[([^\[\]\n]+)\]:[ ]*(?=\S*[/.#])[^\n]*$", re.MULTILINE)
_FENCE: Final = re.compile(r"(?:```|~~~)\w*|`")
_UNSEEN: Final = str.maketrans(
    dict.fromkeys(map(chr, (*range(0x200B, 0x2010), 0xFEFF, 0xAD)), "") | {"\u00a0": " "}
)


def same(text: str) -> str:
    """Return the canonical form of a text, with its case."""
    return canonical(text, casefold=False)


def bullets(text: str) -> frozenset[int]:
    r"""Return the numbers of bullets that a reader may mean: all of them, and those of the outermost level.

    >>> sorted(bullets("* one\n  - aside\n* two\n---")), bullets("*Note* this"), bullets("➢ a\n➢ b")
    ([2, 3], frozenset({0}), frozenset({2}))
    """
    return _levels(_found(_RULE.sub("", same(text))))


def bullets_or_numbers(text: str) -> frozenset[int]:
    """Return the numbers of bullets and numbered lines that a reader may mean."""
    text = _RULE.sub("", same(text).replace("\\n", "\n"))
    return _levels(itertools.chain(_found(text), (one[0] for one in _NUMBERED.finditer(text))))


def _found(text: str) -> list[str]:
    """Return the bullets; where there are none, other symbols that begin lines."""
    found = [match[0] for match in _BULLET.finditer(text)]
    if found:
        return found
    return [
        line[: len(line) - len(line.lstrip())] + line.lstrip()[0]
        for line in text.split("\n")
        if len(line.lstrip()) > 2
        and unicodedata.category(line.lstrip()[0]) == "So"
        and line.lstrip()[1].isspace()
    ]


def _levels(found: Iterable[str]) -> frozenset[int]:
    indents = [len(mark) - len(mark.lstrip()) for mark in found]
    return frozenset({len(indents), indents.count(min(indents, default=0))})


def divided(text: str) -> str:
    r"""Return a text whose dividers are ``***`` and whose bold italics are plain words.

    >>> divided("***Big*** one\n* * *\ntwo")
    'Big one\n***\ntwo'
    """
    return _BOLD_ITALIC.sub(r"\1", _DIVIDER_LINE.sub("***", same(text)))


def two_answers(text: str) -> bool:
    r"""Return whether six asterisks part two texts that do not say the same.

    >>> two_answers("Yes.\n* * * * * *\nNo."), two_answers("It’s so\n******\nIt's so")
    (True, False)
    """
    pieces = [
        " ".join(piece.split()) for piece in _PARTING_LINE.sub("******", same(text)).split("******")
    ]
    answers = [canonical(piece) for piece in pieces if piece]
    return all(pieces[1:-1]) and len(answers) == 2 and answers[0] != answers[1]


def highlights(text: str) -> int:
    r"""Count emphasised parts, whatever the number of asterisks or underscores.

    >>> highlights("*a* and **b**, ***c***, _d_; 2 * 3 * 4"), highlights("* a\n* b")
    (4, 0)
    """
    text = same(text)
    return sum(1 for _ in _STARRED.finditer(text)) + sum(1 for _ in _UNDERLINED.finditer(text))


def sections(text: str, splitter: str) -> int:
    r"""Count the sections that differ in number: digits, Roman or in words.

    >>> sections("**SECTION I**\na\n**Section II**\nb", "Section"), sections("Section 1\nSection 1", "Section")
    (2, 1)
    """
    found = re.finditer(f"(?:{same(splitter)}){_LABEL}", same(text), re.IGNORECASE)
    return len({one["label"].casefold() for one in found})


def first_words(paragraph: str) -> frozenset[str]:
    """Return the forms of the first word: as it stands, and up to an apostrophe.

    >>> sorted(first_words("**I’m** here")), sorted(first_words("1. Weather: fine"))
    (['i', "i'm"], ['weather'])
    """
    for token in canonical(paragraph).split():
        if not _LIST_MARK.fullmatch(token):
            word = _OUTER.sub("", token)
            return frozenset({word, re.split(r"[.,?!'\"]", word, maxsplit=1)[0]})
    return frozenset()


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs between blank lines."""
    return [piece for piece in _BLANK_LINES.split(same(text).strip()) if same(piece).strip()]


def placeholders(text: str) -> int:
    """Count square brackets with a word inside; a check box, a footnote or a Markdown link does not count.

    >>> placeholders("［name］, [address], [ ], [x], [1]"), placeholders("[here](http://a.b) [name]")
    (2, 1)
    """
    inside = (one[1].strip() for one in _SQUARE.finditer(_without_links(same(text))))
    return sum(
        any(map(str.isalpha, one)) and one.casefold() != "x" and one[0] != "^" for one in inside
    )


def _without_links(text: str) -> str:
    """Return a text without its Markdown links and images, and the lines that give links by name their targets."""
    names = {one[1].casefold() for one in _LINK_NAMED.finditer(text)}
    text = _LINK_NAMED.sub("", _LINK.sub("", text))
    return _LINK_BY_NAME.sub(
        lambda one: "" if (one[2] or one[1]).casefold() in names else one[0], text
    )


def constrained(text: str) -> bool:
    """Return whether the text gives one of the three answers, and no other one.

    >>> constrained("**My answer is yes.**"), constrained("My answer is no. My answer is yes.")
    (True, False)
    """
    plain = re.sub(r"[*_`\"]+", "", canonical(text))
    return len(set(_ANSWER.findall(re.sub(r"[^\S\n]+", " ", plain)))) == 1


def has_title(text: str) -> bool:
    r"""Return whether a title is in double angles; guillemets and CJK angles need the line for themselves.

    Angles between values, as those of shifts and streams, wrap nothing.

    >>> has_title("＜＜Dawn＞＞"), has_title("«Dawn»\nThe sun."), has_title("He said «yes».")
    (True, True, False)
    >>> has_title("cout << x << endl; cin >> y;")
    False
    """
    for line in html.unescape(text.translate(_ANGLES)).split("\n"):
        if any(_wraps(line, one) for one in _TITLE.finditer(line)):
            return True
        alone = _TITLE_LINE.fullmatch(line)
        if alone is not None and re.search(r"\w", alone[1]):
            return True
    return False


def _wraps(line: str, found: re.Match[str]) -> bool:
    """Return whether double angles wrap a text; an operator has a value and the same space on both sides."""
    title = found[1]
    left, right = (
        line[max(0, found.start() - 2) : found.start()],
        line[found.end() : found.end() + 2],
    )
    shifts = _operates(left[::-1], title[0], ")]") and _operates(right, title[-1], "([")
    return bool(title.strip()) and not shifts


def _operates(outside: str, inside: str, brackets: str) -> bool:
    """Return whether angles are an operator: the two characters next to them, nearest first, and the one inside."""
    blank = inside.isspace()
    value = outside[blank:][:1]
    ends = (value.isascii() and value.isalnum()) or value in {
        "_",
        *brackets,
        *("\"'" if blank else ""),
    }
    return outside[:1].isspace() is blank and ends


def is_json(text: str) -> bool:
    r"""Return whether a text is a JSON object or list, in a fence or not.

    >>> is_json('```json\n{"a": 1}\n```'), is_json("42"), is_json('{"a": NaN}')
    (True, False, False)
    """
    text = text.strip().strip("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff").strip()
    fence = _FENCE.match(text)
    mark = text[:3] if text[:3] in ("```", "~~~") else "`"
    closed = fence is not None and len(text) > fence.end() and text.endswith(mark)
    body = text[fence.end() : -len(mark)].strip() if fence is not None and closed else text
    return any(isinstance(_parsed(one), dict | list) for one in (body, body.translate(_UNSEEN)))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> Any:
    raise ValueError(name)
