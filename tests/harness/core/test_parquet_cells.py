"""Hazards: reading a whole row group for every clip, rows out of order, threads, damaged files."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.core import parquet_cells
from harness.core.parquet_cells import ParquetCell, read_cell
from harness.errors import AudioError

ROWS = 50


def payload(row: int) -> bytes:
    return bytes([row]) * 40_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    audio = [{"bytes": payload(row), "path": f"{row}.wav"} for row in range(ROWS)]
    audio[7] = {"bytes": None, "path": "absent.wav"}
    table = pa.table(
        {"audio": audio, "plain": [payload(row) for row in range(ROWS)], "n": range(ROWS)}
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=20)
    return path


def cell(file: Path, row: int, column: str = "audio") -> ParquetCell:
    return ParquetCell(file, row // 20, row % 20, column)


def test_any_order_gives_the_right_bytes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_cells, "KEPT_BYTES", 100_000)
    order = [row for row in range(ROWS) if row != 7] * 2
    random.Random(0).shuffle(order)
    for row in order:
        assert read_cell(cell(file, row)) == payload(row)
        assert read_cell(cell(file, row, "plain")) == payload(row)
    assert parquet_cells.kept_bytes() <= 100_000


def test_reading_in_order_starts_every_row_group_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_cells, "KEPT_BYTES", 500_000)
    starts = []
    restart = parquet_cells.GroupReader.restart
    monkeypatch.setattr(
        parquet_cells.GroupReader, "restart", lambda self: (starts.append(1), restart(self))[1]
    )
    for row in range(ROWS):
        for _ in range(3):
            assert read_cell(cell(file, row, "plain")) == payload(row)
    assert len(starts) == 3


def test_threads_share_readers(file: Path) -> None:
    rows = [row for row in range(ROWS) if row != 7] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: read_cell(cell(file, row)), rows))
    assert found == [payload(row) for row in rows]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"row": 7}, "holds no audio bytes"),
        ({"row": 20}, "the row group has 20 rows"),
        ({"row_group": 9}, "cannot read audio"),
        ({"column": "n"}, "holds no audio bytes"),
        ({"column": "absent"}, "cannot read audio|no audio bytes"),
        ({"file": Path("absent.parquet")}, "cannot read audio"),
    ],
)
def test_what_is_not_there_is_an_audio_error(
    file: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(AudioError, match=message):
        read_cell(cell(file, 3)._replace(**change))
