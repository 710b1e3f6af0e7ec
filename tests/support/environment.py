"""A second virtual environment for tests: numpy, what is asked for, and nothing of ours."""

from __future__ import annotations

import venv
from pathlib import Path

import numpy


def make_environment(folder: Path, *paths: Path) -> Path:
    """Make ``folder/venv``, whose interpreter imports numpy and what lies in ``paths``; return it."""
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    installed = Path(numpy.__file__).parents[1]
    (folder / "numpy-only").mkdir()
    for name in ("numpy", "numpy.libs"):
        if (installed / name).exists():
            (folder / "numpy-only" / name).symlink_to(installed / name)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    lines = [folder / "numpy-only", *paths]
    (site / "more.pth").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder / "venv"
