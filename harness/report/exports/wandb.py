"""A run in Weights & Biases: values as the summary, what ran as the configuration, items as a table.

Without ``WANDB_MODE`` the run is written to a folder only (``wandb sync FOLDER/wandb/offline-run-…`` sends it); nothing is sent unasked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from harness.errors import MissingDependencyError
from harness.report.frame import sample_frame
from harness.report.tracked_values import configuration, flat_values
from harness.run.reader import RunView

ABOUT: Final = "a run of Weights & Biases, offline unless WANDB_MODE says otherwise"
SUFFIX: Final = ""
_COLUMNS: Final = ("task", "id", "outcome", "prompt", "reference", "response", "extracted")


def write(view: RunView, path: Path) -> None:
    """Log a run into a folder.

    Raises:
        MissingDependencyError: wandb is not installed.
        StorageError: the folder cannot be made.
    """
    try:
        import wandb
    except ImportError as error:
        raise MissingDependencyError(
            "wandb is not installed", hint="pip install 'lalm-harness[trackers]'"
        ) from error
    path.mkdir(parents=True, exist_ok=True)
    alone = wandb.run is None
    run = wandb.init(
        reinit="create_new",  # never a run that the caller has open
        dir=str(path),
        project=os.environ.get("WANDB_PROJECT", "lalm-harness"),
        name=view.name,
        config=configuration(view),
        mode=os.environ.get("WANDB_MODE", "offline"),
        settings=wandb.Settings(silent=True, disable_git=True, disable_code=True, console="off"),
    )
    run.summary.update(flat_values(view))
    run.log({"items": _table(wandb, view)})
    run.finish()
    if alone:
        wandb.teardown()  # the log is written by a process of wandb, which finish does not wait for


def _table(wandb: Any, view: RunView) -> Any:
    frame = sample_frame(view)
    scores = [name for name in frame.columns if name.endswith(("_strict", "_official"))]
    kept = frame[[*_COLUMNS, *scores]].copy()
    for name in _COLUMNS:
        kept[name] = kept[name].map(
            lambda value: "" if value is None or value != value else str(value)
        )
    return wandb.Table(dataframe=kept)
