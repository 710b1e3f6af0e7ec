"""``harness data get``: the hub files of a benchmark, brought into a folder that ``--data`` takes.

What is fetched is resolved to one commit per data set before anything is downloaded. A file is written
next to its place under a name that holds its content's id and is moved there when its digest is right,
so a download that was cut off at any point goes on from its last byte, and a finished file is never
fetched again. ``HF_ENDPOINT``, ``HF_TOKEN`` and the client's own proxies are respected.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any, Final

from harness.errors import MissingDataError, RunLockedError, SetupError, StorageError
from harness.run.locking import WriterLock
from tasks._shared.hub import CONVERTED, hub_errors, reason
from tasks._shared.source import HubFiles, Source

RECORD: Final = "lalm-source.json"
"""File of a fetched copy that says which commits it holds."""

_LOCK: Final = ".lalm-source.lock"
_NETWORK: Final = (ConnectionError, TimeoutError)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a hub data set: its path, size in bytes, and the digest of its content.

    ``digest`` is a sha256 for large files, else git's id (sha1 over a header and the content).
    """

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Part:
    """Files of one hub data set at one commit, and the sub-folder of the copy that they go to."""

    repo: str
    commit: str
    folder: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)


def needed(source: Source, tasks: Sequence[str]) -> list[HubFiles]:
    """Return what the named tasks read, one entry per data set and sub-folder."""
    merged: dict[tuple[str, str], HubFiles] = {}
    for files in source.hub:
        if any(fnmatch(task, pattern) for task in tasks for pattern in files.tasks):
            key = files.repo, files.folder
            before = merged[key].patterns if key in merged else ()
            patterns = tuple(dict.fromkeys((*before, *files.patterns)))
            merged[key] = replace(files, patterns=patterns)
    return list(merged.values())


def resolve(files: HubFiles, revision: str | None, benchmark: str) -> Part:
    """List the files of a data set at one commit.

    Args:
        files: what is wanted.
        revision: branch, tag or commit; ``None`` is the declared one, else the default branch, or the
            hub's own conversion to parquet if the default branch has nothing of what is wanted.
        benchmark: name for messages.

    Raises:
        MissingDataError: the hub cannot be reached, or has no such data set, revision or files.
    """
    from huggingface_hub.errors import RevisionNotFoundError

    revision = revision or files.revision
    for attempt in [revision] if revision is not None else [None, CONVERTED]:
        try:
            part = _listed(files, attempt)
        except hub_errors() as error:
            if attempt == CONVERTED and isinstance(error, RevisionNotFoundError):
                break
            at = f" at revision {revision}" if revision else ""
            raise MissingDataError(
                f"cannot list the hub data set {files.repo}{at}: {reason(error)}",
                where=benchmark,
                hint="a commit belongs to one data set; -t limits what is fetched"
                if revision
                else None,
            ) from error
        if part.files:
            return part
    raise MissingDataError(
        f"the hub data set {files.repo} has no file like {', '.join(files.patterns)}",
        where=benchmark,
    )


def _listed(files: HubFiles, revision: str | None) -> Part:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoFile

    api = HfApi()
    commit = str(api.repo_info(files.repo, repo_type="dataset", revision=revision).sha)
    tree = api.list_repo_tree(files.repo, recursive=True, revision=commit, repo_type="dataset")
    found = tuple(
        RemoteFile(
            entry.path,
            entry.size if entry.lfs is None else entry.lfs.size,
            entry.blob_id if entry.lfs is None else entry.lfs.sha256,
        )
        for entry in tree
        if isinstance(entry, RepoFile)
        and any(fnmatch(entry.path, pattern) for pattern in files.patterns)
    )
    return Part(files.repo, commit, files.folder, found)


def fetch(
    parts: Sequence[Part], folder: Path, benchmark: str, say: Callable[[str], None], *, bars: bool
) -> None:
    """Bring all files into the folder and record their commits.

    Args:
        parts: what to fetch.
        folder: the copy.
        benchmark: name for messages.
        say: told one line per file.
        bars: show a progress bar per file on standard error.

    Raises:
        MissingDataError: a download was cut off or its content is wrong; the same call goes on.
        StorageError: not enough space, or the folder cannot be written.
        SetupError: another process fetches into the folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with WriterLock(folder / _LOCK, 0):
            _fetch_all(parts, folder, benchmark, say, bars=bars)
    except RunLockedError as error:
        raise SetupError(
            "another process is fetching into this folder",
            where=str(folder),
            hint="wait for it, or name another folder with --to",
        ) from error
    except OSError as error:
        raise StorageError(
            f"cannot write: {error.strerror or error}", where=error.filename or str(folder)
        ) from error


def _fetch_all(
    parts: Sequence[Part], folder: Path, benchmark: str, say: Callable[[str], None], *, bars: bool
) -> None:
    _check_space(parts, folder)
    number = sum(len(part.files) for part in parts)
    count = 0
    for part in parts:
        for file in part.files:
            count += 1
            place = _place(folder / part.folder, file, part.repo)
            if place.is_file() and _digest(place, file) == file.digest:
                say(f"[{count}/{number}] {part.repo}: {file.path} is there")
                continue
            say(f"[{count}/{number}] {part.repo}: {file.path}, {megabytes(file.size)}")
            _fetch_file(part, file, place, benchmark, bars=bars)
    _record(parts, folder, benchmark)


def megabytes(size: float) -> str:
    """Format a size in bytes for people.

    >>> megabytes(304_000_000), megabytes(12_000), megabytes(11e9)
    ('304 MB', '0.012 MB', '11 GB')
    """
    return f"{size / 1e9:.3g} GB" if size >= 1e9 else f"{size / 1e6:.3g} MB"


def _place(root: Path, file: RemoteFile, repo: str) -> Path:
    path = PurePosixPath(file.path)
    if path.is_absolute() or ".." in path.parts or "\\" in file.path or ":" in file.path:
        raise MissingDataError(
            f"the hub lists a file outside its folder: {file.path!r}", where=repo
        )
    return root / path


def _partial(place: Path, file: RemoteFile) -> Path:
    return place.with_name(f".{place.name}.{file.digest[:12]}.partial")


def _check_space(parts: Sequence[Part], folder: Path) -> None:
    """Refuse before the first byte if the disk cannot hold what is still missing."""
    missing = 0
    for part in parts:
        for file in part.files:
            place = _place(folder / part.folder, file, part.repo)
            partial = _partial(place, file)
            have = place.stat().st_size if place.is_file() else 0
            have = have or (partial.stat().st_size if partial.is_file() else 0)
            missing += max(0, file.size - have)
    free = shutil.disk_usage(folder).free
    if missing > free:
        raise StorageError(
            f"{megabytes(missing)} are to be fetched, {megabytes(free)} are free",
            where=str(folder),
            hint="free space, or name another folder with --to",
        )


def _fetch_file(part: Part, file: RemoteFile, place: Path, benchmark: str, *, bars: bool) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    place.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(place, file)
    start = partial.stat().st_size if partial.is_file() else 0
    if start > file.size:
        partial.unlink()
        start = 0
    url = hf_hub_url(part.repo, file.path, repo_type="dataset", revision=part.commit)
    again = f"the same command goes on where it stopped: harness data get {benchmark}"
    try:
        with partial.open("ab") as stream, _bars(bars):
            http_get(
                url,
                stream,
                resume_size=start,
                headers=build_hf_headers(),
                expected_size=file.size,
                displayed_filename=place.name,
            )
    except hub_errors() as error:
        if getattr(error, "errno", None) is not None and not isinstance(error, _NETWORK):
            raise  # the disk, not the network
        raise MissingDataError(
            f"{part.repo}: {file.path} could not be fetched: {reason(error)}",
            where=benchmark,
            hint=again,
        ) from error
    if _digest(partial, file) != file.digest:
        partial.unlink()
        raise MissingDataError(
            f"{part.repo}: {file.path} arrived with another content than the hub lists",
            where=benchmark,
            hint=again,
        )
    partial.replace(place)


@contextlib.contextmanager
def _bars(wanted: bool) -> Iterator[None]:
    """Show the client's progress bars only if wanted; restore the setting afterwards."""
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    change = not wanted and not are_progress_bars_disabled()
    if change:
        disable_progress_bars()
    try:
        yield
    finally:
        if change:
            enable_progress_bars()


def _digest(path: Path, file: RemoteFile) -> str | None:
    """Return the digest of a file's content in the form of ``file.digest``; ``None`` if the size differs."""
    if path.stat().st_size != file.size:
        return None
    with path.open("rb") as stream:
        if len(file.digest) == hashlib.sha256().digest_size * 2:
            return hashlib.file_digest(stream, "sha256").hexdigest()
        sha1 = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
        while block := stream.read(1 << 20):
            sha1.update(block)
        return sha1.hexdigest()


def _record(parts: Sequence[Part], folder: Path, benchmark: str) -> None:
    path = folder / RECORD
    commits: dict[str, Any] = {}
    if path.is_file():
        try:
            commits = dict(json.loads(path.read_text(encoding="utf-8"))["commits"])
        except (ValueError, KeyError, TypeError):
            commits = {}  # not ours, or damaged: it is written anew
    commits |= {part.repo: part.commit for part in parts}
    content = {"benchmark": benchmark, "commits": dict(sorted(commits.items()))}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
