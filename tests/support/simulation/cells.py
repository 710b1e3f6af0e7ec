"""How often the intervals of native cells hold the truth where every item is asked several times."""

from __future__ import annotations

from typing import Any

import numpy as np

from leaderboards.boards import mmsu, sakura
from leaderboards.cells import percent, share_value
from tests.support.simulation.coverage import SEED, Share, share
from tests.support.simulation.samples import Rng, beta_rates

MEAN, ICC = 0.6, 0.6
"""Mean and intraclass correlation of the rates of items: beta."""
FOLLOWS = 0.8
"""A clip's multi-hop rate, as a share of its single-hop rate."""


def _line(item: int, repeat: int, right: bool, metric: str) -> dict[str, Any]:
    return {
        "id": f"i{item}",
        "cluster": f"clip {item}",
        "repeat": repeat,
        "groups": {"category": "Perception", "sub-category": "x", "sub-sub-category": "Semantics"},
        "scores": {metric: {"official": float(right), "strict": float(right)}},
    }


def _replies(rng: Rng, rates: Any, repeats: int, metric: str) -> list[dict[str, Any]]:
    rights = rng.random((len(rates), repeats)) < np.asarray(rates)[:, None]
    return [
        _line(item, repeat, bool(right), metric)
        for item, row in enumerate(rights)
        for repeat, right in enumerate(row)
    ]


def _covers(cell: dict[str, Any], truth: float, rounding: float) -> bool:
    ends = cell["ci95"]
    return ends is not None and ends[0] - rounding <= 100 * truth <= ends[1] + rounding


def mmsu_cell(items: int, repeats: int, count: int) -> Share:
    """Return the coverage of a cell of MMSU."""
    rng = np.random.default_rng([SEED, 11, items, repeats])
    hits = []
    for _ in range(count):
        lines = _replies(rng, beta_rates(rng, MEAN, ICC, items), repeats, "accuracy")
        found = mmsu.native({}, {"mmsu": lines})["scores"]["per_semantics"]
        hits.append(_covers(found, MEAN, 0.005))
    return share(hits)


def sakura_conditional(items: int, repeats: int, count: int) -> Share:
    """Return the coverage of SAKURA's share of multi-hop answers that are right where the single-hop answer is."""
    rng = np.random.default_rng([SEED, 12, items, repeats])
    square = MEAN * (1 - MEAN) * ICC + MEAN**2
    truth = FOLLOWS * square / MEAN
    hits = []
    for _ in range(count):
        rates = beta_rates(rng, MEAN, ICC, items)
        metric = "judged_accuracy"
        samples = {
            "sakura_animal_single": _replies(rng, rates, repeats, metric),
            "sakura_animal_multi": _replies(rng, FOLLOWS * rates, repeats, metric),
        }
        right = sakura.conditional(samples, "animal", metric, "official")
        found = percent(share_value(right.values(), units=[clip for clip, _ in right]), 1)
        hits.append(_covers(found, truth, 0.05))
    return share(hits)
