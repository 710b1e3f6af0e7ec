"""Manifests of the user for dialect identification, emotion and summaries: JSON lines, or a table with ``|`` between labels.

``FOLDER/KIND/manifest.jsonl`` (or another of ``FORMS``) with ``id``, ``audio`` (relative to the manifest), ``reference`` (a label, a summary, or several
summaries), ``labels`` for the two classifications (all of them, in the order of the prompt), and, where wanted, ``aliases`` (label ->
other names), ``instruction`` (in place of the template's) and ``group``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness.errors import InputFileError, MissingDataError, page
from harness.types import DataInfo, Document, Documents
from tasks.arabic.labels import forms_of
from tasks.declared.data_block import DataBlock
from tasks.declared.files import Row, absent_note, open_items

KINDS: Final = ("dialect_id", "emotion", "summarization")
FORMS: Final = (".jsonl", ".json", ".csv", ".tsv", ".parquet")
"""Forms of a manifest; the first that is there counts."""


def load(
    *,
    kind: str,
    folder: str | Path | None = None,
    revision: str | None = None,
    needs_audio: bool = True,
    **unused: Any,  # noqa: ARG001  (lm-eval passes all metadata)
) -> dict[str, Documents]:
    """Load the items of a manifest, as ``{"test": Documents}``.

    Args:
        kind: folder of the manifest, and value of its field ``task``.
        folder: root of the data.
        revision: not used; manifests are files.
        needs_audio: leave out items whose clip is absent.
        unused: further metadata.

    Raises:
        MissingDataError: there is no such manifest.
        InputFileError: a line lacks a field, has a label that is not declared or an id twice; file and line are named.
    """
    del revision
    if folder is None:
        raise MissingDataError(
            f"arabic has no data of its own for {kind}: it reads a manifest of yours",
            hint=f"--data arabic=FOLDER with {kind}/manifest.jsonl ({page('benchmarks/arabic.md')})",
        )
    root = Path(folder)
    paths = tuple(f"{kind}/manifest{suffix}" for suffix in FORMS)
    block = DataBlock(paths=paths, audio=("audio",))
    opened = open_items(block, root, task="arabic")
    docs: list[Document] = []
    absent: dict[str, Row] = {}
    seen: dict[str, str] = {}
    for row in opened.rows:
        doc = _checked(row.fields, kind, row.where)
        name = str(doc["id"])
        if name in seen:
            raise InputFileError(f"the id {name!r} is also that of {seen[name]}", where=row.where)
        seen[name] = row.where
        if row.absent is not None and needs_audio:
            absent[name] = row
            continue
        docs.append({**doc, "_id": name, "_audio": row.clips})
    total, note = len(docs) + len(absent), absent_note([*absent.values()])
    info = DataInfo(opened.source, "local", total, tuple(absent), note)
    return {"test": Documents(docs, info)}


def _checked(fields: Mapping[str, Any], kind: str, where: str) -> Document:
    """Return a document with what scoring and prompt read.

    Raises:
        InputFileError: a field is missing or of the wrong kind.
    """

    def wrong(name: str, expected: str) -> InputFileError:
        found = repr(fields[name])[:80] if name in fields else "missing"
        return InputFileError(f"field {name!r} is {found}, expected {expected}", where=where)

    def is_text(value: Any) -> bool:
        return isinstance(value, str) and bool(value.strip())

    identifier = fields.get("id")
    if isinstance(identifier, bool) or not (is_text(identifier) or isinstance(identifier, int)):
        raise wrong("id", "a text or an integer")
    if fields.get("task", kind) != kind:
        raise wrong("task", f"{kind!r}")
    instruction = fields.get("instruction") or ""
    if not isinstance(instruction, str):
        raise wrong("instruction", "a text")
    reference = fields.get("reference")
    doc = {**fields, "task": kind, "instruction": instruction}
    if kind == "summarization":
        several = reference if isinstance(reference, list) else [reference]
        if not several or not all(map(is_text, several)):
            raise wrong("reference", "a text, or a list of texts")
        return doc
    labels = fields.get("labels")
    if isinstance(labels, str):  # a cell of a table
        labels = doc["labels"] = [one.strip() for one in labels.split("|")]
    if not isinstance(labels, list) or len(labels) < 2 or not all(map(is_text, labels)):
        raise wrong(
            "labels", "a list of two or more labels: all of them, not only those of the data"
        )
    if reference not in labels:
        raise wrong("reference", f"one of {', '.join(labels)}")
    aliases = fields.get("aliases") or {}
    if not isinstance(aliases, dict) or not all(
        name in labels and isinstance(names, list) and all(map(is_text, names))
        for name, names in aliases.items()
    ):
        raise wrong("aliases", "a mapping of labels to lists of texts")
    doc["aliases"] = aliases
    try:
        forms_of(labels, aliases)
    except ValueError as error:
        raise InputFileError(str(error), where=where) from error
    return doc
