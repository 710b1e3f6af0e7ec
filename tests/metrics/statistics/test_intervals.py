"""Intervals: against textbook formulas and scipy, and calibrated on simulated data."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy import stats as scipy_stats

from metrics.measures.measure import Quotient
from metrics.registry import METRICS
from metrics.statistics.heavy_tails import tail_factor
from metrics.statistics.intervals import estimate, wilson
from metrics.statistics.quantiles import t_quantile
from metrics.statistics.resampling import (
    bootstrap_values,
    make_blocks,
    percentile_interval,
    seed_for,
)


def _answers(right: int, n: int) -> list[dict[str, float]]:
    return [{"correct": int(number < right), "n": 1} for number in range(n)]


@pytest.mark.parametrize(("right", "n"), [(1, 2), (3, 10), (50, 100), (999, 1000)])
def test_proportion_is_wilson_as_in_scipy(right: int, n: int) -> None:
    found = estimate(METRICS["accuracy"], _answers(right, n))
    expected = scipy_stats.binomtest(right, n).proportion_ci(method="wilson")
    assert found.ci95 == pytest.approx((expected.low, expected.high), abs=1e-12)
    share = right / n
    assert found.stderr == pytest.approx(math.sqrt(share * (1 - share) / (n - 1)))
    assert found.method == "wilson"


def test_fractional_successes_are_exact_expectations() -> None:
    items = [{"correct": 0.25, "n": 1}] * 3 + [{"correct": 1, "n": 1}]
    assert estimate(METRICS["accuracy"], items).ci95 == pytest.approx(wilson(1.75, 4))


@pytest.mark.parametrize("n", [2, 3, 10, 300])
def test_rule_of_three_at_both_ends(n: int) -> None:
    none, every = (estimate(METRICS["abstention_rate"], _answers(x, n)) for x in (0, n))
    assert none.ci95 == (0.0, min(1.0, 3 / n))
    assert every.ci95 == (max(0.0, 1 - 3 / n), 1.0)
    assert none.method == every.method == "rule_of_three"


def test_no_interval_claims_certainty() -> None:
    perfect = {
        "wer": [{"edits": 0, "length": 5}] * 30,
        "macro_f1": [{'confusion:["a", "a"]': 1}] * 30,
        "judge_score": [{"score": 5, "n": 1}] * 30,
    }
    assert {name: estimate(METRICS[name], items).ci95 for name, items in perfect.items()} == {
        "wer": (0.0, pytest.approx(0.1)),
        "macro_f1": (pytest.approx(0.9), 1.0),
        "judge_score": (pytest.approx(4.6), 5.0),
    }
    clusters = [str(number // 2) for number in range(30)]
    found = estimate(METRICS["accuracy"], _answers(30, 30), clusters)
    quantile = float(scipy_stats.t.ppf(0.975, 14))  # 15 clusters, not 30 items
    assert found.ci95 == pytest.approx((15 / (15 + quantile**2), 1.0))


def test_judge_mean_is_wilson_with_the_effective_n_of_its_standard_error() -> None:
    scores = [1, 2, 2, 4, 5, 3, 3.5]
    found = estimate(METRICS["judge_score"], [{"score": x, "n": 1} for x in scores])
    sem = float(scipy_stats.sem(scores))
    share, quantile = (np.mean(scores) - 1) / 4, float(scipy_stats.t.ppf(0.975, 6))
    effective = share * (1 - share) / (sem / 4) ** 2
    low, high = wilson(share * effective, effective, quantile)
    assert found.ci95 == pytest.approx((1 + 4 * low, 1 + 4 * high))
    assert found.stderr == pytest.approx(sem)
    assert found.method == "wilson_t"


def test_a_mean_without_bounds_has_the_t_interval_of_scipy() -> None:
    metric = Quotient("own", "mean", (None, None), "score", "n")
    scores = [1, 2, 2, 4, 5, 3, 3.5]
    found = estimate(metric, [{"score": x, "n": 1} for x in scores])
    sem = float(scipy_stats.sem(scores))
    expected = scipy_stats.t.interval(0.95, len(scores) - 1, np.mean(scores), sem)
    assert found.ci95 == pytest.approx(expected)


def test_clustered_proportion_by_hand() -> None:
    """Ten clusters of two, of which 3 are all right, 2 half: r = 8/20."""
    rights = [(1, 1)] * 3 + [(1, 0)] * 2 + [(0, 0)] * 5
    items = [{"correct": x, "n": 1} for pair in rights for x in pair]
    clusters = [str(number // 2) for number in range(20)]
    found = estimate(METRICS["accuracy"], items, clusters)
    squares = sum((sum(pair) - 0.4 * 2) ** 2 for pair in rights)
    stderr = math.sqrt(10 / 9 * squares) / 20
    assert found.stderr == pytest.approx(stderr)
    assert found.method == "wilson_t,clusters=10"
    effective = 0.4 * 0.6 / stderr**2
    quantile = float(scipy_stats.t.ppf(0.975, 9))
    assert found.ci95 == pytest.approx(wilson(0.4 * effective, effective, quantile))


def test_under_ten_clusters_the_items_are_the_units_and_the_note_says_so() -> None:
    for name, item in (("accuracy", {"correct": 1, "n": 1}), ("wer", {"edits": 1, "length": 4})):
        items = [{**item, "n": 1}] * 30 + [dict.fromkeys(item, 0) | {"n": 1, "length": 4}] * 30
        nine = [number % 9 for number in range(60)]
        found = estimate(METRICS[name], items, nine)
        alone = estimate(METRICS[name], items)
        assert (found.ci95, found.stderr) == (alone.ci95, alone.stderr)
        assert found.method == f"{alone.method},too_few_clusters=9"
        assert found.note == "9 clusters are too few: the interval takes items as independent"
        ten = estimate(METRICS[name], items, [number // 6 for number in range(60)])
        assert ten.note is None and ten.method.endswith(",clusters=10")


def test_replies_to_one_item_never_become_units() -> None:
    """Three speakers, 20 items, 8 equal replies each: as uncertain as 20 items."""
    rng = random.Random(3)
    rights = [rng.random() < 0.6 for _ in range(20)]
    items = [{"correct": int(x), "n": 1} for x in rights for _ in range(8)]
    units = [number // 8 for number in range(160)]
    found = estimate(METRICS["accuracy"], items, [number % 3 for number in units], units=units)
    once = estimate(METRICS["accuracy"], [{"correct": int(x), "n": 1} for x in rights])
    assert found.stderr == pytest.approx(once.stderr)
    assert found.method == "wilson_t,clusters=20,too_few_clusters=3"


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("wer", {"edits": 1, "length": 4}, {"edits": 0, "length": 9}),
        ("mae", {"abs_error": 1, "n": 1}, {"abs_error": 4, "n": 1}),
        ("macro_f1", {'confusion:["a", "a"]': 1}, {'confusion:["b", "a"]': 1}),
    ],
)
def test_what_is_resampled_has_no_interval_under_ten_units(
    name: str, one: dict[str, float], other: dict[str, float]
) -> None:
    """Percentiles of two units are their span, which holds the truth half of the time at most."""
    for n in (2, 3, 9):
        found = estimate(METRICS[name], [one, *[other] * (n - 1)])
        assert found.ci95 is None and found.method == "none"
        assert "no interval of fewer than 10 items" in str(found.note)
    assert estimate(METRICS[name], [one] * 3 + [other] * 7).ci95 is not None


def test_classes_with_few_references_are_named() -> None:
    hit, miss = {'confusion:["a", "a"]': 1}, {'confusion:["b", "a"]': 1}
    found = estimate(METRICS["macro_f1"], [hit] * 30 + [miss] * 9)
    assert found.note == "1 class has fewer than 10 references: biased down"
    assert estimate(METRICS["macro_f1"], [hit] * 30 + [miss] * 10).note is None


def test_log_interval_is_never_negative_and_longer_on_the_side_of_the_tail() -> None:
    rng = np.random.default_rng(2)
    items = [{"abs_error": float(x), "n": 1} for x in np.exp(rng.normal(size=60))]
    found = estimate(METRICS["mae"], items)
    assert found.ci95 is not None
    low, high = found.ci95
    assert 0 < low < found.value < high and high - found.value > 1.2 * (found.value - low)
    assert found.method == "log_bootstrap_t(5000,seed=1234)"
    few = [{"edits": 0, "length": 5}] * 60 + [{"edits": 3, "length": 5}]
    assert estimate(METRICS["wer"], few).method == "log_t"  # most resamples hold no error at all


def test_heavy_tails_widen_a_log_interval_as_the_degrees_of_freedom_of_their_variance() -> None:
    def widening(errors: list[float]) -> float:
        """Return the widening as scipy has it."""
        degrees = 2 * len(errors) / (scipy_stats.kurtosis(errors, fisher=False) - 1)
        return float(scipy_stats.t.ppf(0.975, degrees) / scipy_stats.norm.ppf(0.975))

    rng = np.random.default_rng(3)
    light, heavy = (
        np.abs(rng.normal(size=100)).tolist(),
        np.exp(1.5 * rng.normal(size=100)).tolist(),
    )
    for errors in (light, heavy):
        centred = np.array(errors) - np.mean(errors)
        assert tail_factor(7 * centred, np.ones(100, dtype=np.int64)) == pytest.approx(
            widening(errors)
        )
    assert widening(light) < 1.03 < 1.1 < widening(heavy)
    assert tail_factor(np.array([-1.0, 1.0]), np.array([20, 20])) == 1


def test_quantiles_of_t_are_refused_where_there_are_none() -> None:
    for df, share in ((0, 0.5), (math.nan, 0.5), (3, 0), (3, 1)):
        with pytest.raises(ValueError, match="no quantile"):
            t_quantile(df, share)
    assert t_quantile(3, 0.5) == 0


def test_clusters_of_one_item_are_no_clusters() -> None:
    items = _answers(4, 9)
    assert estimate(METRICS["accuracy"], items, list("abcdefghi")) == estimate(
        METRICS["accuracy"], items
    )


def test_one_cluster_has_no_interval() -> None:
    assert estimate(METRICS["wer"], [{"edits": 1, "length": 3}] * 9, ["x"] * 9).ci95 is None
    assert estimate(METRICS["accuracy"], _answers(4, 9), ["x"] * 9).ci95 is None


def test_instructions_of_one_reply_are_a_cluster() -> None:
    items = [{"correct": x, "n": 3} for x in (3, 0, 3, 0, 3, 3)]
    found = estimate(METRICS["if_inst_strict"], items)
    assert found.method == "wilson_t"
    independent = math.sqrt(found.value * (1 - found.value) / 17)
    assert found.stderr is not None and found.stderr > 1.5 * independent


def test_clusters_must_match_the_items() -> None:
    with pytest.raises(ValueError, match="3 items but 2 clusters"):
        estimate(METRICS["accuracy"], _answers(1, 3), ["a", "b"])


def test_same_seed_same_interval_other_seed_another() -> None:
    rng = random.Random(4)
    items = [{"edits": rng.randrange(4), "length": rng.randrange(3, 9)} for _ in range(40)]
    first = estimate(METRICS["wer"], items, seed=1)
    assert first == estimate(METRICS["wer"], items, seed=1)
    assert first.ci95 != estimate(METRICS["wer"], items, seed=2).ci95
    assert first.method == "log_bootstrap_t(5000,seed=1)"
    assert seed_for(1, "a", "bc") != seed_for(1, "ab", "c")


def test_neither_item_order_nor_cluster_names_matter() -> None:
    rng = random.Random(5)
    items = [{"edits": rng.random(), "length": rng.randrange(1, 9)} for _ in range(60)]
    clusters = [f"speaker {rng.randrange(12)}" for _ in items]
    order = rng.sample(range(60), 60)
    renamed = {name: str(number) for number, name in enumerate(sorted(set(clusters))[::-1])}
    first = estimate(METRICS["per"], items, clusters)
    second = estimate(
        METRICS["per"], [items[i] for i in order], [renamed[clusters[i]] for i in order]
    )
    assert first == second


def test_collapsed_blocks_resample_like_single_ones() -> None:
    """The bootstrap's mean and spread equal those of the binomial it stands for."""
    blocks = make_blocks(_answers(30, 100))
    assert len(blocks.rows) == 2 and blocks.size == 100
    values = bootstrap_values(METRICS["accuracy"], blocks, resamples=20_000)
    assert np.mean(values) == pytest.approx(0.3, abs=0.002)
    assert np.std(values) == pytest.approx(math.sqrt(0.3 * 0.7 / 100), rel=0.02)


def test_resamples_without_a_value_are_left_out_unless_most_are() -> None:
    values = np.array([math.nan, 1.0, 2.0, 3.0])
    assert percentile_interval(values, 1000) == pytest.approx((1.05, 2.95), abs=0.01)
    assert percentile_interval(np.array([math.nan, math.nan, 1.0]), 10) is None


def test_few_units_widen_the_percentiles_to_a_t_interval() -> None:
    """Plain percentiles of 6 units would be too narrow by a factor of 1.44."""
    values = np.random.default_rng(1).normal(size=200_000)
    expected = scipy_stats.t.ppf(0.975, 5) * math.sqrt(6 / 5)
    assert percentile_interval(values, 6) == pytest.approx((-expected, expected), rel=0.03)


# --- calibration: an interval at 95 % misses about one time in twenty ------------------------


@pytest.mark.parametrize("n", [10, 40, 200])
def test_wilson_coverage_is_exact_arithmetic(n: int) -> None:
    counts = np.arange(n + 1)
    intervals = [estimate(METRICS["accuracy"], _answers(x, n)).ci95 for x in range(n + 1)]
    low, high = np.array(intervals).T
    coverage = np.array(
        [
            scipy_stats.binom.pmf(counts, n, p)[(low <= p) & (p <= high)].sum()
            for p in np.linspace(0.02, 0.98, 97)
        ]
    )
    assert 0.94 < coverage.mean() < 0.975
    assert coverage.min() > 0.90


def test_cluster_interval_covers_where_wilson_does_not() -> None:
    rng = np.random.default_rng(7)
    clusters = [str(number // 5) for number in range(150)]
    hits, naive = 0, 0
    for _ in range(400):
        chances = rng.beta(1.2, 0.8, size=30)  # mean 0.6, strong correlation within a cluster
        right = rng.random(150) < np.repeat(chances, 5)
        items = [{"correct": int(x), "n": 1} for x in right]
        low, high = estimate(METRICS["accuracy"], items, clusters).ci95 or (1.0, 0.0)
        hits += low <= 0.6 <= high
        low, high = estimate(METRICS["accuracy"], items).ci95 or (1.0, 0.0)
        naive += low <= 0.6 <= high
    assert 0.92 <= hits / 400 <= 0.98
    assert naive / 400 < 0.85


@pytest.mark.parametrize("clustered", [False, True])
def test_ratio_bootstrap_coverage(clustered: bool) -> None:
    """Corpus WER of 40 utterances, or of 25 speakers with 4 utterances each."""
    rng = np.random.default_rng(8)
    n, truth, hits = (100, 0.2, 0) if clustered else (40, 0.2, 0)
    clusters = [str(number // 4) for number in range(n)] if clustered else None
    for _ in range(300):
        lengths = rng.integers(4, 20, size=n)
        rates = np.repeat(rng.beta(2, 8, size=25), 4) if clustered else rng.beta(2, 8, size=n)
        edits = rng.binomial(lengths, rates)
        items = [{"edits": int(e), "length": int(m)} for e, m in zip(edits, lengths, strict=True)]
        found = estimate(METRICS["wer"], items, clusters, resamples=400).ci95
        hits += found is not None and found[0] <= truth <= found[1]
    assert 0.90 <= hits / 300 <= 0.98


def test_macro_f1_near_its_end_is_open_below() -> None:
    """One error in 60 items: percentiles of resamples hold hardly anything below the value."""
    hit, other, miss = ({f'confusion:["{r}", "{p}"]': 1} for r, p in ("aa", "bb", "ab"))
    found = estimate(METRICS["macro_f1"], [hit] * 29 + [other] * 30 + [miss])
    assert found.method == "wilson_bootstrap(5000,seed=1234)"
    assert found.ci95 is not None and found.stderr is not None
    low, high = found.ci95
    assert found.value - low > 2.5 * found.stderr > high - found.value
    assert high < 1.0


def test_error_bootstrap_coverage_on_skewed_errors() -> None:
    rng = np.random.default_rng(9)
    hits = 0
    for _ in range(300):
        items = [{"abs_error": float(e), "n": 1} for e in rng.exponential(5.0, size=40)]
        low, high = estimate(METRICS["mae"], items, resamples=400).ci95 or (1.0, 0.0)
        hits += low <= 5.0 <= high
    assert 0.88 <= hits / 300 <= 0.98
