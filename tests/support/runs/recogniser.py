"""The one run of a real recogniser over all quick-start clips; it takes half a minute, so tests share it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.support.command import CommandResult, finish, start

COMMAND = ("evaluate", "cascade:pocketsphinx", "-t", "quickstart", "-o", "runs/pocketsphinx")
PATIENCE = 900  # seconds; on a busy machine it takes many times its usual half minute
GROUP = "pocketsphinx run"
"""The ``xdist_group`` of every test that reads the run, so that only one worker makes it."""


def own_variables() -> dict[str, str]:
    """The environment without what the user set for terminals, the hub and services."""
    return {
        name: value
        for name, value in os.environ.items()
        if not re.fullmatch(r"CI|COLUMNS|HARNESS_DATA|HF_.*|.*_API_KEY", name)
    } | {"HF_HUB_OFFLINE": "1"}


class RecogniserRun:
    """``harness evaluate cascade:pocketsphinx -t quickstart`` as a process of its own, started at once.

    Attributes:
        folder: where the command runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = start(
            *COMMAND, cwd=folder, only=own_variables() | {"XDG_CACHE_HOME": str(folder / "cache")}
        )
        self._result: CommandResult | None = None

    @property
    def path(self) -> Path:
        """The run directory; complete after ``result``."""
        return self.folder / COMMAND[-1]

    def result(self) -> CommandResult:
        """Wait for the end, and return exit code and output."""
        if self._result is None:
            self._result = finish(self._process, PATIENCE)
        return self._result

    def close(self) -> None:
        """End the process if no test waited for it."""
        if self._result is None:
            self._process.kill()
            self._process.communicate()
