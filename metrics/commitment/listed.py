"""Options in another order: lists of fields, and options that a sentence names one after the other.

A position counts the options that the prompt shows, from 0; an order says for each position which one moves there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

_BETWEEN: Final = re.compile(r"""[\s,;:/|.'"()\[\]-]*(?:(?:and|or)\b[\s,;:'"()\[\]-]*)?""", re.I)
"""What may stand between two options of one list."""


class Named(NamedTuple):
    """One option inside a text.

    Attributes:
        start: where it begins.
        end: where it ends.
        label: its number among the labels.
    """

    start: int
    end: int
    label: int


def filled(value: Any) -> bool:
    """Return whether a field holds an option: a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def slots(values: Sequence[Any], is_option: Callable[[Any], bool] = filled) -> list[int]:
    """Return the places of options among fields, some of which may be empty.

    >>> slots(["cake", None, "tea", ""])
    [0, 2]
    """
    return [place for place, value in enumerate(values) if is_option(value)]


def rearranged(
    values: Sequence[Any], order: Sequence[int], is_option: Callable[[Any], bool] = filled
) -> list[Any]:
    """Return fields with their options in another order; empty fields stay where they are.

    >>> rearranged(["cake", None, "tea"], (1, 0))
    ['tea', None, 'cake']
    """
    places = slots(values, is_option)
    found = list(values)
    for place, source in zip(places, order, strict=True):
        found[place] = values[places[source]]
    return found


def position_of(place: int | None, values: Sequence[Any]) -> int | None:
    """Return the position of the option in a field; ``None`` if there is none.

    >>> position_of(2, ["cake", None, "tea"]), position_of(1, ["cake", None, "tea"])
    (1, None)
    """
    places = slots(values)
    return places.index(place) if place in places else None


@lru_cache(maxsize=512)
def _patterns(labels: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(enumerate(labels), key=lambda pair: -len(pair[1]))
    parts = [f"(?P<l{number}>{re.escape(label)})" for number, label in longest if label.strip()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)", re.I)


def listed(text: str, labels: Sequence[str]) -> tuple[Named, ...]:
    """Return the longest list of different labels in a text, whose members only commas, ``or`` and the like separate.

    >>> [text[one.start : one.end] for text in ("Is it male? Answer male or female.",) for one in listed(text, ["Female", "Male"])]
    ['male', 'female']
    >>> listed("Which accent is it?", ["Irish", "Scottish"])
    ()
    """
    best: list[Named] = []
    run: list[Named] = []
    for match in _patterns(tuple(labels)).finditer(text):
        named = Named(match.start(), match.end(), int((match.lastgroup or "l0")[1:]))
        joined = run and _BETWEEN.fullmatch(text, run[-1].end, named.start)
        if joined and named.label not in [one.label for one in run]:
            run.append(named)
        else:
            run = [named]
        if len(run) > len(best):
            best = run[:]
    return tuple(best) if len(best) > 1 else ()


def places_of(found: Sequence[Named], labels: Iterable[int | None]) -> list[int | None]:
    """Return the position in a list of every label; ``None`` for one that the list does not have.

    >>> places_of(listed("Answer male or female.", ["Female", "Male"]), (1, 0, None))
    [0, 1, None]
    """
    shown = [one.label for one in found]
    return [shown.index(one) if one in shown else None for one in labels]


def relisted(text: str, found: Sequence[tuple[int, int]], order: Sequence[int]) -> str:
    """Return a text with some of its pieces in another order.

    Args:
        text: the text.
        found: start and end of every piece, from left to right.
        order: which piece moves to each place.

    >>> relisted("red, green or blue", [(0, 3), (5, 10), (14, 18)], (2, 0, 1))
    'blue, red or green'
    """
    pieces = [text[start:end] for start, end in found]
    done, last = [], 0
    for (start, end), source in zip(found, order, strict=True):
        done += [text[last:start], pieces[source]]
        last = end
    return "".join([*done, text[last:]])
