"""How several workers share the tests: a group or a module at a time, the dearest first.

What the tests of a module have in common (a recorded run, a parsed tree, a library) is then made once, not once a worker, and no worker ends
with a long module of its own while the others have nothing left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadGroupScheduling

SLOW = 70
"""How many others a test marked ``slow`` weighs as much as: five seconds of processor time, where the mean is 0.07."""


def unit(nodeid: str) -> str:
    """Return what a test shares a worker with: the name of its group, which pytest-xdist writes at the end, else its module."""
    test, _, group = nodeid.rpartition("@")
    return group if test and "]" not in group else nodeid.partition("::")[0]


def dearest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return tests unit by unit, those first whose tests are many or slow; within a unit the order stays."""
    found = list(items)
    weights: Counter[str] = Counter()
    for item in found:
        weights[unit(item.nodeid)] += SLOW if item.get_closest_marker("slow") else 1
    order = {name: place for place, (name, _) in enumerate(weights.most_common())}
    return sorted(found, key=lambda item: order[unit(item.nodeid)])


class Units(LoadGroupScheduling):
    """Deals out units in the order of the tests."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
