"""Bridged values: what the official judge would have said, in place of the grades of the judge that was asked.

``-J bridge=FILE`` puts tables of both judges' grades into the manifest (``harness.judge.bridge``). A judged metric of such a task has one value,
bridged, with an interval that knows the bridge's own uncertainty; single items have none, since nobody knows what the official judge would have said
of one reply: their statistics are null, so that no mean, paired test or board mixes the new judge's grades with official ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from harness.core.scoring import MISSING, READINGS, Document, Reading
from harness.errors import InputFileError
from harness.judge.bridge.tables import damage, misfit, read_table
from harness.judge.verdicts import replies_of
from harness.run.files import (
    MANIFEST,
    BridgedResult,
    BridgeEntry,
    JudgementRecord,
    ManifestEntry,
    ResponseRecord,
)
from harness.run.records import STORED_ERRORS
from harness.task_loading.task import YamlTask
from metrics.registry import find

if TYPE_CHECKING:
    from metrics.statistics.bridged import Table

T = TypeVar("T")
_PPI: Final = "ppi++"
_TWO: Final = "misclassification"
_MORE: Final = "ordinal calibration"


@dataclass(frozen=True, slots=True)
class _Grade:
    """The new judge's grade of a reply, the official one where it is known, and the sub-scores that it belongs to."""

    new: float
    length: int
    official: float | None
    groups: Mapping[str, str]


@dataclass(slots=True)
class BridgedTask:
    """The grades of one task whose judged metrics are bridged.

    Attributes:
        task: the task.
        entry: what the manifest says about the bridge.
    """

    task: YamlTask
    entry: BridgeEntry
    _tables: dict[tuple[str, Reading], Table] = field(default_factory=dict)
    _grades: dict[tuple[str, Reading], list[_Grade]] = field(default_factory=dict)

    @classmethod
    def of(cls, task: YamlTask, entry: ManifestEntry) -> BridgedTask | None:
        """Return the bridge of a task, ``None`` if it has none.

        Raises:
            InputFileError: what the manifest says of it is damaged, or about another task.
        """
        judge = entry["judge"]
        if judge is None or "bridge" not in judge:
            return None
        problem = misfit(judge["bridge"], task.spec) or damage(judge["bridge"])
        if problem is not None:
            raise InputFileError(
                problem,
                where=f"{MANIFEST}: tasks.{task.spec.task}.judge.bridge",
                hint="harness score RUN_DIR --rejudge --judge openai:NEW -J bridge=FILE writes it anew",
            )
        found = cls(task, judge["bridge"])
        for metric, readings in judge["bridge"]["metrics"].items():
            for reading, table in readings.items():
                found._tables[metric, reading] = read_table(table)
                found._grades[metric, reading] = []
        return found

    def add(
        self,
        record: ResponseRecord,
        doc: Document,
        stats: Mapping[str, Mapping[Reading, Any]],
        groups: Mapping[str, str],
        lines: Sequence[JudgementRecord],
    ) -> None:
        """Add one reply: its statistics by the new judge, and all lines of the judge log about it."""
        error = record["error"]
        if error is not None and error["kind"] not in STORED_ERRORS:
            return
        official = self._official(record, doc, lines)
        response = record.get("response")
        length = len(response) if isinstance(response, str) else 0
        for (metric, reading), found in self._grades.items():
            own = stats[metric][reading]
            if own is not None:
                known = official.get((metric, reading))
                found.append(_Grade(find(metric).value(own), length, known, groups))

    def _official(
        self, record: ResponseRecord, doc: Document, lines: Sequence[JudgementRecord]
    ) -> dict[tuple[str, Reading], float]:
        """Return the official judge's grades of a reply, by metric and reading, where its replies are in the log."""
        declared = self.task.spec.judge
        own = replies_of(lines, self.entry["official"]["id"], declared.samples if declared else 1)
        texts = [line["reply"] for line in own if line["reply"] is not None]
        if not texts:
            return {}
        score = self.task.score(doc, record.get("response", MISSING), texts)
        return {
            (metric, reading): find(metric).value(found.stats)
            for metric, reading in self._grades
            if (found := score.metrics[metric].get(reading)) is not None and found.stats is not None
        }

    def hidden(
        self, fields: Mapping[str, Mapping[Reading, T | None]]
    ) -> dict[str, dict[Reading, T | None]]:
        """Return scores or statistics of one item without those of bridged metrics."""
        judged = self.task.spec.judged_metrics
        return {
            metric: dict.fromkeys(READINGS) if metric in judged else dict(readings)
            for metric, readings in fields.items()
        }

    def bridged(
        self, metrics: Mapping[str, Any], rows: Iterable[tuple[str, str]] = ()
    ) -> dict[str, Any]:
        """Return metric -> reading -> value with bridged values in place of the new judge's.

        Args:
            metrics: values as the new judge's grades make them.
            rows: (field, value) of the sub-score that they are about; none for the whole task.
        """
        return {
            metric: {
                reading: self._value(metric, reading, value, tuple(rows))
                for reading, value in readings.items()
            }
            for metric, readings in metrics.items()
        }

    def bridged_groups(self, groups: Mapping[str, Any]) -> dict[str, Any]:
        """Return field -> value -> metric -> reading -> value, bridged."""
        return {
            name: {value: self.bridged(found, [(name, value)]) for value, found in members.items()}
            for name, members in groups.items()
        }

    def _value(
        self,
        metric: str,
        reading: Reading,
        value: Mapping[str, Any],
        rows: Sequence[tuple[str, str]],
    ) -> dict[str, Any]:
        table = self._tables.get((metric, reading))
        if table is None and metric not in self.task.spec.judged_metrics:
            return dict(value)
        if table is None:  # the new judge's own value must not pass for the official judge's
            note = f"no bridged value: the bridge has no table for {metric} ({reading})"
            unknown = {"value": None, "ci95": None, "stderr": None, "complete": False}
            return {**value, **unknown, "note": note}
        grades = [
            grade
            for grade in self._grades[metric, reading]
            if all(grade.groups.get(name) == wanted for name, wanted in rows)
        ]
        if not grades:
            return dict(value)
        return self._bridged(table, metric, value, grades)

    def _bridged(
        self, table: Table, metric: str, value: Mapping[str, Any], grades: Sequence[_Grade]
    ) -> dict[str, Any]:
        from metrics.statistics.bridged import bridged_mean
        from metrics.statistics.corrected import LEAST, corrected_mean

        bounds = find(metric).span
        given = [(grade.new, grade.length) for grade in grades]
        found = bridged_mean(table, given, bounds=bounds, design=_design(value, given))
        labelled = [grade for grade in grades if grade.official is not None]
        about: BridgedResult = {
            "official": self.entry["official"]["model"],
            "judge": self.entry["judge"]["model"],
            "estimator": _TWO if len(table.levels) == 2 else _MORE,
            "raw": found.raw,
            "raw_error": found.own_error,
            "error": found.error,
            "ci95": list(found.replies95),
            "models": len(table.models),
            "items": table.n,
            "official_replies": len(labelled),
            "refused": None,
        }
        bridged = {**value, "value": found.value, "ci95": list(found.ci95), "stderr": found.stderr}
        if len(labelled) >= LEAST:
            new = [grade.new for grade in grades if grade.official is None]
            mended = corrected_mean(
                [grade.official for grade in labelled if grade.official is not None],
                [grade.new for grade in labelled],
                new,
                bounds=bounds,
            )
            about = {**about, "estimator": _PPI, "ci95": None, "error": None}
            interval = None if mended.ci95 is None else list(mended.ci95)
            bridged = {**value, "value": mended.value, "ci95": interval, "stderr": mended.stderr}
        elif found.outside:
            new_means = table.means()[1].values()
            about["refused"] = (
                f"the mean that {about['judge']} gives, {found.raw:.3g}, lies outside those of the fit's models, "
                f"{min(new_means):.3g} to {max(new_means):.3g}"
            )
            bridged = {**value, "value": None, "ci95": None, "stderr": None, "complete": False}
        bridged["method"] = f"bridge: {about['estimator']}"
        bridged["note"] = note(metric, about)
        bridged["bridge"] = about
        bridged.pop("repeats", None)
        return bridged


def _design(value: Mapping[str, Any], given: Sequence[tuple[float, int]]) -> float:
    """Return the variance of the new judge's mean over that of as many independent items, at least 1."""
    n, stderr = len(given), value.get("stderr")
    mean = math.fsum(grade for grade, _ in given) / n
    variance = math.fsum((grade - mean) ** 2 for grade, _ in given) / n
    return max(1.0, float(stderr) ** 2 * n / variance) if stderr and variance else 1.0


def note(metric: str, about: BridgedResult) -> str:
    """Return the words that mark a bridged value in every table."""
    from metrics.statistics.bridged import CLEARLY

    factor, unit = (100, " %") if find(metric).is_percent else (1, "")
    if about["refused"] is not None:
        return f"no bridged value: {about['refused']}"
    own = f"{about['judge']} itself says {factor * about['raw']:.2f}{unit}"
    error, own_error = about["error"], about["raw_error"]
    if error is not None and own_error < CLEARLY * error:
        own += (
            f" and is expected to be nearer: off by {factor * own_error:.2f}{unit}, "
            f"the bridged value by {factor * error:.2f}{unit}"
        )
    ends = about["ci95"]
    if ends is None or None in ends:
        return (
            f"bridged to {about['official']} with {about['official_replies']} replies of it; {own}"
        )
    low, high = (factor * float(end or 0) for end in ends)
    return f"bridged to {about['official']}: on these replies {low:.2f} to {high:.2f}; {own}"
