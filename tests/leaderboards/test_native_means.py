"""Native means: no part without errors is certain, repeats are no items, shared clips count once, ends stay on the scale."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboards.boards.voicebench import COLUMNS
from leaderboards.cells import Part, mean_cell, percent_mean, share_value
from leaderboards.joint import covariance, influences
from leaderboards.native import native
from leaderboards.results import TaskResult, Value
from tests.support.command import CommandResult

Cli = Callable[..., CommandResult]


def test_four_perfect_tracks_end_to_end(cli: Cli, tmp_path: Path) -> None:
    """Four tracks of 12 items, all right: the mean is not certain, and surer than a track."""
    run = tmp_path / "run"
    for track in ("animal", "emotion", "gender", "language"):
        file = tmp_path / f"{track}.jsonl"
        items = [
            {
                "id": f"{track}{n}",
                "file": f"{track}{n}.wav",
                "attribute_label": "cat",
                "single_instruction": "What is heard? (a) cat (b) dog (c) bird (d) cow",
                "single_answer": "(a) cat",
                "multi_instruction": "x",
                "multi_answer": "y",
                "response": "(a) cat",
            }
            for n in range(12)
        ]
        file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
        found = cli("score", f"sakura_{track}_single", file, "-o", run, "--judge", "none")
        assert found.code == 0, found.err
    results = json.loads((run / "results.json").read_text())
    scores = results["benchmarks"]["sakura"]["native"]["scores"]
    track, mean = scores["animal_single"]["ci95"], scores["avg_single"]["ci95"]
    assert track == [75.0, 100.0]
    assert 75 < mean[0] < 95 and mean[1] == 100.0


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_parts_at_an_end_have_a_width_and_stay_on_the_scale(right: float) -> None:
    ends = (0.0, 0.06) if right == 0 else (0.94, 1.0)
    for others in ([], [Value(abs(right - 0.02), (0.9, 0.99), 0.02, 50)]):
        low, high = percent_mean([Value(right, ends, 0.0, 50)] * 3 + others, 2)["ci95"]
        assert 0 <= low < high <= 100 and high - low > 1


def test_more_perfect_parts_are_surer() -> None:
    part = Value(1.0, (0.85, 1.0), 0.0, 20)
    widths = [100 - percent_mean([part] * count, 3)["ci95"][0] for count in (1, 2, 5, 20)]
    assert widths == sorted(widths, reverse=True) and widths[-1] < 2


def test_judge_scores_stay_between_1_and_5() -> None:
    parts = [Part(Value(4.98, (4.9, 5.0), 0.03, 20), (1.0, 5.0))] * 2
    low, high = mean_cell(parts, 3)["ci95"]
    assert 4.8 < low < 4.98 < high < 5.0


def test_voicebench_overall_stays_on_its_scale() -> None:
    tasks = {}
    for column in COLUMNS:
        top = 5.0 if column.is_open else 1.0
        value = Value(top, (0.97 * top, top), 0.0, 100)
        tasks[column.task] = TaskResult(
            column.task, "voicebench", (column.metric,), {column.metric: {"official": value}}
        )
    found = native("voicebench", tasks)["scores"]["overall"]
    assert found["value"] == 100.0
    assert 99 < found["ci95"][0] < 100 and found["ci95"][1] == 100.0


def test_replies_to_one_item_are_one_unit() -> None:
    rights = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
    once = share_value(rights)
    asked = share_value(
        [x for x in rights for _ in range(8)], units=[n for n in range(12) for _ in range(8)]
    )
    assert once is not None and asked is not None
    assert asked.stderr == pytest.approx(once.stderr)
    careless = share_value([x for x in rights for _ in range(8)])
    assert careless is not None and careless.stderr is not None and asked.stderr is not None
    assert careless.stderr < 0.5 * asked.stderr


def _lines(right: list[int], prefix: str, repeats: int = 1) -> list[dict[str, Any]]:
    groups = {
        "category": "Perception",
        "sub-category": "Linguistics",
        "sub-sub-category": "Semantics",
    }
    return [
        {
            "id": f"{prefix}{n}",
            "repeat": repeat,
            "cluster": f"{prefix}{n}",
            "groups": groups,
            "scores": {"accuracy": {"official": float(x)}},
            "stats": {"accuracy": {"official": {"correct": x, "n": 1}}},
        }
        for n, x in enumerate(right)
        for repeat in range(repeats)
    ]


def test_mmsu_cells_and_sakura_conditional_know_repeats() -> None:
    right = [1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1]
    widths = []
    for repeats in (1, 8):
        cell = native("mmsu", {}, {"mmsu": _lines(right, "x", repeats)})["scores"]["per_semantics"]
        samples = {
            "sakura_animal_single": _lines([1] * 12, "c", repeats),
            "sakura_animal_multi": _lines(right, "c", repeats),
        }
        accuracy = {"accuracy": {"official": Value(0.5, n=12)}}
        tasks = {name: TaskResult(name, "sakura", ("accuracy",), accuracy) for name in samples}
        conditional = native("sakura", tasks, samples)["scores"]["conditional_animal"]
        widths.append([high - low for low, high in (cell["ci95"], conditional["ci95"])])
        assert conditional["n"] == 12 * repeats
    assert all(many >= once for once, many in zip(*widths, strict=True))


def test_parts_on_the_same_clips_are_as_uncertain_as_one() -> None:
    right = [1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1]
    samples = {"a": _lines(right, "c"), "b": _lines(right, "c"), "d": _lines(right, "e")}
    moved = influences(samples, dict.fromkeys(samples, "accuracy"), "official")
    alone = share_value([float(x) for x in right])
    assert alone is not None and alone.stderr is not None
    own = alone.stderr**2
    assert covariance(moved, {"a": 0.5, "b": 0.5}) + own / 2 == pytest.approx(own)
    assert covariance(moved, {"a": 0.5, "d": 0.5}) == pytest.approx(0.0)
