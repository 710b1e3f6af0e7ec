"""Files of a copy of a benchmark on disk, whoever made it: names stay inside its folder, JSON is bounded.

``inside`` is the one rule for what belongs to a copy. Every loader asks it before it opens a file that a data file
names, or that a search of the folder finds.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from harness.core.untrusted.bounded_json import load_json
from harness.errors import InputFileError


def inside(root: Path, name: str | PurePath) -> Path | None:
    """Return the file of a copy that a name means, links followed; ``None`` if the copy does not hold it.

    Args:
        root: the folder of the copy. Of a snapshot in the hub's cache, the files that its links point to belong to it.
        name: text of a data file, below the folder; or a ``Path`` that begins with the folder, as a search of it gives.

    Raises:
        InputFileError: the name or a link leaves the folder, or means a device or pipe.
    """
    try:
        searched = isinstance(name, PurePath) and name.is_relative_to(root)
        path = Path(name) if searched else root / name
        real = Path(os.path.realpath(path))
        there = real.exists()
    except (OSError, ValueError) as error:  # too long, a NUL in it
        raise InputFileError(
            f"no file can have the name {_short(name)}", where=str(root)
        ) from error
    folder = _boundary(
        root.absolute()
    )  # a relative folder means another one after a change of place
    if not real.is_relative_to(folder):
        raise InputFileError(
            f"{_short(name)} lies outside the folder of the data",
            where=str(root),
            hint="put the file itself there; a link or name that leaves the folder is not followed",
        )
    if not there or real.is_dir():
        return None
    if not real.is_file():
        raise InputFileError(f"{_short(name)} is not a regular file", where=str(root))
    return path


@lru_cache(maxsize=64)
def _boundary(root: Path) -> Path:
    """Return the folder that files must lie in: the copy, or the cache folder that a hub snapshot is a view of."""
    real = Path(os.path.realpath(root))
    if real.parent.name == "snapshots" and (real.parents[1] / "blobs").is_dir():
        return real.parents[1]
    for parent in real.parents:
        if parent.parent.name == "snapshots" and (parent.parents[1] / "blobs").is_dir():
            return parent.parents[1]
    return real


def _short(name: str | PurePath) -> str:
    text = repr(str(name))
    return text if len(text) <= 120 else f"{text[:117]}…"


def parse_json(text: str, where: str) -> Any:
    """Parse JSON of a data file.

    Raises:
        InputFileError: not JSON, nested too deeply, or with a number too long to be read.
    """
    try:
        return load_json(text)
    except json.JSONDecodeError as error:
        place = f"{where}:{error.lineno}" if error.lineno > 1 else where
        raise InputFileError(f"not valid JSON: {error.msg}", where=place) from error
    except ValueError as error:  # nested too deeply, or an integer of thousands of digits
        raise InputFileError(f"not readable JSON: {error}", where=where) from error
