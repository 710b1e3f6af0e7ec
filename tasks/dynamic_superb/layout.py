"""Local copies of one Dynamic-SUPERB data set: a folder named like the instance.

The folder holds ``metadata.json`` (clip name -> text fields) with the clips next to it, or parquet files, or a
saved data set. The further clips of an item bear the first one's stem and ``_pair2``, ``_pair3`` …, or
``_pair`` for a second one. Names that leave the folder are never followed.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError
from tasks._shared.hub import copy_hint
from tasks._shared.local import inside, parse_json

METADATA: Final = "metadata.json"
HINT: Final = copy_hint("dynamic_superb")


class Listed(NamedTuple):
    """One item of a copy: the name of its first clip, its fields, its clips that are there."""

    name: str
    values: dict[str, Any]
    clips: list[AudioRef]


def find_folder(root: Path, instance: str) -> Path:
    """Return the folder of a data set in a copy, which may also be the copy itself.

    Raises:
        MissingDataError: there is none.
    """
    for place in (root / instance, root):
        if place.is_dir() and (place.name == instance or (place / instance).is_dir()):
            return place if place.name == instance else place / instance
    raise MissingDataError(f"no folder {instance}", where=str(root), hint=HINT)


def read_metadata(path: Path) -> dict[str, dict[str, Any]]:
    """Read the text fields of every clip name.

    Raises:
        InputFileError: not UTF-8, not JSON, or not an object of objects.
    """
    try:
        content = parse_json(path.read_bytes().decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    if not isinstance(content, dict):
        raise InputFileError("expected an object: clip name -> fields", where=str(path))
    for name, values in content.items():
        if not isinstance(values, dict):
            raise InputFileError(f"the entry {name!r} is not an object", where=str(path))
    return content


def listed(folder: Path) -> list[Listed]:
    """Return the items of a folder with ``metadata.json``, in its order; clips that are absent are left out.

    Raises:
        InputFileError: the metadata are malformed.
    """
    items = read_metadata(folder / METADATA)
    return [Listed(name, dict(values), _clips(folder, name)) for name, values in items.items()]


def _clips(folder: Path, name: str) -> list[AudioRef]:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or not path.name:
        return []
    first = inside(folder, path)
    if first is None:
        return []
    found = [first]
    pair = first.with_name(f"{first.stem}_pair{first.suffix}")
    number = 2
    while more := inside(folder, first.with_name(f"{first.stem}_pair{number}{first.suffix}")):
        found.append(more)
        number += 1
    if len(found) == 1 and inside(folder, pair) is not None:
        found.append(pair)
    return [AudioRef(clip, clip.relative_to(folder).as_posix()) for clip in found]
