"""What the gate found, as data, as text for a terminal, and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from harness.core import inert
from harness.errors import EXIT_FOUND, EXIT_INCOMPLETE, EXIT_INCONCLUSIVE, EXIT_OK, EXIT_USAGE

Verdict = Literal["pass", "fail", "inconclusive", "not comparable", "incomplete"]

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
        p_value: one-sided p.
        p_adjusted: after Holm's adjustment over all rows.
        detectable: drop that this test finds with probability 0.8 at its share of alpha.
        method: the test, with its draws and seed.
        percent: whether the unit is a fraction that people read as a percentage.
        failed: a significant drop of at least the minimal effect.
        inconclusive: no failure, but the test could not have seen the largest tolerated drop.
    """

    task: str
    metric: str
    n: int
    baseline: float
    candidate: float
    drop: float
    drop_ci95: tuple[float, float] | None
    p_value: float
    p_adjusted: float
    detectable: float | None
    method: str
    percent: bool
    failed: bool
    inconclusive: bool


@dataclass(frozen=True, slots=True)
class GuardRow:
    """A share that must not rise: unparsed, refused, error or abstention."""

    task: str
    guard: str
    baseline: float
    candidate: float
    p_adjusted: float
    failed: bool


@dataclass(frozen=True, slots=True)
class GateReport:
    """Outcome of a gate.

    Attributes:
        verdict: what was found.
        candidate: name of the candidate run.
        baseline: name of the baseline run.
        alpha: level of the tests.
        max_drop: largest tolerated drop, as a share of a metric's scale.
        fail_inconclusive: whether an inconclusive gate is a failure.
        coverage: pairs by task.
        rows: tests.
        guards: guards with anything to watch.
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
        content = {**asdict(self), "reading": "strict", "exit_code": self.exit_code}
        finite: dict[str, Any] = json.loads(
            json.dumps(content), parse_constant=lambda _constant: None
        )
        return finite

    def to_text(self) -> str:
        """Return the report as plain text for a terminal or a CI log."""
        lines = [f"gate: {self.candidate} against {self.baseline} (strict reading)", ""]
        if self.rows:
            lines += [*_table(_TEST_HEAD, [_test_cells(row) for row in self.rows]), ""]
        if self.guards:
            lines += [*_table(_GUARD_HEAD, [_guard_cells(row) for row in self.guards]), ""]
        lines += [f"- {problem}" for problem in self.problems]
        lines += [row.text() for row in self.coverage if row.share > 0 and not self.problems]
        lines += [f"note: {note}" for note in self.notes]
        unsure = sum(row.inconclusive for row in self.rows)
        if unsure:
            lines.append(
                f"note: {unsure} of {len(self.rows)} tests are inconclusive: they would miss a drop of"
                f" {self.max_drop:g} of the scale; the column `detectable` says what each one finds"
            )
        lines.append(f"{self.verdict.upper()} ({_reason(self)})")
        return "\n".join(map(inert.line, lines)) + "\n"


_TEST_HEAD = [
    "task",
    "metric",
    "pairs",
    "baseline",
    "candidate",
    "drop",
    "95%-interval",
    "p(Holm)",
    "detectable",
    "result",
]
_GUARD_HEAD = ["task", "guard", "baseline", "candidate", "p(Holm)", "result"]


def _reason(report: GateReport) -> str:
    if report.verdict == "fail":
        failed = [f"{row.task} {row.metric}" for row in report.rows if row.failed]
        failed += [f"{row.task} {row.guard} share" for row in report.guards if row.failed]
        return "worse: " + ", ".join(failed)
    if report.verdict in ("not comparable", "incomplete"):
        return f"{len(report.problems)} problem{'s' if len(report.problems) > 1 else ''}"
    tests = len(report.rows)
    return f"no significant drop in {tests} test{'s' if tests != 1 else ''} at {report.alpha:g}"


def _number(value: float | None, row: GateRow) -> str:
    if value is None or not math.isfinite(value):
        return "-"
    if row.percent:
        return f"{round(100 * value, 1) + 0.0:.1f} %"  # + 0.0: no minus before zero
    return f"{round(value, 3) + 0.0:.3f}"


def _p_value(value: float) -> str:
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def _test_cells(row: GateRow) -> list[str]:
    interval = "-"
    if row.drop_ci95 is not None:
        factor, decimals = (100, 1) if row.percent else (1, 3)
        low, high = (f"{round(factor * end, decimals) + 0.0:.{decimals}f}" for end in row.drop_ci95)
        interval = f"[{low}, {high}]"
    result = "FAIL" if row.failed else "inconclusive" if row.inconclusive else "pass"
    return [
        row.task,
        row.metric,
        str(row.n),
        *(_number(value, row) for value in (row.baseline, row.candidate, row.drop)),
        interval,
        _p_value(row.p_adjusted),
        _number(row.detectable, row),
        result,
    ]


def _guard_cells(row: GuardRow) -> list[str]:
    return [
        row.task,
        row.guard,
        f"{100 * row.baseline:.1f} %",
        f"{100 * row.candidate:.1f} %",
        _p_value(row.p_adjusted),
        "FAIL" if row.failed else "pass",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    return [
        "  ".join(
            text.ljust(width) if place < 2 or place == len(head) - 1 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
