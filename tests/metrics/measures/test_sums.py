"""Sums of statistics are exact: integers stay integers, floats are rounded once."""

from __future__ import annotations

import math

from metrics.measures.sums import add, as_float, divide, total


def test_integers_stay_integers_of_any_size() -> None:
    result = total([{"n": 2**60}, {"n": 1}, {"n": 10**30}])
    assert result == {"n": 2**60 + 1 + 10**30}
    assert isinstance(result["n"], int)


def test_floats_are_rounded_once_whatever_the_order() -> None:
    numbers = [1e16, 1.0, -1e16, 0.1]
    assert total({"x": x} for x in numbers) == {"x": 1.1}
    assert total({"x": x} for x in reversed(numbers)) == {"x": 1.1}


def test_keys_that_only_some_items_have_are_kept_in_sorted_order() -> None:
    assert list(total([{"b": 1}, {"a": 2, "b": 1}])) == ["a", "b"]
    assert add({"a": 1}, {"b": 2}) == {"a": 1, "b": 2}


def test_values_beyond_a_float_do_not_raise() -> None:
    assert total([{"x": 1e308}, {"x": 1e308}]) == {"x": math.inf}
    assert math.isnan(total([{"x": math.inf}, {"x": -math.inf}])["x"])
    assert total([{"x": 10**400}, {"x": 0.5}]) == {"x": math.inf}
    assert divide(-(10**400), 3) == -math.inf
    assert as_float(-(10**400)) == -math.inf
