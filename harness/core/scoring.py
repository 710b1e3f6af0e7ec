"""Scores of one item: additive sufficient statistics under two readings, and the protocol of a metric."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    pass

Reading = Literal["official", "strict"]


READINGS: Final[tuple[Reading, Reading]] = ("official", "strict")


Outcome = Literal["answered", "empty", "refused", "truncated", "error"]


OUTCOMES: Final[tuple[Outcome, ...]] = ("answered", "empty", "refused", "truncated", "error")


Family = Literal["proportion", "mean", "ratio", "error", "f1"]
"""Kind of a metric; chooses interval and regression test (``docs/statistics.md``): ``proportion`` (0/1 items), ``mean``
(bounded scores), ``ratio`` (corpus rates), ``error`` (absolute errors), ``f1`` (confusion counts)."""


Document = dict[str, Any]
"""One benchmark item with its original fields. Keys that start with ``_`` are ours (``_id``,
``_audio``, ``_labels`` …): they enter neither ``item_key``, nor the data hash, nor ``samples.jsonl``."""


Stats = Mapping[str, float]
"""Additive sufficient statistics of one item or of a sum of items, for instance
``{"correct": 1, "n": 1}`` or ``{"edits": 3, "length": 11}``."""


class _Missing(enum.Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing.MISSING
"""The stored record has no response key at all. Some official scorers treat that differently
from a null response, so a scorer may be called with ``MISSING``, ``None`` or any JSON value."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One metric of one item under one reading.

    Attributes:
        stats: sufficient statistics; ``None`` exactly where this reading leaves the item out of
            its denominator.
        parsed: False when the answer (or the judge's reply) could not be read.
    """

    stats: Stats | None
    parsed: bool = True


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Everything a scorer says about one item.

    Attributes:
        metrics: metric id -> reading -> ``Scored``. Every metric of the task is a key for every
            document. A metric that does not apply to a document has ``Scored(None)`` in its readings;
            a metric without an official form has only the key ``strict``.
        extracted: what was read from the response (a letter, a number, a transcript), JSON-able.
        details: further JSON-able facts for the sample record (flags, per-instruction verdicts).
        aborted: metric ids whose official scorer would have stopped with an exception on this
            item: the task's official value of that metric is then ``"complete": false``.
    """

    metrics: Mapping[str, Mapping[Reading, Scored]]
    extracted: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)
    aborted: frozenset[str] = frozenset()


class Positions(NamedTuple):
    """Positions of the options in the prompt of an item, from 0.

    Attributes:
        options: how many the prompt shows; under 2, their order cannot be changed.
        gold: position of the right one, ``None`` if it is not among them.
        chosen: position of the one that a reply commits to, ``None`` if it commits to none of them.
    """

    options: int
    gold: int | None = None
    chosen: int | None = None


@runtime_checkable
class Metric(Protocol):
    """Aggregation side of a metric; instances live in ``metrics.registry.METRICS``.

    Attributes:
        name: metric id, as in ``results.json``.
        higher_is_better: direction.
        bounds: smallest and largest possible value; ``None`` where unbounded.
        family: chooses interval and regression test; see ``Family``.
    """

    name: str
    higher_is_better: bool
    bounds: tuple[float | None, float | None]
    family: Family

    def value(self, total: Stats) -> float:
        """Return the value of a sum of statistics; ``nan`` if the denominator is empty."""
        ...

    def aggregate(self, items: Sequence[Stats]) -> float:
        """Return the value over items; equals ``value`` of their sum."""
        ...
