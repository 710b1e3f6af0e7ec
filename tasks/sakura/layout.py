"""A downloaded SAKURA copy on disk: ``<root>/<Track>/metadata.{json,csv}`` and ``<root>/<Track>/audio``.

Either metadata file is enough; ``<root>/data/<Track>`` (the official repository) and parquet files below
``<root>/<Track>QA`` or ``<root>/<Track>`` (a downloaded hub data set) are taken as well. A copy is taken
as it is: entries keep their order and their fields verbatim.
"""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from harness.errors import InputFileError, MissingDataError
from tasks._shared.hub import split_files
from tasks._shared.local import inside, parse_json

TRACKS = ("Animal", "Emotion", "Gender", "Language")


class TrackFolder(NamedTuple):
    """Form of one track in a copy: a folder with metadata, or parquet files."""

    folder: Path
    parquet: tuple[Path, ...] = ()


def clip_name(path: str) -> str:
    r"""Return the file name of a clip, whatever folder and separator its metadata entry was written with.

    >>> clip_name("data/Animal/audio/dog7.wav"), clip_name("audio\\dog7.wav")
    ('dog7.wav', 'dog7.wav')
    """
    return PurePosixPath(path.replace("\\", "/")).name


def find_track(root: Path, track: str) -> TrackFolder:
    """Find the place where a copy keeps a track.

    Raises:
        MissingDataError: the folder holds nothing of that track.
    """
    candidates = [root / track, root / "data" / track, root / f"{track}QA"]
    for folder in candidates:
        if inside(root, folder / "metadata.json") or inside(root, folder / "metadata.csv"):
            return TrackFolder(folder)
    for folder in candidates:
        if folder.is_dir() and (files := split_files(folder, "test")):
            return TrackFolder(folder, files)
    raise MissingDataError(
        f"no {track} track: expected {track}/metadata.json, {track}/metadata.csv"
        f" or {track}QA/**/*.parquet",
        where=str(root),
        hint="give the folder that holds the track folders: --data sakura=FOLDER",
    )


def read_metadata(folder: Path) -> list[dict[str, Any]]:
    """Read the entries of a track folder, in file order; each has ``file`` and the original fields.

    Raises:
        InputFileError: the metadata file is malformed.
    """
    path = folder / "metadata.json"
    return _read_json(path) if path.is_file() else _read_csv(folder / "metadata.csv")


def _read_json(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error}", where=str(path)) from error
    content = parse_json(text, str(path))
    if not isinstance(content, dict):
        raise InputFileError(
            f"found {type(content).__name__}, expected an object keyed by clip", where=str(path)
        )
    entries = []
    for key, fields in content.items():
        if not isinstance(fields, dict):
            raise InputFileError(f"the entry of {key!r} is not an object", where=str(path))
        entries.append({"file": clip_name(key), **fields})
    return entries


def _read_csv(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if "file" not in (reader.fieldnames or ()):
                raise InputFileError(
                    f"no column 'file' among {', '.join(reader.fieldnames or ()) or 'nothing'}",
                    where=str(path),
                )
            entries: list[dict[str, Any]] = []
            for row in reader:
                if None in row or None in row.values():
                    raise InputFileError(
                        "the number of cells differs from the header's",
                        where=f"{path}:{reader.line_num}",
                    )
                entries.append(dict(row))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"not a readable CSV file: {error}", where=str(path)) from error
    return entries
