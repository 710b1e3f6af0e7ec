"""Scored items as CSV, a row per item and repeat; a cell that a spreadsheet would take for a formula is kept from working."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from harness.core import inert
from harness.core.keys import canonical_json
from harness.report.frame import sample_frame
from harness.run.jsonl import write_atomically
from harness.run.reader import RunView

ABOUT: Final = "scored items, a row each"
SUFFIX: Final = ".csv"


def write(view: RunView, path: Path) -> None:
    """Write the items of a run; lists and mappings are JSON, an absent value is an empty cell."""
    frame = sample_frame(view)
    rows = frame.astype(object).where(frame.map(_is_there), None).to_numpy().tolist()
    write_atomically(path, _lines([str(name) for name in frame.columns], rows), private=True)


def _is_there(value: Any) -> bool:
    return isinstance(value, (list, dict, str)) or (value is not None and value == value)


def _lines(names: list[str], rows: list[list[Any]]) -> Iterator[bytes]:
    for row in (names, *rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(map(_cell, row))
        yield line.getvalue().encode("utf-8", "surrogatepass")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return str(value)
    return inert.cell(value if isinstance(value, str) else canonical_json(value))
