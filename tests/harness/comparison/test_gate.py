"""The gate: order of judgement, verdicts, guards, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.comparison.gate import GateOptions, gate
from harness.comparison.gating.report import GateReport
from harness.comparison.pairing import pair_lines
from harness.errors import UnknownNameError
from harness.run.reader import read_run
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run

TASK = "own_choice"


def run(path: Path, values: str | list[Item], task: str = TASK, **kwargs: Any) -> Path:
    items = binary(values) if isinstance(values, str) else values
    fake = FakeTask(items, benchmark="own", **kwargs)
    return write_run(path, {task: fake}, benchmarks=False)


def compared(
    tmp_path: Path,
    candidate: str | list[Item],
    baseline: str | list[Item],
    options: GateOptions | None = None,
    **kwargs: Any,
) -> GateReport:
    first = run(tmp_path / "baseline", baseline, **kwargs)
    second = run(tmp_path / "candidate", candidate, **kwargs)
    return gate(read_run(second), read_run(first), options)


def test_equal_runs_pass(tmp_path: Path) -> None:
    report = compared(tmp_path, "10" * 500, "10" * 500)
    assert (report.verdict, report.exit_code) == ("pass", 0)
    assert report.rows[0].drop == 0
    assert report.rows[0].p_adjusted == 1


def test_a_significant_drop_fails_with_mcnemar(tmp_path: Path) -> None:
    report = compared(tmp_path, "0" * 20 + "1" * 180, "1" * 200)
    assert (report.verdict, report.exit_code) == ("fail", 1)
    (row,) = report.rows
    assert row.drop == pytest.approx(0.1)
    assert row.p_value == pytest.approx(0.5**20 / 2)  # mid-p of 20 losses, no gain
    assert "mcnemar" in row.method


def test_an_improvement_of_any_size_passes(tmp_path: Path) -> None:
    report = compared(tmp_path, "1" * 200, "0" * 100 + "1" * 100, GateOptions(max_drop=1))
    assert report.verdict == "pass"
    assert report.rows[0].drop == pytest.approx(-0.5)


def test_a_small_drop_is_not_significant(tmp_path: Path) -> None:
    report = compared(tmp_path, "0" * 2 + "1" * 98, "1" * 100, GateOptions(max_drop=1))
    assert report.exit_code == 0


def test_min_effect_is_in_points_of_the_scale(tmp_path: Path) -> None:
    values = ("0" * 20 + "1" * 180, "1" * 200)
    assert compared(tmp_path / "a", *values, GateOptions(min_effect=0.1)).verdict == "fail"
    assert compared(tmp_path / "b", *values, GateOptions(min_effect=0.11)).verdict != "fail"


def test_inconclusive_is_a_note_unless_asked(tmp_path: Path) -> None:
    values = ("1010101010", "1010101001")
    report = compared(tmp_path / "a", *values)
    assert (report.verdict, report.exit_code) == ("inconclusive", 0)
    assert report.rows[0].detectable is not None
    assert report.rows[0].detectable > 0.02
    assert "in 1 of 1 tests the drop may reach the margin" in report.to_text()
    strict = compared(tmp_path / "b", *values, GateOptions(fail_inconclusive=True))
    assert strict.exit_code == 5


def test_a_failure_outranks_inconclusive(tmp_path: Path) -> None:
    options = GateOptions(fail_inconclusive=True, max_drop=0)
    assert compared(tmp_path, "0" * 50, "1" * 50, options).exit_code == 1


def test_items_that_share_a_clip_are_one_observation(tmp_path: Path) -> None:
    """Ten clips with ten questions each: 100 lost items, but only ten coin flips."""
    clips = [(clip, question) for clip in range(10) for question in range(10)]

    def items(lost: int, clustered: bool) -> list[Item]:
        return [
            Item(f"{c}/{q}", int(c >= lost), cluster=f"clip{c}" if clustered else None)
            for c, q in clips
        ]

    apart = compared(tmp_path / "a", items(3, False), items(0, False))
    together = compared(tmp_path / "b", items(3, True), items(0, True))
    assert apart.verdict == "fail"
    assert together.verdict != "fail"
    assert together.rows[0].p_value >= 0.1
    assert "clusters=10" in together.rows[0].method


def test_repeats_of_an_item_are_one_cluster(tmp_path: Path) -> None:
    def items(value: int) -> list[Item]:
        return [Item(f"i{i}", value, repeat=r) for i in range(3) for r in range(40)]

    report = compared(tmp_path, items(0), items(1))
    assert "clusters=3" in report.rows[0].method
    assert report.verdict != "fail"


@pytest.mark.parametrize("part", ["prompt", "gen", "scorer", "judge", "clean"])
def test_other_signatures_are_not_comparable(tmp_path: Path, part: str) -> None:
    first = run(tmp_path / "a", "1" * 10)
    second = run(tmp_path / "b", "0" * 10, parts={part: "other"})
    report = gate(read_run(second), read_run(first))
    assert (report.verdict, report.exit_code) == ("not comparable", 2)
    assert part in report.problems[0]
    assert "other" in report.to_text()


def test_signatures_are_judged_before_data(tmp_path: Path) -> None:
    first = run(tmp_path / "a", [Item("x", 1, item_key="k1")])
    second = run(tmp_path / "b", [Item("x", 1, item_key="k2")], parts={"prompt": "other"})
    assert "prompt" in gate(read_run(second), read_run(first)).problems[0]


def test_a_changed_document_is_another_data_version_and_is_named(tmp_path: Path) -> None:
    old = [Item(f"i{n}", 1) for n in range(10)]
    new = [Item(f"i{n}", 1, item_key="edited" if n == 3 else None) for n in range(10)]
    report = compared(tmp_path, new, old)
    assert report.exit_code == 2
    assert "i3" in report.problems[0]
    assert "i4" not in report.problems[0]


def test_another_data_part_with_equal_items_is_only_a_note(tmp_path: Path) -> None:
    first = run(tmp_path / "a", "10" * 50)
    second = run(tmp_path / "b", "10" * 50, parts={"data": "v2#ffffff"})
    report = gate(read_run(second), read_run(first), GateOptions(max_drop=1))
    assert report.exit_code == 0
    assert any("v2#ffffff" in note for note in report.notes)


def test_own_ids_pair_by_content(tmp_path: Path) -> None:
    old = [Item(f"i{n}", 1, item_key=f"k{n}") for n in range(200)]
    new = [Item(n, int(n > 30), item_key=f"k{n}") for n in range(200)]
    report = compared(tmp_path, new, old)
    assert report.verdict == "fail"
    assert report.rows[0].n == 200


@pytest.mark.parametrize(("absent", "code"), [(2, 0), (3, 3)])
def test_more_than_one_percent_without_a_pair_is_incomplete(
    tmp_path: Path, absent: int, code: int
) -> None:
    report = compared(tmp_path, "1" * (100 - absent), "1" * 100)
    assert report.exit_code == code
    assert report.coverage[0].only_baseline == absent


@pytest.mark.parametrize(("errors", "code"), [(2, 0), (3, 3)])
def test_infrastructure_errors_count_as_missing_pairs(
    tmp_path: Path, errors: int, code: int
) -> None:
    report = compared(tmp_path, "e" * errors + "1" * (100 - errors), "1" * 100)
    assert report.exit_code == code
    assert report.coverage[0].errors == errors


def test_refusals_are_answers_not_missing_pairs(tmp_path: Path) -> None:
    report = compared(tmp_path, "r" * 30 + "1" * 70, "1" * 100)
    assert report.verdict == "fail"
    assert report.coverage[0].pairs == 100


def test_a_task_that_the_candidate_lacks_is_incomplete(tmp_path: Path) -> None:
    tasks = {"own_a": FakeTask(binary("11")), "own_b": FakeTask(binary("11"))}
    first = write_run(tmp_path / "a", tasks, benchmarks=False)
    second = write_run(tmp_path / "b", {"own_a": tasks["own_a"]}, benchmarks=False)
    report = gate(read_run(second), read_run(first))
    assert report.exit_code == 3
    assert "own_b" in report.problems[0]
    chosen = gate(read_run(second), read_run(first), GateOptions(tasks=["own_a"]))
    assert chosen.exit_code == 0
    backwards = gate(read_run(first), read_run(second))
    assert backwards.exit_code == 0
    assert any("own_b" in note for note in backwards.notes)


def test_no_common_task_is_not_comparable(tmp_path: Path) -> None:
    first = run(tmp_path / "a", "11", task="own_a")
    second = run(tmp_path / "b", "11", task="own_b")
    assert gate(read_run(second), read_run(first)).exit_code == 2


def test_unknown_task_or_metric_is_a_usage_error(tmp_path: Path) -> None:
    view = read_run(run(tmp_path / "a", "11"))
    with pytest.raises(UnknownNameError, match="own_choice"):
        gate(view, view, GateOptions(tasks=["own_choise"]))
    with pytest.raises(UnknownNameError, match="accuracy"):
        gate(view, view, GateOptions(metrics=["acuracy"]))


def test_unparsed_guard_fails_on_a_significant_rise_of_two_points(tmp_path: Path) -> None:
    """The parser broke but, by luck, accuracy stayed: unparsed items were wrong before as well."""
    report = compared(tmp_path, "u" * 30 + "1" * 170, "0" * 30 + "1" * 170)
    assert report.verdict == "fail"
    (guard,) = report.guards
    assert (guard.guard, guard.failed) == ("unparsed", True)
    assert not report.rows[0].failed
    assert "unparsed share" in report.to_text()


def test_guard_ignores_a_significant_rise_below_two_points(tmp_path: Path) -> None:
    report = compared(tmp_path, "u" * 15 + "0" * 985, "0" * 1000)
    (guard,) = report.guards
    assert guard.p_adjusted < 0.05
    assert not guard.failed


def test_guard_ignores_an_insignificant_rise(tmp_path: Path) -> None:
    report = compared(tmp_path, "u" * 3 + "0" * 57, "0" * 60)
    (guard,) = report.guards
    assert guard.candidate - guard.baseline > 0.02
    assert not guard.failed


def test_holm_over_tasks(tmp_path: Path) -> None:
    """One task at p = 0.03 fails alone and passes among three others."""
    lost = "0" * 5 + "1" * 95

    def tasks(first: str) -> dict[str, FakeTask]:
        values = {"own_a": first, "own_b": "1" * 100, "own_c": "1" * 100, "own_d": "1" * 100}
        return {name: FakeTask(binary(text)) for name, text in values.items()}

    old = read_run(write_run(tmp_path / "old", tasks("1" * 100), benchmarks=False))
    new = read_run(write_run(tmp_path / "new", tasks(lost), benchmarks=False))
    alone = gate(new, old, GateOptions(tasks=["own_a"]))
    together = gate(new, old)
    assert alone.rows[0].p_value == together.rows[0].p_value == pytest.approx(0.5**5 / 2)
    assert alone.verdict == "fail"
    assert together.rows[0].p_adjusted == pytest.approx(4 * 0.5**5 / 2)
    assert together.verdict != "fail"
    assert together.rows[0].detectable > alone.rows[0].detectable


@pytest.mark.parametrize(
    ("metric", "good", "bad"),
    [("wer", (1, 10), (4, 10)), ("mae", 2.0, 9.0), ("judge_score", 4.0, 2.0)],
)
def test_other_families_know_their_direction(
    tmp_path: Path, metric: str, good: Any, bad: Any
) -> None:
    old = [Item(f"i{n}", good) for n in range(40)]
    new = [Item(f"i{n}", bad) for n in range(40)]
    worse = compared(tmp_path / "worse", new, old, metric=metric)
    better = compared(tmp_path / "better", old, new, metric=metric)
    assert (worse.verdict, better.exit_code) == ("fail", 0)
    assert worse.rows[0].drop == pytest.approx(-better.rows[0].drop)
    assert worse.rows[0].drop > 0


def test_fractional_items_are_tested_by_sign_flip(tmp_path: Path) -> None:
    old = [Item(f"i{n}", 1) for n in range(60)]
    new = [Item(f"i{n}", 0.25 if n < 20 else 1) for n in range(60)]
    report = compared(tmp_path, new, old)
    assert "sign_flip" in report.rows[0].method
    assert report.verdict == "fail"


def test_a_metric_with_a_value_on_one_side_only_is_incomplete(tmp_path: Path) -> None:
    old = [Item(f"i{n}", 1) for n in range(50)]
    new = [Item(f"i{n}", None if n < 5 else 1) for n in range(50)]
    report = compared(tmp_path, new, old)
    assert report.exit_code == 3
    assert "5 pairs" in report.problems[0]


def test_nothing_to_test_is_incomplete_not_a_pass(tmp_path: Path) -> None:
    silent = [Item("a", None), Item("b", None)]
    report = compared(tmp_path, silent, silent)
    assert report.exit_code == 3


def test_report_as_json_and_text(tmp_path: Path) -> None:
    report = compared(tmp_path, "1", "1")
    content = report.to_json()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["exit_code"] == report.exit_code
    assert content["reading"] == "strict"
    text = report.to_text()
    assert TASK in text
    assert text.endswith(")\n")
    assert report.verdict.upper() in text.split("\n")[-2]


def test_swapped_ids_of_known_documents_still_pair() -> None:
    def line(name: str, key: str) -> dict[str, object]:
        return {"id": name, "repeat": 0, "item_key": key, "outcome": "answered"}

    found = pair_lines([line("a", "1"), line("b", "2")], [line("a", "2"), line("b", "1")])
    assert not found.changed
    assert len(found.pairs) == 2


def test_the_gate_loads_no_model_library(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = run(tmp_path / "a", "10" * 20)
    code = (
        "import sys; from harness.comparison.gate import gate; from harness.run.reader import read_run;"
        f"view = read_run({str(path)!r}); gate(view, view).to_text();"
        "print([m for m in ('torch', 'lm_eval', 'transformers', 'datasets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
