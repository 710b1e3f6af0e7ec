"""Hazard: a mean has other last digits under another Python than under the one that official scorers ran with."""

from __future__ import annotations

import pytest

from metrics.instructions import InstructionError
from metrics.instructions.rules import BASE
from metrics.measures.sums import plain_sum


def test_floats_are_added_from_left_to_right() -> None:
    assert plain_sum([0.1] * 10) == 0.9999999999999999
    assert plain_sum([1e16, 1.0, -1e16]) == 0.0
    assert plain_sum([]) == 0


@pytest.mark.parametrize("depth", [1_100, 5_000])
def test_json_that_is_too_deep_stops_under_every_python(depth: int) -> None:
    rule = BASE["detectable_format:json_format"]
    with pytest.raises(InstructionError, match="nested too deep"):
        rule.measure("[" * depth + "]" * depth)
    with pytest.raises(InstructionError, match="nested too deep"):
        rule.measure("[" * depth)
    assert not rule.measure("x" + "[" * depth)
    assert rule.measure('["' + "[" * depth + '"]')
