"""What a metric is: the value of a sum of sufficient statistics, in scalar and in vector form.

A ``Measure`` implements ``harness.types.Metric``. ``value`` takes one sum, ``values`` takes many sums
at once (the rows of a matrix), which is what bootstrap and randomisation need; the two agree up to
the last bits of a float. ``aggregate`` is the number that is reported. Measures are immutable and
carry no data; the registry holds one per metric id.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from harness.types import Metric, Stats
from metrics.measures.sums import divide, total

Family = Literal["proportion", "mean", "ratio", "error", "f1"]
Bounds = tuple[float | None, float | None]
Matrix = npt.NDArray[np.float64]

FOUR_RATES = ("prompt_strict", "inst_strict", "prompt_loose", "inst_loose")
"""Numerators of VoiceBench's instruction-following score; see ``FourRates``."""


@dataclass(frozen=True)
class Measure(Metric, ABC):
    """A metric; see ``harness.types.Metric`` for the meaning of the attributes."""

    name: str
    family: Family
    bounds: Bounds
    higher_is_better: bool = field(default=True, kw_only=True)

    @abstractmethod
    def value(self, total: Stats) -> float:
        """Value of a sum of statistics; ``nan`` if the denominator is empty."""

    @abstractmethod
    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Values of many sums.

        Args:
            totals: one sum per row, one statistic per column.
            keys: names of the columns.

        Returns:
            One value per row; ``nan`` where the denominator is empty.
        """

    def ratio_keys(self, keys: Sequence[str]) -> tuple[str, str] | None:
        """Numerator and denominator if the value of a sum with these keys is their quotient."""
        del keys
        return None

    def reduce(self, item: Stats) -> Stats:
        """Additive statistics from which ``values`` can be had; fewer ones where that is possible."""
        return item

    def aggregate(self, items: Sequence[Stats]) -> float:
        """Value over items, whatever their order; ``nan`` if there are none."""
        return self.value(total(items))


@dataclass(frozen=True)
class Quotient(Measure):
    """Sum of one statistic over the sum of another: rates, means, corpus error rates.

    >>> wer = Quotient("wer", "ratio", (0.0, None), "edits", "length", higher_is_better=False)
    >>> wer.aggregate([{"edits": 1, "length": 2}, {"edits": 0, "length": 6}])
    0.125
    """

    numerator: str
    denominator: str

    def value(self, total: Stats) -> float:
        """Quotient of the two sums."""
        return divide(total.get(self.numerator, 0), total.get(self.denominator, 0))

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Quotient of two columns."""
        return _quotients(
            column(totals, keys, self.numerator), column(totals, keys, self.denominator)
        )

    def ratio_keys(self, keys: Sequence[str]) -> tuple[str, str] | None:
        """The two statistics."""
        del keys
        return self.numerator, self.denominator


@dataclass(frozen=True)
class AbsoluteError(Quotient):
    """Mean absolute error, computed by scikit-learn over the items' errors.

    >>> mae = AbsoluteError("mae", "error", (0.0, None), "abs_error", "n")
    >>> mae.aggregate([{"abs_error": 2, "n": 1}, {"abs_error": 5, "n": 1}])
    3.5
    """

    def aggregate(self, items: Sequence[Stats]) -> float:
        """Mean over items, weighted with ``n`` where an item is itself a sum."""
        plain = super().aggregate(items)
        if not math.isfinite(plain):  # no items, or beyond a float: scikit-learn would raise
            return plain
        pairs = [
            (divide(item.get(self.numerator, 0), item[self.denominator]), item[self.denominator])
            for item in items
            if item.get(self.denominator, 0)
        ]
        from sklearn.metrics import mean_absolute_error

        pairs.sort()  # the last bits of a mean depend on the order of its terms
        errors = [error for error, _ in pairs]
        weights = None if all(n == 1 for _, n in pairs) else [n for _, n in pairs]
        return float(mean_absolute_error(errors, [0.0] * len(errors), sample_weight=weights))


@dataclass(frozen=True)
class FourRates(Measure):
    """Instruction following: a rate by rule, or VoiceBench's mean of four rates.

    A sum of items with ``correct`` and ``n`` is their quotient. A sum of items with
    ``prompt_strict``, ``prompt_loose``, ``n_prompts``, ``inst_strict``, ``inst_loose`` and
    ``n_instructions`` is the mean of the four rates. One sum cannot be both.

    >>> rate = FourRates("if_rate", "proportion", (0.0, 1.0))
    >>> rate.value({"correct": 3, "n": 4})
    0.75
    >>> rate.value({"prompt_strict": 1, "prompt_loose": 2, "n_prompts": 2,
    ...             "inst_strict": 2, "inst_loose": 4, "n_instructions": 4})
    0.75
    """

    def value(self, total: Stats) -> float:
        """The quotient or the mean of the four rates.

        Raises:
            ValueError: the sum holds statistics of both kinds.
        """
        if self.ratio_keys(tuple(total)) is not None:
            return divide(total.get("correct", 0), total.get("n", 0))
        rates = [divide(total.get(rate, 0), total.get(_count(rate), 0)) for rate in FOUR_RATES]
        return divide(sum(rates), len(rates))  # a plain sum in this order, as VoiceBench has it

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Row by row as ``value``."""
        pair = self.ratio_keys(keys)
        if pair is not None:
            return _quotients(column(totals, keys, pair[0]), column(totals, keys, pair[1]))
        rates = [
            _quotients(column(totals, keys, rate), column(totals, keys, _count(rate)))
            for rate in FOUR_RATES
        ]
        result: Matrix = np.mean(rates, axis=0)
        return result

    def ratio_keys(self, keys: Sequence[str]) -> tuple[str, str] | None:
        """``correct`` and ``n`` unless the sum holds four rates."""
        four = "n_prompts" in keys or "n_instructions" in keys
        if four and "n" in keys:
            raise ValueError(f"{self.name}: a rate by rule and four rates do not add up")
        return None if four else ("correct", "n")


def _count(rate: str) -> str:
    return "n_prompts" if rate.startswith("prompt") else "n_instructions"


def column(totals: Matrix, keys: Sequence[str], key: str) -> Matrix:
    """One statistic of every row; zeros if no row has it."""
    return totals[:, keys.index(key)] if key in keys else np.zeros(len(totals))


def _quotients(numerator: Matrix, denominator: Matrix) -> Matrix:
    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result
