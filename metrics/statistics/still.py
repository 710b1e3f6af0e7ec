"""What a part without spread adds to the uncertainty of a mean: a standard error of zero would claim certainty."""

from __future__ import annotations

import math
from collections.abc import Iterable


def still_variance(parts: Iterable[tuple[float, float]]) -> float:
    """Return the variance that parts at an end of their scale add to a mean, all of them as one part.

    All their units agree. By Laplace's rule of succession the next one differs with probability 1/(n + 2), n their
    number, and a rate of that size has this standard error. One part at a time would count every one as
    if nothing were known of the others, and widen a mean over many near the ceiling by half.

    Args:
        parts: (weight in the mean times the length of its scale, number of independent units) of each.

    >>> round(still_variance([(0.5, 20), (0.5, 20)]) ** 0.5, 4)
    0.0241
    >>> still_variance([])
    0.0
    """
    found = list(parts)
    weight = math.fsum(weight for weight, _ in found)
    if not weight:
        return 0.0
    units = math.fsum(units for _, units in found)
    # in one part of several, what matters is how few units carry its weight
    carried = weight**2 / math.fsum(weight**2 / units for weight, units in found)
    carried = min(units, carried)
    rate = 1 / (carried + 2)
    return weight**2 * rate * (1 - rate) / carried
