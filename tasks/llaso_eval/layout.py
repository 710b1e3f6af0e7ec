r"""Files of an official LLaSO-Eval copy: where a data set's items and its clips lie.

A copy has the folders ``audio_text``, ``pure_audio`` and ``text_audio`` with one file per data set: a JSON
array, or JSON lines (split on ``\n`` only: items hold other line separators). Clips are named by the
item's ``voice`` with a backslash before the file name, relative to the copy or to a folder next to
the items. Paths that leave the copy are never followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from harness.errors import InputFileError, MissingDataError
from tasks._shared.hub import copy_hint
from tasks._shared.local import inside, parse_json

FOLDERS: Final = ("audio_text", "pure_audio", "text_audio")
ENDINGS: Final = (".json", ".jsonl")
HINT: Final = copy_hint("llaso_eval")


def find_items(root: Path, file: str) -> Path:
    """Find the file with the items of a data set.

    Raises:
        MissingDataError: the copy has none.
    """
    for place in (*(root / name for name in FOLDERS), root):
        for ending in ENDINGS:
            if (path := inside(root, place / f"{file}{ending}")) is not None:
                return path
    for ending in ENDINGS:
        for path in sorted(root.rglob(f"*{ending}")) if root.is_dir() else ():
            if path.name == f"{file}{ending}" and inside(root, path) is not None:
                return path
    raise MissingDataError(
        f"no {file}.json in {', '.join(FOLDERS)} or anywhere else in the folder",
        where=str(root),
        hint=HINT,
    )


def read_items(path: Path) -> list[dict[str, Any]]:
    r"""Read the items of a data set, in file order.

    Raises:
        InputFileError: not UTF-8, not JSON, or an item is not an object.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error.reason}", where=str(path)) from error
    except OSError as error:
        raise InputFileError(f"cannot read: {error.strerror}", where=str(path)) from error
    if text.lstrip().startswith("["):
        items: list[Any] = parse_json(text, str(path))
    else:
        lines = enumerate(text.split("\n"), start=1)
        items = [parse_json(line, f"{path}:{number}") for number, line in lines if line.strip()]
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise InputFileError(
                f"item {number} is {type(item).__name__}, expected an object", where=str(path)
            )
    return items


def is_safe(clip: str) -> bool:
    """Return whether a clip's path stays inside the copy.

    >>> is_safe("slurp/data/audio-1.wav"), is_safe("../secret.wav"), is_safe("C:/a.wav")
    (True, False, False)
    """
    path = PurePosixPath(clip)
    return bool(clip) and not path.is_absolute() and ".." not in path.parts and ":" not in clip


def clip_bases(root: Path, items: Path) -> tuple[Path, ...]:
    """Return the folders that a clip's path may be relative to, nearest to the documented layout first."""
    inside = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    above = [items.parent.parent] if items.parent != root else []
    return tuple(dict.fromkeys((root, items.parent, *above, *inside)))


def find_clip(bases: Sequence[Path], clip: str) -> Path | None:
    """Return the first existing file for a clip, ``None`` if the copy does not hold it.

    Args:
        bases: folders that the name may be relative to; the first is the copy.
        clip: the name.

    Raises:
        InputFileError: a link leads out of the copy.
    """
    if not is_safe(clip):
        return None
    found = (inside(bases[0], base / clip) for base in bases)
    return next((path for path in found if path is not None), None)


def clip_folders(clips: Iterable[str]) -> list[str]:
    """Return the folders that hold the clips of a data set, sorted.

    >>> clip_folders(["slurp/data/a.wav", "slurp/data/b.wav", "../x.wav"])
    ['slurp/data']
    """
    return sorted({PurePosixPath(clip).parent.as_posix() for clip in clips if is_safe(clip)})
