"""What readers of replies were given and what they found, for whoever asks.

A report says *why* a reply counts as it does: it scores the stored reply once more inside ``watching`` and keeps what
the readers tell. Without a listener ``tell`` costs one look at a context variable; scores never depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["choice", "words", "characters", "number", "verdict", "instructions", "rule"]


class Told(NamedTuple):
    """One reading of one text.

    Attributes:
        kind: ``choice`` (an option of a question), ``words`` and ``characters`` (edits against a reference),
            ``number``, ``verdict`` (a judge's yes or no), ``instructions`` (which are
            kept), ``rule`` (what an official rule saw, in a sentence).
        text: what was read.
        found: what was found in it.
        against: what it was read against: options, or the reference; of instructions, whether reading is strict; of a
            rule, the metric that it decides.
    """

    kind: Kind
    text: str
    found: Any
    against: Any = None


_LISTENER: Final[ContextVar[list[Told] | None]] = ContextVar("listener", default=None)


def tell(kind: Kind, text: str, found: Any, against: Any = None) -> None:
    """Tell a listener, if there is one, what was read in a text."""
    listener = _LISTENER.get()
    if listener is not None:
        listener.append(Told(kind, text, found, against))


def listening() -> bool:
    """Return whether somebody listens: what is costly to tell need not be made otherwise."""
    return _LISTENER.get() is not None


def explain(metric: str, reason: Callable[[], str]) -> None:
    """Tell a listener, if there is one, what an official rule saw in a reply, in a sentence.

    Args:
        metric: the metric that the rule decides.
        reason: makes the sentence; called only if somebody listens.

    >>> with watching() as heard:
    ...     explain("accuracy", lambda: "has every word of the answer")
    >>> heard[0].found, heard[0].against
    ('has every word of the answer', 'accuracy')
    """
    if listening():
        tell("rule", "", reason(), metric)


@contextmanager
def watching() -> Iterator[list[Told]]:
    """Collect what is told in this context.

    >>> with watching() as heard:
    ...     tell("number", "about 25", 25.0)
    >>> heard[0].found
    25.0
    """
    told: list[Told] = []
    token = _LISTENER.set(told)
    try:
        yield told
    finally:
        _LISTENER.reset(token)
