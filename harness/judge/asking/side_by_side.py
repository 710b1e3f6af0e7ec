"""A model and its judges at work at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from harness.errors import first_error


class Judging(Protocol):
    """Part of a judge stage that is needed here."""

    async def run(self) -> None:
        """Work until ``close`` was called and everything is judged or given up."""
        ...

    def close(self) -> None:
        """Announce that no more items will be submitted."""
        ...


async def side_by_side(stage: Judging, generation: Coroutine[Any, Any, None]) -> None:
    """Run the model and the judge side by side; the first error of either ends both.

    Raises:
        HarnessError: what the model or the run directory raised.
    """
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.run())
            await generation
            stage.close()
    except BaseExceptionGroup as errors:
        raise first_error(errors) from None
