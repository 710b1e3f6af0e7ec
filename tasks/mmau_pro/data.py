"""Documents of MMAU-Pro from a copy: the hub's Parquet file or JSON lines, and the clips of ``data.zip``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError
from harness.types import DataInfo, Document, Documents
from tasks._shared.hub import split_files
from tasks._shared.local import inside, parse_json


def load(
    *,
    category: str,
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load the items of one category, as ``{"test": Documents}``.

    Args:
        category: ``open`` or ``instruction following``.
        folder: a copy of the hub data set with ``data.zip`` unpacked.
        revision: unused; clips come from a copy.
        needs_audio: leave out items of which a clip is absent.
        metadata: the task's metadata, unused.

    Raises:
        MissingDataError: there is no copy.
        InputFileError: a file is malformed.
    """
    del revision, metadata
    if folder is None:
        raise MissingDataError(
            "MMAU-Pro is read from a copy",
            where="mmau_pro",
            hint="harness data get mmau_pro --to FOLDER, then unpack data.zip there: --data mmau_pro=FOLDER",
        )
    root = Path(folder)
    docs: list[Document] = []
    absent: list[str] = []
    total = 0
    for number, item in enumerate(_rows(root)):
        if item.get("category") != category:
            continue
        total += 1
        if not isinstance(item.get("question"), str):
            raise InputFileError("'question' is not a text", where=f"{root}: item {number}")
        name = str(item["id"]) if item.get("id") not in (None, "") else str(number)
        paths = item.get("audio_path")
        names = [paths] if isinstance(paths, str) else [str(one) for one in paths or ()]
        clips = [AudioRef(clip, one) for one in names if (clip := inside(root, one)) is not None]
        if needs_audio and (len(clips) < len(names) or not names):
            absent.append(name)
            continue
        docs.append(
            {
                **item,
                "audio_path": names,
                "_id": name,
                "_audio": clips,
                "_params": {"category": category},
            }
        )
    return {"test": Documents(docs, DataInfo(str(root), "local", total, tuple(absent)))}


def _rows(root: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = split_files(root, "test") if root.is_dir() else ()
    for file in files:
        try:
            yield from pq.read_table(file).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise InputFileError(
                f"not a readable parquet file: {error}", where=str(file)
            ) from error
    if files:
        return
    path = inside(root, "test.jsonl")
    if path is None:
        raise MissingDataError(
            "no Parquet file and no test.jsonl",
            where=str(root),
            hint="tasks/mmau_pro/README.md gives the layout of --data mmau_pro=FOLDER",
        )
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if line.strip():
            item = parse_json(line, f"{path}:{number}")
            if not isinstance(item, dict):
                raise InputFileError("expected an object", where=f"{path}:{number}")
            yield item


def audio(doc: Document) -> list[AudioRef]:
    """Return the clips of a document, in order."""
    clips: list[AudioRef] = doc["_audio"]
    return clips
