"""What the runner tells a progress display."""

from __future__ import annotations

from typing import Protocol

from harness.core.scoring import Outcome


class ProgressSink(Protocol):
    """Interface of a progress display to the runner."""

    def done(self, task: str, outcome: Outcome) -> None:
        """Count an item that ended."""

    def skipped(self, task: str) -> None:
        """Count an item that was finished before."""
