"""Speech-IFEval's board: IFrate, bounds of unread verdicts, reports, the forgetting rate."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboards.boards.speech_ifeval import COLUMNS, forgetting_rate
from leaderboards.native import native
from leaderboards.results import TaskResult, Value


def task(name: str, value: Value, **groups: Any) -> TaskResult:
    return TaskResult(
        name, "speech_ifeval", ("if_rate",), {"if_rate": {"official": value}}, groups=groups
    )


def board(**changes: Value | None) -> dict[str, Any]:
    rates = {"closed_ended": 0.8, "creative_writing": 0.9, "cot": 0.4}
    values = {
        name: changes.get(name, Value(rate, (rate, rate), 0.01, n=100))
        for name, rate in rates.items()
    }
    return native(
        "speech_ifeval",
        {COLUMNS[name]: task(COLUMNS[name], value) for name, value in values.items() if value},
    )


def test_if_rate_is_the_plain_mean() -> None:
    found = board()
    assert {name: cell["value"] for name, cell in found["scores"].items()} == {
        "closed_ended": 80.0,
        "creative_writing": 90.0,
        "cot": 40.0,
        "ifrate": 70.0,
    }
    half = 1.959963984540054 * 3**0.5 / 3
    assert found["scores"]["ifrate"]["ci95"] == pytest.approx([70 - half, 70 + half], abs=0.02)
    assert found["scores"]["ifrate"]["n"] == 300
    assert found["if_rate_exact"] == pytest.approx(70)
    assert found["complete"] and not found["notes"] and found["cot_bounds"] is None
    assert forgetting_rate(found["if_rate_exact"], 80.0) == pytest.approx(-12.5)


def test_a_missing_column_ends_if_rate() -> None:
    found = board(cot=None)
    assert found["scores"]["ifrate"]["value"] is None
    assert found["if_rate_exact"] is None
    assert not found["complete"] and found["notes"] == ["no IFrate: without cot"]


def test_unread_verdicts_give_bounds() -> None:
    found = board(cot=Value(0.5, n=80, unparsed=20, complete=False))
    assert found["cot_bounds"] == [40.0, 60.0]
    assert not found["complete"]
    assert found["notes"] == ["cot: 20 unread verdicts, between 40.0 and 60.0"]


def test_reports_per_instruction_family_and_group() -> None:
    groups = {
        name: {"if_rate": {"official": Value(rate, n=n)}}
        for name, rate, n in (
            ("startend:quotation", 0.5, 10),
            ("startend:end_checker", 1.0, 30),
            ("detectable_format:title", 0.25, 20),
            ("punctuation:no_comma", 0.0, 4),
        )
    }
    name = COLUMNS["closed_ended"]
    result = task(name, Value(0.6, n=64), instruction_id_list=groups)
    report = native("speech_ifeval", {name: result})["instructions"]["closed_ended"]
    assert report["family"] == {"detectable_format": 25.0, "punctuation": 0.0, "startend": 87.5}
    assert report["group"] == {"other": 0.0, "startend": 100.0, "wrapping": 33.33}
    assert report["instruction"]["startend:quotation"] == 50.0


def test_answers_per_data_set() -> None:
    groups: Any = {
        "MMAU": {"judged_accuracy": {"official": Value(0.5, n=4)}},
        "Automatic_speech_recognition": {"judged_accuracy": {"official": Value(None)}},
    }
    name = "speech_ifeval_closed_woprompt"
    values: Any = {"wer": {"official": Value(0.0891, n=9)}}
    result = TaskResult(name, "speech_ifeval", ("wer",), values, groups={"dataset": groups})
    answers = native("speech_ifeval", {name: result})["answers"]["closed_woprompt"]
    assert {key: cell["value"] for key, cell in answers.items()} == {"MMAU": 50.0, "wer": 8.91}
