"""From the replies of a panel's judges to one grade: the majority of verdicts, the mean or median of grades.

Every judge's replies are scored as if it were alone, so votes, parsers and readings are the task's own; then the values are one. A judge that has not
answered has no say: without a quorum the item is unjudged. With one, an even number may be left: verdicts that tie leave the item unjudged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from harness.core.scoring import READINGS, Document, ItemScore, Reading, Scored, Stats
from harness.judge.panel.choice import MAJORITY
from harness.judge.verdicts import replies_of, verdicts_of
from harness.run.files import JudgementRecord, ManifestEntry, PanelAgreement, PanelResults
from harness.task_loading.task import YamlTask
from metrics.registry import find

_SHOWN: Final = 1e-9
"""Grades that differ by less are equal."""


@dataclass(frozen=True, slots=True)
class PanelVerdict:
    """The verdict of a panel about one item.

    Attributes:
        score: the item's score.
        is_unjudged: too few judges answered, or their verdicts tie.
        grades: metric -> judge -> its value in the strict reading; empty where no judge was asked.
    """

    score: ItemScore
    is_unjudged: bool = False
    grades: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def panel_verdict(
    task: YamlTask,
    entry: ManifestEntry,
    doc: Document,
    response: Any,
    lines: Sequence[Mapping[str, Any]],
) -> PanelVerdict:
    """Score one item by a panel.

    Args:
        task: the task.
        entry: its manifest entry, with a panel.
        doc: the document.
        response: the reply that was judged.
        lines: judge replies about it.
    """
    judge = entry["judge"]
    assert judge is not None and "panel" in judge, "only of a run that a panel judges"
    panel, samples = judge["panel"], judge["samples"]
    scores: dict[str, ItemScore] = {}
    asked = False
    for member in panel["judges"]:
        own = replies_of(lines, member["id"], samples)
        asked = asked or bool(own)
        verdicts = verdicts_of(task, entry, doc, response, own)
        if verdicts is not None:
            scores[member["id"]] = task.score(doc, response, verdicts)
    unjudged = PanelVerdict(task.score(doc, response, None), is_unjudged=True)
    if len(scores) < panel["quorum"]:
        return unjudged
    judged = sorted(task.spec.judged_metrics)
    merged: dict[str, Mapping[Reading, Scored]] = {}
    for metric in judged:
        readings = _merged(metric, [score.metrics[metric] for score in scores.values()], panel["reduce"])  # fmt: skip
        if readings is None:
            return unjudged
        merged[metric] = readings
    base = _nearest([*scores.values()], merged)
    aborted = frozenset[str]().union(*(score.aborted for score in scores.values()))
    score = ItemScore({**base.metrics, **merged}, base.extracted, base.details, aborted)
    return PanelVerdict(score, grades=_grades(scores, judged) if asked else {})


def _merged(
    metric: str, members: Sequence[Mapping[Reading, Scored]], reduce: str
) -> dict[Reading, Scored] | None:
    """Return one metric of a panel by reading, ``None`` if strict verdicts tie."""
    found: dict[Reading, Scored] = {}
    for reading in READINGS:
        scored = [readings[reading] for readings in members if reading in readings]
        if not scored:
            continue
        one = one_grade(metric, scored, reduce)
        if one is None and reading == "strict":
            return None
        found[reading] = one or Scored(None, parsed=False)
    return found


def one_grade(metric: str, scored: Sequence[Scored], reduce: str) -> Scored | None:
    """Return several judges' grades as one, ``None`` for verdicts that tie.

    A reading that leaves the item out for most judges leaves it out; otherwise those judges have no say.
    """
    stats = [one.stats for one in scored if one.stats is not None]
    parsed = 2 * sum(one.parsed for one in scored) > len(scored)
    if 2 * len(stats) < len(scored) or not stats:
        return Scored(None, parsed)
    measure = find(metric)
    if measure.family != "proportion" and reduce == "mean":
        return Scored(_mean(stats), parsed)
    values = [measure.value(one) for one in stats]
    middle = median(values)
    nearest = [one for one, value in zip(stats, values, strict=True) if _same(value, middle)]
    if nearest:
        return Scored(nearest[0], parsed)
    if measure.family == "proportion":
        return None
    low = max(value for value in values if value < middle)
    high = min(value for value in values if value > middle)
    ends = [stats[values.index(low)], stats[values.index(high)]]
    return Scored(_mean(ends), parsed)


def _mean(stats: Sequence[Stats]) -> dict[str, float]:
    """Return the mean of every statistic: the value of a sum of such is the mean of the judges' values.

    >>> _mean([{"total": 4, "n": 1}, {"total": 5, "n": 1}])
    {'total': 4.5, 'n': 1.0}
    """
    names = dict.fromkeys(name for one in stats for name in one)
    return {name: sum(one.get(name, 0) for one in stats) / len(stats) for name in names}


def _same(one: float, other: float) -> bool:
    return abs(one - other) < _SHOWN


def _nearest(
    scores: Sequence[ItemScore], merged: Mapping[str, Mapping[Reading, Scored]]
) -> ItemScore:
    """Return the score of the first judge that says what the panel says most often: its details are shown."""

    def equal(score: ItemScore) -> int:
        return sum(
            score.metrics[metric].get(reading) == one
            for metric, readings in merged.items()
            for reading, one in readings.items()
        )

    return max(scores, key=equal)


def _grades(scores: Mapping[str, ItemScore], metrics: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return the judges' values of every metric that applies, in the strict reading."""
    found: dict[str, dict[str, float]] = {}
    for metric in metrics:
        values = {
            judge: find(metric).value(stats)
            for judge, score in scores.items()
            if (stats := score.metrics[metric]["strict"].stats) is not None
        }
        if values:
            found[metric] = values
    return found


@dataclass(slots=True)
class PanelTask:
    """The panel of one task while it is scored: verdicts, and how often its judges are of one mind.

    Attributes:
        entry: manifest entry of the task.
    """

    entry: ManifestEntry
    _grades: dict[str, list[tuple[dict[str, float], float]]] = field(default_factory=dict)

    def verdict(
        self, task: YamlTask, doc: Document, response: Any, lines: Sequence[JudgementRecord]
    ) -> PanelVerdict:
        """Score one item, and count its grades."""
        found = panel_verdict(task, self.entry, doc, response, lines)
        for metric, grades in found.grades.items():
            stats = found.score.metrics[metric]["strict"].stats
            if stats is not None:
                own = find(metric).value(stats)
                self._grades.setdefault(metric, []).append((dict(grades), own))
        return found

    def results(self) -> PanelResults | None:
        """Return the disagreement of the panel, ``None`` if no reply was graded."""
        judge = self.entry["judge"]
        if judge is None or "panel" not in judge or not self._grades:
            return None
        return {
            "judge": judge["id"],
            "quorum": judge["panel"]["quorum"],
            "metrics": {
                metric: {
                    "rule": MAJORITY if find(metric).family == "proportion" else judge["panel"]["reduce"],
                    "n": len(items),
                    "split": sum(max(grades.values()) - min(grades.values()) > _SHOWN for grades, _ in items),
                    "judges": {
                        member["id"]: found
                        for member in judge["panel"]["judges"]
                        if (found := _agreement(member["id"], items)) is not None
                    },
                }
                for metric, items in sorted(self._grades.items())
            },
        }  # fmt: skip


def _agreement(judge: str, items: Sequence[tuple[dict[str, float], float]]) -> PanelAgreement | None:  # fmt: skip
    """Compare a judge with the panel; a panel's mean counts as the nearest grade that its judges give."""
    from metrics.statistics.agreement import agreement

    pairs = [(grades[judge], own) for grades, own in items if judge in grades]
    if not pairs:
        return None
    levels = sorted({grade for grades, _ in items for grade in grades.values()})
    panel = [min(levels, key=lambda level: abs(level - own)) for _, own in pairs]
    found = agreement([f"{own:g}" for own in panel], [f"{mine:g}" for mine, _ in pairs])
    return {
        "n": found.n,
        "equal": found.observed,
        "kappa": found.kappa,
        "ci95": None if found.ci95 is None else list(found.ci95),
        "difference": sum(mine - own for mine, own in pairs) / len(pairs),
    }
