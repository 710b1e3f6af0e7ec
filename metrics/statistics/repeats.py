"""What repeated sampling of the same items says: pass@k, spread within items, and every repeat's own value.

pass@k is the chance that at least one of k drawn replies is right, by the unbiased estimator of Chen et al. 2021
("Evaluating Large Language Models Trained on Code", equation 1): over the n replies of an item, c of them right, it is
1 - C(n - c, k) / C(n, k). It is defined where an item's score is 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from harness.types import Stats
from metrics.measures.measure import Measure
from metrics.measures.sums import divide
from metrics.statistics.intervals import Estimate, estimate


def pass_at_k(correct: int, n: int, k: int) -> float:
    """Return the chance that one of k replies is right, from n replies of which ``correct`` are.

    Raises:
        ValueError: k is not between 1 and n, or ``correct`` not between 0 and n.

    >>> pass_at_k(1, 4, 1), pass_at_k(1, 4, 2), pass_at_k(0, 4, 4), pass_at_k(1, 4, 4)
    (0.25, 0.5, 0.0, 1.0)
    """
    if not 1 <= k <= n or not 0 <= correct <= n:
        raise ValueError(f"pass@{k} of {n} replies, {correct} of them right")
    return 1.0 - math.comb(n - correct, k) / math.comb(n, k)


def steps(repeats: int) -> list[int]:
    """Return the values of k that are shown: powers of two, and the number of repeats.

    >>> steps(1), steps(6), steps(8)
    ([1], [1, 2, 4, 6], [1, 2, 4, 8])
    """
    powers = [1 << exponent for exponent in range(repeats.bit_length()) if 1 << exponent <= repeats]
    return powers if powers[-1] == repeats else [*powers, repeats]


@dataclass(frozen=True, slots=True)
class Repeats:
    """Figures of one metric over repeated replies.

    Attributes:
        by_repeat: value of each repeat by itself; ``nan`` where it has no reply in the denominator.
        within_item_variance: unbiased variance of an item's score over its replies, mean over the items that have
            at least two; ``nan`` if none has.
        pass_at: k -> estimate over the items with at least k replies; empty for
            scores that are not 0 or 1, and for metrics of which less is better.
    """

    by_repeat: tuple[float, ...]
    within_item_variance: float
    pass_at: dict[int, Estimate]


def repeat_figures(
    metric: Measure,
    stats: Sequence[Stats],
    items: Sequence[int],
    numbers: Sequence[int],
    repeats: int,
    *,
    clusters: Sequence[Hashable] | None = None,
) -> Repeats:
    """Return the figures of one metric.

    Args:
        metric: from ``metrics.registry.METRICS``.
        stats: statistics of every reply in the reading's denominator.
        items: which item a reply belongs to.
        numbers: 0-based number of its repeat.
        repeats: repeats of the run.
        clusters: cluster of every reply, for the intervals; without them items are independent.

    >>> from metrics.registry import METRICS
    >>> replies = [{"correct": x, "n": 1} for x in (1, 0, 0, 0)]
    >>> found = repeat_figures(METRICS["accuracy"], replies, [0, 0, 1, 1], [0, 1, 0, 1], 2)
    >>> found.by_repeat, found.within_item_variance, found.pass_at[2].value
    ((0.5, 0.0), 0.25, 0.5)
    """
    scores: dict[int, list[float]] = {}
    group: dict[int, Hashable] = {}
    for place, (item, one) in enumerate(zip(items, stats, strict=True)):
        score = metric.value(one)
        if math.isfinite(score):  # an empty reference has no rate of its own
            scores.setdefault(item, []).append(score)
            group[item] = clusters[place] if clusters is not None else item
    by_repeat = tuple(
        metric.aggregate([s for s, found in zip(stats, numbers, strict=True) if found == number])
        for number in range(repeats)
    )
    spreads = [_variance(values) for values in scores.values() if len(values) > 1]
    return Repeats(
        by_repeat,
        divide(math.fsum(spreads), len(spreads)),
        _pass_at(metric, scores, group, repeats),
    )


def _pass_at(
    metric: Measure, scores: dict[int, list[float]], group: dict[int, Hashable], repeats: int
) -> dict[int, Estimate]:
    from metrics.registry import METRICS

    binary = all(score in (0, 1) for found in scores.values() for score in found)
    if metric.family != "proportion" or not metric.higher_is_better or not binary:
        return {}
    found = {}
    for k in steps(repeats):
        rows = {
            item: pass_at_k(round(sum(values)), len(values), k)
            for item, values in scores.items()
            if len(values) >= k
        }
        if rows:
            shares = [{"correct": share, "n": 1} for share in rows.values()]
            found[k] = estimate(METRICS["accuracy"], shares, [group[item] for item in rows])
    return found


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
