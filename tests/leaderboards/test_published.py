"""Hazards of quoted rows: facts that got lost, a row that is ranked or passes for a run, a file that is not what it seems."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import InputFileError
from harness.run.reader import read_run
from leaderboards.build import Page, leaderboard
from leaderboards.published.rows import QuotedTable, read_tables, shipped_tables
from leaderboards.suites import suite
from leaderboards.tables import QUOTED
from tests.support.runs.board_runs import FakeTask, binary, write_run
from tests.support.shared import SHARED, needs_shared

ROWS = """\
benchmark: mmau
tables:
- title: A report
  where: example.org/report
  date: 2026-05-01
  unit: accuracy %
  protocol: greedy
  version: v05.15.25
  part: test-mini
  columns: {avg: avg}
  averages: {avg: {of: [sound, music]}}
  rows:
  - {model: DeSTA, size: 8B, results: {sound: 70.25, music: 60.5, avg: 65.4}}
  - {model: Silent, results: {sound: 1.0}}
- title: Elsewhere
  where: example.org/else
  date: null
  unit: accuracy %
  protocol: another prompt
  rows:
  - {model: DeSTA, results: {avg: 99.0}}
"""


def tables_of(tmp_path: Path, text: str = ROWS) -> list[QuotedTable]:
    path = tmp_path / "rows.yaml"
    path.write_text(text, encoding="utf-8")
    return read_tables([path])


def mmau(tmp_path: Path, right: str = "1100", name: str = "DeSTA") -> Path:
    task = FakeTask(binary(right), benchmark="mmau", anchors={"chance": 0.25})
    return write_run(tmp_path / name, {"mmau_test_mini": task}, name=name)


@needs_shared
def test_every_published_row_is_there_as_it_was_printed() -> None:
    def facts(row: Any, source: Any) -> tuple[Any, ...]:
        return row["model"], tuple(sorted(row["results"].items())), source["where"]

    wanted: Counter[Any] = Counter()
    for path in sorted((SHARED / "published").glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            wanted[facts(row, row["source"])] += 1
    found: Counter[Any] = Counter()
    for table in shipped_tables():
        for one in table.rows:
            found[
                facts({"model": one.model, "results": dict(one.results)}, {"where": table.where})
            ] += 1
    assert found == wanted
    assert found.total() == 573


def test_every_shipped_table_says_where_it_is_from_and_under_what_protocol() -> None:
    for table in shipped_tables():
        assert table.title and table.where and table.protocol and table.rows, table.place()
        assert table.protocol != "as above" and table.title != "as above"


def test_rows_of_the_boards_protocol_stand_below_the_runs_and_have_no_rank(tmp_path: Path) -> None:
    board = leaderboard([read_run(mmau(tmp_path))], page=Page(published=tables_of(tmp_path)))
    native = next(table for table in board.tables if table.kind == "native")
    assert [(row.run, row.ranks, row.marks) for row in native.rows] == [
        ("DeSTA", "1", ""),
        ("DeSTA (8B)", "-", QUOTED),
    ]
    quoted = native.rows[1]
    assert quoted.entries["avg"].value == 65.4 and quoted.source is not None
    assert (quoted.source.date, quoted.model) == ("2026-05-01", "A report, 2026-05-01")
    (apart,) = [table for table in board.tables if table.kind == "quoted"]
    assert apart.rows[0].ranks == "-" and "protocol: another prompt" in apart.notes


def test_a_quoted_value_is_never_the_best_nor_beaten(tmp_path: Path) -> None:
    runs = [mmau(tmp_path, "1" * 30, "good"), mmau(tmp_path, "1" * 8 + "0" * 22, "poor")]
    board = leaderboard(list(map(read_run, runs)), page=Page(published=tables_of(tmp_path)))
    native = next(table for table in board.tables if table.kind == "native")
    assert [(row.run, row.ranks, row.entries["avg"].best) for row in native.rows] == [
        ("good", "1", True),
        ("poor", "2", False),
        ("DeSTA (8B)", "-", False),
    ]


def test_boards_of_all_seven_benchmarks_with_published_rows(tmp_path: Path) -> None:
    tasks = {
        "mmau_test_mini": "mmau",
        "mmsu": "mmsu",
        "sakura_animal_single": "sakura",
        "speech_ifeval_closed": "speech_ifeval",
        "voicebench_bbh": "voicebench",
        "dynamic_superb_spoofdetection_asvspoof2017": "dynamic_superb",
        "llaso_vctk_gender_classification": "llaso_eval",
    }
    run = write_run(
        tmp_path / "a",
        {
            task: FakeTask(binary("1101"), benchmark=name, anchors={"chance": 0.25})
            for task, name in tasks.items()
        },
    )
    page = Page(published=shipped_tables(), suite=suite("lalm-7"))
    board = leaderboard([read_run(run)], page=page)
    for name in tasks.values():
        quoted = [
            row
            for table in board.tables
            for row in table.rows
            if table.benchmark == name and row.source is not None
        ]
        assert quoted and all(row.rank is None for row in quoted), name
    for name in ("mmau", "mmsu", "sakura", "voicebench", "llaso_eval"):
        native = next(t for t in board.tables if (t.benchmark, t.kind) == (name, "native"))
        if name not in ("llaso_eval", "sakura"):
            assert any(row.source is not None for row in native.rows), name


def test_published_results_need_no_run() -> None:
    board = leaderboard([], page=Page(published=shipped_tables()))
    assert {"open_asr", "mmar", "mmau"} <= {table.benchmark for table in board.tables}
    assert all(row.rank is None for table in board.tables for row in table.rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unit: accuracy %", "units: accuracy %", "rows.yaml:3: unknown key 'units'"),
        ("model: Silent", "modle: Silent", "rows.yaml:14: unknown key 'modle'"),
        ("avg: 65.4", "avg: .nan", "rows.yaml:13: avg is nan, expected a number"),
        ("avg: 65.4", "avg: true", "expected a number"),
        ("avg: 65.4", "avg: '65.4'", "expected a number"),
        (
            "columns: {avg: avg}",
            "columns: {mean: avg}",
            "names the column 'mean', which no row has",
        ),
        ("of: [sound, music]", "of: [sound, music], weights: [1]", "weights: 1 for 2 columns"),
        ("date: 2026-05-01", "date: May 2026", "expected YYYY"),
        ("protocol: greedy", "protocol: ''", "protocol is '', expected text"),
        ("benchmark: mmau", "benchmark: mmau\nbenchmark: mmsu", "names 'benchmark' twice"),
        ("size: 8B", "size: &a 8B, size2: *a", "rows.yaml:13: holds an alias"),
        ("benchmark: mmau", "benchmark: [mmau", "is not YAML"),
        ("benchmark: mmau", "benchmark: !!python/name:os.system ''", "is not YAML"),
    ],
)
def test_a_file_of_another_form_is_refused_by_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(InputFileError) as caught:
        tables_of(tmp_path, ROWS.replace(old, new, 1))
    assert message in str(caught.value)


def test_a_folder_without_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"has no \.yaml file"):
        read_tables([tmp_path])
