"""Paired tests: exact values, size under the null hypothesis, power, order, power analysis."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache

import numpy as np
import pytest
from scipy import stats as scipy_stats

from metrics.measures.macro_f1 import confusion_item
from metrics.registry import METRICS
from metrics.statistics.paired_difference import paired_difference
from metrics.statistics.paired_tests import (
    draws_needed,
    holm,
    mcnemar_midp,
    regression_test,
    sign_flip,
)
from metrics.statistics.power import (
    detectable_drop,
    detectable_drop_from_stderr,
    growth_of,
    growth_of_steps,
    mcnemar_power,
    pairs_needed,
)

RIGHT, WRONG = {"correct": 1, "n": 1}, {"correct": 0, "n": 1}


def _answers(values: np.ndarray) -> list[dict[str, float]]:
    return [{"correct": int(value), "n": 1} for value in values]


@pytest.mark.parametrize(("lost", "gained"), [(0, 0), (1, 0), (0, 1), (3, 1), (10, 10), (60, 30)])
def test_mcnemar_mid_p_is_the_binomial_tail(lost: int, gained: int) -> None:
    binomial = scipy_stats.binom(lost + gained, 0.5)
    expected = binomial.sf(lost) + binomial.pmf(lost) / 2 if lost + gained else 1.0
    assert mcnemar_midp(lost, gained) == pytest.approx(expected, abs=1e-13)


def test_mid_p_of_both_directions_adds_to_one() -> None:
    assert mcnemar_midp(17, 5) + mcnemar_midp(5, 17) == pytest.approx(1.0)


def test_sign_flip_approaches_the_exact_permutation_test() -> None:
    drops = [0.5, 1.0, -0.25, 2.0, 0.75, -0.5, 1.25, 0.25]
    sums = [sum(s * d for s, d in zip(signs, drops, strict=True)) for signs in
            itertools.product((1, -1), repeat=len(drops))]  # fmt: skip
    exact = sum(total >= sum(drops) for total in sums) / len(sums)
    assert sign_flip(drops, draws=40_000) == pytest.approx(exact, abs=0.005)


def test_ties_count_and_p_is_never_zero() -> None:
    assert sign_flip([0.0] * 20) == 1.0
    assert sign_flip([1.0] * 60, draws=99) == 1 / 100
    assert sign_flip([0.1, 0.2, -0.3]) > 0.4  # 0.1 + 0.2 - 0.3 is not quite 0 in floats
    assert sign_flip([]) == 1.0


def test_clusters_flip_together() -> None:
    drops, clusters = [1.0] * 12, [number // 6 for number in range(12)]
    assert sign_flip(drops, draws=999) < 0.01
    assert sign_flip(drops, clusters, draws=999) == pytest.approx(0.25, abs=0.05)  # two coins


@pytest.mark.parametrize(
    ("name", "better", "worse", "clusters", "method"),
    [
        ("accuracy", RIGHT, WRONG, None, "mcnemar_midp"),
        ("accuracy", RIGHT, WRONG, 15, "sign_flip(2000,seed=1234),clusters=15"),
        ("panda", {"correct": 0.5, "n": 1}, WRONG, None, "sign_flip(2000,seed=1234)"),
        ("abstention_rate", WRONG, RIGHT, None, "mcnemar_midp"),
        (
            "judge_score",
            {"score": 4, "n": 1},
            {"score": 3, "n": 1},
            None,
            "sign_flip(2000,seed=1234)",
        ),
        (
            "mae",
            {"abs_error": 1, "n": 1},
            {"abs_error": 4, "n": 1},
            None,
            "sign_flip(2000,seed=1234)",
        ),
        (
            "wer",
            {"edits": 1, "length": 9},
            {"edits": 3, "length": 9},
            None,
            "block_randomisation(2000,seed=1234)",
        ),
        (
            "macro_f1",
            confusion_item("a", "a"),
            confusion_item("a", "b"),
            None,
            "block_randomisation(2000,seed=1234)",
        ),
        (
            "if_rate",
            {"prompt_strict": 1, "prompt_loose": 1, "n_prompts": 1}
            | {"inst_strict": 2, "inst_loose": 2, "n_instructions": 2},
            {"prompt_strict": 0, "prompt_loose": 1, "n_prompts": 1}
            | {"inst_strict": 1, "inst_loose": 2, "n_instructions": 2},
            None,
            "block_randomisation(2000,seed=1234)",
        ),
    ],
)
def test_each_family_has_its_test_and_its_direction(
    name: str,
    better: dict[str, float],
    worse: dict[str, float],
    clusters: int | None,
    method: str,
) -> None:
    strong = [better] * 27 + [worse] * 3
    weak = [better] * 5 + [worse] * 25
    groups = None if clusters is None else [number % clusters for number in range(30)]
    metric = METRICS[name]
    drop = regression_test(metric, strong, weak, groups, draws=2000)
    assert drop.method == method
    assert drop.drop > 0 and drop.p_value < 0.05 and drop.n == 30
    assert drop.detectable is not None and 0 < drop.detectable < math.inf
    gain = regression_test(metric, weak, strong, groups, draws=2000)
    assert gain.drop == pytest.approx(-drop.drop) and gain.p_value > 0.9
    same = regression_test(metric, weak, weak, groups, draws=2000)
    assert same.drop == 0 and same.p_value == 1.0


def test_no_pairs_show_nothing() -> None:
    result = regression_test(METRICS["accuracy"], [], [])
    assert (result.p_value, result.n) == (1.0, 0) and math.isnan(result.drop)
    with pytest.raises(ValueError, match="2 items are paired with 1"):
        regression_test(METRICS["accuracy"], [RIGHT, RIGHT], [WRONG])


def test_order_of_the_pairs_does_not_matter() -> None:
    rng = random.Random(6)
    first, second = (
        [{"edits": rng.randrange(5), "length": 10} for _ in range(50)] for _ in range(2)
    )
    clusters = [rng.randrange(20) for _ in range(50)]
    order = rng.sample(range(50), 50)
    shuffled = [[values[i] for i in order] for values in (first, second, clusters)]
    for test in (regression_test, paired_difference):
        assert test(METRICS["wer"], first, second, clusters) == test(METRICS["wer"], *shuffled)


def test_scores_beyond_a_float_do_not_raise() -> None:
    first = [{"score": x, "n": 1} for x in (1e308, 1e308, 2.0)]
    result = regression_test(METRICS["judge_score"], first, first[::-1], draws=50)
    assert result.p_value == 1.0


# --- many tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.05 / 600, 0.01 / 120])
@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("judge_score", {"score": 5, "n": 1}, {"score": 1, "n": 1}),
        ("wer", {"edits": 0, "length": 7}, {"edits": 7, "length": 7}),
        ("macro_f1", confusion_item("a", "a"), confusion_item("a", "b")),
    ],
)
def test_a_certain_loss_fails_among_any_number_of_tests(
    name: str, better: dict[str, float], worse: dict[str, float], level: float
) -> None:
    sides = [better] * 100, [worse] * 100
    assert regression_test(METRICS[name], *sides).p_value == 1 / 10_001  # the floor of 10,000 draws
    found = regression_test(METRICS[name], *sides, level=level)
    assert found.p_value < level / 10
    assert f"({draws_needed(level)}," in found.method


def test_more_draws_only_where_they_decide() -> None:
    rng = np.random.default_rng(1)
    sides = [[{"score": int(x), "n": 1} for x in rng.integers(1, 6, 50)] for _ in range(2)]
    found = regression_test(METRICS["judge_score"], sides[0], sides[1], level=0.05 / 600)
    assert "(10000," in found.method


def test_difference_of_error_rates_covers_the_truth() -> None:
    rng = np.random.default_rng(12)
    hits = 0
    for _ in range(200):
        lengths = rng.integers(4, 20, size=50)
        rates = rng.beta(2, 18, size=50)
        pair = [
            [
                {"edits": int(e), "length": int(m)}
                for e, m in zip(rng.binomial(lengths, rate), lengths, strict=True)
            ]
            for rate in (rates, np.minimum(1, rates * 1.5))
        ]
        low, high = paired_difference(METRICS["wer"], *pair, resamples=300).ci95 or (1.0, 0.0)
        hits += low <= 0.05 <= high
    assert 0.90 <= hits / 200 <= 0.99


# --- size: how often equal systems fail at nominal 5 % ----------------------------------------


@pytest.mark.parametrize(("n", "discordant"), [(60, 0.1), (60, 0.4), (500, 0.1)])
def test_mcnemar_mid_p_keeps_its_size(n: int, discordant: float) -> None:
    """Exact: over all numbers of discordant pairs and all their splits."""
    size = 0.0
    for differing in range(n + 1):
        weight = scipy_stats.binom.pmf(differing, n, discordant)
        if weight < 1e-9:
            continue
        lost = np.arange(differing + 1)
        p_values = np.array([_midp(int(x), differing - int(x)) for x in lost])
        size += weight * scipy_stats.binom.pmf(lost, differing, 0.5)[p_values < 0.05].sum()
    assert 0.03 < size <= 0.055


@cache
def _midp(lost: int, gained: int) -> float:
    return mcnemar_midp(lost, gained)


@pytest.mark.parametrize("name", ["accuracy", "judge_score", "wer"])
def test_randomisation_keeps_its_size_in_clusters(name: str) -> None:
    """Equal systems on 24 clusters of 3 items that go up and down together."""
    rng = np.random.default_rng(21)
    clusters = [number // 3 for number in range(72)]
    rejected = 0
    for _ in range(400):
        sides = []
        for _ in range(2):
            level = np.repeat(rng.beta(1, 1, size=24), 3)
            if name == "accuracy":
                sides.append(_answers(rng.random(72) < level))
            elif name == "judge_score":
                sides.append([{"score": 1 + int(x), "n": 1} for x in rng.binomial(4, level)])
            else:
                sides.append([{"edits": int(x), "length": 9} for x in rng.binomial(9, level)])
        test = regression_test(METRICS[name], sides[0], sides[1], clusters, draws=199)
        rejected += test.p_value < 0.05
    assert 0.01 <= rejected / 400 <= 0.08


def test_ignoring_clusters_would_reject_too_often() -> None:
    rng = np.random.default_rng(22)
    rejected = 0
    for _ in range(300):
        first, second = (
            _answers(rng.random(72) < np.repeat(rng.beta(0.3, 0.3, size=24), 3)) for _ in range(2)
        )
        rejected += regression_test(METRICS["accuracy"], first, second).p_value < 0.05
    assert rejected / 300 > 0.09


# --- Holm and power ----------------------------------------------------------------------------


def test_holm_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_figures_of_the_statistics_page() -> None:
    assert pairs_needed(0.01, 0.10) == 6181
    assert detectable_drop(100, 0.10) == pytest.approx(0.08, abs=0.005)


@pytest.mark.parametrize("pairs", [5000, 100_000])
@pytest.mark.parametrize("discordant", [0.05, 0.3])
def test_detectable_drop_inverts_pairs_needed(pairs: int, discordant: float) -> None:
    drop = detectable_drop(pairs, discordant)
    assert pairs_needed(drop + 1e-9, discordant) <= pairs < pairs_needed(drop * 0.99, discordant)


def test_many_pairs_of_which_few_differ_cost_no_square_of_them() -> None:
    """A table of ten million by ten million would not fit."""
    assert detectable_drop(10_000_000, 0.0) == pytest.approx(5.515e-7, rel=1e-3)


@pytest.mark.parametrize("alpha", [0.5, 0.05, 0.05 / 44, 1e-6])
def test_the_least_loss_that_is_shown_is_that_of_the_whole_table(alpha: float) -> None:
    """Power 1 where so many of the pairs that differ are lost, 0 where one less is."""
    from scipy.stats import binom

    for differ in (1, 2, 5, 9, 30, 77, 300):
        lost = np.arange(differ + 1)
        shown = binom.sf(lost, differ, 0.5) + binom.pmf(lost, differ, 0.5) / 2 < alpha
        least = int(shown.argmax()) if shown.any() else differ + 1
        for drop in (1.0, 0.5, 0.1):
            chance = binom.sf(least - 1, differ, (1 + drop) / 2)
            assert mcnemar_power(differ, 1.0, drop, alpha=alpha) == pytest.approx(chance, abs=1e-9)


@pytest.mark.parametrize("pairs", [10, 100, 400])
@pytest.mark.parametrize("discordant", [0.0, 0.05, 0.3])
def test_few_discordant_pairs_have_the_power_of_the_test_itself(
    pairs: int, discordant: float
) -> None:
    drop = detectable_drop(pairs, discordant)
    assert mcnemar_power(pairs, discordant, drop) == pytest.approx(0.8, abs=1e-6)
    rng = np.random.default_rng(pairs)
    share = max(discordant, drop)
    lost, gained, _ = rng.multinomial(
        pairs, [(share + drop) / 2, (share - drop) / 2, 1 - share], size=1500
    ).T
    found = [
        mcnemar_midp(int(one), int(other)) < 0.05 for one, other in zip(lost, gained, strict=True)
    ]
    assert 0.77 < np.mean(found) < 0.83


def test_exact_and_approximate_power_meet() -> None:
    few, many = (detectable_drop(n, 0.1) * math.sqrt(n) for n in (1490, 1510))
    assert few == pytest.approx(many, rel=0.01)


def test_the_variance_grows_where_a_drop_means_more_errors() -> None:
    plain = detectable_drop_from_stderr(0.012, 100)
    grown = {
        name: detectable_drop_from_stderr(
            0.012, 100, growth=growth_of(METRICS[name], 0.1, 0.015, 0.012)
        )
        for name in ("wer", "mae", "accuracy", "judge_score")
    }
    assert grown["accuracy"] == grown["judge_score"] == plain
    assert 1.05 * plain < grown["wer"] < grown["mae"] < 1.6 * plain
    too_much = growth_of(METRICS["mae"], 0.1, 0.06, 0.012)
    assert detectable_drop_from_stderr(0.012, 100, growth=too_much) == math.inf


def test_a_drop_of_steps_varies_more_until_all_units_take_one() -> None:
    growth = growth_of_steps(1.0, 50, math.sqrt(1.0 / 50))
    assert growth.factor(0.5) == pytest.approx(1.25)
    assert growth.factor(1.0) == growth.factor(1.5) == 1.0


def test_too_few_pairs_detect_nothing() -> None:
    assert detectable_drop(0, 0.1) == math.inf
    assert detectable_drop(2, 0.1) == math.inf
    with pytest.raises(ValueError, match=r"\(0, 1\]"):
        pairs_needed(0.0, 0.1)


def test_promised_power_is_reached() -> None:
    """A drop of the detectable size is found about 80 times in 100."""
    rng = np.random.default_rng(30)
    n, discordant = 400, 0.2
    drop = detectable_drop(n, discordant)
    found = 0
    for _ in range(600):
        lost = rng.binomial(n, (discordant + drop) / 2)
        gained = rng.binomial(n - lost, (discordant - drop) / 2 / (1 - (discordant + drop) / 2))
        found += mcnemar_midp(int(lost), int(gained)) < 0.05
    assert 0.75 < found / 600 < 0.87


@pytest.mark.parametrize("n", [20, 50, 400])
def test_promised_power_of_a_mean_is_reached(n: int) -> None:
    """Normal differences of standard deviation 1, tested by flipping signs; 0.8 within three standard errors."""
    rng = np.random.default_rng(31)
    drop = detectable_drop_from_stderr(1 / math.sqrt(n), n)
    found = 0
    for _ in range(400):
        differences = rng.normal(drop, 1.0, size=n)
        signs = rng.integers(0, 2, size=(500, n)) * 2.0 - 1.0
        null = signs @ np.abs(differences)
        found += (np.count_nonzero(null >= differences.sum()) + 1) / 501 < 0.05
    assert 0.74 < found / 400 < 0.86


def test_too_few_units_show_no_drop() -> None:
    assert detectable_drop_from_stderr(1.0, 2) == math.inf


def test_general_formula_agrees_with_the_one_for_proportions() -> None:
    n, discordant = 5000, 0.1
    drop = detectable_drop(n, discordant)
    stderr = math.sqrt((discordant - drop * drop) / n)
    assert detectable_drop_from_stderr(stderr) == pytest.approx(drop, rel=0.01)
