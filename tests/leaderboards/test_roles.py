"""What a metric may do in a table follows from its registry entry, not from its name."""

from __future__ import annotations

import pytest

from harness.errors import InputFileError, UnknownNameError
from harness.types import Reading
from leaderboards.cells import judged_or_control
from leaderboards.normalize import anchor, headline, headlines, task_anchor
from leaderboards.raw import raw_aggregate
from leaderboards.results import TaskResult, Value
from metrics.registry import METRICS, Quotient, register

UNIT = (0.0, 1.0)
CONTROL = Quotient(
    "role_control",
    *("proportion", UNIT, "correct", "n"),
    role="control",
    stands_for="judged_accuracy",
)
SILENT = Quotient(
    "role_silent",
    *("proportion", UNIT, "correct", "n"),
    higher_is_better=False,
    role="abstention",
)
YEARS = Quotient(
    "role_years",
    *("error", (0.0, None), "off", "n"),
    higher_is_better=False,
    unit="own",
)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the registry know the three metrics, for one test."""
    monkeypatch.setattr(METRICS, "registered", dict(METRICS.registered))
    for metric in (CONTROL, SILENT, YEARS):
        register(metric)


def result(task: str = "t", **values: float) -> TaskResult:
    """A task that declares the three metrics; those with a value are given."""
    names = ("role_silent", "role_control", "judged_accuracy")
    found = {name: {"strict": Value(value, n=9)} for name, value in values.items()}
    anchors = {"judged_accuracy": {"chance": 0.25}}
    return TaskResult(task, "b", names, found, anchors=anchors)  # type: ignore[arg-type]


def test_a_control_of_ones_own_heads_a_task_only_without_judged_values() -> None:
    without = {"a": result(role_control=0.5, role_silent=0.1), "b": result(role_control=0.5)}
    assert headlines(without) == {"a": "role_control", "b": "role_control"}
    with_judge = {**without, "b": result(role_control=0.5, judged_accuracy=0.5)}
    assert headlines(with_judge) == {"a": "judged_accuracy", "b": "judged_accuracy"}
    assert judged_or_control(without.values(), "judged_accuracy")[0] == "role_control"


def test_a_control_shares_the_anchor_of_the_metric_that_it_stands_for() -> None:
    scale = task_anchor(result(), "role_control")
    assert scale is not None and (scale.floor, scale.chance) == (0.25, True)


def test_abstention_never_heads_a_task() -> None:
    assert headline(TaskResult("t", "b", ("role_silent",), {})) is None


def test_a_metric_in_its_own_unit_is_not_multiplied_by_a_hundred() -> None:
    tasks = {"t": TaskResult("t", "b", ("role_years",), {"role_years": {"strict": Value(7.25)}})}
    table = raw_aggregate(tasks)
    assert table["scores"]["t role_years"]["value"] == 7.25
    assert table["higher_is_better"] == {"t role_years": False}


def test_both_readings_of_a_metric_are_shown() -> None:
    both: dict[Reading, Value] = {"official": Value(0.25), "strict": Value(0.75)}
    table = raw_aggregate({"t": TaskResult("t", "b", ("accuracy",), {"accuracy": both})})
    assert {key: score["value"] for key, score in table["scores"].items()} == {
        "t accuracy": 25.0,
        "t accuracy (strict)": 75.0,
    }
    assert table["reading"] == "official and strict"


def test_an_unbounded_metric_without_anchors_has_no_score() -> None:
    assert anchor("role_years", {}) is None
    scale = anchor("role_years", {"floor": 40, "ceil": 0})
    assert scale is not None and scale.score(10) == 0.75


@pytest.mark.parametrize("declared", [{"chance": 25}, {"floor": 1, "ceil": 1}, {"chance": "x"}])
def test_recorded_anchors_that_are_no_scale_are_refused(declared: dict[str, object]) -> None:
    """A run of before the check must not head a ranking with 100."""
    with pytest.raises(InputFileError, match="no scale in the direction of better values"):
        anchor("accuracy", declared)


def test_a_metric_that_nobody_registered_is_named_not_shown_as_a_percentage() -> None:
    with pytest.raises(UnknownNameError, match="unknown metric 'acuracy'"):
        headline(TaskResult("t", "b", ("acuracy",), {}))
