"""Files that end: a device or a pipe in the place of a file would be read for ever, or waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from harness.errors import InputFileError


def check_regular(path: Path, *, pipes: bool = False) -> None:
    """Refuse what is not a regular file, or a link to one.

    Args:
        path: the file.
        pipes: take a pipe too, for a file of the command line that is read once (``--ids <(…)``).

    Raises:
        InputFileError: it is a folder, a device or a pipe, or cannot be looked at.
        FileNotFoundError: there is nothing.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputFileError(f"cannot read: {reason}", where=str(path)) from error
    if not stat.S_ISREG(mode) and not (pipes and stat.S_ISFIFO(mode)):
        raise InputFileError("not a regular file", where=str(path))


def is_file(path: Path) -> bool:
    """Return whether there is a file; ``False`` also for a name that no file can have.

    ``Path.is_file`` raises for names that are too long or go through a folder without permission.

    >>> is_file(Path("x" * 5000))
    False
    """
    return os.path.isfile(path)  # noqa: PTH113  (it takes such names)


def is_folder(path: Path) -> bool:
    """Return whether there is a folder; ``False`` also for a name that none can have."""
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: Path) -> bool:
    """Return whether there is anything of that name; ``False`` also for a name that nothing can have."""
    return os.path.exists(path)  # noqa: PTH110
