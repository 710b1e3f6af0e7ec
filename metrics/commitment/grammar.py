"""The option that a reply commits to, as a careful reader sees it: one, or none.

The rule of every strict reading of closed answers. A mention counts as asserted unless the sentence denies
it (``not A``, ``A is wrong``, ``B rather than A``), leaves it open (``if``, ``whether``, ``between A and B``, a
question), lists it (all options in a row) or takes it back (``A, no wait, B``). Assertions have ranks: what is
called the final answer, what is called the answer or stands alone, what follows ``so``, and what is merely
said; reasons and concessions come last. The highest rank decides. The reply commits if all assertions of that
rank name one option; if they name several, or a letter is next to the text of another option, it commits
to none. Pure, deterministic, linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from metrics.commitment.asides.claims import without_eras
from metrics.commitment.asides.rows import without_lists
from metrics.commitment.choices import Choices, compile_choices, exact_choice
from metrics.commitment.cues import (
    ALSO,
    ANSWERED,
    ASKED,
    CONJOINED,
    CORRECTION,
    CUE,
    DENIED,
    DENIED_AT_LAST,
    EXCLUDES,
    FILLER,
    FITS,
    IDIOMS,
    LESS_THAN,
    LIST_AFTER_COMMA,
    ONLY_TOGETHER,
    OPEN_ROW,
    OPENS_LIST,
    PRAISED,
    QUESTION_TAG,
)
from metrics.commitment.frames import answer_part, lower, prepare
from metrics.commitment.loose import SENTENCE, by_words
from metrics.commitment.marks import judged, stands_out
from metrics.commitment.mentions import CLASH, LETTER_BASE, MENTION, mask, option_of
from metrics.commitment.stance import held, is_compared, is_given, paired
from metrics.commitment.turns import turned

ASIDE, SAID, SO, ANSWER, FINAL = range(5)
"""Ranks of an assertion."""
RULES: Final = ("aside", "said", "so", "answer", "final")
"""Rule by the rank of the assertions that decided; else see ``metrics.commitment.reasons``."""

_LONGEST: Final = 100_000
_MENTION: Final = re.compile(MENTION)
_BLANKS: Final = re.compile(r"\s{4,}|\.{4,}")
"""A run of white space or full stops that says no more than a short one."""
_ABBREVIATION: Final = re.compile(
    r"\b(?:e\.g|i\.e|vs|mr|mrs|ms|dr|st|etc|approx|u\.s|u\.k)\.(?=\s*\S)"
)
_DECIMAL: Final = re.compile(r"(?<=\d)\.(?=\d)")


class Assertion(NamedTuple):
    """One asserted mention: when it was said, how strongly, and of which options (one, or a clash)."""

    epoch: int
    rank: int
    sentence: int
    turn: int
    options: frozenset[int]


@dataclass(frozen=True, slots=True)
class Commitment:
    """Commitment of a reply.

    Attributes:
        option: index of the option, ``None`` if there is none or no single one.
        named: every option that the reply mentions, in order of first mention.
        rule: what decided (``metrics.commitment.reasons``).
        sentence: the sentence that decided, with placeholders for mentions; empty where no sentence did.
    """

    option: int | None
    named: tuple[int, ...] = ()
    rule: str = field(default="silent", compare=False, repr=False)
    sentence: str = field(default="", compare=False, repr=False)


NOTHING: Final = Commitment(None)


def read_commitment(reply: str, choices: Choices) -> Commitment:
    """Return what a reply commits to.

    Args:
        reply: the reply as the model gave it.
        choices: the compiled options; equal texts count as their first option.

    >>> people = compile_choices(("Man", "Woman", "Child"))
    >>> [read_commitment(text, people).option for text in ("(B)", "A woman, not a man.", "A man or a woman", "Not A.")]
    [1, 1, None, None]
    """
    quick = exact_choice(reply, choices)
    if quick is not None:
        return Commitment(quick, (quick,), "whole")
    text = _BLANKS.sub(_shorter, prepare(reply[-_LONGEST:]))
    part = answer_part(stands_out(text), polite=choices.polite)
    quick = exact_choice(part, choices)
    if quick is not None:
        return Commitment(quick, (quick,), "part")
    masked = mask(part, lower(part), choices)
    if not _MENTION.search(masked):
        loose = by_words(lower(part), choices)
        return NOTHING if loose is None else Commitment(loose, (loose,), "words")
    found = _MENTION.findall(masked)
    named = tuple(
        dict.fromkeys(i for mark in found if mark != CLASH for i in option_of(mark, choices))
    )
    sentences: dict[int, str] = {}
    excluded: set[int] = set()
    assertions = _assertions(masked, choices, sentences, excluded)
    option, rule, last = _decide(assertions)
    left = choices.distinct - excluded
    if not assertions and len(left) == 1 and len(excluded) > 1 and left.isdisjoint(named):
        return Commitment(next(iter(left)), named, "left")
    return Commitment(option, named, rule, sentences.get(last, ""))


def committed(
    reply: object,
    options: Sequence[str],
    aliases: Sequence[Sequence[str]] = (),
    *,
    letters: bool = True,
    asked: bool = False,
) -> int | None:
    """Return the index of the only option that a reply commits to, else ``None``.

    Args:
        reply: the reply; anything but text commits to nothing.
        options: option texts in order.
        aliases: further forms of each option.
        letters: whether the options have letters.
        asked: whether the prompt asks for a letter.

    >>> committed("The answer is **B**.", ["Dog", "Cat"])
    1
    >>> committed("It cannot be a dog; it must be a cat.", ["Dog", "Cat"])
    1
    """
    if not isinstance(reply, str):
        return None
    further = tuple(tuple(forms) for forms in aliases)
    choices = compile_choices(tuple(options), further, letters=letters, asked=asked)
    return read_commitment(reply, choices).option


# --- reading ------------------------------------------------------------------------------------


def _assertions(
    masked: str, choices: Choices, sentences: dict[int, str], excluded: set[int]
) -> list[Assertion]:
    text = held(turned(paired(_BLANKS.sub(_shorter, judged(masked)))))
    if choices.ages:
        text = without_eras(text)
    text = OPEN_ROW.sub(" or ", _BLANKS.sub(_shorter, text))
    text = IDIOMS.sub(" ", text)
    text = _DECIMAL.sub("·", _ABBREVIATION.sub(lambda m: m[0].replace(".", ""), text))
    text = ANSWERED.sub(r"\1 is correct ", text)
    text = without_lists(text, choices)
    found: list[Assertion] = []
    epoch = 0
    for number, match in enumerate(SENTENCE.finditer(text)):
        sentence = match[0]
        if not sentence.strip():
            continue
        sentences[number] = sentence
        reader = _Reader(sentence, number, epoch, choices, found)
        epoch = reader.read()
        if reader.rejected and EXCLUDES.search(sentence) and not ONLY_TOGETHER.search(sentence):
            excluded |= reader.rejected
    return found


def _shorter(blanks: re.Match[str]) -> str:
    if blanks[0][0] == ".":
        return "..."
    return "\n\n" if "\n" in blanks[0] else "  "


class _Reader:
    """The reading of one sentence, cue by cue, from left to right."""

    def __init__(
        self, text: str, number: int, epoch: int, choices: Choices, found: list[Assertion]
    ) -> None:
        self.text, self.number, self.epoch = text, number, epoch
        self.choices, self.found = choices, found
        self.rank, self.turn = SAID, 0
        self.denied = self.open = self.aside = self.prepositional = self.used = False
        self.absent = False
        self.question = bool(QUESTION_TAG.search(text))
        self.bare = not FILLER.sub("", _MENTION.sub("", text))
        if self.bare:
            self.rank = ANSWER
        self.judged_until, self.named = 0, list[Assertion]()
        self.rejected, self.beside = set[int](), list[Assertion]()
        self.lead = len(text) - len(text.lstrip(" ,\"'("))

    def read(self) -> int:
        """Collect the assertions; return the epoch in which the sentence ends."""
        if not _MENTION.search(self.text):
            return self.epoch + bool(self.found and CORRECTION.search(self.text))
        if self.found and ALSO.search(self.text):
            self.beside = [one for one in self.found[-50:] if one.epoch == self.epoch]
        for match in CUE.finditer(self.text):
            if match.start() < self.judged_until:
                continue
            kind = match.lastgroup
            assert kind is not None
            getattr(self, f"_{kind}")(match)
        if self.found and self.found[-1][1:3] == (SAID, self.number):
            self.found += self.named  # next to an answer that is no more than said
        return self.epoch

    def _reset(self) -> None:
        self.denied = self.open = self.aside = self.prepositional = False

    def _final(self, _match: re.Match[str]) -> None:
        self._reset()
        self.rank = FINAL
        self.used = False

    def _correction(self, _match: re.Match[str]) -> None:
        self._reset()
        self.epoch += 1

    def _hypothesis(self, match: re.Match[str]) -> None:
        self.open = True
        self.prepositional = match.start() <= self.lead and not OPENS_LIST.search(match[0])

    def _negation(self, match: re.Match[str]) -> None:
        if match[0].startswith(("can't", "cannot")) and len(match[0]) > 8:
            self.open = True
            return
        self.denied = True
        self.absent = match[0].startswith("no ")
        self.prepositional = match.start() <= self.lead

    def _turn(self, match: re.Match[str]) -> None:
        if DENIED_AT_LAST.match(self.text, match.end()):
            self.found[:] = [one for one in self.found if one.sentence != self.number]
        self._reset()
        self.turn += 1
        self.rank = max(self.rank if not self.used else SAID, SAID)

    def _therefore(self, _match: re.Match[str]) -> None:
        self._reset()
        self.rank = max(SO, self.rank if not self.used else SAID)

    def _answer(self, _match: re.Match[str]) -> None:
        self.aside = False
        self.rank = max(ANSWER, self.rank)
        self.used = False

    def _choosing(self, match: re.Match[str]) -> None:
        self._reset()
        self._answer(match)

    def _aside(self, match: re.Match[str]) -> None:
        self.aside = True
        self.prepositional = match.start() <= self.lead

    def _meanwhile(self, match: re.Match[str]) -> None:
        if match.start() <= self.lead:
            self._aside(match)
        elif self.used:
            self.rank = SAID

    def _belief(self, _match: re.Match[str]) -> None:
        if not self.prepositional:
            self.open = False

    def _stop(self, _match: re.Match[str]) -> None:
        self._reset()
        if self.used and not self.bare:
            self.rank = SAID

    def _colon(self, match: re.Match[str]) -> None:
        if ASKED.search(self.text, max(0, match.start() - 200), match.start()):
            self.open = False
        if self.used or self.absent:
            self.denied = False

    def _comma(self, match: re.Match[str]) -> None:
        at = match.end()
        listed = LIST_AFTER_COMMA.match(self.text, at) is not None
        if self.prepositional:
            self._reset()
        elif not (listed and (not self.denied or CONJOINED.match(self.text, at))):
            self.denied = False
            if self.open:
                self.open = listed
        if self.used and not listed and not self.bare:
            self.rank = SAID

    def _mention(self, match: re.Match[str]) -> None:
        rejected = DENIED.match(self.text, match.end())
        if rejected is not None:
            compared = LESS_THAN.match(self.text, rejected.end())
            self.judged_until = compared.end() if compared else rejected.end()
            self.used = True
            for mark in _MENTION.findall(self.text, match.start(), self.judged_until):
                self.rejected |= option_of(mark, self.choices)
            return
        if self.denied or self.open or self.question:
            self.used = True
            if not self.open and not self.question:
                self.rejected |= option_of(match[0], self.choices)
            return
        rank = self.rank
        praise = PRAISED.match(self.text, match.end())
        if praise is not None:
            rank = max(rank, SO if FITS.search(praise[0]) else ANSWER)
        elif self.aside:
            rank = ASIDE
        elif is_compared(self.text, match.end()):
            self.open = self.used = True
            return
        options = option_of(match[0], self.choices)
        if self.beside:  # next to what was said before, not instead of it
            options |= self.beside[-1].options
            rank = max(rank, *(one.rank for one in self.beside))
        given = ord(match[0]) < LETTER_BASE or rank != SAID or is_given(self.text, match.end())
        found = self.found if given else self.named
        found.append(Assertion(self.epoch, rank, self.number, self.turn, options))
        self.used = True


# --- deciding -----------------------------------------------------------------------------------


def _decide(assertions: list[Assertion]) -> tuple[int | None, str, int]:
    """Return the option, the rule that decided and the number of the last sentence that counts."""
    said = [found for found in assertions if found.rank > ASIDE] or assertions
    if not said:
        return None, "denied", -1
    epoch = max(found.epoch for found in said)
    said = [found for found in said if found.epoch == epoch]
    rank = max(found.rank for found in said)
    said = [found for found in said if found.rank == rank]
    sets: dict[int, tuple[int, set[int]]] = {}
    for found in said:
        turn, named = sets.get(found.sentence, (-1, set()))
        if found.turn > turn:
            named = set()
        if found.turn >= turn:
            sets[found.sentence] = (found.turn, named | found.options)
    groups = [named for _, named in sets.values()]
    last, place = groups[-1], [*sets][-1]
    if (
        len(last) == 1
        and all(last <= group for group in groups if len(group) > 1)
        and all(last == group for group in groups if len(group) == 1)
    ):
        return next(iter(last)), RULES[rank], place
    return None, "several", place
