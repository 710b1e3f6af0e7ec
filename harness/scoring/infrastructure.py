"""Items that have no score: the infrastructure failed, or the code that scores them."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.scoring import READINGS, ItemScore, Scored
from harness.core.task import TaskSpec
from harness.errors import AudioError, HarnessError, TaskCodeError, UsageError
from harness.task_loading.places import is_built_in


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


def is_about_item(spec: TaskSpec, error: HarnessError) -> bool:
    """Tell whether an error on purpose is about the item that is scored: any of a stranger's code but a missing part."""
    if isinstance(error, TaskCodeError):
        return True
    return isinstance(error, UsageError | AudioError) and not is_built_in(spec)
