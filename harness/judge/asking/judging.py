"""What a judge stage is to a model that is at work at the same time, whether one judge or several are in it."""

from __future__ import annotations

from typing import Protocol


class Judging(Protocol):
    """Part of a judge stage that working alongside a model needs."""

    async def run(self) -> None:
        """Work until ``close`` was called and everything is judged or given up."""
        ...

    def close(self) -> None:
        """Announce that no more items will be submitted."""
        ...
