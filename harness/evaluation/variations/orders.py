"""``--permute options[:K]``: which orders the options of an item are asked in.

The orders of an item come in rounds: one drawn order and its rotations, so that after as many orders as there are
options every option stood at every position once. The next round begins with an order that no rotation of an earlier one gives,
as long as there is one. What is drawn depends on seed and item alone, so every model gets the same orders, also in a run that goes on.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass

from harness.errors import UsageError
from harness.run.constraints import MOST_REPEATS
from harness.run.files import PermuteEntry

_FORM = re.compile(r"options(?::([1-9]\d{0,8}))?")


@dataclass(frozen=True, slots=True)
class Permute:
    """The orders that are asked of every item.

    Attributes:
        count: how many.
        seed: for what is drawn.
    """

    count: int
    seed: int

    @property
    def part(self) -> str:
        """The part of a signature that names them.

        >>> Permute(4, 1234).part
        'options:4@1234'
        """
        return f"options:{self.count}@{self.seed}"

    @property
    def entry(self) -> PermuteEntry:
        """Their entry in the manifest."""
        return {"orders": self.count, "seed": self.seed}


def parse_permute(text: str | None, seed: int) -> Permute | None:
    """Parse ``--permute``; ``None`` is the options as they are.

    >>> parse_permute("options", 7), parse_permute("options:4", 7)
    (Permute(count=1, seed=7), Permute(count=4, seed=7))

    Raises:
        UsageError: something else.
    """
    if text is None:
        return None
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is not options or options:K, with K orders of every item",
            where="--permute",
            hint="--permute options:4",
        )
    count = int(found[1] or 1)
    if count > MOST_REPEATS:
        raise UsageError(
            f"an item is asked at most {MOST_REPEATS:,} times, not {count:,}", where="--permute"
        )
    return Permute(count, seed)


def order_of(options: int, number: int, item: str, seed: int) -> tuple[int, ...]:
    """Return an order of the options of an item: for each position, which option moves there.

    Args:
        options: how many there are, at least 2.
        number: 0-based number of the order.
        item: key of the item.
        seed: of the run.

    >>> orders = [order_of(3, number, "item", 1) for number in range(6)]
    >>> sorted(order[0] for order in orders[:3]), len(set(orders))
    ([0, 1, 2], 6)
    """
    rounds, turn = divmod(number, options)
    first = _round(options, rounds, item, seed)
    return first[turn:] + first[:turn]


def _round(options: int, number: int, item: str, seed: int) -> tuple[int, ...]:
    """Return the first order of a round."""
    classes = math.factorial(options - 1) if options < 12 else math.inf
    used: set[tuple[int, ...]] = set()
    draw = done = 0
    while True:
        found = _drawn(options, draw, item, seed)
        draw += 1
        start = found.index(0)
        rotation = found[start:] + found[:start]
        if rotation in used:
            continue
        if done == number:
            return found
        used.add(rotation)
        done += 1
        if len(used) >= classes:
            used.clear()


def _drawn(options: int, draw: int, item: str, seed: int) -> tuple[int, ...]:
    def key(option: int) -> bytes:
        return hashlib.sha256(f"{seed}:{item}:{draw}:{option}".encode()).digest()

    return tuple(sorted(range(options), key=key))
