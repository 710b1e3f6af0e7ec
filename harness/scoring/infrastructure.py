"""Items that have no answer because the infrastructure failed."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.scoring import READINGS, ItemScore, Scored


def unscored(metrics: Sequence[str], official: frozenset[str]) -> ItemScore:
    """Return the score of an item that has no answer because the infrastructure failed: null everywhere."""
    return ItemScore(
        {
            name: {
                reading: Scored(None)
                for reading in READINGS
                if reading == "strict" or name in official
            }
            for name in metrics
        }
    )
