"""Hazards of paired decisions: a difference that is not the one shown, weights of a board that are guessed, clipped cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.run.reader import read_run
from harness.types import Reading
from leaderboards.boards import native_function
from leaderboards.build import Page, leaderboard
from leaderboards.normalize import normalize
from leaderboards.ranks.decisions import Items, Term, decide, native_columns, normalized_columns
from leaderboards.results import TaskResult, Value, task_results
from leaderboards.suites import suite
from leaderboards.tables import Table
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run


def tables(*paths: Path, kind: str, **page: Any) -> list[Table]:
    board = leaderboard([read_run(path) for path in paths], page=Page(**page))
    return [table for table in board.tables if table.kind == kind]


def ranks(table: Table) -> dict[str, str]:
    return {row.run: row.ranks for row in table.rows}


def values(task: str, metric: str, value: float, groups: Any = None) -> TaskResult:
    by_reading: dict[Reading, Value] = {
        "official": Value(value, n=10),
        "strict": Value(value, n=10),
    }
    return TaskResult(task, "b", (metric,), {metric: by_reading}, groups=groups or {})


def test_the_weights_of_a_board_are_those_of_its_formula() -> None:
    board = native_function("voicebench")
    assert board is not None
    names = {
        "alpacaeval_full": ("judge_score", 4.0),
        "commoneval": ("judge_score", 3.0),
        "wildvoice": ("judge_score", 2.0),
        "sd_qa": ("sdqa", 0.5),
        "mmsu": ("accuracy", 0.4),
        "openbookqa": ("accuracy", 0.7),
        "ifeval": ("if_rate", 0.3),
        "bbh": ("accuracy", 0.6),
        "advbench": ("refusal_rate", 0.9),
    }
    runs = {
        run: {
            f"voicebench_{name}": values(f"voicebench_{name}", metric, value * factor)
            for name, (metric, value) in names.items()
        }
        for run, factor in (("a", 1.0), ("b", 0.9))
    }
    found = native_columns(lambda one: board(one, {}), runs, ["overall", "overall7", "obqa"])
    weights = {term.task: weight for term, weight in found["overall"].weights.items()}
    assert weights["voicebench_wildvoice"] == pytest.approx(20 / 9, abs=0.01)
    assert weights["voicebench_bbh"] == pytest.approx(100 / 9, abs=0.01)
    assert "voicebench_bbh" not in {term.task for term in found["overall7"].weights}
    assert found["obqa"].weights == {
        Term("voicebench_openbookqa", "accuracy", "official"): pytest.approx(100)
    }


def test_groups_of_a_task_are_columns_too() -> None:
    board = native_function("mmau")
    assert board is not None
    runs = {}
    for run, right in (("a", 0.8), ("b", 0.3)):
        group = {"accuracy": {"official": Value(right, n=5)}}
        groups = {"task": {"sound": group}}
        runs[run] = {"mmau_test_mini": values("mmau_test_mini", "accuracy", 0.5, groups)}
    found = native_columns(lambda one: board(one, {}), runs, ["sound", "avg"])
    (term,) = found["sound"].weights
    assert (term.field, term.value) == ("task", "sound")


def test_a_column_that_is_not_a_sum_of_values_is_left_open() -> None:
    def board(tasks: Any) -> dict[str, Any]:
        value = tasks["t"].values["accuracy"]["official"].value
        return {"scores": {"odd": {"value": round(value * value, 4)}}, "decimals": {"odd": 4}}

    runs = {run: {"t": values("t", "accuracy", right)} for run, right in (("a", 0.9), ("b", 0.2))}
    assert native_columns(board, runs, ["odd"]) == {}


def test_the_shares_of_items_add_up_to_the_difference_of_the_means(tmp_path: Path) -> None:
    """Also where a WER beyond 1 is clipped: such a cell moves less than its value."""
    runs, found, samples = {}, {}, {}
    for name, choice, edits in (("a", "1101100110", "1203001111"), ("b", "0101100100", "9" * 10)):
        path = write_run(
            tmp_path / name,
            {
                "demo_choice": FakeTask(binary(choice), anchors={"chance": 0.25}, official=False),
                "demo_transcription": FakeTask(
                    [Item(f"s{i}", (int(e), 4)) for i, e in enumerate(edits)],
                    metric="wer",
                    official=False,
                ),
            },
        )
        view = read_run(path)
        runs[name] = task_results(view.manifest, view.results["tasks"])
        found[name] = normalize("demo", runs[name])
        samples[name] = view.sample_index()
    columns = normalized_columns(found, runs)
    score = {name: one.tree.score or 0.0 for name, one in found.items()}
    assert columns["mean"].scores is not None
    total = 0.0
    for term, weight in columns["mean"].weights.items():
        scores = columns["mean"].scores
        total += weight * (scores["a"][term] - scores["b"][term])
    assert total == pytest.approx(score["a"] - score["b"])
    decided = decide(columns, ["a", "b"], Items(samples))
    assert decided["demo_transcription"] == {("a", "b")}
    assert decided["demo_choice"] == frozenset()


def test_a_run_without_its_sample_lines_is_an_error_that_names_the_cure(tmp_path: Path) -> None:
    from harness.errors import InputFileError

    paths = [write_run(tmp_path / n, {"demo_a": FakeTask(binary("1100"))}) for n in "ab"]
    (paths[1] / "samples.jsonl").unlink()
    with pytest.raises(InputFileError, match="harness score"):
        tables(*paths, kind="native")


def test_the_overall_rank_uses_every_benchmark(tmp_path: Path) -> None:
    def tasks(right: int) -> dict[str, FakeTask]:
        return {
            f"{name}_a": FakeTask(
                binary("1" * right + "0" * (12 - right)), benchmark=name, anchors={"chance": 0.0}
            )
            for name in ("one", "two", "three")
        }

    paths = [write_run(tmp_path / str(right), tasks(right)) for right in (8, 4, 3)]
    (overall,) = tables(*paths, kind="overall")
    alone = next(t for t in tables(*paths, kind="normalized") if t.benchmark == "one")
    assert ranks(alone) == {"8": "1-3", "4": "1-3", "3": "1-3"}
    assert ranks(overall) == {"8": "1", "4": "2-3", "3": "2-3"}


def test_a_suite_is_shown_with_all_its_benchmarks_and_no_mean_of_some(tmp_path: Path) -> None:
    task = FakeTask(binary("1100" * 5), benchmark="mmau", anchors={"chance": 0.25})
    path = write_run(tmp_path / "a", {"mmau_test_mini": task})
    (overall,) = tables(path, kind="overall", suite=suite("lalm-7"))
    entries = overall.rows[0].entries
    assert len(overall.columns) == 8
    assert (entries["mmau"].value, entries["mmau"].coverage) == (pytest.approx(100 / 3), "1/1")
    assert (entries["overall"].value, entries["overall"].text) == (None, "- (1/7)")
    assert entries["sakura"].text == "- (missing)"
    (headlines,) = tables(path, kind="headlines", suite=suite("lalm-7"))
    assert headlines.rows[0].entries["mmau"].value == 50.0


def test_the_common_subset_is_named_and_leaves_out_other_signatures(tmp_path: Path) -> None:
    def tasks(right: str, prompt: str = "p#1", *, last: bool = True) -> dict[str, FakeTask]:
        made = {
            "demo_a": FakeTask(binary(right), anchors={"chance": 0.0}),
            "demo_b": FakeTask(binary("0110"), anchors={"chance": 0.0}, parts={"prompt": prompt}),
            "demo_c": FakeTask(binary("0110"), anchors={"chance": 0.0}),
        }
        return made if last else {name: made[name] for name in ("demo_a", "demo_b")}

    paths = [
        write_run(tmp_path / "a", tasks("1110")),
        write_run(tmp_path / "b", tasks("1000", "other#2")),
        write_run(tmp_path / "c", tasks("1100", last=False)),
    ]
    assert tables(*paths, kind="common") == []
    (common,) = tables(*paths, kind="common", common_subset=True)
    assert "1 of 3 data sets" in common.title
    assert "the mean of this table is over: demo_a" in common.notes
    assert {row.run: row.entries["mean"].value for row in common.rows} == {
        "a": 75.0,
        "b": 25.0,
        "c": 50.0,
    }
    assert all(row.entries["mean"].ci95 is not None for row in common.rows)
