"""A gate report as plain text, for a terminal or a CI log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from harness.core import inert

if TYPE_CHECKING:
    from harness.comparison.gating.report import (
        FullRow,
        GateReport,
        GateRow,
        GuardRow,
        LostItem,
        SuiteRow,
    )


def to_text(report: GateReport) -> str:
    """Return the report as lines of text, verdict last."""
    lines = [f"gate: {report.candidate} against {report.baseline} (strict reading)", ""]
    if report.rows:
        lines += [*aligned(_TEST_HEAD, [row_cells(row) for row in report.rows]), ""]
    if report.suite is not None and report.suite.level is not None:
        lines += [*_suite_lines(report.suite, report.max_drop), ""]
    if report.guards:
        lines += [*aligned(_GUARD_HEAD, [guard_cells(row) for row in report.guards]), ""]
    if report.full:
        lines += [*aligned(FULL_HEAD, [full_cells(row) for row in report.full]), ""]
    lines += [f"- {problem}" for problem in report.problems]
    lines += [row.text() for row in report.coverage if row.share > 0 and not report.problems]
    lines += _lost_lines(report.lost)
    lines += [f"note: {note}" for note in report.notes]
    if report.spent is not None:
        lines.append(
            f"note: night {report.spent.nights} of {report.spent.horizon}, alpha {report.spent.alpha:.3g} each"
        )
    unsure = sum(row.inconclusive for row in report.rows)
    if unsure:
        lines.append(
            f"note: in {unsure} of {len(report.rows)} tests the drop may reach the margin of {report.max_drop:g} of the"
            " scale; the column `detectable` says what each test finds"
        )
    lines.append(f"{report.verdict.upper()} ({reason(report)})")
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
_SHOWN: Final = 5
_LINE: Final = 100
FULL_HEAD: Final = ("task", "metric", "items", "baseline, all", "candidate, subset", "candidate, all (estimate)")  # fmt: skip
_GUARD_HEAD = ["task", "guard", "baseline", "candidate", "p(Holm)", "result"]


def reason(report: GateReport) -> str:
    """Return why the verdict is what it is, in a line."""
    if report.verdict == "fail":
        suite = report.suite
        failed = ["the suite mean"] if suite is not None and suite.failed else []
        failed += [
            f"{row.task} {row.metric}{_because(row.reasons, 'drop')}"
            for row in report.rows
            if row.failed
        ]
        failed += [
            f"{row.task} {row.guard}{' share' if row.share else ''}{_because(row.reasons, 'rise')}"
            for row in report.guards
            if row.failed
        ]
        return "worse: " + ", ".join(failed)
    if report.verdict in ("not comparable", "incomplete"):
        return f"{len(report.problems)} problem{'s' if len(report.problems) > 1 else ''}"
    tests = len(report.rows)
    drops = f"no significant drop in {tests} test{'s' if tests != 1 else ''} at {report.alpha:g}"
    suite = report.suite
    if suite is None:
        return drops
    if suite.identical:
        return f"{drops}; every reply is the same"
    word = "below" if report.verdict == "pass" else "not below"
    upper, margin = 100 * suite.upper, 100 * report.max_drop
    return f"{drops}; the drop is at most {upper:.1f} points of the scale, {word} the margin of {margin:g}"


def _because(reasons: Sequence[str], usual: str) -> str:
    """Return the reasons of a failure in brackets, unless it is the usual one alone."""
    return "" if tuple(reasons) == (usual,) else f" ({', '.join(reasons)})"


def _suite_lines(suite: SuiteRow, margin: float) -> list[str]:
    low, high = (100 * end for end in suite.drop_ci95)
    result = "FAIL" if suite.failed else "inconclusive" if suite.inconclusive else "pass"
    detectable = "-" if suite.detectable is None else f"{100 * suite.detectable:.1f}"
    return [
        f"suite mean over {suite.tasks} tasks, {suite.pairs} pairs: drop {100 * suite.drop + 0.0:.1f} points of the scale"
        f" [{low:.1f}, {high:.1f}], at most {100 * suite.upper:.1f} (margin {100 * margin:g}),"
        f" p {_p_value(suite.p_value)}, detectable {detectable}: {result}"
        + (f" ({suite.note})" if suite.note else "")
    ]


def _lost_lines(lost: Sequence[LostItem]) -> list[str]:
    """Name the first lost items with what both sides said."""
    shown = []
    for item in lost[:_SHOWN]:
        shown.append(f"lost: {item.task} {item.id}  reference {_short(item.reference)}")
        shown.append(f"        baseline   {_short(item.baseline)}")
        shown.append(f"        candidate  {_short(item.candidate)}")
    more = len(lost) - _SHOWN
    return [*shown, *([f"lost: {more} more, see --json"] if more > 0 else [])]


def _short(text: str | None) -> str:
    if text is None:
        return "-"
    line = " ".join(text.split())
    return line if len(line) <= _LINE else f"{line[: _LINE - 1]}…"


def _number(value: float | None, row: GateRow) -> str:
    if value is None or not math.isfinite(value):
        return "-"
    if row.percent:
        return f"{round(100 * value, 1) + 0.0:.1f} %"  # + 0.0: no minus before zero
    return f"{round(value, 3) + 0.0:.3f}"


def _p_value(value: float) -> str:
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def row_cells(row: GateRow) -> list[str]:
    """Return the cells of a test's line, task first and result last."""
    interval = "-"
    if row.drop_ci95 is not None:
        factor, decimals = (100, 1) if row.percent else (1, 3)
        low, high = (f"{round(factor * end, decimals) + 0.0:.{decimals}f}" for end in row.drop_ci95)
        interval = f"[{low}, {high}]"
    result = "FAIL" if row.failed else "inconclusive" if row.inconclusive else "pass"
    result += _because(row.reasons, "drop") if row.failed else f" ({row.note})" if row.note else ""
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


def guard_cells(row: GuardRow) -> list[str]:
    """Return the cells of a guard's line, task first and result last."""
    return [
        row.task,
        row.guard,
        *(
            f"{100 * value:.1f} %" if row.share else f"{value:.3g}"
            for value in (row.baseline, row.candidate)
        ),
        _p_value(row.p_adjusted),
        f"FAIL{_because(row.reasons, 'rise')}" if row.failed else "pass",
    ]


def full_cells(row: FullRow) -> list[str]:
    """Return the cells of an estimate for all items, task first."""
    return [
        row.task,
        row.metric,
        f"{row.n} of {row.of}",
        _plain(row.baseline, None, percent=row.percent),
        _plain(row.alone, row.alone_ci95, percent=row.percent),
        _plain(row.value, row.ci95, percent=row.percent),
    ]


def _plain(value: float, ends: tuple[float, float] | None, *, percent: bool) -> str:
    factor, decimals, unit = (100, 1, " %") if percent else (1, 3, "")
    if not math.isfinite(value):
        return "-"
    text = f"{factor * value + 0.0:.{decimals}f}{unit}"
    if ends is not None:
        text += f" [{factor * ends[0]:.{decimals}f}, {factor * ends[1]:.{decimals}f}]"
    return text


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines: the first two columns and the last to the left, the others to the right."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    return [
        "  ".join(
            text.ljust(width) if place < 2 or place == len(head) - 1 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
