"""A named rule: how somebody else reads a reply, with its source and version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from harness.core.scoring import Document, Stats

_ENGLISH_FORMS: Final = "oasr-2"
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
"""(item, reply of the model or its judge) -> metric -> ruling. ``doc[REFERENCE]`` is the item's reference, as the task gives it."""

REFERENCE: Final = "_reference"
TRANSCRIPTS: Final = "transcripts"
"""Place of every task with the declared rule ``transcript``, in any language."""
ENGLISH: Final = "English transcripts"
"""Place of the tasks whose transcripts the Open ASR leaderboard normalises as English."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes:
        name: as ``--as`` names it.
        version: raised when its verdicts change.
        source: repository and commit, or what else it follows.
        summary: what it does, in a sentence.
        readers: place -> how it reads a reply there. A place is a task id, a benchmark, ``TRANSCRIPTS`` or ``ENGLISH``; the narrowest counts.
        judged: places where it reads the first judge reply in place of the model's.
    """

    name: str
    version: int
    source: str
    summary: str
    readers: Mapping[str, Read]
    judged: frozenset[str] = frozenset()

    def place(self, task: str, benchmark: str, parts: Mapping[str, str]) -> str | None:
        """Return the place of a task among the readers, ``None`` if the rule does not apply to it.

        Args:
            task: task id.
            benchmark: its benchmark.
            parts: parts of its signature.
        """
        places = [task, benchmark]
        if parts.get("rule", "").startswith("transcript"):
            english = parts.get("norm", "").startswith(_ENGLISH_FORMS)
            places += [ENGLISH, TRANSCRIPTS] if english else [TRANSCRIPTS]
        return next((one for one in places if one in self.readers), None)

    def as_json(self) -> dict[str, Any]:
        """Return the rule for ``harness rules list --json``."""
        return {
            "rule": self.name,
            "version": self.version,
            "applies_to": sorted(self.readers),
            "source": self.source,
            "summary": self.summary,
        }
