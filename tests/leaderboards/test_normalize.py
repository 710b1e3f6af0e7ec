"""Normalised scores: anchors, states, and means that refuse to average what is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.task_loading.index import load_index
from harness.types import Reading
from leaderboards import boards
from leaderboards.boards import averaged_tasks, node_path
from leaderboards.normalize import (
    Anchor,
    anchor,
    headline,
    leaf_weights,
    make_cell,
    normalize,
)
from leaderboards.results import TaskResult, Value


def result(
    task: str = "t",
    metric: str = "accuracy",
    value: float | None = 0.7,
    *,
    benchmark: str = "bench",
    anchors: dict[str, Any] | None = None,
    outcomes: dict[str, int] | None = None,
    n: int = 100,
    total: int = 100,
    complete: bool = True,
    extra: dict[str, dict[Reading, Value]] | None = None,
) -> TaskResult:
    ends = (value - 0.05, value + 0.05) if value is not None else None
    one = Value(value, ends, 0.02, n, 0, complete)
    return TaskResult(
        task,
        benchmark,
        (metric, *(extra or {})),
        {metric: {"official": one, "strict": one}, **(extra or {})},
        parts={"scorer": "official.1"},
        anchors={metric: anchors or {}},
        outcomes=outcomes or {"answered": n},
        n=n,
        total=total,
    )


@pytest.mark.parametrize(
    ("metric", "declared", "value", "expected"),
    [
        ("accuracy", {"chance": 0.25}, 0.25, 0.0),
        ("accuracy", {"chance": 0.25}, 0.10, -0.2),  # a guess may be unlucky
        ("accuracy", {"chance": 0.255425}, 0.66, (0.66 - 0.255425) / (1 - 0.255425)),
        ("if_rate", {}, 0.4, 0.4),
        ("refusal_rate", {}, 0.9, 0.9),
        ("wer", {}, 0.2, 0.8),
        ("wer", None, 44.37, 0.0),
        ("cer", {}, 1.0, 0.0),
        ("mae", {"mae_ref": 28.0}, 7.0, 0.75),
        ("mae", {"mae_ref": 8.075}, 10.31, 0.0),
        ("judge_score", {"floor": 1, "ceil": 5}, 2.0, 0.25),
        ("judge_score", None, 5.0, 1.0),
    ],
)
def test_anchors_follow_the_statistics_page(
    metric: str, declared: dict[str, float] | None, value: float, expected: float
) -> None:
    scale = anchor(metric, declared)
    assert scale is not None
    assert scale.score(value) == pytest.approx(expected)


@given(
    st.sampled_from([Anchor(), Anchor(0.25, 1.0, True), Anchor(1.0, 0.0), Anchor(28.0, 0.0)]),
    st.floats(0, 50),
    st.floats(0, 50),
)
def test_interval_is_the_interval_of_the_scores_and_never_inverted(
    scale: Anchor, first: float, second: float
) -> None:
    low, high = scale.interval((first, second))
    assert scale.lowest(0.0) <= low <= high <= 1.0
    assert {low, high} == {scale.score(first), scale.score(second)}


def test_interval_of_a_word_error_rate_is_turned_round() -> None:
    cell = make_cell("t", result(metric="wer", value=0.3), "wer")
    assert cell.score == pytest.approx(0.7)
    assert cell.ci95 == pytest.approx((0.65, 0.75))
    assert cell.stderr == pytest.approx(0.02)


def test_standard_error_is_stretched_by_the_chance_correction() -> None:
    cell = make_cell("t", result(anchors={"chance": 0.5}), "accuracy")
    assert cell.stderr == pytest.approx(0.04)


def test_below_chance_is_negative_and_flagged() -> None:
    cell = make_cell("t", result(value=0.2, anchors={"chance": 0.5}), "accuracy")
    assert (cell.score, cell.below_chance) == (pytest.approx(-0.6), True)
    assert cell.ci95 == pytest.approx((-0.7, -0.5))


def test_a_word_error_rate_above_its_floor_stays_at_0() -> None:
    for metric, anchors in (("wer", {}), ("mae", {"mae_ref": 8.0})):
        cell = make_cell("t", result(metric=metric, value=40.0, anchors=anchors), metric)
        assert (cell.score, cell.lowest, cell.below_chance) == (0.0, 0.0, False)


def test_guesses_have_0_on_average() -> None:
    """Half of the tasks are lucky, half are not: clipping would leave only the luck."""
    tasks = {
        f"t{n}": result(f"t{n}", value=0.5 + (0.05 if n % 2 else -0.05), anchors={"chance": 0.5})
        for n in range(20)
    }
    found = normalize("own", tasks)
    assert found.tree.score == pytest.approx(0.0)
    assert found.tree.lowest == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({"answered": 100}, "ok"),
        ({"answered": 6, "refused": 94}, "ok"),
        ({"answered": 5, "refused": 95}, "refused"),
        ({"answered": 99, "error": 1}, "ok"),
        ({"answered": 98, "error": 2}, "error"),
        ({"error": 100}, "error"),
    ],
)
def test_state_comes_from_outcomes(outcomes: dict[str, int], state: str) -> None:
    found = result(outcomes=outcomes, complete="error" not in outcomes)
    assert make_cell("t", found, "accuracy").state == state


def test_null_replies_that_the_strict_reading_counts_are_no_error_of_the_cell() -> None:
    found = result(outcomes={"answered": 90, "error": 10}, complete=True)
    cell = make_cell("t", found, "accuracy")
    assert (cell.state, cell.incomplete) == ("ok", False)


def test_other_states() -> None:
    assert make_cell("t", None, None).state == "missing"
    assert make_cell("t", result(value=None), "accuracy").state == "missing"
    assert make_cell("t", result(metric="mae"), "mae").state == "unsupported"
    assert make_cell("t", result(), "accuracy", scorer="official.2").state == "stale"
    assert make_cell("t", result(), "accuracy", scorer="official.1").state == "ok"


def test_failed_items_make_a_cell_incomplete_and_a_limit_makes_it_partial() -> None:
    failed = make_cell(
        "t", result(outcomes={"answered": 999, "error": 1}, complete=False), "accuracy"
    )
    limited = make_cell("t", result(n=10, total=100, outcomes={"answered": 10}), "accuracy")
    assert (failed.state, failed.incomplete, failed.partial) == ("ok", True, False)
    assert (limited.state, limited.incomplete, limited.partial) == ("ok", False, True)


def test_a_mean_with_a_hole_is_not_a_number() -> None:
    tasks = {
        f"sakura_{track}_{hop}": result(f"sakura_{track}_{hop}", benchmark="sakura")
        for track in ("animal", "emotion", "gender", "language")
        for hop in ("single", "multi")
    }
    assert normalize("sakura", tasks).tree.score == pytest.approx(0.7)
    tasks["sakura_gender_multi"] = result(
        "sakura_gender_multi", benchmark="sakura", outcomes={"refused": 100}
    )
    found = normalize("sakura", tasks)
    assert found.tree.score is None
    assert found.tree.coverage == "7/8"
    assert not found.tree.whole
    del tasks["sakura_gender_multi"]
    assert normalize("sakura", tasks).tree.coverage == "7/8"


def test_means_are_unweighted_at_every_level() -> None:
    names = averaged_tasks("llaso_eval", [])
    tasks = {
        name: result(name, value=0.9 if "asr" in name else 0.5, benchmark="llaso_eval")
        for name in names
    }
    found = normalize("llaso_eval", tasks)
    assert found.tree.score == pytest.approx((0.9 + 0.5 + 0.5) / 3)
    weights = leaf_weights(found.tree)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["llaso_asr"] == pytest.approx(1 / 3)
    assert weights["llaso_meld_er_classification"] == pytest.approx(1 / 3 / 18 / 2)


def test_llaso_tree_has_its_44_sets_and_20_tasks() -> None:
    names = averaged_tasks("llaso_eval", [])
    assert len(names) == len(set(names)) == 44
    assert len({node_path("llaso_eval", name) for name in names}) == 20


BENCHMARKS = sorted(path.stem for path in Path(boards.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_a_mean_asks_only_for_tasks_that_exist(benchmark: str) -> None:
    """A misspelt task would leave every row of the benchmark without a mean."""
    members = {e.task for e in load_index().tasks.values() if e.benchmark == benchmark}
    if not members:
        pytest.skip(f"the task index has no {benchmark}")
    assert set(averaged_tasks(benchmark, [])) <= members


def test_abstention_and_the_control_are_never_headlines() -> None:
    spec = TaskResult("t", "b", ("abstention_rate", "letter_or_text", "accuracy", "wer"), {})
    assert headline(spec) == "accuracy"
    assert headline(TaskResult("t", "b", ("abstention_rate",), {})) is None


def _sakura(judged: bool, hop: str) -> TaskResult:
    control: dict[str, dict[Reading, Value]] = {"letter_or_text": {"strict": Value(0.6, n=10)}}
    return result(
        f"sakura_animal_{hop}",
        value=0.8 if judged else None,
        benchmark="sakura",
        anchors={"chance": 0.2},
        extra=control,
    )


def test_control_stands_alone_without_a_judge_and_uses_the_anchor_of_accuracy() -> None:
    tasks = {f"sakura_animal_{hop}": _sakura(False, hop) for hop in ("single", "multi")}
    found = normalize("sakura", tasks, expected=list(tasks))
    assert {cell.metric for cell in found.cells.values()} == {"letter_or_text"}
    assert found.tree.score == pytest.approx(0.5)


def test_control_never_fills_a_hole_in_judged_accuracy() -> None:
    tasks = {
        "sakura_animal_single": _sakura(True, "single"),
        "sakura_animal_multi": _sakura(False, "multi"),
    }
    found = normalize("sakura", tasks, expected=list(tasks))
    assert found.cells["sakura_animal_multi"].state == "missing"
    assert found.tree.score is None


def test_tasks_outside_the_list_are_shown_and_not_averaged() -> None:
    tasks = {
        "mmau_test_mini": result("mmau_test_mini", value=0.6, benchmark="mmau"),
        "mmau_test": result("mmau_test", value=None, benchmark="mmau"),
    }
    found = normalize("mmau", tasks)
    assert found.tree.score == pytest.approx(0.6)
    assert found.cells["mmau_test"].state == "missing"
