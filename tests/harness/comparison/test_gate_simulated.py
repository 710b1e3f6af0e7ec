"""Reduced forms of ``tests/bench/gate_bench.py``: a gate that is red for nothing, or passes what it must not."""

from __future__ import annotations

import pytest

from metrics.statistics.plan import components
from tests.support.budget import SOAK
from tests.support.simulation import gates
from tests.support.simulation.coverage import paired_accuracy, paired_judge
from tests.support.simulation.plans import borrowed, predicted_errors

FULL = 5 if SOAK else 1
FIVE = gates.TWENTY[:5]


def test_equal_systems_are_rarely_red() -> None:
    found = gates.verdicts("null reduced", FIVE, 40 * FULL)
    assert found.percent <= 5 + 2.5 * found.error


def test_a_drop_as_large_as_the_margin_rarely_passes() -> None:
    found = gates.passes_at_the_margin(paired_accuracy(100, 0.1), 1, 150 * FULL)
    assert found.percent <= 5 + 2 * found.error


def test_a_drop_everywhere_is_found() -> None:
    found = gates.verdicts("uniform reduced", gates.TWENTY, 16 * FULL, drop=0.02)
    assert found.percent >= 80 - 2.5 * found.error


@pytest.mark.parametrize("pairs", gates.FAMILIES, ids=lambda pairs: pairs.name)
def test_the_same_replies_pass_in_every_family(pairs: gates.Pairs) -> None:
    import numpy as np

    baseline, _ = gates.two_runs(np.random.default_rng(1), (pairs,) * 3)
    report = gates.gate(baseline, baseline)
    assert report.verdict == "pass" and report.suite is not None and report.suite.drop == 0


def test_predicted_errors_are_those_of_simulated_runs() -> None:
    for _, predicted, simulated in predicted_errors(1000, 600):
        assert predicted == pytest.approx(simulated, rel=0.05 + 3 * 0.03)


@pytest.mark.parametrize("pairs", [paired_accuracy(600, 0.1), paired_judge(600)], ids=lambda pairs: pairs.name)  # fmt: skip
def test_borrowed_values_cover_and_are_narrower(pairs: gates.Pairs) -> None:
    found = borrowed(pairs, 100, 150 * FULL)
    assert abs(found.covers.percent - 95) < 2 + 3 * found.covers.error
    assert found.width == pytest.approx(found.predicted, rel=0.06)


def test_components_of_clusters_and_repeats() -> None:
    """Ten clusters of two items that agree, two replies each that differ by one."""
    values = [c + r for c in range(10) for _ in range(2) for r in (0, 1)]
    items = [n // 2 for n in range(40)]
    clusters = [n // 4 for n in range(40)]
    found = components(values, items, clusters)
    assert found is not None and found.within == 0.5
    apart = components(values, items)
    assert apart is not None and found.between > 1.8 * apart.between
    assert components([1.0, float("nan")], [0, 1]) is None
    assert components([1.0, 2.0], [0, 0]) is None
