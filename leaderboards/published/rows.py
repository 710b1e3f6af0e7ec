"""Read quoted rows: ``leaderboards/published/BENCHMARK.yaml``, and files of the same form of your own.

A file has the benchmark's group name and tables; what all rows of a table share (source, date, unit, protocol, version and
part of the benchmark) stands once. ``columns`` maps the printed names to columns of our board and is there only where the
protocol is the board's; such rows are shown in the board's table. ``averages`` and ``chance`` say what ``lint`` may expect. Everything is
checked, and an unknown key is an error with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from harness.core.untrusted.regular import check_regular
from harness.errors import InputFileError

SHIPPED: Final = Path(__file__).parent
Number = int | float
_LINE: Final = "\0line"
_LARGEST: Final = 4_000_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class QuotedRow:
    """One printed row.

    Attributes:
        model: the model as it is named there.
        results: printed column -> value.
        size: its size as printed, ``None`` if it is not.
        facts: what else is known: type, licence, notes, remarks.
        line: line of the file.
    """

    model: str
    results: Mapping[str, Number]
    size: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Average:
    """Parts that a printed average should be made of.

    Attributes:
        of: printed columns.
        weights: weight of each, equal ones if empty.
        factors: what brings each to the unit of the average, 1 if empty.
        slack: how far beyond rounding it may be off.
    """

    of: tuple[str, ...]
    weights: tuple[float, ...] = ()
    factors: tuple[float, ...] = ()
    slack: float = 0.0


@dataclass(frozen=True, slots=True)
class QuotedTable:
    """Rows of one source under one protocol.

    Attributes:
        benchmark: group name.
        title: title of the source.
        where: place in it: repository and file, or page.
        date: date of the source, ``None`` if it has none.
        unit: unit as printed.
        protocol: protocol as far as it is stated.
        rows: the rows.
        version: version of the benchmark, ``None`` if it has only one.
        part: split or variant, ``None`` if there is only one.
        kind: ``published``, ``recomputed`` from released outputs, ``slm`` or ``reference``.
        official: the benchmark's own board, which other sources copy from.
        columns: printed column -> column of our board; empty where the protocol is another one.
        averages: printed average -> what it should be made of.
        chance: printed column -> chance level.
        file: the file.
        line: line of the table in it.
    """

    benchmark: str
    title: str
    where: str
    date: str | None
    unit: str
    protocol: str
    rows: tuple[QuotedRow, ...]
    version: str | None = None
    part: str | None = None
    kind: str | None = None
    official: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    averages: Mapping[str, Average] = field(default_factory=dict)
    chance: Mapping[str, float] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    def place(self, row: QuotedRow | None = None) -> str:
        """Return file and line of the table or of a row."""
        return f"{self.file}:{row.line if row is not None else self.line}"


_TABLE_KEYS: Final = frozenset(QuotedTable.__dataclass_fields__) - {"benchmark", "file", "line"}
_FACTS: Final = frozenset(
    {
        "type",
        "group",
        "open_source",
        "licence",
        "trust",
        "note",
        "missing",
        "remarks",
        "domain_means",
    }
)


@lru_cache(maxsize=1)
def shipped_tables() -> tuple[QuotedTable, ...]:
    """Return the tables that come with the harness."""
    return tuple(read_tables([SHIPPED]))


def read_tables(paths: Iterable[Path]) -> list[QuotedTable]:
    """Read files, and all ``.yaml`` files of folders.

    Raises:
        InputFileError: a file cannot be read, or something in it is not of this form.
    """
    tables = []
    for path in paths:
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not files:
            raise InputFileError("has no .yaml file", where=str(path))
        for file in files:
            tables += _read(file)
    return tables


def _read(path: Path) -> list[QuotedTable]:
    name = path.name if path.parent == SHIPPED else str(path)
    content = _load(path, name)
    _known(content, {"benchmark", "tables"}, name)
    benchmark = _text(content, "benchmark", name)
    tables = _list(content, "tables", name)
    return [_table(benchmark, entry, name) for entry in tables]


def _load(path: Path, name: str) -> dict[str, Any]:
    class Loader(_Loader):  # type: ignore[misc, unused-ignore]
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            pairs = super().construct_mapping(node, deep=deep)
            keys = [self.construct_object(key) for key, _ in node.value]
            if len(set(map(str, keys))) < len(keys):
                twice = next(key for key in keys if keys.count(key) > 1)
                line = _line_of(node)
                raise InputFileError(f"names {twice!r} twice", where=f"{name}:{line}")
            pairs[_LINE] = _line_of(node)
            return dict(pairs)

    try:
        check_regular(path)
        if path.stat().st_size > _LARGEST:
            raise InputFileError(f"is larger than {_LARGEST} bytes", where=name)
        text = path.read_text(encoding="utf-8")
        for event in yaml.parse(text, _Loader):
            if isinstance(event, yaml.AliasEvent):
                raise InputFileError(
                    "holds an alias; write the value out",
                    where=f"{name}:{_line_of(event)}",
                )
        content = yaml.load(text, Loader)  # noqa: S506  # nosec B506 (a safe loader that adds lines)
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=name) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputFileError(f"is not YAML: {' '.join(str(error).split())}", where=name) from error
    if not isinstance(content, dict):
        raise InputFileError("expected a mapping with benchmark and tables", where=name)
    return content


def _line_of(event: yaml.Event | yaml.Node) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _table(benchmark: str, entry: Any, name: str) -> QuotedTable:
    if not isinstance(entry, dict):
        raise InputFileError(f"a table is {entry!r}, expected a mapping", where=name)
    where = f"{name}:{entry[_LINE]}"
    _known(entry, _TABLE_KEYS, where)
    rows = [_row(row, where, name) for row in _list(entry, "rows", where)]
    printed = {column for row in rows for column in row.results}
    columns = {str(k): str(v) for k, v in _mapping(entry, "columns", where).items()}
    averages = {
        str(key): _average(value, where)
        for key, value in _mapping(entry, "averages", where).items()
    }
    chance = {
        str(k): float(_number(v, f"chance.{k}", where))
        for k, v in _mapping(entry, "chance", where).items()
    }
    parts = {part for average in averages.values() for part in average.of}
    for key in (*columns, *averages, *parts, *chance):
        if key not in printed:
            raise InputFileError(f"names the column {key!r}, which no row has", where=where)
    date = entry.get("date")
    if date is not None and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", str(date)):
        raise InputFileError(
            f"date is {str(date)!r}, expected YYYY, YYYY-MM, YYYY-MM-DD or null", where=where
        )
    named = {
        key: None if entry.get(key) is None else str(entry[key])
        for key in ("version", "part", "kind")
    }
    return QuotedTable(
        benchmark=benchmark,
        title=_text(entry, "title", where),
        where=_text(entry, "where", where),
        date=None if date is None else str(date),
        unit=_text(entry, "unit", where),
        protocol=_text(entry, "protocol", where),
        rows=tuple(rows),
        **named,
        official=bool(entry.get("official", False)),
        columns=columns,
        averages=averages,
        chance=chance,
        file=name,
        line=int(entry[_LINE]),
    )


def _row(entry: Any, table: str, name: str) -> QuotedRow:
    if not isinstance(entry, dict):
        raise InputFileError(f"a row is {entry!r}, expected a mapping", where=table)
    where = f"{name}:{entry[_LINE]}"
    _known(entry, {"model", "size", "results", *_FACTS}, where)
    results = {
        str(key): _number(value, str(key), where)
        for key, value in _mapping(entry, "results", where).items()
    }
    size = entry.get("size")
    facts = {key: _plain(entry[key]) for key in entry if key in _FACTS}
    model = _text(entry, "model", where)
    return QuotedRow(model, results, None if size is None else str(size), facts, entry[_LINE])


def _average(entry: Any, where: str) -> Average:
    if not isinstance(entry, dict):
        raise InputFileError(f"an average is {entry!r}, expected a mapping", where=where)
    _known(entry, {"of", "weights", "factors", "slack"}, where)
    of = tuple(str(name) for name in _list(entry, "of", where))
    weights, factors = (
        tuple(float(_number(number, key, where)) for number in entry.get(key) or ())
        for key in ("weights", "factors")
    )
    for key, numbers in (("weights", weights), ("factors", factors)):
        if numbers and len(numbers) != len(of):
            raise InputFileError(f"{key}: {len(numbers)} for {len(of)} columns", where=where)
    return Average(of, weights, factors, float(_number(entry.get("slack", 0), "slack", where)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key != _LINE}
    return value


def _known(entry: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in entry:
        if key != _LINE and key not in known:
            names = ", ".join(sorted(known))
            raise InputFileError(f"unknown key {key!r}", where=where, hint=f"known: {names}")


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputFileError(f"{key} is {value!r}, expected text", where=where)
    return value


def _list(entry: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = entry.get(key)
    if not isinstance(value, list):
        raise InputFileError(f"{key} is {value!r}, expected a list", where=where)
    return value


def _mapping(entry: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = entry.get(key) or {}
    if not isinstance(value, dict):
        raise InputFileError(f"{key} is {value!r}, expected a mapping", where=where)
    return {name: inner for name, inner in value.items() if name != _LINE}


def _number(value: Any, key: str, where: str) -> Number:
    finite = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    if not finite or abs(value) == float("inf"):
        raise InputFileError(f"{key} is {value!r}, expected a number", where=where)
    return value  # type: ignore[no-any-return]
