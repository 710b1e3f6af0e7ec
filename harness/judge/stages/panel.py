"""The stage of a panel: every judge works through the items on its own; budget, log and end are common.

A judge that fails, refuses the key or is slow holds up no other one. What a judge has said stays in the log whatever becomes of the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from harness.errors import HarnessError, first_error
from harness.judge.budget import Account
from harness.judge.stage import JudgeStage
from harness.run.attempts import AttemptKey
from harness.run.process.stopping import Stop


class PanelStage:
    """Judges items as they are submitted, by several judges.

    Args:
        stages: stage of every judge by its name; they share one account.
        account: budget and prices.
    """

    def __init__(self, stages: Mapping[str, JudgeStage], account: Account) -> None:
        self._stages = dict(stages)
        self.account = account

    @property
    def stop(self) -> Stop:
        """The wish to begin nothing new."""
        return next(iter(self._stages.values())).stop

    @stop.setter
    def stop(self, stop: Stop) -> None:
        for stage in self._stages.values():
            stage.stop = stop

    @property
    def fatal(self) -> HarnessError | None:
        """The error that ended one of the judges, ``None`` while all work."""
        for name, stage in self._stages.items():
            if (error := stage.fatal) is not None:
                return type(error)(f"{name}: {error.message}", where=error.where, hint=error.hint)
        return None

    def submit(self, key: AttemptKey, offset: int) -> None:
        """Hand over an item whose response line is in the log."""
        for stage in self._stages.values():
            stage.submit(key, offset)

    def close(self) -> None:
        """Announce that no more items will be submitted."""
        for stage in self._stages.values():
            stage.close()

    async def run(self) -> None:
        """Work until ``close`` was called and every judge is done or given up.

        Raises:
            HarnessError: the run directory or the cache cannot be written, or a judge in this process died.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for stage in self._stages.values():
                    group.create_task(stage.run())
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None

    alongside = JudgeStage.alongside

    def waits(self) -> bool:
        """Tell whether all requests of all judges wait for their services."""
        return all(stage.waits() for stage in self._stages.values())

    def rests(self) -> bool:
        """Tell whether nothing is in flight that a judge could still answer."""
        return all(stage.rests() for stage in self._stages.values())

    def status(self) -> str:
        """Describe the state for the progress display: items that every judge is done with, calls and cost, failures."""
        stages = [*self._stages.values()]
        done = min(stage.finished for stage in stages)
        parts = [f"judged {done}/{stages[0].submitted} by {len(stages)} judges"]
        parts.append(f"{self.account.calls} calls")
        if self.account.priced and self.account.dollars:
            parts.append(f"${self.account.dollars:.2f}")
        for name, stage in self._stages.items():
            if stage.failures:
                parts.append(f"{name}: {stage.failures.total()} failures")
            if stage.fatal is not None:
                parts.append(f"{name} stopped")
        if self.account.exhausted:
            parts.append("budget spent")
        return ", ".join(parts)

    def note(self) -> str | None:
        """Return why items may be left unjudged, ``None`` if nothing went wrong."""
        found = {name: stage.note() for name, stage in self._stages.items()}
        said = {name: note for name, note in found.items() if note is not None}
        if len({*said.values()}) == 1 and len(said) == len(found):
            return next(iter(said.values()))
        return "; ".join(f"{name}: {note}" for name, note in said.items()) or None
