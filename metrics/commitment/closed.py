"""Strict readings of closed answers, for the tasks: options of a document, its right one, its reply.

A thin layer over ``commitment``: it finds the right option among the options, and the options inside a
prompt of lettered lines. Aliases are those that a task's YAML declares for its labels.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from metrics.commitment.asides.topics import without_topics
from metrics.commitment.choices import Choices, compile_choices, form_key
from metrics.commitment.grammar import NOTHING, Commitment, read_commitment
from metrics.text.canonical import canonical
from metrics.witness import tell

Aliases = Mapping[str, Sequence[str]]
"""Label -> further forms that name it, without regard to case and punctuation. A label of the data that is one
of the forms has the others as well."""

_LETTERED: Final = re.compile(r"(?<!\w)[(\[]?([A-Za-z])[.):\]]\s+(?=\S)")


class Verdict(NamedTuple):
    """Verdict on a reply: whether it commits at all, to what, and whether that is right.

    Attributes:
        option: the option's index (the first of equal texts), ``None`` if the reply commits to none.
        correct: whether it is the right one.
        named: every option that the reply mentions.
    """

    option: int | None
    correct: bool
    named: tuple[int, ...] = ()


def choose(
    reply: object,
    options: Sequence[str],
    gold: int | None,
    aliases: Aliases | None = None,
    *,
    letters: bool = True,
    asked: bool = False,
) -> Verdict:
    """Read a reply against options.

    Args:
        reply: the reply; anything but text commits to nothing.
        options: option texts in order; an empty text among filled ones is not an option.
        gold: index of the right option, ``None`` if there is none.
        aliases: declared further forms of labels; such labels say how something sounds and never what a clip is about.
        letters: whether the options have letters.
        asked: whether the prompt asks for a letter, so that "D" is the option D and not an option whose text is "D".

    >>> choose("B, not A", ["Dog", "Cat"], 1)
    Verdict(option=1, correct=True, named=(1, 0))
    >>> choose("furious", ["Anger.", "Joy."], 0, {"Anger": ["furious"]}, letters=False).correct
    True
    """
    choices = compiled(tuple(options), _frozen(aliases), letters=letters, asked=asked)
    found = _told(reply, options, choices, topics=letters or not aliases)
    right = found.option is not None and gold is not None and found.option == choices.same[gold]
    return Verdict(found.option, right, found.named)


def read(reply: object, options: Sequence[str], *, letters: bool = True) -> Commitment:
    """Return what a reply commits to among options."""
    choices = compiled(tuple(options), (), letters=letters)
    return _told(reply, options, choices)


def _told(
    reply: object, options: Sequence[str], choices: Choices, *, topics: bool = True
) -> Commitment:
    """Read a reply and tell it; ``topics`` says that what a clip is about may be an answer."""
    if not isinstance(reply, str):
        return NOTHING
    found = read_commitment(reply if topics else without_topics(reply), choices)
    tell("choice", reply, found, (options, choices))
    return found


@lru_cache(maxsize=4096)
def compiled(
    options: tuple[str, ...],
    aliases: tuple[tuple[str, tuple[str, ...]], ...],
    *,
    letters: bool,
    asked: bool = False,
) -> Choices:
    """Compile options with the aliases of their labels."""
    groups: dict[str, tuple[str, ...]] = {}
    for label, forms in aliases:
        for form in forms:
            groups.setdefault(label_key(form), (label, *forms))
    groups |= {label_key(label): forms for label, forms in aliases}
    further = tuple(groups.get(label_key(option), ()) for option in options)
    return compile_choices(options, further, letters=letters, asked=asked)


def label_key(label: str) -> str:
    """Return the form in which a label is found in an alias map.

    >>> label_key(" South Africa. ")
    'south africa'
    """
    return form_key(canonical(label))


def lettered_options(prompt: str) -> tuple[str, ...]:
    """Return the texts of options that a prompt lists as ``A. x B. y`` or ``(A) x (B) y``; empty if there are none.

    The last run from A on is taken; the last option ends with its line.

    >>> lettered_options("Which is warm? A. wool B. ice C. a fan")
    ('wool', 'ice', 'a fan')
    >>> lettered_options("Which is warm?")
    ()
    """
    run: list[re.Match[str]] = []
    best: list[re.Match[str]] = []
    for marker in _LETTERED.finditer(prompt):
        letter = marker[1].upper()
        if letter == "A":
            run = [marker]
        elif run and letter == chr(65 + len(run)):
            run.append(marker)
        if len(run) > 1:
            best = run
    if not best:
        return ()
    ends = [marker.start() for marker in best[1:]] + [len(prompt)]
    texts = [prompt[marker.end() : end].strip() for marker, end in zip(best, ends, strict=True)]
    texts[-1] = texts[-1].partition("\n")[0].strip()
    return tuple(text.rstrip(" ,;") for text in texts)


def index_of(text: object, options: Sequence[str]) -> int | None:
    """Return the index of the option with this text: exactly, else in the form that readings compare.

    >>> index_of("dog.", ["Cat", "Dog"])
    1
    """
    if not isinstance(text, str):
        return None
    if text in options:
        return list(options).index(text)
    key = label_key(text)
    return next((i for i, option in enumerate(options) if key and label_key(option) == key), None)


def alias_part(aliases: Aliases | None) -> dict[str, str]:
    """Return the part ``aliases`` of a signature, ``COUNT#HASH``; nothing without aliases.

    >>> alias_part({"Anger": ["angry"]})
    {'aliases': '1#b770ba'}
    >>> alias_part(None)
    {}
    """
    frozen = sorted(_frozen(aliases))
    if not frozen:
        return {}
    digest = hashlib.sha256(json.dumps(frozen, ensure_ascii=False).encode()).hexdigest()[:6]
    return {"aliases": f"{sum(len(forms) for _, forms in frozen)}#{digest}"}


def _frozen(aliases: Aliases | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((label, tuple(forms)) for label, forms in aliases.items()) if aliases else ()
