"""``--keep-control-audio``: the clips that a control makes, stored under their digests as records name them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from harness.audio import AudioRef
from harness.core.messages import Audio
from harness.errors import StorageError, UsageError
from harness.evaluation.controls.control import Control, Controlled
from harness.run.jsonl import write_atomically

FOLDER: Final = "control_audio"
"""Folder of a run directory that holds them."""


class KeptAudio:
    """The clips of a run under a control, one file for each content: ``control_audio/SHA256.wav``.

    Clips that no control made (those of ``wrong-clip``) are files already, and are not copied.

    Args:
        run: the run directory.
    """

    def __init__(self, run: Path) -> None:
        self._folder = run / FOLDER
        self._lock = threading.Lock()

    def __call__(self, clips: Sequence[Audio]) -> None:
        """Store the clips of a request, those that are not stored yet.

        Raises:
            AudioError: the clip that one is made of cannot be read.
            StorageError: the folder cannot be written.
        """
        for clip in clips:
            if not isinstance(clip, AudioRef) or not isinstance(clip.source, Controlled):
                continue
            content = clip.read_bytes()
            with self._lock:
                self._store(self._folder / f"{clip.sha256}.wav", content)

    def _store(self, file: Path, content: bytes) -> None:
        if file.exists():
            return
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise StorageError(f"cannot be made: {error}", where=str(self._folder)) from error
        write_atomically(file, [content], private=True)


def check_keeps(controls: Iterable[Control | None]) -> None:
    """Refuse to keep the clips of runs none of which makes any.

    Raises:
        UsageError: no control makes clips of its own.
    """
    if not any(control is not None and control.makes_clips for control in controls):
        raise UsageError(
            "no control of this run makes clips",
            where="--keep-control-audio",
            hint="those that do: silence, noise:DB, speed:F, codec:NAME, reverb:S",
        )
