"""Forms in which a run leaves the harness, one module each, found by its file name.

A module defines ``ABOUT`` (one line), ``SUFFIX`` (of the file) and ``write(view, path)``, which writes the file (``path`` is where to) and raises
``StorageError`` where it cannot. Benchmarks' own forms are in ``tasks/<benchmark>/export.py``.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Protocol, cast

from harness.run.reader import RunView


class Form(Protocol):
    """A module of this package."""

    ABOUT: str
    SUFFIX: str

    def write(self, view: RunView, path: Path) -> None:
        """Write a run in this form."""


def forms() -> dict[str, Form]:
    """Return every form by its name: the module's, with ``-`` for ``_``."""
    return {
        module.name.replace("_", "-"): cast(
            "Form", importlib.import_module(f"{__name__}.{module.name}")
        )
        for module in pkgutil.iter_modules(__path__)
    }
