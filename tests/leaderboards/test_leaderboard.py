"""Tables from run directories: grouping by signature, ranks, coverage, rendering."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.run.reader import read_run
from leaderboards.build import leaderboard
from leaderboards.renderers.html import render_html
from leaderboards.renderers.markdown import escape, render_markdown
from leaderboards.renderers.records import render_csv, render_json
from leaderboards.tables import Leaderboard, Table
from tests.support.golden import check, without_assets
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run

GOLDEN = Path(__file__).parent / "golden"


def quick(choice: str, errors: str = "00", **kwargs: Any) -> dict[str, FakeTask]:
    return {
        "demo_choice": FakeTask(binary(choice), anchors={"chance": 0.25}, official=False, **kwargs),
        "demo_transcription": FakeTask(
            [Item(f"s{i}", (int(edits), 4)) for i, edits in enumerate(errors)],
            metric="wer",
            official=False,
        ),
    }


def board_of(*paths: Path, **kwargs: Any) -> Leaderboard:
    return leaderboard([read_run(path) for path in paths], **kwargs)


def tables(board: Leaderboard, kind: str, benchmark: str = "demo") -> list[Table]:
    return [t for t in board.tables if (t.kind, t.benchmark) == (kind, benchmark)]


def column(table: Table, key: str) -> dict[str, float | None]:
    return {row.run: row.entries[key].value for row in table.rows}


def made_up_interval(run: Path) -> Path:
    """Give every mean an interval that no random number generator had a part in."""
    results = json.loads((run / "results.json").read_text())
    for entry in results["benchmarks"].values():
        if entry["normalized"]["score"] is not None:
            score = entry["normalized"]["score"]
            entry["normalized"] |= {"ci95": [score * 0.9, score], "stderr": 0.05}
    (run / "results.json").write_text(json.dumps(results))
    return run


def test_every_format_is_what_it_was(tmp_path: Path) -> None:
    """The whole document; ``make golden`` writes it anew. Read the difference."""
    sakura = {
        f"sakura_animal_{hop}": FakeTask(
            [Item(f"{i}#{hop}", int(c), cluster=str(i)) for i, c in enumerate("1101")],
            benchmark="sakura",
            anchors={"chance": 0.25},
        )
        for hop in ("single", "multi")
    }
    runs = [
        write_run(tmp_path / "a", quick("1101", "11"), name="small|model", model="hf:org/small"),
        write_run(tmp_path / "b", {**quick("1111", "01"), **sakura}, name="large"),
        write_run(tmp_path / "c", quick("1ru0", "44"), name="large"),
        write_run(tmp_path / "d", quick("11", "0", total=4), name="limited"),
        write_run(tmp_path / "e", quick("111e", "00"), name="failing"),
    ]
    board = board_of(*(made_up_interval(run) for run in runs))
    check(GOLDEN / "board.md", render_markdown(board))
    check(GOLDEN / "board.csv", render_csv(board))
    check(GOLDEN / "board.json", render_json(board))
    check(GOLDEN / "board.html", without_assets(render_html(board)))


def test_every_table_row_has_the_cells_of_its_head_whatever_the_names(tmp_path: Path) -> None:
    nasty = "a|b\n| 1 | forged | row |\r\n<script>`x`\\|"
    text = render_markdown(
        board_of(write_run(tmp_path / "a", quick("1101"), name=nasty, model=nasty))
    )
    rows = [line for line in text.split("\n") if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in rows[:3]}
    assert len(widths) == 1
    assert "<script>" not in text
    assert not any(line.startswith("| 1 | forged") for line in rows)


@pytest.mark.parametrize("text", ["a|b", "a\\|b", "x\ny", "tab\tbed", "\u2028"])
def test_escape_leaves_one_line_and_no_bare_pipe(text: str) -> None:
    escaped = escape(text)
    assert "\n" not in escaped
    assert "|" not in escaped.replace("\\|", "")


def test_a_name_cannot_embed_an_image_or_emphasis() -> None:
    assert escape("![x](http://h/i.png) **b** `c`") == (
        "!\\[x](http:\u2060//h/i.png) \\*\\*b\\*\\* \\`c\\`"
    )


@pytest.mark.parametrize("part", ["prompt", "gen", "scorer", "judge", "clean", "data"])
def test_a_table_never_mixes_signatures(tmp_path: Path, part: str) -> None:
    one = write_run(tmp_path / "a", quick("1101", parts={part: "one#1"}))
    other = write_run(tmp_path / "b", quick("1111", parts={part: "other#1"}))
    board = board_of(one, other)
    for kind in ("native", "normalized"):
        found = tables(board, kind)
        assert [[row.run for row in table.rows] for table in found] == [["a"], ["b"]]
    assert board.signatures[1].differs == (part,)
    assert f"differs from set A in: {part}" in render_markdown(board)


def test_a_limited_run_stands_apart_and_is_unranked(tmp_path: Path) -> None:
    full = write_run(tmp_path / "full", quick("1101"))
    limited = write_run(tmp_path / "limited", quick("11", total=4))
    first, second = tables(board_of(full, limited), "normalized")
    assert [row.rank for row in first.rows] == [1]
    assert [row.rank for row in second.rows] == [None]
    text = render_markdown(board_of(limited))
    assert "4/6 partial" in text
    assert "only some items of the task ran" in text


def test_runs_that_share_only_some_tasks_share_a_table_if_those_agree(tmp_path: Path) -> None:
    both = quick("1101")
    one = {"demo_choice": quick("1111")["demo_choice"]}
    board = board_of(write_run(tmp_path / "a", both), write_run(tmp_path / "b", one))
    (table,) = tables(board, "normalized")
    text = {row.run: row.entries["mean"] for row in table.rows}
    assert text["a"].value is not None
    assert (text["b"].value, text["b"].text) == (None, "- (1/2)")
    assert {row.run: row.rank for row in table.rows} == {"a": 1, "b": None}


def test_ranks_skip_incomplete_rows_and_say_what_is_not_decided(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "low", quick("10" * 4 + "0" * 32)),
        write_run(tmp_path / "tie1", quick("1" * 20 + "0" * 20)),
        write_run(tmp_path / "tie2", quick("0" * 2 + "1" * 20 + "0" * 18)),
        write_run(tmp_path / "failing", quick("1" * 39 + "e")),
    ]
    (table,) = tables(board_of(*runs), "normalized")
    assert [(row.run, row.ranks) for row in table.rows] == [
        ("tie1", "1-2"),
        ("tie2", "1-2"),
        ("low", "3"),
        ("failing", "-"),
    ]
    failing = table.rows[-1].entries
    assert failing["mean"].text == "- (1/2)"
    assert failing["demo_choice"].text == "- (error)"


def test_equal_values_have_no_best(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, quick("1100", "11")) for name in "ab"]
    (table,) = tables(board_of(*runs), "native")
    assert not any(entry.best for row in table.rows for entry in row.entries.values())


def test_best_follows_the_direction_and_needs_two_numbers(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", quick("1" * 10 + "0" * 10, "1" * 12)),
        write_run(tmp_path / "b", quick("1" * 20, "0" * 12)),
    ]
    (table,) = tables(board_of(*runs), "native")
    best = {row.run: {key: e.best for key, e in row.entries.items()} for row in table.rows}
    assert best["b"] == {"choice accuracy": True, "transcription wer": True}
    assert not any(best["a"].values())
    (alone,) = tables(board_of(runs[0]), "native")
    assert not any(entry.best for row in alone.rows for entry in row.entries.values())


def test_word_error_rate_is_shown_raw_and_turned_in_the_normalised_table(tmp_path: Path) -> None:
    board = board_of(write_run(tmp_path / "a", quick("1101", "10")))
    assert column(tables(board, "native")[0], "transcription wer") == {"a": 12.5}
    assert column(tables(board, "normalized")[0], "demo_transcription") == {"a": 87.5}


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / key, quick("1101"), name="same") for key in "abc"]
    (table,) = tables(board_of(*runs), "native")
    assert [row.run for row in table.rows] == ["same", "same (2)", "same (3)"]


def test_unparsed_and_refused_shares_stand_beside(tmp_path: Path) -> None:
    board = board_of(write_run(tmp_path / "a", quick("1ru0", "")))
    row = tables(board, "native")[0].rows[0]
    assert (row.unparsed, row.refused, row.errors) == (0.25, 0.25, 0.0)


def test_overall_needs_every_benchmark_and_combines_their_errors(tmp_path: Path) -> None:
    own = {"own_a": FakeTask(binary("1010"), benchmark="own")}
    board = board_of(
        write_run(tmp_path / "a", {**quick("1101", "12"), **own}),
        write_run(tmp_path / "b", quick("1111")),
    )
    (table,) = tables(board, "overall", "overall")
    entries = {row.run: row.entries for row in table.rows}
    first = entries["a"]["overall"]
    assert first.value == pytest.approx(
        (entries["a"]["demo"].value + entries["a"]["own"].value) / 2
    )
    assert first.ci95 is not None and first.ci95[0] < first.value < first.ci95[1]
    assert (entries["b"]["own"].text, entries["b"]["overall"].text) == ("- (missing)", "- (1/2)")


def test_no_overall_table_for_one_benchmark(tmp_path: Path) -> None:
    assert not tables(board_of(write_run(tmp_path / "a", quick("11"))), "overall", "overall")


def test_expected_tasks_decide_what_a_mean_needs(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", quick("1101"))
    names = ["demo_choice", "demo_transcription", "demo_number"]
    (table,) = tables(board_of(run, expected={"demo": names}), "normalized")
    assert table.rows[0].entries["mean"].text == "- (2/3)"
    assert table.rows[0].entries["demo_number"].text == "- (missing)"


def test_stale_results_are_not_averaged(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", quick("1101"))
    (table,) = tables(board_of(run, scorers={"demo_choice": "official.2"}), "normalized")
    assert table.rows[0].entries["demo_choice"].text == "- (stale)"
    assert table.rows[0].entries["mean"].value is None


def test_interval_of_other_cells_is_not_shown_beside_a_new_mean(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", quick("1101", "12"))
    results = json.loads((run / "results.json").read_text())
    results["benchmarks"]["demo"]["normalized"]["score"] += 0.01
    (run / "results.json").write_text(json.dumps(results))
    assert tables(board_of(run), "normalized")[0].rows[0].entries["mean"].ci95 is None


def test_works_on_results_without_benchmarks(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", quick("1101"), benchmarks=False)
    assert tables(board_of(run), "normalized")[0].rows[0].entries["mean"].value is not None


def test_csv_and_json_hold_every_value(tmp_path: Path) -> None:
    board = board_of(
        write_run(tmp_path / "a", quick("1101", "10"), name="=cmd()"),
        write_run(tmp_path / "b", quick("111e", "10")),
    )
    rows = list(csv.DictReader(io.StringIO(render_csv(board))))
    cells = sum(len(table.columns) * len(table.rows) for table in board.tables)
    assert len(rows) == cells
    assert {row["run"] for row in rows} == {"'=cmd()", "b"}
    assert any(row["state"] == "'- (1/2)" and row["value"] == "" for row in rows)
    content = json.loads(render_json(board))
    assert len(content["records"]) == cells
    assert content["signatures"][0]["signatures"]["demo_choice"].startswith("demo")


def test_a_run_with_failed_items_never_has_the_best_mark(tmp_path: Path) -> None:
    runs = [
        write_run(tmp_path / "a", quick("1" * 19 + "0", "11"), name="whole"),
        write_run(tmp_path / "b", quick("1" * 19 + "e", "11"), name="failed"),
        write_run(tmp_path / "c", quick("1" * 8 + "0" * 12, "11"), name="worse"),
    ]
    best = {
        row.run
        for table in board_of(*runs).tables
        for row in table.rows
        if any(entry.best for entry in row.entries.values())
    }
    assert best == {"whole"}


def test_tasks_on_no_board_have_a_table_of_their_values(tmp_path: Path) -> None:
    tasks = {
        name: FakeTask(
            [Item(f"{n}", 1) for n in range(4)], benchmark="mmau", anchors={"chance": 0.25}
        )
        for name in ("my_own_sounds",)
    }
    board = board_of(write_run(tmp_path / "a", tasks, name="own"))
    further = [table for table in board.tables if table.kind == "further"]
    labels = ["My own sounds accuracy", "My own sounds accuracy (strict)"]
    assert [column.label for column in further[0].columns] == labels
    assert further[0].rows[0].entries["my_own_sounds accuracy"].value == 100.0


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("one.jsonl", "file:one.jsonl"),
        ("/data/x/one.jsonl", "file:one.jsonl"),
        ("/data/x/one.jsonl, two.jsonl", "stored replies, 2 files"),
    ],
)
def test_a_file_of_replies_is_named_once_and_without_its_folder(
    tmp_path: Path, target: str, shown: str
) -> None:
    path = write_run(tmp_path / "one", quick("1100"))
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["model"] |= {"adapter": "file", "spec": f"file:{target}", "target": target}
    (path / "manifest.json").write_text(json.dumps(manifest))
    assert f"| {shown} |" in render_markdown(board_of(path))
