"""A named rule: how somebody else reads a reply, with its source and version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from harness.core.scoring import Document, Stats

CHOICE_KEYS: Final = ("choice_a", "choice_b", "choice_c", "choice_d")
"""Fields of the choices of MMSU and AIR-Bench."""


class Ruling(NamedTuple):
    """Verdict of a rule on one reply under one metric.

    Attributes:
        stats: statistics of the metric; ``None`` where the rule leaves the item out. Where the original draws at random, they
            are the expectation over its draws.
        read: what was read, in words; empty if nothing was.
        drawn: whether the original draws here.
        stops: whether the original ends with an exception here, or may, by its draw.
    """

    stats: Stats | None
    read: str = ""
    drawn: bool = False
    stops: bool = False


Read = Callable[[Document, str], Mapping[str, Ruling]]
"""(item, reply of the model or its judge) -> metric -> ruling."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes:
        name: as ``--as`` names it.
        version: raised when its verdicts change.
        source: repository and commit, or what else it follows.
        summary: what it does, in a sentence.
        readers: benchmark -> how it reads a reply there.
        judged: whether it reads the first judge reply in place of the model's.
    """

    name: str
    version: int
    source: str
    summary: str
    readers: Mapping[str, Read]
    judged: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the rule for ``harness rules list --json``."""
        return {
            "rule": self.name,
            "version": self.version,
            "benchmarks": sorted(self.readers),
            "source": self.source,
            "summary": self.summary,
        }
