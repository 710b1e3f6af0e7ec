"""LLaSO-Eval from the hub: the files of one data set, brought into the hub cache.

The hub copy is a tree of files, not parquet. First the items of the data set, then the folders its clips
lie in, at the commit that the first step found; both are resumable and respect ``HF_ENDPOINT``,
``HF_HOME`` and ``HF_HUB_OFFLINE``. What lies in the hub's folders was never inspected: if the clips turn
out to be packed in archives, the error says so, and a downloaded copy is the way.
"""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Final

from tasks._shared.hub import download
from tasks.llaso_eval.layout import ENDINGS, clip_folders, find_items, read_items
from tasks.llaso_eval.speakers import clip

REPOSITORY: Final = "YirongSun/LLaSO-Eval"


def fetch(file: str, revision: str | None) -> Path:
    """Bring one data set into the cache.

    Args:
        file: name of the official file without its ending.
        revision: branch, tag or commit; ``None`` is the default branch.

    Returns:
        The snapshot folder; its name is the commit.

    Raises:
        MissingDataError: the hub cannot be reached, or does not have the items.
    """
    names = [f"{glob.escape(file)}{ending}" for ending in ENDINGS]
    root = download(
        REPOSITORY,
        [pattern for name in names for pattern in (name, f"*/{name}")],
        revision,
        "llaso_eval",
    )
    items = read_items(find_items(root, file))
    folders = [glob.escape(folder) for folder in clip_folders(clip(item) for item in items)]
    download(
        REPOSITORY,
        [part for folder in folders for part in (f"{folder}/*", f"*/{folder}/*")],
        root.name,
        "llaso_eval",
    )
    return root
