"""Agreement of two raters: Cohen's kappa with a bootstrap interval, confusion table, bias by length.

Kappa itself is scikit-learn's. The interval is a bootstrap over items (bias-corrected percentiles, widened for few
items): items with the same pair of labels are exchangeable, so a resample is a multinomial draw of the confusion
table. Where raters agree about every item, the share of disagreements may still be 3/n. There is no
interval of fewer than ten items, nor where one rater gave one label only. Bias by length
asks whether one rater is kinder to longer replies than the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from metrics.statistics import Z95
from metrics.statistics.intervals import FEW
from metrics.statistics.resampling import RESAMPLES, percentile_interval

Weights = Literal["quadratic"] | None

_POSITIVE: Final = frozenset({"correct", "yes", "true", "right", "1", "1.0"})
_NEGATIVE: Final = frozenset({"incorrect", "no", "false", "wrong", "0", "0.0"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two raters.

    Attributes:
        n: items.
        observed: share of equal labels.
        kappa: Cohen's kappa; ``None`` where it is not defined (both raters use one same label).
        ci95: interval of kappa, ``None`` where the items do not say.
        labels: labels in order.
        confusion: counts, rows the first rater, columns the second.
        weights: ``quadratic`` or ``None``.
    """

    n: int
    observed: float
    kappa: float | None
    ci95: tuple[float, float] | None
    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    weights: Weights

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        return {
            "n": self.n,
            "observed": self.observed,
            "kappa": self.kappa,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "weights": self.weights,
            "labels": list(self.labels),
            "confusion": [list(row) for row in self.confusion],
        }


def numeric(label: str) -> float | None:
    """Return a label as a number, ``None`` if it is not one.

    >>> numeric("4"), numeric("correct")
    (4.0, None)
    """
    try:
        value = float(label)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def label_order(labels: Sequence[str]) -> tuple[tuple[str, ...], Weights]:
    """Return the labels in their order, and the weights that suit them: quadratic for a scale of numbers.

    >>> label_order(["5", "1", "3"]), label_order(["yes", "no"])
    ((('1', '3', '5'), 'quadratic'), (('no', 'yes'), None))
    """
    distinct = sorted(set(labels))
    values = [numeric(label) for label in distinct]
    if len(distinct) > 2 and all(value is not None for value in values):
        return tuple(sorted(distinct, key=float)), "quadratic"
    return tuple(distinct), None


def agreement(
    first: Sequence[str],
    second: Sequence[str],
    *,
    scale: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Compare two raters item by item.

    Args:
        first: labels of the first rater.
        second: labels of the second rater.
        scale: all labels of an ordered scale, such as 1 to 5: the distance of two labels is that of their
            places. Default: the labels at hand; weights are quadratic if they are numbers and more than two.
        resamples: bootstrap draws.
        seed: of the draws.

    Raises:
        ValueError: no items, lists of different length, or a label outside the scale.

    >>> found = agreement(["yes", "yes", "no", "no"], ["yes", "no", "no", "no"])
    >>> found.observed, found.kappa, found.confusion
    (0.75, 0.5, ((2, 0), (1, 1)))
    """
    if len(first) != len(second) or not first:
        raise ValueError("two lists of labels of equal length, and at least one item, are needed")
    labels, weights = label_order([*first, *second])
    if scale is not None:
        labels, weights = tuple(scale), "quadratic"
    place = {label: number for number, label in enumerate(labels)}
    unknown = sorted({*first, *second} - place.keys())
    if unknown:
        raise ValueError(f"the label {unknown[0]!r} is not on the scale {', '.join(labels)}")
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(table, ([place[label] for label in first], [place[label] for label in second]), 1)
    kappa = _sklearn_kappa(first, second, labels, weights)
    interval = None if kappa is None else _interval(table, kappa, weights, resamples, seed)
    return Agreement(
        n=len(first),
        observed=float(np.trace(table)) / len(first),
        kappa=kappa,
        ci95=interval,
        labels=labels,
        confusion=tuple(tuple(int(count) for count in row) for row in table),
        weights=weights,
    )


def _interval(
    table: npt.NDArray[np.int64], kappa: float, weights: Weights, resamples: int, seed: int
) -> tuple[float, float] | None:
    n = int(table.sum())
    if n < FEW or min(np.count_nonzero(table.sum(axis=axis)) for axis in (0, 1)) < 2:
        return None
    if n == np.trace(table):
        # as many disagreements as the rule of three allows, each as costly as chance makes them
        return max(-1.0, 1 - min(1.0, 3 / n) / _expected_disagreement(table, weights)), 1.0
    draws = np.random.default_rng(seed).multinomial(n, table.ravel() / n, size=resamples)
    sampled = kappas(draws.reshape(resamples, *table.shape), weights)
    found = percentile_interval(sampled, n, value=kappa)
    return None if found is None else (min(found[0], kappa), max(found[1], kappa))


def _expected_disagreement(table: npt.NDArray[np.int64], weights: Weights) -> float:
    """Return the chance of a disagreement between independent raters; of its mean cost where costs differ."""
    shares = table.sum(axis=0) / table.sum()
    cost = _cost(len(shares), weights)
    used = np.outer(shares, shares)
    return float((used * cost).sum() / cost[used > 0].max())


def _sklearn_kappa(
    first: Sequence[str], second: Sequence[str], labels: Sequence[str], weights: Weights
) -> float | None:
    if len({*first, *second}) == 1:
        return None  # chance agreement is 1: 0/0
    from sklearn.metrics import cohen_kappa_score

    value = float(
        cohen_kappa_score(list(first), list(second), labels=list(labels), weights=weights)
    )
    return value if math.isfinite(value) else None


def kappas(tables: npt.NDArray[np.int64], weights: Weights) -> npt.NDArray[np.float64]:
    """Return the kappa of every confusion table of a stack; ``nan`` where it is not defined.

    >>> kappas(np.array([[[2, 0], [1, 1]]]), None)
    array([0.5])
    """
    cost = _cost(tables.shape[-1], weights)
    total = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    expected = np.einsum("ri,rj,ij->r", rows, columns, cost) / total
    observed = np.einsum("rij,ij->r", tables, cost)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: npt.NDArray[np.float64] = 1 - observed / expected
    return result


def _cost(size: int, weights: Weights) -> npt.NDArray[np.float64]:
    """Return what a pair of labels costs."""
    places = np.arange(size)
    distance = np.subtract.outer(places, places).astype(float)
    cost: npt.NDArray[np.float64] = (
        distance**2 if weights == "quadratic" else (distance != 0).astype(float)
    )
    return cost


@dataclass(frozen=True, slots=True)
class LengthBias:
    """Relation of the second rater's surplus over the first to the length of the rated text.

    Attributes:
        thirds: (largest length, items, mean surplus) of the shortest, middle and longest third.
        correlation: Pearson correlation of surplus and log length; ``None`` if one of them is constant.
        ci95: its interval by Fisher's transformation.
    """

    thirds: tuple[tuple[int, int, float], ...]
    correlation: float | None
    ci95: tuple[float, float] | None

    def as_json(self) -> dict[str, Any]:
        """Return the plain form for ``--json``."""
        return {
            "thirds": [
                {"up_to": most, "n": count, "surplus": surplus}
                for most, count, surplus in self.thirds
            ],
            "correlation": self.correlation,
            "ci95": None if self.ci95 is None else list(self.ci95),
        }


def as_value(label: str) -> float | None:
    """Return a label as a number that grows with the grade; ``None`` if it has no such order.

    >>> as_value("correct"), as_value("No"), as_value("4"), as_value("a cat")
    (1.0, 0.0, 4.0, None)
    """
    word = label.strip().lower()
    if word in _POSITIVE:
        return 1.0
    return 0.0 if word in _NEGATIVE else numeric(word)


def length_bias(
    first: Sequence[str], second: Sequence[str], lengths: Sequence[int]
) -> LengthBias | None:
    """Return the surplus of the second rater by length; ``None`` if the labels have no order or items are few.

    >>> bias = length_bias(["1"] * 6, ["1", "1", "1", "1", "2", "3"], [1, 2, 3, 4, 50, 60])
    >>> [(most, count, surplus) for most, count, surplus in bias.thirds]
    [(2, 2, 0.0), (4, 2, 0.0), (60, 2, 1.5)]
    """
    values = [(as_value(one), as_value(other)) for one, other in zip(first, second, strict=True)]
    if len(values) < 6 or any(one is None or other is None for one, other in values):
        return None
    surplus = np.array([(other or 0.0) - (one or 0.0) for one, other in values])
    size = np.asarray(lengths, dtype=float)
    order = np.argsort(size, kind="stable")
    thirds = tuple(
        (int(size[part].max()), len(part), float(surplus[part].mean()))
        for part in np.array_split(order, 3)
    )
    logs = np.log1p(size)
    if np.ptp(logs) == 0 or np.ptp(surplus) == 0:
        return LengthBias(thirds, None, None)
    correlation = float(np.corrcoef(logs, surplus)[0, 1])
    half = Z95 / math.sqrt(len(values) - 3)
    middle = math.atanh(max(-0.999999, min(0.999999, correlation)))
    return LengthBias(thirds, correlation, (math.tanh(middle - half), math.tanh(middle + half)))
