"""The tests of single tasks: a metric on the pairs that have it, its drop, interval, limits and p."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.comparison.gating.comparable import MISSING_SHARE
from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.policy import Limits, with_defaults
from harness.comparison.gating.report import GateRow
from harness.comparison.gating.suite import ONE_SIDED, Part
from harness.comparison.pairing import Line, Pairing, clusters
from metrics.registry import find

if TYPE_CHECKING:
    from metrics.measures.measure import Measure
    from metrics.statistics.intervals import Estimate
    from metrics.statistics.paired_tests import RegressionTest

Stats = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MetricTest:
    """Statistics of one metric on the pairs that have it.

    Attributes:
        task: task id.
        metric: metric id.
        baseline: statistics of the baseline's items.
        candidate: statistics of the same items.
        clusters: cluster of every pair.
        one_sided: pairs in which only one side has a value.
        limits: what is asked of it.
        scale: length of its scale.
        keys: item key of every pair; repeats of an item share it.
    """

    task: str
    metric: str
    baseline: list[Stats]
    candidate: list[Stats]
    clusters: list[str]
    one_sided: int
    limits: Limits
    scale: float
    keys: list[str]

    def part(self, benchmark: str, declared: Mapping[str, Any]) -> Part:
        """Return what it adds to the suite mean; clusters of one benchmark are common to its tasks."""
        names = [
            f"{benchmark}\0{name}" if name.startswith("cluster ") else name
            for name in self.clusters
        ]
        scale = _normalised(self.metric, declared) or self.scale
        return Part(self.task, find(self.metric), self.baseline, self.candidate, names, scale)


def collect_tests(
    task: str, declared: Mapping[str, Any], pairing: Pairing, options: GateOptions
) -> list[MetricTest]:
    """Return the tests of a task: every metric with a strict value; a control only in place of its judged metric."""
    tests = {}
    benchmark = str(declared.get("benchmark", task))
    for metric in declared.get("metrics", ()):
        if find(metric).role == "abstention" or (
            options.metrics is not None and metric not in options.metrics
        ):
            continue
        limits = options.policy.limits(task, benchmark, metric) if options.policy else Limits()
        if limits.skip:
            continue
        limits = with_defaults(limits, max_drop=options.max_drop, min_effect=options.min_effect)
        test = _collect(task, metric, pairing, limits)
        if test.baseline or test.one_sided:
            tests[metric] = test
    if options.metrics is None:
        return [test for name, test in tests.items() if find(name).stands_for not in tests]
    return list(tests.values())


def headline_of(tests: Sequence[MetricTest]) -> MetricTest | None:
    """Return the test that stands for its task in the suite mean: the first headline, else the first control."""
    for role in ("headline", "control"):
        for test in tests:
            if find(test.metric).role == role and test.baseline:
                return test
    return None


def metric_problems(tests: Mapping[str, Sequence[MetricTest]]) -> list[str]:
    """Return metrics that have a value on one side only in too many pairs."""
    return [
        f"{task}: {test.metric} has a value on one side only in {test.one_sided} pairs"
        for task, members in tests.items()
        for test in members
        if test.one_sided > MISSING_SHARE * (len(test.baseline) + test.one_sided)
    ]


def strict(line: Line, metric: str) -> Stats | None:
    """Return the strict statistics of a metric in a sample line."""
    stats: Stats | None = line.get("stats", {}).get(metric, {}).get("strict")
    return stats


def measured(test: MetricTest, level: float) -> tuple[RegressionTest, Estimate]:
    """Return the test at a level, and the paired difference with its interval."""
    from metrics.statistics.paired_difference import paired_difference
    from metrics.statistics.paired_tests import regression_test

    data = (find(test.metric), test.baseline, test.candidate, test.clusters)
    return regression_test(*data, level=level), paired_difference(*data)


def make_row(
    test: MetricTest,
    outcome: RegressionTest,
    spread: Estimate,
    *,
    p_adjusted: float,
    alpha: float,
) -> GateRow:
    """Return the row of a test: failed by a significant drop, a floor or a ceiling; unsure where its drop may reach the margin."""
    metric = find(test.metric)
    limits = test.limits
    base, value = metric.aggregate(test.baseline), metric.aggregate(test.candidate)
    worst = (limits.min_effect or 0.0) * test.scale - 1e-12
    significant = p_adjusted < alpha
    reasons = []
    if significant and outcome.drop > 0 and outcome.drop >= worst:
        reasons.append("drop")
    beyond = _beyond(test, metric)
    reasons += beyond
    upper = _upper(outcome.drop, spread, metric)
    unsure = upper is None or upper >= (limits.max_drop or 0.0) * test.scale
    note = None
    if significant and outcome.drop > 0 and not reasons:
        note = "below --min-effect"
    return GateRow(
        task=test.task,
        metric=test.metric,
        n=outcome.n,
        baseline=base,
        candidate=value,
        drop=outcome.drop,
        drop_ci95=_drop_interval(spread.ci95, higher=metric.higher_is_better),
        upper=upper,
        p_value=outcome.p_value,
        p_adjusted=p_adjusted,
        detectable=outcome.detectable,
        method=outcome.method,
        percent=metric.is_percent,
        failed=bool(reasons),
        inconclusive=unsure and not reasons,
        reasons=tuple(reasons),
        note=note,
    )


def scale_of(metric: Measure, baseline: float) -> float:
    """Return the length of a metric's scale: its bounds, 1 for corpus rates, the baseline for errors."""
    low, high = metric.bounds
    if low is not None and high is not None:
        return high - low
    return baseline if metric.family == "error" else 1.0


def _collect(task: str, metric: str, pairing: Pairing, limits: Limits) -> MetricTest:
    kept: list[tuple[Any, list[Stats]]] = []
    one_sided = 0
    for pair in pairing.pairs:
        values = [strict(line, metric) for line in pair]
        if None not in values:
            kept.append((pair, [value or {} for value in values]))
        elif values != [None, None]:
            one_sided += 1
    if limits.robust != "none" and find(metric).family == "ratio":
        kept = [
            (pair, [_capped(value) for value in values])
            for pair, values in kept
            if limits.robust == "cap" or not any(map(is_runaway, values))
        ]
    baseline = [values[0] for _, values in kept]
    measure = find(metric)
    scale = scale_of(measure, measure.aggregate(baseline)) if baseline else 1.0
    return MetricTest(
        task,
        metric,
        baseline,
        [values[1] for _, values in kept],
        clusters(pair for pair, _ in kept),
        one_sided,
        limits,
        scale,
        [str(one["item_key"]) for (one, _), _ in kept],
    )


def is_runaway(stats: Stats) -> bool:
    """Return whether a transcript has more errors than its reference has units.

    >>> is_runaway({"edits": 12, "length": 5}), is_runaway({"edits": 5, "length": 5})
    (True, False)
    """
    return "edits" in stats and stats["edits"] > stats.get("length", 0) > 0


def _capped(stats: Stats) -> Stats:
    return {**stats, "edits": min(stats["edits"], stats["length"])} if is_runaway(stats) else stats


def _normalised(metric: str, declared: Mapping[str, Any]) -> float | None:
    """Return the length of the normalised scale: from chance (or the error of a constant answer) to perfect."""
    from harness.errors import HarnessError
    from leaderboards.normalize import anchor

    try:
        found = anchor(metric, (declared.get("anchors") or {}).get(metric))
    except HarnessError:
        return None
    length = abs(found.ceil - found.floor) if found is not None else 0.0
    return length or None


def _drop_interval(
    change: tuple[float, float] | None, *, higher: bool
) -> tuple[float, float] | None:
    if change is None:
        return None
    return (-change[1], -change[0]) if higher else change


def _upper(drop: float, spread: Estimate, metric: Measure) -> float | None:
    """Return the one-sided 95 % upper end of the drop: from the standard error, else the end of the interval."""
    interval = _drop_interval(spread.ci95, higher=metric.higher_is_better)
    if interval is None:
        return None
    if not spread.stderr:
        return interval[1]
    from statistics import NormalDist

    two, one = (NormalDist().inv_cdf(share) for share in (0.975, ONE_SIDED))
    return drop + (interval[1] - drop) * one / two


def _beyond(test: MetricTest, metric: Measure) -> list[str]:
    """Return which absolute limits the candidate's value breaks, with its whole one-sided interval."""
    limits = test.limits
    if (limits.floor is None and limits.ceiling is None) or not test.candidate:
        return []
    from metrics.statistics.intervals import estimate

    found = estimate(metric, test.candidate, test.clusters)
    low, high = found.ci95 or (found.value, found.value)
    broken = []
    if limits.floor is not None and found.value < limits.floor and high < limits.floor:
        broken.append(f"floor {limits.floor:g}")
    if limits.ceiling is not None and found.value > limits.ceiling and low > limits.ceiling:
        broken.append(f"ceiling {limits.ceiling:g}")
    return broken


def as_lost(test: MetricTest, lost: Sequence[Line]) -> MetricTest:
    """Return the test with items that the candidate lacks counted as wrong.

    Raises:
        ValueError: nobody knows how wrong a missing answer is on the metric's scale (an error without an upper bound).
    """
    metric = find(test.metric)
    more = [line for line in lost if strict(line, test.metric) is not None]
    base = [strict(line, test.metric) or {} for line in more]
    worst = [_worst(metric, stats) for stats in base]
    names = clusters((line, line) for line in more)
    return replace(
        test,
        baseline=[*test.baseline, *base],
        candidate=[*test.candidate, *worst],
        clusters=[*test.clusters, *names],
        keys=[*test.keys, *(str(line["item_key"]) for line in more)],
    )


def _worst(metric: Measure, stats: Stats) -> Stats:
    pair = metric.ratio_keys(tuple(sorted(stats)))
    low, high = metric.bounds
    if pair is None:
        raise ValueError(metric.name)
    top, bottom = pair
    if metric.family == "ratio":
        return {**stats, top: stats[bottom]}
    end = low if metric.higher_is_better else high
    if end is None:
        raise ValueError(metric.name)
    return {**stats, top: end * stats[bottom]}
