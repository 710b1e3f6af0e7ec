"""What tiny copies are made of: clips of their own, and Parquet files that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.clips import encoded, tone

ITEMS = 10
Row = dict[str, Any]


def clip(number: int) -> bytes:
    """A clip of its own for every number."""
    return encoded(tone(0.05, 200 + 20 * number))


def parquet(path: Path, rows: Sequence[Row], audio: str = "audio") -> None:
    """Write rows, each with a clip."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{audio: {"bytes": clip(n), "path": f"{n}.wav"}, **row} for n, row in enumerate(rows)]
    pq.write_table(pa.Table.from_pylist(cells), path, row_group_size=4)
