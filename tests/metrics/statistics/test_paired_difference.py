"""The paired difference: textbook intervals, coverage, clusters, and runs that do not differ at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from metrics.measures.macro_f1 import confusion_item
from metrics.registry import METRICS
from metrics.statistics.paired_difference import bonett_price, paired_difference
from metrics.statistics.paired_tests import regression_test

RIGHT, WRONG = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}


def test_difference_of_judge_scores_is_a_paired_t_interval() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(1, 6, size=80), rng.integers(1, 6, size=80)
    sides = ([{"score": int(x), "n": 1} for x in side] for side in (first, second))
    found = paired_difference(METRICS["judge_score"], *sides)
    change = second.astype(float) - first
    sem = float(scipy_stats.sem(change))
    assert found.value == pytest.approx(change.mean())
    assert found.stderr == pytest.approx(sem)
    assert found.ci95 == pytest.approx(scipy_stats.t.interval(0.95, 79, change.mean(), sem))


@pytest.mark.parametrize(("n", "gained", "lost"), [(100, 0.01, 0.04), (100, 0.05, 0.05)])
def test_difference_of_right_and_wrong_covers(n: int, gained: float, lost: float) -> None:
    """Exact, over all numbers of discordant pairs; t on the differences covers 90.8 % of the first case."""
    covered = 0.0
    for up in range(25):
        for down in range(25):
            weight = scipy_stats.multinomial.pmf(
                [up, down, n - up - down], n, [gained, lost, 1 - gained - lost]
            )
            low, high = bonett_price(up, down, n)
            covered += weight * (low <= gained - lost <= high)
    assert 0.94 < covered < 0.985


def test_difference_in_clusters_says_so_and_is_wider() -> None:
    first, second = [RIGHT] * 60, [WRONG] * 12 + [RIGHT] * 48
    clusters = [number // 6 for number in range(60)]
    alone = paired_difference(METRICS["accuracy"], first, second)
    grouped = paired_difference(METRICS["accuracy"], first, second, clusters)
    assert (alone.method, grouped.method) == ("bonett_price", "t,clusters=10")
    assert alone.value == grouped.value == pytest.approx(-0.2)
    assert (grouped.stderr or 0) > 2 * (alone.stderr or math.inf)


@pytest.mark.parametrize(
    ("name", "item", "reach"),
    [
        ("accuracy", RIGHT, 1.0),
        ("judge_score", {"score": 4, "n": 1}, 4.0),
        ("wer", {"edits": 1, "length": 5}, 1.0),
        ("mae", {"abs_error": 6, "n": 1}, 6.0),
        ("macro_f1", confusion_item("a", "a"), 1.0),
    ],
)
def test_equal_runs_are_not_certain_and_could_show_a_small_drop(
    name: str, item: dict[str, float], reach: float
) -> None:
    """Rule of three in every family; many equal items are a strong finding."""
    found = paired_difference(METRICS[name], [item] * 60, [item] * 60)
    assert found.ci95 == pytest.approx((-0.05 * reach, 0.05 * reach))
    assert found.method == "rule_of_three"
    test = regression_test(METRICS[name], [item] * 5000, [item] * 5000, draws=200)
    assert test.p_value == 1.0 and test.detectable is not None
    assert 0 < test.detectable < 0.002 * reach


def test_a_constant_difference_is_no_float_noise() -> None:
    first = [{"edits": 1, "length": 3} for _ in range(40)]
    second = [{"edits": 2, "length": 3} for _ in range(40)]
    found = paired_difference(METRICS["wer"], first, second)
    assert found.stderr == 0 and found.ci95 == pytest.approx((1 / 3 - 0.075, 1 / 3 + 0.075))
    test = regression_test(METRICS["wer"], first, second, draws=200)
    assert test.detectable is not None and test.detectable > 0.01


def test_one_pair_has_no_interval() -> None:
    assert paired_difference(METRICS["accuracy"], [RIGHT], [WRONG]).ci95 is None


def test_two_clusters_have_a_wide_interval_and_not_their_span() -> None:
    first = [{"edits": 1, "length": 9}] * 40
    second = [{"edits": 1 + number // 30, "length": 9} for number in range(40)]
    clusters = [number // 20 for number in range(40)]
    found = paired_difference(METRICS["wer"], first, second, clusters)
    assert found.method == "t,clusters=2" and found.ci95 is not None
    assert found.ci95[1] > 0.3 > 1 / 18  # the span of the two ends at 1/18
