"""Arabic transcripts: the three states of the Open Universal Arabic ASR leaderboard's form, and our own ``ar-norm-1``.

The board's form was mended twice on 2026-07-27: ``elm-v1`` never removed punctuation, ``elm-v2`` does, ``elm-v3`` also joins a detached waw.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from harness.types import Stats
from metrics.text.edits import word_edits
from metrics.witness import tell

_NEVER: Final = "}~،؛؟]"
"""What the pattern of ``elm-v1`` can match: its character class closes too early."""
_PUNCTUATION: Final = dict.fromkeys(map(ord, string.punctuation + "،؛؟"))
_ELM: Final[dict[int, int | None]] = {
    **dict.fromkeys(range(0x064B, 0x0653)),
    **{ord("پ"): ord("ب"), ord("ڤ"): ord("ف"), ord("ؤ"): ord("و"), ord("ئ"): ord("ي")},
    **dict.fromkeys(map(ord, "آأإ"), ord("ا")),
    ord("ء"): None,
    **{0x0660 + digit: ord("0") + digit for digit in range(10)},
}
_WAW: Final = re.compile(r"(^|\s)و\s+")
_GONE: Final = (
    *(range(0x064B, 0x0653), (0x0670, 0x0640), range(0x06D6, 0x06EE), range(0x200B, 0x2010)),
    *(range(0x202A, 0x202F), range(0x2066, 0x206A)),
)
_OURS: Final[dict[int, int | None]] = {
    **{code: None for codes in _GONE for code in codes},
    **dict.fromkeys((0x0622, 0x0623, 0x0625, 0x0671), 0x0627),
    **{0x0649: 0x064A, 0x06CC: 0x064A, 0x06A9: 0x0643, 0x0629: 0x0647},
    **{0x0624: 0x0648, 0x0626: 0x064A},
    **{0x0660 + digit: ord("0") + digit for digit in range(10)},
    **{0x06F0 + digit: ord("0") + digit for digit in range(10)},
}


def elm_v1(text: str) -> str:
    """Return the board's form as it was until 2026-07-27.

    >>> elm_v1("سؤال؟")
    'سوال؟'
    """
    return text.replace(_NEVER, "").translate(_ELM).strip()


def elm_v2(text: str) -> str:
    """Return the board's form of a quarter of an hour on 2026-07-27.

    >>> elm_v2("سؤال؟")
    'سوال'
    """
    return text.translate(_PUNCTUATION).translate(_ELM).strip()


def elm_v3(text: str) -> str:
    """Return the board's present form.

    >>> elm_v3("قلم و ورقة، و كتاب")
    'قلم وورقة وكتاب'
    """
    return " ".join(_WAW.sub(r"\1و", text.translate(_PUNCTUATION).translate(_ELM)).split())


def ar_norm_1(text: str) -> str:
    """Return our own form: marks and tatweel gone, letter variants folded, digits ASCII, punctuation as spaces.

    >>> ar_norm_1("المدرسةُ الأولى، ١٢")
    'المدرسه الاولي 12'
    """
    text = unicodedata.normalize("NFKC", text).translate(_OURS)
    spaced = (" " if unicodedata.category(one)[0] in "PS" else one for one in text)
    return " ".join("".join(spaced).lower().split())


FORMS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {"elm-v1": elm_v1, "elm-v2": elm_v2, "elm-v3": elm_v3}
)
"""Scorer id -> form."""


def board_edits(version: str, reference: str, hypothesis: str) -> tuple[Stats, Stats]:
    """Return the word and character edits of two texts in a state of the board's form.

    Args:
        version: key of ``FORMS``.
        reference: what was said.
        hypothesis: what was heard.

    >>> board_edits("elm-v3", "قلم و ورقة", "قلم وورقة")[0]
    {'edits': 0, 'length': 2}
    """
    said, heard = FORMS[version](reference), FORMS[version](hypothesis)
    return word_edits(" ".join(said.split()), " ".join(heard.split())), raw_char_edits(said, heard)


def raw_char_edits(reference: str, hypothesis: str) -> Stats:
    """Count character edits of the texts as they are: every space is a character.

    >>> raw_char_edits("a  b", "a b")
    {'edits': 1, 'length': 4}
    """
    from rapidfuzz.distance import Levenshtein

    stats: Stats = {
        "edits": Levenshtein.distance(reference, hypothesis),
        "length": len(reference),
    }
    tell("characters", hypothesis, stats, reference)
    return stats
