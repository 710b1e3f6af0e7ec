"""Hazards of rank sets: equal models that are told apart, clear ones that are not, an order that matters."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from metrics.statistics.rank_sets import RankSet, rank_sets, simultaneous_p
from tests.support.budget import SOAK

Matrix = npt.NDArray[np.float64]
TRIALS = 400 if SOAK else 120


def differences(values: Matrix) -> Matrix:
    """Return the paired differences of all columns: one column a pair."""
    pairs = combinations(range(values.shape[1]), 2)
    return np.stack([values[:, one] - values[:, other] for one, other in pairs], axis=1)


def equal_models(seed: int, items: int, models: int = 10) -> Matrix:
    """Right or wrong: items of their own difficulty, models that are all the same."""
    generator = np.random.default_rng(seed)
    difficulty = generator.beta(2, 2, size=items)
    right: Matrix = (generator.random((items, models)) < difficulty[:, None]).astype(float)
    return right


def test_ten_equal_models_all_hold_the_truth_in_95_percent() -> None:
    """The truth is any rank for each of them: no pair may be decided."""
    wrong = sum(
        min(simultaneous_p(differences(equal_models(seed, 100)), seed=seed, draws=999)) < 0.05
        for seed in range(TRIALS)
    )
    error = (0.05 * 0.95 / TRIALS) ** 0.5
    assert wrong / TRIALS <= 0.05 + 2.5 * error


def test_models_with_shared_clips_are_not_told_apart_by_their_replies() -> None:
    """Ten items of a clip are one block: as items they would make equal models differ."""
    generator = np.random.default_rng(3)
    trials = TRIALS // 4
    as_blocks = as_items = 0
    for seed in range(trials):
        clips = generator.normal(size=(30, 3))
        items = np.repeat(clips, 10, axis=0) + 0.1 * generator.normal(size=(300, 3))
        blocks = items.reshape(30, 10, 3).sum(axis=1)
        as_blocks += min(simultaneous_p(differences(blocks), seed=seed, draws=499)) < 0.05
        as_items += min(simultaneous_p(differences(items), seed=seed, draws=499)) < 0.05
    assert as_blocks / trials <= 0.2 < 0.5 < as_items / trials


def test_one_pair_is_the_exact_sign_flip() -> None:
    sums = np.array([[3.0], [2.0], [2.0], [1.0], [-1.0], [4.0]])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 6)).reshape(6, -1)
    exact = np.mean(np.abs(signs.T @ sums[:, 0]) >= abs(sums.sum()) - 1e-9)
    assert simultaneous_p(sums, draws=20_000)[0] == pytest.approx(exact, abs=0.01)


def test_clear_differences_are_decided_whatever_else_is_compared() -> None:
    generator = np.random.default_rng(1)
    base = generator.random((200, 1)) < 0.5
    values = np.hstack([np.ones((200, 1)), *[base | (generator.random((200, 1)) < 0.02)] * 5])
    found = simultaneous_p(differences(values.astype(float)))
    assert max(found[:5]) < 0.01 and min(found[5:]) > 0.2


def test_neither_the_order_of_items_nor_of_pairs_changes_what_is_decided() -> None:
    values = differences(equal_models(5, 150, 4) + np.array([0.0, 0.1, 0.2, 0.4]))
    found = simultaneous_p(values)
    shuffled = simultaneous_p(values[::-1, ::-1])[::-1]
    assert shuffled == pytest.approx(found, abs=0.02)


def test_nothing_is_decided_where_nothing_differs() -> None:
    assert simultaneous_p(np.zeros((50, 3))) == [1.0, 1.0, 1.0]
    assert simultaneous_p(np.zeros((0, 2))) == [1.0, 1.0]


def test_rank_sets_ignore_runs_that_are_not_ranked() -> None:
    better = [("a", "b"), ("ghost", "a"), ("a", "b")]
    assert rank_sets(["a", "b", "c"], better) == {
        "a": RankSet(1, 2),
        "b": RankSet(2, 3),
        "c": RankSet(1, 3),
    }
    assert rank_sets([], better) == {}
