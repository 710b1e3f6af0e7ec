"""Hazards: a drop everywhere that no task shows, a pass that nobody earned, an alarm too many."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.comparison.gate import GateOptions, gate
from harness.comparison.gating.report import GateReport
from harness.comparison.gating.suite import Part, contributions, suite_mean
from harness.run.reader import read_run
from metrics.registry import METRICS, Measure
from metrics.statistics.paired_tests import sign_flip
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run
from tests.support.runs.toy import jsonl

ACCURACY = METRICS["accuracy"]


def right(count: int, of: int) -> list[dict[str, float]]:
    return [{"correct": int(number < count), "n": 1} for number in range(of)]


def part(baseline: Sequence[dict[str, float]], candidate: Sequence[dict[str, float]], name: str = "a", metric: Measure = ACCURACY, scale: float = 1.0) -> Part:  # fmt: skip
    return Part(
        name, metric, baseline, candidate, [f"{name}{n}" for n in range(len(baseline))], scale
    )


def compared(folder: Path, tasks: dict[str, tuple[str, str]], options: GateOptions | None = None) -> GateReport:  # fmt: skip
    sides = []
    for side in (0, 1):
        fakes = {
            name: FakeTask(binary(values[side]), benchmark="own") for name, values in tasks.items()
        }
        sides.append(read_run(write_run(folder / f"run{side}", fakes, benchmarks=False)))
    return gate(sides[1], sides[0], options)


@pytest.mark.parametrize("metric", ["accuracy", "wer", "judge_score", "mae", "macro_f1"])
def test_contributions_sum_to_the_drop(metric: str) -> None:
    measure = METRICS[metric]
    worst, best = measure.examples()
    baseline = [best] * 30 + [worst] * 10
    candidate = [best] * 20 + [worst] * 20
    found = part(baseline, candidate, metric=measure, scale=2.0)
    assert sum(contributions(found)) == pytest.approx(found.drop)
    assert found.drop > 0


def test_a_drop_everywhere_fails_though_no_task_does(tmp_path: Path) -> None:
    """Twenty tasks lose three of a hundred items each: no task alone is worse beyond chance."""
    tasks = {f"t{n}": ("1" * 90 + "0" * 10, "1" * 87 + "0" * 13) for n in range(20)}
    report = compared(tmp_path, tasks)
    assert (report.verdict, report.exit_code) == ("fail", 1)
    assert not any(row.failed for row in report.rows)
    assert report.suite is not None and report.suite.failed
    assert report.suite.drop == pytest.approx(0.03)
    assert "worse: the suite mean" in report.to_text()


def test_the_suite_takes_half_of_alpha_and_the_tasks_the_other(tmp_path: Path) -> None:
    tasks = {"a": ("1" * 100, "1" * 100), "b": ("1" * 100, "1" * 100)}
    report = compared(tmp_path, tasks, GateOptions(alpha=0.04))
    assert report.suite is not None and report.suite.level == pytest.approx(0.02)
    single = compared(tmp_path / "one", {"a": ("1" * 100, "0" * 4 + "1" * 96)})
    assert single.suite is not None and single.suite.level is None
    assert single.rows[0].p_adjusted == pytest.approx(0.5**4 / 2)


def test_a_pass_needs_that_the_drop_is_surely_below_the_margin(tmp_path: Path) -> None:
    mixed = "10" * 500
    other = "01" * 25 + "10" * 475  # 50 discordant pairs, no drop
    report = compared(tmp_path / "a", {"t": (mixed, other)})
    assert report.verdict == "pass"
    assert report.suite is not None and 0 < report.suite.upper < 0.02
    few = compared(tmp_path / "b", {"t": (mixed[:100], other[:100])})
    assert few.verdict == "inconclusive"
    assert few.suite is not None and few.suite.upper > 0.02
    wide = compared(tmp_path / "c", {"t": (mixed[:100], other[:100])}, GateOptions(max_drop=0.5))
    assert wide.verdict == "pass"


@pytest.mark.parametrize("count", [12, 100, 5000])
def test_the_same_replies_pass_at_any_size(tmp_path: Path, count: int) -> None:
    values = ("10" * count)[:count]
    report = compared(tmp_path, {"t": (values, values)})
    assert report.verdict == "pass"
    assert report.suite is not None and report.suite.identical is (count < 150)


def test_equal_scores_of_other_replies_are_not_the_same(tmp_path: Path) -> None:
    values = "10" * 20
    one = read_run(write_run(tmp_path / "a", {"t": FakeTask(binary(values), benchmark="own")}, benchmarks=False))  # fmt: skip
    path = write_run(
        tmp_path / "b", {"t": FakeTask(binary(values), benchmark="own")}, benchmarks=False
    )
    lines = jsonl(path / "samples.jsonl")
    lines[3]["response"] = "something else"
    (path / "samples.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = gate(read_run(path), one)
    assert report.verdict == "inconclusive"
    assert report.suite is not None and not report.suite.identical


def test_speakers_shared_by_tasks_are_one_unit() -> None:
    base, worse = right(40, 40), right(30, 40)
    apart = [part(base, worse, name) for name in "abc"]
    shared = [Part(name, ACCURACY, base, worse, [f"s{n % 8}" for n in range(40)], 1.0) for name in "abc"]  # fmt: skip
    one, other = suite_mean(apart, level=0.025), suite_mean(shared, level=0.025)
    assert one is not None and other is not None
    assert (one.clusters, other.clusters) == (120, 8)
    assert one.drop == pytest.approx(other.drop)
    assert other.p_value > one.p_value
    assert other.p_value >= 1 / 2**8


def test_one_task_of_the_suite_is_the_plain_sign_flip() -> None:
    base, worse = right(70, 100), right(64, 100)
    found = suite_mean([part(base, worse)], level=0.025)
    assert found is not None
    drops = [one["correct"] - other["correct"] for one, other in zip(base, worse, strict=True)]
    assert found.p_value == pytest.approx(sign_flip(drops), abs=0.005)
    assert found.ci95[0] < 0.06 < found.ci95[1]
    assert found.upper < found.ci95[1]


def test_nothing_to_average() -> None:
    assert suite_mean([], level=0.025) is None
    assert suite_mean([part([], [])], level=0.025) is None
    empty = part([{"edits": 0, "length": 0}], [{"edits": 0, "length": 0}], metric=METRICS["wer"])
    assert suite_mean([empty], level=0.025) is None


def test_false_alarms_and_passes_at_the_margin(tmp_path: Path) -> None:
    """Ten tasks of 60 items, seeded: under no drop few fail, at a drop of the margin few pass."""
    generator = random.Random(7)
    failed = passed = 0
    rounds = 60
    for _ in range(rounds):
        null, margin = [], []
        for name in "abcdefghij":
            base = [int(generator.random() < 0.7) for _ in range(60)]
            flips = [1 - value if generator.random() < 0.1 else value for value in base]
            # as many lost as gained in expectation, then a drop of 0.05 on top
            lower = [0 if value and generator.random() < 0.05 / 0.7 else value for value in base]
            rows = [[{"correct": v, "n": 1} for v in values] for values in (base, flips, lower)]
            balanced = rows[1] if generator.random() < 0.5 else rows[0]
            other = rows[0] if balanced is rows[1] else rows[1]
            null.append(part(balanced, other, name))
            margin.append(part(rows[0], rows[2], name))
        one, other_mean = suite_mean(null, level=0.05), suite_mean(margin, level=0.05)
        assert one is not None and other_mean is not None
        failed += one.p_value < 0.05
        passed += other_mean.upper < 0.05
    assert failed <= 8
    assert passed <= 8


def test_a_rare_error_of_each_task_does_not_stop_a_suite(tmp_path: Path) -> None:
    tasks = {f"t{n}": ("1" * 100, "e" * (n % 3) + "1" * (100 - n % 3)) for n in range(20)}
    report = compared(tmp_path / "a", tasks)
    assert report.exit_code == 0, report.to_text()
    broken = {**tasks, "t0": ("1" * 100, "e" * 30 + "1" * 70)}
    assert (
        compared(tmp_path / "b", broken).verdict == "fail"
    )  # the guard of failed items speaks first
    lacking = {**tasks, "t0": ("1" * 100, "1" * 60)}
    assert compared(tmp_path / "c", lacking).exit_code == 3


def test_what_is_missing_can_count_as_lost(tmp_path: Path) -> None:
    tasks = {"t": ("1" * 100, "1" * 60)}
    report = compared(tmp_path / "a", tasks, GateOptions(missing="lost"))
    assert (report.verdict, report.rows[0].n) == ("fail", 100)
    assert report.rows[0].drop == pytest.approx(0.4)
    assert any("count as lost" in note for note in report.notes)


def test_lost_items_are_named_with_both_answers(tmp_path: Path) -> None:
    items = [[Item(f"i{n}", value) for n in range(100)] for value in (1, 0)]
    fakes = [{"t": FakeTask(found, benchmark="own")} for found in items]
    runs = [
        read_run(write_run(tmp_path / str(n), fake, benchmarks=False))
        for n, fake in enumerate(fakes)
    ]
    report = gate(runs[1], runs[0])
    assert len(report.lost) == 50
    assert {item.task for item in report.lost} == {"t"}
    text = report.to_text()
    assert text.count("\n        candidate  ") == 5
    assert "lost: t i0" in text
