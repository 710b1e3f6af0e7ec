"""VoiceBench's board: units, the three averages, and what a missing or unofficial column does."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboards.boards.voicebench import COLUMNS, VARIANTS, overall_of
from leaderboards.native import native
from leaderboards.results import TaskResult, Value

ROW = {
    "alpacaeval": 4.0, "commoneval": 3.5, "wildvoice": 3.0, "sd_qa": 50.0, "mmsu": 40.0,
    "obqa": 60.0, "bbh": 55.0, "ifeval": 30.0, "advbench": 90.0,
}  # fmt: skip


def results(**changes: Value | None) -> dict[str, TaskResult]:
    tasks = {}
    for name, task, metric, factor in COLUMNS:
        fraction = ROW[name] if factor != 1 else ROW[name] / 100
        value = changes.get(name, Value(fraction, (fraction, fraction), 0.01, n=100, unparsed=7))
        if value is not None:
            tasks[task] = TaskResult(task, "voicebench", (metric,), {metric: {"official": value}})
    return tasks


def board(**changes: Value | None) -> dict[str, Any]:
    return native("voicebench", results(**changes))


def test_columns_keep_the_boards_units() -> None:
    found = board()
    assert {name: found["scores"][name]["value"] for name in ROW} == ROW
    assert found["complete"] and found["headline"] == "overall" and not found["notes"]


def test_the_three_averages() -> None:
    scores = board()["scores"]
    nine = [80, 70, 60, 50, 40, 60, 55, 30, 90]
    assert scores["overall"]["value"] == round(sum(nine) / 9, 2)
    assert scores["overall7"]["value"] == round((80 + 70 + 50 + 40 + 60 + 30 + 90) / 7, 2)
    assert scores["overall6"]["value"] == round((80 + 70 + 50 + 60 + 30 + 90) / 6, 2)
    assert scores["overall"]["n"] == 900
    half = 1.959963984540054 * (3 * (20 * 0.01) ** 2 + 6 * 1.0**2) ** 0.5 / 9
    low, high = scores["overall"]["ci95"]
    assert high - low == pytest.approx(2 * half, abs=2e-3)


def test_a_missing_column_ends_only_the_averages_that_need_it() -> None:
    found = board(bbh=None)
    assert found["scores"]["overall"] == {"value": None, "ci95": None, "n": None}
    assert found["scores"]["overall7"]["value"] is not None
    assert not found["complete"] and found["notes"] == ["no overall: without bbh"]


def test_an_unofficial_sd_qa_is_said() -> None:
    found = board(sd_qa=Value(0.7, None, None, n=40, complete=False))
    assert not found["complete"]
    assert "covers the 40 items" in found["notes"][0]
    assert found["scores"]["overall"]["ci95"] is None


def test_shares_of_replies_that_upstream_would_draw() -> None:
    assert board(obqa=None)["fallback"] == {"mmsu": 7.0, "obqa": None, "bbh": 7.0}


def test_accents_and_parts_stand_beside_the_columns() -> None:
    tasks = results()
    tasks["voicebench_sd_qa_kenya"] = TaskResult(
        "voicebench_sd_qa_kenya", "voicebench", ("sdqa",), {"sdqa": {"official": Value(0.25, n=4)}}
    )
    law = {"accuracy": {"official": Value(0.5, n=2)}}
    tasks["voicebench_mmsu"] = TaskResult(
        "voicebench_mmsu", "voicebench", ("accuracy",), {}, groups={"domain": {"law": law}}
    )
    found = native("voicebench", tasks)
    assert {name: cell["value"] for name, cell in found["accents"].items()} == {
        "usa": 50.0,
        "kenya": 25.0,
    }
    assert found["domains"] == {"law": {"value": 50.0, "ci95": None, "n": 2}}
    assert found["subtasks"] == {}


def test_overall_of_wants_every_column() -> None:
    for name in VARIANTS["overall"]:
        assert overall_of({**ROW, name: None}) is None
    with pytest.raises(KeyError):
        overall_of(ROW, "overall5")
