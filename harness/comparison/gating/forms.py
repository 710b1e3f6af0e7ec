"""A gate report for a CI: Markdown of a job summary, JUnit XML, GitHub annotations, GitLab's code quality report.

What runs, models and data sets say is text here and nothing else: it can neither end an annotation nor make a row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

from harness.comparison.gating.report import GateReport, GateRow, GuardRow, LostItem
from harness.comparison.gating.text import FULL_HEAD, full_cells, guard_cells, reason, row_cells
from harness.core import inert

_SHOWN: Final = 5
_LONGEST: Final = 300
_ROW_HEAD: Final = ("task", "metric", "pairs", "baseline", "candidate", "drop", "95 % interval", "p (Holm)", "detectable", "result")  # fmt: skip
_GUARD_HEAD: Final = ("task", "guard", "baseline", "candidate", "p (Holm)", "result")
_MARKS: Final = {
    "pass": "✅",
    "fail": "❌",
    "inconclusive": "⚠️",
    "incomplete": "⚠️",
    "not comparable": "⛔",
}


def to_markdown(report: GateReport) -> str:
    """Return the report as Markdown, verdict first."""
    clean = inert.markdown
    lines = [
        f"## {_MARKS[report.verdict]} Gate: {report.verdict.upper()}",
        "",
        f"{clean(report.candidate)} against {clean(report.baseline)}, strict reading: {clean(reason(report))}",
        "",
    ]
    suite = report.suite
    if suite is not None and suite.level is not None:
        low, high = (100 * end for end in suite.drop_ci95)
        lines += [
            f"**Suite mean** over {suite.tasks} tasks and {suite.pairs} pairs: drop {100 * suite.drop + 0.0:.1f} points of the"
            f" scale [{low:.1f}, {high:.1f}], at most {100 * suite.upper:.1f}; margin {100 * report.max_drop:g}.",
            "",
        ]
    if report.rows:
        lines += _table(_ROW_HEAD, [row_cells(row) for row in _worst_first(report.rows)])
    if report.guards:
        lines += _table(_GUARD_HEAD, [guard_cells(row) for row in report.guards])
    if report.full:
        lines += _table(FULL_HEAD, [full_cells(row) for row in report.full])
    if report.lost:
        lines += ["### Lost items", ""]
        head = ("task", "item", "reference", "baseline", "candidate")
        lines += _table(head, [_lost_cells(item) for item in report.lost[:_SHOWN]])
        if len(report.lost) > _SHOWN:
            lines += [f"{len(report.lost) - _SHOWN} more in the JSON report.", ""]
    lines += [f"* {clean(text)}" for text in (*report.problems, *report.notes)]
    if report.spent is not None:
        lines.append(
            f"* night {report.spent.nights} of {report.spent.horizon}, alpha {report.spent.alpha:.3g} each"
        )
    return "\n".join(lines).rstrip() + "\n"


def _worst_first(rows: Sequence[GateRow]) -> list[GateRow]:
    return sorted(rows, key=lambda row: (not row.failed, row.p_adjusted))


def _row_text(row: GateRow) -> str:
    """Return the figures of a test with their names, for a place that has no head."""
    return _named(_ROW_HEAD[3:], row_cells(row)[3:])


def _guard_text(row: GuardRow) -> str:
    return _named(_GUARD_HEAD[2:], guard_cells(row)[2:])


def _named(head: Sequence[str], cells: Sequence[str]) -> str:
    *figures, result = zip(head, cells, strict=True)
    return f"{result[1]}: " + ", ".join(f"{name} {cell}" for name, cell in figures)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = "|".join("---" for _ in head)
    body = ["| " + " | ".join(map(inert.markdown, row)) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", f"|{rule}|", *body, ""]


def _lost_cells(item: LostItem) -> list[str]:
    return [
        item.task,
        item.id,
        *(_cut(text) for text in (item.reference, item.baseline, item.candidate)),
    ]


def _cut(text: str | None) -> str:
    if text is None:
        return "-"
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def to_junit(report: GateReport) -> str:
    """Return a test case for the suite mean and for every test and guard; what cannot be compared is an error."""
    cases = [*_cases(report)]
    root = ElementTree.Element(
        "testsuite",
        name=inert.xml(f"gate {report.candidate} against {report.baseline}"),
        tests=str(len(cases)),
        failures=str(sum(kind == "failure" for _, kind, _ in cases)),
        errors=str(sum(kind == "error" for _, kind, _ in cases)),
        skipped=str(sum(kind == "skipped" for _, kind, _ in cases)),
    )
    for name, kind, text in cases:
        case = ElementTree.SubElement(root, "testcase", classname="gate", name=inert.xml(name))
        if kind is not None:
            ElementTree.SubElement(
                case, kind, message=inert.xml(text.split("\n")[0])
            ).text = inert.xml(text)
    ElementTree.indent(root)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        + ElementTree.tostring(root, encoding="unicode")
        + "\n"
    )


def _cases(report: GateReport) -> Iterator[tuple[str, str | None, str]]:
    """Yield (name, kind of element or ``None`` for a pass, text)."""
    if report.verdict in ("not comparable", "incomplete"):
        yield report.verdict, "error", "\n".join(report.problems)
    suite = report.suite
    if suite is not None and suite.level is not None:
        text = f"drop {100 * suite.drop:.1f} points of the scale, at most {100 * suite.upper:.1f}"
        yield "suite mean", _kind(failed=suite.failed, inconclusive=suite.inconclusive), text
    for row in report.rows:
        text = _row_text(row)
        lost = [item for item in report.lost if item.task == row.task] if row.failed else []
        more = [
            f"lost {item.id}: {_cut(item.baseline)} -> {_cut(item.candidate)}"
            for item in lost[:_SHOWN]
        ]
        yield (
            f"{row.task} {row.metric}",
            _kind(failed=row.failed, inconclusive=row.inconclusive),
            "\n".join([text, *more]),
        )
    for guard in report.guards:
        yield (
            f"{guard.task} {guard.guard}",
            _kind(failed=guard.failed),
            _guard_text(guard),
        )


def _kind(*, failed: bool, inconclusive: bool = False) -> str | None:
    return "failure" if failed else "skipped" if inconclusive else None


def to_github(report: GateReport) -> str:
    """Return workflow commands: an error per failed test or guard, a notice or warning for the verdict."""
    level = {"pass": "notice", "inconclusive": "warning"}.get(report.verdict, "error")
    lines = [_annotation(level, f"Gate: {report.verdict.upper()}", reason(report))]
    lines += [
        _annotation("error", f"{row.task} {row.metric}", _row_text(row))
        for row in report.rows
        if row.failed
    ]
    lines += [
        _annotation("error", f"{row.task} {row.guard}", _guard_text(row))
        for row in report.guards
        if row.failed
    ]
    lines += [
        _annotation(
            "warning",
            f"lost {item.task} {item.id}",
            f"reference {_cut(item.reference)}; baseline {_cut(item.baseline)}; candidate {_cut(item.candidate)}",
        )
        for item in report.lost[:_SHOWN]
    ]
    return "\n".join(lines) + "\n"


def _annotation(level: str, title: str, text: str) -> str:
    return f"::{level} title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return inert.line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def to_gitlab(report: GateReport) -> str:
    """Return GitLab's code quality report: an entry per failed test or guard."""
    found = [
        _issue(f"{row.task} {row.metric}", _row_text(row)) for row in report.rows if row.failed
    ]
    found += [
        _issue(f"{row.task} {row.guard}", _guard_text(row)) for row in report.guards if row.failed
    ]
    if report.suite is not None and report.suite.failed:
        found.insert(0, _issue("suite mean", reason(report)))
    if report.verdict in ("not comparable", "incomplete"):
        found += [_issue(report.verdict, problem) for problem in report.problems]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _issue(name: str, text: str) -> dict[str, object]:
    return {
        "description": inert.line(f"{name}: {text}"),
        "check_name": inert.line(f"gate {name}"),
        "fingerprint": hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": "major",
        "location": {"path": "gate", "lines": {"begin": 1}},
    }


FORMS: Final[Mapping[str, Callable[[GateReport], str]]] = {
    "markdown": to_markdown,
    "junit": to_junit,
    "github": to_github,
    "gitlab": to_gitlab,
    "json": lambda report: json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n",
    "text": lambda report: report.to_text(),
}
"""Name of a form -> function."""


__all__ = ["FORMS", "to_github", "to_gitlab", "to_junit", "to_markdown"]
