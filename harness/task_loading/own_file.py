"""The task file that a run directory holds itself: ``evaluate --items`` writes it to ``RUN_DIR/task``, and it moves with the run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness.core.untrusted.regular import is_file
from harness.errors import StorageError

FOLDER: Final = "task"
"""Folder of a run directory that holds its own task file."""


def own_task_file(run: Path, entry: Mapping[str, Any]) -> Path | None:
    """Return the task file of a manifest entry that lies in the run directory itself, wherever that is now.

    Args:
        run: the run directory.
        entry: what the manifest says about the task.
    """
    recorded = Path(entry.get("yaml") or "")
    if recorded.parent.name != FOLDER:
        return None
    file = run / FOLDER / recorded.name
    return file if is_file(file) else None


def copy_own_task_file(
    source: Path, entry: Mapping[str, Any], written: Path, target: Path
) -> str | None:
    """Copy the folder with the task file that a run directory holds into another one; return the path that a manifest names for it.

    Args:
        source: run directory that holds it.
        entry: what its manifest says about the task.
        written: folder that the other run directory is built in.
        target: where that will lie in the end.

    Raises:
        StorageError: it cannot be copied.
    """
    file = own_task_file(source, entry)
    if file is None:
        return entry.get("yaml")
    try:
        shutil.copytree(file.parent, written / FOLDER, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise StorageError(f"cannot be copied: {error}", where=str(file.parent)) from error
    return str(target.resolve() / FOLDER / file.name)
