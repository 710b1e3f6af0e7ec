"""Speech-IFEval from the hub: question files and the clip archive, unpacked once into a cache folder.

The data set holds ``audios.tar``; the question files are published in the source repository and may or
may not be on the hub. If they are not, the archive is not downloaded and the error says what to fetch. The
archive is unpacked next to its final place and renamed, so that an interrupted run leaves no half copy.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from harness.errors import InputFileError, MissingDataError, StorageError
from tasks._shared.hub import copy_hint, download
from tasks.speech_ifeval.layout import PARTS, REPOSITORY, Copy, find_clips

ARCHIVE = "audios.tar"
_HINT = copy_hint("speech_ifeval")


class HubCopy(NamedTuple):
    """A copy and the commit it belongs to."""

    copy: Copy
    revision: str


def fetch(part: str, revision: str | None) -> HubCopy:
    """Bring one part and all clips to this machine (resumable; cached).

    Raises:
        MissingDataError: the hub cannot be reached or lacks the files.
        InputFileError: the archive is damaged.
        StorageError: the cache folder cannot be written.
    """
    from huggingface_hub import cached_assets_path

    wanted = PARTS[part].file
    root = download(REPOSITORY, [wanted, f"*/{wanted}"], revision, "speech_ifeval")
    questions = next((path for path in sorted(root.rglob(wanted)) if path.is_file()), None)
    archive = (
        download(REPOSITORY, [ARCHIVE], root.name, "speech_ifeval") / ARCHIVE
        if questions is not None
        else root
    )
    if questions is None or not archive.is_file():
        raise MissingDataError(
            f"the hub data set {REPOSITORY} has no {wanted if questions is None else ARCHIVE}",
            where="speech_ifeval",
            hint=_HINT,
        )
    place = cached_assets_path("lalm-harness", namespace="speech_ifeval", subfolder=root.name)
    return HubCopy(Copy(questions, unpack(archive, Path(place) / "audios")), root.name)


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the clips into a folder unless that was done before.

    Returns:
        The folder that ``audio_filepath`` is relative to.

    Raises:
        InputFileError: the archive is damaged or holds none of the corpora.
        StorageError: the folder cannot be written.
    """
    if not folder.is_dir():
        temporary: Path | None = None
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=folder.parent))
            with tarfile.open(archive) as tar:
                tar.extractall(temporary, filter="data")
            temporary.replace(folder)
        except tarfile.TarError as error:
            raise InputFileError(f"not a readable archive: {error}", where=str(archive)) from error
        except OSError as error:
            raise StorageError(
                f"cannot unpack the clips: {error.strerror or error}", where=str(folder)
            ) from error
        finally:
            if temporary is not None and temporary.is_dir():
                shutil.rmtree(temporary, ignore_errors=True)
    clips = find_clips(folder)
    if clips is None:
        raise InputFileError("the archive holds none of the four corpora", where=str(archive))
    return clips
