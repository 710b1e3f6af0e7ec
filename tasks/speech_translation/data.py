"""FLEURS as a translation set: clips of one language, and the same sentences in another, joined by the number of the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError
from harness.types import DataInfo, Document, Documents
from tasks.declared import load as load_items
from tasks.declared.data_block import DataBlock
from tasks.declared.declaration import read_rule
from tasks.declared.files import open_items
from tasks.declared.loading import parameters

_TEXT: Final = "raw_transcription"


def load(
    *,
    lalm: Mapping[str, Any],
    target: str,
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    **unused: Any,
) -> dict[str, Documents]:
    """Load the clips of a language with their sentences in another, as ``{"test": Documents}``.

    Args:
        lalm: the YAML's ``metadata.lalm``; its data block names the spoken language.
        target: folder of the language of the references, as FLEURS names it.
        folder: root of a copy; ``None`` is the hub.
        revision: hub revision to pin.
        needs_audio: leave out items whose clip is absent.
        unused: further metadata.

    Raises:
        MissingDataError: the data of one of the languages is not there.
        InputFileError: a row without number or text, or one sentence with two texts in the target language.
    """
    rule = read_rule(lalm["rule"], lambda *keys: ".".join(("metadata", "lalm", "rule", *keys)))
    spoken = {**lalm, "rule": {"name": "translation", "reference": _TEXT}}
    found = load_items(
        lalm=spoken, folder=folder, revision=revision, needs_audio=needs_audio, **unused
    )["test"]
    texts = _texts(lalm, target, Path(folder) if folder is not None else None, revision)
    docs: list[Document] = []
    absent = list(found.info.absent)
    for doc in found:
        text = texts.get(_number(doc, found.info.source))
        if text is None:
            absent.append(doc["_id"])
            continue
        docs.append(
            {**doc, "sentence": doc["id"], "translation": text, "_params": parameters(rule)}
        )
    lost = len(found) - len(docs)
    clips = "1 clip has" if lost == 1 else f"{lost} clips have"
    note = (f"{clips} no sentence in {target}",) if lost else ()
    info = found.info
    return {
        "test": Documents(
            docs,
            DataInfo(info.source, info.version, info.total, tuple(absent), (*info.warnings, *note)),
        )
    }


def _texts(
    lalm: Mapping[str, Any], target: str, root: Path | None, revision: str | None
) -> dict[int, str]:
    """Return number -> text of the sentences of a language."""
    block = DataBlock(hub=lalm["data"]["hub"], config=target, split=lalm["data"]["split"])
    opened = open_items(block, root, revision, task="speech_translation")
    found: dict[int, str] = {}
    for row in opened.rows:
        number, text = _number(row.fields, row.where), row.fields.get(_TEXT)
        if not isinstance(text, str) or not text.strip():
            raise InputFileError(f"{_TEXT} is {text!r:.80}, expected a text", where=row.where)
        if found.setdefault(number, text) != text:
            raise InputFileError(f"sentence {number} has two texts", where=row.where)
    return found


def _number(fields: Mapping[str, Any], where: str) -> int:
    number = fields.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise InputFileError(
            f"the number of the sentence (id) is {number!r:.80}, expected an integer", where=where
        )
    return number
