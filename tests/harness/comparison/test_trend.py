"""Hazards of a trend: steps in a wrong order, points of other data in one line, noise of too few points."""

from __future__ import annotations

import json
import statistics
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from harness.comparison.trends.plots import terminal_plot
from harness.comparison.trends.trend import Trend, step_numbers, trend
from harness.errors import UnknownNameError, UsageError
from harness.run.reader import read_run
from tests.support.golden import check
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run

GOLDEN = Path(__file__).parent / "golden"


def checkpoint(root: Path, name: str, right: int, edits: str = "12", **kwargs: Any) -> Path:
    choice = FakeTask(binary("1" * right + "0" * (20 - right)), benchmark="own", **kwargs)
    spoken = [Item(f"s{i}", (int(e), 10)) for i, e in enumerate(edits)]
    tasks = {"own_choice": choice, "own_speech": FakeTask(spoken, metric="wer", benchmark="own")}
    return write_run(root / name, tasks, name=name, benchmarks=False)


def series(root: Path, *rights: int, **options: Any) -> Trend:
    paths = [
        checkpoint(root, f"step-{100 * number}", right)
        for number, right in enumerate(rights, start=1)
    ]
    return trend([read_run(path) for path in paths], **options)


def test_every_form_is_what_it_was(tmp_path: Path) -> None:
    found = series(tmp_path, 4, 8, 11, 13, 12, 14)
    check(GOLDEN / "trend.txt", found.to_text())
    check(GOLDEN / "trend.md", found.to_markdown())
    check(GOLDEN / "trend.csv", found.to_csv())
    check(GOLDEN / "trend.json", json.dumps(found.to_json(), indent=1) + "\n")
    check(GOLDEN / "trend.svg", found.to_svg())


def test_steps_are_numbers_of_names_only_where_they_rise() -> None:
    assert step_numbers(["run-7b-step-10", "run-7b-step-200"]) == [10.0, 200.0]
    assert step_numbers(["step-200", "step-10"]) == [1.0, 2.0]
    assert step_numbers(["base", "step-10"]) == [1.0, 2.0]
    assert step_numbers(["v1", "v1"]) == [1.0, 2.0]


def test_values_are_those_of_the_results_in_the_order_given(tmp_path: Path) -> None:
    found = series(tmp_path, 5, 15, tasks=["own_choice"])
    (one,) = found.series
    assert [point.value for point in one.points] == [0.25, 0.75]
    assert [point.step for point in one.points] == [100.0, 200.0]
    assert one.noise is None and one.signal == 0.5


def test_noise_is_of_the_last_five_and_signal_of_all(tmp_path: Path) -> None:
    rights = (2, 10, 12, 11, 13, 12)
    (one,) = series(tmp_path, *rights, tasks=["own_choice"]).series
    assert one.noise == pytest.approx(statistics.stdev(right / 20 for right in rights[1:]))
    assert one.signal == pytest.approx(11 / 20)


def test_a_signature_that_changes_on_the_way_is_noted(tmp_path: Path) -> None:
    paths = [
        checkpoint(tmp_path, "a", 5),
        checkpoint(tmp_path, "b", 6, parts={"prompt": "new#1"}),
    ]
    found = trend([read_run(path) for path in paths])
    assert found.notes == ("own_choice: prompt changes from default#bbbbbb (a) to new#1 (b)",)


def test_a_run_without_a_value_leaves_a_gap(tmp_path: Path) -> None:
    paths = [checkpoint(tmp_path, name, 5) for name in ("a", "b", "c")]
    results = json.loads((paths[1] / "results.json").read_text())
    results["tasks"]["own_choice"]["metrics"]["accuracy"]["strict"]["value"] = None
    (paths[1] / "results.json").write_text(json.dumps(results))
    (one,) = trend([read_run(path) for path in paths], tasks=["own_choice"]).series
    assert [point.value for point in one.points] == [0.25, None, 0.25]
    assert sum(line.count("●") for line in terminal_plot(one)) == 2


def test_the_image_is_well_formed_and_hostile_names_stay_text(tmp_path: Path) -> None:
    hostile = '</svg><script>alert(1)</script>"&\x1b'
    paths = [checkpoint(tmp_path, "a", 5), checkpoint(tmp_path, "b", 6)]
    manifest = json.loads((paths[0] / "manifest.json").read_text())
    manifest["name"] = hostile
    (paths[0] / "manifest.json").write_text(json.dumps(manifest))
    found = trend([read_run(path) for path in paths])
    root = ET.fromstring(found.to_svg())
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert "\x1b" not in found.to_text() + found.to_csv() + found.to_markdown()


def test_what_cannot_be_a_trend_is_refused(tmp_path: Path) -> None:
    views = [read_run(checkpoint(tmp_path, name, 5)) for name in "ab"]
    with pytest.raises(UsageError, match="at least two runs"):
        trend(views[:1])
    with pytest.raises(UnknownNameError, match="acuracy"):
        trend(views, metrics=["acuracy"])
    with pytest.raises(UnknownNameError, match="own_chioce"):
        trend(views, tasks=["own_chioce"])
