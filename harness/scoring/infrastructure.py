"""Items that have no answer because the infrastructure failed."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.scoring import READINGS, ItemScore, Scored
from harness.run.files import ResponseRecord
from harness.run.records import STORED_ERRORS


def is_infrastructure(record: ResponseRecord) -> bool:
    """Return whether a request failed for another reason than the model's."""
    error = record["error"]
    return error is not None and error["kind"] not in STORED_ERRORS


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
