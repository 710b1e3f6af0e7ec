"""Exact addition of sufficient statistics.

Statistics are added key by key. Integers stay integers of any size; a key that holds a float
anywhere is added with ``math.fsum``, which rounds once, so ``total`` does not depend on the order of
the items. No input raises: sums that leave the range of a float become infinite, and infinite or
undefined addends give what IEEE 754 gives. A key that is absent counts as 0.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from functools import reduce

from harness.types import Stats


def add(first: Stats, second: Stats) -> dict[str, float]:
    """Return the sum of two statistics.

    >>> add({"correct": 1, "n": 1}, {"correct": 0.25, "n": 1})
    {'correct': 1.25, 'n': 2}
    """
    return total((first, second))


def total(items: Iterable[Stats]) -> dict[str, float]:
    """Return the sum of any number of statistics; keys in sorted order.

    >>> total([{"edits": 2, "length": 7}, {"edits": 1, "length": 4}])
    {'edits': 3, 'length': 11}
    >>> total([])
    {}
    """
    whole: dict[str, int] = {}
    broken: dict[str, list[float]] = {}
    for item in items:
        for key, number in item.items():
            if isinstance(number, int):
                whole[key] = whole.get(key, 0) + number
            else:
                broken.setdefault(key, []).append(number)
    return {
        key: exact_sum([*broken[key], *_floats(whole.get(key, 0))]) if key in broken else whole[key]
        for key in sorted({*whole, *broken})
    }


def _floats(number: int) -> list[float]:
    """Return floats whose exact sum is a number; one that is infinite if it is beyond their range."""
    found: list[float] = []
    while number:
        found.append(as_float(number))
        if math.isinf(found[-1]):
            break
        number -= int(found[-1])
    return found


def plain_sum(numbers: Iterable[float]) -> float:
    """Add from left to right, as official scorers were run: from Python 3.12 on ``sum`` corrects, and last digits differ.

    >>> plain_sum([0.1] * 10)
    0.9999999999999999
    """
    return reduce(operator.add, numbers, 0)


def exact_sum(numbers: Sequence[float]) -> float:
    """Return the sum of numbers, independent of their order; an integer if all of them are integers.

    >>> exact_sum([0.1] * 10)
    1.0
    >>> exact_sum([1, 2])
    3
    """
    if all(isinstance(number, int) for number in numbers):
        return sum(numbers)
    floats = [as_float(number) for number in numbers]
    try:
        return math.fsum(floats)
    except (OverflowError, ValueError):  # beyond the largest float, or both infinities
        return plain_sum(sorted(floats))


def divide(numerator: float, denominator: float) -> float:
    """Divide as floats: ``nan`` for an empty denominator, infinite beyond a float's range.

    >>> divide(1, 4), divide(0, 0), divide(10**400, 2)
    (0.25, nan, inf)
    """
    if not denominator:
        return math.nan
    try:
        return float(numerator / denominator)
    except OverflowError:
        return as_float(numerator) / as_float(denominator)


def as_float(number: float) -> float:
    """Return a number as a float; integers beyond its range become infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
