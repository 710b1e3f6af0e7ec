"""Laws that every metric of the registry keeps, checked on generated statistics."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.task_loading.index import load_index
from harness.types import Metric
from metrics.measures.corpus_bleu import CorpusBleu, bleu_item
from metrics.measures.macro_f1 import MacroF1, confusion_item
from metrics.measures.measure import FourRates
from metrics.registry import METRICS, Measure, Quotient, add, total
from metrics.statistics.intervals import estimate
from tests.support.budget import SOAK

Item = Mapping[str, float]


def _four(weights: tuple[int, int, int, int], instructions: int) -> Item:
    strict, loose, inst_strict, inst_loose = weights
    return {
        **{"prompt_strict": strict, "prompt_loose": loose, "n_prompts": 1},
        **{"inst_strict": min(inst_strict, instructions)},
        **{"inst_loose": min(inst_loose, instructions), "n_instructions": instructions},
    }


_count = st.integers(0, 40)
_rates = st.builds(
    _four, st.tuples(*[st.integers(0, 1)] * 2, *[st.integers(0, 4)] * 2), st.integers(1, 4)
)
_words = st.lists(st.sampled_from(["a", "b", "the", "."]), max_size=6).map(" ".join)
_label = st.sampled_from(["a", "b|c", '"', "", "é\n", "a,b"])
BY_FORMULA: dict[type[Measure], st.SearchStrategy[Item]] = {
    CorpusBleu: st.builds(bleu_item, _words, _words),
    MacroF1: st.builds(confusion_item, _label, _label | st.none()),
    FourRates: _rates,
}
"""Items of formulas with statistics of their own kind; those of a quotient follow from its entry."""


def _quotient(metric: Quotient) -> st.SearchStrategy[Item]:
    """Items within the bounds: whole, fractional and float values, one or several units an item."""
    low, high = (9.0 if bound is None else bound for bound in metric.bounds)
    if metric.family == "ratio":
        return st.builds(lambda e, n: {metric.numerator: e, metric.denominator: n}, _count, _count)
    values = st.integers(0, 12).map(lambda part: low + (high - low) * part / 12)
    if metric.bounds[1] is None:
        values |= st.floats(low, 1e6)
    weights = st.sampled_from([1, 1, 1, 3])
    return st.builds(lambda x, n: {metric.numerator: x * n, metric.denominator: n}, values, weights)


def _item(metric: Measure) -> st.SearchStrategy[Item]:
    """One item's statistics, made from the registry entry alone."""
    if type(metric) in BY_FORMULA:
        return BY_FORMULA[type(metric)]
    if isinstance(metric, Quotient):
        return _quotient(metric)
    return st.sampled_from(metric.examples())


every_metric = pytest.mark.parametrize("name", sorted(METRICS))
# most metrics share a formula, so that few examples of each are many of it
few = settings(max_examples=40 if SOAK else 8, deadline=None, derandomize=True)


def _items(data: st.DataObject, name: str, least: int = 0) -> list[Item]:
    return data.draw(st.lists(_item(METRICS[name]), min_size=least, max_size=12))


def _same(first: float, second: float) -> bool:
    return first == second or (math.isnan(first) and math.isnan(second))


def _inside(value: float, name: str) -> bool:
    low, high = METRICS[name].bounds
    return (low is None or value >= low - 1e-12) and (high is None or value <= high + 1e-12)


def test_every_entry_is_a_metric_whose_facts_agree() -> None:
    for name, metric in METRICS.items():
        assert isinstance(metric, Metric) and metric.name == name
        assert metric.fault() is None, name


def test_every_metric_of_a_built_in_task_is_registered_and_every_entry_is_used() -> None:
    used = {name for task in load_index().tasks.values() for name in task.metrics}
    assert used == METRICS.keys()


def test_harm_goes_down_and_scores_go_up() -> None:
    """The direction by a metric's name, so that a flag alone cannot turn a metric round."""
    for name, metric in METRICS.items():
        harm = name in {
            "wer",
            "wer_marked",
            "cer",
            "mer",
            "per",
            "mae",
            "abstention_rate",
        } or name.endswith("_cer")
        assert metric.higher_is_better != harm, name


def test_a_control_stands_for_a_metric_and_shares_its_unit() -> None:
    for metric in METRICS.values():
        if metric.stands_for is not None:
            judged = METRICS[metric.stands_for]
            assert (judged.unit, judged.bounds) == (metric.unit, metric.bounds)


@every_metric
def test_the_scale_scores_the_worst_item_0_and_the_best_1(name: str) -> None:
    metric = METRICS[name]
    worst, best = (metric.value(item) for item in metric.examples())
    if metric.scale is None:
        assert None in metric.bounds
        return
    assert (metric.scale.score(worst), metric.scale.score(best)) == (0.0, pytest.approx(1.0))


@every_metric
@given(data=st.data())
@few
def test_order_changes_nothing_not_even_the_last_bit(name: str, data: st.DataObject) -> None:
    items = _items(data, name)
    shuffled = data.draw(st.permutations(items))
    assert _same(METRICS[name].aggregate(items), METRICS[name].aggregate(shuffled))
    assert repr(estimate(METRICS[name], items, resamples=50)) == repr(
        estimate(METRICS[name], shuffled, resamples=50)
    )


@every_metric
@given(data=st.data())
@few
def test_statistics_of_two_halves_add_up(name: str, data: st.DataObject) -> None:
    first, second = _items(data, name), _items(data, name)
    metric = METRICS[name]
    whole = metric.aggregate([*first, *second])
    assert metric.value(add(total(first), total(second))) == pytest.approx(whole, nan_ok=True)
    assert metric.aggregate([total(first), total(second)]) == pytest.approx(whole, nan_ok=True)


@every_metric
@given(data=st.data())
@few
def test_value_and_interval_lie_within_the_bounds(name: str, data: st.DataObject) -> None:
    items = _items(data, name)
    found = estimate(METRICS[name], items, resamples=50)
    assert _same(found.value, METRICS[name].aggregate(items))
    assert found.n == len(items)
    if not math.isnan(found.value):
        assert _inside(found.value, name)
    if found.ci95 is not None:
        low, high = found.ci95
        assert low <= found.value <= high
        assert _inside(low, name) and _inside(high, name)
        assert found.stderr is not None and found.stderr >= 0


@every_metric
@given(data=st.data())
@few
def test_the_vector_form_equals_the_scalar_form(name: str, data: st.DataObject) -> None:
    sums = [total(_items(data, name)) for _ in range(3)]
    metric = METRICS[name]
    for rows in (sums, [metric.reduce(row) for row in sums]):
        keys = sorted({key for row in rows for key in row})
        matrix = np.array([[float(row.get(key, 0)) for key in keys] for row in rows])
        got = metric.values(matrix.reshape(3, len(keys)), keys)
        np.testing.assert_allclose(got, [metric.value(row) for row in sums], rtol=1e-12)


@every_metric
def test_no_items_have_no_value(name: str) -> None:
    metric = METRICS[name]
    assert math.isnan(metric.aggregate([]))
    assert math.isnan(metric.value({}))
    assert estimate(metric, []).ci95 is None


@every_metric
def test_better_items_move_the_value_in_its_direction(name: str) -> None:
    metric = METRICS[name]
    worst, best = metric.examples()
    values = [metric.aggregate([best] * k + [worst] * (4 - k)) for k in range(5)]
    assert values == sorted(values, reverse=not metric.higher_is_better)
    assert values[0] != values[-1]


@every_metric
def test_one_item_has_a_value_and_no_interval(name: str) -> None:
    _, best = METRICS[name].examples()
    found = estimate(METRICS[name], [best])
    assert math.isfinite(found.value)
    assert (found.ci95, found.stderr, found.n) == (None, None, 1)


@pytest.mark.parametrize(
    "items",
    [
        [{"score": 1e308, "n": 1}, {"score": 1e308, "n": 1}],
        [{"score": math.nan, "n": 1}, {"score": 3, "n": 1}],
        [{"score": math.inf, "n": 1}, {"score": -math.inf, "n": 1}, {"score": 1.5, "n": 1}],
        [{"score": 10**400, "n": 1}, {"score": 2.5, "n": 1}],
    ],
)
def test_numbers_beyond_a_float_end_in_a_value_without_interval(items: list[Item]) -> None:
    """Official judge parsing accepts "nan" and "1e308"; a run must survive them."""
    found = estimate(METRICS["judge_score"], items)
    assert found.ci95 is None
    assert not math.isfinite(found.value)
    errors = [{"abs_error": item["score"], "n": 1} for item in items]
    assert not math.isfinite(METRICS["mae"].aggregate(errors))


def test_huge_finite_scores_do_not_warn() -> None:
    items = [{"score": x, "n": 1} for x in (1e200, 2.0, 3.0)]
    assert estimate(METRICS["judge_score"], items).ci95 is None


@pytest.mark.parametrize(("name", "key"), [("judge_score", "score"), ("mae", "abs_error")])
def test_many_floats_in_another_order_give_the_same_bits(name: str, key: str) -> None:
    rng = random.Random(0)
    items = [{key: rng.random(), "n": 1} for _ in range(20_000)]
    values = {METRICS[name].aggregate(rng.sample(items, len(items))) for _ in range(5)}
    assert values == {METRICS[name].aggregate(items)}
