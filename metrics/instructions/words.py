r"""Word splitting of the instruction checkers: the Penn Treebank rules as NLTK applies them.

One official checker counts tokens of ``nltk.word_tokenize`` that are upper case, and names no version. The rules
here are those of NLTK 3.9 (3.9 to 3.9.2), which join white space before they split clitics, so that ``I'M`` at the
end of a line is two words; ``using("3.8")`` gives those of 3.8.1 and before. Later releases (3.10) changed the rules
for dashes and apostrophes and run them under wall-clock time limits, so the substitutions stand here, in
NLTK's order, on the sentences of ``metrics.instructions.sentences``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

from metrics.instructions.sentences import sentences
from metrics.text import late as re

NltkVersion = Literal["3.9", "3.8"]
_VERSION: ContextVar[NltkVersion] = ContextVar("nltk", default="3.9")
_SPACES: Final = re.compile(r"\s+")

_BEFORE_PADDING: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # opening quotes
        (r"([«“‘„]|`+)", r" \1 "),
        (r'^"', r"``"),
        (r"(``)", r" \1 "),
        (r"([ (\[{<])(\"|'{2})", r"\1 `` "),
        (r"(?i)(')(?!re|ve|ll|m|t|s|d|n)(\w)\b", r"\1 \2"),
        # punctuation; the last full stop of a sentence stands alone
        (r"([^.])(\.)([\])}>\"'»”’ ]*+)\s*$", r"\1 \2 \3 "),
        (r"([:,])([^\d])", r" \1 \2"),
        (r"([:,])$", r" \1 "),
        (r"\.{2,}", r" \g<0> "),
        (r"[;@#$%&]", r" \g<0> "),
        (r"([^.])(\.)([\])}>\"']*)\s*$", r"\1 \2\3 "),
        (r"[?!]", r" \g<0> "),
        (r"([^'])' ", r"\1 ' "),
        (r"\*", r" \g<0> "),
        (r"[\]\[(){}<>]", r" \g<0> "),
        (r"--", r" -- "),
    )
)
_AFTER_PADDING: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # closing quotes and clitics
        (r"([»”’])", r" \1 "),
        (r"''", r" '' "),
        (r'"', r" '' "),
        (_SPACES.pattern, r" "),  # since 3.9
        (r"([^' ])('[sS]|'[mM]|'[dD]|') ", r"\1 \2 "),
        (r"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", r"\1 \2 "),
        # contractions
        (r"(?i)\b(can)(not)\b", r" \1 \2 "),
        (r"(?i)\b(d)('ye)\b", r" \1 \2 "),
        (r"(?i)\b(gim|lem)(me)\b", r" \1 \2 "),
        (r"(?i)\b(gon)(na)\b", r" \1 \2 "),
        (r"(?i)\b(got)(ta)\b", r" \1 \2 "),
        (r"(?i)\b(more)('n)\b", r" \1 \2 "),
        (r"(?i)\b(wan)(na)(?=\s)", r" \1 \2 "),
        (r"(?i) ('t)(is|was)\b", r" \1 \2 "),
    )
)


@contextmanager
def using(version: NltkVersion) -> Iterator[None]:
    r"""Count words by the rules of one NLTK version inside the block.

    >>> def split():
    ...     return words("I'M\nhere")
    >>> with using("3.8"):
    ...     split()
    ["I'M", 'here']
    >>> split()
    ['I', "'M", 'here']
    """
    token = _VERSION.set(version)
    try:
        yield
    finally:
        _VERSION.reset(token)


def words(text: str) -> list[str]:
    """Split English text into words and punctuation marks.

    >>> words("NASA didn't go.")
    ['NASA', 'did', "n't", 'go', '.']
    """
    return [token for sentence in sentences(text) for token in _tokens(sentence)]


def count_capital_words(text: str) -> int:
    """Return the number of words that are upper case (``str.isupper``).

    >>> count_capital_words("NASA and I didn't GO.")
    3
    """
    return sum(
        token.isupper()
        for sentence in sentences(text)
        if any(map(str.isupper, sentence))  # most sentences of a degenerate reply have no letter
        for token in _tokens(sentence)
    )


def _tokens(sentence: str) -> list[str]:
    for pattern, replacement in _BEFORE_PADDING:
        sentence = pattern.sub(replacement, sentence)
    sentence = f" {sentence} "
    joins = _VERSION.get() == "3.9"
    for pattern, replacement in _AFTER_PADDING:
        if pattern.pattern == _SPACES.pattern and not joins:
            continue
        sentence = pattern.sub(replacement, sentence)
    return sentence.split()
