"""What cannot be right about quoted rows: found by arithmetic and by comparison with the benchmark's own board.

* ``average``: a printed average that is not the average of its printed parts, beyond rounding, or that has parts missing;
* ``version``: a table whose benchmark has versions or parts and that does not state its own, or a value that another table
  prints for the same model under another version or part, where the benchmark's board has another value for it;
* ``duplicate``: a model that is twice in one table, or a row that repeats one of the benchmark's board;
* ``chance``: a value below chance.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from leaderboards.published.placing import decimals_of
from leaderboards.published.rows import Average, QuotedRow, QuotedTable

Kind = Literal["average", "version", "duplicate", "chance"]
_UNSURE: Final = ("inferred", "not stated", "unknown")
_SAME: Final = 0.005
_ENOUGH: Final = 3
"""Equal numbers from which a row counts as a copy of another."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        kind: which rule found it.
        place: file and line.
        model: the row's model, empty for a whole table.
        message: what was found, and what was expected.
    """

    kind: Kind
    place: str
    model: str
    message: str

    def line(self) -> str:
        """Return the finding in one line.

        >>> Finding("chance", "mmsu.yaml:7", "Lyra", "avg is 16.11, chance is 25").line()
        'mmsu.yaml:7: chance: Lyra: avg is 16.11, chance is 25'
        """
        subject = f"{self.model}: " if self.model else ""
        return f"{self.place}: {self.kind}: {subject}{self.message}"


def lint(tables: Sequence[QuotedTable]) -> list[Finding]:
    """Return all findings, in the order of files and lines.

    Args:
        tables: tables of any benchmarks; boards marked as official are what others are compared with.
    """
    found: list[Finding] = []
    for table in tables:
        found += _averages(table)
        found += _unstated(table, tables)
        found += _of_other_versions(table, tables)
        found += _duplicates(table)
        found += _copies(table, tables)
        found += _below_chance(table)
    return found


# --- averages ------------------------------------------------------------------------------------


def _averages(table: QuotedTable) -> Iterator[Finding]:
    for row in table.rows:
        for name, average in table.averages.items():
            if name not in row.results:
                continue
            missing = [part for part in average.of if part not in row.results]
            if missing:
                yield Finding(
                    "average",
                    table.place(row),
                    row.model,
                    f"{name} {row.results[name]} is an average without {', '.join(missing)}",
                )
            elif (expected := mean_of(row, average)) is not None:
                slack = rounding(row, name, average) + average.slack
                if abs(row.results[name] - expected) > slack:
                    yield Finding(
                        "average",
                        table.place(row),
                        row.model,
                        f"{name} is {row.results[name]}, the {_what(average)} is {expected:.2f}",
                    )


def mean_of(row: QuotedRow, average: Average) -> float | None:
    """Return what an average should be by its parts, ``None`` if a part is missing."""
    if any(part not in row.results for part in average.of):
        return None
    weights = average.weights or (1.0,) * len(average.of)
    factors = average.factors or (1.0,) * len(average.of)
    total = math.fsum(
        weight * factor * row.results[part]
        for part, weight, factor in zip(average.of, weights, factors, strict=True)
    )
    return total / math.fsum(weights)


def rounding(row: QuotedRow, name: str, average: Average) -> float:
    """Return how far rounding of the printed numbers can move the average.

    >>> row = QuotedRow("m", {"a": 1.25, "b": 2.25, "avg": 1.8})
    >>> round(rounding(row, "avg", Average(("a", "b"))), 4)
    0.055
    """
    weights = average.weights or (1.0,) * len(average.of)
    factors = average.factors or (1.0,) * len(average.of)
    steps = [
        weight * factor * 0.5 * 10.0 ** -_decimals(row, part)
        for part, weight, factor in zip(average.of, weights, factors, strict=True)
    ]
    own = 0.5 * 10.0 ** -_decimals(row, name)
    return own + math.fsum(steps) / math.fsum(weights) + 1e-9


def _decimals(row: QuotedRow, name: str) -> int:
    """Return the decimals that a column was printed with, as far as the row's numbers show."""
    return max(1, decimals_of(row.results[name]))


def _what(average: Average) -> str:
    scaled = " (after the factors)" if average.factors else ""
    kind = "weighted mean" if average.weights else "plain mean"
    return f"{kind} of its {len(average.of)} parts{scaled}"


# --- versions ------------------------------------------------------------------------------------


def _unstated(table: QuotedTable, tables: Sequence[QuotedTable]) -> Iterator[Finding]:
    """Find tables that leave open which version or part they are of, where the benchmark has several."""
    if not table.rows:
        return
    kin = [other for other in tables if other.benchmark == table.benchmark and other.official]
    for what in ("version", "part"):
        known = {getattr(other, what) for other in kin} - {None}
        own = getattr(table, what)
        if len(known) > 1 and (own is None or any(word in own for word in _UNSURE)):
            yield Finding(
                "version",
                table.place(),
                "",
                f"{table.title}: {what} is {own or 'not stated'}, and the benchmark has {', '.join(sorted(known))}",
            )


def _of_other_versions(table: QuotedTable, tables: Sequence[QuotedTable]) -> Iterator[Finding]:
    """Find values that stand elsewhere under another version or part, and not under the table's own."""
    if table.official:
        return
    if not _stated(table):
        yield from _mixed(table, tables)
        return
    known: dict[tuple[str, str], list[tuple[QuotedTable, float]]] = defaultdict(list)
    for other in tables:
        if other.benchmark == table.benchmark and other is not table and _stated(other):
            for row in other.rows:
                for column, value in row.results.items():
                    known[model_key(row.model), column].append((other, float(value)))
    for row in table.rows:
        for column, value in row.results.items():
            found = known.get((model_key(row.model), column), ())
            same = [other for other, seen in found if abs(seen - value) <= _SAME]
            boards = [
                seen
                for other, seen in found
                if other.official and not _differs(table, other) and abs(seen - value) > _SAME
            ]
            if same and all(_differs(table, other) for other in same) and boards:
                names = " and ".join(dict.fromkeys(_label(other) for other in same))
                yield Finding(
                    "version",
                    table.place(row),
                    row.model,
                    f"{column} {value} stands here under {_label(table) or 'no version'}, elsewhere under {names};"
                    f" the benchmark's board has {', '.join(f'{seen:g}' for seen in dict.fromkeys(boards))}",
                )


def _mixed(table: QuotedTable, tables: Sequence[QuotedTable]) -> Iterator[Finding]:
    """Find tables without a version whose rows stand elsewhere under versions that exclude each other."""
    known: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for other in tables:
        if other.benchmark == table.benchmark and other is not table and _stated(other):
            for row in other.rows:
                for column, value in row.results.items():
                    entry = (_words(other.version)[0], float(value))
                    known[model_key(row.model), column].append(entry)
    under: dict[str, str] = {}
    for row in table.rows:
        for column, value in row.results.items():
            found = known.get((model_key(row.model), column), ())
            versions = {version for version, seen in found if abs(seen - value) <= _SAME}
            if len(versions) == 1:
                under[f"{row.model} {column} {value}"] = versions.pop()
    if len(set(under.values())) > 1:
        listed = "; ".join(f"{name} as under {version}" for name, version in under.items())
        yield Finding("version", table.place(), "", f"{table.title} mixes versions: {listed}")


def _stated(table: QuotedTable) -> bool:
    return table.version is not None and not any(word in table.version for word in _UNSURE)


def _differs(table: QuotedTable, board: QuotedTable) -> bool:
    """Tell whether two tables are of different versions or parts, as far as both say."""
    ours, theirs = (_words(one.version) for one in (table, board))
    if ours and theirs and ours[0] != theirs[0]:
        return True
    parts = [one.part for one in (table, board)]
    clear = all(part is not None and not any(word in part for word in _UNSURE) for part in parts)
    return clear and parts[0] != parts[1]


def _words(text: str | None) -> list[str]:
    return (text or "").split()


def _label(table: QuotedTable) -> str:
    return ", ".join(part for part in (table.version, table.part) if part)


def model_key(name: str) -> str:
    """Return the form in which names of one model are compared: no case, marks or added words.

    >>> model_key("Qwen2.5-Omni-7B") == model_key("Qwen2.5-Omni (7B)") == model_key("qwen2.5-omni")
    True
    """
    text = re.sub(r"\b\d+(?:\.\d+)?b\b|instruct|chat", " ", name.lower())
    return re.sub(r"[^a-z0-9.]", "", text)


# --- rows ----------------------------------------------------------------------------------------


def _duplicates(table: QuotedTable) -> Iterator[Finding]:
    first: dict[tuple[str, str | None], QuotedRow] = {}
    for row in table.rows:
        key = (re.sub(r"\s+", " ", row.model.strip().lower()), row.size)
        before = first.setdefault(key, row)
        if before is not row:
            values = "the same values" if before.results == row.results else "other values"
            yield Finding(
                "duplicate",
                table.place(row),
                row.model,
                f"is in this table a second time, with {values} (first: line {before.line})",
            )


def _copies(table: QuotedTable, tables: Sequence[QuotedTable]) -> Iterator[Finding]:
    """Find rows that repeat a row of the benchmark's board, number by number."""
    if table.official:
        return
    boards = [other for other in tables if other.official and other.benchmark == table.benchmark]
    rows: dict[str, list[tuple[QuotedTable, QuotedRow]]] = defaultdict(list)
    for board in boards:
        if not _differs(table, board):
            for row in board.rows:
                rows[model_key(row.model)].append((board, row))
    for row in table.rows:
        if len(row.results) < _ENOUGH:
            continue
        for board, other in rows.get(model_key(row.model), ()):
            if all(other.results.get(column) == value for column, value in row.results.items()):
                message = f"repeats the row of {board.title} ({board.place(other)})"
                yield Finding("duplicate", table.place(row), row.model, message)


def _below_chance(table: QuotedTable) -> Iterator[Finding]:
    for row in table.rows:
        if "random" in row.model.lower():
            continue
        low = [
            f"{column} is {row.results[column]}, chance is {chance:g}"
            for column, chance in table.chance.items()
            if column in row.results and row.results[column] < chance
        ]
        if low:
            yield Finding("chance", table.place(row), row.model, "; ".join(low))


def by_kind(findings: Iterable[Finding]) -> dict[Kind, int]:
    """Return how many findings each rule has."""
    counts: dict[Kind, int] = {}
    for finding in findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
    return counts
