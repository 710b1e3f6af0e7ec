"""Hazards: a pass@k that counts subsets wrong, or figures that depend on the order of the replies."""

from __future__ import annotations

import itertools
import math
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.registry import METRICS
from metrics.statistics.repeats import pass_at_k, repeat_figures, steps

ACCURACY = METRICS["accuracy"]


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.data())
def test_pass_at_k_is_the_share_of_subsets_with_a_right_reply(
    replies: list[bool], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(replies)))
    subsets = list(itertools.combinations(replies, k))
    share = sum(any(subset) for subset in subsets) / len(subsets)
    assert pass_at_k(sum(replies), len(replies), k) == pytest.approx(share)


@pytest.mark.parametrize(("correct", "n", "k"), [(0, 3, 0), (0, 3, 4), (4, 3, 1), (-1, 3, 1)])
def test_what_is_not_defined(correct: int, n: int, k: int) -> None:
    with pytest.raises(ValueError, match="pass@"):
        pass_at_k(correct, n, k)


@given(st.integers(1, 200))
def test_steps_are_powers_of_two_and_the_number_itself(repeats: int) -> None:
    found = steps(repeats)
    assert found == sorted(set(found))
    assert found[0] == 1
    assert found[-1] == repeats
    assert all(k & (k - 1) == 0 for k in found[:-1])


table = st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=1, max_size=9)


@given(table, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_figures_are_those_of_the_table_in_any_order(
    scores: list[list[int]], chance: random.Random
) -> None:
    rows = [(item, n, score) for item, line in enumerate(scores) for n, score in enumerate(line)]
    chance.shuffle(rows)
    found = repeat_figures(
        ACCURACY,
        [{"correct": score, "n": 1} for _, _, score in rows],
        [item for item, _, _ in rows],
        [n for _, n, _ in rows],
        3,
    )
    columns = list(zip(*scores, strict=True))
    assert found.by_repeat == pytest.approx([statistics.mean(column) for column in columns])
    spread = statistics.mean(statistics.variance(line) for line in scores)
    assert found.within_item_variance == pytest.approx(spread)
    everything = [score for line in scores for score in line]
    assert found.pass_at[1].value == pytest.approx(statistics.mean(everything))
    assert found.pass_at[3].value == pytest.approx(statistics.mean(map(max, scores)))
    values = [one.value for one in found.pass_at.values()]
    assert values == sorted(values)


def test_items_with_too_few_replies_are_left_out_of_that_k_and_counted() -> None:
    stats = [{"correct": x, "n": 1} for x in (1, 0, 1)]
    found = repeat_figures(ACCURACY, stats, [0, 0, 1], [0, 1, 0], 2)
    assert (found.pass_at[1].n, found.pass_at[2].n) == (2, 1)
    assert found.pass_at[2].value == 1.0
    assert found.within_item_variance == 0.5


def test_no_reply_at_all() -> None:
    found = repeat_figures(ACCURACY, [], [], [], 2)
    assert all(math.isnan(value) for value in found.by_repeat)
    assert math.isnan(found.within_item_variance)
    assert found.pass_at == {}


def test_scores_that_are_not_right_or_wrong_have_no_pass_at_k() -> None:
    guess = [{"correct": 0.25, "n": 1}, {"correct": 1, "n": 1}]
    assert repeat_figures(ACCURACY, guess, [0, 0], [0, 1], 2).pass_at == {}
    harm = METRICS["abstention_rate"]
    ones = [{"correct": 1, "n": 1}] * 2
    assert repeat_figures(harm, ones, [0, 0], [0, 1], 2).pass_at == {}
    wer = METRICS["wer"]
    edits = [{"edits": 1, "length": 2}, {"edits": 2, "length": 2}, {"edits": 1, "length": 0}]
    found = repeat_figures(wer, edits, [0, 0, 0], [0, 1, 0], 2)
    assert found.pass_at == {}
    assert found.within_item_variance == pytest.approx(0.125)  # 0.5 and 1; no rate of nothing
