"""What a metric is: the value of a sum of sufficient statistics, in scalar and in vector form.

A ``Measure`` implements ``harness.types.Metric``. ``value`` takes one sum, ``values`` takes many sums
at once (the rows of a matrix), which is what bootstrap and randomisation need; the two agree up to
the last bits of a float. ``aggregate`` is the number that is reported. Measures are immutable and
carry no data; the registry holds one per metric id, and its attributes are the only place where the facts of a
metric stand: tables, gate, normalised scores and the property tests read them there.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from harness.types import Family, Metric, Stats
from metrics.measures.anchor import Anchor
from metrics.measures.sums import as_float, divide, plain_sum, total

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Bounds = tuple[float | None, float | None]
Unit = Literal["percent", "own"]
"""``percent``: a fraction that people read as a percentage; ``own``: a number that is shown as it is."""
Role = Literal["headline", "control", "abstention"]
"""``headline``: may head a task and enter a mean. ``control``: a judge-free metric in place of a judged one
(``stands_for``); it heads a task only in a run without judge. ``abstention``: a share of replies without an
answer; it is shown, never averaged, and watched by the gate's guards, never tested."""
Matrix: TypeAlias = "npt.NDArray[np.float64]"

FOUR_RATES = ("prompt_strict", "inst_strict", "prompt_loose", "inst_loose")
"""Numerators of VoiceBench's instruction-following score; see ``FourRates``."""


@dataclass(frozen=True)
class Measure(Metric, ABC):
    """A metric and its facts.

    Attributes:
        name: metric id, as in task YAML and ``results.json``.
        family: kind; chooses interval and test.
        bounds: smallest and largest possible value; ``None`` where unbounded.
        higher_is_better: direction.
        unit: how a value is shown.
        role: what a task, a table and the gate may do with it.
        stands_for: the metric in whose place a control stands, whose anchors it shares.
        anchor: the values that stand for 0 and 1 in normalised scores where a task declares none; ``None``: the
            bounds, from worst to best, and no scale without two bounds.
        official_bounds: bounds under the official reading where official scorers leave the scale (they count whatever
            number a judge wrote); ``None``: the same.
    """

    name: str
    family: Family
    bounds: Bounds
    higher_is_better: bool = field(default=True, kw_only=True)
    unit: Unit = field(default="percent", kw_only=True)
    role: Role = field(default="headline", kw_only=True)
    stands_for: str | None = field(default=None, kw_only=True)
    anchor: Anchor | None = field(default=None, kw_only=True)
    official_bounds: Bounds | None = field(default=None, kw_only=True)

    @property
    def is_percent(self) -> bool:
        """True if a value is a fraction that people read as a percentage."""
        return self.unit == "percent"

    @property
    def is_bounded(self) -> bool:
        """True if values lie between two bounds."""
        return None not in self.bounds

    @property
    def span(self) -> tuple[float, float]:
        """Return both bounds.

        Raises:
            ValueError: one is open.
        """
        low, high = self.bounds
        if low is None or high is None:
            raise ValueError(f"{self.name} has an open bound")
        return float(low), float(high)

    @property
    def scale(self) -> Anchor | None:
        """Return the anchor of a task that declares none, ``None`` if the metric has no scale of its own."""
        if self.anchor is not None:
            return self.anchor
        low, high = self.bounds
        if low is None or high is None:
            return None
        return Anchor(low, high) if self.higher_is_better else Anchor(high, low)

    def scale_with(self, declared: Mapping[str, float]) -> Anchor | None:
        """Return the anchor of a task that declares some of it.

        Args:
            declared: ``{"chance"}``, ``{"mae_ref"}``, ``{"floor", "ceil"}`` or ``{}``; what it leaves open is the
                metric's own.

        Returns:
            The anchor, ``None`` if an end is declared nowhere: the metric then has no normalised score.

        >>> share = Quotient("share", "proportion", (0.0, 1.0), "correct", "n")
        >>> share.scale_with({"chance": 0.25})
        Anchor(floor=0.25, ceil=1.0, chance=True)
        """
        floor, ceil = (self.scale.floor, self.scale.ceil) if self.scale else (None, None)
        if "mae_ref" in declared:
            return Anchor(float(declared["mae_ref"]), 0.0)
        floor = declared.get("chance", declared.get("floor", floor))
        ceil = declared.get("ceil", ceil)
        if floor is None or ceil is None:
            return None
        return Anchor(float(floor), float(ceil), chance="chance" in declared)

    def fault(self) -> str | None:
        """Return what is wrong with the facts, ``None`` if nothing is.

        >>> Quotient("hits", "proportion", (1.0, 0.0), "correct", "n").fault()
        'bounds are (1.0, 0.0), expected the smaller first'
        """
        for what, found, known in (
            ("family", self.family, get_args(Family)),
            ("unit", self.unit, get_args(Unit)),
            ("role", self.role, get_args(Role)),
        ):
            if found not in known:
                return f"{what} is {found!r}, expected one of {', '.join(known)}"
        for low, high in (self.bounds, self.official_bounds or self.bounds):
            if low is not None and high is not None and not low < high:
                return f"bounds are {(low, high)!r}, expected the smaller first"
        if (self.role == "control") != (self.stands_for is not None):
            return "role='control' and stands_for=METRIC belong together"
        if self.anchor is not None and not self.anchor.fits(self.higher_is_better):
            return f"anchor runs from {self.anchor.floor:g} to {self.anchor.ceil:g}, against its direction"
        return None

    @abstractmethod
    def value(self, total: Stats) -> float:
        """Return the value of a sum of statistics; ``nan`` if the denominator is empty."""

    @abstractmethod
    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Return the values of many sums, row by row.

        Args:
            totals: one sum per row, one statistic per column.
            keys: names of the columns.

        Returns:
            One value per row; ``nan`` where the denominator is empty.
        """

    def ratio_keys(self, keys: Sequence[str]) -> tuple[str, str] | None:
        """Return the numerator and denominator if the value of a sum with these keys is their quotient."""
        del keys
        return None

    def examples(self) -> tuple[Stats, Stats]:
        """Return the statistics of a worst and of a best item, from which the property tests make theirs.

        Every metric of the harness has them.
        """
        raise NotImplementedError(f"{type(self).__name__} has no examples")

    def reduce(self, item: Stats) -> Stats:
        """Return additive statistics that ``values`` takes too; fewer ones where that is possible."""
        return item

    def aggregate(self, items: Sequence[Stats]) -> float:
        """Return the value over items, whatever their order; ``nan`` without items."""
        return self.value(total(items))

    def caveat(self, items: Sequence[Stats]) -> str | None:
        """Return what makes the value or its interval doubtful for these items, ``None`` if nothing does."""
        del items
        return None


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
        """Return the quotient of the two sums."""
        return divide(total.get(self.numerator, 0), total.get(self.denominator, 0))

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Return the values of many sums, row by row."""
        return _quotients(
            column(totals, keys, self.numerator), column(totals, keys, self.denominator)
        )

    def examples(self) -> tuple[Stats, Stats]:
        """Return one item at each bound; an unbounded value is 2.25 at its worst."""
        low, high = (2.25 if bound is None else bound for bound in self.bounds)
        ends = (low, high) if self.higher_is_better else (high, low)
        worst, best = ({self.numerator: 4 * end, self.denominator: 4} for end in ends)
        return worst, best

    def ratio_keys(self, keys: Sequence[str]) -> tuple[str, str] | None:
        """Return the numerator and denominator if the value of a sum with these keys is their quotient."""
        del keys
        return self.numerator, self.denominator


@dataclass(frozen=True)
class AbsoluteError(Quotient):
    """Mean absolute error over the items' errors, to the last bit that of scikit-learn.

    >>> mae = AbsoluteError("mae", "error", (0.0, None), "abs_error", "n")
    >>> mae.aggregate([{"abs_error": 2, "n": 1}, {"abs_error": 5, "n": 1}])
    3.5
    """

    def aggregate(self, items: Sequence[Stats]) -> float:
        """Return the value over items, whatever their order; ``nan`` without items."""
        plain = super().aggregate(items)
        if not math.isfinite(plain):  # no items, or beyond a float: there is no mean
            return plain
        errors, weights = array("d"), array("d")
        for item in items:
            if n := item.get(self.denominator, 0):
                errors.append(divide(item.get(self.numerator, 0), n))
                weights.append(as_float(n))
        import numpy as np

        order = np.lexsort(
            (weights, errors)
        )  # the last bits of a mean depend on the order of its terms
        column = np.abs(np.asarray(errors)[order]).reshape(-1, 1)
        shares = np.asarray(weights)[order]
        given = None if (shares == 1).all() else shares
        return float(np.average(column, axis=0, weights=given).mean())


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
        """Return the quotient or the mean of the four rates.

        Raises:
            ValueError: the sum holds statistics of both kinds.
        """
        if self.ratio_keys(tuple(total)) is not None:
            return divide(total.get("correct", 0), total.get("n", 0))
        rates = [divide(total.get(rate, 0), total.get(_count(rate), 0)) for rate in FOUR_RATES]
        return divide(plain_sum(rates), len(rates))

    def values(self, totals: Matrix, keys: Sequence[str]) -> Matrix:
        """Return the values of many sums, row by row."""
        pair = self.ratio_keys(keys)
        if pair is not None:
            return _quotients(column(totals, keys, pair[0]), column(totals, keys, pair[1]))
        rates = [
            _quotients(column(totals, keys, rate), column(totals, keys, _count(rate)))
            for rate in FOUR_RATES
        ]
        import numpy as np

        result: Matrix = np.mean(rates, axis=0)
        return result

    def examples(self) -> tuple[Stats, Stats]:
        """Return an item that breaks two instructions, and one that keeps them."""
        counts = {"n_prompts": 1, "n_instructions": 2}
        worst = {**dict.fromkeys(FOUR_RATES, 0), **counts}
        return worst, {**{rate: counts[_count(rate)] for rate in FOUR_RATES}, **counts}

    def ratio_keys(self, keys: Sequence[str]) -> tuple[str, str] | None:
        """Return the numerator and denominator if the value of a sum with these keys is their quotient."""
        four = "n_prompts" in keys or "n_instructions" in keys
        if four and "n" in keys:
            raise ValueError(f"{self.name}: a rate by rule and four rates do not add up")
        return None if four else ("correct", "n")


def _count(rate: str) -> str:
    return "n_prompts" if rate.startswith("prompt") else "n_instructions"


def column(totals: Matrix, keys: Sequence[str], key: str) -> Matrix:
    """Return one statistic of every row; zeros if no row has it."""
    import numpy as np

    return totals[:, keys.index(key)] if key in keys else np.zeros(len(totals))


def _quotients(numerator: Matrix, denominator: Matrix) -> Matrix:
    import numpy as np

    result = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result
