"""One benchmark of one run, and the rows and entries that tables make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from leaderboards.normalize import Node, Normalized
from leaderboards.results import SampleIndex, TaskResult
from leaderboards.tables import BRIDGED, INCOMPLETE, PARTIAL, Entry, Row
from metrics.measures.sums import plain_sum

SOURCE: Final = "@bridge."
"""Part of a judge's signature where its grades are bridged to the official judge (``harness.judge.bridge``)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark of one run.

    Attributes:
        run: the run's name, unique in the leaderboard.
        model: the model's spec.
        tasks: its tasks of the benchmark.
        native: the benchmark's own aggregate, ``{}`` if it has none.
        found: the benchmark, normalised.
        stored: the normalised means of ``results.json``, with their intervals.
        samples: sample lines of the tasks, ``{}`` if they were not read.
        effort: mean ``seconds`` and ``tokens`` of a reply, ``None`` where they are not known.
    """

    run: str
    model: str
    tasks: Mapping[str, TaskResult]
    native: Mapping[str, Any]
    found: Normalized
    stored: Mapping[str, Any]
    samples: SampleIndex
    effort: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def is_bridged(self) -> bool:
        """True if another judge's grades stand for those of the official one in some task."""
        return any(SOURCE in result.parts.get("judge", "") for result in self.tasks.values())

    def interval(self, node: Node) -> tuple[tuple[float, float] | None, float | None]:
        """Return the interval and standard error of a mean, if they belong to the present cells."""
        known = self.stored
        if node is not self.found.tree:
            known = known.get("categories", {}).get(node.name, {})
        score = known.get("score")
        if node.score is None or score is None or abs(node.score - score) > 1e-12:
            return None, None
        ends = known.get("ci95")
        return (ends[0], ends[1]) if ends else None, known.get("stderr")


def make_row(part: Part, entries: Mapping[str, Entry], *, official: bool, whole: bool) -> Row:
    """Return the row of a run in a table of the benchmark."""
    found = shares(part, official=official)
    return Row(part.run, part.model, entries, whole=whole, **found)


def shares(part: Part, *, official: bool) -> dict[str, Any]:
    """Return items, shares of outcomes, mean effort and marks of a run: the fields of ``Row``."""
    results = part.tasks.values()
    lines = sum(result.lines for result in results)
    unparsed = scored = 0
    for task, result in part.tasks.items():
        metric = part.found.cells[task].metric
        if metric is None:
            continue
        native_value = result.native_value(metric) if official else None
        value = native_value[1] if native_value else result.value(metric, "strict")
        if value is not None:
            unparsed, scored = unparsed + value.unparsed, scored + value.n
    refused = sum(result.outcomes.get("refused", 0) for result in results)
    errors = sum(result.outcomes.get("error", 0) for result in results)
    return {
        "items": sum(result.n for result in results),
        "total": sum(result.total for result in results),
        "unparsed": unparsed / scored if scored else None,
        "refused": refused / lines if lines else None,
        "errors": errors / lines if lines else None,
        "seconds": part.effort.get("seconds"),
        "tokens": part.effort.get("tokens"),
        "marks": BRIDGED * part.is_bridged,
    }


def effort(samples: SampleIndex) -> dict[str, float | None]:
    """Return the mean time and the mean number of tokens of a reply, as far as sample lines have them."""
    return {name: _mean_of(samples, name) for name in ("seconds", "tokens")}


def _mean_of(samples: SampleIndex, name: str) -> float | None:
    """Return the mean over the lines that have the figure; ``None`` unless nine in ten have it, and one is above 0."""
    found: list[float | None] = [line.get(name) for lines in samples.values() for line in lines]
    known = [number for number in found if number is not None]
    if not any(known) or len(known) < 0.9 * len(found):
        return None
    return plain_sum(known) / len(known)


def mean_marks(found: Normalized) -> str:
    """Return the marks of a mean: some of its items did not run, or failed."""
    cells = [found.cells[task] for task in found.averaged]
    partial, incomplete = any(c.partial for c in cells), any(c.incomplete for c in cells)
    return PARTIAL * partial + INCOMPLETE * incomplete


def scaled(
    score: float | None, ci95: tuple[float, float] | None, text: str, marks: str = ""
) -> Entry:
    """Return a score from 0 to 1 as an entry on the scale of 0 to 100; the text where there is none."""
    if score is None:
        return Entry(text=text, marks=marks)
    ends = (100 * ci95[0], 100 * ci95[1]) if ci95 else None
    return Entry(100 * score, ends, 1, text, marks)
