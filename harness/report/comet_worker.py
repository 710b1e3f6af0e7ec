"""COMET in the interpreter that has its package: a script of the standard library alone, for Python 3.8 and later.

``comet_worker.py probe`` prints the version of ``unbabel-comet`` as JSON, ``null`` without it. ``comet_worker.py score IN OUT`` reads
``{"model", "items"}`` and writes ``{"scores", "checkpoint", "version"}``.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def version() -> str | None:
    """Return the version of the package, ``None`` where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("unbabel-comet")
    except PackageNotFoundError:
        return None


def checkpoint_part(path: str) -> str:
    """Return what tells one checkpoint from another: the commit of a hub's copy, else the digest of the file.

    >>> checkpoint_part("/hub/snapshots/" + 40 * "a" + "/checkpoints/model.ckpt")
    'aaaaaaaaaaaa'
    """
    commit = re.search(r"/snapshots/([0-9a-f]{40})/", Path(path).as_posix())
    if commit:
        return commit.group(1)[:12]
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return "sha256-" + digest.hexdigest()[:12]


def score(model: str, items: list[dict[str, str]]) -> dict[str, Any]:
    """Return what ``predict`` of a COMET model gives for items, in their order."""
    import comet
    import torch

    path = model if Path(model).is_file() else comet.download_model(model)
    gpus = 1 if torch.cuda.is_available() else 0
    found = comet.load_from_checkpoint(path).predict(items, batch_size=8, gpus=gpus)
    return {
        "scores": [float(one) for one in found.scores],
        "checkpoint": checkpoint_part(path),
        "version": version(),
    }


def main(arguments: Sequence[str]) -> None:
    """Do what the arguments say."""
    if list(arguments) == ["probe"]:
        print(json.dumps(version()))  # noqa: T201
        return
    asked = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
    written = json.dumps(score(asked["model"], asked["items"]))
    Path(arguments[2]).write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[2:])  # after the words of ``python -c`` and this file
