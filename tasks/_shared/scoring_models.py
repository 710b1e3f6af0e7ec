"""Models that a scorer needs and that the project does not ship: what they are and where they lie.

A model is a few files at a pinned commit, each with its sha256. ``harness data get NAME`` fetches them, ``--data
NAME=FOLDER`` and a sub-folder of ``HARNESS_DATA`` take a copy. A scorer asks `folder`; without one, what the
model would decide has no official value, and the results say which command mends that.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metrics.text import pedant

DATA_ROOT_VARIABLE: Final = "HARNESS_DATA"
"""Environment variable: folder with one sub-folder per benchmark or scoring model."""


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """A model that a scorer needs.

    Attributes:
        name: what ``--data NAME=FOLDER`` calls it.
        title: one line for people.
        licence: its licence, one line.
        address: where the files lie, pinned to a commit, up to the slash.
        files: names, sizes in bytes and sha256.
        metrics: what it decides, for messages.
    """

    name: str
    title: str
    licence: str
    address: str
    files: tuple[pedant.ModelFile, ...]
    metrics: str

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)


MODELS: Final = {
    "pedant": ScoringModel(
        name="pedant",
        title=f"PEDANT of qa_metrics {pedant.VERSION}: logistic model over 94,053 words",
        licence="MIT (zli12321/qa_metrics)",
        address="https://raw.githubusercontent.com/zli12321/qa_metrics/"
        "26623c6ca3313e7a58c48fd6ce2b8579eb0c742e/qa_metrics/classifier/",
        files=pedant.FILES,
        metrics="VoiceBench's panda and sdqa",
    )
}
_GIVEN: dict[str, Path] = {}


def provide(folders: Mapping[str, Path]) -> None:
    """Say which folders were given on the command line; replaces what was said before."""
    _GIVEN.clear()
    _GIVEN.update({name: folder for name, folder in folders.items() if name in MODELS})


def folder(name: str) -> Path | None:
    """Return the folder of a model: the given one, else a sub-folder of ``HARNESS_DATA``."""
    if name in _GIVEN:
        return _GIVEN[name]
    root = os.environ.get(DATA_ROOT_VARIABLE)
    found = Path(root) / name if root else None
    return found if found is not None and found.is_dir() else None


def wrong_file(model: ScoringModel, where: Path) -> str | None:
    """Return what is wrong with the files of a folder, in one line; ``None`` if they are the model's."""
    for file in model.files:
        path = where / file.name
        try:
            content = path.read_bytes()
        except OSError as error:
            return f"{path}: {error.strerror or error}"
        if hashlib.sha256(content).hexdigest() != file.sha256:
            return f"{path}: {len(content)} bytes with another sha256 than {file.sha256} ({file.size} bytes)"
    return None


def lacking(name: str, reason: str) -> str:
    """Return the line that says what has no official value and which command mends it.

    >>> lacking("pedant", "no copy is given")[:64]
    "VoiceBench's panda and sdqa need the model pedant (no copy is gi"
    """
    model = MODELS[name]
    return (
        f"{model.metrics} need the model {name} ({reason}): harness data get {name} --to FOLDER,"
        f" then harness score RUN_DIR --data {name}=FOLDER"
    )
