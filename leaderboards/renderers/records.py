"""CSV and JSON renderings of a leaderboard: one record per value, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from harness.core.inert import block, cell
from leaderboards.tables import Entry, Leaderboard, Source

FIELDS: Final = [
    "benchmark",
    "table",
    "signature_set",
    "rank",
    "rank_high",
    "run",
    "model",
    "column",
    "value",
    "low",
    "high",
    "state",
    "marks",
    "unbeaten",
    "coverage",
    "source",
    "items",
    "total",
    "unparsed",
    "refused",
    "failed",
]


def records(board: Leaderboard) -> Iterator[dict[str, Any]]:
    """Yield every value of every table; an absent one has an empty value and its state as text."""
    for table in board.tables:
        for row in table.rows:
            for column in table.columns:
                entry = row.entries.get(column.key, Entry())
                low, high = entry.ci95 or (None, None)
                yield {
                    "benchmark": table.benchmark,
                    "table": table.kind,
                    "signature_set": table.signature_set,
                    "rank": row.rank,
                    "rank_high": row.rank_high,
                    "run": row.run,
                    "model": row.model,
                    "column": column.key,
                    "value": entry.value,
                    "low": low,
                    "high": high,
                    "state": "ok" if entry.value is not None else entry.text,
                    "marks": row.marks + entry.marks,
                    "unbeaten": entry.best,
                    "coverage": entry.coverage,
                    "source": None if row.source is None else _source(row.source),
                    "items": row.items,
                    "total": row.total,
                    "unparsed": row.unparsed,
                    "refused": row.refused,
                    "failed": row.errors,
                }


def _source(source: Source) -> str:
    """Return where a quoted row is from, in one line."""
    return "; ".join(part for part in (source.title, source.where, source.date) if part)


def render_csv(board: Leaderboard, *, title: str = "") -> str:
    """Return the long form, one value per line, in the unit of the Markdown tables, unrounded."""
    del title  # no headings
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: _inert(value) for key, value in record.items()} for record in records(board)
    )
    return text.getvalue()


def _inert(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula (``- (3/8)`` is text, not subtraction)."""
    return cell(value) if isinstance(value, str) else value


def render_json(board: Leaderboard, *, title: str = "") -> str:
    """Return the records and the sets of signatures as one JSON object."""
    del title  # no headings
    content = {
        "records": list(records(board)),
        "signatures": [asdict(group) for group in board.signatures],
    }
    return block(json.dumps(content, indent=2, ensure_ascii=False)) + "\n"
