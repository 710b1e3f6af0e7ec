"""The one run of a real recogniser over all quick-start clips; it takes half a minute, so tests share it.

``heard_before`` stands in for the recogniser where what is made of a run is the hazard, and not what it hears.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.support.command import CommandResult, finish, start
from tests.support.pages import ROOT

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


def heard_before(patch: pytest.MonkeyPatch, recording: Path) -> None:
    """Let pocketsphinx say of each clip what a recording of its run says; another clip is an error.

    The recording has the lines of ``samples.jsonl``.
    """
    from harness.audio import AudioRef
    from model_adapters.cascade.recognisers.base import SAMPLING_RATE
    from model_adapters.cascade.recognisers.pocketsphinx import PocketSphinx

    said: dict[bytes, str] = {}
    for line in recording.read_text(encoding="utf-8").split("\n"):
        if line.startswith('{"') and '"transcript": ' in line:
            sample = json.loads(line.replace("<seconds>", "0"))
            (clip,) = sample["audio"]
            samples = AudioRef(ROOT / "tasks" / clip["path"]).decode(SAMPLING_RATE)
            said[samples.tobytes()] = sample["extra"]["transcript"]
    patch.setattr(PocketSphinx, "transcribe", lambda _, samples: said[samples.tobytes()])


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
