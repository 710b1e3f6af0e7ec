"""Documents of MMAU, from the official question file, from parquet files, or from the hub.

The two published forms differ: parquet options carry ``"(A) "`` prefixes, which change the score. Both
become documents of the question file's form (``id``, ``question``, ``choices``, ``answer``, ``task``,
``difficulty``, ``category``, ``sub-category`` …) with lazy audio. The file is edited in place upstream, so
the edition is told by content: a known one is named in the signature, any other is a warning.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from harness.audio import AudioRef
from harness.core.untrusted.bounded_json import load_json
from harness.errors import InputFileError, MissingDataError, UsageError
from harness.types import DataInfo, Document, Documents
from tasks._shared.hub import Row, rows, snapshot, split_files
from tasks._shared.local import inside, parse_json

ITEMS: Final = {"test-mini": 1000, "test": 9000}
REPOSITORIES: Final = {
    "test-mini": "gamma-lab-umd/MMAU-test-mini",
    "test": "gamma-lab-umd/MMAU-test",
}
CURRENT: Final = "v05.15.25"
EDITIONS: Final = {
    "72c3738cbbddb4326d274884b239e449b3225879c1fc2c7974365a74ef0dece5": CURRENT,
    "d5873911a5e666d83432369f014568123d291eed837b5d605f7ebacd505902f3": "v05.15.25-before-2025-08-09",
}
"""Digest of (id, choices, answer) of all items -> edition of test-mini."""

_PREFIX: Final = re.compile(r"\([A-Z]\) ")

Entry = tuple[dict[str, Any], AudioRef | None]


def load(
    *,
    split: str,
    folder: str | Path | None = None,
    revision: str | None = None,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents of one split, as ``{"test": Documents}``.

    Args:
        split: ``test-mini`` or ``test``.
        folder: a copy: ``mmau-<split>.json`` with its audio folder, or parquet files; ``None`` is the hub.
        revision: hub revision to pin.
        metadata: the task's metadata, unused.

    Raises:
        UsageError: no such split.
        MissingDataError: neither copy nor hub has the split.
        InputFileError: the question file is malformed.
    """
    del metadata
    if split not in ITEMS:
        raise UsageError(f"split {split!r}: expected test-mini or test", where="dataset_kwargs")
    if folder is None:
        found = snapshot(REPOSITORIES[split], split="test", revision=revision, benchmark="mmau")
        entries = list(_from_rows(rows(found.files, ("context", "audio"))))
        return _documents(entries, split, f"{REPOSITORIES[split]}@{found.revision}", found.revision)
    root = Path(folder)
    if inside(root, f"mmau-{split}.json") is not None:
        return _documents(list(_from_json(root, split)), split, str(folder), "local")
    files = _parquet(root, split)
    if not files:
        raise MissingDataError(
            f"no mmau-{split}.json and no parquet file of MMAU-{split}",
            where=str(folder),
            hint="tasks/mmau/README.md gives the layout of --data mmau=FOLDER",
        )
    entries = list(_from_rows(rows(files, ("context", "audio"))))
    return _documents(entries, split, str(folder), "local")


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


def _parquet(root: Path, split: str) -> tuple[Path, ...]:
    """Return the parquet files of a split: below a folder named after it, else of the folder itself."""
    for name in (f"MMAU-{split}", f"mmau-{split}"):
        if (root / name).is_dir():
            return split_files(root / name, "test")
    files = split_files(root, split.replace("-", "_"))
    return files or (split_files(root, "test") if root.is_dir() else ())


# --- the official question file ------------------------------------------------------------------


def _from_json(root: Path, split: str) -> Iterator[Entry]:
    path = root / f"mmau-{split}.json"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"not UTF-8: {error}", where=str(path)) from error
    items = parse_json(text, str(path))
    if not isinstance(items, list):
        raise InputFileError(f"found {type(items).__name__}, expected a list", where=str(path))
    for number, item in enumerate(items):
        fields = _checked(item, f"{path}: item {number}")
        clip, name = _find_clip(root, split, fields)
        yield fields, None if clip is None else AudioRef(clip, name)


def _find_clip(root: Path, split: str, fields: Mapping[str, Any]) -> tuple[Path | None, str]:
    stored = PurePosixPath(str(fields.get("audio_id") or "").replace("\\", "/"))
    parts = [part for part in stored.parts if part not in (".", "..", "/")]
    name = "/".join(parts) or f"{split}-audios/{fields['id']}.wav"
    for candidate in (name, f"{split}-audios/{PurePosixPath(name).name}"):
        if (found := inside(root, candidate)) is not None:
            return found, candidate
    return None, name


def _checked(item: Any, where: str) -> dict[str, Any]:
    """Return an item with the fields that every item has.

    Raises:
        InputFileError: a field is absent or of another type.
    """
    if not isinstance(item, dict):
        raise InputFileError(f"found {type(item).__name__}, expected an object", where=where)
    choices = item.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
        raise InputFileError(f"'choices' is {choices!r}, expected a list of texts", where=where)
    for key in ("id", "question"):
        if not isinstance(item.get(key), str):
            raise InputFileError(f"{key!r} is {item.get(key)!r}, expected text", where=where)
    return item


# --- the parquet form ----------------------------------------------------------------------------


def _from_rows(found: Iterable[Row]) -> Iterator[Entry]:
    for number, row in enumerate(found):
        fields = _checked(official_form(row.values), f"{row.cell.file}: row {number}")
        yield fields, AudioRef(row.cell, f"{fields['id']}.wav")


def official_form(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a parquet row to an item of the official question file.

    Letter prefixes of options and answer are cut, ``other_attributes`` is unpacked, ``instruction``
    becomes ``question``.

    >>> official_form({"instruction": "Who?", "choices": ["(A) Man", "(B) Woman"], "answer": "(B) Woman",
    ...                "other_attributes": '{"id": "x", "task": "speech"}'})
    {'id': 'x', 'task': 'speech', 'question': 'Who?', 'choices': ['Man', 'Woman'], 'answer': 'Woman'}
    """
    fields: dict[str, Any] = dict(values)
    attributes = _unpacked(fields.pop("other_attributes", None))
    question = fields.pop("instruction", None)
    choices, answer = _unpacked(fields.pop("choices", None)), fields.pop("answer", None)
    lettered = isinstance(choices, list) and all(
        str(choice).startswith(f"({chr(65 + index)}) ") for index, choice in enumerate(choices)
    )
    if lettered and choices:
        choices = [choice[4:] for choice in choices]
        if isinstance(answer, str) and _PREFIX.match(answer):
            answer = answer[4:]
    merged: dict[str, Any] = {**(attributes if isinstance(attributes, dict) else {}), **fields}
    if question is not None:
        merged["question"] = question
    merged["choices"] = choices
    if answer is not None:
        merged["answer"] = answer
    return merged


def _unpacked(value: Any) -> Any:
    """Return a value that some copies store as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return load_json(value)
    except ValueError:
        return value


# --- both ----------------------------------------------------------------------------------------


def digest(items: Iterable[Mapping[str, Any]]) -> str:
    """Digest the content of a question file: sha256 over (id, choices, answer) in id order."""
    lines = sorted(
        json.dumps([item["id"], item["choices"], item.get("answer")], ensure_ascii=False)
        for item in items
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _documents(entries: list[Entry], split: str, source: str, version: str) -> dict[str, Documents]:
    docs: list[Document] = []
    absent: list[str] = []
    seen: Counter[str] = Counter()
    for fields, clip in entries:
        seen[fields["id"]] += 1
        name = fields["id"] if seen[fields["id"]] == 1 else f"{fields['id']}~{seen[fields['id']]}"
        if clip is None:
            absent.append(name)
            continue
        docs.append({**fields, "_id": name, "_audio": [clip], "_params": {"split": split}})
    items = [fields for fields, _ in entries]
    edition = EDITIONS.get(digest(items)) if split == "test-mini" else None
    info = DataInfo(
        source,
        edition or version,
        len(items),
        tuple(absent),
        _warnings(items, split, seen, edition),
    )
    return {"test": Documents(docs, info)}


def _warnings(
    items: list[dict[str, Any]], split: str, seen: Counter[str], edition: str | None
) -> tuple[str, ...]:
    found = []
    if len(items) != ITEMS[split]:
        found.append(f"{split}: {len(items)} items, {ITEMS[split]} expected")
    elif split == "test-mini" and edition != CURRENT:
        found.append(
            f"{split}: not the edition of 2025-08-09 of v05.15.25"
            f" ({edition or 'unknown content'}): scores may differ"
        )
    if repeated := sorted(name for name, count in seen.items() if count > 1):
        found.append(f"{split}: ids listed more than once: {', '.join(repeated[:5])}")
    strange = [
        item["id"] for item in items if item.get("answer") and item["answer"] not in item["choices"]
    ]
    if strange:
        found.append(f"{split}: {len(strange)} answers that are no choice, first {strange[0]}")
    return tuple(found)
