"""A value beyond the scale of its metric, as official scorers give it for votes such as 55, has an interval around it."""

from __future__ import annotations

import pytest

from metrics.registry import METRICS
from metrics.statistics.intervals import estimate


@pytest.mark.parametrize("scores", [(5, 4, 55, 3), (55, 5, 55, 55), (5, 9, 8, 7, 6), (-40, 1, 2)])
def test_the_end_of_the_interval_is_not_the_value_itself(scores: tuple[int, ...]) -> None:
    found = estimate(METRICS["judge_score"], [{"score": x, "n": 1} for x in scores])
    assert found.ci95 is not None
    low, high = found.ci95
    assert low < found.value < high


def test_within_the_scale_the_interval_is_cut_to_it() -> None:
    found = estimate(METRICS["judge_score"], [{"score": x, "n": 1} for x in (5, 5, 4)])
    assert found.ci95 is not None
    assert 4.9 < found.ci95[1] <= 5.0
