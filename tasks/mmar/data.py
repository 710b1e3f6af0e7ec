"""Documents of MMAR-Rubrics: the items of MMAR in the edition that has rubrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from harness.audio import AudioRef
from harness.errors import InputFileError
from harness.types import Document, Documents
from tasks import declared

LALM: Final = {
    "benchmark": "mmar",
    "rule": {"name": "option", "options": "choices", "official": "words"},
    "data": {
        "path": ["MMAR-meta.jsonl", "MMAR-meta.json"],
        "audio": "audio_path",
        "editions": {"388b6e3c66b5aea8088ee0ba138336551461b4d2fc6e68cc30509acd973668f2": "2026-02"},
    },
}


def load(
    *,
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    **metadata: Any,
) -> dict[str, Documents]:
    """Load all documents, as ``{"test": Documents}``.

    Args:
        folder: a copy with ``MMAR-meta.jsonl`` and its clips.
        revision: unused, the hub has the edition without rubrics.
        needs_audio: leave out items whose clip is absent.
        metadata: the task's metadata, unused.

    Raises:
        MissingDataError: there is no copy.
        InputFileError: an item has no rubric, or is malformed.
    """
    del metadata
    root = Path(__file__).parent if folder is None else Path(folder)
    loaded = declared.load(lalm=LALM, folder=root, revision=revision, needs_audio=needs_audio)
    for doc in loaded["test"]:
        del doc["_facts"], doc["_params"]
        if not isinstance(doc.get("rubric"), list):
            raise InputFileError(
                "the item has no 'rubric'",
                where=f"{loaded['test'].info.source}: {doc['_id']}",
                hint="rubrics are in MMAR-meta.jsonl of ddlBoJack/MMAR since 2026-02-16",
            )
    return loaded


def audio(doc: Document) -> list[AudioRef]:
    """Return the clip of a document."""
    clips: list[AudioRef] = doc["_audio"]
    return clips
