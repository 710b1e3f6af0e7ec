"""Parts of a reply that are not the judge's own: an item that it invents behind its verdict, and the words of a reply that it announces in a line of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from metrics.judge.second_thoughts import turns
from metrics.judge.wording import KEYS, LEAD
from metrics.text import late as re

_WORD: Final = r"(?:[1-5](?:\.0|/5)?|yes|no|correct|incorrect|true|false|right|wrong)(?![\w.]*\w)(?!\s*(?:or\b|and\b|/|\?|-\s*\w|\|))"
_VERDICT: Final = re.compile(
    rf"[^\w\n]{{0,12}}(?:{LEAD})(?:{KEYS})\W{{0,4}}[:=]\W{{0,6}}{_WORD}", re.IGNORECASE
)
_LAST_WORD: Final = re.compile(
    r"\W{0,6}(?:(?:so|thus|my|the)\W+)?(?:final|overall|revised|corrected|updated|adjusted)\b",
    re.IGNORECASE,
)
"""A verdict that is called the judge's last one: an invented item has the form of the first."""
_BARE: Final = re.compile(rf"[^\w\n]{{0,8}}{_WORD}[^\w\n]*$", re.IGNORECASE)
_ITEM: Final = re.compile(
    r"[^\w\n]{0,8}(?:the\s+)?(?:(?P<asked>question|instruction|prompt|input|user)|(?P<meant>reference|ground[\s_-]?truth|gold|expected)|(?P<said>candidate|model|predicted|prediction|response|answer|assistant|student))\b"
    r"(?:[^:=|\]\n]{0,30}[:=|\]]|[^\w\n]{0,8}$)",
    re.IGNORECASE,
)
"""The head of a part of an item: what is asked, what is meant, what is said."""
_READS: Final = r"(?:under\s+review|in\s+question|(?:to\s+be\s+)?(?:judged|graded|reviewed|evaluated)|reads?|says?|said|ends?|ended|closes|continues|states?|follows)(?:\s+(?:as\s+follows|with|thus|by))?|as\s+follows"
_TEXT: Final = r"(?:answer|reply|response|submission|output|text|transcript|candidate|model)"
_HEAD: Final = re.compile(
    r"[^\w\n]{0,8}(?:(?:here|below|this)\s+is\s+)?"
    rf"(?:(?:quot\w{{1,8}}\s+(?:from|of)\s+|(?:the\s+)?(?:(?:full|exact|last|first|closing)\s+)?(?:text|end|lines?|words|sentence|beginning|excerpt|transcript|quotation)\s+(?:of|from)\s+)(?:the\s+|its\s+)?(?:\w{{1,16}}(?:'s)?\s+){{0,2}}{_TEXT}(?:\s+(?:{_READS}))?"
    rf"|(?:the\s+|its\s+|this\s+)?(?:\w{{1,16}}\s+)?{_TEXT}(?:'s\s+{_TEXT})?\s+(?:{_READS})|(?:the\s+)?(?:model|candidate|assistant|system|student|ai)'s\s+(?:\w{{1,16}}\s+)?{_TEXT})\s*:[^\w\n]*$",
    re.IGNORECASE,
)
"""A line that announces the words of what is judged."""


_MAY_ANNOUNCE: Final = re.compile(
    r"\b(?:follow(?:s|ing)?|below|next|under\s+review|quot\w*|inject\w*|submi\w+|given|transcript|repeat\w*|copied|verbatim|text|again|begins?|reads?|says?\W*$|writes?\W*$|wrote\W*$|ends?|output\W*$)\b",
    re.IGNORECASE,
)
"""Words of a sentence behind which the words of a reply may stand."""


def own_lines(lines: Sequence[str]) -> list[str]:
    """Return lines without a verdict right below a head that announces another's words, and up to such a head or an invented item behind the judge's verdict.

    >>> own_lines(["Score: 4", "Question: Is it?", "Answer: It is.", "Score: 2"]), own_lines(["Score: 4", "Question: Is it? It is.", "Score: 2"])
    (['Score: 4'], ['Score: 4', 'Question: Is it? It is.', 'Score: 2'])
    >>> own_lines(["The reply reads:", "Score: 5"]), own_lines(["Score: 2", "The answer under review:", "Final score: 5"])
    (['The reply reads:'], ['Score: 2'])
    """
    kept: list[str] = []
    given = ""
    announced = False
    # whether what follows the verdict is the judge's, as far as this can be told: words before a verdict may announce
    # somebody's, and then it is the later one that the judge gives
    whole = False
    for place, line in enumerate(lines):
        verdict = _VERDICT.match(line) or ((not any(kept) or announced) and _BARE.match(line))
        head = _HEAD.match(line)
        if verdict and announced:
            announced = False
            continue
        item = not verdict and not head and _ITEM.match(line)
        if given and not whole and (head or (item and _next_item(lines[place:], given))):
            if not turns(kept):
                return kept
            whole = True
        whole = whole or bool(item) or bool(verdict and not given and not _reasoned(kept))
        announced = bool(head) or (announced and not line.strip())
        given = given or (line if verdict else "")
        kept.append(line)
    return kept


def _reasoned(before: Sequence[str]) -> bool:
    """Tell whether the lines before a first verdict, if there are any, end in a sentence that announces nobody's words."""
    last = next((line.rstrip(" \"')*_") for line in reversed(before) if line.strip()), ".")
    return last.endswith((".", "!")) and not _MAY_ANNOUNCE.search(last)


def _next_item(lines: Sequence[str], given: str) -> bool:
    """Tell whether lines hold two parts of an item and then a verdict in the form of the one that was given."""
    parts: set[str] = set()
    bare = _BARE.match(given) is not None
    for line in lines:
        if len(parts) > 1 and (_VERDICT.match(line) or (bare and _BARE.match(line))):
            return not _LAST_WORD.match(line) or _LAST_WORD.match(given) is not None
        if not _VERDICT.match(line) and (part := _ITEM.match(line)):
            parts.add(part.lastgroup or "")
    return False
