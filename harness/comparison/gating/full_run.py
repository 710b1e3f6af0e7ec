"""What a candidate that answered a subset would score on all items, with the baseline's full run as a help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.comparison.gating import comparable
from harness.comparison.gating.metric_tests import MetricTest, collect_tests
from harness.comparison.gating.options import GateOptions
from harness.comparison.gating.report import FullRow
from harness.comparison.gating.sides import Side
from harness.comparison.pairing import pair_lines
from metrics.registry import find
from metrics.statistics.borrowed import borrowed_estimate
from metrics.statistics.intervals import estimate


def full_rows(
    tests: Mapping[str, Sequence[MetricTest]],
    candidate: comparable.Tasks,
    baseline: Side,
    options: GateOptions,
) -> tuple[FullRow, ...]:
    """Return the estimates for every metric of tasks of which the candidate answered a subset and the baseline more.

    Args:
        tests: the tests of every task.
        candidate: the candidate's tasks.
        baseline: the other side.
        options: options of the gate.
    """
    subsets = [task for task in tests if comparable.is_subset(candidate.get(task, {}))]
    lines = baseline.lines() if subsets else {}
    rows = []
    for task in subsets:
        every = pair_lines(lines[task], lines[task])
        whole = {
            test.metric: test for test in collect_tests(task, baseline.tasks[task], every, options)
        }
        for test in tests[task]:
            other = whole.get(test.metric)
            if other is not None and 0 < len(test.baseline) < len(other.baseline):
                rows.append(_row(test, other))
    return tuple(rows)


def _row(test: MetricTest, other: MetricTest) -> FullRow:
    metric = find(test.metric)
    found = borrowed_estimate(metric, test.candidate, test.baseline, other.baseline, test.clusters)
    alone = estimate(metric, test.candidate, test.clusters)
    return FullRow(
        test.task,
        test.metric,
        len(test.baseline),
        len(other.baseline),
        found.value,
        found.ci95,
        alone.value,
        alone.ci95,
        metric.aggregate(other.baseline),
        percent=metric.is_percent,
        method=found.method,
    )
