"""Hazards: a bridge that misses the official value, hides how models differ, or makes a number of a judge that knows nothing."""

from __future__ import annotations

import pytest

from metrics.statistics.bridged import bridged_mean, fit_table, useless
from tests.support.shared import needs_shared
from tests.support.simulation import bridges

SCORES = (1.0, 2.0, 3.0, 4.0, 5.0)
PAIRS = [(1.0, 1.0, 9)] * 80 + [(1.0, 0.0, 9)] * 20 + [(0.0, 0.0, 9)] * 90 + [(0.0, 1.0, 9)] * 10


def test_two_levels_are_rogan_and_gladen() -> None:
    table = fit_table({"a": [pair for pair in PAIRS for _ in range(200)]})
    found = bridged_mean(table, [(1.0, 9)] * 450 + [(0.0, 9)] * 550, bounds=(0, 1))
    assert found.value == pytest.approx((0.45 - 0.1) / (0.8 - 0.1), abs=1e-3)
    assert found.tau == 0 and found.raw == 0.45


def test_a_judge_that_agrees_changes_nothing() -> None:
    table = fit_table({"a": [(float(n % 5), float(n % 5), 9) for n in range(500)]})
    found = bridged_mean(table, [(float(n % 3), 9) for n in range(300)], bounds=(0, 4))
    assert found.value == pytest.approx(1.0, abs=0.03)
    assert found.replies95[1] - found.replies95[0] < 0.1 < found.ci95[1] - found.ci95[0]


def test_models_that_the_judge_treats_differently_widen_the_interval() -> None:
    kind = [(0.0, 1.0, 9)] * 40 + [(0.0, 0.0, 9)] * 60 + [(1.0, 1.0, 9)] * 100
    hard = [(1.0, 0.0, 9)] * 40 + [(1.0, 1.0, 9)] * 60 + [(0.0, 0.0, 9)] * 100
    given = [(1.0, 9)] * 50 + [(0.0, 9)] * 50
    alike = bridged_mean(fit_table({"a": PAIRS, "b": PAIRS, "c": PAIRS}), given, bounds=(0, 1))
    unlike = bridged_mean(fit_table({"a": kind, "b": hard, "c": PAIRS}), given, bounds=(0, 1))
    assert alike.tau < 0.05 < unlike.tau
    assert unlike.replies95[1] - unlike.replies95[0] > 2 * (alike.replies95[1] - alike.replies95[0])


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        (PAIRS[:30], "at least 50 are needed"),
        ([(1.0, 1.0, 9)] * 60, "one and the same grade"),
        ([(float(n % 2), float(n % 4 < 2), 9) for n in range(400)], "kappa is 0.00"),
    ],
)
def test_useless_fits_are_named(pairs: list[tuple[float, float, int]], says: str) -> None:
    assert says in str(useless(fit_table({"a": pairs})))


def test_grades_without_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct grades"):
        fit_table({"a": [(n / 100, n / 100, 9) for n in range(100)]})
    with pytest.raises(ValueError, match="no reply"):
        bridged_mean(fit_table({"a": PAIRS}), [], bounds=(0, 1))


@pytest.mark.parametrize(("levels", "scale"), [(2, (0.0, 1.0)), (5, SCORES)])
@pytest.mark.parametrize("judge", ["confused", "harsher", "length-biased"])
def test_intervals_hold_the_official_value(judge: str, levels: int, scale: tuple[float, ...]) -> None:  # fmt: skip
    found = bridges.bridges(bridges.drawn(6, 300, levels=levels), judge, 4, 40, scale)
    assert abs(found.coverage.percent - 95) < 2 + 3 * found.coverage.error
    assert not any(found.refused)


def test_a_random_judge_is_refused_every_time() -> None:
    for levels, scale in ((2, (0.0, 1.0)), (5, SCORES)):
        found = bridges.bridges(bridges.drawn(6, 300, levels=levels), "random", 4, 20, scale)
        assert all(found.refused)


@needs_shared
@pytest.mark.parametrize("judge", ["confused", "harsher", "length-biased", "random"])
def test_real_replies_are_bridged(judge: str) -> None:
    found = bridges.bridges(bridges.llaso(), judge, 5, 2, SCORES)
    if judge == "random":
        assert all(found.refused)
        return
    assert abs(found.coverage.percent - 95) < 2 + 3 * found.coverage.error
    assert judge == "confused" or sum(found.errors) < 0.6 * sum(found.raw)


def test_the_own_value_is_advised_where_the_judge_has_no_bias() -> None:
    given = [(1.0, 9)] * 25 + [(0.0, 9)] * 25
    swaps = [(1.0, 0.0, 9)] * 15 + [(0.0, 1.0, 9)] * 15
    fair = [(1.0, 1.0, 9)] * 85 + [(0.0, 0.0, 9)] * 85 + swaps
    harsh = [(1.0, 0.0, 9)] * 30 + [(1.0, 1.0, 9)] * 70 + [(0.0, 0.0, 9)] * 100
    steady = bridged_mean(fit_table({"a": fair, "b": fair}), given, bounds=(0, 1))
    biased = bridged_mean(fit_table({"a": harsh, "b": harsh}), given, bounds=(0, 1))
    assert steady.own_error == pytest.approx(0) and steady.own_is_nearer
    assert biased.own_error == pytest.approx(0.15) and not biased.own_is_nearer
    half = (biased.replies95[1] - biased.replies95[0]) / 2
    assert biased.error == pytest.approx(half / 1.96, rel=0.01)


@needs_shared
def test_who_follows_the_advice_is_not_worse_off_with_a_confused_judge() -> None:
    tasks: dict[str, bridges.Models] = {"0": bridges.speech_ifeval(0)["yes/no"]}
    found = bridges.bridges(tasks, "confused", 1, 40, (0.0, 1.0))
    assert sum(found.advised) < 0.9 * sum(found.errors)
    harsher = bridges.bridges(tasks, "harsher", 1, 10, (0.0, 1.0))
    assert harsher.advised == harsher.errors and sum(harsher.errors) < 0.3 * sum(harsher.raw)
