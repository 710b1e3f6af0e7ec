"""Hazards in quoted rows that the examination is for, and rounding that it must not take for one."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboards.published.lint import Finding, by_kind, lint, model_key
from leaderboards.published.rows import Average, QuotedRow, QuotedTable, shipped_tables


def table(*rows: tuple[str, dict[str, float]], **more: Any) -> QuotedTable:
    made = tuple(
        QuotedRow(model, results, line=number)
        for number, (model, results) in enumerate(rows, start=1)
    )
    facts: dict[str, Any] = {"benchmark": "b", "title": "T", "where": "w", "date": None}
    facts |= {"unit": "%", "protocol": "p", "file": "b.yaml", **more}
    return QuotedTable(rows=made, **facts)


def messages(found: list[Finding]) -> list[str]:
    return [f"{one.kind}: {one.message}" for one in found]


MEAN = {"avg": Average(("x", "y"))}


def test_an_average_that_is_none_is_found_and_rounding_is_not() -> None:
    one = table(
        ("right", {"x": 50.05, "y": 60.05, "avg": 55.05}),
        ("rounded", {"x": 50.1, "y": 60.2, "avg": 55.2}),  # 55.15, by parts of one decimal
        ("wrong", {"x": 50.1, "y": 60.2, "avg": 55.4}),
        ("part", {"x": 50.1, "avg": 50.1}),
        averages=MEAN,
    )
    assert messages(lint([one])) == [
        "average: avg is 55.4, the plain mean of its 2 parts is 55.15",
        "average: avg 50.1 is an average without y",
    ]


def test_weights_factors_and_slack_of_an_average() -> None:
    average = Average(("x", "y"), weights=(3.0, 1.0), factors=(20.0, 1.0), slack=0.5)
    good = table(("m", {"x": 4.0, "y": 40.0, "avg": 70.4}), averages={"avg": average})
    bad = table(("m", {"x": 4.0, "y": 40.0, "avg": 72.0}), averages={"avg": average})
    assert lint([good]) == []
    assert "weighted mean of its 2 parts (after the factors) is 70.00" in lint([bad])[0].message


def test_a_model_that_is_twice_in_a_table() -> None:
    rows = ("m", {"avg": 1.0}), ("M ", {"avg": 2.0}), ("n", {"avg": 1.0})
    (found,) = lint([table(*rows)])
    assert (found.kind, found.place) == ("duplicate", "b.yaml:2")
    assert "other values (first: line 1)" in found.message


def test_a_row_that_repeats_the_board_is_a_copy_and_other_numbers_are_not() -> None:
    numbers = {"x": 1.5, "y": 2.5, "avg": 2.0}
    official = table(("Model-7B", numbers), official=True, version="v2")
    copy = table(("model", numbers), version="v2 (inferred)", file="c.yaml")
    own = table(("model", {**numbers, "x": 1.6}), version="v2", file="c.yaml")
    assert [one.kind for one in lint([official, copy])] == ["duplicate"]
    assert lint([official, own]) == []


def test_below_chance_and_the_chance_row_itself() -> None:
    rows = ("Random guess", {"avg": 24.0}), ("Bad", {"avg": 24.0}), ("Good", {"avg": 25.0})
    (found,) = lint([table(*rows, chance={"avg": 25.0})])
    assert found.line() == "b.yaml:2: chance: Bad: avg is 24.0, chance is 25"


def test_a_value_of_another_version_is_found() -> None:
    new = table(("m", {"avg": 71.5}), official=True, version="v2", part="mini")
    old = table(("m", {"avg": 65.6}), official=True, version="v1", part="mini")
    mixed = table(("m (7B)", {"avg": 65.6}), version="v2", part="mini", file="c.yaml")
    (found,) = lint([new, old, mixed])
    assert (found.kind, found.place) == ("version", "c.yaml:1")
    assert "elsewhere under v1, mini; the benchmark's board has 71.5" in found.message
    assert lint([new, old, table(("m", {"avg": 71.5}), version="v2", part="mini")]) == []


def test_a_table_without_a_version_is_found_and_one_that_mixes_them_too() -> None:
    new = table(("m", {"avg": 71.5}), ("n", {"avg": 60.0}), official=True, version="v2")
    old = table(("m", {"avg": 65.6}), ("n", {"avg": 50.0}), official=True, version="v1")
    open_ = table(("m", {"avg": 65.6}), ("n", {"avg": 60.0}), file="c.yaml")
    found = messages(lint([new, old, open_]))
    assert "version: T: version is not stated, and the benchmark has v1, v2" in found
    assert any("mixes versions: m avg 65.6 as under v1; n avg 60.0 as under v2" in m for m in found)


def test_names_of_one_model() -> None:
    assert model_key("Qwen2-Audio-7B-Instruct") == model_key("qwen2 audio")
    assert model_key("Qwen2-Audio") != model_key("Qwen2.5-Audio")


def test_the_shipped_rows_have_the_findings_that_their_sources_are_known_for() -> None:
    found = lint(shipped_tables())
    lines = [one.line() for one in found]
    for wanted in (
        "ifrate is 89.23, the plain mean of its 3 parts is 88.99",
        "average_single 71.3 is an average without gender_single",
        "Avg. WER is 7.12, the plain mean of its 8 parts is 6.94",
        "avg is 72.73, the plain mean of its 3 parts is 71.97",
        "Average is 57.8, the plain mean of its 19 parts is 58.31",
    ):
        assert any(wanted in line for line in lines), wanted
    assert set(by_kind(found)) == {"average", "version", "duplicate", "chance"}


@pytest.mark.parametrize("kind", ["average", "chance", "duplicate", "version"])
def test_a_finding_names_file_and_line(kind: str) -> None:
    for one in lint(shipped_tables()):
        if one.kind == kind:
            name, _, line = one.place.partition(":")
            assert name.endswith(".yaml") and line.isdigit()
