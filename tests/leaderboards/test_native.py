"""Native aggregates of SAKURA, MMAU and MMSU, and the interval of a normalised mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leaderboards.boards.sakura import conditional
from leaderboards.interval import Estimate, node_intervals
from leaderboards.native import benchmark_results, native
from leaderboards.normalize import normalize
from leaderboards.results import TaskResult, Value, task_results
from tests.support.runs.board_runs import FakeTask, Item, binary, write_run

TRACKS = ("animal", "emotion", "gender", "language")


def joined(root: Path) -> tuple[dict[str, TaskResult], dict[str, list[dict[str, Any]]]]:
    manifest = json.loads((root / "manifest.json").read_text())
    results = json.loads((root / "results.json").read_text())
    index: dict[str, list[dict[str, Any]]] = {}
    for line in (root / "samples.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        record = json.loads(line)
        index.setdefault(record["task"], []).append(record)
    return task_results(manifest, results["tasks"]), index


def mean_interval(found: Any, *args: Any, **kwargs: Any) -> Estimate | None:
    return node_intervals(found, *args, **kwargs).get(found.benchmark)


def sakura(**verdicts: str) -> dict[str, FakeTask]:
    tasks = {}
    for name, values in verdicts.items():
        track, hop = name.split("_")
        items = [
            Item(f"{track}/{i}#{hop}", int(right), cluster=f"{track}/{i}")
            for i, right in enumerate(values)
        ]
        tasks[f"sakura_{name}"] = FakeTask(items, benchmark="sakura", anchors={"chance": 0.25})
    return tasks


def test_sakura_means_run_over_the_tracks_that_are_present(tmp_path: Path) -> None:
    run = write_run(
        tmp_path / "run",
        sakura(animal_single="1110", emotion_single="1000", animal_multi="1100"),
    )
    found = native("sakura", *joined(run))
    scores = found["scores"]
    assert scores["animal_single"]["value"] == 75.0
    assert scores["avg_single"]["value"] == 50.0
    assert scores["avg_multi"]["value"] == 50.0
    assert scores["derived_mean"]["value"] == 50.0
    assert found["tracks"] == {"single": ["animal", "emotion"], "multi": ["animal"]}
    assert not found["complete"]
    assert any("2 of 4 tracks" in note for note in found["notes"])


def test_sakura_is_complete_with_all_eight_cells(tmp_path: Path) -> None:
    cells = {f"{track}_{hop}": "1010" for track in TRACKS for hop in ("single", "multi")}
    run = write_run(tmp_path / "run", sakura(**cells))
    assert native("sakura", *joined(run))["complete"]


def test_conditional_multi_hop_pairs_clips_not_positions(tmp_path: Path) -> None:
    tasks = sakura(animal_single="1101", animal_multi="1011")
    items = list(tasks["sakura_animal_multi"].items)
    tasks["sakura_animal_multi"].items = items[::-1][:-1]  # other order, clip 0 absent
    _, index = joined(write_run(tmp_path / "run", tasks))
    # single right: clips 0, 1, 3; of those the multi-hop file holds 1 (wrong) and 3 (right)
    found = conditional(index, "animal", "accuracy", "official")
    assert found == {("animal/1", 0): 0.0, ("animal/3", 0): 1.0}


def test_sakura_without_a_judge_is_labelled_as_the_control() -> None:
    tasks = {
        "sakura_animal_single": TaskResult(
            "sakura_animal_single",
            "sakura",
            ("accuracy", "letter_or_text"),
            {"accuracy": {"official": Value(None)}, "letter_or_text": {"strict": Value(0.5, n=4)}},
        )
    }
    found = native("sakura", tasks)
    assert (found["metric"], found["reading"]) == ("letter_or_text", "strict")
    assert any("control" in note for note in found["notes"])
    assert found["scores"]["animal_single"]["value"] == 50.0


def test_sakura_with_neither_has_no_numbers() -> None:
    empty = TaskResult("sakura_animal_single", "sakura", ("accuracy",), {})
    found = native("sakura", {"sakura_animal_single": empty})
    assert all(score["value"] is None for score in found["scores"].values())
    assert found["notes"][0] == "no judge replies: no score"


def test_mmau_is_micro_with_two_decimals() -> None:
    group = {"accuracy": {"official": Value(235 / 333, n=333), "strict": Value(0.1, n=333)}}
    tasks = {
        "mmau_test_mini": TaskResult(
            "mmau_test_mini",
            "mmau",
            ("accuracy",),
            {"accuracy": {"official": Value(0.66, (0.63, 0.69), n=1000)}},
            groups={"task": {"sound": group}, "difficulty": {"easy": group}},
        )
    }
    found = native("mmau", tasks)
    assert found["scores"]["sound"]["value"] == 70.57
    assert found["scores"]["avg"] == {"value": 66.0, "ci95": [63.0, 69.0], "n": 1000}
    assert found["scores"]["music"]["value"] is None
    assert found["groups"]["mmau_test_mini"]["difficulty"]["easy"]["value"] == 70.57
    assert found["complete"]


def test_mmau_splits_never_share_a_column() -> None:
    tasks = {
        name: TaskResult(name, "mmau", (), {"accuracy": {"official": Value(value)}})
        for name, value in (("mmau_test_mini", 0.5), ("mmau_test", 0.9))
    }
    scores = native("mmau", tasks)["scores"]
    assert (scores["avg"]["value"], scores["test_avg"]["value"]) == (50.0, 90.0)


def test_mmsu_board_comes_from_the_items_and_skips_what_the_scorer_skips(tmp_path: Path) -> None:
    def item(number: int, value: int, category: str, sub: str, subsub: str, **kw: Any) -> Item:
        groups = {"category": category, "sub-category": sub, "sub-sub-category": subsub}
        return Item(f"x{number}", value, groups=groups, **kw)

    items = [
        item(0, 1, "Perception", "Linguistics", "Semantics"),
        item(1, 0, "Perception", "Linguistics", "Semantics"),
        item(2, 0, "Perception", "Linguistics", "Semantics", official=None, parsed=False),
        item(3, 1, "Perception", "Paralinguistics", "Speaker Traits"),
        item(4, 1, "Reasoning", "Linguistics", "Phonology"),
    ]
    run = write_run(tmp_path / "run", {"mmsu": FakeTask(items, benchmark="mmsu")})
    found = native("mmsu", *joined(run))
    value = {name: score["value"] for name, score in found["scores"].items()}
    assert value["per_semantics"] == 50.0
    assert value["per_paralinguistics"] == 100.0
    assert value["rea_phonology"] == 100.0
    assert value["rea_semantics"] is None
    assert value["avg_per"] == 66.67
    assert value["avg_all"] == 75.0
    assert found["notes"] == ["4 of 5 replies counted; the scorer skips what it cannot read"]


def test_unknown_benchmark_has_no_native_aggregate() -> None:
    assert native("my_own", {}) == {}


def test_benchmark_results_are_json_and_independent_of_line_order(tmp_path: Path) -> None:
    cells = {f"{track}_{hop}": "10110100" for track in TRACKS for hop in ("single", "multi")}
    tasks, index = joined(write_run(tmp_path / "run", sakura(**cells)))
    one = benchmark_results(tasks, index, resamples=300)
    other = benchmark_results(
        tasks, {task: lines[::-1] for task, lines in reversed(index.items())}, resamples=300
    )
    assert json.dumps(one) == json.dumps(other)
    normalized = one["sakura"]["normalized"]
    assert normalized["score"] == pytest.approx((0.5 - 0.25) / 0.75)
    low, high = normalized["ci95"]
    assert low < normalized["score"] < high


def test_interval_keeps_clusters_that_span_tasks(tmp_path: Path) -> None:
    """With both hops of a clip equal, the mean of 2 tasks is as uncertain as one task alone."""
    verdicts = "1100" * 50
    tasks, index = joined(
        write_run(tmp_path / "run", sakura(animal_single=verdicts, animal_multi=verdicts))
    )
    both = normalize("sakura", tasks, expected=list(tasks))
    one = normalize("sakura", tasks, expected=["sakura_animal_single"])
    wide = mean_interval(both, tasks, index, resamples=500)
    alone = mean_interval(one, tasks, index, resamples=500)
    assert wide is not None and alone is not None
    assert wide.stderr == pytest.approx(alone.stderr, rel=0.15)
    apart = {task: [{**line, "cluster": None} for line in lines] for task, lines in index.items()}
    narrow = mean_interval(both, tasks, apart, resamples=500)
    assert narrow is not None
    assert narrow.stderr == pytest.approx(alone.stderr / 2**0.5, rel=0.15)


def test_categories_have_intervals_where_the_whole_has_none(tmp_path: Path) -> None:
    cells = {f"{track}_single": "10110100" for track in TRACKS}
    tasks, index = joined(write_run(tmp_path / "run", sakura(**cells)))
    found = benchmark_results(tasks, index, resamples=200)["sakura"]["normalized"]
    assert (found["score"], found["ci95"], found["ok"], found["total"]) == (None, None, 4, 8)
    single = found["categories"]["single"]
    assert single["score"] == pytest.approx((0.5 - 0.25) / 0.75)
    assert single["ci95"][0] < single["score"] < single["ci95"][1]


def test_interval_agrees_with_the_binomial_standard_error(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", {"own_a": FakeTask(binary("10" * 200), benchmark="own")})
    tasks, index = joined(run)
    estimate = mean_interval(normalize("own", tasks), tasks, index)
    assert estimate is not None
    assert estimate.stderr == pytest.approx(0.025, rel=0.1)
    assert "seed" in estimate.method


def test_interval_of_guesses_holds_0_in_its_middle(tmp_path: Path) -> None:
    tasks, index = joined(
        write_run(
            tmp_path / "run",
            {
                f"own_{n}": FakeTask(binary("10" * 10), benchmark="own", anchors={"chance": 0.5})
                for n in range(8)
            },
        )
    )
    estimate = mean_interval(normalize("own", tasks), tasks, index)
    assert estimate is not None
    low, high = estimate.ci95
    assert low == pytest.approx(-high) and low < -0.1


def test_one_item_has_no_interval(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", {"own_a": FakeTask(binary("1"), benchmark="own")})
    tasks, index = joined(run)
    assert mean_interval(normalize("own", tasks), tasks, index, resamples=100) is None


def test_all_right_is_not_certain(tmp_path: Path) -> None:
    """No error among 40 items of two tasks: Wilson's interval of 40 of 40."""
    fakes = {name: FakeTask(binary("1" * 20), benchmark="own") for name in ("own_a", "own_b")}
    tasks, index = joined(write_run(tmp_path / "run", fakes))
    estimate = mean_interval(normalize("own", tasks), tasks, index, resamples=100)
    assert estimate is not None and estimate.stderr > 0.01
    assert estimate.ci95 == pytest.approx((40 / (40 + 2.0227**2), 1.0), abs=1e-4)


def test_a_small_part_without_errors_widens_the_mean(tmp_path: Path) -> None:
    """Four items say little, however sure the thousand of the other task are."""
    fakes = {
        "own_a": FakeTask(binary("10" * 500), benchmark="own"),
        "own_b": FakeTask(binary("1111"), benchmark="own"),
    }
    tasks, index = joined(write_run(tmp_path / "run", fakes))
    estimate = mean_interval(normalize("own", tasks), tasks, index, resamples=500)
    assert estimate is not None
    assert estimate.stderr > 0.08


def test_equal_items_inside_the_scale_say_nothing(tmp_path: Path) -> None:
    fake = FakeTask([Item(n, 3.0) for n in range(20)], "judge_score", "own")
    tasks, index = joined(write_run(tmp_path / "run", {"own_a": fake}))
    assert mean_interval(normalize("own", tasks), tasks, index, resamples=100) is None


def test_few_clusters_of_one_task_are_dissolved_and_shared_ones_are_kept(tmp_path: Path) -> None:
    """Two speakers say nothing of speakers; the same two in another task still tie the tasks together."""
    halves = [Item(n, int(n < 30), cluster=f"s{n // 30}") for n in range(60)]

    def stderr(*names: str) -> float:
        fakes = {name: FakeTask(halves, benchmark="own") for name in names}
        tasks, index = joined(write_run(tmp_path / "-".join(names), fakes))
        found = mean_interval(normalize("own", tasks), tasks, index, resamples=2000)
        assert found is not None
        return found.stderr

    assert stderr("own_a") == pytest.approx((0.25 / 59) ** 0.5, rel=0.1)
    assert stderr("own_a", "own_b") > 0.3
