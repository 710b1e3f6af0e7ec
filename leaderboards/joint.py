"""The standard error of a mean over tasks whose items share clips, speakers or requests.

Parts of a native mean have standard errors of their own (``results.json``). Where an item's cluster also occurs in
another part, the parts are not independent: every cluster then counts once, with the sum of what its items move in all
parts (linearised). Reads sample lines once; knows nothing of scales or columns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from harness.types import Reading
from leaderboards.results import SampleIndex

Influences = dict[str, dict[str, float]]
"""Task -> cluster -> how far the cluster moves the task's value."""


def influences(samples: SampleIndex, metrics: Mapping[str, str], reading: Reading) -> Influences:
    """Return what every cluster moves in every task, for quotients; a task with another metric is left out.

    Args:
        samples: lines with ``id``, ``cluster`` and ``stats``.
        metrics: task -> metric.
        reading: which statistics.
    """
    from metrics.registry import find

    found: Influences = {}
    for task, metric in metrics.items():
        sums: dict[str, list[float]] = {}
        for line in samples.get(task, ()):
            stats = line.get("stats", {}).get(metric, {}).get(reading)
            if stats is None:
                continue
            pair = find(metric).ratio_keys(tuple(stats))
            if pair is None:
                sums = {}
                break
            mine = sums.setdefault(_block(task, line), [0.0, 0.0])
            for place, key in enumerate(pair):
                mine[place] += float(stats.get(key, 0))
        weight = math.fsum(denominator for _, denominator in sums.values())
        if len(sums) < 2 or not weight:
            continue
        ratio = math.fsum(numerator for numerator, _ in sums.values()) / weight
        scale = math.sqrt(len(sums) / (len(sums) - 1)) / weight
        found[task] = {
            name: scale * (numerator - ratio * denominator)
            for name, (numerator, denominator) in sums.items()
        }
    return found


def _block(task: str, line: Mapping[str, Any]) -> str:
    cluster = line.get("cluster")
    return f"{task}\n{line.get('id')}" if cluster is None else f"cluster {cluster}"


def covariance(found: Influences, weights: Mapping[str, float]) -> float:
    """Return what shared clusters add to the variance of a weighted sum of independent parts.

    >>> two = {"a": {"x": 0.1, "y": -0.1}, "b": {"x": 0.2, "y": -0.2}}
    >>> round(covariance(two, {"a": 1.0, "b": 1.0}), 3)
    0.08
    >>> covariance(two, {"a": 1.0})
    0.0
    """
    together: dict[str, float] = {}
    alone: dict[str, float] = {}
    for task, weight in weights.items():
        for name, change in found.get(task, {}).items():
            moved = weight * change
            together[name] = together.get(name, 0.0) + moved
            alone[name] = alone.get(name, 0.0) + moved * moved
    return math.fsum(together[name] ** 2 - alone[name] for name in together)
