"""Documents of MMSU, from the hub, a saved data set, parquet files, or a JSON-lines copy.

Fields are kept verbatim: a null choice stays ``None`` and is not the text "None". Ours: ``_id``, ``_audio``
and ``_params``. Clips are named ``.wav`` but hold MP3 data, mono or stereo; they are decoded by content.
Clips that a copy lacks are ``DataInfo.absent``; other oddities are warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError
from harness.types import DataInfo, Document, Documents
from tasks._shared.arrow import saved_files, saved_rows
from tasks._shared.hub import rows, snapshot, split_files
from tasks._shared.local import inside, parse_json

REPOSITORY: Final = "ddwang2000/MMSU"
CHOICES: Final = ("choice_a", "choice_b", "choice_c", "choice_d")
COUNTS: Final = {
    "items": 5000,
    "tasks": 47,
    "Perception": 2580,
    "Reasoning": 2420,
    "two choices": 453,
}

Entry = tuple[dict[str, Any], AudioRef | None]


def load(
    *, folder: str | Path | None = None, revision: str | None = None, **metadata: Any
) -> dict[str, Documents]:
    """Load all documents, as ``{"test": Documents}`` (the hub calls its only split ``train``).

    Args:
        folder: a saved data set, parquet files, or ``*.jsonl`` with clips; ``None`` is the hub.
        revision: hub revision to pin.
        metadata: the task's metadata, unused.

    Raises:
        MissingDataError: neither copy nor hub has the data.
        InputFileError: a file of the copy is malformed.
    """
    del metadata
    if folder is None:
        found = snapshot(REPOSITORY, split="train", revision=revision, benchmark="mmsu")
        return _documents(_from_parquet(found.files), REPOSITORY, found.revision)
    return _documents(_from_folder(Path(folder)), str(folder), "local")


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


def _from_folder(root: Path) -> Iterable[Entry]:
    if saved := saved_files(root, "train"):
        return (
            (values, AudioRef(cell, f"{values.get('id')}.wav"))
            for values, cell in saved_rows(saved)
        )
    if parquet := split_files(root, "train") if root.is_dir() else ():
        return _from_parquet(parquet)
    # "._x.jsonl" is what macOS writes beside a file on foreign disks
    own = (file for file in root.glob("*.jsonl") if not file.name.startswith("._"))
    if lines := sorted(file for file in own if inside(root, file)):
        return _from_lines(root, lines)
    raise MissingDataError(
        "no saved data set (state.json), no parquet file and no .jsonl file",
        where=str(root),
        hint="tasks/mmsu/README.md gives the layouts of --data mmsu=FOLDER",
    )


def _from_parquet(files: tuple[Path, ...]) -> Iterator[Entry]:
    for values, cell, _ in rows(files):
        yield values, AudioRef(cell, f"{values.get('id')}.wav")


def _text(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputFileError(
            f"not UTF-8: {error.reason}",
            where=f"{file}:{line}",
            hint=f"save it as UTF-8, for instance: iconv -f LATIN1 -t UTF-8 {file.name}",
        ) from error


def _from_lines(root: Path, files: list[Path]) -> Iterator[Entry]:
    clips = {path.name: path for path in root.rglob("*") if path.is_file()}
    for file in files:
        for number, line in enumerate(_text(file).split("\n"), start=1):
            if not line.strip():
                continue
            fields = parse_json(line, f"{file}:{number}")
            if not isinstance(fields, dict):
                raise InputFileError(
                    f"found {type(fields).__name__}, expected an object", where=f"{file}:{number}"
                )
            fields.pop("response", None)
            stored = str(fields.get("audio_path") or f"{fields.get('id')}.wav")
            name = PurePosixPath(stored.replace("\\", "/")).name
            clip = inside(root, clips[name]) if name in clips else None
            yield fields, None if clip is None else AudioRef(clip, name)


def _documents(entries: Iterable[Entry], source: str, version: str) -> dict[str, Documents]:
    docs: list[Document] = []
    absent: list[str] = []
    seen: Counter[str] = Counter()
    found: Counter[str] = Counter()
    tasks: set[str] = set()
    strange: list[str] = []
    for fields, clip in entries:
        _check(fields, source, found["items"])
        identifier = fields["id"]
        seen[identifier] += 1
        name = identifier if seen[identifier] == 1 else f"{identifier}~{seen[identifier]}"
        real = [fields[key] for key in CHOICES if isinstance(fields.get(key), str)]
        found.update(["items", str(fields.get("category"))])
        found.update(["two choices"] if len(real) == 2 else [])
        tasks.add(str(fields.get("task_name")))
        if fields.get("answer_gt") not in real:
            strange.append(name)
        if clip is None:
            absent.append(name)
            continue
        docs.append({**fields, "_id": name, "_audio": [clip], "_params": {}})
    found["tasks"] = len(tasks)
    warnings = [
        f"{found[what]} {what}, {count} expected"
        for what, count in COUNTS.items()
        if found[what] != count
    ]
    if repeated := sorted(name for name, count in seen.items() if count > 1):
        warnings.append(f"ids listed more than once: {', '.join(repeated[:5])}")
    if strange:
        warnings.append(f"{len(strange)} answers that are no choice, first {strange[0]}")
    info = DataInfo(source, version, found["items"], tuple(absent), tuple(warnings))
    return {"test": Documents(docs, info)}


def _check(fields: dict[str, Any], source: str, number: int) -> None:
    """Raise unless an item has the fields that prompt and scoring read."""
    where = f"{source}: item {number}"
    for key in ("id", "question", "answer_gt"):
        if not isinstance(fields.get(key), str):
            raise InputFileError(f"{key!r} is {fields.get(key)!r}, expected text", where=where)
    for key in CHOICES:
        if key in fields and not isinstance(fields[key], str | None):
            raise InputFileError(f"{key!r} is {fields[key]!r}, expected text or null", where=where)
