"""What the gate found, as data and as JSON; ``gating.text`` and its neighbours put it into words.

``schema.json`` next to this module is the JSON Schema of the JSON (``make refresh`` writes it).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from harness.errors import EXIT_FOUND, EXIT_INCOMPLETE, EXIT_INCONCLUSIVE, EXIT_OK, EXIT_USAGE

Verdict = Literal["pass", "fail", "inconclusive", "not comparable", "incomplete"]

REPORT_VERSION: Final = 1
"""Raised whenever a key of the JSON goes or changes its meaning."""
SCHEMA_FILE: Final = Path(__file__).with_name("schema.json")

_EXIT: Final[dict[Verdict, int]] = {
    "pass": EXIT_OK,
    "fail": EXIT_FOUND,
    "inconclusive": EXIT_OK,
    "not comparable": EXIT_USAGE,
    "incomplete": EXIT_INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class TaskCoverage:
    """Numbers of items of one task that could be paired.

    Attributes:
        task: task id.
        pairs: pairs with an answer on both sides.
        only_baseline: items that only the baseline has.
        only_candidate: items that only the candidate has.
        errors: pairs with an infrastructure error on either side.
        share: share of items without a usable pair.
    """

    task: str
    pairs: int
    only_baseline: int
    only_candidate: int
    errors: int
    share: float

    @property
    def missing(self) -> int:
        """Items without a usable pair."""
        return self.only_baseline + self.only_candidate + self.errors

    @property
    def total(self) -> int:
        """Items of either run."""
        return self.pairs + self.missing

    def text(self) -> str:
        """Describe the result in one sentence.

        >>> TaskCoverage("mmsu", 90, 10, 0, 0, 0.1).text()
        'mmsu: 10.0 % of items have no pair (10 only in the baseline, 0 only in the candidate, 0 errors)'
        """
        return (
            f"{self.task}: {100 * self.share:.1f} % of items have no pair"
            f" ({self.only_baseline} only in the baseline, {self.only_candidate} only in the"
            f" candidate, {self.errors} errors)"
        )


@dataclass(frozen=True, slots=True)
class GateRow:
    """One test.

    Attributes:
        task: task id.
        metric: metric id (strict reading).
        n: number of pairs.
        baseline: value of the baseline on the pairs.
        candidate: value of the candidate on the pairs.
        drop: how much worse the candidate is, in the metric's unit; negative if it is better.
        drop_ci95: interval of the drop.
        upper: one-sided 95 % upper end of the drop, ``None`` if there is none.
        p_value: one-sided p.
        p_adjusted: after Holm's adjustment over all rows.
        detectable: drop that this test finds with probability 0.8 at its share of alpha.
        method: the test, with its draws and seed.
        percent: whether the unit is a fraction that people read as a percentage.
        failed: a significant drop of at least the minimal effect, or an absolute limit that is broken.
        inconclusive: no failure, but the drop may be as large as the margin.
        reasons: what failed: ``drop``, ``floor X``, ``ceiling X``.
        note: which rule kept a significant drop from failing.
    """

    task: str
    metric: str
    n: int
    baseline: float
    candidate: float
    drop: float
    drop_ci95: tuple[float, float] | None
    upper: float | None
    p_value: float
    p_adjusted: float
    detectable: float | None
    method: str
    percent: bool
    failed: bool
    inconclusive: bool
    reasons: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SuiteRow:
    """The mean drop over tasks (``harness.comparison.gating.suite``).

    Attributes:
        tasks: tasks that enter.
        pairs: pairs that enter.
        drop: mean drop as a share of the scale.
        drop_ci95: interval of the drop.
        upper: one-sided 95 % upper end of the drop.
        p_value: one-sided p.
        level: level of its test, ``None`` where it is not tested (a single task).
        detectable: drop that the test finds with probability 0.8.
        method: the test.
        failed: a significant drop of at least the minimal effect.
        inconclusive: the drop may be as large as the margin.
        identical: every reply of the candidate is that of the baseline.
        note: which rule kept a significant drop from failing.
    """

    tasks: int
    pairs: int
    drop: float
    drop_ci95: tuple[float, float]
    upper: float
    p_value: float
    level: float | None
    detectable: float | None
    method: str
    failed: bool
    inconclusive: bool
    identical: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One guard: a share of items (unparsed, refused …) or a mean per item (seconds, tokens …).

    Attributes:
        task: task id.
        guard: name of the guard.
        baseline: the baseline's share or mean.
        candidate: the candidate's.
        p_adjusted: one-sided p of a rise, adjusted with the tests.
        failed: a significant rise of some size, or a ceiling that is broken.
        share: a share of items; else a mean.
        reasons: what failed: ``rise``, ``ceiling X``.
    """

    task: str
    guard: str
    baseline: float
    candidate: float
    p_adjusted: float
    failed: bool
    share: bool = True
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FullRow:
    """Value that a candidate that answered a subset would have on all items (``metrics.statistics.borrowed``).

    Attributes:
        task: task id.
        metric: metric id (strict reading).
        n: pairs of the subset.
        of: items of the baseline.
        value: estimate for all items.
        ci95: its interval, ``None`` if there is none.
        alone: value of the subset by itself.
        alone_ci95: interval of that.
        baseline: value of the baseline on all items.
        percent: whether the unit is a fraction that people read as a percentage.
        method: the estimator.
    """

    task: str
    metric: str
    n: int
    of: int
    value: float
    ci95: tuple[float, float] | None
    alone: float
    alone_ci95: tuple[float, float] | None
    baseline: float
    percent: bool
    method: str


@dataclass(frozen=True, slots=True)
class LostItem:
    """An item that the baseline has right and the candidate has not.

    Attributes:
        task: task id.
        id: id of the item.
        reference: what scoring compares with, as text.
        baseline: the baseline's reply, ``None`` if only its statistics are known.
        candidate: the candidate's reply, ``None`` if there is none.
    """

    task: str
    id: str
    reference: str
    baseline: str | None
    candidate: str | None


@dataclass(frozen=True, slots=True)
class Spent:
    """Share of alpha that a sequence of nights has spent.

    Attributes:
        horizon: nights for which alpha is planned.
        nights: nights so far, this one included.
        alpha: what one night may spend.
    """

    horizon: int
    nights: int
    alpha: float


@dataclass(frozen=True, slots=True)
class GateReport:
    """Outcome of a gate.

    Attributes:
        verdict: what was found.
        candidate: name of the candidate run.
        baseline: name of the baseline run.
        alpha: level of the tests.
        max_drop: the margin, as a share of a metric's scale.
        fail_inconclusive: whether an inconclusive gate is a failure.
        coverage: pairs by task.
        rows: tests.
        guards: guards with anything to watch.
        suite: the mean over tasks, ``None`` where nothing was tested.
        full: what a candidate that answered a subset would score on all items.
        lost: items that were lost, of failed tasks first.
        spent: what a sequence of nights has spent, ``None`` without a horizon.
        problems: why the runs are not comparable or incomplete.
        notes: what else to know.
    """

    verdict: Verdict
    candidate: str
    baseline: str
    alpha: float
    max_drop: float
    fail_inconclusive: bool
    coverage: tuple[TaskCoverage, ...] = ()
    rows: tuple[GateRow, ...] = ()
    guards: tuple[GuardRow, ...] = ()
    suite: SuiteRow | None = None
    full: tuple[FullRow, ...] = ()
    lost: tuple[LostItem, ...] = ()
    spent: Spent | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 2 not comparable, 3 incomplete, 5 inconclusive if that was asked for."""
        if self.verdict == "inconclusive" and self.fail_inconclusive:
            return EXIT_INCONCLUSIVE
        return _EXIT[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """Return the whole report, JSON-able; values that are not finite are null."""
        content = {
            "schema_version": REPORT_VERSION,
            **asdict(self),
            "reading": "strict",
            "exit_code": self.exit_code,
        }
        finite: dict[str, Any] = json.loads(
            json.dumps(content), parse_constant=lambda _constant: None
        )
        return finite

    def to_text(self) -> str:
        """Return the report as plain text for a terminal or a CI log."""
        from harness.comparison.gating.text import to_text

        return to_text(self)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report.

    Raises:
        ImportError: pydantic is not installed.
    """
    from pydantic import TypeAdapter

    found = TypeAdapter(GateReport).json_schema(mode="serialization")
    found["properties"] |= {
        "schema_version": {"const": REPORT_VERSION},
        "reading": {"const": "strict"},
        "exit_code": {"enum": sorted({*_EXIT.values(), EXIT_INCONCLUSIVE})},
    }
    found["required"] = sorted(found["properties"])
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **_open_numbers(found), "title": "Report of harness gate"}


def _open_numbers(part: Any) -> Any:
    """Return a part of a schema in which a number may be null, since JSON has no infinite ones; without titles."""
    if isinstance(part, list):
        return [_open_numbers(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _open_numbers(value) for key, value in part.items() if key != "title"}
    return {**kept, "type": ["number", "null"]} if part.get("type") == "number" else kept
