"""Documents of Dynamic-SUPERB, from a downloaded copy or from the hub, with lazy audio.

One document per row of a data set's test split, in order. Original fields are untouched; ours are ``_id``
(``file`` where it is unique, else the row number), ``_audio`` (all clips of the item, in order),
``_params`` and the label list (``scoring.annotate``). Items whose clips the copy does not hold are
``DataInfo.absent``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from harness.audio import AudioRef
from harness.errors import InputFileError, MissingDataError, UnsupportedTaskError
from harness.types import DataInfo, Document, Documents
from tasks._shared.arrow import saved_files
from tasks._shared.hub import snapshot, split_files
from tasks.dynamic_superb import scoring
from tasks.dynamic_superb.columns import Row, parquet_rows, saved_rows
from tasks.dynamic_superb.layout import HINT, METADATA, find_folder, listed
from tasks.dynamic_superb.rules import RULES

BENCHMARK: Final = "dynamic_superb"
MARKER: Final = "<audio>"
SPLIT: Final = "test"


def load(
    *,
    folder: str | Path | None = None,
    revision: str | None = None,
    data_set: str,
    rule: str,
    commit: str | None = None,
    has_audio: bool = True,
    norm: str = "canonical",
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents of one data set, as ``{"test": Documents}``.

    Args:
        folder: a downloaded copy (``tasks/dynamic_superb/README.md`` gives the layout); ``None`` is the hub.
        revision: hub revision that replaces ``commit``.
        data_set: id of the data set.
        rule: how it is scored (``tasks.dynamic_superb.scoring.RULES``).
        commit: commit of the data set in the organisers' list.
        has_audio: whether items have clips.
        norm: normaliser of strict word error rates (``metrics.text.normalizers.NORMALIZERS``).
        metadata: the task's metadata, unused.

    Raises:
        MissingDataError: neither copy nor hub has it.
        InputFileError: an item is malformed.
        UnsupportedTaskError: the data set has no score (only plain lm-eval comes this far).
    """
    del metadata
    if rule not in RULES:
        raise UnsupportedTaskError(f"{data_set} has no score", hint="see: harness tasks show TASK")
    params = {
        "data_set": data_set,
        "rule": rule,
        "commit": commit,
        "has_audio": has_audio,
        "norm": norm,
    }
    if folder is not None:
        place = find_folder(Path(folder), data_set.rpartition("/")[2])
        source, version, rows = str(place), "local", _local(place)
    else:
        found = snapshot(data_set, split=SPLIT, revision=revision or commit, benchmark=BENCHMARK)
        source, version, rows = data_set, found.revision, parquet_rows(found.files)
    return {SPLIT: _documents(rows, params, source, version)}


def _local(place: Path) -> Iterable[Row]:
    """Return the rows of a local copy in whichever form it has."""
    if (place / METADATA).is_file():
        return [Row(item.values, item.clips) for item in listed(place)]
    if files := saved_files(place, SPLIT):
        return saved_rows(files)
    if files := split_files(place, SPLIT):
        return parquet_rows(files)
    raise MissingDataError(
        f"no {METADATA}, parquet file or saved data set with a test split",
        where=str(place),
        hint=HINT,
    )


def _documents(rows: Iterable[Row], params: dict[str, Any], source: str, version: str) -> Documents:
    every: list[Document] = []
    for number, row in enumerate(rows):
        doc: Document = {**row.values, "_params": params, "_audio": row.clips}
        if not isinstance(doc.get("instruction"), str):
            raise InputFileError(f"item {number} has no text in 'instruction'", where=source)
        scoring.reference(doc)
        every.append(doc)
    files = [doc.get("file") for doc in every]
    unique = all(isinstance(name, str) and name for name in files) and len(set(files)) == len(files)
    for number, doc in enumerate(every):
        doc["_id"] = doc["file"] if unique else str(number)
    scoring.annotate(every, "data")
    docs = [doc for doc in every if doc["_audio"] or not params["has_audio"]]
    absent = tuple(doc["_id"] for doc in every if params["has_audio"] and not doc["_audio"])
    return Documents(docs, DataInfo(source, version, len(every), absent, _warnings(docs)))


def _warnings(docs: list[Document]) -> tuple[str, ...]:
    clips = Counter(len(doc["_audio"]) for doc in docs)
    if len(clips) < 2:
        return ()
    counts = ", ".join(f"{clips[number]} items have {number}" for number in sorted(clips))
    return (f"items differ in their number of clips: {counts}",)


def audio(doc: Document) -> list[AudioRef]:
    """Return the clips of a document, in order."""
    clips: list[AudioRef] = doc["_audio"]
    return clips


def prompt(doc: Document) -> str:
    r"""Return all clips in order, the instruction, and after a blank line the ``text`` if there is one.

    >>> prompt({"instruction": "Same speaker?", "_audio": ["a", "b"]})
    '<audio><audio>Same speaker?'
    >>> prompt({"instruction": "Does the text match?", "text": "Good day.", "_audio": ["a"]})
    '<audio>Does the text match?\n\nGood day.'
    """
    parts = [doc["instruction"], doc.get("text")]
    text = "\n\n".join(part for part in parts if isinstance(part, str) and part)
    return MARKER * len(doc["_audio"]) + text.replace(MARKER, "")
