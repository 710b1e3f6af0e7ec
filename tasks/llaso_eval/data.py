r"""Documents of LLaSO-Eval, from a downloaded official copy or from the hub, with lazy audio.

One document per item of a data set, in file order. Original fields are untouched, the backslash in
``voice`` and leading spaces included. Ours: ``_id`` (``FILE/POSITION``, four digits, as the item's own ids
are absent or repeat), ``_audio``, ``_params``, ``_cluster`` and the label lists (``scoring.annotate``).
Items whose clip the copy does not hold are ``DataInfo.absent``; other counts, labels or repeated clips
are warnings, since the benchmark claims 15,044 items and released 10,605.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError
from harness.types import DataInfo, Document, Documents
from tasks.llaso_eval import hub, scoring
from tasks.llaso_eval.layout import HINT, clip_bases, find_clip, find_items, is_safe, read_items
from tasks.llaso_eval.sets import DataSet, get
from tasks.llaso_eval.speakers import clip

MARKER: Final = "<audio>"


def load(
    *,
    folder: str | Path | None = None,
    revision: str | None = None,
    file: str,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents of one data set, as ``{"test": Documents}``.

    Args:
        folder: a downloaded copy (``tasks/llaso_eval/README.md`` gives the layout); ``None`` is the hub.
        revision: hub revision to pin.
        file: name of the official file without its ending.
        metadata: the task's metadata, unused.

    Raises:
        UnknownNameError: no such data set.
        MissingDataError: neither copy nor hub has it.
        InputFileError: the items are malformed.
    """
    del metadata
    entry = get(file)
    root = Path(folder) if folder is not None else hub.fetch(file, revision)
    path = find_items(root, file)
    bases = clip_bases(root, path)
    listed = [_document(item, entry, row, path) for row, item in enumerate(read_items(path))]
    docs: list[Document] = []
    absent: list[str] = []
    for doc in listed:
        name = clip(doc)
        found = find_clip(bases, name)
        if found is None:
            absent.append(doc["_id"])
            continue
        doc["_audio"] = [AudioRef(found, name)]
        docs.append(doc)
    if folder is None and listed and not docs:
        raise MissingDataError(
            f"the hub data set {hub.REPOSITORY} has the items of {file} but none of their clips as files;"
            " they may be packed in archives",
            where="llaso_eval",
            hint=f"download and unpack it, then {HINT}",
        )
    scoring.annotate(docs, "data")
    source, version = (str(folder), "local") if folder else (hub.REPOSITORY, root.name)
    info = DataInfo(source, version, len(listed), tuple(absent), _warnings(entry, listed))
    return {"test": Documents(docs, info)}


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


def prompt(doc: Document) -> str:
    """Return the item's own human turn, with one ``<audio>`` where the clip belongs.

    The marker is where the text has it (first in audio instructions, last elsewhere); a text without
    one gets it in front, and further ones would ask for clips that do not exist, so they are cut.

    >>> prompt({"conversations": [{"from": "human", "value": "Transcribe this.<audio>"}]})
    'Transcribe this.<audio>'
    >>> prompt({"conversations": [{"from": "human", "value": "Transcribe this."}]})
    '<audio>Transcribe this.'
    """
    before, marker, after = scoring.instruction(doc).partition(MARKER)
    if not marker:
        return MARKER + before
    return before + MARKER + after.replace(MARKER, "")


def _document(item: dict[str, Any], entry: DataSet, row: int, path: Path) -> Document:
    doc = {**item, "_id": f"{entry.file}/{row:04d}", "_params": {"file": entry.file}}
    if not scoring.instruction(doc):
        raise InputFileError(f"item {row} has no text in conversations[0].value", where=str(path))
    scoring.reference(doc)
    return doc


def _warnings(entry: DataSet, docs: list[Document]) -> tuple[str, ...]:
    found = []
    if len(docs) != entry.n:
        found.append(f"{entry.file}: {len(docs)} items, {entry.n} expected")
    clips = Counter(clip(doc) for doc in docs)
    if repeated := sorted(name for name, count in clips.items() if count > 1):
        found.append(f"{entry.file}: clips of several items: {', '.join(repeated[:5])}")
    if unsafe := sorted(name for name in clips if not is_safe(name)):
        found.append(f"{entry.file}: clip paths that leave the copy or are empty: {unsafe[:5]}")
    if entry.labels:
        labels = Counter(scoring.reference(doc) for doc in docs)
        changed = sorted(
            f"{label!r} {labels[label]} times instead of {entry.labels.get(label, 0)}"
            for label in labels.keys() | entry.labels.keys()
            if labels[label] != entry.labels.get(label, 0)
        )
        if changed:
            found.append(f"{entry.file}: gold labels changed: {', '.join(changed)}")
    return tuple(found)
