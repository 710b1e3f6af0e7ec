"""``harness data get pedant``: the files of a scoring model, fetched from a pinned commit and checked.

A file is written next to its place and moved there when its sha256 is right; one that is right already is not
fetched again. The usual proxy variables are respected.
"""

from __future__ import annotations

import hashlib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from harness.errors import MissingDataError, StorageError
from tasks._shared.scoring_models import ScoringModel

_TIMEOUT = 60.0


def fetch_model(model: ScoringModel, folder: Path, say: Callable[[str], None]) -> None:
    """Bring the files of a scoring model into a folder.

    Args:
        model: what to fetch.
        folder: where to; made if it is absent.
        say: told one line per file.

    Raises:
        MissingDataError: a download failed or its content is not the model's; nothing wrong is kept.
        StorageError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in model.files:
            path = folder / file.name
            if path.is_file() and _digest(path.read_bytes()) == file.sha256:
                say(f"{file.name}: already here")
                continue
            content = _download(model, file.name, file.size, folder)
            if _digest(content) != file.sha256:
                raise MissingDataError(
                    f"{len(content)} bytes whose sha256 is not {file.sha256}; nothing is kept",
                    where=model.address + file.name,
                    hint=_by_hand(model, folder),
                )
            partial = path.with_name(f"{file.name}.partial")
            partial.write_bytes(content)
            partial.replace(path)
            say(f"{file.name}: {file.size} bytes, sha256 is right")
    except OSError as error:
        raise StorageError(f"cannot write: {error.strerror or error}", where=str(folder)) from error


def _download(model: ScoringModel, name: str, size: int, folder: Path) -> bytes:
    import certifi

    address = model.address + name
    context = ssl.create_default_context(cafile=certifi.where())
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT, context=context) as reply:  # noqa: S310 (pinned)  # nosec B310
            content: bytes = reply.read(size + 1)
            return content
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", error)
        if isinstance(error, urllib.error.HTTPError):
            error.close()
            why = str(error)
        raise MissingDataError(
            f"cannot be fetched: {why}", where=address, hint=_by_hand(model, folder)
        ) from error


def _by_hand(model: ScoringModel, folder: Path) -> str:
    names = " and ".join(file.name for file in model.files)
    return f"the same command tries again; or put {names} into {folder} by hand"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
