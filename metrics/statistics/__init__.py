"""Intervals, tests, resampling, power, agreement."""

from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
"""Level of every interval."""
Z95: Final = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2)
"""Normal quantile of a two-sided interval of that level."""
